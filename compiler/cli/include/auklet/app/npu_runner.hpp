// Runs a model's NPU segments on a simulated device, through the driver: the same probe, queue, stream validation and
// interrupt handling that a program on real hardware uses.
#pragma once

#include <array>
#include <auklet/app/divergence.hpp>
#include <auklet/app/failure.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/npu/types.hpp>
#include <auklet/sim/memory_profile.hpp>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace auklet::app {

struct NpuRunnerOptions {
  sim::MemoryProfile profile = sim::kMemoryProfiles[0];
  std::uint64_t deadline_cycles = 1'000'000'000;  ///< From a job's submission; then it is stopped.
  /// Called now and then while a job runs: cycles since its submission. May be empty.
  std::function<void(std::uint64_t cycles)> on_progress{};
};

/// What the event counters count during each job, in this order: what the causes do not tell.
inline constexpr std::array<spec::Event, spec::kPmuCounters> kCountedEvents{
    spec::Event::kMacActive, spec::Event::kComputeBusy, spec::Event::kRequantActive, spec::Event::kLoadBusy,
    spec::Event::kStoreBusy, spec::Event::kFetchWait,   spec::Event::kAxiReadBeats,  spec::Event::kAxiWriteBeats,
};

/// One run of one segment.
struct SegmentRun {
  std::uint64_t submitted = 0;   ///< The target's cycle at the call of submit().
  std::uint64_t cycles = 0;      ///< From the call of submit() to the interrupt, register accesses included.
  std::uint64_t job_cycles = 0;  ///< Of these, while the job ran (PMU_CYCLES).
  /// Where job_cycles went, by layer of the segment, in its order: they add up to them. All zero for a layer without
  /// commands.
  std::vector<npu::CauseCycles> layers;
  std::array<std::uint32_t, spec::kPmuCounters> events{};  ///< Of kCountedEvents.
};

/// A device that is ready to run segments. Each segment gets its own memory at its first run and keeps it, so that
/// repeated runs program no window anew. Not thread-safe.
class NpuRunner {
 public:
  /// Probes the device and opens the driver's queue on it. `target` must outlive the runner. Errors: kNpuFault.
  [[nodiscard]] static Result<std::unique_ptr<NpuRunner>> create(sim::Target& target, const NpuRunnerOptions& options);
  virtual ~NpuRunner() = default;

  /// Runs the segment that a custom operator holds: copies its inputs in, submits, waits, copies its outputs out.
  /// Segments are told apart by their operator's index, so that one runner serves one model. Errors, with operator,
  /// layer and stream offset where there are any: kModelRefused (no segment, or one for other hardware), kNpuFault,
  /// kDeadline; after each the device has been reset, and the call's outputs are untouched.
  [[nodiscard]] virtual Result<SegmentRun> run(const compiler::CustomCall& call) = 0;

  /// The window of the segment at `operator_index`, which has run, that holds a device address, and where.
  [[nodiscard]] virtual std::optional<WindowByte> find_address(std::size_t operator_index,
                                                               std::uint64_t address) const = 0;

  [[nodiscard]] virtual const npu::Configuration& configuration() const = 0;
  /// Cycles simulated between submissions and interrupts, for each second that this took; 0 before the first job.
  [[nodiscard]] virtual double cycles_per_second() const = 0;
};

}  // namespace auklet::app
