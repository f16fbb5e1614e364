// Reads what an Observer wants to know from inside the RTL. The signals are those of observe.vlt.
#pragma once

#include <array>
#include <auklet/sim/observer.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <span>

namespace auklet::sim {

/// Watches the root module of a verilated `auklet_npu` for an observer.
template <class Root>
class VerilatedTap {
 public:
  explicit VerilatedTap(const Root& root) : root_(root) {}

  /// Reports what the rising edge that comes next will do. Call once a cycle, when inputs have settled.
  void sample(Observer& observer, std::uint64_t cycle) {
    sample_writes(observer, cycle);
    sample_loads(observer, cycle);
    sample_engine(observer, spec::Engine::kStore, root_.auklet_npu__DOT__store_start, root_.auklet_npu__DOT__store_done,
                  root_.auklet_npu__DOT__store_offset, cycle);
    sample_engine(observer, spec::Engine::kCompute, root_.auklet_npu__DOT__compute_start,
                  root_.auklet_npu__DOT__compute_done, root_.auklet_npu__DOT__compute_offset, cycle);
    const Activity now{.cause = spec::Cause{root_.auklet_npu__DOT__cause},
                       .layer = layer(),
                       .fetch_wait = root_.auklet_npu__DOT__decode_wait != 0,
                       .read_beat = root_.auklet_npu__DOT__read_beat != 0,
                       .write_beat = root_.axi_wvalid_o != 0 && root_.axi_wready_i != 0};
    if (now == activity_) return;
    report_activity(observer, cycle);
    if (activity_.cause != spec::Cause::kNone && now.cause == spec::Cause::kNone) {
      loads_.clear();
      observer.on_job_end(cycle);
    }
    activity_ = now;
  }

  /// Reports the cycles that were alike up to here.
  void report_activity(Observer& observer, std::uint64_t cycle) {
    if (activity_.cause != spec::Cause::kNone) observer.on_activity(activity_, since_, cycle - since_);
    since_ = cycle;
  }

 private:
  // Cycles in which no engine holds a command go on with the layer of the cycle before.
  [[nodiscard]] std::optional<std::uint8_t> layer() const {
    if (root_.auklet_npu__DOT__cause == 0) return std::nullopt;
    if (root_.auklet_npu__DOT__cause_layer_valid != 0) return root_.auklet_npu__DOT__cause_layer;
    return activity_.layer;
  }

  void sample_writes(Observer& observer, std::uint64_t cycle) const {
    if (root_.auklet_npu__DOT__out_valid != 0) {
      write(observer, spec::Engine::kCompute, root_.auklet_npu__DOT__compute_offset, root_.auklet_npu__DOT__out_addr,
            root_.auklet_npu__DOT__out_data, cycle);
    }
    if (root_.auklet_npu__DOT__sram_load_valid != 0 && root_.auklet_npu__DOT__sram_load_write != 0 &&
        root_.auklet_npu__DOT__sram_load_gnt != 0) {
      write(observer, spec::Engine::kLoad, loads_.empty() ? root_.auklet_npu__DOT__load_offset : loads_.front(),
            root_.auklet_npu__DOT__sram_load_addr, root_.auklet_npu__DOT__sram_load_data, cycle);
    }
  }

  template <class Data>
  static void write(Observer& observer, spec::Engine engine, std::uint32_t offset, std::uint32_t word_address,
                    const Data& data, std::uint64_t cycle) {
    static_assert(sizeof(data) == spec::kLanes);
    std::array<std::byte, spec::kLanes> word;
    std::memcpy(word.data(), &data, word.size());
    observer.on_sram_write(engine, offset, word_address * static_cast<std::uint32_t>(spec::kLanes), word, cycle);
  }

  // A load may ask for its bytes while those of the one before arrive. It is told to start when they have.
  void sample_loads(Observer& observer, std::uint64_t cycle) {
    if (root_.auklet_npu__DOT__load_done != 0 && !loads_.empty()) {
      observer.on_command_end(spec::Engine::kLoad, loads_.front(), cycle + 1);
      loads_.pop_front();
      if (!loads_.empty()) observer.on_command_start(spec::Engine::kLoad, loads_.front(), cycle + 1);
    }
    if (root_.auklet_npu__DOT__load_start == 0) return;
    loads_.push_back(root_.auklet_npu__DOT__load_offset);
    if (loads_.size() == 1) observer.on_command_start(spec::Engine::kLoad, loads_.front(), cycle + 1);
  }

  static void sample_engine(Observer& observer, spec::Engine engine, bool start, bool done, std::uint32_t offset,
                            std::uint64_t cycle) {
    // It is the edge that makes the engine busy or idle. A command whose window check fails never is: it is a fault.
    if (done) observer.on_command_end(engine, offset, cycle + 1);
    if (start) observer.on_command_start(engine, offset, cycle + 1);
  }

  const Root& root_;
  std::deque<std::uint32_t> loads_;  ///< Offsets of those that have begun, the one that arrives first.
  Activity activity_;
  std::uint64_t since_ = 0;  ///< Cycle from which on activity_ has not changed.
};

}  // namespace auklet::sim
