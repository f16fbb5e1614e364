#include "kernel_text.hpp"
#include "text.hpp"
#include "translation.hpp"

namespace auklet::compiler::emit {
namespace {

std::string access_of(const SegmentWindow& window) {
  if (window.read && window.write) return "kReadWrite";
  return window.read ? "kRead" : "kWrite";
}

// One window: what memory it opens. A written one takes whole units of the arena, which are its own.
std::string window_text(const Translation& t, std::size_t step, const SegmentWindow& window) {
  const Operator& op = t.graph.operators[step];
  if (window.bytes == 0 || (!window.read && !window.write)) return "    {},  // Not used.\n";
  std::string place = "kArena";
  std::string what = "scratch";
  std::size_t offset = 0;
  if (window.role == WindowRole::kConstants) {
    place = "kConstants";
    what = "constants";
  } else if (window.role == WindowRole::kScratch) {
    offset = t.arena.offset_of(ArenaBlock::Kind::kScratch, step);
  } else {
    const std::int32_t tensor = window.role == WindowRole::kInput ? op.inputs[window.index] : op.outputs[window.index];
    offset = t.arena.of_tensor(tensor);
    what = plain_name(t.graph.tensor(tensor).name);
  }
  const std::size_t bytes = window.write ? whole_units(window.bytes) : std::size_t{window.bytes};
  return fill("    {Place::$, Access::$, $, $},  // $\n",
              {place, access_of(window), std::to_string(offset), std::to_string(bytes), what});
}

std::string segment_text(const Translation& t, std::size_t step, const SegmentView& view, CppCode& code) {
  const std::string number = std::to_string(step);
  std::string text = fill("// ---- On the NPU: $ ----\n\n", {t.steps[step].name});
  text += word_array("kStream" + number, std::as_bytes(view.stream)) + "\n";
  if (!view.constants.empty()) text += word_array("kConstants" + number, view.constants) + "\n";
  text += fill("constexpr NetworkWindow kWindows$[] = {\n", {number});
  for (const SegmentWindow& window : view.segment.windows) text += window_text(t, step, window);
  text += fill("};\n\nconstexpr NetworkSegment kSegment$ = {kStream$, $, kWindows$};\n\n",
               {number, number, view.constants.empty() ? "{}" : "kConstants" + number, number});
  code.stream_bytes += view.stream.size_bytes();
  code.constant_bytes += view.constants.size();
  ++code.segments;
  return text;
}

// A constant array of `type`; a span of none where there are no rows.
std::string table(const std::string& type, const std::string& name, const std::string& rows) {
  if (rows.empty()) return fill("constexpr std::span<const $> $;\n\n", {type, name});
  return fill("constexpr $ $[] = {\n$};\n\n", {type, name, rows});
}

// The rows of the table of inputs or outputs.
std::string tensor_rows(const Translation& t, const std::string& kind, const std::vector<std::int32_t>& tensors) {
  std::string rows;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string type = kind + std::to_string(i);
    rows += fill("    {\"$\", $::kOffset, $::kBytes},\n", {plain_name(t.graph.tensor(tensors[i]).name), type, type});
  }
  return rows;
}

// What the file includes and declares before anything of the model.
std::string opening(const Translation& t, const KernelText& kernels) {
  std::string includes = fill("#include \"$.hpp\"\n\n#include <algorithm>\n", {t.options.name});
  for (const std::string& header : kernels.headers()) includes += fill("#include <auklet/kernels/$.hpp>\n", {header});
  return fill(R"($
$
namespace auklet_models::$ {
namespace {

namespace kernels = auklet::kernels;
using auklet::npu::Access;
using auklet::runtime::NetworkSegment;
using auklet::runtime::NetworkStep;
using auklet::runtime::NetworkTensor;
using auklet::runtime::NetworkWindow;
using auklet::runtime::view;
using Place = NetworkWindow::Place;

static_assert(auklet::runtime::kArenaAlignment == $, "compile the model again: this runtime lays out arenas otherwise");

)",
              {std::string(kCppMark), includes, t.options.name, std::to_string(kArenaUnit)});
}

}  // namespace

std::string source_text(const Translation& t, CppCode& code) {
  KernelText kernels(t);
  std::string segments;
  std::string steps;
  for (std::size_t i = 0; i < t.steps.size(); ++i) {
    const CppStep& step = t.steps[i];
    if (step.is_empty()) continue;
    if (step.segment) {
      segments += segment_text(t, i, *step.segment, code);
      steps += fill("    {\"$\", &kSegment$, nullptr},\n", {step.name, std::to_string(i)});
    } else {
      steps += fill("    {\"$\", nullptr, $},\n", {step.name, kernels.add_step(i)});
      ++code.kernels;
    }
  }
  const std::string reset = kernels.add_reset();
  code.has_state = reset != "nullptr";
  code.constant_bytes += kernels.constants().bytes();
  std::string text = opening(t, kernels) + segments;
  if (!kernels.functions().empty()) text += "// ---- On the CPU. ----\n\n";
  text += kernels.constants().text() + kernels.functions();
  text += "// ---- The network. ----\n\n";
  text += table("NetworkTensor", "kInputs", tensor_rows(t, "Input", t.graph.inputs));
  text += table("NetworkTensor", "kOutputs", tensor_rows(t, "Output", t.graph.outputs));
  text += table("NetworkStep", "kSteps", steps);
  return text + fill(R"(}  // namespace

constinit const auklet::runtime::Network kNetwork = {
    .name = "$",
    .hardware = kHardware,
    .arena_bytes = kArenaBytes,
    .inputs = kInputs,
    .outputs = kOutputs,
    .steps = kSteps,
    .reset = $,
};

}  // namespace auklet_models::$
)",
                     {t.options.name, reset, t.options.name});
}

}  // namespace auklet::compiler::emit
