// Pools, sums and means.
#include <algorithm>
#include <auklet/kernels/reduction_quantization.hpp>
#include <auklet/kernels/window.hpp>
#include <string>

#include "copies.hpp"
#include "lowering.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// A sum as a convolution takes a weight block a tap: of so few that does not matter, of so many words it pays.
constexpr u32 kFewTaps = 64;
constexpr u64 kManyWords = 8;

// The ones that a sum is multiplied with are made here: a file of some hundred bytes must not ask for gigabytes of
// them.
constexpr u32 kMostOnes = u32{1} << 20U;

// The dimensions of a reduction's input, those that are next to each other and share a fate taken together.
struct Reduction {
  std::vector<u32> extents;
  std::vector<bool> reduced;  // Alternates.
  u32 count = 1;              // Elements of one reduction.
  kernels::Axes axes = 0;
};

Result<Reduction> reduction_of(const Context& c) {
  const Tensor& list = c.in(1);
  if (!list.is_constant) return fail(ErrorCode::kUnsupported, "has axes that are computed");
  if (Outcome ok = exec::require_type(list, c.in_name(1), {TensorType::kInt32}); !ok) return tl::unexpected(ok.error());
  const std::vector<std::int32_t>& shape = c.in(0).shape;
  const auto rank = static_cast<std::int32_t>(shape.size());
  Reduction r;
  if (rank > 0) {
    for (const std::int32_t axis : exec::elements<std::int32_t>(list.data)) {
      r.axes |= kernels::Axes{1} << (axis < 0 ? axis + rank : axis);
    }
  }
  for (std::int32_t d = 0; d < rank; ++d) {
    const u32 extent = unsigned_of(shape[static_cast<std::size_t>(d)]);
    const bool reduced = (r.axes >> d & 1U) != 0;
    if (reduced) r.count *= extent;
    if (extent == 1) continue;
    if (!r.extents.empty() && r.reduced.back() == reduced) {
      r.extents.back() *= extent;
    } else {
      r.extents.push_back(extent);
      r.reduced.push_back(reduced);
    }
  }
  return r;
}

// The elements with all reduced dimensions behind the others: row by row what one output is the sum of.
Operand gathered(Lowering& to, const Reduction& r) {
  std::vector<std::size_t> order;
  for (const bool reduced : {false, true}) {
    for (std::size_t d = 0; d < r.extents.size(); ++d) {
      if (r.reduced[d] == reduced) order.push_back(d);
    }
  }
  std::vector<std::int32_t> steps(r.extents.size());
  std::int32_t step = 1;
  for (std::size_t d = r.extents.size(); d-- > 0;) {
    steps[d] = step;
    step *= static_cast<std::int32_t>(r.extents[d]);
  }
  plan::CopyOp copy;
  std::int32_t to_step = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t d = order[order.size() - 1 - i];
    copy.axes[plan::kCopyRank - 1 - i] = {r.extents[d], steps[d], to_step};
    to_step *= static_cast<std::int32_t>(r.extents[d]);
  }
  const View view{static_cast<u32>(to.c.in(0).elements()) / r.count, r.count};
  return to.copied({copy}, operand_of(to.c.op.inputs[0], image_view(to.c.in(0)), false), view, false);
}

// Sums of rows: each row times a column of ones.
Outcome add_row_sums(Lowering& to, const kernels::SumParams& p, Operand rows) {
  ConvWork work;
  work.op = plan::fully_connected_op(rows.view.pixels, rows.view.channels, 1);
  work.op.in_zp = static_cast<std::int8_t>(p.input_zero_point);
  work.op.out_zp = static_cast<std::int8_t>(p.output_zero_point);
  work.derived = std::make_shared<const std::vector<std::int8_t>>(rows.view.channels, std::int8_t{1});
  work.weights = *work.derived;
  work.multiplier = {p.multiplier.value};
  work.shift = {p.multiplier.shift};
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  const View out{rows.view.pixels, 1};
  to.add(std::move(work), {std::move(rows)}, to.output(), out);
  return {};
}

