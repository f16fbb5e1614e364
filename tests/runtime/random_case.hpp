// Random operators (tests/common) as arguments of operator-level calls, and running them against the reference.
#pragma once

#include <auklet/runtime/context.hpp>
#include <cstdint>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "../common/random_operator.hpp"
#include "platform.hpp"

namespace auklet::test {

using AnyOperator =
    std::variant<runtime::Conv2d, runtime::DepthwiseConv2d, runtime::FullyConnected, runtime::Add, runtime::Pool2d>;

/// Whether there is an operator-level call for it.
inline bool has_call(const OperatorCase& c) {
  if (const auto* eltwise = std::get_if<EltwiseCase>(&c)) {
    const plan::EltwiseOp& op = eltwise->op;
    return op.kind == plan::EltwiseKind::kAdd && op.b_scale.multiplier >= 0 && detail::broadcasts(op);
  }
  return !std::holds_alternative<TableCase>(c) && !std::holds_alternative<SoftmaxCase>(c);
}

/// The random operator of this seed, or of the first one after it in steps of a prime that has a call.
inline OperatorCase runtime_operator(std::uint64_t seed) {
  constexpr std::uint64_t kStep = 1'000'003;
  OperatorCase c = random_operator(seed);
  while (!has_call(c)) c = random_operator(seed += kStep);
  return c;
}

/// A random operator whose tensors are in a platform's memory. Refers to itself: not to be moved.
class BoundCase {
 public:
  BoundCase(Platform& platform, const OperatorCase& c, std::uint64_t seed) : case_(c), random_(seed ^ 0xb0d7U) {
    std::visit([&](const auto& one) { op_ = bind(platform, one); }, case_);
  }
  BoundCase(const BoundCase&) = delete;
  BoundCase& operator=(const BoundCase&) = delete;

  [[nodiscard]] const AnyOperator& op() const { return op_; }
  [[nodiscard]] std::span<std::int8_t> output() const { return output_; }
  [[nodiscard]] std::uint64_t macs() const {
    const auto* conv = std::get_if<ConvCase>(&case_);
    return conv == nullptr ? 0 : plan::macs(conv->op);
  }

 private:
  std::size_t skew() { return random_.in<std::size_t>(0, 40); }

  std::span<const std::int8_t> input(Platform& platform, const std::vector<std::int8_t>& data) {
    return platform.copy(data, skew());
  }
  std::span<std::int8_t> make_output(Platform& platform, std::size_t bytes) {
    output_ = platform.take_int8(bytes, skew());
    return output_;
  }

  AnyOperator bind(Platform& platform, const ConvCase& c) {
    const plan::ConvOp& op = c.op;
    for (std::size_t i = 0; i < c.multiplier.size(); ++i) multipliers_.push_back({c.multiplier[i], c.shift[i]});
    const auto from = detail::image<const std::int8_t>(op.batch, op.in_h, op.in_w, op.in_c, input(platform, c.input));
    const auto to =
        detail::image<std::int8_t>(op.batch, op.out_h, op.out_w, op.out_c,
                                   make_output(platform, std::size_t{op.batch} * op.out_h * op.out_w * op.out_c));
    if (is_fully_connected(op)) {
      const auto rows = [](std::uint32_t n) { return static_cast<std::int32_t>(n); };
      return runtime::FullyConnected{{op.in_zp, 0, op.out_zp, multipliers_, detail::range(op)},
                                     {rows(op.batch), rows(op.in_c), from.data},
                                     {rows(op.out_c), rows(op.in_c), c.weights},
                                     c.bias,
                                     {rows(op.batch), rows(op.out_c), to.data}};
    }
    const kernels::Window2d window{.stride_height = static_cast<std::int32_t>(op.stride_h),
                                   .stride_width = static_cast<std::int32_t>(op.stride_w),
                                   .dilation_height = static_cast<std::int32_t>(op.dilation_h),
                                   .dilation_width = static_cast<std::int32_t>(op.dilation_w),
                                   .pad_top = static_cast<std::int32_t>(op.pad_top),
                                   .pad_left = static_cast<std::int32_t>(op.pad_left)};
    const kernels::Conv2dParams params{window, op.in_zp, op.out_zp, multipliers_, detail::range(op)};
    const std::span<const std::int8_t> weights = c.weights;
    if (op.weight_order == plan::WeightOrder::kHwo) {
      return runtime::DepthwiseConv2d{
          params, from, detail::image<const std::int8_t>(1, op.kernel_h, op.kernel_w, op.out_c, weights), c.bias, to};
    }
    const auto filter =
        detail::image<const std::int8_t>(op.out_c, op.kernel_h, op.kernel_w, op.in_c / op.groups, weights);
    return runtime::Conv2d{params, from, filter, c.bias, to};
  }

