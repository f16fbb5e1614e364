// Operands that come part by part: everything comes once, is computed once when it is there, and goes once when it is
// computed; little comes before the first command; and networks that begin this way compute the same.
#include "passes/arrivals.hpp"

#include <gtest/gtest.h>

#include <auklet/compiler/compile.hpp>
#include <auklet/sim/functional_model.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <numeric>
#include <vector>

#include "random/builder.hpp"
#include "random/random.hpp"
#include "random_network.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler {
namespace passes {
namespace {

struct Case {
  plan::ConvOp op;
  plan::ConvLayout layout;
  std::uint32_t unit = 1;
};

Case case_of(const plan::ConvOp& op, const spec::HardwareConfig& config) {
  Case c{.op = op, .layout = {}};
  EXPECT_TRUE(plan::conv_layout(op, config, plan::round_up_to_word(op.in_c), c.layout).ok());
  return c;
}

plan::ConvOp square_op(std::uint32_t side, std::uint32_t kernel, std::uint32_t in_c, std::uint32_t out_c) {
  plan::ConvOp op;
  op.in_h = op.in_w = op.out_h = op.out_w = side;
  op.kernel_h = op.kernel_w = kernel;
  op.pad_top = op.pad_left = kernel / 2;
  op.in_c = in_c;
  op.out_c = out_c;
  return op;
}

// Follows the arrivals on a map of the result.
class Follower {
 public:
  explicit Follower(const Case& c) : c_(c), cells_(std::size_t{c.op.out_h} * c.layout.tiles) {}

  void follow(const std::vector<Arrival>& arrivals, bool stored) {
    for (const Arrival& arrival : arrivals) {
      come(arrival);
      if (testing::Test::HasFatalFailure()) return;
      advance(arrival.computed, Cell::kNothing, Cell::kComputed);
      advance(arrival.stored, Cell::kComputed, Cell::kStored);
    }
    EXPECT_EQ(tiles_, c_.layout.tiles);
    EXPECT_EQ(rows_, c_.op.in_h);
    for (const Cell cell : cells_) EXPECT_EQ(cell, stored ? Cell::kStored : Cell::kComputed);
  }

 private:
  enum class Cell : std::uint8_t { kNothing, kComputed, kStored };

  void come(const Arrival& arrival) {
    if (arrival.tiles.count > 0) {
      ASSERT_EQ(arrival.tiles.first, tiles_);
      tiles_ += arrival.tiles.count;
    }
    if (!arrival.rows.empty()) {
      ASSERT_EQ(arrival.rows.begin, rows_);
      ASSERT_EQ(arrival.rows.begin % c_.unit, 0U);
      rows_ = arrival.rows.end;
    }
    if (arrival.computed.empty()) return;
    EXPECT_LE(arrival.computed.tiles.first + arrival.computed.tiles.count, tiles_) << "its weights are there";
    EXPECT_LE(slice_rows(c_.op, arrival.computed.rows).in.end, rows_) << "its rows are there";
    EXPECT_EQ(arrival.computed.tiles.first % c_.layout.array_groups, 0U) << "sets stay together";
  }

  void advance(const ResultBlock& block, Cell from, Cell to) {
    if (block.empty()) return;
    ASSERT_LE(block.rows.end, c_.op.out_h);
    ASSERT_LE(block.tiles.first + block.tiles.count, c_.layout.tiles);
    for (std::uint32_t row = block.rows.begin; row < block.rows.end; ++row) {
      for (std::uint32_t tile = block.tiles.first; tile < block.tiles.first + block.tiles.count; ++tile) {
        Cell& cell = cells_[std::size_t{row} * c_.layout.tiles + tile];
        ASSERT_EQ(cell, from) << "row " << row << ", tile " << tile;
        cell = to;
      }
    }
  }