// Sums over neighbouring dimensions with others behind them: a row of ones times each matrix.
Outcome add_column_sums(Lowering& to, const kernels::SumParams& p, u32 outer, u32 count, u32 inner) {
  MatmulWork work;
  work.op.rows = 1;
  work.op.depth = count;
  work.op.columns = inner;
  work.op.b_zp = static_cast<std::int8_t>(p.input_zero_point);
  work.op.out_zp = static_cast<std::int8_t>(p.output_zero_point);
  work.op.scale = {p.multiplier.value, p.multiplier.shift};
  work.op.batches = outer;
  work.op.b_step = count * inner;
  work.op.out_step = inner;
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  const Operand ones = constant_operand(std::vector<std::byte>(count, std::byte{1}), {1, count});
  const auto constants = matmul_constants(work.op);
  if (!constants) return tl::unexpected(constants.error());
  const View matrix{outer * count, inner};
  to.add(work, {ones, operand_of(to.c.op.inputs[0], matrix, false), *constants}, to.output(), {outer, inner});
  return {};
}

// The same where the others are whole words: a window of all that is summed, lane by lane, whose positions are the
// words. The kernel is the identity at each tap; in two dimensions where one has no kernel so long. Nothing where such
// weights would be more than the operand is worth.
std::optional<plan::ConvOp> lane_sum_op(u32 outer, u32 count, u32 inner) {
  if (inner % plan::kWordBytes != 0) return std::nullopt;
  const u32 words = inner / plan::kWordBytes;
  if (count > kFewTaps && u64{outer} * words < kManyWords) return std::nullopt;
  for (u32 columns = 1; columns <= count; ++columns) {
    if (count % columns != 0) continue;
    plan::ConvOp op;
    op.kernel_h = op.stride_h = count / columns;
    op.kernel_w = columns;
    op.dilation_w = words;
    op.in_h = outer * op.kernel_h;
    op.in_w = columns * words;
    op.out_h = outer;
    op.out_w = words;
    op.in_c = op.out_c = plan::kWordBytes;
    if (columns == 1) op.dilation_w = 1;
    if (plan::check(op).ok()) return op;
  }
  return std::nullopt;
}

void add_lane_sums(Lowering& to, const kernels::SumParams& p, const plan::ConvOp& op) {
  ConvWork work;
  work.op = op;
  work.op.in_zp = static_cast<std::int8_t>(p.input_zero_point);
  work.op.out_zp = static_cast<std::int8_t>(p.output_zero_point);
  const std::size_t taps = std::size_t{op.kernel_h} * op.kernel_w;
  std::vector<std::int8_t> identity(op.out_c * taps * op.in_c);
  for (std::size_t lane = 0; lane < op.out_c; ++lane) {
    for (std::size_t tap = 0; tap < taps; ++tap) identity[(lane * taps + tap) * op.in_c + lane] = 1;
  }
  work.derived = std::make_shared<const std::vector<std::int8_t>>(std::move(identity));
  work.weights = *work.derived;
  work.multiplier = {p.multiplier.value};
  work.shift = {p.multiplier.shift};
  const View words{op.in_h * op.in_w, op.in_c};
  to.add(std::move(work), {operand_of(to.c.op.inputs[0], words, false)}, to.output(), {op.out_h * op.out_w, op.out_c});
}

}  // namespace

