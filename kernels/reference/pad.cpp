#include <auklet/kernels/pad.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {

Status pad(const PadParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
           Tensor<std::byte> output) {
  const Status status = check_pad(params, element_bytes, input, output);
  if (status != Status::kOk) return status;

  fill_elements(params.value, output.data.data(), output.data.size() / element_bytes);
  const detail::Dims dims = detail::extend(input.shape);
  Box to{0, row_major_strides(detail::extend(output.shape))};
  const std::size_t leading = detail::kRank - static_cast<std::size_t>(input.shape.rank);
  for (std::size_t i = leading; i < detail::kRank; ++i) to.offset += params.before[i - leading] * to.strides[i];
  strided_copy(dims, element_bytes, {0, row_major_strides(dims)}, input.data.data(), to, output.data.data());
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
