#include <auklet/runtime/operators.hpp>

namespace auklet::runtime {

kernels::Status check(const Conv2d& op) noexcept {
  return kernels::check_conv2d(op.params, op.input, op.filter, op.bias, op.output);
}
kernels::Status check(const DepthwiseConv2d& op) noexcept {
  return kernels::check_depthwise_conv2d(op.params, op.input, op.filter, op.bias, op.output);
}
kernels::Status check(const FullyConnected& op) noexcept {
  return kernels::check_fully_connected(op.params, op.input, op.filter, op.bias, op.output);
}
kernels::Status check(const Add& op) noexcept { return kernels::check_add(op.params, op.a, op.b, op.output); }
kernels::Status check(const Pool2d& op) noexcept { return kernels::check_pool2d(op.params, op.input, op.output); }

kernels::Status compute_on_cpu(const Conv2d& op) noexcept {
  return kernels::reference::conv2d(op.params, op.input, op.filter, op.bias, op.output);
}
kernels::Status compute_on_cpu(const DepthwiseConv2d& op) noexcept {
  return kernels::reference::depthwise_conv2d(op.params, op.input, op.filter, op.bias, op.output);
}
kernels::Status compute_on_cpu(const FullyConnected& op) noexcept {
  return kernels::reference::fully_connected(op.params, op.input, op.filter, op.bias, op.output);
}
kernels::Status compute_on_cpu(const Add& op) noexcept {
  return kernels::reference::add(op.params, op.a, op.b, op.output);
}
kernels::Status compute_on_cpu(const Pool2d& op) noexcept {
  return op.kind == plan::PoolKind::kMax ? kernels::reference::max_pool2d(op.params, op.input, op.output)
                                         : kernels::reference::average_pool2d(op.params, op.input, op.output);
}

// Every output position meets every weight once. Both counts are below 2^31.
std::uint64_t macs(const Conv2d& op) noexcept {
  const std::uint64_t pixels = op.output.data.size() / static_cast<std::size_t>(op.output.shape.channels);
  return pixels * op.filter.data.size();
}
std::uint64_t macs(const DepthwiseConv2d& op) noexcept {
  const std::uint64_t pixels = op.output.data.size() / static_cast<std::size_t>(op.output.shape.channels);
  return pixels * op.filter.data.size();
}
std::uint64_t macs(const FullyConnected& op) noexcept {
  return static_cast<std::uint64_t>(op.output.rows) * op.filter.data.size();
}

}  // namespace auklet::runtime
