// The one reference kernel that needs the C library, so in a file of its own: a static link leaves it out where nothing
// calls it.
#include <auklet/kernels/log_softmax.hpp>
#include <cmath>
#include <limits>

#include "../common/rows.hpp"

namespace auklet::kernels::reference {
namespace {

// `in` and `out` may be the same row.
void log_softmax_row(std::span<const float> in, std::span<float> out) {
  float highest = std::numeric_limits<float>::lowest();
  for (const float x : in) highest = highest < x ? x : highest;
  float sum = 0.0F;
  for (const float x : in) sum += std::exp(x - highest);
  const float log_sum = std::log(sum);
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = in[i] - highest - log_sum;
}

}  // namespace

Status log_softmax(Tensor<const float> input, Tensor<float> output) {
  const Status status = check_log_softmax(input, output);
  if (status != Status::kOk) return status;
  detail::for_each_row(input, output, [](auto in, auto out) { log_softmax_row(in, out); });
  return Status::kOk;
}

}  // namespace auklet::kernels::reference