Outcome lower_pool(Lowering& to, plan::PoolKind kind) {
  const Context& c = to.c;
  const auto& o = std::get<Pool2dOptions>(c.op.options);
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  if (input->scale != output->scale || input->zero_point != output->zero_point) {
    return unsupported("has input and output of different quantisation");
  }
  const auto clamp = exec::clamp_of(o.activation, *output);
  if (!clamp) return tl::unexpected(clamp.error());
  const std::vector<std::int32_t>& in = c.in(0).shape;
  const std::vector<std::int32_t>& out = c.out().shape;
  const kernels::Padding padding = exec::padding_of(o.padding);
  kernels::PaddedExtent rows;
  kernels::PaddedExtent columns;
  kernels::Status status = kernels::resolve_padding(padding, in[1], o.filter_h, o.stride_h, 1, rows);
  if (status == kernels::Status::kOk) {
    status = kernels::resolve_padding(padding, in[2], o.filter_w, o.stride_w, 1, columns);
  }
  if (Outcome ok = exec::derived(status, "padding"); !ok) return ok;
  PoolWork work;
  work.op = {.kind = kind,
             .batch = unsigned_of(in[0]),
             .in_h = unsigned_of(in[1]),
             .in_w = unsigned_of(in[2]),
             .channels = unsigned_of(in[3]),
             .out_h = unsigned_of(out[1]),
             .out_w = unsigned_of(out[2]),
             .kernel_h = unsigned_of(o.filter_h),
             .kernel_w = unsigned_of(o.filter_w),
             .stride_h = unsigned_of(o.stride_h),
             .stride_w = unsigned_of(o.stride_w),
             .pad_top = unsigned_of(rows.pad_before),
             .pad_left = unsigned_of(columns.pad_before),
             .act_min = static_cast<std::int8_t>(clamp->min),
             .act_max = static_cast<std::int8_t>(clamp->max)};
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  to.add(work, {operand_of(c.op.inputs[0], image_view(c.in(0)), true)}, to.output(), image_view(c.out()));
  return {};
}

Outcome lower_sum(Lowering& to) {
  const Context& c = to.c;
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  const auto r = reduction_of(c);
  if (!r) return tl::unexpected(r.error());
  if (r->count > kMostOnes) return unsupported("sums more than " + std::to_string(kMostOnes) + " values into one");
  kernels::SumParams p;
  const kernels::Status made =
      c.op.code == OpCode::kMean
          ? kernels::make_mean_params(r->axes, static_cast<std::int32_t>(r->count), *input, *output, p)
          : kernels::make_sum_params(r->axes, *input, *output, p);
  if (Outcome ok = exec::derived(made, "multiplier"); !ok) return ok;
  const auto elements = static_cast<u32>(c.in(0).elements());
  const bool trailing = r->reduced.empty() || r->reduced.back();
  const std::ptrdiff_t parts = std::ranges::count(r->reduced, true);
  if (parts == 0 || (parts == 1 && trailing)) {
    return add_row_sums(to, p, operand_of(c.op.inputs[0], {elements / r->count, r->count}, false));
  }
  const u32 inner = r->extents.back();
  const u32 outer = elements / r->count / inner;
  if (parts == 1 && !trailing) {
    const auto lanes = lane_sum_op(outer, r->count, inner);
    if (!lanes) return add_column_sums(to, p, outer, r->count, inner);
    add_lane_sums(to, p, *lanes);
    return {};
  }
  return add_row_sums(to, p, gathered(to, *r));
}

// Neighbouring dimensions are the rows of a pool of one column.
Outcome lower_reduce_max(Lowering& to) {
  const Context& c = to.c;
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  const auto output = activation(c.out(), c.out_name());
  if (!output) return tl::unexpected(output.error());
  if (input->scale != output->scale || input->zero_point != output->zero_point) {
    return unsupported("has input and output of different quantisation");
  }
  const auto r = reduction_of(c);
  if (!r) return tl::unexpected(r.error());
  const auto elements = static_cast<u32>(c.in(0).elements());
  const bool trailing = r->reduced.empty() || r->reduced.back();
  const bool together = std::ranges::count(r->reduced, true) <= 1;
  Operand image = together ? operand_of(c.op.inputs[0], {}, true) : gathered(to, *r);
  const u32 channels = together && !trailing ? r->extents.back() : 1;
  PoolWork work;
  work.op.kind = plan::PoolKind::kMax;
  work.op.batch = elements / r->count / channels;
  work.op.in_h = work.op.kernel_h = r->count;
  work.op.channels = channels;
  if (Outcome ok = accepted(plan::check(work.op)); !ok) return ok;
  image.view = {elements / channels, channels};
  image.whole_words = true;
  to.add(work, {std::move(image)}, to.output(), {work.op.batch, channels});
  return {};
}

}  // namespace auklet::compiler::passes
