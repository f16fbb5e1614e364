// Runs the NPU segments of a compiled model on a simulated device, register by register, without driver or runtime.
#pragma once

#include <auklet/compiler/executor.hpp>
#include <auklet/sim/target.hpp>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::compiler::test {

/// One run of a segment.
struct SegmentRun {
  std::uint64_t cycles = 0;  ///< From start to interrupt.
};

/// Executes segments on `target`. Memory of each window stands alone, between canaries; the stream is checked by the
/// driver's own rules first.
class SegmentRunner {
 public:
  explicit SegmentRunner(sim::Target& target) : target_(target) {}

  /// An executor's run_custom hook. kExecution with a sentence when anything is not as it must be: the stream, the
  /// outcome of the job, or memory around the windows.
  [[nodiscard]] Outcome run(const CustomCall& call);

  [[nodiscard]] const std::vector<SegmentRun>& runs() const { return runs_; }

 private:
  sim::Target& target_;
  std::vector<SegmentRun> runs_;
};

/// Runs a compiled model: its segments on `target`, the rest on the CPU.
[[nodiscard]] Result<std::vector<Bytes>> run_compiled(const Model& model, std::span<const Bytes> inputs,
                                                      SegmentRunner& runner);

}  // namespace auklet::compiler::test
