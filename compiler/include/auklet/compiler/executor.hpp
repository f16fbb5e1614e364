// Running a model on the host's CPU, one operator at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <auklet/compiler/ir.hpp>

namespace auklet::compiler {

/// A tensor's value, little-endian, row-major.
using Bytes = std::vector<std::byte>;

/// A custom operator that is to be executed: its inputs' values are there, its outputs' are to be written in full.
struct CustomCall {
  const Graph& graph;
  std::size_t operator_index;
  std::span<const std::span<const std::byte>> inputs;  ///< One an input; empty where the input is absent.
  std::span<const std::span<std::byte>>
      variables;                                  ///< One an input: the same value to change; empty unless a variable.
  std::span<const std::span<std::byte>> outputs;  ///< One an output, as long as its shape says.

  [[nodiscard]] const Operator& op() const { return graph.operators[operator_index]; }
};

/// What the caller wants to see and do while a model runs. Each may be empty. They run on the caller's thread, and for
/// the operators of the main graph: CALL_ONCE is one operator, whatever its graph holds.
struct ExecutorHooks {
  /// Before an operator runs: its graph and its index there.
  std::function<void(const Graph&, std::size_t operator_index)> before_operator;
  /// After an operator ran.
  std::function<void(const Graph&, std::size_t operator_index)> after_operator;
  /// Every value an operator of the graph has produced: tensor index and value, valid during the call.
  std::function<void(const Graph&, std::int32_t tensor, std::span<const std::byte> value)> on_tensor;
  /// Executes a custom operator whose code `runs_custom` accepts. Its error ends the run and is returned as it is.
  std::function<Outcome(const CustomCall&)> run_custom;
};

/// Which kernels run the operators. The results are equal to the bit.
enum class CpuKernels {
  kReference,  ///< The plain loops that define the arithmetic.
  kOptimized,  ///< Their twins in vectors, where the build (has_optimized_kernels()) and the operator have one.
};

/// Whether this build has optimised kernels: whether Google Highway was found when it was made.
[[nodiscard]] bool has_optimized_kernels();

/// Limits and capabilities of an executor.
struct ExecutorOptions {
  CpuKernels kernels = CpuKernels::kReference;
  /// Sum over all tensors that are not constant. As much again is allowed for kernel_bytes(); an operator for which
  /// that is not enough runs its reference kernel.
  std::size_t max_activation_bytes = std::size_t{1} << 30;
  std::vector<std::string> custom_codes{};  ///< Custom operators that the run_custom hook executes.
};

/// An operator that cannot run on the CPU, and why.
struct Refusal {
  std::size_t operator_index = 0;
  Error error;
};

/// A model that is ready to run. Holds the values of all tensors, so that one object serves one thread at a time; the
/// model must outlive it unchanged.
class Executor {
 public:
  /// Checks that every operator can run and allocates the tensors. kUnsupported names the first operator that cannot;
  /// kResource when the tensors need more than max_activation_bytes. Nothing has run when it returns.
  [[nodiscard]] static Result<Executor> create(const Model& model, const ExecutorOptions& options = {});

  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  ~Executor();

  /// One inference. `inputs` in the graph's order, each as long as its tensor (kArgument otherwise, nothing has run).
  /// Returns the outputs in the graph's order. Variables keep their values for the next call. After an error from a
  /// custom operator the variables are undefined until reset().
  [[nodiscard]] Result<std::vector<Bytes>> run(std::span<const std::span<const std::byte>> inputs,
                                               const ExecutorHooks& hooks = {});
  /// Sets all variables to their initial values; CALL_ONCE runs its graph again.
  void reset();
  /// What the optimised kernels hold beside the tensors, in bytes: packed weights and one workspace.
  [[nodiscard]] std::size_t kernel_bytes() const;

 private:
  struct State;
  explicit Executor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Every operator of the main graph that an Executor with these options would refuse, in order; empty when the model
/// can run.
[[nodiscard]] std::vector<Refusal> find_refusals(const Model& model, const ExecutorOptions& options = {});

/// Runs one inference on a fresh Executor.
[[nodiscard]] Result<std::vector<Bytes>> run_cpu(const Model& model, std::span<const Bytes> inputs,
                                                 const ExecutorHooks& hooks = {}, const ExecutorOptions& options = {});

}  // namespace auklet::compiler
