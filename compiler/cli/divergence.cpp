#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <auklet/app/divergence.hpp>
#include <auklet/spec/spec.hpp>

#include "fault_text.hpp"

namespace auklet::app {
namespace {

using compiler::CommandMark;
using sim::Divergence;
using Kind = Divergence::Kind;

constexpr std::int64_t kNoElement = -1;

bool in_sram(Kind kind) { return kind == Kind::kSram || kind == Kind::kStrayWrite || kind == Kind::kMissingWrite; }
bool in_memory(Kind kind) { return kind == Kind::kStore || kind == Kind::kMemory; }

// The coordinates of element `index`, row-major.
std::vector<std::int64_t> coordinates(const compiler::Tensor& tensor, std::int64_t index) {
  std::vector<std::int64_t> result(tensor.shape.size());
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    result[i] = index % tensor.shape[i];
    index /= tensor.shape[i];
  }
  return result;
}

// The element that a byte of SRAM is, or kNoElement for one between pixels or beyond the tensor.
std::int64_t element_at(const CommandMark& mark, const compiler::Tensor& tensor, std::uint64_t address) {
  if (address < mark.address) return kNoElement;
  const std::uint64_t pixel = mark.first_pixel + (address - mark.address) / mark.pitch;
  const std::uint64_t channel = (address - mark.address) % mark.pitch;
  if (channel >= mark.channels) return kNoElement;
  const std::uint64_t element = pixel * mark.channels + channel;
  return element < tensor.bytes() ? static_cast<std::int64_t>(element) : kNoElement;
}

void name_tensor(DivergenceReport& report, const compiler::Graph& source, std::int32_t tensor, std::int64_t element) {
  if (tensor == compiler::kAbsent) return;
  const compiler::Tensor& found = source.tensor(tensor);
  report.tensor = found.name;
  if (element != kNoElement && compiler::element_size(found.type) == 1) report.element = coordinates(found, element);
}

void name_byte(DivergenceReport& report, const DivergenceScene& scene) {
  if (in_memory(report.what.kind) && scene.memory) {
    const std::size_t window = scene.memory->window;
    if (window < scene.window_tensors.size()) {
      name_tensor(report, scene.source, scene.window_tensors[window], static_cast<std::int64_t>(scene.memory->offset));
    }
    return;
  }
  if (!in_sram(report.what.kind)) return;
  const auto mark = std::ranges::find_if(scene.marks, [&](const CommandMark& candidate) {
    return candidate.offset <= report.what.offset && report.what.offset < candidate.end;
  });
  if (mark == scene.marks.end() || mark->tensor == compiler::kAbsent) return;
  name_tensor(report, scene.source, mark->tensor,
              element_at(*mark, scene.source.tensor(mark->tensor), report.what.address));
}

// The layer that a command belongs to.
void name_operator(DivergenceReport& report, const DivergenceScene& scene) {
  const std::size_t first = report.what.offset / sizeof(std::uint32_t);
  if (report.what.engine == spec::Engine::kNone || first >= scene.segment.stream.size()) return;
  const auto header = scene.segment.stream.subspan(first);
  const auto layer = static_cast<std::size_t>(spec::CommandHeaderFields::kLayer.get(header));
  report.opcode = spec::to_string(static_cast<spec::Opcode>(spec::CommandHeaderFields::kOpcode.get(header)));
  if (layer >= scene.segment.segment.layers.size()) return;
  const compiler::SegmentLayer& found = scene.segment.segment.layers[layer];
  report.source_operator = found.source_operator;
  report.op = compiler::name(found.code);
  report.layer = found.name;
}

std::string register_name(std::uint64_t offset) {
  const spec::RegisterInfo* info = spec::find_register(static_cast<std::uint32_t>(offset));
  if (info == nullptr) return fmt::format("at {:#x}", offset);
  return info->count == 1 ? info->name : fmt::format("{}[{}]", info->name, (offset - info->offset) / info->stride);
}

int as_int8(std::uint32_t byte) { return static_cast<std::int8_t>(byte); }

std::string place(const DivergenceReport& report, const DivergenceScene& scene) {
  const Divergence& what = report.what;
  std::string where =
      in_memory(what.kind) ? fmt::format("memory {:#x}", what.address) : fmt::format("SRAM {:#x}", what.address);
  if (in_memory(what.kind) && scene.memory) {
    where = fmt::format("window {} at {:#x}", scene.memory->window, scene.memory->offset);
  }
  if (report.tensor.empty()) return where;
  if (report.element.empty()) return fmt::format("a byte between the elements of '{}' ({})", report.tensor, where);
  return fmt::format("element [{}] of '{}' ({})", fmt::join(report.element, ", "), report.tensor, where);
}

std::string happening(const DivergenceReport& report, const DivergenceScene& scene) {
  const Divergence& what = report.what;
  switch (what.kind) {
    case Kind::kSram:
    case Kind::kStore:
    case Kind::kMemory:
      return fmt::format("{} is {}, not {}", place(report, scene), as_int8(what.got), as_int8(what.expected));
    case Kind::kStrayWrite:
      return fmt::format("SRAM word {:#x} is written, which the command has no business with", what.address);
    case Kind::kMissingWrite:
      return fmt::format("{} is not written", place(report, scene));
    case Kind::kOrder:
      if (what.got == 0) return "the job is over and the command has not run";
      return fmt::format("the {} engine runs this command, not the one at stream offset {}",
                         spec::to_string(static_cast<spec::Channel>(what.engine)), what.expected);
    case Kind::kRegister:
      return fmt::format("register {} reads {:#x}, not {:#x}", register_name(what.address), what.got, what.expected);
    case Kind::kRefusal:
      return fmt::format("an access to register {} is {}", register_name(what.address),
                         what.got != 0 ? "refused" : "not refused");
    case Kind::kInterrupt:
      return what.expected != 0 ? "the job is over and there is no interrupt" : "there is an interrupt without a cause";
    case Kind::kHang:
      return "nothing happens any more, and the command has not completed";
  }
  return "";
}

}  // namespace

DivergenceReport locate(const sim::Divergence& divergence, const DivergenceScene& scene) {
  DivergenceReport report;
  report.what = divergence;
  name_operator(report, scene);
  name_byte(report, scene);
  const std::string command =
      divergence.engine == spec::Engine::kNone ? "" : ", " + describe_command(scene.segment, divergence.offset);
  report.sentence = fmt::format("in cycle {}{}: {}", divergence.cycle, command, happening(report, scene));
  return report;
}

}  // namespace auklet::app
