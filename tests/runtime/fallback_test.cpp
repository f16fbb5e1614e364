// Why an operator does not run on the NPU: each reason is forced, and each policy does what it says.
#include <auklet/sim/functional_model.hpp>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform.hpp"
#include "small_conv.hpp"

namespace auklet::test {
namespace {

using runtime::Policy;
using runtime::Reason;
using runtime::Report;
using runtime::Status;
using runtime::Where;

class Fallback : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(platform.open()); }

  /// Runs the convolution by both policies: the CPU does it, or nobody.
  void expect_fallback(Reason reason, std::span<std::byte> workspace) {
    conv.spoil_output();
    const Report only = npu_only.run(conv.op(), {workspace, Platform::kTimeout});
    EXPECT_EQ(only.status, Status::kRefused);
    EXPECT_EQ(only.where, Where::kNowhere);
    EXPECT_EQ(only.reason, reason) << to_string(only.reason);
    EXPECT_TRUE(std::ranges::all_of(conv.output(), [](std::int8_t v) { return v == 0x55; }));

    const Report report = context.run(conv.op(), {workspace, Platform::kTimeout});
    EXPECT_EQ(report.status, Status::kOk);
    EXPECT_EQ(report.where, Where::kCpu);
    EXPECT_EQ(report.reason, reason) << to_string(report.reason);
    EXPECT_EQ(report.cycles, 0U);
    EXPECT_TRUE(conv.output_is_right());
  }

  /// The obstacle is gone: the NPU does it.
  void expect_npu(std::span<std::byte> workspace) {
    conv.spoil_output();
    const Report report = npu_only.run(conv.op(), {workspace, Platform::kTimeout});
    EXPECT_EQ(report.where, Where::kNpu) << explain(report);
    EXPECT_TRUE(conv.output_is_right());
  }

  sim::FunctionalModel model;
  Platform platform{model};
  SmallConv conv{platform};
  TestContext context{platform.device, platform.queue};
  TestContext npu_only{platform.device, platform.queue, {.policy = Policy::kNpuOnly}};
};

TEST_F(Fallback, WorkspaceTooSmallByOneByte) {
  const std::size_t need = context.workspace_bytes(conv.op());
  ASSERT_GT(need, 0U);
  const std::span<std::byte> workspace = platform.take(need);
  for (const std::size_t size : {std::size_t{0}, std::size_t{16}, need / 2, need - 1}) {
    expect_fallback(Reason::kWorkspaceTooSmall, workspace.first(size));
    EXPECT_EQ(context.run(conv.op(), {workspace.first(size), 1}).workspace_bytes, need);
  }
  expect_npu(workspace);
}

TEST_F(Fallback, WorkspaceMisaligned) {
  const std::span<std::byte> workspace = platform.take(context.workspace_bytes(conv.op()) + 16);
  for (std::size_t skew = 1; skew < 16; ++skew) expect_fallback(Reason::kWorkspaceMisaligned, workspace.subspan(skew));
  expect_npu(workspace.subspan(16));
}

TEST_F(Fallback, NothingIsWrittenOutsideTheWorkspace) {
  const std::span<std::byte> workspace = conv.workspace(context);
  expect_npu(workspace);
  EXPECT_TRUE(platform.margins_alive(workspace));
  EXPECT_TRUE(platform.margins_alive(conv.input()));
  EXPECT_TRUE(platform.margins_alive(conv.output()));
}

TEST_F(Fallback, BufferUnreachable) {
  const std::span<std::byte> workspace = conv.workspace(context);
  for (const void* buffer : {static_cast<const void*>(conv.input().data()), static_cast<const void*>(workspace.data()),
                             static_cast<const void*>(conv.output().data())}) {
    platform.port.unreachable = buffer;
    expect_fallback(Reason::kBufferUnreachable, workspace);
  }
  platform.port.unreachable = nullptr;
  expect_npu(workspace);
}

TEST_F(Fallback, WorkspaceOutsideOfTheDevicesMemory) {
  std::vector<std::byte> host(context.workspace_bytes(conv.op()) + 16);
  const std::size_t skew = (16 - reinterpret_cast<std::uintptr_t>(host.data()) % 16) % 16;
  expect_fallback(Reason::kBufferUnreachable, std::span(host).subspan(skew));
}

