#include <auklet/plan/status.hpp>

namespace auklet::plan {

const char* to_string(Status status) noexcept {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kStreamFull:
      return "the buffer for the command stream is too short";
    case Status::kStreamFinished:
      return "the command stream is finished already";
    case Status::kTooManyCommands:
      return "the stream would hold more than 32767 commands for one engine";
    case Status::kWaitNotIssued:
      return "a command waits for one that does not come before it";
    case Status::kFieldRange:
      return "a value does not fit its command field";
    case Status::kShapeZero:
      return "a dimension, kernel size or group count is zero";
    case Status::kShapeMismatch:
      return "two shapes that belong together differ";
    case Status::kTensorTooLarge:
      return "a dimension or tensor is larger than commands can name";
    case Status::kGroupsUneven:
      return "the channels are no multiple of the groups";
    case Status::kKernelTooLarge:
      return "the kernel is larger than 255, or averages more than 1024 pixels";
    case Status::kStrideRange:
      return "a stride is not 1 to 255";
    case Status::kDilationRange:
      return "a dilation is not 1 to 255";
    case Status::kPadTooLarge:
      return "an output would see padding alone, or a pad exceeds 255";
    case Status::kClampEmpty:
      return "the lower clamp is above the upper one";
    case Status::kShiftRange:
      return "a requantisation shift is out of range";
    case Status::kBufferSize:
      return "a buffer's length is not what the operator asks for";
    case Status::kAddressMisaligned:
      return "an SRAM address or pitch is misaligned";
    case Status::kPitchTooSmall:
      return "a pitch is smaller than what it steps over";
    case Status::kLayoutMismatch:
      return "the weight layout was made for another operator, pitch or configuration";
    case Status::kRowTooLong:
      return "a row of a softmax is longer than 4095 elements";
    case Status::kStepZero:
      return "a copy would write one byte more than once";
    case Status::kTileRange:
      return "a range of tiles is empty, or does not lie between sets of tiles";
    case Status::kSramTooSmall:
      return "the operator does not fit the SRAM";
  }
  return "unknown status";
}

}  // namespace auklet::plan
