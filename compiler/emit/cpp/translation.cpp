#include "translation.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "../../exec/preparation.hpp"
#include "text.hpp"

namespace auklet::compiler::emit {
namespace {

// `first to last`, or the one layer's name.
std::string name_of(const Segment& segment) {
  if (segment.layers.empty()) return "nothing";
  const std::string first = plain_name(segment.layers.front().name);
  return segment.layers.size() == 1 ? first : first + " to " + plain_name(segment.layers.back().name);
}

// `operator 3 (SVDF), which computes tensor 7 (x),` for messages.
std::string describe(const Graph& graph, std::size_t index) {
  const Operator& op = graph.operators[index];
  if (op.outputs.empty()) return graph.describe_operator(index);
  return graph.describe_operator(index) + ", which computes " + graph.describe_tensor(op.outputs.front()) + ",";
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

class Translator {
 public:
  Translator(const Model& model, const CppOptions& options)
      : model_(model), preparation_(model, executor_options_), result_{model.main(), options, {}, {}, {}, {}, {}} {
    result_.config = spec::kDefaultConfiguration;
  }

  Result<Translation> translate() {
    const Graph& graph = result_.graph;
    if (Outcome ok = check_interface(graph, graph.inputs, "input"); !ok) return tl::unexpected(ok.error());
    if (Outcome ok = check_interface(graph, graph.outputs, "output"); !ok) return tl::unexpected(ok.error());
    std::vector<std::size_t> scratch;
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
      if (Outcome ok = add_step(i); !ok) return tl::unexpected(ok.error());
      const std::optional<SegmentView>& segment = result_.steps.back().segment;
      scratch.push_back(segment ? segment->segment.scratch_bytes() : 0);
    }
    result_.variables = preparation_.variables();
    result_.arena = plan_arena(graph, scratch, result_.variables.sizes());
    if (result_.arena.bytes > std::numeric_limits<std::uint32_t>::max()) {
      return fail(ErrorCode::kResource, "the model's tensors need " + std::to_string(result_.arena.bytes) +
                                            " bytes, which 32 bits cannot count");
    }
    return std::move(result_);
  }

 private:
  Outcome add_step(std::size_t index);
  Outcome add_called(std::size_t index);
  Result<CppCalls> calls_of(const Graph& graph, std::size_t index, const exec::Evaluate& evaluate);

  const Model& model_;
  const ExecutorOptions executor_options_{.custom_codes = {kNpuCustomCode}};
  exec::Preparation preparation_;
  Translation result_;
  std::set<std::size_t> called_;
};

Outcome Translator::add_step(std::size_t index) {
  const Graph& graph = result_.graph;
  const Operator& op = graph.operators[index];
  auto evaluate = preparation_.prepare(index);
  if (!evaluate) return tl::unexpected(evaluate.error());
  CppStep& step = result_.steps.emplace_back();
  if (op.code == OpCode::kCallOnce) return add_called(index);
  if (op.code == OpCode::kCustom) {
    auto view = read_segment(graph, op);
    if (!view) return fail(view.error().code, graph.describe_operator(index) + " " + view.error().message);
    step.name = name_of(view->segment);
    result_.config = view->config;
    step.segment = std::move(*view);
    return {};
  }
  auto calls = calls_of(graph, index, *evaluate);
  if (!calls) return tl::unexpected(calls.error());
  // One that writes no tensor, ASSIGN_VARIABLE, is called after the tensor that it keeps.
  const std::int32_t named = op.outputs.empty() ? op.input(1) : op.outputs.front();
  step.name = named == kAbsent ? op.name() : plain_name(graph.tensor(named).name);
  step.kernels = std::move(*calls);
  return {};
}

Result<CppCalls> Translator::calls_of(const Graph& graph, std::size_t index, const exec::Evaluate& evaluate) {
  const std::optional<std::vector<exec::KernelCall>>& calls = evaluate.calls();
  if (!calls) {
    return fail(ErrorCode::kUnsupported, describe(graph, index) +
                                             " depends on values that are only known when the model runs, for which no "
                                             "C++ can be written");
  }
  return CppCalls{&graph, &graph.operators[index], *calls};
}

// The graph that a CALL_ONCE names: it may give variables constant values, and do nothing else.
Outcome Translator::add_called(std::size_t index) {
  const std::size_t number = exec::called_graph(result_.graph.operators[index]);
  if (!called_.insert(number).second) return {};
  const Graph& graph = model_.graphs[number];
  const std::vector<exec::Evaluate>& operators = preparation_.called().at(number);
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    const bool assigns = op.code == OpCode::kAssignVariable && graph.tensor(op.inputs[1]).is_constant;
    if (!assigns && op.code != OpCode::kVarHandle) {
      return fail(ErrorCode::kUnsupported, result_.graph.describe_operator(index) + " calls a graph in which " +
                                               graph.describe_operator(i) +
                                               " does more than to give a variable a constant value");
    }
    auto calls = calls_of(graph, i, operators[i]);
    if (!calls) return tl::unexpected(calls.error());
    result_.initial.push_back(std::move(*calls));
  }
  return {};
}

}  // namespace

Result<Translation> translate(const Model& compiled, const CppOptions& options) {
  return Translator(compiled, options).translate();
}

}  // namespace auklet::compiler::emit
