// DWCONV at the corners of its sequencer: rows of one or two columns, padding on every side, strides, one tile and
// many; and what a tile costs.
#include <algorithm>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "../common/random.hpp"
#include "../common/run_seed.hpp"
#include "../common/verilated_configuration.hpp"
#include "raw_fixture.hpp"

namespace auklet::test {
namespace {

class DepthwiseCommands : public RawFixture {
 protected:
  static constexpr std::uint32_t kNoiseBytes = 0x8000;

  // With the weights of its kernel, zero in the taps that it does not have.
  static spec::GeomCommand depthwise(std::uint32_t kh, std::uint32_t kw) {
    spec::GeomCommand c = geometry(spec::Opcode::kDwconv);
    c.kh = kh;
    c.kx_n = kw;
    c.w_base = kParameters + RawMemory::kParamBytes + ((kh - 1) * spec::kDwCols + kw - 1) * RawMemory::kDepthwiseBytes;
    return c;
  }

  static void place(spec::GeomCommand& c, std::uint32_t out_base) {
    c.kx_stride = c.oc_tiles * 16;
    c.row_bytes = c.row_pitch = c.in_w * c.kx_stride;
    c.out_base = out_base;
    c.out_x_pitch = c.oc_tiles * 16;
    c.out_row_pitch = c.out_w * c.out_x_pitch;
    c.out_tile_step = 16;
  }

  // Outputs along an axis so that the last tap is `beyond` pixels behind the last one, or a little before that.
  static std::uint32_t outputs(Random& random, std::uint32_t in, std::uint32_t kernel, std::uint32_t pad,
                               std::uint32_t stride) {
    const std::uint32_t beyond = random.in(0, 2);
    const std::uint32_t span = in + pad + beyond;
    return span < kernel ? 1 : (span - kernel) / stride + 1;
  }

  static spec::GeomCommand random_depthwise(Random& random) {
    spec::GeomCommand c = depthwise(random.in(1, spec::kDwRows), random.in(1, spec::kDwCols));
    c.in_zp = random.in<std::int32_t>(-128, 127);
    c.out_zp = random.in<std::int32_t>(-20, 20);
    c.pad_top = random.in(0, c.kh - 1);
    c.pad_left = random.in(0, c.kx_n - 1);
    c.stride_y = random.in(1, 3);
    c.stride_x = random.in(1, 3);
    c.in_w = random.in(1, 7);
    c.in_h = random.in(1, 5);
    c.oc_tiles = random.in(1, RawMemory::kDepthwiseTiles);
    c.out_w = outputs(random, c.in_w, c.kx_n, c.pad_left, c.stride_x);
    c.out_h = outputs(random, c.in_h, c.kh, c.pad_top, c.stride_y);
    return c;
  }

  // Cycles from the completion of the command before this one to its own.
  std::uint32_t cycles(const spec::GeomCommand& command) {
    StreamBuilder builder;
    load_all(builder);
    for (const std::uint32_t layer : {1U, 2U}) {
      spec::GeomCommand c = command;
      c.header.layer = layer;
      builder.add(c);
    }
    builder.end();
    run_on_both(finish(builder));
    return cycles_between_layers(1, 2);
  }
};

TEST_P(DepthwiseCommands, EveryKernelPaddingAndStrideLikeTheModel) {
  constexpr std::uint32_t kCommands = 40;  // Of a stream.
  const std::uint64_t streams = environment("AUKLET_CASES", 25);
  for (std::uint64_t seed = 1; seed <= streams && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    StreamBuilder builder;
    load_all(builder);
    std::uint32_t out = kOutput;
    for (std::uint32_t i = 0; i < kCommands; ++i) {
      spec::GeomCommand c = random_depthwise(random);
      place(c, out);
      c.in_base = random.in(0, kNoiseBytes / 2);
      out += c.out_h * c.out_row_pitch;
      builder.add(c);
    }
    builder.end();
    run_on_both(finish(builder));
    expect_equal_sram();
  }
}

// A tile costs its pixels and one cycle more; a column of padding to the right costs nothing, nor do the tiles'
// parameters.
TEST_P(DepthwiseCommands, TilesFollowEachOtherWithoutABubble) {
  struct Case {
    std::uint32_t in_h, in_w, pixels;
  };
  // 3x3 with padding on every side, stride 1: the first row ends no output, the row below the input does.
  for (const Case& size : {Case{25, 5, 26 * 5}, Case{6, 6, 7 * 6}, Case{3, 3, 4 * 3}}) {
    SCOPED_TRACE(std::to_string(size.in_h) + "x" + std::to_string(size.in_w));
    spec::GeomCommand c = depthwise(3, 3);
    c.pad_top = c.pad_left = 1;
    c.in_h = c.out_h = size.in_h;
    c.in_w = c.out_w = size.in_w;
    c.in_base = 2 * (bench_.config().sram_bytes / spec::kSramRegions);  // Weights and outputs lie in other regions.
    std::uint32_t of_tiles[2];
    for (std::uint32_t i = 0; i < 2; ++i) {
      c.oc_tiles = i == 0 ? 1 : 4;
      place(c, kOutput);
      of_tiles[i] = cycles(c);
    }
    const std::uint32_t phases = spec::kReduce / bench_.config().rows;
    EXPECT_EQ(of_tiles[1] - of_tiles[0], 3 * (size.pixels + 1 + (phases - 1) * size.in_h * size.in_w));
    EXPECT_LE(of_tiles[0], size.pixels + (phases - 1) * size.in_h * size.in_w + 32);
  }
}

INSTANTIATE_TEST_SUITE_P(All, DepthwiseCommands, testing::ValuesIn(sim::verilated_configurations()), name_of_instance);

}  // namespace
}  // namespace auklet::test
