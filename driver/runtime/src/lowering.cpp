#include <algorithm>
#include <auklet/runtime/lowering.hpp>
#include <cstddef>

namespace auklet::runtime {
namespace {

constexpr std::size_t kRank = static_cast<std::size_t>(kernels::kMaxRank);

// Of a number that a kernel's check has found to be no less than zero.
constexpr std::uint32_t to_unsigned(std::int32_t value) noexcept { return static_cast<std::uint32_t>(value); }
constexpr std::int8_t to_int8(std::int32_t value) noexcept { return static_cast<std::int8_t>(value); }

// What every convolution of images has in common; the groups are the caller's.
template <class Op>
void lower_window(const Op& op, Lowered& lowered) noexcept {
  lowered.kind = Lowered::Kind::kConv;
  plan::ConvOp& conv = lowered.conv;
  conv.batch = to_unsigned(op.input.shape.batch);
  conv.in_h = to_unsigned(op.input.shape.height);
  conv.in_w = to_unsigned(op.input.shape.width);
  conv.in_c = to_unsigned(op.input.shape.channels);
  conv.out_h = to_unsigned(op.output.shape.height);
  conv.out_w = to_unsigned(op.output.shape.width);
  conv.out_c = to_unsigned(op.output.shape.channels);
  conv.kernel_h = to_unsigned(op.filter.shape.height);
  conv.kernel_w = to_unsigned(op.filter.shape.width);
  conv.stride_h = to_unsigned(op.params.window.stride_height);
  conv.stride_w = to_unsigned(op.params.window.stride_width);
  conv.dilation_h = to_unsigned(op.params.window.dilation_height);
  conv.dilation_w = to_unsigned(op.params.window.dilation_width);
  conv.pad_top = to_unsigned(op.params.window.pad_top);
  conv.pad_left = to_unsigned(op.params.window.pad_left);
}

// Zero points, clamps, weights, bias and multipliers.
template <class Op>
void lower_quantization(const Op& op, Lowered& lowered) noexcept {
  lowered.conv.in_zp = to_int8(op.params.input_zero_point);
  lowered.conv.out_zp = to_int8(op.params.output_zero_point);
  lowered.conv.act_min = to_int8(op.params.activation.min);
  lowered.conv.act_max = to_int8(op.params.activation.max);
  lowered.weights = op.filter.data;
  lowered.bias = op.bias;
  lowered.multipliers = op.params.multipliers;
}

// Dimension `i` of `shape` extended to rank kMaxRank by leading ones, which is how operands are aligned.
std::int32_t extended_dimension(const kernels::Shape& shape, std::size_t i) noexcept {
  const std::size_t missing = kRank - static_cast<std::size_t>(shape.rank);
  return i < missing ? 1 : shape.dims[i - missing];
}

// How an operand covers the output, cut into rows.
struct Coverage {
  bool expressible = true;
  plan::Cover cover = plan::Cover::kAll;
  std::uint32_t rows = 0;  // Of kRow and kColumn, which ask for a certain cut.
};

// Of the output's dimensions beyond one, an operand has some and repeats over the others: it is a row when the others
// come first, a column when they come last.
Coverage coverage_of(const kernels::Shape& shape, const kernels::Shape& output) noexcept {
  std::uint32_t blocks = 0;  // Of neighbouring dimensions that are all of one sort.
  bool repeats_first = false;
  bool repeats = false;
  std::uint32_t rows = 1;  // The first block's extent.
  for (std::size_t i = 0; i < kRank; ++i) {
    const std::int32_t extent = extended_dimension(output, i);
    if (extent == 1) continue;
    const bool one = extended_dimension(shape, i) == 1;
    if (blocks == 0) repeats_first = one;
    if (blocks == 0 || one != repeats) ++blocks;
    repeats = one;
    if (blocks == 1) rows *= to_unsigned(extent);
  }
  if (blocks > 2) return {.expressible = false};
  if (blocks == 2) return {.cover = repeats_first ? plan::Cover::kRow : plan::Cover::kColumn, .rows = rows};
  return {.cover = repeats_first ? plan::Cover::kOne : plan::Cover::kAll};
}

constexpr plan::QuantizedMultiplier to_plan(const kernels::QuantizedMultiplier& multiplier) noexcept {
  return {.multiplier = multiplier.value, .shift = multiplier.shift};
}

}  // namespace

Reason lower(const Conv2d& op, Lowered& lowered) noexcept {
  lowered = {};
  lower_window(op, lowered);
  lowered.conv.groups = to_unsigned(op.input.shape.channels / op.filter.shape.channels);
  lower_quantization(op, lowered);
  return Reason::kNone;
}

Reason lower(const DepthwiseConv2d& op, Lowered& lowered) noexcept {
  lowered = {};
  lower_window(op, lowered);
  lowered.conv.groups = lowered.conv.in_c;
  lowered.conv.weight_order = plan::WeightOrder::kHwo;
  lower_quantization(op, lowered);
  return Reason::kNone;
}

Reason lower(const FullyConnected& op, Lowered& lowered) noexcept {
  if (op.params.filter_zero_point != 0) return Reason::kFilterZeroPoint;
  lowered = {};
  lowered.kind = Lowered::Kind::kConv;
  lowered.conv =
      plan::fully_connected_op(to_unsigned(op.input.rows), to_unsigned(op.input.columns), to_unsigned(op.filter.rows));
  lower_quantization(op, lowered);
  return Reason::kNone;
}

Reason lower(const Add& op, Lowered& lowered) noexcept {
  const Coverage a = coverage_of(op.a.shape, op.output.shape);
  const Coverage b = coverage_of(op.b.shape, op.output.shape);
  // The planner cuts both operands into the same rows.
  const bool same_rows = a.rows == 0 || b.rows == 0 || a.rows == b.rows;
  if (!a.expressible || !b.expressible || !same_rows) return Reason::kBroadcast;
  lowered = {};
  lowered.kind = Lowered::Kind::kEltwise;
  plan::EltwiseOp& add = lowered.eltwise;
  add.kind = plan::EltwiseKind::kAdd;
  add.rows = std::max({a.rows, b.rows, std::uint32_t{1}});
  add.length = static_cast<std::uint32_t>(op.output.data.size() / add.rows);
  add.a = a.cover;
  add.b = b.cover;
  add.a_zp = to_int8(op.params.a_zero_point);
  add.b_zp = to_int8(op.params.b_zero_point);
  add.out_zp = to_int8(op.params.output_zero_point);
  add.act_min = to_int8(op.params.activation.min);
  add.act_max = to_int8(op.params.activation.max);
  add.left_shift = static_cast<std::uint8_t>(op.params.left_shift);
  add.a_scale = to_plan(op.params.a_multiplier);
  add.b_scale = to_plan(op.params.b_multiplier);
  add.out_scale = to_plan(op.params.output_multiplier);
  return Reason::kNone;
}

Reason lower(const Pool2d& op, Lowered& lowered) noexcept {
  lowered = {};
  lowered.kind = Lowered::Kind::kPool;
  plan::PoolOp& pool = lowered.pool;
  pool.kind = op.kind;
  pool.batch = to_unsigned(op.input.shape.batch);
  pool.in_h = to_unsigned(op.input.shape.height);
  pool.in_w = to_unsigned(op.input.shape.width);
  pool.channels = to_unsigned(op.input.shape.channels);
  pool.out_h = to_unsigned(op.output.shape.height);
  pool.out_w = to_unsigned(op.output.shape.width);
  pool.kernel_h = to_unsigned(op.params.filter_height);
  pool.kernel_w = to_unsigned(op.params.filter_width);
  pool.stride_h = to_unsigned(op.params.stride_height);
  pool.stride_w = to_unsigned(op.params.stride_width);
  pool.pad_top = to_unsigned(op.params.pad_top);
  pool.pad_left = to_unsigned(op.params.pad_left);
  pool.act_min = to_int8(op.params.activation.min);
  pool.act_max = to_int8(op.params.activation.max);
  return Reason::kNone;
}

}  // namespace auklet::runtime
