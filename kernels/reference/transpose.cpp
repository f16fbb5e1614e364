#include <auklet/kernels/transpose.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {

Status transpose(const Permutation& permutation, std::size_t element_bytes, Tensor<const std::byte> input,
                 Tensor<std::byte> output) {
  const Status status = check_transpose(permutation, element_bytes, input, output);
  if (status != Status::kOk) return status;

  const detail::Dims dims = detail::extend(output.shape);
  const Strides pitch = row_major_strides(detail::extend(input.shape));
  const std::size_t leading = detail::kRank - static_cast<std::size_t>(input.shape.rank);
  Box from;
  for (std::size_t i = leading; i < detail::kRank; ++i) {
    from.strides[i] = pitch[leading + static_cast<std::size_t>(permutation[i - leading])];
  }
  strided_copy(dims, element_bytes, from, input.data.data(), {0, row_major_strides(dims)}, output.data.data());
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
