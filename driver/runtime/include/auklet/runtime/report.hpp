// What an operator-level call answers: whether the output is valid, who computed it, why not the NPU, and what it cost.
#pragma once

#include <auklet/kernels/status.hpp>
#include <auklet/npu/status.hpp>
#include <auklet/npu/types.hpp>
#include <auklet/plan/status.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::runtime {

/// Whether the output is valid. What exactly went wrong is told by the layer that found it: see Report.
enum class Status : std::uint8_t {
  kOk = 0,     ///< Every element of the output is written and right.
  kArguments,  ///< The arguments do not belong together (Report::arguments); nothing was written or started.
  kRefused,    ///< Policy::kNpuOnly, and the NPU cannot (Report::reason); nothing was written.
  kFailed,     ///< The NPU failed (Report::device), or its buffers are not safe to use yet; the output is undefined.
};

/// Who computed the output.
enum class Where : std::uint8_t { kNowhere = 0, kNpu, kCpu };

/// Why an operator does not, or did not, run on the NPU. Everything but kNpuFault was found before the NPU did
/// anything.
enum class Reason : std::uint8_t {
  kNone = 0,               ///< It runs on the NPU.
  kPolicy,                 ///< Policy::kCpuOnly.
  kNotPrepared,            ///< The Prepared value is empty: prepare() did not make it.
  kFilterZeroPoint,        ///< The array multiplies symmetric weights only; this filter has a zero point.
  kBroadcast,              ///< An ADD whose operands are no rows or columns of one cut of the output.
  kOperatorLimit,          ///< A number exceeds what a command can name; Report::planning says which.
  kSramTooSmall,           ///< No tiling fits the SRAM; Report::planning tells the bytes needed and there.
  kWorkspaceTooSmall,      ///< The workspace is shorter than Report::workspace_bytes.
  kWorkspaceMisaligned,    ///< The workspace is not aligned to kWorkspaceAlignment.
  kNoDevice,               ///< The device was not probed, or its queue is not open.
  kDeviceBusy,             ///< The queue holds other jobs.
  kDeviceLost,             ///< The device could not be reset after an earlier failure, did not start, or has no power.
  kBufferUnreachable,      ///< The port has no device address for a tensor or for the workspace.
  kBufferOutsideWindow,    ///< A tensor or the workspace does not fit the device's address space.
  kBufferSharesCacheLine,  ///< The output shares its first or last cache line with other data.
  kStreamRefused,          ///< The workspace was changed since prepare(), or prepared for other hardware.
  kNpuFault,               ///< The NPU faulted or missed the deadline; Report::device says how.
};

/// Where operators run.
enum class Policy : std::uint8_t {
  kPreferNpu,  ///< On the NPU where it can, else on the CPU.
  kNpuOnly,    ///< On the NPU, or not at all (Status::kRefused).
  kCpuOnly,    ///< On the CPU; the device is not touched.
};

/// What follows when the NPU faults or misses the deadline. Either way the driver has reset it before the call returns,
/// and the report names the fault. After fault INTEGRITY, which says nothing against the job, the NPU first gets it
/// once more, unless the reset failed or the output overlaps an input.
enum class OnFault : std::uint8_t {
  kReport,      ///< Status::kFailed.
  kRetryOnCpu,  ///< Once more, on the CPU: Where::kCpu with Reason::kNpuFault. Not under Policy::kNpuOnly, not when the
                ///< reset failed, and not when the output overlaps an input, which the NPU may have spoilt.
};

/// All that is known of one call. Plain value.
struct Report {
  Status status = Status::kOk;
  Where where = Where::kNowhere;
  Reason reason = Reason::kNone;

  kernels::Status arguments = kernels::Status::kOk;  ///< With Status::kArguments: the first error.
  plan::Outcome planning;                            ///< The planner's answer.
  npu::Status device = npu::Status::kOk;             ///< The driver's answer: to the submission, or how the job ended.
  npu::Fault fault;                                  ///< After a fault: who, where, what.
  npu::Progress progress;                            ///< After a fault or timeout: how far the job came.
  /// After a fault or timeout: kOk when the device is ready again. Else the NPU may still touch the call's tensors and
  /// workspace, which must stay in place until a later call runs on the NPU or Queue::reset() succeeds.
  npu::Status recovery = npu::Status::kOk;

  /// The job met fault INTEGRITY and was run on the NPU once more, from the same inputs; `fault` is the last one met,
  /// and all else is of the second run.
  bool repeated = false;
  std::uint32_t corrected = 0;  ///< Reads of the SRAM meanwhile that had a flipped bit, which the NPU corrected.

  std::uint64_t cycles = 0;         ///< NPU cycles of the job, from start to end; 0 when it did not run there.
  std::uint64_t macs = 0;           ///< Multiply-accumulates of the operator's definition, wherever it ran.
  std::uint64_t bytes_read = 0;     ///< By the NPU: operands, as often as they are loaded, and the command stream.
  std::uint64_t bytes_written = 0;  ///< By the NPU.
  std::size_t workspace_bytes = 0;  ///< That the operator needs; 0 when it was not planned or cannot be.

  [[nodiscard]] constexpr bool ok() const noexcept { return status == Status::kOk; }
};

/// Static, one-line English texts; never null, also for values that are no enumerator.
[[nodiscard]] const char* to_string(Status status) noexcept;
[[nodiscard]] const char* to_string(Where where) noexcept;
[[nodiscard]] const char* to_string(Reason reason) noexcept;

/// The most specific text for what kept the operator from the NPU or made it fail: the argument's, planner's or
/// driver's own where they have one. Static, never null.
[[nodiscard]] const char* explain(const Report& report) noexcept;

}  // namespace auklet::runtime
