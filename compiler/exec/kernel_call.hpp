// Internal to the compiler: an operator of the CPU as calls of kernels. A call holds everything but the tensors'
// values, so that the executor can make it and the C++ emitter can write it down: both do the same by construction.
//
//   return call(AUKLET_KERNEL(softmax, softmax), params, input<kernels::Tensor<const std::int8_t>>(0, shape),
//               output<kernels::Tensor<std::int8_t>>(0, shape));
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>

#include "write_value.hpp"

namespace auklet::compiler::exec {

/// The values of one operator's tensors, each as long as its shape says; an absent input is empty. `variables` are the
/// inputs again, to be changed, and empty where the input is no variable. The value of a variable's handle (RESOURCE)
/// is the variable's own.
struct Values {
  std::span<const std::span<const std::byte>> inputs;
  std::span<const std::span<std::byte>> variables;
  std::span<const std::span<std::byte>> outputs;
};

/// A value's bytes as elements. Values are allocated with the alignment of any element and as a whole number of them.
template <typename T>
[[nodiscard]] std::span<const T> elements(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}
template <typename T>
[[nodiscard]] std::span<T> elements(std::span<std::byte> bytes) {
  return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// One call of a kernel.
struct KernelCall {
  std::string header;                                                    ///< Of the kernel: <auklet/kernels/HEADER.hpp>
  std::string function;                                                  ///< Its name, in namespace kernels::reference.
  std::function<std::vector<std::string>(CallWriter&)> write_arguments;  ///< A C++ expression each.
};

/// Whether this build has namespace kernels::optimized.
inline constexpr bool kHasOptimizedKernels = AUKLET_OPTIMIZED_KERNELS;

/// The same call by the kernel's optimised twin: equal results, with memory that it borrows.
struct OptimizedCall {
  std::size_t workspace_bytes = 0;
  std::size_t packed_bytes = 0;  ///< 0: nothing is packed beforehand.
  /// Packs weights that are constant; of the values only those are looked at. Empty if packed_bytes is 0.
  std::function<kernels::Status(const Values&, std::span<std::byte> packed)> pack{};
  std::function<kernels::Status(const Values&, const kernels::Resources&)> run{};
};

/// A prepared operator: all parameters derived, nothing to look up. Runs any number of times. Empty for a custom
/// operator and for CALL_ONCE.
class Evaluate {
 public:
  using Function = std::function<kernels::Status(const Values&)>;

  Evaluate() = default;
  /// One that can be run, but not be written.
  template <typename F>
    requires std::is_convertible_v<F, Function>
  Evaluate(F run) : run_(std::move(run)) {}  // NOLINT(google-explicit-constructor): as for std::function.
  Evaluate(Function run, std::optional<std::vector<KernelCall>> calls)
      : run_(std::move(run)), calls_(std::move(calls)) {}

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(run_); }
  kernels::Status operator()(const Values& values) const { return run_(values); }
  /// What it does, in order; nothing when it cannot be written.
  [[nodiscard]] const std::optional<std::vector<KernelCall>>& calls() const { return calls_; }
  /// The optimised way to do it, if there is one.
  [[nodiscard]] const std::optional<OptimizedCall>& optimized() const { return optimized_; }
  [[nodiscard]] std::optional<OptimizedCall>& optimized() { return optimized_; }

 private:
  Function run_;
  std::optional<std::vector<KernelCall>> calls_;
  std::optional<OptimizedCall> optimized_;
};

/// A tensor as an argument: `View` is the kernel's type for it, here without data.
template <typename View>
struct Operand {
  Side side = Side::kInput;
  std::size_t index = 0;
  View shape;

  [[nodiscard]] View resolve(const Values& v) const {
    if constexpr (kIsSpan<View>) {
      return data<typename View::element_type>(v);
    } else {
      View view = shape;
      view.data = data<typename decltype(view.data)::element_type>(v);
      return view;
    }
  }
  [[nodiscard]] std::string write(CallWriter& writer) const { return write_view(shape, side, index, writer); }

