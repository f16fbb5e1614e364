#include <auklet/compiler/executor.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "preparation.hpp"

namespace auklet::compiler {
namespace {

// Bytes of a graph's values.
std::size_t value_bytes(const Graph& graph) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : graph.tensors) bytes += tensor.is_constant ? 0 : tensor.bytes();
  return bytes;
}

Outcome check_sizes(const Model& model, const exec::Preparation& prepared, std::size_t max_bytes) {
  std::size_t bytes = value_bytes(model.main());
  for (const auto& [number, operators] : prepared.called()) bytes += value_bytes(model.graphs[number]);
  for (const std::size_t size : prepared.variables().sizes()) bytes += size;
  if (bytes <= max_bytes) return {};
  return fail(ErrorCode::kResource, "the model's tensors need " + std::to_string(bytes) + " bytes, " +
                                        std::to_string(max_bytes) + " are allowed");
}

// Bytes that begin where kernels like them to.
class AlignedBytes {
 public:
  [[nodiscard]] std::span<std::byte> resize(std::size_t bytes) {
    storage_.resize(bytes == 0 ? 0 : bytes + kernels::kFastAlignment);
    void* start = storage_.data();
    std::size_t space = storage_.size();
    bytes_ = {static_cast<std::byte*>(std::align(kernels::kFastAlignment, bytes, start, space)), bytes};
    return bytes_;
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

 private:
  Bytes storage_;
  std::span<std::byte> bytes_;
};

// One operator with its tensors' values, in the order of its lists.
struct Step {
  exec::Evaluate evaluate;
  std::vector<std::span<const std::byte>> inputs;
  std::vector<std::span<std::byte>> variables;
  std::vector<std::span<std::byte>> outputs;
  std::optional<AlignedBytes> packed;  // Weights, possibly none; absent: the reference kernel runs.

  [[nodiscard]] exec::Values values() const { return {inputs, variables, outputs}; }
};

// The variables that handles name, by their number; what one holds is undefined until it is assigned.
class VariableValues {
 public:
  explicit VariableValues(exec::VariableTable table) : table_(std::move(table)) {
    for (const std::size_t size : table_.sizes()) values_.emplace_back(size);
  }
  /// The value of the variable whose handle a tensor is, to read and to change; empty for other tensors.
  [[nodiscard]] std::span<std::byte> find(const Graph& graph, std::int32_t tensor) {
    const auto number = table_.find(graph, tensor);
    return number ? std::span<std::byte>(values_[*number]) : std::span<std::byte>();
  }

 private:
  exec::VariableTable table_;
  std::vector<Bytes> values_;  // Never resized, so that spans into them stay.
};

// The values of one graph's tensors, and its operators.
struct GraphState {
  const Graph& graph;
  std::vector<Bytes> buffers;  // By tensor; empty for constants. Never resized, so that spans into them stay.
  std::vector<Step> steps;

  GraphState(const Graph& g, const std::vector<exec::Evaluate>& operators, VariableValues& named)
      : graph(g), buffers(g.tensors.size()) {
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      if (!graph.tensors[i].is_constant) buffers[i].resize(graph.tensors[i].bytes());
    }
    for (std::size_t i = 0; i < operators.size(); ++i) add_step(graph.operators[i], operators[i], named);
  }

  [[nodiscard]] std::span<const std::byte> value(std::int32_t index) const {
    if (index == kAbsent) return {};
    const Tensor& tensor = graph.tensor(index);
    return tensor.is_constant ? tensor.data : std::span<const std::byte>(buffers[static_cast<std::size_t>(index)]);
  }

  [[nodiscard]] std::span<std::byte> buffer(std::int32_t index) { return buffers[static_cast<std::size_t>(index)]; }

  void add_step(const Operator& op, exec::Evaluate evaluate, VariableValues& named) {
    Step step{std::move(evaluate), {}, {}, {}, {}};
    for (const std::int32_t index : op.inputs) {
      const bool variable = index != kAbsent && graph.tensor(index).is_variable;
      const std::span<std::byte> of_handle = named.find(graph, index);
      step.inputs.push_back(of_handle.empty() ? value(index) : of_handle);
      step.variables.push_back(variable ? buffer(index) : of_handle);
    }
    for (const std::int32_t index : op.outputs) step.outputs.push_back(buffer(index));
    steps.push_back(std::move(step));
  }

