#include "preparation.hpp"

#include <algorithm>
#include <utility>

namespace auklet::compiler::exec {

std::size_t called_graph(const Operator& op) {
  return static_cast<std::size_t>(std::get<CallOnceOptions>(op.options).init_subgraph);
}

Result<Evaluate> Preparation::prepare(const Graph& graph, std::size_t index) {
  const Operator& op = graph.operators[index];
  const bool is_main = &graph == &model_.main();
  const auto named = [&](const Error& error) {
    return fail(error.code, graph.describe_operator(index) + " " + error.message);
  };
  if (op.code == OpCode::kCustom && is_main &&
      std::ranges::find(options_.custom_codes, op.custom_code) != options_.custom_codes.end()) {
    return Evaluate();
  }
  if (op.code == OpCode::kCallOnce) {
    // The only caller is the main graph, so that no graph can end up calling itself.
    if (!is_main) return named({ErrorCode::kUnsupported, "is in a graph that is called itself"});
    if (Outcome ok = prepare_called(called_graph(op)); !ok) return named(ok.error());
    return Evaluate();
  }
  const Prepare prepare_operator = find_prepare(op.code);
  if (prepare_operator == nullptr) return named({ErrorCode::kUnsupported, "is not implemented on the CPU"});
  if (Outcome ok = variables_.note(graph, op); !ok) return named(ok.error());
  auto evaluate = prepare_operator({graph, op});
  if (!evaluate) return named(evaluate.error());
  return evaluate;
}

Outcome Preparation::prepare_called(std::size_t number) {
  if (called_.contains(number)) return {};  // It runs no second time.
  const Graph& graph = model_.graphs[number];
  if (!graph.inputs.empty() || !graph.outputs.empty()) {
    return fail(ErrorCode::kInvalid, "calls subgraph " + std::to_string(number) + ", which has inputs or outputs");
  }
  std::vector<Evaluate> operators;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    auto evaluate = prepare(graph, i);
    if (!evaluate) {
      return fail(evaluate.error().code,
                  "calls subgraph " + std::to_string(number) + ", whose " + evaluate.error().message);
    }
    operators.push_back(std::move(*evaluate));
  }
  called_.emplace(number, std::move(operators));
  return {};
}

}  // namespace auklet::compiler::exec
