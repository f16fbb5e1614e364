// The verilated RTL and the functional model side by side, each with its own copy of the same memory.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "../common/job.hpp"
#include "raw_model.hpp"
#include "raw_stream.hpp"

namespace auklet::test {

/// One device and its memory.
struct RawSide {
  explicit RawSide(std::unique_ptr<sim::Target> device, sim::MemoryTiming timing) : target(std::move(device)) {
    target->map(RawMemory::kDataBase, std::as_writable_bytes(std::span(data)), timing);
    target->map(RawMemory::kStreamBase, std::as_writable_bytes(std::span(stream)), timing);
    target->map(RawMemory::kDumpBase, std::as_writable_bytes(std::span(dump)), timing);
    // COMMANDS is the event that both sides count exactly.
    target->write32(spec::reg::PmuEvent::offset(0), spec::reg::PmuEvent::kSelect.make(spec::Event::kCommands));
    target->write32(spec::reg::PmuCtrl::kOffset, spec::reg::PmuCtrl::kEnable.mask());
  }

  std::vector<std::uint8_t> data = std::vector<std::uint8_t>(RawMemory::kDataBytes);
  std::vector<std::uint8_t> stream = std::vector<std::uint8_t>(RawMemory::kStreamBytes);
  std::vector<std::uint8_t> dump = std::vector<std::uint8_t>(spec::kDefaultConfiguration.sram_bytes);
  std::unique_ptr<sim::Target> target;
};

/// What a job left in the registers.
struct RawOutcome {
  JobOutcome job;
  std::uint32_t irq_raw = 0, completed = 0, completed_store = 0, commands = 0, state = 0;
};

class RawBench {
 public:
  RawBench(const sim::VerilatedConfiguration& configuration, std::uint64_t seed)
      : config_(config_of(configuration)),
        rtl_(make_rtl(configuration, seed), timing(seed)),
        model_(make_model(config_, seed, configuration.sram_ecc), {}) {
    Random random(seed);
    fill_data(random, rtl_.data);
    std::memcpy(model_.data.data(), rtl_.data.data(), rtl_.data.size());
  }

  [[nodiscard]] const spec::HardwareConfig& config() const { return config_; }
  [[nodiscard]] RawSide& rtl() { return rtl_; }
  [[nodiscard]] RawSide& model() { return model_; }
  [[nodiscard]] sim::VerilatedNpu& npu() const { return static_cast<sim::VerilatedNpu&>(*rtl_.target); }

  /// Puts the stream and its windows in place on one side.
  static void place(RawSide& side, const RawStream& stream) {
    std::memcpy(side.stream.data(), stream.words.data(), stream.words.size() * 4);
    for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
      const RawWindow& window = stream.windows[i];
      set_window(*side.target, i, window.base, window.size, window.read, window.write);
    }
  }

  static RawOutcome run(RawSide& side, const RawStream& stream, std::uint32_t size, std::uint32_t tag,
                        std::uint64_t base = RawMemory::kStreamBase) {
    namespace reg = spec::reg;
    place(side, stream);
    sim::Target& target = *side.target;
    start_job(target, base, size, tag);
    target.step_until_irq(kDeadline);
    RawOutcome outcome;
    outcome.job = outcome_of(target);
    outcome.irq_raw = target.read32(reg::IrqRaw::kOffset);
    outcome.completed = target.read32(reg::Completed::kOffset);
    outcome.completed_store = target.read32(reg::CompletedStore::kOffset);
    outcome.commands = target.read32(reg::PmuCount::offset(0));
    outcome.state = static_cast<std::uint32_t>(state_of(target));
    target.write32(reg::IrqRaw::kOffset, reg::IrqRaw::kDone.mask() | reg::IrqRaw::kFault.mask());
    return outcome;
  }

  /// Resets both sides, which clears their SRAM, and makes their memory equal again.
  bool reset() {
    for (RawSide* side : {&rtl_, &model_}) {
      side->target->write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
      side->target->write32(spec::reg::PmuCtrl::kOffset,
                            spec::reg::PmuCtrl::kEnable.mask() | spec::reg::PmuCtrl::kClear.mask());
      for (int i = 0; i < 100 && state_of(*side->target) == spec::State::kDraining; ++i) side->target->step(64);
      if (!wait_until_idle(*side->target)) return false;
    }
    std::ranges::copy(model_.data, rtl_.data.begin());
    return true;
  }

  /// Stores the whole SRAM of both sides to their dumps.
  bool dump_sram() {
    const spec::DmaCommand store{.header = {.opcode = spec::Opcode::kStore},
                                 .ax_len = config_.sram_bytes,
                                 .window = RawMemory::kDumpWindow,
                                 .ax_rows = 1,
                                 .sp_len = config_.sram_bytes};
    StreamBuilder builder;
    builder.add(store);
    builder.end();
    RawStream stream;
    stream.words = builder.finish(config_);
    stream.windows[RawMemory::kDumpWindow] = {RawMemory::kDumpBase, config_.sram_bytes, false, true};
    const auto size = static_cast<std::uint32_t>(stream.words.size() * 4);
    return run(rtl_, stream, size, 1).job.done && run(model_, stream, size, 1).job.done;
  }

 private:
  static constexpr std::uint64_t kDeadline = 20'000'000;

  static spec::HardwareConfig config_of(const sim::VerilatedConfiguration& configuration) {
    for (spec::HardwareConfig config : spec::kConfigurations) {
      if (config.name != configuration.name) continue;
      config.axi_data_bits = configuration.axi_data_bits;
      return config;
    }
    throw std::logic_error("a verilated configuration that the specification does not have");
  }

  static sim::MemoryTiming timing(std::uint64_t seed) {
    Random random(seed ^ 0x71ceU);
    return {.latency_cycles = random.pick<std::uint32_t>({1, 4, 32, 200}),
            .bytes_per_cycle = random.pick<std::uint32_t>({4, 8, 16, 16})};
  }

  /// Every third device has a reluctant memory; what has no reset starts at random.
  static std::unique_ptr<sim::VerilatedNpu> make_rtl(const sim::VerilatedConfiguration& configuration,
                                                     std::uint64_t seed) {
    Random random(seed ^ 0xbac4U);
    sim::VerilatedOptions options;
    options.configuration = configuration.name;
    options.axi_data_bits = configuration.axi_data_bits;
    options.random_reset_seed = static_cast<std::uint32_t>(seed);
    if (random.one_in(3)) {
      for (double& probability : options.back_pressure.probability) probability = random.in(0, 8) / 10.0;
      options.back_pressure.seed = seed;
    }
    auto npu = sim::make_verilated_npu(options);
    npu->write32(spec::reg::AxiAttr::kOffset, spec::reg::AxiAttr::kMaxOutstanding.make(random.in(0, 15)));
    return npu;
  }

  spec::HardwareConfig config_;
  RawSide rtl_;
  RawSide model_;
};

}  // namespace auklet::test
