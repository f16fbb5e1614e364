// The register file: which access is allowed, and what a register holds that does more than hold.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "job.hpp"
#include "sram_flips.hpp"

namespace auklet::sim::model {

/// What a register write asks of the device.
enum class Request : std::uint8_t {
  kNone,
  kStart,
  kSoftReset,
  kClearSram,
  kRefused,
};

/// Registers of the device. The owner tells it the state and what jobs did; it answers software.
class Registers {
 public:
  /// `flips` counts what INTEGRITY_ registers show. Both must outlive the registers.
  Registers(const spec::HardwareConfig& config, bool sram_ecc, SramFlips& flips);

  /// All registers as after the reset input.
  void hard_reset();
  /// STATUS, IRQ_RAW and FAULT_* as after CONTROL.soft_reset.
  void soft_reset();

  /// False when refused; then `value` is 0.
  [[nodiscard]] bool read(std::uint32_t offset, std::uint32_t& value);
  /// Does what the register alone can do, and says what is left for the device.
  [[nodiscard]] Request write(std::uint32_t offset, std::uint32_t value);

  [[nodiscard]] spec::State state() const { return state_; }
  void set_state(spec::State state) { state_ = state; }
  [[nodiscard]] bool irq() const { return (irq_raw_ & stored(spec::reg::IrqMask::kOffset)) != 0; }
  [[nodiscard]] std::uint32_t watchdog() const { return stored(spec::reg::Watchdog::kOffset); }
  [[nodiscard]] JobSetup job_setup() const;

  /// A job begins: its progress is none.
  void begin_job();
  /// Where the cycles that count_running() will be told of go. When they pass its end, the last cause goes on.
  void set_causes(const std::vector<CauseRun>& runs);
  /// Counts cycles in which a job runs.
  void count_running(std::uint64_t cycles);
  /// Shows what a job did up to its last progress.
  void record_progress(const JobReport& report);
  /// Ends the job: done when `fault` has none.
  void end_job(const FaultRecord& fault);

 private:
  [[nodiscard]] const std::uint32_t& stored(std::uint32_t offset) const { return values_[offset / 4]; }
  [[nodiscard]] std::uint32_t value_of(const spec::RegisterInfo& info, std::uint32_t offset);
  [[nodiscard]] std::uint32_t read_pmu(const spec::RegisterInfo& info, std::uint32_t offset);
  [[nodiscard]] Request write_control(std::uint32_t value);
  [[nodiscard]] Request write_attributes(std::uint32_t value);
  [[nodiscard]] bool counting() const;
  [[nodiscard]] std::uint32_t log_item() const;
  void count_event(spec::Event event, std::uint64_t cycles);
  [[nodiscard]] std::uint64_t address_at(std::uint32_t low_offset) const;

  const spec::HardwareConfig& config_;
  bool sram_ecc_;
  SramFlips& flips_;
  std::array<std::uint32_t, 0x400> values_{};  ///< Read-write registers by offset / 4.
  spec::State state_ = spec::State::kClearing;
  std::uint32_t irq_raw_ = 0;
  std::uint32_t done_tag_ = 0;
  std::uint32_t progress_ = 0;
  PerEngine<std::uint16_t> completed_{};
  FaultRecord fault_;
  std::uint64_t pmu_cycles_ = 0;
  std::uint32_t pmu_cycles_high_ = 0;  ///< Latched.
  std::array<std::uint32_t, spec::kPmuCounters> pmu_counts_{};
  std::array<std::uint32_t, spec::kLogEntries> pmu_log_{};
  std::array<std::array<std::uint32_t, spec::kCauses>, spec::kLogEntries> pmu_causes_{};
  std::vector<CauseRun> runs_;    ///< Of the running job.
  std::size_t run_ = 0;           ///< The one that the next cycle belongs to.
  std::uint64_t run_cycles_ = 0;  ///< Of that, the cycles that have passed.
};

}  // namespace auklet::sim::model