  void reset_variables();
};

void GraphState::reset_variables() {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const Tensor& tensor = graph.tensors[i];
    if (!tensor.is_variable) continue;
    const bool starts_at_zero_point = tensor.type == TensorType::kInt8 && tensor.quantization.present();
    const int start = starts_at_zero_point ? static_cast<int>(tensor.quantization.zero_point()) : 0;
    std::ranges::fill(buffers[i], static_cast<std::byte>(start));
  }
}

Outcome accepted(kernels::Status status, const Graph& graph, std::size_t index) {
  if (status == kernels::Status::kOk) return {};
  return fail(ErrorCode::kInvalid,
              graph.describe_operator(index) + " was refused by its kernel: " + kernels::describe(status));
}

Outcome evaluate(const GraphState& state, std::size_t index, std::span<std::byte> workspace) {
  const Step& step = state.steps[index];
  const std::optional<exec::OptimizedCall>& optimized = step.evaluate.optimized();
  if (!optimized || !step.packed) return accepted(step.evaluate(step.values()), state.graph, index);
  const kernels::Resources resources{.workspace = workspace, .packed = step.packed->bytes(), .parallel = {}};
  return accepted(optimized->run(step.values(), resources), state.graph, index);
}

}  // namespace

struct Executor::State {
  VariableValues named;
  GraphState main;
  // A graph that CALL_ONCE runs before its first inference, and whether it has.
  struct Called {
    GraphState graph;
    bool done = false;
  };
  std::map<std::size_t, Called> called;
  AlignedBytes workspace;  // Of all optimised kernels, one after the other.

  State(const Model& model, const std::vector<exec::Evaluate>& operators, const exec::Preparation& prepared)
      : named(prepared.variables()), main(model.main(), operators, named) {
    for (const auto& [number, of_graph] : prepared.called()) {
      called.emplace(number, Called{GraphState(model.graphs[number], of_graph, named)});
    }
  }

  Outcome use_optimized_kernels(std::size_t max_bytes);
  [[nodiscard]] std::size_t kernel_bytes() const;
  Outcome set_inputs(std::span<const std::span<const std::byte>> inputs);
  Outcome run_step(std::size_t index, const ExecutorHooks& hooks);
  Outcome call_once(Called& graph);
};

// For the main graph: what CALL_ONCE runs, runs once. A twin that would take all of them beyond `max_bytes` is not
// used: packed weights may be hundreds of times as large as the model's.
Outcome Executor::State::use_optimized_kernels(std::size_t max_bytes) {
  std::size_t packed_bytes = 0;
  std::size_t workspace_bytes = 0;
  for (std::size_t i = 0; i < main.steps.size(); ++i) {
    Step& step = main.steps[i];
    const std::optional<exec::OptimizedCall>& call = step.evaluate.optimized();
    if (!call) continue;
    const std::size_t largest = std::max(workspace_bytes, call->workspace_bytes);
    if (largest > max_bytes - packed_bytes || call->packed_bytes > max_bytes - packed_bytes - largest) continue;
    const std::span<std::byte> packed = step.packed.emplace().resize(call->packed_bytes);
    if (!packed.empty()) {
      if (Outcome ok = accepted(call->pack(step.values(), packed), main.graph, i); !ok) return ok;
    }
    packed_bytes += call->packed_bytes;
    workspace_bytes = largest;
  }
  (void)workspace.resize(workspace_bytes);
  return {};
}

std::size_t Executor::State::kernel_bytes() const {
  std::size_t bytes = workspace.bytes().size();
  for (const Step& step : main.steps) bytes += step.packed ? step.packed->bytes().size() : 0;
  return bytes;
}

Outcome Executor::State::set_inputs(std::span<const std::span<const std::byte>> inputs) {
  const Graph& graph = main.graph;
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
    std::ranges::copy(inputs[i], main.buffer(graph.inputs[i]).begin());
  }
  return {};
}

