// The software's own check of a command stream, before the hardware sees it.
#pragma once

#include <cstdint>
#include <span>

#include <auklet/npu/status.hpp>
#include <auklet/npu/types.hpp>

namespace auklet::npu {

/// The first defect of a stream, or none.
struct StreamReport {
  Status status = Status::kOk;  ///< kOk or a kStream… code.
  std::uint32_t offset = 0;     ///< Bytes from the stream's start: the header (0) or the command that is refused.
  std::uint8_t opcode = 0;      ///< Of that command; 0 for the header.
  std::uint8_t word = 0;        ///< Word within it that holds the value; 0 when the whole command is meant.
  std::uint64_t actual = 0;     ///< The value that was met: a field, a last byte, a count.
  std::uint64_t expected = 0;   ///< What it had to be, or its limit.

  [[nodiscard]] constexpr bool ok() const noexcept { return status == Status::kOk; }
};

/// Checks a whole command stream and returns its first defect, in this order: length; the header's fields; checksum;
/// each command in turn (opcode, length, reserved bits, fields, windows, SRAM); END; the waits.
///
/// - `words`: the stream, header included. Nothing outside it is read, whatever it holds.
/// - `configuration`: of the hardware that shall run it.
/// - `windows`: window i is `windows[i]`; those beyond the span grant nothing.
///
/// A stream that passes: decodes without a command error; transfers only what its windows allow (addresses are
/// compared in 64 bits, where no sum or product of fields can wrap); reads and writes only the SRAM that its header
/// asks for; reaches END if every transfer completes. It does not prove that the waits order the data as was meant.
///
/// Stricter than the decoder where the decoder's leniency could only hide a mistake: act_min above act_max, ADD shifts
/// outside -31 to 31, ADD word steps other than 0 and 16, AVGPOOL of more than 1,024 pixels, more than 32,767 commands
/// for one engine, SRAM beyond the header's claim, commands after END.
///
/// Reentrant; time is linear in the stream's length; about 300 bytes of stack.
[[nodiscard]] StreamReport validate_stream(std::span<const std::uint32_t> words, const Configuration& configuration,
                                           std::span<const Window> windows) noexcept;

}  // namespace auklet::npu
