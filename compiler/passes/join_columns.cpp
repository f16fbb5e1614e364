#include "join_columns.hpp"

#include <numeric>

#include "conv_weights.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;

// [columns][out_c][kernel_h][joined kernel_w][in_c]: column i sees what lies i strides further to the right.
std::vector<std::int8_t> joined_weights(const ConvWork& work, const plan::ConvOp& joined, u32 columns) {
  const plan::ConvOp& op = work.op;
  std::vector<std::int8_t> weights(std::size_t{joined.out_c} * joined.kernel_h * joined.kernel_w * joined.in_c);
  for (u32 lane = 0; lane < columns * op.out_c; ++lane) {
    for (u32 ky = 0; ky < op.kernel_h; ++ky) {
      for (u32 kx = 0; kx < op.kernel_w; ++kx) {
        const u32 column = (lane / op.out_c * op.stride_w + kx * op.dilation_w) / joined.dilation_w;
        const std::size_t to = ((std::size_t{lane} * op.kernel_h + ky) * joined.kernel_w + column) * op.in_c;
        for (u32 c = 0; c < op.in_c; ++c) weights[to + c] = weight_at(work, lane % op.out_c, ky, kx, c);
      }
    }
  }
  return weights;
}

std::vector<std::int32_t> repeated(const std::vector<std::int32_t>& values, u32 times) {
  std::vector<std::int32_t> all;
  for (u32 i = 0; i < times; ++i) all.insert(all.end(), values.begin(), values.end());
  return all;
}

}  // namespace

std::optional<plan::ConvOp> join_columns(const plan::ConvOp& op, u32 columns) {
  if (op.groups != 1 || op.out_w % columns != 0 || std::uint64_t{op.out_c} * columns % plan::kWordBytes != 0) {
    return std::nullopt;
  }
  plan::ConvOp joined = op;
  joined.out_w = op.out_w / columns;
  joined.out_c = op.out_c * columns;
  joined.dilation_w = std::gcd(op.stride_w, op.dilation_w);
  joined.kernel_w = ((op.kernel_w - 1) * op.dilation_w + (columns - 1) * op.stride_w) / joined.dilation_w + 1;
  joined.stride_w = op.stride_w * columns;
  joined.weight_order = plan::WeightOrder::kOhwi;
  if (!plan::check(joined).ok()) return std::nullopt;
  return joined;
}

ConvWork joined_work(const ConvWork& work, const plan::ConvOp& joined, u32 columns) {
  ConvWork result = rewritten(work, joined, joined_weights(work, joined, columns));
  result.bias = repeated(work.bias, columns);
  // One of these serves all channels.
  if (work.multiplier.size() > 1) result.multiplier = repeated(work.multiplier, columns);
  if (work.shift.size() > 1) result.shift = repeated(work.shift, columns);
  return result;
}

}  // namespace auklet::compiler::passes