TEST_F(Fallback, BufferOutsideOfTheAddressSpace) {
  const std::span<std::byte> workspace = conv.workspace(context);
  platform.port.address_offset = std::uint64_t{1} << spec::kAxiAddrBits;
  expect_fallback(Reason::kBufferOutsideWindow, workspace);
  platform.port.address_offset = 0;
  expect_npu(workspace);
}

TEST_F(Fallback, DeviceAddressOfTheStreamMisaligned) {
  const std::span<std::byte> workspace = conv.workspace(context);
  platform.port.address_offset = 8;
  expect_fallback(Reason::kWorkspaceMisaligned, workspace);
}

TEST_F(Fallback, OutputSharesACacheLine) {
  const std::span<std::byte> workspace = conv.workspace(context);
  platform.port.cache_line = 128;  // The output is aligned to 64.
  ASSERT_NE(conv.output().size() % 128 + reinterpret_cast<std::uintptr_t>(conv.output().data()) % 128, 0U);
  expect_fallback(Reason::kBufferSharesCacheLine, workspace);
}

TEST_F(Fallback, QueueHoldsAnotherJob) {
  const std::span<std::byte> workspace = conv.workspace(context);
  const auto other = context.prepare(conv.op(), conv.workspace(context));
  const auto buffer = [](const auto& span, npu::Access access) {
    return npu::Buffer{span.data(), span.size_bytes(), access};
  };
  const std::array buffers{buffer(other.program().constants, npu::Access::kRead),
                           buffer(conv.input(), npu::Access::kRead), npu::Buffer{},
                           buffer(conv.output(), npu::Access::kWrite)};
  npu::JobTag tag = 0;
  ASSERT_EQ(platform.queue.submit({other.program().stream, buffers}, tag), npu::Status::kOk);
  // Not the output that the other job may write at any time: only the refusal is looked at.
  EXPECT_EQ(npu_only.run(conv.op(), {workspace, Platform::kTimeout}).reason, Reason::kDeviceBusy);
  npu::JobResult result;
  ASSERT_EQ(platform.queue.wait(tag, Platform::kTimeout, result), npu::Status::kOk);
  expect_npu(workspace);
}

TEST_F(Fallback, QueueNotOpen) {
  const std::span<std::byte> workspace = conv.workspace(context);
  ASSERT_EQ(platform.queue.close(), npu::Status::kOk);
  expect_fallback(Reason::kNoDevice, workspace);
}

TEST_F(Fallback, DeviceNotProbed) {
  npu::Device<TestBus, TestPort> device(platform.bus, platform.port);
  TestContext without(device, platform.queue);
  EXPECT_EQ(without.workspace_bytes(conv.op()), 0U);
  const Report report = without.run(conv.op(), {});
  EXPECT_EQ(report.where, Where::kCpu);
  EXPECT_EQ(report.reason, Reason::kNoDevice);
  EXPECT_TRUE(conv.output_is_right());
}

TEST_F(Fallback, WorkspaceChangedAfterPreparation) {
  const std::span<std::byte> workspace = conv.workspace(context);
  const auto prepared = context.prepare(conv.op(), workspace);
  const std::size_t constants = prepared.program().constants.size();
  for (std::size_t at = constants; at < workspace.size(); at += 13) {
    workspace[at] ^= std::byte{0x40};
    conv.spoil_output();
    const Report report = context.run(prepared, Platform::kTimeout);
    EXPECT_EQ(report.reason, Reason::kStreamRefused) << at;
    EXPECT_EQ(report.where, Where::kCpu);
    EXPECT_TRUE(conv.output_is_right());
    workspace[at] ^= std::byte{0x40};
  }
  EXPECT_EQ(context.run(prepared, Platform::kTimeout).where, Where::kNpu);
}

TEST_F(Fallback, PreparedForOtherHardware) {
  const auto prepared = runtime::prepare(conv.op(), spec::kConfigurations[2], platform.take(1 << 20));
  ASSERT_EQ(prepared.program().reason, Reason::kNone);
  const Report report = context.run(prepared, Platform::kTimeout);
  EXPECT_EQ(report.reason, Reason::kStreamRefused);
  EXPECT_EQ(report.device, npu::Status::kStreamMacs);
  EXPECT_TRUE(conv.output_is_right());
}