Outcome Executor::State::call_once(Called& graph) {
  if (graph.done) return {};
  for (std::size_t i = 0; i < graph.graph.steps.size(); ++i) {
    if (Outcome ok = evaluate(graph.graph, i, {}); !ok) return ok;
  }
  graph.done = true;
  return {};
}

Outcome Executor::State::run_step(std::size_t index, const ExecutorHooks& hooks) {
  const Graph& graph = main.graph;
  const Operator& op = graph.operators[index];
  const Step& step = main.steps[index];
  if (hooks.before_operator) hooks.before_operator(graph, index);
  if (step.evaluate) {
    if (Outcome ok = evaluate(main, index, workspace.bytes()); !ok) return ok;
  } else if (op.code == OpCode::kCallOnce) {
    if (Outcome ok = call_once(called.at(exec::called_graph(op))); !ok) return ok;
  } else if (Outcome ok = hooks.run_custom({graph, index, step.inputs, step.variables, step.outputs}); !ok) {
    return ok;
  }
  if (hooks.on_tensor) {
    for (const std::int32_t tensor : op.outputs) hooks.on_tensor(graph, tensor, main.value(tensor));
  }
  if (hooks.after_operator) hooks.after_operator(graph, index);
  return {};
}

bool has_optimized_kernels() { return exec::kHasOptimizedKernels; }

Executor::Executor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Result<Executor> Executor::create(const Model& model, const ExecutorOptions& options) {
  if (Outcome ok = validate(model); !ok) return tl::unexpected(ok.error());
  exec::Preparation preparation(model, options);
  std::vector<exec::Evaluate> operators;
  for (std::size_t i = 0; i < model.main().operators.size(); ++i) {
    auto evaluate = preparation.prepare(i);
    if (!evaluate) return tl::unexpected(evaluate.error());
    operators.push_back(std::move(*evaluate));
  }
  if (Outcome ok = check_sizes(model, preparation, options.max_activation_bytes); !ok) {
    return tl::unexpected(ok.error());
  }
  Executor executor(std::make_unique<State>(model, operators, preparation));
  if (options.kernels == CpuKernels::kOptimized) {
    if (Outcome ok = executor.state_->use_optimized_kernels(options.max_activation_bytes); !ok)
      return tl::unexpected(ok.error());
  }
  executor.reset();
  return executor;
}

Result<std::vector<Bytes>> Executor::run(std::span<const std::span<const std::byte>> inputs,
                                         const ExecutorHooks& hooks) {
  const GraphState& main = state_->main;
  bool needs_hook = false;
  for (std::size_t i = 0; i < main.steps.size(); ++i) {
    needs_hook = needs_hook || (!main.steps[i].evaluate && main.graph.operators[i].code == OpCode::kCustom);
  }
  if (needs_hook && !hooks.run_custom) {
    return fail(ErrorCode::kArgument, "the model has custom operators and there is no hook to run them");
  }
  if (Outcome ok = state_->set_inputs(inputs); !ok) return tl::unexpected(ok.error());
  for (std::size_t i = 0; i < main.steps.size(); ++i) {
    if (Outcome ok = state_->run_step(i, hooks); !ok) return tl::unexpected(ok.error());
  }
  std::vector<Bytes> outputs;
  for (const std::int32_t index : main.graph.outputs) {
    const std::span<const std::byte> value = main.value(index);
    outputs.emplace_back(value.begin(), value.end());
  }
  return outputs;
}

void Executor::reset() {
  state_->main.reset_variables();
  for (auto& [number, called] : state_->called) {
    called.graph.reset_variables();
    called.done = false;
  }
}

std::size_t Executor::kernel_bytes() const { return state_->kernel_bytes(); }

std::vector<Refusal> find_refusals(const Model& model, const ExecutorOptions& options) {
  std::vector<Refusal> refusals;
  exec::Preparation preparation(model, options);
  for (std::size_t i = 0; i < model.main().operators.size(); ++i) {
    if (auto prepared = preparation.prepare(i); !prepared) refusals.push_back({i, prepared.error()});
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
