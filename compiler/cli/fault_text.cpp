#include "fault_text.hpp"

#include <fmt/format.h>

#include <auklet/spec/spec.hpp>

namespace auklet::app {
namespace {

std::string describe_fault(const npu::Fault& fault) {
  const char* who = spec::to_string(fault.channel);
  switch (fault.kind) {
    case spec::Fault::kCommand:
      return fmt::format("the NPU refused a command (error {})", spec::to_string(fault.error));
    case spec::Fault::kAddress:
      return fmt::format("a {} would have left its window or lacks permission, at window offset {:#x}", who,
                         fault.address);
    case spec::Fault::kAxiSlverr:
    case spec::Fault::kAxiDecerr:
      return fmt::format("memory answered {} to the {} channel at address {:#x}",
                         fault.kind == spec::Fault::kAxiSlverr ? "SLVERR" : "DECERR", who, fault.address);
    case spec::Fault::kWatchdog:
      return "the NPU made no progress until its watchdog stopped it";
    case spec::Fault::kIndex:
      return fmt::format("index number {} of the command is outside its table", fault.address);
    case spec::Fault::kIntegrity:
      return fmt::format("the {} engine read an SRAM word, {:#x}, of which more bits had flipped than can be corrected",
                         who, fault.address);
    default:
      return fmt::format("the NPU reported fault {}, which does not exist", static_cast<std::uint32_t>(fault.kind));
  }
}

const char* advice(spec::Fault kind) {
  switch (kind) {
    case spec::Fault::kCommand:
    case spec::Fault::kAddress:
      return "compile the model again";
    case spec::Fault::kAxiSlverr:
    case spec::Fault::kAxiDecerr:
      return "check the memory at that address";
    case spec::Fault::kIndex:
      return "correct the input that the index comes from";
    case spec::Fault::kIntegrity:
      return "run it again";
    default:
      return "compile the model again, or look at the memory system";
  }
}

std::string describe_recovery(npu::Status recovery) {
  if (recovery == npu::Status::kOk) return "the device was reset and is ready";
  return fmt::format("the device did not come back ({})", npu::to_string(recovery));
}

}  // namespace

std::string describe_command(const compiler::SegmentView& segment, std::uint32_t offset) {
  std::string text = fmt::format("stream offset {}", offset);
  const std::size_t first = offset / sizeof(std::uint32_t);
  if (first < spec::StreamHeader::kWords || first >= segment.stream.size()) return text;
  const auto header = segment.stream.subspan(first);
  const auto layer = static_cast<std::size_t>(spec::CommandHeaderFields::kLayer.get(header));
  const auto opcode = static_cast<spec::Opcode>(spec::CommandHeaderFields::kOpcode.get(header));
  if (layer >= segment.segment.layers.size()) return fmt::format("{} ({})", text, spec::to_string(opcode));
  return fmt::format("{} ({} of layer {}, {} '{}')", text, spec::to_string(opcode), layer,
                     compiler::name(segment.segment.layers[layer].code), segment.segment.layers[layer].name);
}

std::string describe_result(const std::string& where, const compiler::SegmentView& segment,
                            const npu::JobResult& result, std::uint64_t deadline) {
  const std::string recovery = describe_recovery(result.recovery);
  if (result.status == npu::Status::kTimeout) {
    return fmt::format(
        "{}: the job did not end within {} cycles, the last command dispatched is at {}; {}, raise --deadline to wait "
        "longer",
        where, deadline, describe_command(segment, result.progress.stream_offset), recovery);
  }
  if (result.fault.kind != spec::Fault::kNone) {
    // Only the decoder and the checks of addresses, indices and SRAM words know which command it was; engines run
    // behind the decoder.
    const bool exact = result.fault.kind == spec::Fault::kCommand || result.fault.kind == spec::Fault::kAddress ||
                       result.fault.kind == spec::Fault::kIndex || result.fault.kind == spec::Fault::kIntegrity;
    return fmt::format("{}: {}, {} {}; {}, {}", where, describe_fault(result.fault),
                       exact ? "at" : "at the latest in the command at",
                       describe_command(segment, result.fault.stream_offset), recovery, advice(result.fault.kind));
  }
  return fmt::format("{}: the job did not run to its end: {}; {}", where, npu::to_string(result.status), recovery);
}

std::string describe_refusal(const std::string& where, const compiler::SegmentView& segment, npu::Status status,
                             const npu::StreamReport& report) {
  if (report.ok()) return fmt::format("{}: the driver refuses the job: {}", where, npu::to_string(status));
  return fmt::format(
      "{}: the driver refuses the command stream: {}, word {} at {} is {}, expected {}; compile the "
      "model again",
      where, npu::to_string(status), report.word, describe_command(segment, report.offset), report.actual,
      report.expected);
}

}  // namespace auklet::app
