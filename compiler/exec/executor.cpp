#include <auklet/compiler/executor.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

#include "operator_registry.hpp"

namespace auklet::compiler {
namespace {

bool runs_custom(const ExecutorOptions& options, const Operator& op) {
  return op.code == OpCode::kCustom &&
         std::ranges::find(options.custom_codes, op.custom_code) != options.custom_codes.end();
}

// The prepared operator; an empty function for a custom operator that a hook runs. The error names the operator.
Result<exec::Evaluate> prepare(const Graph& graph, std::size_t index, const ExecutorOptions& options) {
  const Operator& op = graph.operators[index];
  if (runs_custom(options, op)) return exec::Evaluate();
  const exec::Prepare prepare_operator = exec::find_prepare(op.code);
  if (prepare_operator == nullptr) {
    return fail(ErrorCode::kUnsupported, graph.describe_operator(index) + " is not implemented on the CPU");
  }
  auto evaluate = prepare_operator({graph, op});
  if (!evaluate) {
    return fail(evaluate.error().code, graph.describe_operator(index) + " " + evaluate.error().message);
  }
  return evaluate;
}

Outcome check_sizes(const Graph& graph, std::size_t max_bytes) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : graph.tensors) bytes += tensor.is_constant ? 0 : tensor.bytes();
  if (bytes <= max_bytes) return {};
  return fail(ErrorCode::kResource, "the model's tensors need " + std::to_string(bytes) + " bytes, " +
                                        std::to_string(max_bytes) + " are allowed");
}

}  // namespace

struct Executor::State {
  // One operator with its tensors' values, in the order of its lists.
  struct Step {
    exec::Evaluate evaluate;
    std::vector<std::span<const std::byte>> inputs;
    std::vector<std::span<std::byte>> variables;
    std::vector<std::span<std::byte>> outputs;
  };

  const Graph& graph;
  std::vector<Bytes> buffers;  // By tensor; empty for constants. Never resized, so that spans into them stay.
  std::vector<Step> steps;

  explicit State(const Graph& g) : graph(g), buffers(g.tensors.size()) {
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      if (!graph.tensors[i].is_constant) buffers[i].resize(graph.tensors[i].bytes());
    }
  }

  [[nodiscard]] std::span<const std::byte> value(std::int32_t index) const {
    if (index == kAbsent) return {};
    const Tensor& tensor = graph.tensor(index);
    return tensor.is_constant ? tensor.data : std::span<const std::byte>(buffers[static_cast<std::size_t>(index)]);
  }

  [[nodiscard]] std::span<std::byte> buffer(std::int32_t index) { return buffers[static_cast<std::size_t>(index)]; }

  void add_step(const Operator& op, exec::Evaluate evaluate) {
    Step step{std::move(evaluate), {}, {}, {}};
    for (const std::int32_t index : op.inputs) {
      const bool variable = index != kAbsent && graph.tensor(index).is_variable;
      step.inputs.push_back(value(index));
      step.variables.push_back(variable ? buffer(index) : std::span<std::byte>());
    }
    for (const std::int32_t index : op.outputs) step.outputs.push_back(buffer(index));
    steps.push_back(std::move(step));
  }

  Outcome set_inputs(std::span<const std::span<const std::byte>> inputs);
  Outcome run_step(std::size_t index, const ExecutorHooks& hooks);
};

