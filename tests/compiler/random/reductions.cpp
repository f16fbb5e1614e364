#include <algorithm>
#include <auklet/kernels/l2_normalization.hpp>
#include <auklet/kernels/log_softmax.hpp>
#include <auklet/kernels/softmax.hpp>
#include <cmath>
#include <utility>

#include "families.hpp"

namespace auklet::compiler::test {
namespace {

std::int32_t positions(Padding padding, std::int32_t in, std::int32_t kernel, std::int32_t stride) {
  return padding == Padding::kSame ? (in + stride - 1) / stride : (in - kernel) / stride + 1;
}

void add_pool(Builder& b, OpCode code) {
  const std::int32_t in = b.image();
  const Shape s = b.shape(in);
  Pool2dOptions o;
  o.padding = b.random.one_in(2) ? Padding::kSame : Padding::kValid;
  const bool global = b.random.one_in(6);
  o.filter_h = global ? s[1] : std::min(s[1], b.random.in(1, 5));
  o.filter_w = global ? s[2] : std::min(s[2], b.random.in(1, 5));
  o.stride_h = b.random.in(1, 3);
  o.stride_w = b.random.one_in(3) ? b.random.in(1, 3) : o.stride_h;
  if (b.single()) o.activation = b.activation();
  const std::int32_t out = b.result({s[0], positions(o.padding, s[1], o.filter_h, o.stride_h),
                                     positions(o.padding, s[2], o.filter_w, o.stride_w), s[3]},
                                    b.quantization(in));
  b.add(code, {in}, out, o);
}

void add_max_pool(Builder& b) { add_pool(b, OpCode::kMaxPool2d); }
void add_average_pool(Builder& b) { add_pool(b, OpCode::kAveragePool2d); }

struct Axes {
  std::vector<std::int32_t> list;  // As a model gives them: in any order, some from the end.
  Shape result;
  std::size_t count = 1;  // Elements that become one.
};

// Mostly height and width, or the last; else any set.
Axes random_axes(Builder& b, const Shape& shape, bool keep) {
  const auto rank = static_cast<std::int32_t>(shape.size());
  std::vector<std::int32_t> chosen;
  if (rank == 4 && b.random.one_in(2)) {
    chosen = {1, 2};
  } else if (b.random.one_in(3)) {
    chosen = {rank - 1};
  } else {
    chosen = b.random.order(shape.size());
    chosen.resize(b.random.size_in(1, chosen.size()));
  }
  Axes axes;
  for (std::int32_t i = 0; i < rank; ++i) {
    const std::int32_t d = shape[static_cast<std::size_t>(i)];
    const bool reduced = std::ranges::find(chosen, i) != chosen.end();
    if (reduced) axes.count *= static_cast<std::size_t>(d);
    if (!reduced || keep) axes.result.push_back(reduced ? 1 : d);
  }
  for (std::int32_t& axis : chosen) axis -= b.random.one_in(4) ? rank : 0;
  axes.list = std::move(chosen);
  return axes;
}

// Networks keep the dimensions, so that the result is an image again.
void add_reduction(Builder& b, OpCode code) {
  const std::int32_t in = b.operand();
  const bool keep = !b.single() || b.random.one_in(2);
  const Axes axes = random_axes(b, b.shape(in), keep);
  Quantization q = b.quantization(in);
  if (code == OpCode::kMean && !b.random.one_in(4)) {
    q.zero_points[0] = b.random.in(-128, 127);
    q.scales[0] *= 2 * b.random.share() / std::sqrt(static_cast<float>(axes.count)) + 0.01F;
  }
  if (code == OpCode::kSum) {
    q.zero_points[0] = b.random.in(-128, 127);
    q.scales[0] *= std::sqrt(static_cast<float>(axes.count)) * (0.5F + 2 * b.random.share());
  }
  const std::int32_t list =
      axes.list.size() == 1 && b.random.one_in(2) ? b.scalar(axes.list[0]) : b.integers(axes.list);
  b.add(code, {in, list}, b.result(axes.result, std::move(q)), ReducerOptions{keep});
}

void add_mean(Builder& b) { add_reduction(b, OpCode::kMean); }
void add_sum(Builder& b) { add_reduction(b, OpCode::kSum); }
void add_reduce_max(Builder& b) { add_reduction(b, OpCode::kReduceMax); }
void add_reduce_min(Builder& b) { add_reduction(b, OpCode::kReduceMin); }

// Positions, not values: INT32 without a scale.
template <typename O>
void add_position(Builder& b, OpCode code) {
  const std::int32_t in = b.operand();
  Shape s = b.shape(in);
  const std::int32_t axis = b.random.in(0, static_cast<std::int32_t>(s.size()) - 1);
  s.erase(s.begin() + axis);
  const std::int32_t out = add_tensor(b.graph(), "position", TensorType::kInt32, s);
  b.add(code, {in, b.scalar(axis)}, out, O{TensorType::kInt32});
}

void add_arg_max(Builder& b) { add_position<ArgMaxOptions>(b, OpCode::kArgMax); }
void add_arg_min(Builder& b) { add_position<ArgMinOptions>(b, OpCode::kArgMin); }

void add_softmax(Builder& b) {
  const std::int32_t in = b.operand(8000);
  const Quantization q{{kernels::kSoftmaxOutputScale}, {kernels::kSoftmaxOutputZeroPoint}, 0};
  const float beta = b.random.one_in(3) ? 0.1F + 2 * b.random.share() : 1.0F;
  b.add(OpCode::kSoftmax, {in}, b.result(b.shape(in), q), SoftmaxOptions{beta});
}

void add_log_softmax(Builder& b) {
  const std::int32_t in = b.operand(8000);
  const Quantization q{{kernels::kLogSoftmaxOutputScale}, {kernels::kLogSoftmaxOutputZeroPoint}, 0};
  b.add(OpCode::kLogSoftmax, {in}, b.result(b.shape(in), q), NoOptions{});
}

void add_l2_normalization(Builder& b) {
  const std::int32_t in = b.operand(8000);
  const Quantization q{{kernels::kL2NormalizationOutputScale}, {kernels::kL2NormalizationOutputZeroPoint}, 0};
  b.add(OpCode::kL2Normalization, {in}, b.result(b.shape(in), q), L2NormOptions{});
}

constexpr Family kFamilies[] = {
    {OpCode::kMaxPool2d, 3, 2, add_max_pool},
    {OpCode::kAveragePool2d, 3, 2, add_average_pool},
    {OpCode::kMean, 4, 1, add_mean},
    {OpCode::kSum, 2, 1, add_sum},
    {OpCode::kReduceMax, 2, 1, add_reduce_max},
    {OpCode::kReduceMin, 2, 0, add_reduce_min},
    {OpCode::kArgMax, 2, 0, add_arg_max},
    {OpCode::kArgMin, 2, 0, add_arg_min},
    {OpCode::kSoftmax, 4, 2, add_softmax},
    {OpCode::kLogSoftmax, 1, 0, add_log_softmax},
    {OpCode::kL2Normalization, 1, 0, add_l2_normalization},
};

}  // namespace

std::span<const Family> reductions() { return kFamilies; }

}  // namespace auklet::compiler::test
