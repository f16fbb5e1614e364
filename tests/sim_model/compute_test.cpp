// Every compute command against the naive text of docs/command-stream.md, over the whole SRAM: what must not be written
// is compared too.
#include <limits>

#include "fixture.hpp"
#include "naive.hpp"

namespace auklet::test {
namespace {

// Where the operands of a random command lie in a 64 KiB SRAM. The input wraps around the end.
constexpr std::uint32_t kInputBegin = 62 * 1024;
constexpr std::uint32_t kInputBytes = 10 * 1024;
constexpr std::uint32_t kWeights = 8 * 1024;
constexpr std::uint32_t kWeightBlocks = 160;
constexpr std::uint32_t kParams = 48 * 1024;
constexpr std::uint32_t kOutput = 50 * 1024;
constexpr std::uint32_t kOutputWords = 640;

std::int32_t random_shift(Random& random) {
  return static_cast<std::int32_t>(random.one_in(4) ? random.between(-31, 31) : random.between(-12, 1));
}

std::int32_t random_multiplier(Random& random) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (random.one_in(16)) return static_cast<std::int32_t>(random.one_in(2) ? kMin : kMax);
  if (random.one_in(8)) return 1 << 30;  // Exactly 0.5: ties.
  return static_cast<std::int32_t>(random.one_in(4) ? random.between(kMin, kMax) : random.between(1 << 30, kMax));
}

void put32(std::span<std::int8_t> bytes, std::int32_t value) {
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::int8_t>(static_cast<std::uint32_t>(value) >> (8 * i));
}

/// Random data everywhere, requantisation blocks with useful values.
void fill_operands(Device& device, Random& random) {
  const std::span<std::int8_t> sram = std::span(device.data).first(device.config.sram_bytes);
  random.fill(sram);
  for (std::uint32_t block = kParams; block + spec::kParamBlock <= kOutput; block += spec::kParamBlock) {
    for (std::uint32_t o = 0; o < spec::kLanes; ++o) {
      const auto bias = static_cast<std::int32_t>(random.between(-(1 << 20), 1 << 20));
      put32(sram.subspan(block + 4 * o), random.one_in(8) ? std::numeric_limits<std::int32_t>::max() : bias);
      put32(sram.subspan(block + 64 + 4 * o), random_multiplier(random));
      sram[block + 128 + o] = static_cast<std::int8_t>(random_shift(random));
    }
  }
  device.load_sram();
}

void random_clamp(Random& random, std::int32_t& low, std::int32_t& high) {
  low = random.one_in(2) ? -128 : random.int8();
  high = random.one_in(2) ? 127 : random.int8();
  if (low > high) std::swap(low, high);
}

/// Output size, pitches and everything that the four geometry commands share, input size included.
spec::GeomCommand random_geometry(Random& random, spec::Opcode opcode) {
  spec::GeomCommand c{.header = {.opcode = opcode}};
  c.kh = random.in(1, 4);
  c.kx_n = random.in(1, 4);
  c.in_h = random.in(1, 8);
  c.pad_top = random.up_to(3);
  c.stride_y = random.in(1, 3);
  c.dil_y = random.in(1, 2);
  c.out_h = random.in(1, 6);
  c.out_w = random.in(1, 9);
  c.oc_tiles = random.in(1, 4);
  c.chunks = 1;
  c.stripe = 1;
  c.in_zp = random.int8();
  c.out_zp = random.int8();
  random_clamp(random, c.act_min, c.act_max);
  // Outputs do not overlap, in any of three nestings; at most 4 * 6 * 9 words are written, gaps between them at times.
  c.out_x_pitch = 16 * random.in(1, 2);
  if (random.one_in(2)) {
    c.out_row_pitch = c.out_x_pitch * c.out_w;
    c.out_tile_step = c.out_row_pitch * c.out_h;
  } else {
    c.out_x_pitch = 16 * c.oc_tiles;
    c.out_tile_step = 16;
    c.out_row_pitch = c.out_x_pitch * c.out_w + 16 * random.up_to(1);
  }
  c.out_base = kOutput + 16 * random.up_to(16);
  c.in_base = kInputBegin + random.up_to(64);
  c.w_base = kWeights;
  c.p_base = kParams;
  return c;
}

/// Channels by pixel: what a pool, a depthwise or a dense convolution with at least 16 channels reads.
void use_pixels(Random& random, spec::GeomCommand& c, std::uint32_t words) {
  const std::uint32_t pitch = 16 * words;
  c.in_w = random.in(1, 12);
  c.row_bytes = pitch * c.in_w - random.up_to(random.one_in(4) ? 8 : 0);
  c.row_pitch = pitch * c.in_w + 16 * random.up_to(1);
  c.pad_left = random.up_to(3);
  c.stride_x = random.in(1, 3);
  c.r0 = -static_cast<std::int32_t>(c.pad_left * pitch);
  c.x_step = c.stride_x * pitch;
  c.kx_stride = pitch * random.in(1, 2);
}

bool fits(const spec::GeomCommand& c) {
  const std::uint32_t input = c.in_tile_step * (c.oc_tiles - 1) + c.row_pitch * (c.in_h - 1) + c.row_bytes;
  const std::uint32_t output =
      c.out_tile_step * (c.oc_tiles - 1) + c.out_row_pitch * (c.out_h - 1) + c.out_x_pitch * (c.out_w - 1) + 16 + 256;
  const bool weights = c.header.opcode != spec::Opcode::kConv || c.kh * c.kx_n * c.chunks * c.oc_tiles <= kWeightBlocks;
  return input + 64 <= kInputBytes && output <= kOutputWords * 16 && weights;
}

testing::AssertionResult runs_alike(Device& device, const naive::Bytes& expected, const StreamBuilder& builder) {
  const JobOutcome outcome = device.run(builder);
  if (!outcome.done) return testing::AssertionFailure() << "fault " << spec::to_string(outcome.fault);
  const naive::Bytes actual = device.sram();
  for (std::size_t i = 0; i < actual.size(); ++i) {
    if (actual[i] == expected[i]) continue;
    return testing::AssertionFailure() << "SRAM byte " << i << " is " << int{actual[i]} << ", not " << int{expected[i]};
  }
  return testing::AssertionSuccess();
}

template <typename Command>
StreamBuilder one_command(const Command& command) {
  StreamBuilder builder;
  builder.add(command);
  builder.end();
  return builder;
}

/// Runs `commands` random commands of `draw` and compares each with `model`.
template <typename Draw, typename Model>
void compare(const spec::HardwareConfig& config, int commands, std::uint64_t seed, Draw draw, Model model) {
  Device device({.config = config});
  Random random(seed);
  fill_operands(device, random);
  for (int i = 0; i < commands; ++i) {
    spec::GeomCommand c = draw(random);
    while (!fits(c)) c = draw(random);
    const naive::Bytes expected = model(device.sram(), c);
    ASSERT_TRUE(runs_alike(device, expected, one_command(c))) << "command " << i << " of seed " << seed;
  }
}

spec::GeomCommand random_conv(Random& random) {
  spec::GeomCommand c = random_geometry(random, spec::Opcode::kConv);
  c.stripe = random.in(1, spec::kStripeMax);
  if (random.one_in(2)) {  // A packed kernel row of few channels, compact.
    const std::uint32_t channels = random.in(1, 15);
    const std::uint32_t columns = random.in(1, 20);
    c.row_bytes = channels * columns;
    c.row_pitch = c.row_bytes + random.up_to(3);
    c.chunks = (c.kx_n * channels + 15) / 16;
    c.kx_n = 1;
    c.r0 = -static_cast<std::int32_t>(channels * random.up_to(2));
    c.x_step = channels * random.in(1, 2);
    c.kx_stride = random.up_to(100);
  } else {
    const std::uint32_t words = random.in(1, 3);
    use_pixels(random, c, words);
    c.chunks = words;
  }
  c.in_tile_step = random.one_in(2) ? 0 : random.up_to(40);
  c.w_columns = random.up_to(1);
  return c;
}

TEST(SimModelConv, MatchesTheDefinition) {
  compare(kSmallConfig, 300, 1, random_conv,
          [](const naive::Bytes& sram, const spec::GeomCommand& c) { return naive::conv(sram, c, 1); });
}

TEST(SimModelConv, OrdersWeightsByTheConfigurationsGroups) {
  spec::HardwareConfig config = kSmallConfig;
  config.groups = 4;
  config.macs = 1024;
  const auto draw = [](Random& random) {
    spec::GeomCommand c = random_conv(random);
    c.oc_tiles = random.in(3, 7);
    return c;
  };
  compare(config, 100, 2, draw,
          [](const naive::Bytes& sram, const spec::GeomCommand& c) { return naive::conv(sram, c, 4); });
}

// More steps than the model holds at once, and more positions than share one set of weights.
TEST(SimModelConv, LongReductionsAndManyPositions) {
  const auto draw = [](Random& random) {
    spec::GeomCommand c = random_geometry(random, spec::Opcode::kConv);
    c.oc_tiles = 1;
    c.kh = c.kx_n = 3;
    c.dil_y = c.stride_y = c.stride_x = 1;
    c.row_bytes = 290;
    c.row_pitch = 290;
    c.chunks = 17;  // 9 * 17 = 153 steps.
    c.in_h = 5;
    c.out_h = 8;
    c.out_w = 40;
    c.x_step = 3;
    c.kx_stride = 16;
    c.out_x_pitch = 16;
    c.out_row_pitch = 640;
    return c;
  };
  compare(kSmallConfig, 3, 3, draw,
          [](const naive::Bytes& sram, const spec::GeomCommand& c) { return naive::conv(sram, c, 1); });
}

TEST(SimModelDepthwise, MatchesTheDefinition) {
  const auto draw = [](Random& random) {
    spec::GeomCommand c = random_geometry(random, spec::Opcode::kDwconv);
    use_pixels(random, c, random.in(1, 4));
    if (random.one_in(3)) c.kx_stride = random.in(1, 40);  // Compact pixels.
    c.kh = random.in(1, spec::kDwRows);
    c.kx_n = random.in(1, spec::kDwCols);
    c.pad_top = random.up_to(c.kh - 1);
    c.pad_left = random.up_to(c.kx_n - 1);
    c.in_tile_step = 16;
    if (random.one_in(3)) c.in_w = random.in(1, c.in_w);  // Fewer columns than the row has bytes for.
    return c;
  };
  compare(kSmallConfig, 300, 4, draw, naive::depthwise);
}

TEST(SimModelDepthwiseRows, MatchesTheDefinition) {
  const auto draw = [](Random& random) {
    spec::GeomCommand c = random_geometry(random, spec::Opcode::kDwrows);
    use_pixels(random, c, random.in(1, 4));
    c.kh = random.in(1, 8);
    c.kx_n = random.in(1, spec::kDwrowsCols);
    c.pad_left = random.up_to(c.kx_n - 1);
    c.in_tile_step = 16;
    c.stripe = c.out_w;
    if (random.one_in(3)) c.in_w = random.in(1, c.in_w);  // Fewer columns than the row has bytes for.
    return c;
  };
  compare(kSmallConfig, 300, 7, draw, naive::depthwise_rows);
}

spec::GeomCommand random_pool(Random& random, spec::Opcode opcode) {
  spec::GeomCommand c = random_geometry(random, opcode);
  use_pixels(random, c, random.in(1, 4));
  c.in_tile_step = 16;
  return c;
}

TEST(SimModelMaxPool, MatchesTheDefinition) {
  compare(
      kSmallConfig, 300, 5, [](Random& random) { return random_pool(random, spec::Opcode::kMaxpool); },
      naive::max_pool);
}

TEST(SimModelAveragePool, MatchesTheDefinition) {
  compare(
      kSmallConfig, 300, 6, [](Random& random) { return random_pool(random, spec::Opcode::kAvgpool); },
      naive::average_pool);
}

TEST(SimModelEltwise, MatchesTheDefinition) {
  using spec::Opcode;
  constexpr Opcode kOpcodes[] = {Opcode::kAdd, Opcode::kMul, Opcode::kSqdiff,
                                 Opcode::kMin, Opcode::kMax, Opcode::kTable};
  Device device;
  Random random(7);
  fill_operands(device, random);
  for (std::size_t i = 0; i < 1400; ++i) {
    spec::EltwiseCommand c{.header = {.opcode = kOpcodes[i % std::size(kOpcodes)]}};
    c.n0 = random.in(1, 8);
    c.n1 = random.in(1, 8);
    c.a_base = kInputBegin + (random.one_in(2) ? 0 : random.up_to(40));
    c.b_base = kWeights + (random.one_in(2) ? 0 : random.up_to(40));
    c.out_base = kOutput;
    c.a_splat = random.one_in(3) ? 1 : 0;
    c.b_splat = random.one_in(3) ? 1 : 0;
    c.a_step0 = random.one_in(4) ? 0 : 16;
    c.b_step0 = random.one_in(4) ? 0 : 16;
    c.a_step1 = random.one_in(4) ? 0 : random.one_in(2) ? 16 * random.up_to(8) : random.up_to(130);
    c.b_step1 = random.one_in(4) ? 0 : random.one_in(2) ? 16 * random.up_to(8) : random.up_to(130);
    c.out_step1 = 16 * random.in(8, 10);
    c.a_zp = random.int8();
    c.b_zp = random.int8();
    c.out_zp = random.int8();
    random_clamp(random, c.act_min, c.act_max);
    c.left_shift = random.one_in(4) ? random.up_to(20) : 20;
    c.a_mult = random_multiplier(random);
    c.b_mult = random_multiplier(random);
    c.out_mult = random_multiplier(random);
    c.a_shift = random_shift(random);
    c.b_shift = random_shift(random);
    c.out_shift = random.one_in(2) ? -19 : random_shift(random);
    const naive::Bytes expected = naive::eltwise(device.sram(), c);
    ASSERT_TRUE(runs_alike(device, expected, one_command(c)))
        << "command " << i << ", " << spec::to_string(c.header.opcode);
  }
}

// Halves of every int8: each odd one is a tie in the first rounding, and in range of the output.
TEST(SimModelAdd, RoundsTies) {
  Device device;
  for (std::size_t i = 0; i < 256; ++i) device.data[i] = static_cast<std::int8_t>(i);
  device.load_sram();
  spec::EltwiseCommand c{.header = {.opcode = spec::Opcode::kAdd}};
  c.n0 = 16;
  c.n1 = 1;
  c.a_step0 = 16;
  c.out_base = kOutput;
  c.act_min = -128;
  c.act_max = 127;
  c.a_mult = 1 << 30;  // 0.5
  c.b_mult = 0;
  c.out_mult = 1 << 30;  // 0.5, and doubled again by the shift.
  c.out_shift = 1;
  const naive::Bytes expected = naive::eltwise(device.sram(), c);
  EXPECT_EQ(expected[kOutput + 253], -1) << "-3 / 2";
  EXPECT_TRUE(runs_alike(device, expected, one_command(c)));
}

// The naive arithmetic itself, against values worked out by hand.
TEST(SimModelNaive, RoundsTwiceAndAwayFromZero) {
  const auto multiply = naive::multiply_by_quantized_multiplier;
  constexpr std::int64_t kHalf = std::int64_t{1} << 30;
  constexpr std::int64_t kMin = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(multiply(3, kHalf, 0), 2);     // 1.5
  EXPECT_EQ(multiply(-3, kHalf, 0), -1);   // The first rounding takes negative halves up ...
  EXPECT_EQ(multiply(-6, kHalf, -1), -2);  // ... the second away from zero: -3, -1.5, -2.
  EXPECT_EQ(multiply(5, kHalf, -1), 2);    // 2.5, 3, 1.5, 2: rounded once it would be 1.
  EXPECT_EQ(multiply(kMin, kMin, 0), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(multiply(3, kHalf, 30), -1 * (std::int64_t{1} << 29));  // 3 << 30 wraps to -2^30.
}

}  // namespace
}  // namespace auklet::test
