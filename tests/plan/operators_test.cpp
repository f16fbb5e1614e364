// Every refusal that an operator alone can earn, and every refusal of placements.
#include <auklet/plan/plan.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace auklet::plan {
namespace {

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

ConvOp good_conv() {
  ConvOp op;
  op.in_h = op.in_w = 8, op.in_c = 16, op.out_h = op.out_w = 8, op.out_c = 32;
  op.kernel_h = op.kernel_w = 3, op.pad_top = op.pad_left = 1;
  return op;
}

Status conv_status(const std::function<void(ConvOp&)>& change) {
  ConvOp op = good_conv();
  change(op);
  return check(op).status;
}

TEST(CheckConv, AcceptsAndRefuses) {
  EXPECT_EQ(conv_status([](auto&) {}), Status::kOk);
  EXPECT_EQ(conv_status([](auto& op) { op.batch = 0; }), Status::kShapeZero);
  EXPECT_EQ(conv_status([](auto& op) { op.in_w = 0; }), Status::kShapeZero);
  EXPECT_EQ(conv_status([](auto& op) { op.kernel_h = 0; }), Status::kShapeZero);
  EXPECT_EQ(conv_status([](auto& op) { op.groups = 0; }), Status::kShapeZero);
  EXPECT_EQ(conv_status([](auto& op) { op.in_w = 65536; }), Status::kTensorTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.batch = 0xffffffff; }), Status::kTensorTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.in_c = 0xffffffff; }), Status::kTensorTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.out_c = 1U << 21; }), Status::kTensorTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.groups = 3; }), Status::kGroupsUneven);
  EXPECT_EQ(conv_status([](auto& op) { op.groups = 16, op.out_c = 24; }), Status::kGroupsUneven);
  EXPECT_EQ(conv_status([](auto& op) { op.kernel_h = 256; }), Status::kKernelTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.stride_w = 0; }), Status::kStrideRange);
  EXPECT_EQ(conv_status([](auto& op) { op.stride_h = 256; }), Status::kStrideRange);
  EXPECT_EQ(conv_status([](auto& op) { op.dilation_h = 0; }), Status::kDilationRange);
  EXPECT_EQ(conv_status([](auto& op) { op.pad_left = 3; }), Status::kPadTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.out_h = 9; }), Status::kOk);  // The last row sees input row 7.
  EXPECT_EQ(conv_status([](auto& op) { op.out_h = 10; }), Status::kPadTooLarge);
  EXPECT_EQ(conv_status([](auto& op) { op.act_min = 5, op.act_max = 4; }), Status::kClampEmpty);
  EXPECT_EQ(conv_status([](auto& op) { op.weight_order = WeightOrder::kHwo; }), Status::kShapeMismatch);
}

TEST(CheckPool, AcceptsAndRefuses) {
  PoolOp op;
  op.in_h = op.in_w = 40, op.kernel_h = op.kernel_w = 32;
  EXPECT_TRUE(check(op).ok());
  op.kernel_w = 33;
  EXPECT_TRUE(check(op).ok());  // Only averages have the limit.
  op.kind = PoolKind::kAverage;
  EXPECT_EQ(check(op).status, Status::kKernelTooLarge);
  op.kernel_w = 2, op.act_min = 1, op.act_max = 0;
  EXPECT_EQ(check(op).status, Status::kClampEmpty);
  op.channels = 0;
  EXPECT_EQ(check(op).status, Status::kShapeZero);
}

Status resident_status(const std::function<void(ConvSram&, ConvLayout&)>& change) {
  const ConvOp op = good_conv();
  ConvLayout layout;
  EXPECT_TRUE(conv_layout(op, kConfig, 16, layout).ok());
  ConvSram at{
      .input = sram_tensor(0, 8, 8, 16), .output = sram_tensor(4096, 8, 8, 32), .weights = 16384, .parameters = 32768};
  change(at, layout);
  StreamWriter writer = StreamWriter::counting(kConfig);
  Cost cost;
  const Status status = plan_resident_conv(writer, op, layout, at, {}, cost).status;
  EXPECT_EQ(writer.commands(), status == Status::kOk ? 1U : 0U);
  return status;
}

