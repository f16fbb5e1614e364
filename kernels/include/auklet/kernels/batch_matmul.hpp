// BATCH_MATMUL: products of int8 matrices that both are activations, a pair for each index of the leading dimensions.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels {

struct BatchMatMulParams {
  bool transpose_a = false;            ///< a's matrices are stored [K, M].
  bool transpose_b = false;            ///< b's matrices are stored [N, K].
  std::int32_t a_zero_point = 0;       ///< -128 to 127.
  std::int32_t b_zero_point = 0;       ///< -128 to 127.
  std::int32_t output_zero_point = 0;  ///< -128 to 127.
  QuantizedMultiplier multiplier;      ///< a scale * b scale / output scale: fully_connected_multiplier.
  ActivationRange activation;
};

/// Says whether the arguments of batch_matmul belong together; kOk or the first error found. Touches no data.
[[nodiscard]] Status check_batch_matmul(const BatchMatMulParams& params, Tensor<const std::int8_t> a,
                                        Tensor<const std::int8_t> b, Tensor<std::int8_t> output);

namespace reference {

/// For each matrix of the batch, with all sums modulo 2^32:
///   acc = sum over k of (a[m, k] - a_zero_point) * (b[k, n] - b_zero_point)
///   output[m, n] = clamp(multiply_by_quantized_multiplier(acc, multiplier) + output_zero_point)
/// Source: TensorFlow Lite's int8 reference batch matmul.
///
/// Shapes: a [..., M, K], b [..., K, N] (or transposed), output [..., M, N], ranks 2 to kMaxRank; the leading
/// dimensions broadcast as in add. The output must not overlap an argument. Thread- and interrupt-safe; no allocation.
/// Errors (nothing written): kBadShape (also a rank below 2), kSizeOverflow, kNullPointer, kBufferSize, kShapeMismatch,
/// kBadBroadcast, kBadMultiplier, kBadZeroPoint, kBadActivationRange, kOverlap.
[[nodiscard]] Status batch_matmul(const BatchMatMulParams& params, Tensor<const std::int8_t> a,
                                  Tensor<const std::int8_t> b, Tensor<std::int8_t> output);

}  // namespace reference

namespace optimized {

/// Bytes of workspace that batch_matmul needs: one packed matrix of b, and one of a where its rows are no multiple of 4
/// long or transposed. Precondition: shapes that check_batch_matmul accepts.
[[nodiscard]] std::size_t batch_matmul_workspace(const BatchMatMulParams& params, const Shape& a, const Shape& b);

/// As reference::batch_matmul, to the bit. More errors (nothing written): kWorkspaceSize; kPackedSize when there are
/// packed weights, as both operands are activations.
[[nodiscard]] Status batch_matmul(const BatchMatMulParams& params, Tensor<const std::int8_t> a,
                                  Tensor<const std::int8_t> b, Tensor<std::int8_t> output, const Resources& resources);

}  // namespace optimized
}  // namespace auklet::kernels
