// What the planner plans: operators with all their numbers, and where their tensors are.
//
// Shapes are NHWC, in elements; every element is one int8 byte. All structs are plain values; all functions here are
// pure.
#pragma once

#include <auklet/plan/status.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>

namespace auklet::plan {

/// Bytes of one SRAM word; activations, weights and outputs are cut into these.
inline constexpr std::uint32_t kWordBytes = spec::kLanes;

/// `value` rounded up to whole SRAM words.
[[nodiscard]] constexpr std::uint32_t round_up_to_word(std::uint32_t value) noexcept {
  return (value + kWordBytes - 1) / kWordBytes * kWordBytes;
}

/// A tensor in SRAM: channel c of pixel (b, y, x) is at address + b * batch_pitch + y * row_pitch + x * pixel_pitch +
/// c. Outputs are written as whole words: address and pitches are multiples of 16 and pixel_pitch covers the channels
/// rounded up to 16. Inputs of a convolution that reads_compact() may be at any pitch of at least the channels; inputs
/// of everything else as outputs.
struct SramTensor {
  std::uint32_t address = 0;
  std::uint32_t pixel_pitch = 0;
  std::uint32_t row_pitch = 0;
  std::uint32_t batch_pitch = 0;
};

/// A tensor at `address` without gaps but those of `pixel_pitch`.
[[nodiscard]] constexpr SramTensor sram_tensor(std::uint32_t address, std::uint32_t height, std::uint32_t width,
                                               std::uint32_t pixel_pitch) noexcept {
  return {.address = address,
          .pixel_pitch = pixel_pitch,
          .row_pitch = width * pixel_pitch,
          .batch_pitch = height * width * pixel_pitch};
}

/// A tensor in memory, compact NHWC, from byte `offset` of address window `window` on.
struct MemoryTensor {
  std::uint8_t window = 0;
  std::uint32_t offset = 0;
};

/// Order of a convolution's weights in the array that the caller hands over.
enum class WeightOrder : std::uint8_t {
  kOhwi,  ///< [out_c][kernel_h][kernel_w][in_c / groups]: TensorFlow Lite's CONV_2D and FULLY_CONNECTED.
  kHwo,   ///< [kernel_h][kernel_w][out_c]: TensorFlow Lite's DEPTHWISE_CONV_2D; one input channel a group.
};

/// A convolution: dense, grouped or depthwise; fully connected and matmul are those of a 1x1 kernel.
/// Output pixel (oy, ox) sees input rows oy * stride_h - pad_top + ky * dilation_h, and columns alike; what lies
/// outside of the input counts as in_zp. Bottom and right padding follow from the output's shape.
struct ConvOp {
  std::uint32_t batch = 1;
  std::uint32_t in_h = 1, in_w = 1, in_c = 1;
  std::uint32_t out_h = 1, out_w = 1, out_c = 1;
  std::uint32_t kernel_h = 1, kernel_w = 1;
  std::uint32_t stride_h = 1, stride_w = 1;
  std::uint32_t dilation_h = 1, dilation_w = 1;
  std::uint32_t pad_top = 0, pad_left = 0;
  std::uint32_t groups = 1;  ///< Output channels g * out_c / groups and on see input channels g * in_c / groups and on.
  WeightOrder weight_order = WeightOrder::kOhwi;
  std::int8_t in_zp = 0;
  std::int8_t out_zp = 0;
  std::int8_t act_min = -128;
  std::int8_t act_max = 127;
};

/// out[rows][outputs] = in[rows][depth] x weights[outputs][depth]ᵀ, as a convolution of `rows` one-pixel images. The
/// zero points and clamps are the caller's to fill in.
[[nodiscard]] constexpr ConvOp fully_connected_op(std::uint32_t rows, std::uint32_t depth,
                                                  std::uint32_t outputs) noexcept {
  ConvOp op;
  op.batch = rows;
  op.in_c = depth;
  op.out_c = outputs;
  return op;
}

enum class PoolKind : std::uint8_t { kMax, kAverage };

/// Pooling over kernel_h x kernel_w windows; taps outside of the input do not count. An average is rounded half away
/// from zero, as TensorFlow Lite does. Zero points play no part: input and output share one quantisation.
struct PoolOp {
  PoolKind kind = PoolKind::kMax;
  std::uint32_t batch = 1;
  std::uint32_t in_h = 1, in_w = 1, channels = 1;
  std::uint32_t out_h = 1, out_w = 1;
  std::uint32_t kernel_h = 1, kernel_w = 1;
  std::uint32_t stride_h = 1, stride_w = 1;
  std::uint32_t pad_top = 0, pad_left = 0;
  std::int8_t act_min = -128;
  std::int8_t act_max = 127;
};

/// A fixed-point factor m * 2^(s - 31), m in Q0.31, shift positive to the left.
struct QuantizedMultiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};