Outcome Executor::State::set_inputs(std::span<const std::span<const std::byte>> inputs) {
  if (inputs.size() != graph.inputs.size()) {
    return fail(ErrorCode::kArgument, "the model has " + std::to_string(graph.inputs.size()) + " inputs, not " +
                                          std::to_string(inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t expected = graph.tensor(graph.inputs[i]).bytes();
    if (inputs[i].size() != expected) {
      return fail(ErrorCode::kArgument, "input " + std::to_string(i) + ", " + graph.describe_tensor(graph.inputs[i]) +
                                            ", has " + std::to_string(expected) + " bytes, not " +
                                            std::to_string(inputs[i].size()));
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::ranges::copy(inputs[i], buffer(graph.inputs[i]).begin());
  }
  return {};
}

Outcome Executor::State::run_step(std::size_t index, const ExecutorHooks& hooks) {
  const Step& step = steps[index];
  if (hooks.before_operator) hooks.before_operator(graph, index);
  if (step.evaluate) {
    if (const kernels::Status status = step.evaluate({step.inputs, step.variables, step.outputs});
        status != kernels::Status::kOk) {
      return fail(ErrorCode::kInvalid,
                  graph.describe_operator(index) + " was refused by its kernel: " + kernels::describe(status));
    }
  } else if (Outcome ok = hooks.run_custom({graph, index, step.inputs, step.variables, step.outputs}); !ok) {
    return ok;
  }
  if (hooks.on_tensor) {
    for (const std::int32_t tensor : graph.operators[index].outputs) hooks.on_tensor(graph, tensor, value(tensor));
  }
  if (hooks.after_operator) hooks.after_operator(graph, index);
  return {};
}

Executor::Executor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Result<Executor> Executor::create(const Model& model, const ExecutorOptions& options) {
  if (Outcome ok = validate(model); !ok) return tl::unexpected(ok.error());
  const Graph& graph = model.main();
  std::vector<exec::Evaluate> prepared;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    auto evaluate = prepare(graph, i, options);
    if (!evaluate) return tl::unexpected(evaluate.error());
    prepared.push_back(std::move(*evaluate));
  }
  if (Outcome ok = check_sizes(graph, options.max_activation_bytes); !ok) return tl::unexpected(ok.error());
  auto state = std::make_unique<State>(graph);
  for (std::size_t i = 0; i < prepared.size(); ++i) state->add_step(graph.operators[i], std::move(prepared[i]));
  Executor executor(std::move(state));
  executor.reset();
  return executor;
}

Result<std::vector<Bytes>> Executor::run(std::span<const std::span<const std::byte>> inputs,
                                         const ExecutorHooks& hooks) {
  const bool needs_hook = std::ranges::any_of(state_->steps, [](const State::Step& step) { return !step.evaluate; });
  if (needs_hook && !hooks.run_custom) {
    return fail(ErrorCode::kArgument, "the model has custom operators and there is no hook to run them");
  }
  if (Outcome ok = state_->set_inputs(inputs); !ok) return tl::unexpected(ok.error());
  for (std::size_t i = 0; i < state_->steps.size(); ++i) {
    if (Outcome ok = state_->run_step(i, hooks); !ok) return tl::unexpected(ok.error());
  }
  std::vector<Bytes> outputs;
  for (const std::int32_t index : state_->graph.outputs) {
    const std::span<const std::byte> value = state_->value(index);
    outputs.emplace_back(value.begin(), value.end());
  }
  return outputs;
}

void Executor::reset() {
  for (std::size_t i = 0; i < state_->buffers.size(); ++i) {
    const Tensor& tensor = state_->graph.tensors[i];
    if (!tensor.is_variable) continue;
    const bool starts_at_zero_point = tensor.type == TensorType::kInt8 && tensor.quantization.present();
    const int start = starts_at_zero_point ? static_cast<int>(tensor.quantization.zero_point()) : 0;
    std::ranges::fill(state_->buffers[i], static_cast<std::byte>(start));
  }
}

std::vector<Refusal> find_refusals(const Model& model, const ExecutorOptions& options) {
  std::vector<Refusal> refusals;
  const Graph& graph = model.main();
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    if (auto prepared = prepare(graph, i, options); !prepared) refusals.push_back({i, prepared.error()});
  }
  return refusals;
}

Result<std::vector<Bytes>> run_cpu(const Model& model, std::span<const Bytes> inputs, const ExecutorHooks& hooks,
                                   const ExecutorOptions& options) {
  auto executor = Executor::create(model, options);
  if (!executor) return tl::unexpected(executor.error());
  const std::vector<std::span<const std::byte>> views(inputs.begin(), inputs.end());
  return executor->run(views, hooks);
}

}  // namespace auklet::compiler
