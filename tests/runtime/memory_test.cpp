// Buffers: which ranges are cleaned, invalidated and granted, and that one preparation serves many runs.
#include <auklet/sim/functional_model.hpp>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform.hpp"
#include "small_conv.hpp"

namespace auklet::test {
namespace {

using runtime::Report;
using runtime::Where;
using testing::UnorderedElementsAre;

class Memory : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(platform.open()); }

  template <class Span>
  static Range range(const Span& span) {
    return {span.data(), span.size_bytes()};
  }

  sim::FunctionalModel model;
  Platform platform{model};
  SmallConv conv{platform};
  TestContext context{platform.device, platform.queue};
};

TEST_F(Memory, CacheMaintenanceCoversExactlyTheBuffers) {
  const auto prepared = context.prepare(conv.op(), conv.workspace(context));
  EXPECT_TRUE(platform.port.cleaned.empty() && platform.port.invalidated.empty());
  ASSERT_EQ(context.run(prepared, Platform::kTimeout).where, Where::kNpu);
  EXPECT_THAT(platform.port.cleaned,
              UnorderedElementsAre(range(prepared.program().stream), range(prepared.program().constants),
                                   range(conv.input()), range(conv.output())));
  EXPECT_THAT(platform.port.invalidated, UnorderedElementsAre(range(conv.output())));
}

TEST_F(Memory, CacheMaintenanceOfASum) {
  kernels::AddParams params;
  params.a_multiplier = params.b_multiplier = {1 << 30, 0};
  params.output_multiplier = {1 << 30, -18};
  const std::span<std::int8_t> a = platform.copy(Random(1).bytes(90));
  const std::span<std::int8_t> b = platform.copy(Random(2).bytes(30));
  const std::span<std::int8_t> output = platform.take_int8(90);
  const runtime::Add op{
      params, {kernels::make_shape(3, 30), a}, {kernels::make_shape(30), b}, {kernels::make_shape(3, 30), output}};
  const auto prepared = context.prepare(op, platform.take(context.workspace_bytes(op)));
  ASSERT_EQ(context.run(prepared, Platform::kTimeout).where, Where::kNpu);
  EXPECT_THAT(platform.port.cleaned,
              UnorderedElementsAre(range(prepared.program().stream), range(a), range(b), range(output)));
  EXPECT_THAT(platform.port.invalidated, UnorderedElementsAre(range(output)));
}

TEST_F(Memory, TheCpuNeedsNoMaintenance) {
  ASSERT_EQ(context.run(conv.op(), {}).where, Where::kCpu);
  EXPECT_TRUE(platform.port.cleaned.empty());
  EXPECT_TRUE(platform.port.invalidated.empty());
}

TEST_F(Memory, WindowsAreExactlyAsWideAsTheirBuffers) {
  const auto prepared = context.prepare(conv.op(), conv.workspace(context));
  ASSERT_EQ(context.run(prepared, Platform::kTimeout).where, Where::kNpu);
  namespace reg = spec::reg;
  const auto expect_window = [&](std::uint32_t index, const Range& buffer, bool read, bool write) {
    EXPECT_EQ(model.read32(reg::WindowSize::offset(index)), buffer.size) << index;
    if (buffer.size == 0) return;
    EXPECT_EQ(model.read32(reg::WindowBaseLo::offset(index)), platform.address(buffer.data)) << index;
    EXPECT_EQ(model.read32(reg::WindowAttr::offset(index)),
              reg::WindowAttr::kRead.make(read ? 1 : 0) | reg::WindowAttr::kWrite.make(write ? 1 : 0));
  };
  expect_window(runtime::kConstantsWindow, range(prepared.program().constants), true, false);
  expect_window(runtime::kInputWindow, range(conv.input()), true, false);
  expect_window(runtime::kSecondInputWindow, {nullptr, 0}, false, false);
  expect_window(runtime::kOutputWindow, range(conv.output()), false, true);
  for (std::uint32_t i = runtime::kWindowsUsed; i < spec::kWindowCount; ++i) {
    expect_window(i, {nullptr, 0}, false, false);
  }
}