/// What an EltwiseOp computes of each two elements, by docs/command-stream.md's formulas of the commands ADD, MUL,
/// SQDIFF, MIN and MAX, which are TensorFlow Lite's. Its SUB is kAdd with a negative b_scale.multiplier.
enum class EltwiseKind : std::uint8_t { kAdd, kMul, kSquaredDifference, kMinimum, kMaximum };

/// How an operand covers `rows` rows of `length` results.
enum class Cover : std::uint8_t {
  kAll,     ///< rows * length elements: one for each result.
  kRow,     ///< length elements, the same for every row.
  kColumn,  ///< rows elements, each for its whole row.
  kOne,     ///< One element for all results.
};

/// An elementwise operator of two operands and `rows` rows of `length` results. Same shapes are one row of all
/// elements; a [C] operand of an [N, H, W, C] result is Cover::kRow over N * H * W rows of length C, an [N, H, W, 1]
/// one Cover::kColumn.
struct EltwiseOp {
  EltwiseKind kind = EltwiseKind::kAdd;
  std::uint32_t rows = 1;
  std::uint32_t length = 1;
  Cover a = Cover::kAll, b = Cover::kAll;
  std::int8_t a_zp = 0, b_zp = 0, out_zp = 0;  ///< Not of kMinimum and kMaximum, which compare the bytes themselves.
  std::int8_t act_min = -128;
  std::int8_t act_max = 127;
  std::uint8_t left_shift = 20;              ///< Of kAdd and kSquaredDifference.
  QuantizedMultiplier a_scale{}, b_scale{};  ///< Of kAdd and kSquaredDifference.
  QuantizedMultiplier out_scale{};           ///< Of kAdd, kMul and kSquaredDifference.
};

/// Any function of one byte, looked up for `rows` rows of `length` elements in a table of kTableBytes bytes in the
/// order of docs/command-stream.md's TABLE: results of 0 to 127, then of -128 to -1. See pack_table().
struct TableOp {
  std::uint32_t rows = 1;
  std::uint32_t length = 1;
};

/// Softmax of each of `rows` rows of `length` elements, by docs/command-stream.md's SOFTMAX, with a table of
/// kSoftmaxTableBytes bytes. See pack_softmax_table().
struct SoftmaxOp {
  std::uint32_t rows = 1;
  std::uint32_t length = 1;  ///< At most spec::SoftmaxFields::kN.max.
};

/// Bytes of a TableOp's table, and of a SoftmaxOp's.
inline constexpr std::uint32_t kTableBytes = 256;
inline constexpr std::uint32_t kSoftmaxTableBytes = 256 * sizeof(std::int32_t);

/// What the SRAM address of either table is a multiple of.
inline constexpr std::uint32_t kTableAlign = static_cast<std::uint32_t>(spec::SoftmaxFields::kTableBase.align);

/// Rows in SRAM: row r begins at address + r * row_pitch. Both are multiples of 16; row_pitch plays no part for one
/// row. By an operand's Cover:
///   kAll     as above
///   kRow     one row
///   kColumn  the element of row r is at address + r * row_pitch, at any alignment and any pitch of at least 1
///   kOne     the element is at address, at any alignment
/// The commands fetch 16 bytes also for one element; all of them must be within the SRAM, and may hold anything.
struct SramRows {
  std::uint32_t address = 0;
  std::uint32_t row_pitch = 0;
};

/// Guards: every refusal that depends on the operator alone. The planning calls make the same checks first.
Outcome check(const ConvOp& op) noexcept;
Outcome check(const PoolOp& op) noexcept;
Outcome check(const EltwiseOp& op) noexcept;
Outcome check(const TableOp& op) noexcept;
Outcome check(const SoftmaxOp& op) noexcept;

/// Multiply-accumulates that the operator's definition asks for, padding included. Precondition: check(op).ok().
[[nodiscard]] std::uint64_t macs(const ConvOp& op) noexcept;

}  // namespace auklet::plan
