// Products of two activations, as attention has them: both matrices are in memory and neither is known beforehand.
//
// The array multiplies raw int8 values, activations by blocks of weights. Matrix A is the activations, an output
// position a row; LOAD brings B into the weights' order on its way into SRAM. With b[c][k] in memory (b_transposed) a
// block's rows are the output lanes, which the array reads by w_columns; with b[k][c] they are the reduction.
//
// Zero points need no hardware of their own: they are kernel rows of the same CONV. Modulo 2^32,
//
//   sum (a - a_zp) * (b - b_zp) = sum a * b  +  sum -a_zp * b  +  sum a * -b_zp  +  depth * a_zp * b_zp
//                                 the input     padding rows      the input again   part of the bias
//
//   kernel row   input               weights
//   0 .. P-1     padding: in_zp      B           P rows above the input read as in_zp = -a_zp
//   P            row of A            B
//   P+1 ..       row of A again      -b_zp       the input has more rows, all at the same place (row_pitch 0)
//
// What is zero is left out. 128 = -(-128) is no int8: there are two such rows of 64. B is loaded once for each kernel
// row that multiplies with it, since a CONV reads its weights straight on; the constant blocks are loaded once a
// buffer.
#pragma once

#include <auklet/plan/operators.hpp>
#include <auklet/plan/plan.hpp>
#include <auklet/plan/status.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>

namespace auklet::plan {

/// out[r][c] = requantise(sum over k of (a[r][k] - a_zp) * (b - b_zp)), where b is b[k][c], or b[c][k] when
/// b_transposed. Sums are modulo 2^32; requantise() is docs/command-stream.md's, which is TensorFlow Lite's.
struct MatmulOp {
  std::uint32_t rows = 1;     ///< Of A and of the output.
  std::uint32_t depth = 1;    ///< Of the reduction; at most 65,535.
  std::uint32_t columns = 1;  ///< Of the output.
  std::uint32_t batches = 1;  ///< Independent products, as the heads of an attention layer.
  bool b_transposed = false;  ///< B is columns x depth in memory, not depth x columns.
  /// Bytes from one row of the matrix to the next in memory; 0: rows follow each other. So a head of an attention layer
  /// can be a slice of a wider tensor.
  std::uint32_t a_pitch = 0, b_pitch = 0, out_pitch = 0;
  /// Bytes from one product's matrix to the next one's; 0: the same matrix for all (not for the output). Not looked at
  /// for one product.
  std::uint32_t a_step = 0, b_step = 0, out_step = 0;
  std::int8_t a_zp = 0, b_zp = 0, out_zp = 0;
  std::int8_t act_min = -128;
  std::int8_t act_max = 127;
  QuantizedMultiplier scale{};  ///< Scale of A * scale of B / scale of the output.
};

/// Guards: every refusal that depends on the operator alone. The calls below make the same checks first. Errors:
/// kShapeZero, kTensorTooLarge (depth or columns exceed what a command can name), kPitchTooSmall (also out_step),
/// kShiftRange, kClampEmpty.
Outcome check(const MatmulOp& op) noexcept;

/// Multiply-accumulates of the definition: batches * rows * depth * columns.
[[nodiscard]] std::uint64_t macs(const MatmulOp& op) noexcept;

/// Bytes of the operator's constants: requantisation, and what zero points ask for. It depends on no data and is the
/// same for every configuration. Precondition: check(op).ok().
[[nodiscard]] std::uint32_t matmul_constant_bytes(const MatmulOp& op) noexcept;

/// Writes the constants. `out` holds matmul_constant_bytes(op) bytes. Errors: those of check(), kBufferSize.
Outcome pack_matmul_constants(const MatmulOp& op, std::span<std::uint8_t> out) noexcept;

/// Emits the whole product from memory to memory. A stays in SRAM, in a few blocks of rows, while B passes by in sets
/// of 16 columns for each group of the array; B is loaded again for each block of rows. A product's loads go on while
/// the product before it is computed: batches are faster than one call after the other. All commands wait for
/// every command that is already in the stream. `sram.base` is a multiple of 32. Errors: those of check(),
/// kTensorTooLarge (a matrix reaches beyond what a 32-bit offset can name), kAddressMisaligned, kSramTooSmall, before
/// anything is emitted; then those of StreamWriter.
Outcome plan_streamed_matmul(StreamWriter& writer, const MatmulOp& op, const MemoryTensor& a, const MemoryTensor& b,
                             const MemoryTensor& out, const MemoryTensor& constants, const SramBudget& sram,
                             Cost& cost) noexcept;

}  // namespace auklet::plan
