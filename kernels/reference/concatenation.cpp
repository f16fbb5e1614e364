#include <auklet/kernels/concatenation.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {

Status concatenation(std::int32_t axis, std::size_t element_bytes, std::span<const Tensor<const std::byte>> inputs,
                     Tensor<std::byte> output) {
  const Status status = check_concatenation(axis, element_bytes, inputs, output);
  if (status != Status::kOk) return status;

  // Before the axis: rows, of which each input fills a part; a part is contiguous.
  std::size_t rows = 1;
  for (std::int32_t i = 0; i < axis; ++i)
    rows *= static_cast<std::size_t>(output.shape.dims[static_cast<std::size_t>(i)]);
  const std::size_t row_bytes = output.data.size() / rows;
  std::size_t start = 0;
  for (const Tensor<const std::byte>& input : inputs) {
    const std::size_t part_bytes = input.data.size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
      copy_bytes(input.data.data() + row * part_bytes, output.data.data() + row * row_bytes + start, part_bytes);
    }
    start += part_bytes;
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
