#include <auklet/kernels/strided_slice.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {

Status strided_slice(const StridedSliceParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                     Tensor<std::byte> output) {
  const Status status = check_strided_slice(params, element_bytes, input, output);
  if (status != Status::kOk) return status;

  const detail::Dims dims = detail::extend(output.shape);
  const Strides pitch = row_major_strides(detail::extend(input.shape));
  const std::size_t leading = detail::kRank - static_cast<std::size_t>(input.shape.rank);
  Box from;
  for (std::size_t i = leading; i < detail::kRank; ++i) {
    from.offset += params.begin[i - leading] * pitch[i];
    from.strides[i] = params.stride[i - leading] * pitch[i];
  }
  strided_copy(dims, element_bytes, from, input.data.data(), {0, row_major_strides(dims)}, output.data.data());
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
