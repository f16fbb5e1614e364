// The RTL as a Target: the verilated NPU with its clock, register master, memory, protocol checker and waveform trace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <auklet/sim/axi_checker.hpp>
#include <auklet/sim/axi_faults.hpp>
#include <auklet/sim/axi_lite_master.hpp>
#include <auklet/sim/axi_memory.hpp>
#include <auklet/sim/axi_watcher.hpp>
#include <auklet/sim/target.hpp>

namespace auklet::sim {

/// A model that this build holds.
struct VerilatedConfiguration {
  std::string_view name;        ///< As in the specification's `configurations`.
  std::uint32_t macs;           ///< 8-bit multipliers.
  std::uint32_t sram_kib;       ///< On-chip SRAM in KiB.
  std::uint32_t axi_data_bits;  ///< 64 or 128.
  bool sram_ecc;                ///< Check bits in the SRAM.
};

/// All models of this build; of those with one name, the specification's AXI width comes first.
[[nodiscard]] std::span<const VerilatedConfiguration> verilated_configurations();

/// Cycles [from, to) to record as an FST file. A window that ends before it begins records nothing.
struct TraceWindow {
  std::string path;
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;
};

/// How to build a simulated NPU.
struct VerilatedOptions {
  std::string configuration;        ///< A name of verilated_configurations(); empty: the specification's default.
  std::uint32_t axi_data_bits = 0;  ///< 64 or 128; 0: the configuration's own.
  BackPressure back_pressure{};     ///< Of the memory.
  FaultPlan faults{};               ///< Injected from the start; see also VerilatedNpu::inject().
  AxiLiteTiming register_timing{};  ///< Of register accesses.
  std::uint32_t register_deadline = 10'000;  ///< Cycles until a register access without an answer counts as an error.
  std::uint32_t reset_cycles = 8;            ///< Of hard_reset() and of the reset at construction; at least 1.
  std::uint32_t random_reset_seed = 0;       ///< Not 0: registers and memories without reset start at random values.
  bool both_edges = false;  ///< Evaluate at both clock edges, as a recording does: slower, with equal results.
  std::vector<std::string> plusargs{};              ///< What the RTL may ask for by $value$plusargs: `+name=value`.
  std::optional<TraceWindow> trace = std::nullopt;  ///< Starts recording as VerilatedNpu::trace() does.
};

/// The verilated RTL. It comes out of reset at construction. Not thread-safe; several instances are independent of each
/// other and may run in different threads.
class VerilatedNpu : public Target {
 public:
  /// What was built.
  [[nodiscard]] virtual const VerilatedConfiguration& configuration() const = 0;

  /// Pulses the reset input for `cycles` cycles (0 acts as 1). The memory forgets what is in flight; regions, faults,
  /// statistics and the cycle count stay.
  virtual void reset_for(std::uint32_t cycles) = 0;

  /// Writes those bytes of a register's word whose bit `strobe` has, as a bus access narrower than a word does; a
  /// refused one counts in bus_errors(), as with write32().
  virtual void write_strobed(std::uint32_t offset, std::uint32_t value, std::uint8_t strobe) = 0;

  /// Replaces the memory's fault plan and restarts its counts.
  virtual void inject(const FaultPlan& plan) = 0;
  /// Ends an injected hang.
  virtual void release_hang() = 0;
  /// AXI traffic since construction or reset_stats().
  [[nodiscard]] virtual const AxiStats& stats() const = 0;
  virtual void reset_stats() = 0;

  /// Shows `watcher`, which must outlive its use, the pins of every cycle from now on; nobody for nullptr.
  virtual void watch(AxiWatcher* watcher) = 0;

  /// Breaches of the AXI protocol since construction: none, if the RTL is right.
  [[nodiscard]] virtual std::uint64_t protocol_violations() const = 0;
  /// The first of them, a sentence each.
  [[nodiscard]] virtual std::vector<std::string> protocol_report() const = 0;

  /// Records the cycles of `window` from here on; replaces an earlier window and its file. Throws std::runtime_error
  /// when this build cannot trace (see trace_available()).
  virtual void trace(const TraceWindow& window) = 0;
  /// Ends the recording and closes its file; no effect without one.
  virtual void stop_trace() = 0;
  /// Whether models were built with tracing (CMake option AUKLET_TRACE).
  [[nodiscard]] static bool trace_available();

  /// Simulated cycles for each second of wall time spent simulating; 0 before the first cycle.
  [[nodiscard]] virtual double cycles_per_second() const = 0;
};

/// Builds a simulated NPU and resets it. Throws std::invalid_argument, with a sentence that lists what there is, when
/// this build holds no such model, and as AxiMemory's constructor and VerilatedNpu::trace() do.
[[nodiscard]] std::unique_ptr<VerilatedNpu> make_verilated_npu(const VerilatedOptions& options);

}  // namespace auklet::sim