TEST(PlanResidentConv, RefusesPlacements) {
  EXPECT_EQ(resident_status([](auto&, auto&) {}), Status::kOk);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.input.address = 3; }), Status::kOk);  // Dense: any alignment.
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.input.pixel_pitch = 32; }), Status::kLayoutMismatch);
  EXPECT_EQ(resident_status([](auto&, auto& layout) { ++layout.steps; }), Status::kLayoutMismatch);
  EXPECT_EQ(resident_status([](auto&, auto& layout) { layout.array_groups = 4; }), Status::kLayoutMismatch);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.input.row_pitch = 127; }), Status::kPitchTooSmall);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.output.pixel_pitch = 16; }), Status::kPitchTooSmall);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.output.row_pitch = 240; }), Status::kPitchTooSmall);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.output.address = 8; }), Status::kAddressMisaligned);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.output.row_pitch = 257; }), Status::kAddressMisaligned);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.weights = 16; }), Status::kAddressMisaligned);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.parameters = 16; }), Status::kAddressMisaligned);
  EXPECT_EQ(resident_status([](auto& at, auto&) { at.weights = kConfig.sram_bytes - 32; }), Status::kSramTooSmall);
}

TEST(PlanStreamedConv, TellsHowMuchSramIsMissing) {
  ConvOp op = good_conv();
  op.in_c = 512, op.out_c = 16;
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, kConfig, 512, layout).ok());
  StreamWriter writer = StreamWriter::counting(kConfig);
  Cost cost;
  const Outcome small = plan_streamed_conv(writer, op, layout, {}, {0, 65536}, cost);
  EXPECT_EQ(small.status, Status::kSramTooSmall);
  EXPECT_EQ(small.available, 65536U);
  EXPECT_EQ(writer.commands(), 0U);
  EXPECT_EQ(cost.macs, 0U);
  // What it says is the least that does.
  const auto exact = static_cast<std::uint32_t>(small.needed);
  EXPECT_EQ(plan_streamed_conv(writer, op, layout, {}, {0, exact - 1}, cost).status, Status::kSramTooSmall);
  EXPECT_TRUE(plan_streamed_conv(writer, op, layout, {}, {0, exact}, cost).ok());
  EXPECT_LE(writer.sram_bytes(), exact);
}

TEST(PlanStreamed, RefusesBudgetsOutsideOfTheSram) {
  const ConvOp op = good_conv();
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, kConfig, 16, layout).ok());
  StreamWriter writer = StreamWriter::counting(kConfig);
  Cost cost;
  EXPECT_EQ(plan_streamed_conv(writer, op, layout, {}, {32, kConfig.sram_bytes}, cost).status, Status::kSramTooSmall);
  EXPECT_EQ(plan_streamed_conv(writer, op, layout, {}, {16, 65536}, cost).status, Status::kAddressMisaligned);
  ConvMemory at;
  at.output.offset = 0xffffffff;
  EXPECT_EQ(plan_streamed_conv(writer, op, layout, at, {0, 65536}, cost).status, Status::kTensorTooLarge);
}

TEST(Status, EveryOneHasItsOwnSentence) {
  std::set<std::string> sentences;
  std::size_t count = 0;
  for (int value = 0; value < 256; ++value) {
    const std::string text = to_string(static_cast<Status>(value));
    EXPECT_FALSE(text.empty());
    if (text == "unknown status") continue;
    ++count;
    sentences.insert(text);
  }
  EXPECT_EQ(sentences.size(), count);
  EXPECT_EQ(count, 24U);
}

}  // namespace
}  // namespace auklet::plan