TEST_F(Memory, PreparedOnceRunsManyTimes) {
  const std::span<std::byte> workspace = conv.workspace(context);
  auto prepared = context.prepare(conv.op(), workspace);
  const std::vector<std::byte> before(workspace.begin(), workspace.end());
  std::uint64_t cycles = 0;
  for (int i = 0; i < 20; ++i) {
    const std::span<std::int8_t> input = conv.new_input();
    const std::span<std::int8_t> output = platform.take_int8(conv.output().size());
    prepared.bind(input, output);
    const Report report = context.run(prepared, Platform::kTimeout);
    ASSERT_EQ(report.where, Where::kNpu) << explain(report);
    EXPECT_TRUE(conv.is_right(input, output)) << i;
    // The counter is never zeroed, and yet each report tells its own job's cycles.
    EXPECT_GT(report.cycles, 0U);
    if (i != 0) {
      EXPECT_NEAR(static_cast<double>(report.cycles), static_cast<double>(cycles), 200.0);
    }
    cycles = report.cycles;
  }
  EXPECT_TRUE(std::ranges::equal(workspace, before)) << "the workspace is only read once it is made";
}

TEST_F(Memory, ASumInPlace) {
  kernels::AddParams params;
  params.a_zero_point = 3;
  params.b_zero_point = -4;
  params.output_zero_point = 1;
  params.a_multiplier = {1'500'000'000, -1};
  params.b_multiplier = {1'200'000'000, 0};
  params.output_multiplier = {1 << 30, -18};
  // Several tiles, so that later ones are loaded while earlier ones are stored.
  const kernels::Shape shape = kernels::make_shape(7, 3000);
  const kernels::Shape row = kernels::make_shape(3000);
  const std::vector<std::int8_t> a_values = Random(1).bytes(21000);
  const std::vector<std::int8_t> b_values = Random(2).bytes(3000);
  std::vector<std::int8_t> expected(a_values.size());
  detail::require(kernels::reference::add(params, {shape, std::span(a_values)}, {row, std::span(b_values)},
                                          {shape, std::span(expected)}));
  const std::span<std::int8_t> a = platform.copy(a_values);
  const std::span<std::int8_t> b = platform.copy(b_values);
  const runtime::Add op{params, {shape, a}, {row, b}, {shape, a}};
  const auto prepared = context.prepare(op, platform.take(context.workspace_bytes(op)));
  ASSERT_GT(prepared.program().cost.tiles, 2U);
  ASSERT_EQ(context.run(prepared, Platform::kTimeout).where, Where::kNpu);
  EXPECT_TRUE(std::ranges::equal(a, expected));
}

/// Bytes that the transfers of one direction move, read from the commands themselves.
std::uint64_t transferred(std::span<const std::uint32_t> stream, spec::Opcode opcode) {
  std::uint64_t bytes = 0;
  std::size_t words = 0;
  for (std::size_t at = spec::StreamHeader::kWords; at < stream.size(); at += words) {
    const std::span<const std::uint32_t> command = stream.subspan(at);
    words = static_cast<std::size_t>(spec::CommandHeaderFields::kWords.get(command));
    if (spec::decode_header(command).opcode != opcode) continue;
    bytes += static_cast<std::uint64_t>(spec::DmaFields::kAxLen.get(command) * spec::DmaFields::kAxRows.get(command));
  }
  return bytes;
}

TEST_F(Memory, BytesAndMacsAreTheOperators) {
  const auto prepared = context.prepare(conv.op(), conv.workspace(context));
  const Report report = context.run(prepared, Platform::kTimeout);
  ASSERT_EQ(report.where, Where::kNpu);
  EXPECT_EQ(report.macs, 12U * 10 * 24 * 3 * 3 * 20);
  EXPECT_EQ(report.bytes_written, conv.output().size());
  const std::span<const std::uint32_t> stream = prepared.program().stream;
  EXPECT_EQ(report.bytes_read, transferred(stream, spec::Opcode::kLoad) + stream.size_bytes());
  EXPECT_EQ(report.bytes_written, transferred(stream, spec::Opcode::kStore));
  EXPECT_GE(report.bytes_read, conv.input().size() + prepared.program().constants.size() + stream.size_bytes());
}

}  // namespace
}  // namespace auklet::test
