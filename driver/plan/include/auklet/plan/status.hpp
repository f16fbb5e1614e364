// Every way in which planning can end.
#pragma once

#include <cstdint>

namespace auklet::plan {

/// One code per refusal. Unless stated otherwise nothing was written: arguments are checked before the first command.
enum class Status : std::uint8_t {
  kOk = 0,               ///< The call did what it says.
  kStreamFull = 1,       ///< The caller's buffer is too short for the command stream; earlier commands were written.
  kStreamFinished = 2,   ///< A command after finish().
  kTooManyCommands = 3,  ///< More than 32,767 commands for one engine: the 16-bit wait counts would be ambiguous.
  kWaitNotIssued = 4,    ///< A command waits for one that is not in the stream before it, so it could never start.
  kFieldRange = 5,       ///< A value does not fit its field, or violates the field's minimum, maximum or alignment.
  kShapeZero = 10,       ///< A dimension, kernel size or group count is zero.
  kShapeMismatch = 11,   ///< Two shapes that belong together differ.
  kTensorTooLarge = 12,  ///< A dimension or a tensor exceeds what a command or a 32-bit offset can name.
  kGroupsUneven = 13,    ///< Input or output channels are no multiple of the groups.
  kKernelTooLarge = 14,  ///< A kernel dimension exceeds 255, or an average takes more than 1,024 pixels.
  kStrideRange = 15,     ///< A stride is not 1 to 255.
  kDilationRange = 16,   ///< A dilation is not 1 to 255.
  kPadTooLarge = 17,     ///< Some output would see padding alone, or a pad exceeds 255.
  kClampEmpty = 18,      ///< The lower clamp is above the upper one.
  kShiftRange = 19,  ///< A requantisation shift is not -31 to 31, or an elementwise operator's left shift is above 20.
  kBufferSize = 20,  ///< A span has another length than the operator or layout asks for.
  kAddressMisaligned = 21,  ///< An SRAM address or pitch is not a multiple of what the command needs.
  kPitchTooSmall = 22,      ///< A pitch is smaller than what lies between two steps of it.
  kLayoutMismatch = 23,     ///< The weight layout was made for another operator, pitch or configuration.
  kRowTooLong = 24,         ///< A row of a softmax is longer than 4,095 elements.
  kStepZero = 25,           ///< A copy would write one byte more than once: a destination step is 0.
  kTileRange = 26,          ///< A range of tiles is empty, goes beyond the output, or parts tiles computed at once.
  kSramTooSmall = 30,       ///< The operator does not fit: Outcome tells the bytes needed and the bytes there.
};

/// A static, one-sentence English text; never null, also for values that are no Status.
[[nodiscard]] const char* to_string(Status status) noexcept;

/// How a planning call ended.
struct [[nodiscard]] Outcome {
  Status status = Status::kOk;
  std::uint64_t needed = 0;     ///< kSramTooSmall: bytes of SRAM that the smallest tiling needs.
  std::uint64_t available = 0;  ///< kSramTooSmall: bytes of SRAM that there are.

  constexpr Outcome() noexcept = default;
  // Implicit, so that a function can `return Status::kShapeZero`.
  constexpr Outcome(Status s) noexcept : status(s) {}  // NOLINT(google-explicit-constructor)
  constexpr Outcome(Status s, std::uint64_t bytes_needed, std::uint64_t bytes_available) noexcept
      : status(s), needed(bytes_needed), available(bytes_available) {}

  [[nodiscard]] constexpr bool ok() const noexcept { return status == Status::kOk; }
};

}  // namespace auklet::plan
