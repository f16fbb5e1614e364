#include <auklet/kernels/reshape.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {

// The output's shape is the tensor's own: validation has seen that it holds as many elements.
Result<Evaluate> prepare_reshape(const Context& context) {
  const std::size_t element_bytes = element_size(context.in(0).type);
  if (element_bytes == 0 || element_bytes > 8) {
    return fail(ErrorCode::kUnsupported, "has " + context.in_name(0) + " of type " + name(context.in(0).type));
  }
  // Elements keep their order, so that one dimension serves both sides, whatever their ranks.
  const kernels::Shape shape = kernels::make_shape(static_cast<std::int32_t>(context.out().elements()));
  return call(AUKLET_KERNEL(reshape, reshape), element_bytes, input<kernels::Tensor<const std::byte>>(0, shape),
              output<kernels::Tensor<std::byte>>(0, shape));
}

}  // namespace auklet::compiler::exec
