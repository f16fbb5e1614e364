#include <auklet/runtime/report.hpp>

namespace auklet::runtime {

const char* to_string(Status status) noexcept {
  switch (status) {
    case Status::kOk:
      return "done";
    case Status::kArguments:
      return "the arguments do not belong together";
    case Status::kRefused:
      return "the NPU cannot run the operator, and nothing else may";
    case Status::kFailed:
      return "the NPU failed; the output is undefined";
  }
  return "unknown status";
}

const char* to_string(Where where) noexcept {
  switch (where) {
    case Where::kNowhere:
      return "nowhere";
    case Where::kNpu:
      return "npu";
    case Where::kCpu:
      return "cpu";
  }
  return "unknown place";
}

const char* to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::kNone:
      return "runs on the NPU";
    case Reason::kPolicy:
      return "the policy is to use the CPU";
    case Reason::kNotPrepared:
      return "the operator was not prepared";
    case Reason::kFilterZeroPoint:
      return "the filter has a zero point, the array multiplies symmetric weights";
    case Reason::kBroadcast:
      return "the operands broadcast otherwise than over leading dimensions";
    case Reason::kOperatorLimit:
      return "a number exceeds what a command can name";
    case Reason::kSramTooSmall:
      return "no tiling fits the SRAM";
    case Reason::kWorkspaceTooSmall:
      return "the workspace is too small";
    case Reason::kWorkspaceMisaligned:
      return "the workspace is not aligned to 16 bytes";
    case Reason::kNoDevice:
      return "the device was not probed or its queue is not open";
    case Reason::kDeviceBusy:
      return "the queue holds other jobs";
    case Reason::kDeviceLost:
      return "the device did not come back after an earlier failure, or did not start";
    case Reason::kBufferUnreachable:
      return "a tensor or the workspace has no device address";
    case Reason::kBufferOutsideWindow:
      return "a tensor or the workspace does not fit the device's address space";
    case Reason::kBufferSharesCacheLine:
      return "the output shares a cache line with other data";
    case Reason::kStreamRefused:
      return "the workspace was changed, or prepared for other hardware";
    case Reason::kNpuFault:
      return "the NPU faulted or missed the deadline";
  }
  return "unknown reason";
}

const char* explain(const Report& report) noexcept {
  if (report.status == Status::kArguments) return kernels::describe(report.arguments);
  if (report.device != npu::Status::kOk) return npu::to_string(report.device);
  if (!report.planning.ok() && report.reason == Reason::kOperatorLimit) return plan::to_string(report.planning.status);
  return to_string(report.reason);
}

}  // namespace auklet::runtime
