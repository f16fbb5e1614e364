// Elementwise commands at the corners of their data path: every byte with extreme scales, operands at any alignment, in
// any region, splat, broadcast and replaced by the result; and what a word costs.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "../common/random.hpp"
#include "../common/run_seed.hpp"
#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

using spec::Opcode;

constexpr std::array kOpcodes{Opcode::kAdd, Opcode::kMul, Opcode::kSqdiff, Opcode::kMin, Opcode::kMax, Opcode::kTable};
constexpr std::uint32_t kRegion = spec::kDefaultConfiguration.sram_bytes / spec::kSramRegions;

class ElementwiseCommands : public RawFixture {
 protected:
  // Noise lies at the beginning of every region.
  static void load_noise(StreamBuilder& builder) {
    for (std::uint32_t region = 0; region < spec::kSramRegions; ++region) {
      builder.add(spec::DmaCommand{.header = {.opcode = Opcode::kLoad},
                                   .offset = RawMemory::kTableBytes + region * kNoiseBytes,
                                   .ax_len = kNoiseBytes,
                                   .ax_rows = 1,
                                   .sp_base = region * kRegion,
                                   .sp_len = kNoiseBytes});
    }
  }

  static spec::EltwiseCommand elementwise(Opcode opcode, std::uint32_t words) {
    spec::EltwiseCommand c{.header = {.opcode = opcode, .wait_load = spec::kSramRegions}};
    c.n0 = words;
    c.n1 = 1;
    c.a_step0 = c.b_step0 = 16;
    c.b_base = kRegion;
    c.out_base = 2 * kRegion + kNoiseBytes;
    c.act_min = -128;
    c.act_max = 127;
    c.a_mult = c.b_mult = c.out_mult = 1 << 30;
    return c;
  }

  static void random_scales(Random& random, spec::EltwiseCommand& c) {
    const auto zero_point = [&] { return random.one_in(4) ? -128 : random.in<std::int32_t>(-128, 127); };
    const auto factor = [&] {
      constexpr auto kLeast = std::numeric_limits<std::int32_t>::min(),
                     kMost = std::numeric_limits<std::int32_t>::max();
      return random.one_in(2)
                 ? random.pick<std::int32_t>({kLeast, kMost, 0, 1, -1, 1 << 30, random.in<std::int32_t>(kLeast, kMost)})
                 : random.in<std::int32_t>(1 << 30, kMost);
    };
    const auto shift = [&] {
      return random.one_in(2) ? random.in<std::int32_t>(-31, 31) : random.in<std::int32_t>(-4, 4);
    };
    c.a_zp = zero_point();
    c.b_zp = zero_point();
    c.out_zp = zero_point();
    c.left_shift = random.in<std::uint32_t>(0, spec::EltwiseFields::kLeftShift.max);
    c.a_mult = factor();
    c.b_mult = factor();
    c.out_mult = factor();
    c.a_shift = shift();
    c.b_shift = shift();
    c.out_shift = random.one_in(2) ? shift() : -static_cast<std::int32_t>(c.left_shift);
  }

  // Operands anywhere in the noise; `out` is free space. Sometimes the result takes the place of an operand.
  static void random_places(Random& random, spec::EltwiseCommand& c, std::uint32_t out) {
    const auto address = [&] {
      const std::uint32_t byte = random.in<std::uint32_t>(0, kNoiseBytes / 2);
      return random.in<std::uint32_t>(0, spec::kSramRegions - 1) * kRegion + (random.one_in(3) ? byte : byte / 16 * 16);
    };
    const auto step0 = [&] { return random.one_in(4) ? random.in<std::uint32_t>(0, 16) : random.one_in(4) ? 0 : 16; };
    const auto step1 = [&] {
      return random.one_in(4) ? random.in<std::uint32_t>(0, 200) : random.in<std::uint32_t>(0, 12) * 16;
    };
    c.a_base = address();
    c.b_base = address();
    c.a_step0 = step0();
    c.b_step0 = step0();
    c.a_step1 = step1();
    c.b_step1 = step1();
    c.a_splat = random.one_in(4) ? 1 : 0;
    c.b_splat = random.one_in(4) ? 1 : 0;
    c.out_base = out;
    c.out_step1 = 16 * c.n0;
    if (!random.one_in(5)) return;
    // In place: both operands the same words now and then.
    const bool a = random.one_in(2);
    c.a_splat = c.b_splat = 0;
    c.a_step0 = c.b_step0 = 16;
    c.a_step1 = c.b_step1 = c.out_step1;
    c.a_base = random.in<std::uint32_t>(0, 300) * 16;
    c.b_base = random.one_in(3) ? c.a_base : kNoiseBytes / 2 + random.in<std::uint32_t>(0, 300) * 16;
    c.out_base = a ? c.a_base : c.b_base;
  }

