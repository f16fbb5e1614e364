#include <auklet/kernels/reshape.hpp>
#include <cstdint>

namespace auklet::kernels::reference {

Status reshape(std::size_t element_bytes, Tensor<const std::byte> input, Tensor<std::byte> output) {
  const Status status = check_reshape(element_bytes, input, output);
  if (status != Status::kOk) return status;

  const std::byte* from = input.data.data();
  std::byte* to = output.data.data();
  const std::size_t bytes = input.data.size();
  // Where the buffers overlap, the direction decides whether bytes are read before they are overwritten.
  if (reinterpret_cast<std::uintptr_t>(to) < reinterpret_cast<std::uintptr_t>(from)) {
    for (std::size_t i = 0; i < bytes; ++i) to[i] = from[i];
  } else if (to != from) {
    for (std::size_t i = bytes; i-- > 0;) to[i] = from[i];
  }
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
