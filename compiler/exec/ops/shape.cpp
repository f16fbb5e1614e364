// SHAPE: its result is known before the model runs.
#include <auklet/kernels/reshape.hpp>

#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// Copies the numbers, which are elements of T, to the output.
template <typename T>
Evaluate give(const Extents& numbers) {
  const std::vector<T> values(numbers.begin(), numbers.end());
  const std::span<const std::byte> bytes = std::as_bytes(std::span(values));
  const kernels::Shape shape = kernels::make_shape(static_cast<std::int32_t>(bytes.size()));
  const Owning constant{kernels::Tensor<const std::byte>{shape, {}}, std::vector(bytes.begin(), bytes.end()),
                        &kernels::Tensor<const std::byte>::data};
  return call(AUKLET_KERNEL(reshape, reshape), std::size_t{1}, constant, output<kernels::Tensor<std::byte>>(0, shape));
}

}  // namespace

Result<Evaluate> prepare_shape(const Context& context) {
  const Tensor& out = context.out();
  if (Outcome ok = require_type(out, context.out_name(), {TensorType::kInt32, TensorType::kInt64}); !ok) {
    return tl::unexpected(ok.error());
  }
  const Extents shape = extents_of(context.in(0));
  if (Outcome ok = require_shape(out, context.out_name(), {static_cast<std::int64_t>(shape.size())}); !ok) {
    return tl::unexpected(ok.error());
  }
  return out.type == TensorType::kInt64 ? give<std::int64_t>(shape) : give<std::int32_t>(shape);
}

}  // namespace auklet::compiler::exec
