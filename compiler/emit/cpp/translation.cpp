#include "translation.hpp"

#include <limits>
#include <utility>

#include "text.hpp"

namespace auklet::compiler::emit {
namespace {

// `first to last`, or the one layer's name.
std::string name_of(const Segment& segment) {
  if (segment.layers.empty()) return "nothing";
  const std::string first = plain_name(segment.layers.front().name);
  return segment.layers.size() == 1 ? first : first + " to " + plain_name(segment.layers.back().name);
}

Outcome check_interface(const Graph& graph, const std::vector<std::int32_t>& tensors, const char* kind) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& tensor = graph.tensor(tensors[i]);
    const std::string what =
        std::string("has ") + kind + " " + std::to_string(i) + ", " + graph.describe_tensor(tensors[i]) + ", ";
    if (tensor.is_constant) return fail(ErrorCode::kUnsupported, what + "that is constant");
    if (element_type(tensor.type).empty()) {
      return fail(ErrorCode::kUnsupported, what + "of type " + name(tensor.type) + ", which C++ code has no type for");
    }
  }
  return {};
}

Result<CppStep> step_of(const Graph& graph, std::size_t index) {
  const Operator& op = graph.operators[index];
  if (op.code == OpCode::kCustom && op.custom_code == kNpuCustomCode) {
    auto view = read_segment(graph, op);
    if (!view) return fail(view.error().code, graph.describe_operator(index) + " " + view.error().message);
    std::string name = name_of(view->segment);
    return CppStep{std::move(name), std::move(*view)};
  }
  const std::string writes = op.outputs.empty() ? "" : ", which computes " + graph.describe_tensor(op.outputs.front());
  return fail(ErrorCode::kUnsupported,
              graph.describe_operator(index) + writes + " runs on the CPU, and no C++ can be written for it");
}

}  // namespace

Result<Translation> translate(const Model& compiled, const CppOptions& options) {
  const Graph& graph = compiled.main();
  if (Outcome ok = check_interface(graph, graph.inputs, "input"); !ok) return tl::unexpected(ok.error());
  if (Outcome ok = check_interface(graph, graph.outputs, "output"); !ok) return tl::unexpected(ok.error());
  Translation result{graph, options, spec::kDefaultConfiguration, {}, {}};
  std::vector<std::size_t> scratch(graph.operators.size());
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    auto step = step_of(graph, i);
    if (!step) return tl::unexpected(step.error());
    if (step->segment) {
      result.config = step->segment->config;
      scratch[i] = step->segment->segment.scratch_bytes();
    }
    result.steps.push_back(std::move(*step));
  }
  result.arena = plan_arena(graph, scratch);
  if (result.arena.bytes > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kResource, "the model's tensors need " + std::to_string(result.arena.bytes) +
                                          " bytes, which 32 bits cannot count");
  }
  return result;
}

}  // namespace auklet::compiler::emit
