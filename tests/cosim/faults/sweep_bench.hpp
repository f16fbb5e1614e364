// A simulated NPU that is broken off again and again, and must run the next job as if nothing had been.
#pragma once

#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "axi_recorder.hpp"
#include "short_jobs.hpp"

namespace auklet::test {

/// The first thing that was wrong.
class Finding {
 public:
  void expect(bool good, const std::string& what) {
    if (!good && text_.empty()) text_ = what;
  }
  /// `wrong` says what; empty when nothing.
  void expect_none(const std::string& wrong) { expect(wrong.empty(), wrong); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Which places of a sweep are tried: every `every`-th, from one on that depends on `seed`.
class Slice {
 public:
  Slice(std::uint64_t every, std::uint64_t seed) : every_(every), next_((seed * 7 + 3) % every) {}
  /// Whether the next place is one of them.
  bool take() {
    const bool taken = next_ == 0;
    next_ = taken ? every_ - 1 : next_ - 1;
    return taken;
  }

 private:
  std::uint64_t every_;
  std::uint64_t next_;
};

/// What a sweep over a job's places came to.
struct SweepResult {
  std::uint64_t places = 0;  ///< That there are.
  std::uint64_t tried = 0;
  std::uint64_t longest = 0;  ///< Cycles from the fault to the interrupt, or from the abort to the drained port.
  std::string finding;        ///< With its place; nothing is tried after it.
};

/// The NPU by its registers, without the driver.
class SweepBench {
 public:
  /// Of the jobs' memory.
  static constexpr sim::MemoryTiming kTiming{.latency_cycles = 20, .bytes_per_cycle = 8};
  /// Longer than a sound job stands still.
  static constexpr std::uint32_t kWatchdog = 200;
  /// Cycles that registers, states and pins may take between two events.
  static constexpr std::uint64_t kSlack = 16;

  explicit SweepBench(std::unique_ptr<sim::VerilatedNpu> npu);

  [[nodiscard]] sim::VerilatedNpu& npu() { return *npu_; }
  [[nodiscard]] AxiRecorder& traffic() { return traffic_; }
  [[nodiscard]] const spec::HardwareConfig& config() const { return config_; }
  [[nodiscard]] std::uint32_t data_bytes() const { return npu_->configuration().axi_data_bits / 8; }

  /// Sets up what a reset forgets. Precondition: IDLE.
  void set_up(PlacedJob& job);
  /// Starts the job, with its output forgotten and the traffic's record empty.
  void start(PlacedJob& job);

  struct Ending {
    JobOutcome outcome;
    std::uint32_t status = 0;     ///< The register.
    std::uint64_t interrupt = 0;  ///< Cycle of its first rise; 0 for none.
    std::uint64_t cycles = 0;     ///< From the job's start to there.
  };
  /// Waits for the started job's interrupt, at most `max_cycles`, and reads the registers.
  Ending finish(std::uint64_t max_cycles);
  /// Acknowledges the interrupt.
  void acknowledge();

  /// Runs the job without a fault; its length in cycles is `cycles`, or written there when that is 0.
  void run_good(PlacedJob& job, std::uint64_t& cycles, Finding& finding);
  /// Cycles that what the port still owes may take: its beats at the memory's pace, and twice the latency.
  [[nodiscard]] std::uint64_t drain_bound(std::uint64_t beats) const;
  /// Cycles that clearing the SRAM takes.
  [[nodiscard]] std::uint64_t clear_cycles() const;
  /// Soft-resets the device, which must be IDLE with nothing left over as soon as the port has drained and the SRAM is
  /// clear.
  void soft_reset(Finding& finding);
  /// The last cycle in which that reset was not yet sure to have taken effect.
  [[nodiscard]] std::uint64_t reset_cycle() const { return reset_; }
  /// What must hold after any reset.
  void expect_reset(Finding& finding);
  /// Stores the first `bytes` bytes of the SRAM, all of which must be zero. Takes a window. Precondition: IDLE.
  void expect_clear_sram(std::uint32_t bytes, Finding& finding);
  /// Loads noise, none of it zero, to the whole SRAM. Takes a window. Precondition: IDLE.
  void fill_sram(Finding& finding);

  /// The AXI protocol's breaches so far.
  void expect_legal(Finding& finding);

 private:
  // Runs a transfer between the first bytes of the SRAM and memory.
  void transfer_sram(spec::Opcode opcode, std::uint32_t bytes, Finding& finding);

  static constexpr std::uint64_t kSramBase = std::uint64_t{1} << 36;
  static constexpr std::uint32_t kSramWindow = spec::kWindowCount - 1;

  std::unique_ptr<sim::VerilatedNpu> npu_;
  AxiRecorder traffic_;
  spec::HardwareConfig config_;
  std::uint32_t tag_ = 0;
  std::uint64_t started_ = 0;
  std::uint64_t reset_ = 0;
  std::vector<std::byte> sram_;  ///< What it is filled with, or what was in it.
  std::vector<std::uint32_t> sram_stream_;
};

/// The models of this build that sweeps run on: the first one of each AXI width.
std::vector<sim::VerilatedConfiguration> swept_configurations();
/// What the specification says of it.
spec::HardwareConfig config_of(const sim::VerilatedConfiguration& configuration);
/// How to build one of them.
sim::VerilatedOptions options_of(const sim::VerilatedConfiguration& configuration);

}  // namespace auklet::test
