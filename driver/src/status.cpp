#include <auklet/npu/status.hpp>
#include <auklet/npu/types.hpp>

namespace auklet::npu {

const char* to_string(Status status) noexcept {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kPending:
      return "the job has not ended";
    case Status::kTooManyWindows:
      return "more buffers than address windows";
    case Status::kWindowRange:
      return "a window is too large or ends above the device's address space";
    case Status::kWindowAccess:
      return "a window grants neither reading nor writing";
    case Status::kBufferUnreachable:
      return "the device cannot reach a buffer";
    case Status::kBufferSharesCacheLine:
      return "a writable buffer shares a cache line with other data";
    case Status::kStreamMisaligned:
      return "the command stream's device address is not a multiple of 16";
    case Status::kCounterRange:
      return "no such event counter or log entry";
    case Status::kEventUnknown:
      return "no such event";
    case Status::kAxiAttributeRange:
      return "an AXI attribute does not fit its field";
    case Status::kUnknownTag:
      return "no job with this tag";
    case Status::kNullArgument:
      return "a pointer that must not be null is null";
    case Status::kNotProbed:
      return "the device was not probed";
    case Status::kNoDevice:
      return "no Auklet NPU answers at this address";
    case Status::kHardwareVersion:
      return "the driver was generated for another hardware version";
    case Status::kStreamVersionUnsupported:
      return "the hardware reads another version of the command stream";
    case Status::kHardwareConfig:
      return "the hardware reports a configuration that the driver does not know";
    case Status::kBusy:
      return "the device is busy";
    case Status::kQueueFull:
      return "the job queue is full";
    case Status::kDeviceFaulted:
      return "the device stands in fault and needs a reset";
    case Status::kStartRefused:
      return "the device did not take the start";
    case Status::kBadState:
      return "the device reports a state that does not exist";
    case Status::kPowerRefused:
      return "the platform did not power the device";
    case Status::kReentered:
      return "the call came from an interrupt handler or a hook, into the middle of another call";
    case Status::kTimeout:
      return "the job did not end within its deadline";
    case Status::kCancelled:
      return "the job was cancelled";
    case Status::kResetTimeout:
      return "the device did not come back from a soft reset within the deadline";
    case Status::kPortIsolated:
      return "AXI transfers never completed and the port is isolated";
    case Status::kClearTimeout:
      return "clearing the SRAM did not end within the deadline";
    case Status::kFaultCommand:
      return "the hardware refused a command";
    case Status::kFaultAddress:
      return "a transfer would have left its window";
    case Status::kFaultAxiSlverr:
      return "the memory system answered with a slave error";
    case Status::kFaultAxiDecerr:
      return "the memory system answered with a decode error";
    case Status::kFaultWatchdog:
      return "the job made no progress";
    case Status::kFaultUnknown:
      return "the device reports a fault that does not exist";
    case Status::kFaultIndex:
      return "an index is outside the table that it chooses a row of";
    case Status::kFaultIntegrity:
      return "more bits of an SRAM word flipped than can be corrected";
    case Status::kStreamLength:
      return "the command stream's length is wrong";
    case Status::kStreamMagic:
      return "this is no command stream";
    case Status::kStreamVersion:
      return "the command stream has another version than the hardware reads";
    case Status::kStreamMacs:
      return "the command stream was compiled for another array";
    case Status::kStreamSram:
      return "the command stream needs more SRAM than there is";
    case Status::kStreamChecksum:
      return "the command stream's checksum is wrong";
    case Status::kStreamReserved:
      return "a reserved bit of the command stream is set";
    case Status::kStreamOpcode:
      return "unknown opcode";
    case Status::kStreamWords:
      return "a command's length is not its opcode's";
    case Status::kStreamTruncated:
      return "the command stream ends inside a command";
    case Status::kStreamField:
      return "a command's field holds a value outside its range";
    case Status::kStreamNoEnd:
      return "the command stream does not finish with END";
    case Status::kStreamTrailing:
      return "the command stream goes on after END";
    case Status::kStreamCommandCount:
      return "the command stream has another number of commands than its header says";
    case Status::kStreamTooManyCommands:
      return "too many commands for one engine";
    case Status::kStreamWindowUnset:
      return "a transfer refers to a closed window";
    case Status::kStreamWindowAccess:
      return "a transfer's direction is not allowed in its window";
    case Status::kStreamWindowRange:
      return "a transfer leaves its window";
    case Status::kStreamSramRange:
      return "a command leaves the SRAM";
    case Status::kStreamWait:
      return "a command waits for more commands than there are";
    case Status::kStreamDeadlock:
      return "a command waits for one that cannot start before it";
  }
  return "unknown status";
}

Status to_status(spec::Fault kind) noexcept {
  switch (kind) {
    case spec::Fault::kNone:
      return Status::kOk;
    case spec::Fault::kCommand:
      return Status::kFaultCommand;
    case spec::Fault::kAddress:
      return Status::kFaultAddress;
    case spec::Fault::kAxiSlverr:
      return Status::kFaultAxiSlverr;
    case spec::Fault::kAxiDecerr:
      return Status::kFaultAxiDecerr;
    case spec::Fault::kWatchdog:
      return Status::kFaultWatchdog;
    case spec::Fault::kIndex:
      return Status::kFaultIndex;
    case spec::Fault::kIntegrity:
      return Status::kFaultIntegrity;
  }
  return Status::kFaultUnknown;
}

}  // namespace auklet::npu
