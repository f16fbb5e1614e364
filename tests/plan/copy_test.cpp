// Copies through the functional model against a nested loop, the commands that common ones take, and every refusal.
#include <auklet/plan/copy.hpp>
#include <auklet/sim/functional_model.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../common/copy_cases.hpp"

namespace auklet::test {
namespace {

using plan::CopyOp;
using plan::Status;

constexpr spec::HardwareConfig kConfig = spec::kDefaultConfiguration;

TEST(Copy, RandomOnesEqualLoops) {
  std::unique_ptr<sim::FunctionalModel> model;
  const auto fresh_model = [&model](std::uint64_t seed) -> sim::Target& {
    model = std::make_unique<sim::FunctionalModel>(sim::FunctionalModelOptions{.config = kConfig, .seed = seed});
    return *model;
  };
  run_copy_seeds(fresh_model, kConfig, 1, 600);
}

TEST(Copy, NamedOnesEqualLoopsInAnySram) {
  for (const NamedCopy& named : named_copies()) {
    for (const std::uint32_t sram_bytes : {32U, 1040U, 0U}) {
      SCOPED_TRACE(std::string(named.name) + " in " + std::to_string(sram_bytes));
      CopyCase c{.op = named.op};
      fit_windows(c);
      c.sram = {.base = 64, .bytes = sram_bytes};
      sim::FunctionalModel model({.config = kConfig, .seed = sram_bytes + 1});
      ASSERT_TRUE(wait_until_idle(model));
      const CopyResult result = run_copy(model, kConfig, c);
      ASSERT_TRUE(result.planned.ok()) << to_string(result.planned.status);
      ASSERT_TRUE(result.job.done);
      EXPECT_TRUE(result.equal);
      EXPECT_FALSE(result.strayed);
    }
  }
}

// What makes them fast: the bytes that are loaded, and the commands. More would be correct, but slow.
TEST(Copy, CommonOnesTakeFewCommands) {
  struct Most {
    std::uint32_t loads, stores;
    std::uint64_t input_bytes;
  };
  const std::map<std::string, Most> most{
      {"whole_256K", {40, 40, 262144}},          {"transpose_1_24_3_16", {2, 6, 1152}},
      {"transpose_7_33", {7, 2, 231}},           {"transpose_attention_128_12_32", {12, 12, 49152}},
      {"pad_inside_30_40_48", {16, 16, 57600}},  {"pad_top_of_42_48", {2, 2, 2016}},
      {"pad_sides_of_30_48", {1, 1, 96}},        {"nearest_x2_8_10_64", {16, 16, 10240}},
      {"space_to_depth_16_16_12", {8, 8, 3072}}, {"reverse_rows_64_64", {32, 32, 4096}},
      {"reverse_bytes_1024", {128, 128, 1024}},  {"repeat_byte_10000", {1, 1, 1}},
  };
  std::size_t found = 0;
  for (const NamedCopy& named : named_copies()) {
    const auto limit = most.find(named.name);
    if (limit == most.end()) continue;
    ++found;
    plan::StreamWriter writer = plan::StreamWriter::counting(kConfig);
    plan::Cost cost;
    CopyCase c{.op = named.op};
    fit_windows(c);
    ASSERT_TRUE(plan_streamed_copy(writer, c.op, {}, {}, {0, kConfig.sram_bytes}, cost).ok());
    EXPECT_LE(writer.issued().load, limit->second.loads) << named.name;
    EXPECT_LE(writer.issued().store, limit->second.stores) << named.name;
    EXPECT_LE(cost.input_bytes, limit->second.input_bytes) << named.name;
    EXPECT_EQ(cost.output_bytes, bytes(named.op)) << named.name;
    EXPECT_EQ(cost.compute_cycles, 0U);
  }
  EXPECT_EQ(found, most.size());
}

TEST(Copy, WaitsForWhatIsInTheStream) {
  std::vector<std::uint32_t> buffer(4096);
  plan::StreamWriter writer(buffer, kConfig);
  ASSERT_TRUE(plan_load_bytes(writer, {0, 0}, 0, 16, {}).ok());
  ASSERT_TRUE(plan_store_pixels(writer, {1, 0}, 0, 16, 1, 1, {.load = 1}).ok());
  plan::Cost cost;
  std::size_t at = writer.words();
  const CopyOp op = copy_op({64, 64}, {64, 1}, {128, 1});
  ASSERT_TRUE(plan_streamed_copy(writer, op, {1, 0}, {2, 0}, {0, 2048}, cost).ok());
  EXPECT_GT(cost.tiles, 2U);
  for (; at < writer.words(); at += spec::DmaCommand::kWords) {
    const spec::CommandHeader header = spec::decode_header(std::span(buffer).subspan(at));
    EXPECT_GE(header.wait_load, 1U);
    EXPECT_GE(header.wait_store, 1U);
  }
}

TEST(NormaliseCopy, DropsMergesAndTurns) {
  const CopyOp whole = normalise(window_op({2, 3, 4, 5}, {2, 3, 4, 5}, {2, 3, 4, 5}));
  EXPECT_EQ(whole, copy_op({120}, {1}, {1}));
  EXPECT_EQ(normalise(whole), whole);
  // Rows of 20 in rows of 28, whatever the order in which the axes are given.
  const CopyOp rows = copy_op({4, 1, 5, 3}, {5, 77, 1, 20}, {5, 0, 1, 28});
  EXPECT_EQ(normalise(rows), copy_op({3, 20}, {20, 1}, {28, 1}));
  // A fill is one axis, however many it came in.
  EXPECT_EQ(normalise(copy_op({6, 7}, {0, 0}, {7, 1})), copy_op({42}, {0}, {1}));
  // Backwards on both sides is forwards.
  CopyOp backwards = copy_op({8}, {-1}, {-1});
  backwards.from_offset = 17, backwards.to_offset = 7;
  CopyOp forwards = copy_op({8}, {1}, {1});
  forwards.from_offset = 10;
  EXPECT_EQ(normalise(backwards), forwards);
  // Backwards on the destination's side is backwards on the source's.
  CopyOp scattered = copy_op({8}, {3}, {-2});
  scattered.to_offset = 14;
  CopyOp gathered = copy_op({8}, {-3}, {2});
  gathered.from_offset = 21;
  EXPECT_EQ(normalise(scattered), gathered);
}

TEST(NormaliseCopy, RandomOnesMoveTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const CopyCase c = random_copy(seed, kConfig);
    const CopyOp simple = normalise(c.op);
    EXPECT_EQ(normalise(simple), simple);
    const std::vector<std::int8_t> source = Random(seed).bytes(c.from_bytes);
    std::vector<std::byte> one(c.to_bytes), other(c.to_bytes);
    copy_by_loops(c.op, std::as_bytes(std::span(source)), one);
    copy_by_loops(simple, std::as_bytes(std::span(source)), other);
    EXPECT_EQ(one, other) << "seed " << seed << ": " << describe(c);
  }
}

TEST(CheckCopy, AcceptsAndRefuses) {
  EXPECT_TRUE(check(CopyOp{}).ok());
  EXPECT_EQ(check(copy_op({4, 0}, {4, 1}, {4, 1})).status, Status::kShapeZero);
  EXPECT_EQ(check(copy_op({4, 2}, {2, 1}, {0, 1})).status, Status::kStepZero);
  EXPECT_TRUE(check(copy_op({1, 2}, {0, 1}, {0, 1})).ok());
  // Below offset 0, on either side.
  CopyOp op = copy_op({4}, {-1}, {1});
  op.from_offset = 2;
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  op.from_offset = 3;
  EXPECT_TRUE(check(op).ok());
  op.axes.back() = {4, 1, -1};
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  // The last offset that 32 bits name, and the next one.
  op = copy_op({4}, {1}, {1});
  op.to_offset = 0xfffffffc;
  EXPECT_TRUE(check(op).ok());
  ++op.to_offset;
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  op.to_offset = 0, op.from_offset = 0xfffffffd;
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  // Sums that exceed 64 bits, and the step that has no opposite.
  op = CopyOp{};
  op.axes.fill({0xffffffff, 0x7fffffff, 0x7fffffff});
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  op = copy_op({2}, {1}, {-2147483647 - 1});
  op.to_offset = 0x80000000;
  EXPECT_EQ(check(op).status, Status::kTensorTooLarge);
  ++op.axes.back().to_step;
  EXPECT_TRUE(check(op).ok());
}

Status plan_status(const CopyOp& op, const plan::MemoryTensor& from, const plan::MemoryTensor& to,
                   const plan::SramBudget& sram, std::uint64_t* needed = nullptr) {
  plan::StreamWriter writer = plan::StreamWriter::counting(kConfig);
  plan::Cost cost;
  const plan::Outcome outcome = plan_streamed_copy(writer, op, from, to, sram, cost);
  if (!outcome.ok()) {
    EXPECT_EQ(writer.commands(), 0U);
    EXPECT_EQ(cost.input_bytes + cost.output_bytes + cost.tiles, 0U);
  }
  if (needed != nullptr) *needed = outcome.needed;
  return outcome.status;
}

TEST(PlanStreamedCopy, RefusesBeforeAnythingIsEmitted) {
  const CopyOp op = copy_op({100}, {1}, {1});
  EXPECT_EQ(plan_status(copy_op({0}, {1}, {1}), {}, {}, {0, 1024}), Status::kShapeZero);
  EXPECT_EQ(plan_status(op, {0, 0xffffff9c}, {}, {0, 1024}), Status::kOk);
  EXPECT_EQ(plan_status(op, {0, 0xffffff9d}, {}, {0, 1024}), Status::kTensorTooLarge);
  EXPECT_EQ(plan_status(op, {}, {0, 0xffffff9d}, {0, 1024}), Status::kTensorTooLarge);
  EXPECT_EQ(plan_status(op, {}, {}, {8, 1024}), Status::kAddressMisaligned);
  EXPECT_EQ(plan_status(op, {}, {}, {32, kConfig.sram_bytes}), Status::kSramTooSmall);
  std::uint64_t needed = 0;
  EXPECT_EQ(plan_status(op, {}, {}, {0, 31}, &needed), Status::kSramTooSmall);
  EXPECT_EQ(plan_status(op, {}, {}, {0, static_cast<std::uint32_t>(needed)}), Status::kOk);
}

TEST(PlanStreamedCopy, RefusesMoreCommandsThanAStreamHolds) {
  // A word at a time.
  const CopyOp megabyte = copy_op({1 << 20}, {1}, {1});
  EXPECT_EQ(plan_status(megabyte, {}, {}, {0, 32}), Status::kTooManyCommands);
  EXPECT_EQ(plan_status(megabyte, {}, {}, {0, 128}), Status::kOk);
  // A prime number of bytes backwards cannot be shared out.
  CopyOp reversed = copy_op({65521}, {-1}, {1});
  reversed.from_offset = 65520;
  EXPECT_EQ(plan_status(reversed, {}, {}, {0, kConfig.sram_bytes}), Status::kTooManyCommands);
  // What is in the stream already counts.
  plan::StreamWriter writer = plan::StreamWriter::counting(kConfig);
  for (std::uint32_t i = 0; i + 1 < plan::StreamWriter::kMaxEngineCommands; ++i) {
    ASSERT_TRUE(plan_load_bytes(writer, {}, 0, 16, {}).ok());
  }
  plan::Cost cost;
  const CopyOp transpose = transpose_op({16, 300}, {1, 0});
  EXPECT_EQ(plan_streamed_copy(writer, transpose, {}, {}, {0, 1024}, cost).status, Status::kTooManyCommands);
  EXPECT_EQ(writer.issued().load, plan::StreamWriter::kMaxEngineCommands - 1);
  // The one command that is left is put to use, although more would be faster.
  EXPECT_TRUE(plan_streamed_copy(writer, copy_op({65536}, {1}, {1}), {}, {}, {0, 262144}, cost).ok());
  EXPECT_EQ(writer.issued().load, plan::StreamWriter::kMaxEngineCommands);
}

}  // namespace
}  // namespace auklet::test
