#include <auklet/kernels/add.hpp>

#include "../common/broadcast.hpp"

namespace auklet::kernels::reference {
namespace {

// One operand on the common scale of the sum.
std::int32_t scale_operand(std::int8_t x, std::int32_t zero_point, std::int32_t left_shift,
                           QuantizedMultiplier multiplier) {
  return multiply_by_quantized_multiplier(wrapping_shift_left(x - zero_point, left_shift), multiplier);
}

std::int8_t add_elements(const AddParams& params, std::int8_t a, std::int8_t b) {
  const std::int32_t sum = wrapping_add(scale_operand(a, params.a_zero_point, params.left_shift, params.a_multiplier),
                                        scale_operand(b, params.b_zero_point, params.left_shift, params.b_multiplier));
  return requantize_to_int8(sum, params.output_multiplier, params.output_zero_point, params.activation);
}

std::size_t dot(const detail::Dims& index, const detail::Dims& strides) {
  std::int32_t offset = 0;
  for (std::size_t i = 0; i < index.size(); ++i) offset += index[i] * strides[i];
  return static_cast<std::size_t>(offset);
}

}  // namespace

Status add(const AddParams& params, Tensor<const std::int8_t> a, Tensor<const std::int8_t> b,
           Tensor<std::int8_t> output) {
  const Status status = check_add(params, a, b, output);
  if (status != Status::kOk) return status;

  const detail::Dims dims = detail::extend(output.shape);
  const detail::Dims a_strides = detail::broadcast_strides(a.shape);
  const detail::Dims b_strides = detail::broadcast_strides(b.shape);
  detail::Dims index{};
  for (std::int8_t& element : output.data) {
    element = add_elements(params, a.data[dot(index, a_strides)], b.data[dot(index, b_strides)]);
    // Counts the index up like an odometer: the last dimension turns fastest.
    for (std::size_t i = index.size(); i-- > 0;) {
      if (++index[i] < dims[i]) break;
      index[i] = 0;
    }
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
