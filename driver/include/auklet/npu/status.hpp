// Every way in which a driver call can end.
#pragma once

#include <cstdint>

namespace auklet::npu {

/// One code per error. The comment says what is wrong and, after the semicolon, whether anything happened before the
/// call returned. Values are part of the C interface (auklet_npu.h) and never change their meaning.
enum class Status : std::uint8_t {
  kOk = 0,       ///< The call did what it says.
  kPending = 1,  ///< The job has not ended; nothing happened.

  // Arguments. Nothing happened: neither a register nor a buffer was touched.
  kTooManyWindows = 10,         ///< More buffers, or a higher window number, than the device has windows.
  kWindowRange = 11,            ///< The window is larger than 2^32 - 1 bytes or ends above the device's address space.
  kWindowAccess = 12,           ///< A window of more than zero bytes that grants neither reading nor writing.
  kBufferUnreachable = 13,      ///< The port has no device address for a buffer or for the stream.
  kBufferSharesCacheLine = 14,  ///< A writable buffer shares its first or last cache line with other data.
  kStreamMisaligned = 15,       ///< The stream's device address is not a multiple of 16.
  kCounterRange = 16,           ///< No such event counter or log entry.
  kEventUnknown = 17,           ///< No such event.
  kAxiAttributeRange = 18,      ///< An AXI attribute does not fit its field.
  kUnknownTag = 19,             ///< No job with this tag: never submitted, or its result was already taken.
  kNullArgument = 20,           ///< A pointer that must not be null is null (C interface).

  // Identification. Registers were read, none was written.
  kNotProbed = 30,        ///< probe() has not succeeded yet.
  kNoDevice = 31,         ///< Register ID does not hold ID_MAGIC.
  kHardwareVersion = 32,  ///< Another major hardware version than the one this driver was generated for.
  kStreamVersionUnsupported =
      33,                ///< The hardware reads another version of the command stream than this driver writes.
  kHardwareConfig = 34,  ///< CONFIG0 or CONFIG1 describe no hardware configuration that this driver knows.

  // State of the device. Nothing happened unless stated.
  kBusy = 40,           ///< A job runs, or the SRAM is being cleared.
  kQueueFull = 41,      ///< Every slot holds a job that runs, waits, or whose result was not taken.
  kDeviceFaulted = 42,  ///< The device stands in FAULT; soft_reset() leaves it.
  kStartRefused = 43,   ///< The device did not take the start; the job did not run, its windows are programmed.
  kBadState = 44,       ///< STATUS.state holds a value that does not exist.
  kPowerRefused = 45,   ///< The port did not power the device; no register was accessed.
  kReentered = 46,      ///< The call came from an interrupt handler or a hook, into the middle of another call.

  // Deadlines and reset.
  kTimeout = 50,       ///< The job did not end in time; it was stopped, or taken from the queue if it had not started.
  kCancelled = 51,     ///< The job was cancelled; its outputs are undefined if it had started.
  kResetTimeout = 52,  ///< The device did not return to IDLE in time after a soft reset; the reset may still complete.
  kPortIsolated = 53,  ///< AXI transfers never completed, the port is isolated; a later soft_reset() may succeed.
  kClearTimeout = 54,  ///< Clearing the SRAM did not end in time; it may still complete.

  // The job ended by a fault; its outputs are undefined. JobResult::fault says who, where and what.
  kFaultCommand = 60,    ///< The hardware's decoder refused a command.
  kFaultAddress = 61,    ///< A transfer would have left its window or lacked permission; it was not issued.
  kFaultAxiSlverr = 62,  ///< The memory system answered SLVERR.
  kFaultAxiDecerr = 63,  ///< The memory system answered DECERR.
  kFaultWatchdog = 64,   ///< No progress for WATCHDOG cycles.
  kFaultUnknown = 65,    ///< The device reports a fault of a kind that does not exist.
  kFaultIndex = 66,      ///< An index that a GATHER met at run time is outside its table; its row was not issued.
  kFaultIntegrity = 67,  ///< An SRAM word that was read has more flipped bits than are corrected.

  // validate_stream(): the first defect of a command stream. Nothing happened.
  kStreamLength = 80,        ///< Not whole 16-byte groups, too short or too long, or the header states another length.
  kStreamMagic = 81,         ///< The first word is not STREAM_MAGIC.
  kStreamVersion = 82,       ///< The stream has another version than the hardware reads.
  kStreamMacs = 83,          ///< The stream was compiled for another number of MACs.
  kStreamSram = 84,          ///< The stream needs more SRAM than there is.
  kStreamChecksum = 85,      ///< The CRC-32 of the commands differs from the header's.
  kStreamReserved = 86,      ///< A reserved bit is set.
  kStreamOpcode = 87,        ///< Unknown opcode.
  kStreamWords = 88,         ///< A command's length is not its opcode's.
  kStreamTruncated = 89,     ///< The stream ends inside a command.
  kStreamField = 90,         ///< A field was never set or holds a value outside its range.
  kStreamNoEnd = 91,         ///< The stream does not finish with END.
  kStreamTrailing = 92,      ///< There is something after END.
  kStreamCommandCount = 93,  ///< The header states another number of commands.
  kStreamTooManyCommands = 94,  ///< More than 32,767 commands for one engine: the wait counts would be ambiguous.
  kStreamWindowUnset = 95,      ///< A transfer refers to a window that grants nothing.
  kStreamWindowAccess = 96,     ///< A transfer refers to a window that does not allow its direction.
  kStreamWindowRange = 97,      ///< A transfer leaves its window.
  kStreamSramRange = 98,        ///< A command reads or writes outside the SRAM that the header asks for.
  kStreamWait = 99,             ///< A command waits for more commands than the stream has.
  kStreamDeadlock = 100,        ///< A command waits for commands that cannot start before it ends.
};

/// A static, one-line English text; never null, also for values that are no Status.
[[nodiscard]] const char* to_string(Status status) noexcept;

}  // namespace auklet::npu