TEST_F(Fallback, SramTooSmall) {
  spec::HardwareConfig tiny = context.hardware();
  tiny.sram_bytes = 1024;
  const runtime::Program program = runtime::assess(conv.op(), tiny);
  EXPECT_EQ(program.reason, Reason::kSramTooSmall);
  EXPECT_EQ(program.planning.available, 1024U);
  EXPECT_GT(program.planning.needed, 1024U);
  EXPECT_EQ(runtime::workspace_bytes(conv.op(), tiny), 0U);
  const auto prepared = runtime::prepare(conv.op(), tiny, platform.take(1 << 16));
  const Report report = context.run(prepared, Platform::kTimeout);
  EXPECT_EQ(report.reason, Reason::kSramTooSmall);
  EXPECT_TRUE(conv.output_is_right());
}

TEST_F(Fallback, FilterZeroPoint) {
  const std::vector<std::int8_t> filter{1, -2, 3, 4, 5, -6};
  const std::vector<kernels::QuantizedMultiplier> multipliers{{1 << 30, -2}};
  const std::span<std::int8_t> input = platform.copy(std::vector<std::int8_t>{10, 20, -20});
  const std::span<std::int8_t> output = platform.take_int8(2);
  kernels::FullyConnectedParams params{.multipliers = multipliers, .activation = {}};
  const auto run = [&] {
    return context.fully_connected(params, {1, 3, input}, {2, 3, filter}, {}, {1, 2, output},
                                   {platform.take(4096), Platform::kTimeout});
  };
  EXPECT_EQ(run().where, Where::kNpu);
  EXPECT_EQ(output[0], -11);  // (10 - 40 - 60) / 8
  params.filter_zero_point = 2;
  const Report report = run();
  EXPECT_EQ(report.where, Where::kCpu);
  EXPECT_EQ(report.reason, Reason::kFilterZeroPoint);
  EXPECT_EQ(output[0], -14);  // (-10 - 80 - 20) / 8
}

TEST_F(Fallback, OperatorLimit) {
  // An average of more than 1,024 pixels.
  const std::span<std::int8_t> input = platform.take_int8(33 * 33);
  std::ranges::fill(input, std::int8_t{-7});
  const std::span<std::int8_t> output = platform.take_int8(1);
  const kernels::Pool2dParams params{.filter_height = 33, .filter_width = 33, .activation = {}};
  const Report report = context.average_pool2d(params, {{1, 33, 33, 1}, input}, {{1, 1, 1, 1}, output},
                                               {platform.take(4096), Platform::kTimeout});
  EXPECT_EQ(report.where, Where::kCpu);
  EXPECT_EQ(report.reason, Reason::kOperatorLimit);
  EXPECT_EQ(report.planning.status, plan::Status::kKernelTooLarge);
  EXPECT_STREQ(explain(report), plan::to_string(plan::Status::kKernelTooLarge));
  EXPECT_EQ(output[0], -7);
}

TEST_F(Fallback, CpuOnlyNeverTouchesTheDevice) {
  TestContext cpu_only(platform.device, platform.queue, {.policy = Policy::kCpuOnly});
  const std::span<std::byte> workspace = conv.workspace(context);
  const std::vector<std::byte> before(workspace.begin(), workspace.end());
  EXPECT_EQ(cpu_only.workspace_bytes(conv.op()), 0U);
  const std::uint64_t cycle = model.cycle();
  const Report report = cpu_only.run(conv.op(), {workspace, Platform::kTimeout});
  EXPECT_EQ(report.where, Where::kCpu);
  EXPECT_EQ(report.reason, Reason::kPolicy);
  EXPECT_TRUE(conv.output_is_right());
  EXPECT_EQ(model.cycle(), cycle);
  EXPECT_EQ(platform.queue.statistics().jobs_started, 0U);
  EXPECT_TRUE(std::ranges::equal(workspace, before));
}

TEST_F(Fallback, NotPrepared) {
  const Report report = context.run(runtime::Prepared<runtime::Conv2d>{}, Platform::kTimeout);
  EXPECT_EQ(report.status, Status::kArguments);
}

