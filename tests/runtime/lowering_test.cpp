// Which sums the planner can express, and as what.
#include <auklet/runtime/lowering.hpp>
#include <auklet/runtime/program.hpp>
#include <vector>

#include <gtest/gtest.h>

namespace auklet::test {
namespace {

using kernels::make_shape;
using kernels::Shape;
using runtime::Lowered;
using runtime::Reason;

struct Lowering {
  Reason reason = Reason::kNone;
  plan::EltwiseOp add;
};

Lowering lower_add(const Shape& a, const Shape& b, const Shape& output) {
  const auto count = [](const Shape& shape) { return static_cast<std::size_t>(kernels::element_count(shape)); };
  const std::vector<std::int8_t> a_data(count(a)), b_data(count(b));
  std::vector<std::int8_t> out_data(count(output));
  const runtime::Add op{{}, {a, std::span(a_data)}, {b, std::span(b_data)}, {output, std::span(out_data)}};
  EXPECT_EQ(check(op), kernels::Status::kOk);
  Lowered lowered;
  const Reason reason = lower(op, lowered);
  return {reason, lowered.eltwise};
}

void expect_rows(const Shape& a, const Shape& b, const Shape& output, std::uint32_t rows, std::uint32_t length,
                 plan::Cover a_cover, plan::Cover b_cover) {
  const Lowering lowered = lower_add(a, b, output);
  EXPECT_EQ(lowered.reason, Reason::kNone);
  EXPECT_EQ(lowered.add.kind, plan::EltwiseKind::kAdd);
  EXPECT_EQ(lowered.add.rows, rows);
  EXPECT_EQ(lowered.add.length, length);
  EXPECT_EQ(lowered.add.a, a_cover);
  EXPECT_EQ(lowered.add.b, b_cover);
}

using enum plan::Cover;

TEST(RuntimeLowering, SumsOfOneShapeAreOneRow) {
  expect_rows(make_shape(2, 3, 4), make_shape(2, 3, 4), make_shape(2, 3, 4), 1, 24, kAll, kAll);
  expect_rows(make_shape(), make_shape(), make_shape(), 1, 1, kAll, kAll);
  expect_rows(make_shape(1, 4), make_shape(4), make_shape(1, 4), 1, 4, kAll, kAll);
  expect_rows(make_shape(1, 1, 4), make_shape(4), make_shape(4), 1, 4, kAll, kAll);  // Leading ones do not matter.
}

TEST(RuntimeLowering, LeadingDimensionsRepeat) {
  expect_rows(make_shape(2, 3, 4), make_shape(4), make_shape(2, 3, 4), 6, 4, kAll, kRow);
  expect_rows(make_shape(3, 4), make_shape(2, 3, 4), make_shape(2, 3, 4), 2, 12, kRow, kAll);
  expect_rows(make_shape(2, 1, 3, 4), make_shape(1, 1, 3, 4), make_shape(2, 1, 3, 4), 2, 12, kAll, kRow);
  // A one in the middle repeats nothing where the output has a one too.
  expect_rows(make_shape(5, 1, 4), make_shape(1, 1, 4), make_shape(5, 1, 4), 5, 4, kAll, kRow);
}

TEST(RuntimeLowering, TrailingDimensionsRepeat) {
  expect_rows(make_shape(2, 3), make_shape(2, 1), make_shape(2, 3), 2, 3, kAll, kColumn);
  expect_rows(make_shape(2, 3, 1, 1), make_shape(2, 3, 4, 5), make_shape(2, 3, 4, 5), 6, 20, kColumn, kAll);
  expect_rows(make_shape(2, 1), make_shape(1, 3), make_shape(2, 3), 2, 3, kColumn, kRow);
  expect_rows(make_shape(2, 1, 5, 1), make_shape(2, 1, 5, 4), make_shape(2, 1, 5, 4), 10, 4, kColumn, kAll);
}

TEST(RuntimeLowering, OneElementRepeatsOverAll) {
  expect_rows(make_shape(2, 3), make_shape(), make_shape(2, 3), 1, 6, kAll, kOne);
  expect_rows(make_shape(1, 1, 1), make_shape(2, 3), make_shape(1, 2, 3), 1, 6, kOne, kAll);
  expect_rows(make_shape(1), make_shape(1, 1), make_shape(1, 1), 1, 1, kAll, kAll);
}

TEST(RuntimeLowering, OtherBroadcastsAreRefused) {
  EXPECT_EQ(lower_add(make_shape(2, 1, 4), make_shape(2, 3, 4), make_shape(2, 3, 4)).reason, Reason::kBroadcast);
  EXPECT_EQ(lower_add(make_shape(1, 3, 1), make_shape(2, 3, 4), make_shape(2, 3, 4)).reason, Reason::kBroadcast);
  EXPECT_EQ(lower_add(make_shape(2, 1, 4), make_shape(1, 3, 1), make_shape(2, 3, 4)).reason, Reason::kBroadcast);
  // A column of six elements, and a row for two rows.
  EXPECT_EQ(lower_add(make_shape(2, 3, 1), make_shape(1, 3, 4), make_shape(2, 3, 4)).reason, Reason::kBroadcast);
}

TEST(RuntimeLowering, AssessmentNeedsNoDeviceAndNoWorkspace) {
  const std::vector<std::int8_t> filter(16 * 32);
  const std::vector<std::int8_t> input(32);
  std::vector<std::int8_t> output(16);
  const std::vector<kernels::QuantizedMultiplier> multipliers{{1 << 30, -5}};
  runtime::FullyConnected op;
  op.params.multipliers = multipliers;
  op.input = {1, 32, input};
  op.filter = {16, 32, filter};
  op.output = {1, 16, output};
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    const runtime::Program program = runtime::assess(op, config);
    EXPECT_EQ(program.reason, Reason::kNone);
    EXPECT_EQ(program.cost.macs, 512U);
    EXPECT_GE(program.workspace_bytes, filter.size() + spec::kParamBlock + spec::StreamHeader::kWords * 4);
    EXPECT_TRUE(program.stream.empty());
  }
}

}  // namespace
}  // namespace auklet::test
