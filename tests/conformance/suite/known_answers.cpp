#include "known_answers.hpp"

#include <array>

#include "known_results.hpp"

namespace auklet::conformance {
namespace {

// The finaliser of MurmurHash3 (Austin Appleby, public domain).
constexpr std::uint32_t hash(std::uint32_t x) {
  x = (x ^ (x >> 16)) * 0x85eb'ca6bU;
  x = (x ^ (x >> 13)) * 0xc2b2'ae35U;
  return x ^ (x >> 16);
}

constexpr std::int8_t byte_of(std::uint32_t word, std::uint32_t index) {
  return static_cast<std::int8_t>(static_cast<std::uint8_t>(word >> (8 * (index % 4))));
}

/// Byte `index` of the parameter blocks: biases up to 2000, multipliers from 2^30 on, shifts of 9 to 11 to the right.
constexpr std::int8_t parameter_byte(std::uint32_t index) {
  const std::uint32_t in_block = index % spec::kParamBlock;
  const std::uint32_t random = hash(0x1000'0000U + index / 4);
  if (in_block < 64) return byte_of(static_cast<std::uint32_t>(static_cast<std::int32_t>(random % 4001) - 2000), index);
  if (in_block < 128) return byte_of(0x4000'0000U | (random & 0x3fff'ffffU), index);
  if (in_block < 144) return static_cast<std::int8_t>(-9 - static_cast<std::int32_t>(hash(index) % 3));
  return 0;
}

/// Byte `index` of two weight blocks of DWCONV, of a kernel of 3x3 and one of 2x5: rows that no tap has are zero.
constexpr std::int8_t depthwise_byte(std::uint32_t index) {
  const std::uint32_t row = index / spec::kLanes % spec::kReduce;
  const std::uint32_t ky = row / spec::kDwCols;
  const std::uint32_t kx = row % spec::kDwCols;
  const bool used = index < spec::kWeightBlock ? ky < 3 && kx < 3 : ky < 2;
  return used ? static_cast<std::int8_t>(static_cast<std::uint8_t>(hash(0x2000'0000U + index))) : std::int8_t{0};
}

constexpr std::int8_t exponent_byte(std::uint32_t index) {
  const std::uint32_t halvings = index / 4 / 8;
  return byte_of(halvings < 31 ? 0x7fff'ffffU >> halvings : 0, index);
}

/// What most commands have: clamps that do nothing, one tile, one row.
constexpr spec::GeomCommand geom(spec::Opcode opcode, std::uint32_t kh, std::uint32_t kx, std::uint32_t out_h,
                                 std::uint32_t out_w) {
  return {.header = {.opcode = opcode},
          .in_base = 0,
          .in_zp = -3,
          .row_pitch = 64,
          .kh = kh,
          .row_bytes = 64,
          .kx_n = kx,
          .in_h = 4,
          .stride_y = 1,
          .dil_y = 1,
          .x_step = 16,
          .kx_stride = 16,
          .out_zp = 5,
          .chunks = 1,
          .out_w = out_w,
          .out_h = out_h,
          .oc_tiles = 1,
          .out_base = kResultAt,
          .act_min = -128,
          .out_x_pitch = 16,
          .act_max = 127,
          .out_row_pitch = 16 * out_w,
          .stripe = 1,
          .w_base = kWeightsAt,
          .p_base = kParametersAt};
}

/// 3x3, 16 channels of 4x4 pixels to 16, padded by one.
constexpr spec::GeomCommand conv_3x3() {
  spec::GeomCommand c = geom(spec::Opcode::kConv, 3, 3, 4, 4);
  c.pad_top = 1;
  c.r0 = -16;
  c.stripe = 8;
  return c;
}

/// 1x1, 16 channels to 64: four tiles of one step each lie in every configuration alike. ReLU6-like clamps.
constexpr spec::GeomCommand conv_tiles() {
  spec::GeomCommand c = geom(spec::Opcode::kConv, 1, 1, 2, 2);
  c.oc_tiles = 4;
  c.stripe = 4;
  c.out_tile_step = 64;
  c.act_min = 5;
  c.act_max = 100;
  return c;
}

/// A kernel row of 3 x 5 bytes in one packed step, three rows two apart, at odd addresses.
constexpr spec::GeomCommand conv_packed() {
  spec::GeomCommand c = geom(spec::Opcode::kConv, 3, 1, 3, 6);
  c.in_base = 7;
  c.row_pitch = 41;
  c.row_bytes = 40;
  c.in_h = 7;
  c.pad_top = 1;
  c.r0 = -5;
  c.x_step = 5;
  c.dil_y = 2;
  c.stripe = 6;
  return c;
}

/// A product of two activations: the weights are columns.
constexpr spec::GeomCommand conv_columns() {
  spec::GeomCommand c = geom(spec::Opcode::kConv, 1, 1, 1, 8);
  c.row_bytes = 256;
  c.chunks = 2;
  c.x_step = 32;
  c.stripe = 8;
  c.w_columns = 1;
  return c;
}

constexpr spec::GeomCommand dw_3x3() {
  spec::GeomCommand c = geom(spec::Opcode::kDwconv, 3, 3, 4, 4);
  c.w_base = kDepthwiseAt;
  c.pad_top = 1;
  c.pad_left = 1;
  c.stride_x = 1;
  c.in_w = 4;
  return c;
}

/// Stride 2, a kernel of 2x5.
constexpr spec::GeomCommand dw_strided() {
  spec::GeomCommand c = geom(spec::Opcode::kDwconv, 2, 5, 2, 4);
  c.w_base = kDepthwiseAt + spec::kWeightBlock;
  c.row_pitch = 128;
  c.row_bytes = 128;
  c.stride_y = 2;
  c.stride_x = 2;
  c.pad_left = 2;
  c.in_w = 8;
  return c;
}

constexpr spec::GeomCommand dw_rows() {
  spec::GeomCommand c = geom(spec::Opcode::kDwrows, 4, 7, 2, 8);
  c.row_pitch = 128;
  c.row_bytes = 128;
  c.in_h = 5;
  c.pad_top = 2;
  c.pad_left = 3;
  c.stride_x = 1;
  c.in_w = 8;
  c.stripe = 8;
  return c;
}

constexpr spec::GeomCommand pool(spec::Opcode opcode, std::uint32_t size, std::uint32_t stride) {
  spec::GeomCommand c = geom(opcode, size, size, 4 / stride, 4 / stride);
  c.stride_y = stride;
  c.x_step = 16 * stride;
  if (stride == 1) {
    c.pad_top = 1;
    c.r0 = -16;
  }
  return c;
}

/// Two rows of two words.
constexpr spec::EltwiseCommand eltwise(spec::Opcode opcode) {
  return {.header = {.opcode = opcode},
          .a_base = 0x20,
          .a_zp = 11,
          .b_base = 0x120,
          .b_zp = -7,
          .out_base = kResultAt,
          .out_zp = -4,
          .n0 = 2,
          .n1 = 2,
          .a_step1 = 48,
          .act_min = -100,
          .b_step1 = 32,
          .act_max = 110,
          .out_step1 = 32,
          .left_shift = 20,
          .a_mult = 0x4a3d'70a4,
          .b_mult = -0x5eb8'51ec,
          .out_mult = 0x6b85'1eb8,
          .a_shift = -1,
          .b_shift = 0,
          .out_shift = -19,
          .a_step0 = 16,
          .b_step0 = 16};
}

constexpr spec::EltwiseCommand product() {
  spec::EltwiseCommand c = eltwise(spec::Opcode::kMul);
  c.left_shift = 0;
  c.out_shift = -6;
  return c;
}

constexpr spec::EltwiseCommand squared_difference() {
  spec::EltwiseCommand c = eltwise(spec::Opcode::kSqdiff);
  c.left_shift = 7;
  c.out_shift = -20;
  return c;
}

/// One byte of B for a row of A, which lies at an odd address.
constexpr spec::EltwiseCommand broadcast_minimum() {
  spec::EltwiseCommand c = eltwise(spec::Opcode::kMin);
  c.a_base = 0x23;
  c.b_splat = 1;
  c.b_step0 = 0;
  c.b_step1 = 1;
  return c;
}

constexpr std::array kConvolutions{
    KnownAnswer<spec::GeomCommand>{"CONV 3x3", conv_3x3(), kConv3x3},
    KnownAnswer<spec::GeomCommand>{"CONV of four tiles", conv_tiles(), kConvTiles},
    KnownAnswer<spec::GeomCommand>{"CONV packed", conv_packed(), kConvPacked},
    KnownAnswer<spec::GeomCommand>{"CONV by columns", conv_columns(), kConvColumns},
};
constexpr std::array kDepthwise{
    KnownAnswer<spec::GeomCommand>{"DWCONV 3x3", dw_3x3(), kDw3x3},
    KnownAnswer<spec::GeomCommand>{"DWCONV strided", dw_strided(), kDwStrided},
    KnownAnswer<spec::GeomCommand>{"DWROWS", dw_rows(), kDwRows},
};
constexpr std::array kPools{
    KnownAnswer<spec::GeomCommand>{"MAXPOOL 2x2", pool(spec::Opcode::kMaxpool, 2, 2), kMaxpool2x2},
    KnownAnswer<spec::GeomCommand>{"MAXPOOL 3x3", pool(spec::Opcode::kMaxpool, 3, 1), kMaxpool3x3},
    KnownAnswer<spec::GeomCommand>{"AVGPOOL 2x2", pool(spec::Opcode::kAvgpool, 2, 2), kAvgpool2x2},
    KnownAnswer<spec::GeomCommand>{"AVGPOOL 3x3", pool(spec::Opcode::kAvgpool, 3, 1), kAvgpool3x3},
};
constexpr std::array kElementwise{
    KnownAnswer<spec::EltwiseCommand>{"ADD", eltwise(spec::Opcode::kAdd), kAdd},
    KnownAnswer<spec::EltwiseCommand>{"MUL", product(), kMul},
    KnownAnswer<spec::EltwiseCommand>{"SQDIFF", squared_difference(), kSqdiff},
    KnownAnswer<spec::EltwiseCommand>{"MIN", broadcast_minimum(), kMin},
    KnownAnswer<spec::EltwiseCommand>{"MAX", eltwise(spec::Opcode::kMax), kMax},
    KnownAnswer<spec::EltwiseCommand>{"TABLE", eltwise(spec::Opcode::kTable), kTable},
};
constexpr std::array kSoftmaxes{
    KnownAnswer<spec::SoftmaxCommand>{"SOFTMAX",
                                      {.header = {.opcode = spec::Opcode::kSoftmax},
                                       .a_base = 0x40,
                                       .table_base = kExponentsAt,
                                       .out_base = kResultAt,
                                       .n = 21,
                                       .rows = 2,
                                       .a_step = 48,
                                       .out_step = 32},
                                      kSoftmax},
};

}  // namespace

std::int8_t blob_byte(std::uint32_t index) noexcept {
  if (index >= kExponentsAt) return exponent_byte(index - kExponentsAt);
  if (index >= kParametersAt) return parameter_byte(index - kParametersAt);
  if (index >= kDepthwiseAt) return depthwise_byte(index - kDepthwiseAt);
  return static_cast<std::int8_t>(static_cast<std::uint8_t>(hash(index + 1) >> 8));
}

std::span<const KnownAnswer<spec::GeomCommand>> convolution_answers() noexcept { return kConvolutions; }
std::span<const KnownAnswer<spec::GeomCommand>> depthwise_answers() noexcept { return kDepthwise; }
std::span<const KnownAnswer<spec::GeomCommand>> pool_answers() noexcept { return kPools; }
std::span<const KnownAnswer<spec::EltwiseCommand>> elementwise_answers() noexcept { return kElementwise; }
std::span<const KnownAnswer<spec::SoftmaxCommand>> softmax_answers() noexcept { return kSoftmaxes; }

}  // namespace auklet::conformance