TEST_F(Fallback, BadArgumentsRunNowhere) {
  conv.spoil_output();
  runtime::Conv2d op = conv.op();
  op.params.window.stride_width = 0;
  Report report = context.run(op, {conv.workspace(context), Platform::kTimeout});
  EXPECT_EQ(report.status, Status::kArguments);
  EXPECT_EQ(report.arguments, kernels::Status::kBadStride);
  EXPECT_EQ(report.where, Where::kNowhere);
  EXPECT_STREQ(explain(report), kernels::describe(kernels::Status::kBadStride));

  // A workspace on top of a tensor: neither may be changed.
  const auto bytes = std::as_writable_bytes(conv.output());
  report = context.run(conv.op(), {bytes, Platform::kTimeout});
  EXPECT_EQ(report.arguments, kernels::Status::kOverlap);

  // A workspace on top of the weights, which would be packed over themselves.
  const std::span<std::int8_t> range = platform.take_int8(context.workspace_bytes(conv.op()));
  op = conv.op();
  op.filter.data = range.last(op.filter.data.size());
  report = context.run(op, {std::as_writable_bytes(range), Platform::kTimeout});
  EXPECT_EQ(report.arguments, kernels::Status::kOverlap);

  // Tensors of another size, or inside the workspace, bound after preparation.
  const std::span<std::byte> workspace = conv.workspace(context);
  auto prepared = context.prepare(conv.op(), workspace);
  prepared.bind(conv.input().first(5), conv.output());
  EXPECT_EQ(context.run(prepared, Platform::kTimeout).arguments, kernels::Status::kBufferSize);
  prepared.bind(conv.input(), platform.take_int8(conv.output().size() + 1));  // The NPU would not mind.
  EXPECT_EQ(context.run(prepared, Platform::kTimeout).arguments, kernels::Status::kBufferSize);
  prepared.bind(conv.input(), {reinterpret_cast<std::int8_t*>(workspace.data()), conv.output().size()});
  EXPECT_EQ(context.run(prepared, Platform::kTimeout).arguments, kernels::Status::kOverlap);

  EXPECT_TRUE(std::ranges::all_of(conv.output(), [](std::int8_t v) { return v == 0x55; }));
  EXPECT_EQ(context.tally().bad_arguments, 6U);
}

TEST_F(Fallback, TalliesEveryCall) {
  const std::span<std::byte> workspace = conv.workspace(context);
  EXPECT_TRUE(context.run(conv.op(), {workspace, Platform::kTimeout}).ok());
  EXPECT_TRUE(context.run(conv.op(), {{}, Platform::kTimeout}).ok());
  EXPECT_FALSE(npu_only.run(conv.op(), {{}, Platform::kTimeout}).ok());
  EXPECT_EQ(context.tally().on_npu, 1U);
  EXPECT_EQ(context.tally().on_cpu, 1U);
  EXPECT_EQ(npu_only.tally().refused, 1U);
}

TEST(RuntimeHardware, IsTheDevicesOwn) {
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  config.sram_bytes = 8 * 1024;
  config.axi_data_bits = 64;
  sim::FunctionalModel model({.config = config});
  Platform platform(model);
  TestContext context(platform.device, platform.queue);
  EXPECT_EQ(context.hardware().macs, 0U);
  ASSERT_TRUE(platform.open());
  EXPECT_EQ(context.hardware().sram_bytes, config.sram_bytes);
  EXPECT_EQ(context.hardware().axi_data_bits, config.axi_data_bits);
  // Planned for this much SRAM, not for the specification's.
  SmallConv conv(platform);
  const Report report = context.run(conv.op(), {conv.workspace(context), Platform::kTimeout});
  EXPECT_EQ(report.where, Where::kNpu) << explain(report);
  EXPECT_TRUE(conv.output_is_right());
}

TEST(RuntimeTexts, EveryReasonHasItsOwn) {
  std::set<std::string> texts;
  int reasons = 0;
  for (int i = 0; i < 256; ++i) {
    const std::string text = to_string(static_cast<Reason>(i));
    if (text == "unknown reason") continue;
    ++reasons;
    texts.insert(text);
  }
  EXPECT_EQ(reasons, static_cast<int>(Reason::kNpuFault) + 1);
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(reasons));
}

}  // namespace
}  // namespace auklet::test
