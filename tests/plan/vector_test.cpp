// The vector unit's operators: every refusal, what their commands say, and their tables.
#include <array>
#include <auklet/plan/plan.hpp>
#include <auklet/plan/tables.hpp>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace auklet::plan {
namespace {

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

TEST(CheckEltwise, AcceptsAndRefuses) {
  EltwiseOp op;
  EXPECT_TRUE(check(op).ok());
  op.left_shift = 21;
  EXPECT_EQ(check(op).status, Status::kShiftRange);
  op.left_shift = 20, op.b_scale.shift = -32;
  EXPECT_EQ(check(op).status, Status::kShiftRange);
  op.b_scale.shift = -31, op.out_scale.shift = 32;
  EXPECT_EQ(check(op).status, Status::kShiftRange);
  op.out_scale.shift = 31, op.act_min = 1, op.act_max = 0;
  EXPECT_EQ(check(op).status, Status::kClampEmpty);
  op.rows = 1U << 20, op.length = 1U << 12;
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  op.length = 0;
  EXPECT_EQ(check(op).status, Status::kShapeZero);
}

TEST(CheckTableAndSoftmax, AcceptAndRefuse) {
  EXPECT_TRUE(check(TableOp{}).ok());
  EXPECT_TRUE(check(TableOp{.rows = 1, .length = 1U << 31}).ok());
  EXPECT_EQ(check(TableOp{.rows = 0, .length = 1}).status, Status::kShapeZero);
  EXPECT_EQ(check(TableOp{.rows = 1U << 16, .length = 1U << 16}).status, Status::kTensorTooLarge);
  EXPECT_TRUE(check(SoftmaxOp{.rows = 100'000, .length = 4095}).ok());
  EXPECT_EQ(check(SoftmaxOp{.rows = 1, .length = 4096}).status, Status::kRowTooLong);
  EXPECT_EQ(check(SoftmaxOp{.rows = 1, .length = 0}).status, Status::kShapeZero);
  EXPECT_EQ(check(SoftmaxOp{.rows = 1U << 22, .length = 4000}).status, Status::kTensorTooLarge);
}

struct Places {
  SramRows a{0, 32}, b{4096, 32}, out{8192, 32};
  std::uint32_t table = 16384;
};

template <class Emit>
Status status_of(const std::function<void(Places&)>& change, Emit emit) {
  Places at;
  change(at);
  StreamWriter writer = StreamWriter::counting(kConfig);
  Cost cost;
  const Status status = emit(writer, at, cost).status;
  EXPECT_EQ(writer.commands(), status == Status::kOk ? 1U : 0U);
  EXPECT_EQ(cost.compute_cycles != 0, status == Status::kOk);
  return status;
}

Status eltwise_status(Cover a, Cover b, const std::function<void(Places&)>& change) {
  const EltwiseOp op{.kind = EltwiseKind::kMul, .rows = 4, .length = 20, .a = a, .b = b};
  return status_of(change, [&](StreamWriter& writer, const Places& at, Cost& cost) {
    return plan_resident_eltwise(writer, op, at.a, at.b, at.out, {}, cost);
  });
}

TEST(PlanResidentEltwise, RefusesPlacements) {
  using enum Cover;
  EXPECT_EQ(eltwise_status(kAll, kAll, [](auto&) {}), Status::kOk);
  EXPECT_EQ(eltwise_status(kAll, kAll, [](auto& at) { at.a.address = 8; }), Status::kAddressMisaligned);
  EXPECT_EQ(eltwise_status(kAll, kAll, [](auto& at) { at.b.row_pitch = 40; }), Status::kAddressMisaligned);
  EXPECT_EQ(eltwise_status(kAll, kAll, [](auto& at) { at.a.row_pitch = 16; }), Status::kPitchTooSmall);
  EXPECT_EQ(eltwise_status(kAll, kAll, [](auto& at) { at.out.row_pitch = 16; }), Status::kPitchTooSmall);
  EXPECT_EQ(eltwise_status(kAll, kAll, [](auto& at) { at.out.address = 8200; }), Status::kAddressMisaligned);
  EXPECT_EQ(eltwise_status(kAll, kRow, [](auto& at) { at.b.row_pitch = 3; }), Status::kOk);
  EXPECT_EQ(eltwise_status(kAll, kRow, [](auto& at) { at.b.address = 4097; }), Status::kAddressMisaligned);
  EXPECT_EQ(eltwise_status(kColumn, kAll, [](auto& at) { at.a = {77, 3}; }), Status::kOk);
  EXPECT_EQ(eltwise_status(kColumn, kAll, [](auto& at) { at.a.row_pitch = 0; }), Status::kPitchTooSmall);
  EXPECT_EQ(eltwise_status(kAll, kOne, [](auto& at) { at.b = {4095, 0}; }), Status::kOk);
  // All 16 bytes that are fetched must be there.
  EXPECT_EQ(eltwise_status(kAll, kOne, [](auto& at) { at.b.address = kConfig.sram_bytes - 16; }), Status::kOk);
  EXPECT_EQ(eltwise_status(kAll, kOne, [](auto& at) { at.b.address = kConfig.sram_bytes - 15; }),
            Status::kSramTooSmall);
}

TEST(PlanResidentTable, RefusesPlacements) {
  const auto table = [](StreamWriter& writer, const Places& at, Cost& cost) {
    return plan_resident_table(writer, {.rows = 4, .length = 20}, at.a, at.table, at.out, {}, cost);
  };
  EXPECT_EQ(status_of([](auto&) {}, table), Status::kOk);
  EXPECT_EQ(status_of([](auto& at) { at.table = 16384 + 16; }, table), Status::kAddressMisaligned);
  EXPECT_EQ(status_of([](auto& at) { at.a.address = 1; }, table), Status::kAddressMisaligned);
  EXPECT_EQ(status_of([](auto& at) { at.out.row_pitch = 16; }, table), Status::kPitchTooSmall);
  EXPECT_EQ(status_of([](auto& at) { at.table = kConfig.sram_bytes - 256; }, table), Status::kOk);
  EXPECT_EQ(status_of([](auto& at) { at.table = kConfig.sram_bytes - 224; }, table), Status::kSramTooSmall);
}

TEST(PlanResidentSoftmax, RefusesPlacements) {
  const auto softmax = [](StreamWriter& writer, const Places& at, Cost& cost) {
    return plan_resident_softmax(writer, {.rows = 4, .length = 20}, at.a, at.table, at.out, {}, cost);
  };
  EXPECT_EQ(status_of([](auto&) {}, softmax), Status::kOk);
  EXPECT_EQ(status_of([](auto& at) { at.table = 16384 + 16; }, softmax), Status::kAddressMisaligned);
  EXPECT_EQ(status_of([](auto& at) { at.a.row_pitch = 16; }, softmax), Status::kPitchTooSmall);
  EXPECT_EQ(status_of([](auto& at) { at.out.address = 8; }, softmax), Status::kAddressMisaligned);
  EXPECT_EQ(status_of([](auto& at) { at.table = kConfig.sram_bytes - 1024; }, softmax), Status::kOk);
  EXPECT_EQ(status_of([](auto& at) { at.table = kConfig.sram_bytes - 992; }, softmax), Status::kSramTooSmall);
  EXPECT_EQ(status_of([](auto& at) { at.out.address = kConfig.sram_bytes - 112; }, softmax), Status::kSramTooSmall);
}

TEST(PlanStreamedVector, RefusesBudgetsAndOffsets) {
  StreamWriter writer = StreamWriter::counting(kConfig);
  Cost cost;
  const EltwiseOp add;
  // Two words for each of two operands and the output.
  const Outcome small = plan_streamed_eltwise(writer, add, {}, {}, {}, {0, 95}, cost);
  EXPECT_EQ(small.status, Status::kSramTooSmall);
  EXPECT_EQ(small.needed, 96U);
  EXPECT_EQ(small.available, 95U);
  EXPECT_EQ(plan_streamed_eltwise(writer, add, {}, {}, {}, {16, 96}, cost).status, Status::kAddressMisaligned);
  EXPECT_EQ(plan_streamed_eltwise(writer, add, {}, {}, {}, {32, kConfig.sram_bytes}, cost).status,
            Status::kSramTooSmall);
  const MemoryTensor end{0, 0xffffffff};
  const EltwiseOp two{.length = 2, .b = Cover::kOne};
  EXPECT_EQ(plan_streamed_eltwise(writer, two, end, {}, {}, {0, 96}, cost).status, Status::kTensorTooLarge);
  EXPECT_EQ(plan_streamed_eltwise(writer, two, {}, {}, end, {0, 96}, cost).status, Status::kTensorTooLarge);
  EXPECT_EQ(plan_streamed_table(writer, {}, {}, end, {}, {0, 512}, cost).status, Status::kTensorTooLarge);
  EXPECT_EQ(plan_streamed_softmax(writer, {.length = 4096}, {}, {}, {}, {0, 65536}, cost).status, Status::kRowTooLong);
  // The whole row twice, its results twice, and the table.
  const Outcome row = plan_streamed_softmax(writer, {.length = 1000}, {}, {}, {}, {0, 4096}, cost);
  EXPECT_EQ(row.status, Status::kSramTooSmall);
  EXPECT_EQ(row.needed, 4U * 1008 + 1024);
  EXPECT_EQ(writer.commands(), 0U);
  EXPECT_EQ(cost.input_bytes, 0U);
  EXPECT_TRUE(plan_streamed_eltwise(writer, two, {}, end, {}, {0, 96}, cost).ok());
  EXPECT_TRUE(plan_streamed_softmax(writer, {.length = 1000}, {}, {}, {}, {0, 4 * 1008 + 1024}, cost).ok());
}

// The commands that `emit` writes for a device with so much SRAM that counts exceed 16 bits.
template <class Command, class Emit>
std::vector<Command> commands_of(Emit emit) {
  spec::HardwareConfig config = kConfig;
  config.sram_bytes = 16 << 20;
  std::array<std::uint32_t, 256> words{};
  StreamWriter writer(words, config);
  Cost cost;
  EXPECT_TRUE(emit(writer, cost).ok());
  std::vector<Command> commands;
  for (std::size_t next = spec::StreamHeader::kWords; next < writer.words(); next += Command::kWords) {
    const auto encoded = std::span<const std::uint32_t>(words).subspan(next).first<Command::kWords>();
    if constexpr (std::is_same_v<Command, spec::SoftmaxCommand>) {
      commands.push_back(spec::decode_softmax(encoded));
    } else {
      commands.push_back(spec::decode_eltwise(encoded));
    }
  }
  return commands;
}

TEST(PlanResidentVector, CutsManyRows) {
  constexpr std::uint32_t kRows = 65535 + 1000, kOut = 4 << 20;
  const EltwiseOp op{.rows = kRows, .length = 16, .a = Cover::kAll, .b = Cover::kColumn};
  const auto eltwise = commands_of<spec::EltwiseCommand>([&](StreamWriter& writer, Cost& cost) {
    return plan_resident_eltwise(writer, op, {0, 16}, {2 << 20, 1}, {kOut, 32}, {}, cost);
  });
  ASSERT_EQ(eltwise.size(), 2U);
  EXPECT_EQ(eltwise[0].n1, 65535U);
  EXPECT_EQ(eltwise[0].b_splat, 1U);
  EXPECT_EQ(eltwise[0].b_step0, 0U);
  EXPECT_EQ(eltwise[0].b_step1, 1U);
  EXPECT_EQ(eltwise[1].n1, 1000U);
  EXPECT_EQ(eltwise[1].a_base, 65535U * 16);
  EXPECT_EQ(eltwise[1].b_base, (2U << 20) + 65535);
  EXPECT_EQ(eltwise[1].out_base, kOut + 65535U * 32);

  const auto softmax = commands_of<spec::SoftmaxCommand>([&](StreamWriter& writer, Cost& cost) {
    return plan_resident_softmax(writer, {.rows = kRows, .length = 3}, {0, 16}, 8 << 20, {kOut, 32}, {}, cost);
  });
  ASSERT_EQ(softmax.size(), 2U);
  EXPECT_EQ(softmax[0].rows, 65535U);
  EXPECT_EQ(softmax[1].rows, 1000U);
  EXPECT_EQ(softmax[1].a_base, 65535U * 16);
  EXPECT_EQ(softmax[1].table_base, 8U << 20);
  EXPECT_EQ(softmax[1].out_base, kOut + 65535U * 32);
}

TEST(PlanResidentVector, JoinsRowsAndCutsManyWords) {
  constexpr std::uint32_t kRows = 70'000, kOut = 4 << 20;
  const auto table = commands_of<spec::EltwiseCommand>([&](StreamWriter& writer, Cost& cost) {
    return plan_resident_table(writer, {.rows = kRows, .length = 16}, {0, 16}, 8 << 20, {kOut, 16}, {}, cost);
  });
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[0].n0, 65535U);
  EXPECT_EQ(table[1].n0, kRows - 65535);
  EXPECT_EQ(table[1].n1, 1U);
  EXPECT_EQ(table[1].a_base, 65535U * 16);
  EXPECT_EQ(table[1].b_base, 8U << 20);
  EXPECT_EQ(table[1].out_base, kOut + 65535U * 16);
}

TEST(Tables, AreInTheCommandsOrder) {
  std::array<std::int8_t, kTableEntries> by_value{};
  for (std::size_t i = 0; i < by_value.size(); ++i) by_value[i] = static_cast<std::int8_t>(i * 7);
  std::array<std::uint8_t, kTableBytes> table{};
  pack_table(by_value, table);
  for (int x = -128; x < 128; ++x) {
    EXPECT_EQ(table.at(static_cast<std::uint8_t>(x)),
              static_cast<std::uint8_t>(by_value.at(static_cast<std::size_t>(x + 128))));
  }
  std::array<std::int32_t, kTableEntries> exponentials{};
  exponentials[0] = 0x7fffffff;
  exponentials[255] = 0x01020304;
  std::array<std::uint8_t, kSoftmaxTableBytes> softmax{};
  pack_softmax_table(exponentials, softmax);
  EXPECT_EQ(softmax[0], 0xff);
  EXPECT_EQ(softmax[3], 0x7f);
  EXPECT_EQ(softmax[4], 0);
  EXPECT_EQ(softmax[1020], 4);
  EXPECT_EQ(softmax[1023], 1);
}

}  // namespace
}  // namespace auklet::plan
