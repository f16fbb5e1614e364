// What holds of every streamed plan, whatever the shape: it stays in its budget and windows, stores every output byte
// once, and passes the driver's own check of command streams.
#include <array>
#include <auklet/npu/stream.hpp>
#include <auklet/plan/plan.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../common/random_operator.hpp"
#include "driver_check.hpp"

namespace auklet::plan {
namespace {

using test::Random;

constexpr std::uint8_t kInput = 0, kWeights = 1, kParameters = 2, kOutput = 3;
constexpr ConvMemory kMemory{
    .input = {kInput, 0}, .output = {kOutput, 0}, .weights = {kWeights, 0}, .parameters = {kParameters, 0}};

struct Plan {
  Outcome outcome;
  Cost cost;
  std::vector<std::uint32_t> words;
};

template <class Emit>
Plan plan_into_buffer(const spec::HardwareConfig& config, Emit emit) {
  Plan plan;
  StreamWriter counter = StreamWriter::counting(config);
  plan.outcome = emit(counter, plan.cost);
  if (!plan.outcome.ok()) return plan;
  EXPECT_TRUE(counter.finish().ok());
  plan.words.resize(counter.words());
  StreamWriter writer(plan.words, config);
  plan.cost = {};
  EXPECT_TRUE(emit(writer, plan.cost).ok());
  EXPECT_TRUE(writer.finish().ok());
  return plan;
}

std::string describe(const ConvOp& op) {
  test::ConvCase c;
  c.op = op;
  return test::describe(c);
}

/// Calls `visit(info, words)` for each command before END.
template <class Visit>
void for_each_command(std::span<const std::uint32_t> words, Visit visit) {
  for (std::size_t next = spec::StreamHeader::kWords; next < words.size();) {
    const spec::CommandInfo* info = spec::command_info(words[next] & 0xff);
    ASSERT_NE(info, nullptr);
    visit(*info, words.subspan(next, info->words));
    next += info->words;
  }
}

npu::StreamReport driver_check(const std::vector<std::uint32_t>& words, const spec::HardwareConfig& config,
                               std::span<const std::uint64_t> sizes) {
  std::vector<npu::Window> windows;
  windows.reserve(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    windows.push_back({.base = 0,
                       .size = static_cast<std::uint32_t>(sizes[i]),
                       .access = i == kOutput ? npu::Access::kWrite : npu::Access::kRead});
  }
  return test::driver_check(words, config, windows);
}

/// Marks each byte that STOREs write, so that one missing or written twice shows.
std::vector<std::uint8_t> stores_per_byte(const std::vector<std::uint32_t>& words, std::size_t size) {
  std::vector<std::uint8_t> counts(size);
  for_each_command(words, [&](const spec::CommandInfo& info, std::span<const std::uint32_t> command) {
    if (info.opcode != spec::Opcode::kStore) return;
    const spec::DmaCommand c = spec::decode_dma(command.first<spec::DmaCommand::kWords>());
    for (std::uint32_t row = 0; row < c.ax_rows; ++row) {
      const std::size_t begin = std::size_t{c.offset} + std::size_t{row} * c.ax_stride;
      for (std::size_t i = 0; i < c.ax_len; ++i) ++counts.at(begin + i);
    }
  });
  return counts;
}

/// Lowest and highest SRAM byte that transfers touch.
std::pair<std::uint64_t, std::uint64_t> transfers_extent(const std::vector<std::uint32_t>& words) {
  std::pair<std::uint64_t, std::uint64_t> extent{UINT64_MAX, 0};
  for_each_command(words, [&](const spec::CommandInfo& info, std::span<const std::uint32_t> command) {
    if (info.format != spec::Format::kDma) return;
    const spec::DmaCommand c = spec::decode_dma(command.first<spec::DmaCommand::kWords>());
    extent.first = std::min<std::uint64_t>(extent.first, c.sp_base);
    extent.second = std::max(extent.second, sram_end(c));
  });
  return extent;
}

SramBudget random_budget(Random& random, const spec::HardwareConfig& config) {
  if (random.one_in(3)) return {0, config.sram_bytes};
  SramBudget budget;
  budget.bytes = random.in(1024, config.sram_bytes);
  budget.base = random.in(0, (config.sram_bytes - budget.bytes) / 32) * 32;
  return budget;
}

void expect_sound(const Plan& plan, const spec::HardwareConfig& config, const SramBudget& budget,
                  std::span<const std::uint64_t> sizes) {
  const npu::StreamReport report = driver_check(plan.words, config, sizes);
  EXPECT_TRUE(report.ok()) << npu::to_string(report.status) << " at " << report.offset << " word " << int{report.word}
                           << ": " << report.actual << ", not " << report.expected;
  const auto [low, high] = transfers_extent(plan.words);
  EXPECT_GE(low, budget.base);
  EXPECT_LE(high, std::uint64_t{budget.base} + budget.bytes);
  EXPECT_LE(plan.words[4], budget.base + budget.bytes);  // What the header asks for, computing included.
  const std::vector<std::uint8_t> counts = stores_per_byte(plan.words, sizes[kOutput]);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(counts, 1)), counts.size());
  EXPECT_EQ(plan.cost.output_bytes, sizes[kOutput]);
  EXPECT_GE(plan.cost.input_bytes, 1U);
}