  const Case& c_;
  std::vector<Cell> cells_;
  std::uint32_t tiles_ = 0;
  std::uint32_t rows_ = 0;
};

TEST(Arrivals, BringComputeAndStoreEverythingOnce) {
  test::Random random(1);
  std::size_t planned = 0;
  std::size_t many = 0;
  for (int i = 0; i < 600; ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    const auto config = random.pick<spec::HardwareConfig>(
        {spec::kConfigurations[0], spec::kConfigurations[1], spec::kConfigurations[2]});
    plan::ConvOp op;
    op.in_h = static_cast<std::uint32_t>(random.in(1, 90));
    op.in_w = static_cast<std::uint32_t>(random.in(1, 30));
    op.in_c = static_cast<std::uint32_t>(random.in(1, 90));
    op.out_c = static_cast<std::uint32_t>(random.in(1, 200));
    op.kernel_h = static_cast<std::uint32_t>(random.in(1, 5));
    op.stride_h = static_cast<std::uint32_t>(random.in(1, 3));
    op.pad_top = static_cast<std::uint32_t>(random.in(0, static_cast<std::int32_t>(op.kernel_h - 1)));
    op.out_h = (op.in_h + op.pad_top - 1) / op.stride_h + 1;
    op.out_w = op.in_w;
    if (!plan::check(op).ok()) continue;
    Case c = case_of(op, config);
    c.unit = static_cast<std::uint32_t>(random.pick(std::array{1, 2, 4}));
    const bool stored = random.one_in(2);
    const std::vector<Arrival> arrivals = plan_arrivals(op, c.layout, config, c.unit, stored);
    if (arrivals.empty()) continue;
    Follower(c).follow(arrivals, stored);
    if (HasFatalFailure()) return;
    ++planned;
    if (arrivals.size() > 5) ++many;
  }
  EXPECT_GT(planned, 300U) << "else this is not about arrivals";
  EXPECT_GT(many, 100U) << "else this is not about many of them";
}

// A share of the weights and a share of the image are enough to begin with.
TEST(Arrivals, BeginWithLittle) {
  const spec::HardwareConfig& config = spec::kConfigurations[1];
  const Case c = case_of(square_op(16, 1, 64, 64), config);
  const std::vector<Arrival> arrivals = plan_arrivals(c.op, c.layout, config, 1, true);
  ASSERT_GT(arrivals.size(), 4U);
  EXPECT_EQ(arrivals[0].tiles.count, 1U) << "of four";
  EXPECT_LE(arrivals[1].rows.count(), 4U) << "of sixteen";
  EXPECT_FALSE(arrivals[1].computed.empty());
}

// What is stored behind the last command is a part of a few rows.
TEST(Arrivals, EndWithLittle) {
  const spec::HardwareConfig& config = spec::kConfigurations[1];
  const Case c = case_of(square_op(16, 1, 64, 64), config);
  const std::vector<Arrival> arrivals = plan_arrivals(c.op, c.layout, config, 1, true);
  ASSERT_FALSE(arrivals.empty());
  EXPECT_LE(arrivals.back().stored.rows.count(), 2U) << "of sixteen";
  EXPECT_LT(arrivals.back().stored.tiles.count, 4U);
  const std::vector<Arrival> kept = plan_arrivals(c.op, c.layout, config, 1, false);
  ASSERT_FALSE(kept.empty());
  EXPECT_TRUE(kept.back().stored.empty()) << "nothing is stored";
}

TEST(Arrivals, LeaveSmallImagesAlone) {
  const spec::HardwareConfig& config = spec::kConfigurations[1];
  const Case c = case_of(square_op(8, 3, 16, 64), config);
  EXPECT_TRUE(plan_arrivals(c.op, c.layout, config, 1, true).empty());
}

}  // namespace
}  // namespace passes

namespace test {
namespace {

// A convolution from input to output, whose weights are small enough to be worth compressing, or not.
Model lone_convolution(std::uint64_t seed) {
  Builder b(seed, Builder::Kind::kSingleOperator);
  Random& random = b.random;
  const std::int32_t side = random.in(8, 24);
  const std::int32_t in_c = random.in(16, 80);
  const std::int32_t out_c = random.in(17, 130);
  const std::int32_t kernel = random.pick(std::array{1, 1, 2, 3});
  const std::int32_t in = b.input({1, side, side, in_c}, b.any_quantization());
  const std::int32_t out = b.result({1, side, side, out_c});
  const auto taps = static_cast<std::size_t>(kernel * kernel * in_c);
  const std::int32_t filter = b.weights({out_c, kernel, kernel, in_c}, 0, taps, in, out);
  const std::int32_t bias = b.bias(out_c, taps);
  b.add(OpCode::kConv2d, {in, filter, bias}, out, Conv2dOptions{.activation = b.activation()});
  const bool small = random.one_in(2);
  Model model = b.take();
  if (!small) return model;
  const Tensor large = model.main().tensor(filter);
  Bytes bytes(large.data.begin(), large.data.end());
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(static_cast<std::int8_t>(byte) / 16);
  const std::int32_t divided =
      model.add_constant(model.main(), "small", TensorType::kInt8, large.shape, {bytes.begin(), bytes.end()});
  model.main().tensor(divided).quantization = large.quantization;
  model.main().operators[0].inputs[1] = divided;
  return model;
}

TEST(Arrivals, ComputeTheSame) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Model model = lone_convolution(seed);
    const std::vector<Bytes> inputs = random_inputs(model, seed);
    const auto expected = run_cpu(model, inputs);
    ASSERT_TRUE(expected) << expected.error().message;
    for (const spec::HardwareConfig& config : spec::kConfigurations) {
      // What fits easily, and what has to do with less and less room.
      for (const std::uint32_t limit : {config.sram_bytes, std::uint32_t{98304}, std::uint32_t{65536}}) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " on " + config.name + " in " + std::to_string(limit));
        const auto compiled = compile(model, {.config = config, .sram_limit = limit});
        ASSERT_TRUE(compiled) << compiled.error().message;
        for (std::uint64_t order = 1; order <= 4; ++order) {
          sim::FunctionalModel device({.config = config, .seed = seed * 16 + order});
          SegmentRunner runner(device);
          const auto outputs = run_compiled(compiled->model, inputs, runner);
          ASSERT_TRUE(outputs) << outputs.error().message;
          ASSERT_EQ(*outputs, *expected) << "order " << order;
        }
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace auklet::compiler