 private:
  template <typename T>
  [[nodiscard]] std::span<T> data(const Values& v) const {
    if constexpr (std::is_const_v<T>) {
      return index < v.inputs.size() ? elements<std::remove_const_t<T>>(v.inputs[index]) : std::span<T>();
    } else {
      return elements<T>(side == Side::kOutput ? v.outputs[index] : v.variables[index]);
    }
  }
};

/// Input `index` of the operator, seen as `View` with the shape `shape...`; empty when the operator has no such input.
template <typename View, typename... Shape>
[[nodiscard]] Operand<View> input(std::size_t index, Shape... shape) {
  return {Side::kInput, index, make_view<View>(shape...)};
}
/// Input `index`, a variable, to be changed.
template <typename View, typename... Shape>
[[nodiscard]] Operand<View> variable(std::size_t index, Shape... shape) {
  return {Side::kVariable, index, make_view<View>(shape...)};
}
/// Output `index`.
template <typename View, typename... Shape>
[[nodiscard]] Operand<View> output(std::size_t index, Shape... shape) {
  return {Side::kOutput, index, make_view<View>(shape...)};
}

/// Parameters with a span to elements that the call owns.
template <typename Params, typename T>
struct Owning {
  Params params;
  std::vector<T> owned;
  std::span<const T> Params::* member;

  [[nodiscard]] Params resolve(const Values& /*values*/) const {
    Params result = params;
    result.*member = owned;
    return result;
  }
  [[nodiscard]] std::string write(CallWriter& writer) const { return write_argument(resolve({}), writer); }
};

/// A span to elements that the call owns.
template <typename T>
struct Owned {
  std::vector<T> owned;

  [[nodiscard]] std::span<const T> resolve(const Values& /*values*/) const { return owned; }
  [[nodiscard]] std::string write(CallWriter& writer) const { return write_value(resolve({}), writer); }
};

struct NoTwin {};

/// A kernel with its name, and its optimised twin, if it has one.
template <typename Function, typename Twin = NoTwin>
struct Kernel {
  std::string header;
  std::string name;
  Function function;
  Twin twin{};  ///< Takes the same arguments and kernels::Resources behind them, or not all types of them.
};

/// The kernel kernels::reference::FUNCTION of <auklet/kernels/HEADER.hpp>, any overload, with its name.
#define AUKLET_KERNEL(HEADER, FUNCTION)                                                                               \
  ::auklet::compiler::exec::Kernel {                                                                                  \
    #HEADER, #FUNCTION, [](const auto&... arguments) { return ::auklet::kernels::reference::FUNCTION(arguments...); } \
  }

/// The same with kernels::optimized::FUNCTION as its twin.
#define AUKLET_TWIN_KERNELS(HEADER, FUNCTION)                                                                          \
  ::auklet::compiler::exec::Kernel {                                                                                   \
    #HEADER, #FUNCTION, [](const auto&... arguments) { return ::auklet::kernels::reference::FUNCTION(arguments...); }, \
        [](const auto&... arguments)                                                                                   \
      requires requires { ::auklet::kernels::optimized::FUNCTION(arguments...); }                                      \
    { return ::auklet::kernels::optimized::FUNCTION(arguments...); }                                                   \
  }

/// What the kernel is given for an argument.
template <typename Argument>
[[nodiscard]] decltype(auto) resolve(const Argument& argument, const Values& values) {
  if constexpr (requires { argument.resolve(values); }) {
    return argument.resolve(values);
  } else {
    return (argument);
  }
}

/// One call of a kernel. Arguments are in the kernel's order: operands, Owning parameters, Owned spans, plain values.
template <typename... Functions, typename... Arguments>
[[nodiscard]] Evaluate call(const Kernel<Functions...>& kernel, const Arguments&... arguments) {
  const auto write = [arguments...](CallWriter& writer) {
    return std::vector<std::string>{write_argument(arguments, writer)...};
  };
  const auto run = [function = kernel.function, arguments...](const Values& v) {
    return function(resolve(arguments, v)...);
  };
  Evaluate evaluate(run, std::vector{KernelCall{kernel.header, kernel.name, write}});
  if constexpr (kHasOptimizedKernels &&
                requires(Values v, kernels::Resources r) { kernel.twin(resolve(arguments, v)..., r); }) {
    evaluate.optimized() = OptimizedCall{.run = [twin = kernel.twin, arguments...](const Values& v, const auto& r) {
      return twin(resolve(arguments, v)..., r);
    }};
  }
  return evaluate;
}

/// `evaluate`, but not to be written.
[[nodiscard]] inline Evaluate without_text(const Evaluate& evaluate) {
  return {[evaluate](const Values& v) { return evaluate(v); }, std::nullopt};
}

/// All parts, one after the other up to the first that fails; it can be written if all of them can.
[[nodiscard]] Evaluate sequence(std::vector<Evaluate> parts);

}  // namespace auklet::compiler::exec