class StreamedPlans : public testing::TestWithParam<spec::HardwareConfig> {};

TEST_P(StreamedPlans, ConvolutionsFitBudgetWindowsAndOutput) {
  std::uint32_t planned = 0;
  for (std::uint64_t seed = 1; seed <= 400 && !HasFailure(); ++seed) {
    Random random(seed);
    const auto kind = static_cast<test::detail::ConvKind>(random.in(0, 4));
    ConvOp op = test::detail::random_conv_shape(random, kind, 600);
    if (op.kernel_h == 1 && op.kernel_w == 1 && random.one_in(2)) op.batch = random.in(1, 500);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + describe(op));
    const SramBudget budget = random_budget(random, GetParam());
    ConvLayout layout;
    ASSERT_TRUE(conv_layout(op, GetParam(), streamed_pixel_pitch(op), layout).ok());
    const Plan plan = plan_into_buffer(GetParam(), [&](StreamWriter& writer, Cost& cost) {
      return plan_streamed_conv(writer, op, layout, kMemory, budget, cost);
    });
    if (!plan.outcome.ok()) {
      ASSERT_EQ(plan.outcome.status, Status::kSramTooSmall) << to_string(plan.outcome.status);
      continue;
    }
    ++planned;
    const std::array<std::uint64_t, 4> sizes{std::uint64_t{op.batch} * op.in_h * op.in_w * op.in_c, layout.weight_bytes,
                                             layout.parameter_bytes,
                                             std::uint64_t{op.batch} * op.out_h * op.out_w * op.out_c};
    expect_sound(plan, GetParam(), budget, sizes);
    EXPECT_EQ(plan.cost.macs, macs(op));
    EXPECT_GE(plan.cost.weight_bytes, layout.weight_bytes);
  }
  EXPECT_GT(planned, 250U);
}

TEST_P(StreamedPlans, PoolsFitBudgetWindowsAndOutput) {
  for (std::uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    Random random(seed);
    const test::OperatorCase pool = test::detail::random_pool(random, PoolKind::kMax, {});
    const SramBudget budget = random_budget(random, GetParam());
    const PoolOp& p = std::get<test::PoolCase>(pool).op;
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + test::describe(pool));
    const Plan pool_plan = plan_into_buffer(GetParam(), [&](StreamWriter& writer, Cost& cost) {
      return plan_streamed_pool(writer, p, kMemory.input, kMemory.output, budget, cost);
    });
    if (!pool_plan.outcome.ok()) continue;
    const std::array<std::uint64_t, 4> sizes{std::uint64_t{p.batch} * p.in_h * p.in_w * p.channels, 0, 0,
                                             std::uint64_t{p.batch} * p.out_h * p.out_w * p.channels};
    expect_sound(pool_plan, GetParam(), budget, sizes);
  }
}

// Operands: the first is input, the second stands where weights do, tables where parameters do.
Plan plan_vector(const spec::HardwareConfig& config, const test::OperatorCase& c, const SramBudget& budget) {
  return plan_into_buffer(config, [&](StreamWriter& writer, Cost& cost) {
    if (const auto* table = std::get_if<test::TableCase>(&c)) {
      return plan_streamed_table(writer, table->op, kMemory.input, kMemory.parameters, kMemory.output, budget, cost);
    }
    if (const auto* softmax = std::get_if<test::SoftmaxCase>(&c)) {
      return plan_streamed_softmax(writer, softmax->op, kMemory.input, kMemory.parameters, kMemory.output, budget,
                                   cost);
    }
    return plan_streamed_eltwise(writer, std::get<test::EltwiseCase>(c).op, kMemory.input, kMemory.weights,
                                 kMemory.output, budget, cost);
  });
}

std::array<std::uint64_t, 4> vector_sizes(const test::OperatorCase& c) {
  if (const auto* table = std::get_if<test::TableCase>(&c)) {
    return {table->input.size(), 0, kTableBytes, table->input.size()};
  }
  if (const auto* softmax = std::get_if<test::SoftmaxCase>(&c)) {
    return {softmax->input.size(), 0, kSoftmaxTableBytes, softmax->input.size()};
  }
  const auto& eltwise = std::get<test::EltwiseCase>(c);
  return {eltwise.a.size(), eltwise.b.size(), 0, std::uint64_t{eltwise.op.rows} * eltwise.op.length};
}

