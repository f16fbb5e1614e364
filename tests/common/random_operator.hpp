// Random operators with all their data, their reference results, and running them on any simulated NPU: what every
// comparison of planner, functional model and RTL starts from. Equal seeds give equal operators on every platform.
#pragma once

#include <algorithm>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/plan/plan.hpp>
#include <auklet/spec/spec.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "random.hpp"
#include "random_vector.hpp"

namespace auklet::test {

struct ConvCase {
  plan::ConvOp op;
  std::vector<std::int8_t> input, weights;
  std::vector<std::int32_t> bias, multiplier, shift;
};

struct PoolCase {
  plan::PoolOp op;
  std::vector<std::int8_t> input;
};

using OperatorCase = std::variant<ConvCase, PoolCase, EltwiseCase, TableCase, SoftmaxCase>;

/// How large a random operator may be.
struct OperatorLimits {
  std::uint64_t macs = 2'000'000;  ///< Of a convolution; taps of a pool.
  std::uint32_t channels = 200;
};

namespace detail {

inline std::uint32_t random_channels(Random& random, std::uint32_t most) {
  const std::uint32_t n = random.one_in(2) ? random.pick<std::uint32_t>({1, 2, 3, 4, 8, 15, 16, 17, 31, 32, 33, 48, 64})
                                           : random.in(1, most);
  return std::min(n, most);
}

/// Kernel, stride, dilation, pads and output of one direction, by the input's size.
struct RandomAxis {
  std::uint32_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, pad = 0;
};

inline RandomAxis random_axis(Random& random, std::uint32_t most_in, std::uint32_t most_kernel, bool dilate) {
  RandomAxis axis;
  axis.in = random.in(1, most_in);
  axis.kernel = random.in(1, most_kernel);
  axis.stride = random.one_in(6) ? random.in(1, 9) : random.in(1, 2);
  axis.dilation = dilate && random.one_in(4) ? random.in(2, 3) : 1;
  const std::uint32_t extent = (axis.kernel - 1) * axis.dilation + 1;
  axis.pad = random.one_in(3) ? 0 : random.in(0, extent - 1);
  // Any output that still sees some input, most often all of them.
  const std::uint32_t most_out = (axis.in + axis.pad - 1) / axis.stride + 1;
  axis.out = random.one_in(3) ? random.in(1, most_out) : most_out;
  return axis;
}

/// Requantisation that spreads the accumulators of `reduction` products over int8.
inline void random_requantisation(Random& random, ConvCase& c, std::uint64_t reduction) {
  const auto accumulator_bits = static_cast<std::int32_t>(12.4 + 0.5 * std::log2(static_cast<double>(reduction)));
  for (std::uint32_t oc = 0; oc < c.op.out_c; ++oc) {
    c.bias.push_back(random.one_in(50) ? random.in<std::int32_t>(INT32_MIN, INT32_MAX)
                                       : random.in<std::int32_t>(-20000, 20000));
    c.multiplier.push_back(random.in<std::int32_t>(1 << 30, INT32_MAX));
    c.shift.push_back(random.one_in(50) ? random.in<std::int32_t>(-31, 30)
                                        : 6 - accumulator_bits + random.in<std::int32_t>(-1, 2));
  }
  if (random.one_in(4)) {  // Per tensor.
    c.multiplier.resize(1);
    c.shift.resize(1);
  }
  if (random.one_in(8)) c.bias.clear();
}

enum class ConvKind { kDense, kDepthwise, kDepthMultiplier, kGrouped, kFullyConnected };

inline plan::ConvOp random_conv_shape(Random& random, ConvKind kind, std::uint32_t channels) {
  if (kind == ConvKind::kFullyConnected) {
    // One after the other: the order in which arguments are evaluated is the compiler's.
    const std::uint32_t rows = random.one_in(2) ? 1 : random.in(1, 150);
    const std::uint32_t depth = random.in(1, std::int64_t{8} * channels);
    return plan::fully_connected_op(rows, depth, random_channels(random, channels));
  }
  const bool small_kernel = kind == ConvKind::kDepthwise && !random.one_in(4);
  const std::uint32_t most_kernel = random.one_in(12) ? 32 : random.pick<std::uint32_t>({1, 3, 5});
  const std::uint32_t most_width = random.one_in(10) ? 300 : 24;
  const RandomAxis y = random_axis(random, 24, small_kernel ? spec::kDwRows : most_kernel, !small_kernel);
  const RandomAxis x = random_axis(random, most_width, small_kernel ? spec::kDwCols : most_kernel, !small_kernel);
  plan::ConvOp op;
  op.batch = random.one_in(4) ? random.in(2, 3) : 1;
  op.in_h = y.in, op.out_h = y.out, op.kernel_h = y.kernel, op.stride_h = y.stride, op.dilation_h = y.dilation;
  op.in_w = x.in, op.out_w = x.out, op.kernel_w = x.kernel, op.stride_w = x.stride, op.dilation_w = x.dilation;
  op.pad_top = y.pad, op.pad_left = x.pad;
  op.in_c = op.out_c = random_channels(random, channels);
  switch (kind) {
    case ConvKind::kDepthMultiplier:
      op.in_c = random_channels(random, 48);
      op.out_c = op.in_c * random.in(1, 5);
      [[fallthrough]];
    case ConvKind::kDepthwise:
      op.groups = op.in_c;
      op.weight_order = plan::WeightOrder::kHwo;
      break;
    case ConvKind::kGrouped:
      op.groups = random.in(2, 12);
      op.in_c = op.groups * random.in(1, 24);
      op.out_c = op.groups * random.in(1, 40);
      break;
    default:
      op.out_c = random_channels(random, channels);
      break;
  }
  return op;
}

inline ConvCase random_conv(Random& random, ConvKind kind, const OperatorLimits& limits) {
  ConvCase c;
  do {
    c.op = random_conv_shape(random, kind, limits.channels);
  } while (plan::macs(c.op) > limits.macs);
  c.op.in_zp = random_zero_point(random);
  c.op.out_zp = random_zero_point(random);
  random_clamp(random, c.op.act_min, c.op.act_max);
  const std::uint64_t reduction = std::uint64_t{c.op.kernel_h} * c.op.kernel_w * (c.op.in_c / c.op.groups);
  c.input = random.bytes(std::size_t{c.op.batch} * c.op.in_h * c.op.in_w * c.op.in_c);
  c.weights = random.bytes(c.op.out_c * reduction);
  random_requantisation(random, c, reduction);
  return c;
}

inline PoolCase random_pool(Random& random, plan::PoolKind kind, const OperatorLimits& limits) {
  PoolCase c;
  do {
    const std::uint32_t most_kernel = random.one_in(6) ? 32 : 4;
    const RandomAxis y = random_axis(random, 32, most_kernel, false);
    const RandomAxis x = random_axis(random, random.one_in(8) ? 200 : 32, most_kernel, false);
    c.op = {};
    c.op.kind = kind;
    c.op.batch = random.one_in(4) ? random.in(2, 3) : 1;
    c.op.in_h = y.in, c.op.out_h = y.out, c.op.kernel_h = y.kernel, c.op.stride_h = y.stride, c.op.pad_top = y.pad;
    c.op.in_w = x.in, c.op.out_w = x.out, c.op.kernel_w = x.kernel, c.op.stride_w = x.stride, c.op.pad_left = x.pad;
    c.op.channels = random_channels(random, limits.channels);
  } while (std::uint64_t{c.op.batch} * c.op.out_h * c.op.out_w * c.op.channels * c.op.kernel_h * c.op.kernel_w >
           limits.macs);
  random_clamp(random, c.op.act_min, c.op.act_max);
  c.input = random.bytes(std::size_t{c.op.batch} * c.op.in_h * c.op.in_w * c.op.channels);
  return c;
}

}  // namespace detail

/// The operator of this seed: dense, depthwise and grouped convolutions, fully connected, pools, vector operators.
inline OperatorCase random_operator(std::uint64_t seed, const OperatorLimits& limits = {}) {
  using detail::ConvKind;
  Random random(seed);
  switch (random.in(0, 15)) {
    case 0:
    case 1:
      return detail::random_conv(random, ConvKind::kDepthwise, limits);
    case 2:
      return detail::random_conv(random, ConvKind::kDepthMultiplier, limits);
    case 3:
      return detail::random_conv(random, ConvKind::kGrouped, limits);
    case 4:
      return detail::random_conv(random, ConvKind::kFullyConnected, limits);
    case 5:
      return detail::random_pool(random, plan::PoolKind::kMax, limits);
    case 6:
      return detail::random_pool(random, plan::PoolKind::kAverage, limits);
    case 7:
    case 8:
      return detail::random_eltwise(random);
    case 9:
      return detail::random_table(random);
    case 10:
      return detail::random_softmax(random);
    default:
      return detail::random_conv(random, ConvKind::kDense, limits);
  }
}

/// The vector operator of this seed: all kinds in turn, those of two operands with all covers in turn.
inline OperatorCase random_vector_operator(std::uint64_t seed) {
  constexpr std::uint64_t kKinds = 5, kCovers = 4;
  Random random(seed);
  const std::uint64_t kind = seed % (kKinds + 2);
  if (kind == kKinds) return detail::random_table(random);
  if (kind == kKinds + 1) return detail::random_softmax(random);
  const std::uint64_t covers = seed / (kKinds + 2);
  return detail::random_eltwise(random, static_cast<plan::EltwiseKind>(kind),
                                static_cast<plan::Cover>(covers % kCovers),
                                static_cast<plan::Cover>(covers / kCovers % kCovers));
}

/// One line for people.
inline std::string describe(const OperatorCase& c) {
  std::ostringstream text;
  const auto window = [&](const auto& op) {
    text << op.batch << 'x' << op.in_h << 'x' << op.in_w << " -> " << op.out_h << 'x' << op.out_w << ", kernel "
         << op.kernel_h << 'x' << op.kernel_w << ", stride " << op.stride_h << 'x' << op.stride_w << ", pad "
         << op.pad_top << ',' << op.pad_left;
  };
  if (const auto* conv = std::get_if<ConvCase>(&c)) {
    text << "conv ";
    window(conv->op);
    text << ", dilation " << conv->op.dilation_h << 'x' << conv->op.dilation_w << ", channels " << conv->op.in_c
         << " -> " << conv->op.out_c << ", groups " << conv->op.groups << ", in_zp " << int{conv->op.in_zp};
  } else if (const auto* pool = std::get_if<PoolCase>(&c)) {
    text << (pool->op.kind == plan::PoolKind::kMax ? "max pool " : "average pool ");
    window(pool->op);
    text << ", channels " << pool->op.channels;
  } else if (const auto* eltwise = std::get_if<EltwiseCase>(&c)) {
    text << detail::describe(eltwise->op);
  } else if (const auto* table = std::get_if<TableCase>(&c)) {
    text << "table " << table->op.rows << 'x' << table->op.length;
  } else if (const auto* softmax = std::get_if<SoftmaxCase>(&c)) {
    text << "softmax " << softmax->op.rows << 'x' << softmax->op.length;
  }
  return text.str();
}

namespace detail {

template <class T = std::int8_t>
kernels::Tensor4<T> image(std::uint32_t n, std::uint32_t h, std::uint32_t w, std::uint32_t c, std::span<T> data) {
  return {{static_cast<std::int32_t>(n), static_cast<std::int32_t>(h), static_cast<std::int32_t>(w),
           static_cast<std::int32_t>(c)},
          data};
}

inline std::vector<std::int8_t> reference(const ConvCase& c) {
  const plan::ConvOp& op = c.op;
  std::vector<kernels::QuantizedMultiplier> multipliers;
  multipliers.reserve(c.multiplier.size());
  for (std::size_t i = 0; i < c.multiplier.size(); ++i) multipliers.push_back({c.multiplier[i], c.shift[i]});
  kernels::Conv2dParams params;
  params.window = {.stride_height = static_cast<std::int32_t>(op.stride_h),
                   .stride_width = static_cast<std::int32_t>(op.stride_w),
                   .dilation_height = static_cast<std::int32_t>(op.dilation_h),
                   .dilation_width = static_cast<std::int32_t>(op.dilation_w),
                   .pad_top = static_cast<std::int32_t>(op.pad_top),
                   .pad_left = static_cast<std::int32_t>(op.pad_left)};
  params.input_zero_point = op.in_zp;
  params.output_zero_point = op.out_zp;
  params.multipliers = multipliers;
  params.activation = range(op);
  std::vector<std::int8_t> out(std::size_t{op.batch} * op.out_h * op.out_w * op.out_c);
  const auto input = image<const std::int8_t>(op.batch, op.in_h, op.in_w, op.in_c, c.input);
  const auto output = image<std::int8_t>(op.batch, op.out_h, op.out_w, op.out_c, out);
  if (op.weight_order == plan::WeightOrder::kHwo) {
    const auto filter = image<const std::int8_t>(1, op.kernel_h, op.kernel_w, op.out_c, c.weights);
    require(kernels::reference::depthwise_conv2d(params, input, filter, c.bias, output));
  } else {
    const auto filter = image<const std::int8_t>(op.out_c, op.kernel_h, op.kernel_w, op.in_c / op.groups, c.weights);
    require(kernels::reference::conv2d(params, input, filter, c.bias, output));
  }
  return out;
}

inline std::vector<std::int8_t> reference(const PoolCase& c) {
  const plan::PoolOp& op = c.op;
  const kernels::Pool2dParams params{.filter_height = static_cast<std::int32_t>(op.kernel_h),
                                     .filter_width = static_cast<std::int32_t>(op.kernel_w),
                                     .stride_height = static_cast<std::int32_t>(op.stride_h),
                                     .stride_width = static_cast<std::int32_t>(op.stride_w),
                                     .pad_top = static_cast<std::int32_t>(op.pad_top),
                                     .pad_left = static_cast<std::int32_t>(op.pad_left),
                                     .activation = range(op)};
  std::vector<std::int8_t> out(std::size_t{op.batch} * op.out_h * op.out_w * op.channels);
  const auto input = image<const std::int8_t>(op.batch, op.in_h, op.in_w, op.channels, c.input);
  const auto output = image<std::int8_t>(op.batch, op.out_h, op.out_w, op.channels, out);
  require(op.kind == plan::PoolKind::kMax ? kernels::reference::max_pool2d(params, input, output)
                                          : kernels::reference::average_pool2d(params, input, output));
  return out;
}

}  // namespace detail

/// What the reference kernels make of it.
inline std::vector<std::int8_t> reference_output(const OperatorCase& c) {
  return std::visit([](const auto& one) { return detail::reference(one); }, c);
}

}  // namespace auklet::test
