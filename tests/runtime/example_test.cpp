// The example of docs/runtime.md, compiled and run.
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

// [snippet: includes]
#include <auklet/runtime/context.hpp>
// [end]

#include "small_conv.hpp"

namespace auklet::test {
namespace {

// [snippet: prepare_and_run]
/// Runs one convolution for every frame; returns how many the NPU did.
template <class Bus, class Port>
std::size_t run_frames(npu::Device<Bus, Port>& device, npu::Queue<Bus, Port>& queue, const runtime::Conv2d& conv,
                       std::span<std::byte> workspace, std::span<const std::span<const std::int8_t>> frames,
                       std::span<std::int8_t> output) {
  runtime::Context<Bus, Port> context(
      device, queue, {.policy = runtime::Policy::kPreferNpu, .on_fault = runtime::OnFault::kRetryOnCpu});
  if (context.workspace_bytes(conv) > workspace.size()) return 0;

  // Weights are packed and commands are written here, once.
  runtime::Prepared<runtime::Conv2d> prepared = context.prepare(conv, workspace);
  for (const std::span<const std::int8_t> frame : frames) {
    prepared.bind(frame, output);
    const runtime::Report report = context.run(prepared, /*timeout=*/1'000'000);
    if (!report.ok()) return context.tally().on_npu;
    // report.where, report.reason, report.cycles, report.macs … tell what happened; `output` is exact either way.
  }
  return context.tally().on_npu;
}
// [end]

TEST(RuntimeExample, PrepareOnceRunMany) {
  sim::FunctionalModel model;
  Platform platform(model);
  ASSERT_TRUE(platform.open());
  SmallConv conv(platform);
  const std::span<std::byte> workspace = conv.workspace(TestContext(platform.device, platform.queue));
  const std::vector<std::span<const std::int8_t>> frames{conv.input(), conv.new_input(), conv.new_input()};
  EXPECT_EQ(run_frames(platform.device, platform.queue, conv.op(), workspace, frames, conv.output()), frames.size());
  EXPECT_TRUE(conv.is_right(frames.back(), conv.output()));
  EXPECT_EQ(run_frames(platform.device, platform.queue, conv.op(), workspace.first(64), frames, conv.output()), 0U);
}

// [snippet: one_call]
/// c[m][n] = a[m][k] x b[n][k], in one call: operands in, result out.
template <class Context>
runtime::Report multiply(Context& context, std::span<const std::int8_t> a, std::span<const std::int8_t> b,
                         std::span<std::int8_t> c, std::int32_t m, std::int32_t n, std::int32_t k,
                         std::span<std::byte> workspace) {
  const kernels::QuantizedMultiplier scale{.value = 1 << 30, .shift = -6};  // The real number 2^-7.
  const kernels::FullyConnectedParams params{.multipliers = {&scale, 1}, .activation = {}};
  return context.matmul(params, {m, k, a}, {n, k, b}, {m, n, c}, {.workspace = workspace, .timeout = 1'000'000});
}
// [end]

TEST(RuntimeExample, OneCall) {
  sim::FunctionalModel model;
  Platform platform(model);
  ASSERT_TRUE(platform.open());
  TestContext context(platform.device, platform.queue);
  const std::span<std::int8_t> a = platform.copy(std::vector<std::int8_t>{64, 0, 32, 64});
  const std::span<std::int8_t> b = platform.copy(std::vector<std::int8_t>{2, 4, 8, 16});
  const std::span<std::int8_t> c = platform.take_int8(4);
  const runtime::Report report = multiply(context, a, b, c, 2, 2, 2, platform.take(4096));
  EXPECT_EQ(report.where, runtime::Where::kNpu) << explain(report);
  // [64 0; 32 64] x [2 8; 4 16] / 128, rounded.
  EXPECT_EQ(std::vector<std::int8_t>(c.begin(), c.end()), (std::vector<std::int8_t>{1, 4, 3, 10}));
}

}  // namespace
}  // namespace auklet::test