  AnyOperator bind(Platform& platform, const PoolCase& c) {
    const plan::PoolOp& op = c.op;
    const kernels::Pool2dParams params{.filter_height = static_cast<std::int32_t>(op.kernel_h),
                                       .filter_width = static_cast<std::int32_t>(op.kernel_w),
                                       .stride_height = static_cast<std::int32_t>(op.stride_h),
                                       .stride_width = static_cast<std::int32_t>(op.stride_w),
                                       .pad_top = static_cast<std::int32_t>(op.pad_top),
                                       .pad_left = static_cast<std::int32_t>(op.pad_left),
                                       .activation = detail::range(op)};
    const auto from =
        detail::image<const std::int8_t>(op.batch, op.in_h, op.in_w, op.channels, input(platform, c.input));
    const auto to =
        detail::image<std::int8_t>(op.batch, op.out_h, op.out_w, op.channels,
                                   make_output(platform, std::size_t{op.batch} * op.out_h * op.out_w * op.channels));
    return runtime::Pool2d{op.kind, params, from, to};
  }

  AnyOperator bind(Platform& platform, const EltwiseCase& c) {
    const plan::EltwiseOp& op = c.op;
    return runtime::Add{
        detail::add_params(op),
        {detail::shape_of(op, op.a), input(platform, c.a)},
        {detail::shape_of(op, op.b), input(platform, c.b)},
        {detail::shape_of(op, plan::Cover::kAll), make_output(platform, std::size_t{op.rows} * op.length)}};
  }
  // What runtime_operator() never returns.
  AnyOperator bind(Platform& /*platform*/, const auto& /*c*/) { throw std::logic_error("no operator-level call"); }

  static bool is_fully_connected(const plan::ConvOp& op) {
    return op.in_h == 1 && op.in_w == 1 && op.out_h == 1 && op.out_w == 1 && op.kernel_h == 1 && op.kernel_w == 1 &&
           op.groups == 1 && op.weight_order == plan::WeightOrder::kOhwi;
  }

  const OperatorCase& case_;
  Random random_;
  std::vector<kernels::QuantizedMultiplier> multipliers_;
  std::span<std::int8_t> output_;
  AnyOperator op_;
};

struct RuntimeTally {
  std::uint32_t on_npu = 0, did_not_fit = 0;
  std::set<std::size_t> kinds;  ///< Operators that ran on the NPU, as indices of AnyOperator.
};

/// Runs the operator of this seed through a preferring context with exactly the workspace that it asks for, and on the
/// CPU. A failure is a GoogleTest failure.
inline void run_random_case(Platform& platform, std::uint64_t seed, RuntimeTally& tally) {
  const OperatorCase c = runtime_operator(seed);
  SCOPED_TRACE("seed " + std::to_string(seed) + ": " + describe(c));
  const std::vector<std::int8_t> expected = reference_output(c);
  platform.clear();
  const BoundCase bound(platform, c, seed);
  TestContext context(platform.device, platform.queue);
  TestContext cpu(platform.device, platform.queue, {.policy = runtime::Policy::kCpuOnly});
  const auto equals = [&] { return std::ranges::equal(bound.output(), expected); };

  std::span<std::byte> workspace;
  const runtime::Report report = std::visit(
      [&](const auto& op) {
        workspace = platform.take(context.workspace_bytes(op));
        return context.run(op, {workspace, Platform::kTimeout});
      },
      bound.op());
  ASSERT_EQ(report.status, runtime::Status::kOk) << explain(report);
  EXPECT_TRUE(equals());
  EXPECT_TRUE(platform.margins_alive(bound.output()));
  EXPECT_TRUE(platform.margins_alive(workspace));
  EXPECT_EQ(report.workspace_bytes, workspace.size());
  EXPECT_EQ(report.macs, bound.macs());
  if (report.where == runtime::Where::kNpu) {
    ++tally.on_npu;
    tally.kinds.insert(bound.op().index());
    EXPECT_EQ(report.reason, runtime::Reason::kNone);
    EXPECT_GT(report.cycles, 0U);
    EXPECT_GE(report.bytes_written, expected.size());
    EXPECT_GT(report.bytes_read, 0U);
  } else {
    ++tally.did_not_fit;
    ASSERT_EQ(report.reason, runtime::Reason::kSramTooSmall) << explain(report);
    EXPECT_GT(report.planning.needed, report.planning.available);
    EXPECT_EQ(report.workspace_bytes, 0U);
  }

  std::ranges::fill(bound.output(), std::int8_t{0x55});
  const runtime::Report on_cpu = std::visit([&](const auto& op) { return cpu.run(op, {}); }, bound.op());
  EXPECT_EQ(on_cpu.where, runtime::Where::kCpu);
  EXPECT_EQ(on_cpu.reason, runtime::Reason::kPolicy);
  EXPECT_TRUE(equals());
}

}  // namespace auklet::test