  // Cycles from the completion of the command before this one to its own.
  std::uint32_t cycles(const spec::EltwiseCommand& command) {
    StreamBuilder builder;
    load_noise(builder);
    for (const std::uint32_t layer : {1U, 2U}) {
      spec::EltwiseCommand c = command;
      c.header.layer = layer;
      builder.add(c);
    }
    builder.end();
    run_on_both(finish(builder));
    return cycles_between_layers(1, 2);
  }

  // Cycles of a word, by the difference of two lengths.
  std::uint32_t cycles_per_hundred_words(spec::EltwiseCommand c) {
    c.n0 = 100;
    const std::uint32_t few = cycles(c);
    c.n0 = 200;
    return cycles(c) - few;
  }

  static constexpr std::uint32_t kNoiseBytes = 0x4000;
};

TEST_P(ElementwiseCommands, AnyScaleAndPlaceLikeTheModel) {
  constexpr std::uint32_t kCommands = 24;  // Of a stream.
  const std::uint64_t streams = environment("AUKLET_CASES", 30);
  for (std::uint64_t seed = 1; seed <= streams && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    StreamBuilder builder;
    load_noise(builder);
    for (std::uint32_t i = 0; i < kCommands; ++i) {
      spec::EltwiseCommand c = elementwise(kOpcodes[i % kOpcodes.size()], random.in<std::uint32_t>(1, 9));
      c.n1 = random.in<std::uint32_t>(1, 6);
      random_scales(random, c);
      c.act_min = random.one_in(2) ? -128 : random.in<std::int32_t>(-128, 20);
      c.act_max = random.one_in(2) ? 127 : random.in<std::int32_t>(c.act_min, 127);
      const std::uint32_t region = random.in<std::uint32_t>(0, spec::kSramRegions - 1);
      random_places(random, c, region * kRegion + 2 * kNoiseBytes + i * 0x400);
      builder.add(c);
    }
    builder.end();
    run_on_both(finish(builder));
    expect_equal_sram();
  }
}

// Every byte against every scale that shifts bits out, at both ends of the zero points.
TEST_P(ElementwiseCommands, EveryByteWithEveryShift) {
  constexpr std::uint32_t kWords = 16, kMostOut = 256;  // Bytes 0 to 255; commands whose results are kept.
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  std::array<std::uint8_t, 16 * kWords> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  for (RawSide* side : {&bench_.rtl(), &bench_.model()}) {
    std::ranges::copy(bytes, side->data.begin() + RawMemory::kTableBytes);
  }
  for (const std::uint32_t left_shift : {0U, 1U, 7U, 20U}) {
    StreamBuilder builder;
    load_noise(builder);
    std::uint32_t count = 0;
    for (std::int32_t shift = -31; shift <= 31; ++shift) {
      for (const std::int32_t factor : {kLeast, std::numeric_limits<std::int32_t>::max(), -0x5a5a5a5b}) {
        spec::EltwiseCommand c = elementwise(Opcode::kAdd, kWords);
        c.left_shift = left_shift;
        c.a_shift = shift;
        c.a_mult = factor;
        c.a_zp = count % 2 == 0 ? -128 : 127;
        // What B adds brings the clamp to other places; the result keeps eight bits of its sum, from some bit on.
        c.b_mult = 1 << 30;
        c.b_shift = -static_cast<std::int32_t>(count % 32);
        c.out_mult = 1 << 30;
        c.out_shift = static_cast<std::int32_t>(count * 7 % 40) - 31;
        c.out_base = 2 * kRegion + kNoiseBytes + (count++ % kMostOut) * 16 * kWords;
        builder.add(c);
      }
    }
    builder.end();
    run_on_both(finish(builder));
    expect_equal_sram();
  }
}

// Aligned words take a cycle, also with a splat B; what is not aligned, or shares a region, two.
TEST_P(ElementwiseCommands, AWordACycle) {
  for (const Opcode opcode : kOpcodes) {
    SCOPED_TRACE(spec::to_string(opcode));
    spec::EltwiseCommand c = elementwise(opcode, 1);
    EXPECT_EQ(cycles_per_hundred_words(c), 100U);
    if (opcode == Opcode::kTable) continue;
    c.b_base = kRegion + 5;
    EXPECT_EQ(cycles_per_hundred_words(c), 200U);
    c.b_splat = 1;
    EXPECT_EQ(cycles_per_hundred_words(c), 100U);
    c.b_splat = 0;
    c.b_base = 0x1000;
    EXPECT_EQ(cycles_per_hundred_words(c), 200U);
    // The result takes the place of A: read and written words lie in different banks.
    c.b_base = kRegion;
    c.out_base = c.a_base;
    EXPECT_LE(cycles_per_hundred_words(c), 110U);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ElementwiseCommands, testing::ValuesIn(sim::verilated_configurations()),
                         name_of_instance);

}  // namespace
}  // namespace auklet::test