TEST_P(StreamedPlans, VectorOperatorsFitBudgetWindowsAndOutput) {
  std::uint32_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 336 && !HasFailure(); ++seed) {
    Random random(seed);
    const test::OperatorCase c = test::random_vector_operator(seed);
    SramBudget budget = random_budget(random, GetParam());
    if (random.one_in(3)) budget = {random.in(0, 1000) * 32, 16 * random.in(1, 200)};
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + test::describe(c) + " in " + std::to_string(budget.bytes));
    const Plan plan = plan_vector(GetParam(), c, budget);
    if (!plan.outcome.ok()) {
      // What it says is the least that does.
      ASSERT_EQ(plan.outcome.status, Status::kSramTooSmall);
      ASSERT_GT(plan.outcome.needed, budget.bytes);
      budget = {0, static_cast<std::uint32_t>(plan.outcome.needed)};
      EXPECT_TRUE(plan_vector(GetParam(), c, budget).outcome.ok());
      --budget.bytes;
      EXPECT_EQ(plan_vector(GetParam(), c, budget).outcome.status, Status::kSramTooSmall);
      ++refused;
      continue;
    }
    const std::array<std::uint64_t, 4> sizes = vector_sizes(c);
    expect_sound(plan, GetParam(), budget, sizes);
    EXPECT_EQ(plan.cost.parameter_bytes, sizes[kParameters]);  // Once.
    const auto* eltwise = std::get_if<test::EltwiseCase>(&c);
    const auto any = [&](Cover cover) { return eltwise->op.a == cover || eltwise->op.b == cover; };
    if (eltwise != nullptr && any(Cover::kRow) && any(Cover::kColumn)) continue;  // One of them is loaded again.
    EXPECT_EQ(plan.cost.input_bytes, sizes[kInput] + sizes[kWeights]);
  }
  EXPECT_GT(refused, 3U);
}

INSTANTIATE_TEST_SUITE_P(Configurations, StreamedPlans, testing::ValuesIn(spec::kConfigurations),
                         [](const auto& instance) { return std::string(instance.param.name); });

// The point of two buffers: the load of tile i + 1 comes before tile i is computed, and waits for tile i - 1 alone.
TEST(StreamedPlan, LoadsAheadOfComputing) {
  ConvOp op;
  op.in_h = op.in_w = op.out_h = op.out_w = 64, op.in_c = op.out_c = 32;
  op.kernel_h = op.kernel_w = 3, op.pad_top = op.pad_left = 1;
  ConvLayout layout;
  ASSERT_TRUE(conv_layout(op, spec::kDefaultConfiguration, 32, layout).ok());
  const Plan plan = plan_into_buffer(spec::kDefaultConfiguration, [&](StreamWriter& writer, Cost& cost) {
    return plan_streamed_conv(writer, op, layout, kMemory, {0, 65536}, cost);
  });
  ASSERT_TRUE(plan.outcome.ok());
  ASSERT_GT(plan.cost.tiles, 3U);
  EXPECT_EQ(plan.cost.weight_bytes, layout.weight_bytes);  // Once.
  std::uint32_t loads = 0, computes = 0;
  for_each_command(plan.words, [&](const spec::CommandInfo& info, std::span<const std::uint32_t> command) {
    const spec::CommandHeader header = spec::decode_header(command);
    if (info.engine == spec::Engine::kLoad) {
      // Loads 0 to 2 are tile 0's input, the weights and the parameters; from then on one a tile.
      const std::uint32_t tile = loads < 3 ? 0 : loads - 2;
      EXPECT_EQ(header.wait_compute, tile < 2 ? 0 : tile - 1);
      EXPECT_EQ(computes, tile == 0 ? 0 : tile - 1);
      ++loads;
    } else if (info.engine == spec::Engine::kCompute) {
      EXPECT_EQ(header.wait_load, computes + 3);
      EXPECT_EQ(header.wait_store, computes < 2 ? 0 : computes - 1);
      ++computes;
    }
  });
  EXPECT_EQ(computes, plan.cost.tiles);
}

// Operators in one stream: the second must not start before the first has stored what it may read.
TEST(StreamedPlan, WaitsForWhatIsInTheStreamBefore) {
  StreamWriter writer = StreamWriter::counting(spec::kDefaultConfiguration);
  Cost cost;
  const PoolOp pool;
  ASSERT_TRUE(plan_streamed_pool(writer, pool, kMemory.input, kMemory.output, {0, 4096}, cost).ok());
  std::vector<std::uint32_t> words(512);
  StreamWriter both_ops(words, spec::kDefaultConfiguration);
  ASSERT_TRUE(plan_streamed_pool(both_ops, pool, kMemory.input, kMemory.output, {0, 4096}, cost).ok());
  const Waits first = both_ops.issued();
  const std::size_t begin = both_ops.words();
  ASSERT_TRUE(plan_streamed_pool(both_ops, pool, kMemory.output, kMemory.input, {0, 4096}, cost).ok());
  EXPECT_EQ(first, writer.issued());
  const spec::CommandHeader load = spec::decode_header(std::span<const std::uint32_t>(words).subspan(begin));
  EXPECT_EQ(load.opcode, spec::Opcode::kLoad);
  EXPECT_EQ(load.wait_compute, first.compute);
  EXPECT_EQ(load.wait_store, first.store);
}

}  // namespace
}  // namespace auklet::plan
