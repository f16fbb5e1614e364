// Internal to the executor: how an operator of the CPU is found, prepared and run. A family of operators is one file in
// ops/ that defines its prepare functions; adding one is a line here and a line in operator_registry.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <auklet/compiler/ir.hpp>

#include "kernel_call.hpp"

namespace auklet::compiler::exec {

/// What there is to know of an operator before any value exists. Validated: indices, required inputs, shapes and
/// options fit.
struct Context {
  const Graph& graph;
  const Operator& op;

  [[nodiscard]] bool has(std::size_t i) const { return op.input(i) != kAbsent; }
  [[nodiscard]] const Tensor& in(std::size_t i) const { return graph.tensor(op.inputs[i]); }
  [[nodiscard]] const Tensor& out(std::size_t i = 0) const { return graph.tensor(op.outputs[i]); }
  [[nodiscard]] std::string in_name(std::size_t i) const { return graph.describe_tensor(op.inputs[i]); }
  [[nodiscard]] std::string out_name(std::size_t i = 0) const { return graph.describe_tensor(op.outputs[i]); }
};

/// Derives an operator's parameters. The error's message lacks the operator, which the caller prepends.
using Prepare = Result<Evaluate> (*)(const Context&);

/// The prepare function of a builtin operator; null when it is not implemented.
[[nodiscard]] Prepare find_prepare(OpCode code);

Result<Evaluate> prepare_abs(const Context& context);
Result<Evaluate> prepare_add(const Context& context);
Result<Evaluate> prepare_arg_max(const Context& context);
Result<Evaluate> prepare_arg_min(const Context& context);
Result<Evaluate> prepare_assign_variable(const Context& context);
Result<Evaluate> prepare_average_pool2d(const Context& context);
Result<Evaluate> prepare_batch_matmul(const Context& context);
Result<Evaluate> prepare_batch_to_space_nd(const Context& context);
Result<Evaluate> prepare_concatenation(const Context& context);
Result<Evaluate> prepare_conv2d(const Context& context);
Result<Evaluate> prepare_depth_to_space(const Context& context);
Result<Evaluate> prepare_depthwise_conv2d(const Context& context);
Result<Evaluate> prepare_dequantize(const Context& context);
Result<Evaluate> prepare_elu(const Context& context);
Result<Evaluate> prepare_fully_connected(const Context& context);
Result<Evaluate> prepare_gather(const Context& context);
Result<Evaluate> prepare_hard_swish(const Context& context);
Result<Evaluate> prepare_l2_normalization(const Context& context);
Result<Evaluate> prepare_leaky_relu(const Context& context);
Result<Evaluate> prepare_log_softmax(const Context& context);
Result<Evaluate> prepare_logistic(const Context& context);
Result<Evaluate> prepare_max_pool2d(const Context& context);
Result<Evaluate> prepare_maximum(const Context& context);
Result<Evaluate> prepare_mean(const Context& context);
Result<Evaluate> prepare_minimum(const Context& context);
Result<Evaluate> prepare_mul(const Context& context);
Result<Evaluate> prepare_pack(const Context& context);
Result<Evaluate> prepare_pad(const Context& context);
Result<Evaluate> prepare_padv2(const Context& context);
Result<Evaluate> prepare_prelu(const Context& context);
Result<Evaluate> prepare_quantize(const Context& context);
Result<Evaluate> prepare_read_variable(const Context& context);
Result<Evaluate> prepare_reduce_max(const Context& context);
Result<Evaluate> prepare_reduce_min(const Context& context);
Result<Evaluate> prepare_relu(const Context& context);
Result<Evaluate> prepare_relu6(const Context& context);
Result<Evaluate> prepare_relu_n1_to_1(const Context& context);
Result<Evaluate> prepare_reshape(const Context& context);
Result<Evaluate> prepare_resize_bilinear(const Context& context);
Result<Evaluate> prepare_resize_nearest_neighbor(const Context& context);
Result<Evaluate> prepare_rsqrt(const Context& context);
Result<Evaluate> prepare_shape(const Context& context);
Result<Evaluate> prepare_slice(const Context& context);
Result<Evaluate> prepare_softmax(const Context& context);
Result<Evaluate> prepare_space_to_batch_nd(const Context& context);
Result<Evaluate> prepare_space_to_depth(const Context& context);
Result<Evaluate> prepare_split(const Context& context);
Result<Evaluate> prepare_split_v(const Context& context);
Result<Evaluate> prepare_squared_difference(const Context& context);
Result<Evaluate> prepare_strided_slice(const Context& context);
Result<Evaluate> prepare_sub(const Context& context);
Result<Evaluate> prepare_sum(const Context& context);
Result<Evaluate> prepare_svdf(const Context& context);
Result<Evaluate> prepare_tanh(const Context& context);
Result<Evaluate> prepare_transpose(const Context& context);
Result<Evaluate> prepare_transpose_conv(const Context& context);
Result<Evaluate> prepare_unidirectional_sequence_lstm(const Context& context);
Result<Evaluate> prepare_unpack(const Context& context);
Result<Evaluate> prepare_var_handle(const Context& context);

}  // namespace auklet::compiler::exec
