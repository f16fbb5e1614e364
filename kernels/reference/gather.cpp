#include <auklet/kernels/gather.hpp>

#include "strided_copy.hpp"

namespace auklet::kernels::reference {
namespace {

std::size_t product(const Shape& shape, std::int32_t begin, std::int32_t end) {
  std::size_t result = 1;
  for (std::int32_t i = begin; i < end; ++i)
    result *= static_cast<std::size_t>(shape.dims[static_cast<std::size_t>(i)]);
  return result;
}

// Input seen as [batch, outer, extent, inner], indices as [batch, picks], output as [batch, outer, picks, inner].
template <class Index>
Status gather_any(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
                  Tensor<const Index> indices, Tensor<std::byte> output) {
  const Status status = check_gather(params, element_bytes, input, indices, output);
  if (status != Status::kOk) return status;

  const std::size_t batch = product(input.shape, 0, params.batch_dims);
  const std::size_t outer = product(input.shape, params.batch_dims, params.axis);
  const std::size_t extent = product(input.shape, params.axis, params.axis + 1);
  const std::size_t slice_bytes = product(input.shape, params.axis + 1, input.shape.rank) * element_bytes;
  const std::size_t picks = product(indices.shape, params.batch_dims, indices.shape.rank);
  std::byte* to = output.data.data();
  for (std::size_t row = 0; row < batch * outer; ++row) {
    const std::byte* from = input.data.data() + row * extent * slice_bytes;
    const auto picked = indices.data.subspan(row / outer * picks, picks);
    for (const Index index : picked) {
      copy_bytes(from + static_cast<std::size_t>(index) * slice_bytes, to, slice_bytes);
      to += slice_bytes;
    }
  }
  return Status::kOk;
}

}  // namespace

Status gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
              Tensor<const std::int32_t> indices, Tensor<std::byte> output) {
  return gather_any(params, element_bytes, input, indices, output);
}

Status gather(const GatherParams& params, std::size_t element_bytes, Tensor<const std::byte> input,
              Tensor<const std::int64_t> indices, Tensor<std::byte> output) {
  return gather_any(params, element_bytes, input, indices, output);
}

}  // namespace auklet::kernels::reference
