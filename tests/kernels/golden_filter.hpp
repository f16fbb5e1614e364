// Vectors through operators with a filter, whichever kernel it is; and what all operators' vectors have in common.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/kernels/quantization.hpp>

#include "vectors.hpp"

namespace auklet::kernels::test {

/// Where the vectors are: AUKLET_KERNEL_VECTORS, or tests/data/ops.
[[nodiscard]] std::filesystem::path vector_directory();

[[nodiscard]] FusedActivation activation_of(const Vectors& v);
[[nodiscard]] AffineParams affine(const Vectors& v, const std::string& role);
[[nodiscard]] ActivationRange range_of(const Vectors& v);
/// NHWC of a tensor that has rank 4.
[[nodiscard]] Shape4 shape4(const Vectors& v, const std::string& role);
/// One dimension of an operator's padding, checked against the output's stated size.
[[nodiscard]] std::int32_t pad_before(const Vectors& v, std::int32_t input, std::int32_t filter, std::int32_t stride,
                                      std::int32_t dilation, std::int32_t output);

using FilterKernel = std::function<Status(const Conv2dParams&, Tensor4<const std::int8_t>, Tensor4<const std::int8_t>,
                                          std::span<const std::int32_t>, Tensor4<std::int8_t>)>;
using FullyConnectedKernel =
    std::function<Status(const FullyConnectedParams&, Matrix<const std::int8_t>, Matrix<const std::int8_t>,
                         std::span<const std::int32_t>, Matrix<std::int8_t>)>;

/// All cases through `kernel`; every output must be equal.
void run_filter(const Vectors& v, const FilterKernel& kernel);
void run_fully_connected(const Vectors& v, const FullyConnectedKernel& kernel);

}  // namespace auklet::kernels::test
