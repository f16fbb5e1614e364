// Operators as values: the kernels' arguments in one struct, so that an operator can be checked, prepared once, run
// many times, and computed on the CPU.
//
// Spans refer to the caller's memory. The arithmetic, shapes and errors are those of the kernels of the same name
// (auklet/kernels), bit for bit, on the NPU and on the CPU.
#pragma once

#include <auklet/kernels/add.hpp>
#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/kernels/status.hpp>
#include <auklet/kernels/tensor.hpp>
#include <auklet/plan/operators.hpp>
#include <concepts>
#include <cstdint>
#include <span>

namespace auklet::runtime {

struct Conv2d {
  kernels::Conv2dParams params;
  kernels::Tensor4<const std::int8_t> input;   ///< [N, H, W, groups * I]
  kernels::Tensor4<const std::int8_t> filter;  ///< [O, KH, KW, I]
  std::span<const std::int32_t> bias;          ///< [O], or empty.
  kernels::Tensor4<std::int8_t> output;        ///< [N, OH, OW, O]
};

struct DepthwiseConv2d {
  kernels::DepthwiseConv2dParams params;
  kernels::Tensor4<const std::int8_t> input;   ///< [N, H, W, I]
  kernels::Tensor4<const std::int8_t> filter;  ///< [1, KH, KW, O]
  std::span<const std::int32_t> bias;          ///< [O], or empty.
  kernels::Tensor4<std::int8_t> output;        ///< [N, OH, OW, O]
};

struct FullyConnected {
  kernels::FullyConnectedParams params;
  kernels::Matrix<const std::int8_t> input;   ///< [B, I]
  kernels::Matrix<const std::int8_t> filter;  ///< [O, I]
  std::span<const std::int32_t> bias;         ///< [O], or empty.
  kernels::Matrix<std::int8_t> output;        ///< [B, O]
};

struct Add {
  kernels::AddParams params;
  kernels::Tensor<const std::int8_t> a;
  kernels::Tensor<const std::int8_t> b;
  kernels::Tensor<std::int8_t> output;  ///< May be the memory of an operand of the same shape.
};

struct Pool2d {
  plan::PoolKind kind = plan::PoolKind::kMax;
  kernels::Pool2dParams params;
  kernels::Tensor4<const std::int8_t> input;  ///< [N, H, W, C]
  kernels::Tensor4<std::int8_t> output;       ///< [N, OH, OW, C]
};

template <class T>
concept Operator = std::same_as<T, Conv2d> || std::same_as<T, DepthwiseConv2d> || std::same_as<T, FullyConnected> ||
                   std::same_as<T, Add> || std::same_as<T, Pool2d>;

/// Whether the arguments belong together: the kernel's own check. Touches no data.
[[nodiscard]] kernels::Status check(const Conv2d& op) noexcept;
[[nodiscard]] kernels::Status check(const DepthwiseConv2d& op) noexcept;
[[nodiscard]] kernels::Status check(const FullyConnected& op) noexcept;
[[nodiscard]] kernels::Status check(const Add& op) noexcept;
[[nodiscard]] kernels::Status check(const Pool2d& op) noexcept;

/// Computes the operator on the CPU. Thread- and interrupt-safe; no allocation; without a deadline, as long as the
/// kernel takes. Errors: those of the kernel, nothing written.
[[nodiscard]] kernels::Status compute_on_cpu(const Conv2d& op) noexcept;
[[nodiscard]] kernels::Status compute_on_cpu(const DepthwiseConv2d& op) noexcept;
[[nodiscard]] kernels::Status compute_on_cpu(const FullyConnected& op) noexcept;
[[nodiscard]] kernels::Status compute_on_cpu(const Add& op) noexcept;
[[nodiscard]] kernels::Status compute_on_cpu(const Pool2d& op) noexcept;

/// Multiply-accumulates of the operator's definition, padding included; 0 for sums and pools. Precondition: check(op)
/// is kOk.
[[nodiscard]] std::uint64_t macs(const Conv2d& op) noexcept;
[[nodiscard]] std::uint64_t macs(const DepthwiseConv2d& op) noexcept;
[[nodiscard]] std::uint64_t macs(const FullyConnected& op) noexcept;
[[nodiscard]] constexpr std::uint64_t macs(const Add& /*op*/) noexcept { return 0; }
[[nodiscard]] constexpr std::uint64_t macs(const Pool2d& /*op*/) noexcept { return 0; }

/// The tensors that change from run to run.
struct Activations {
  std::span<const std::int8_t> input;
  std::span<const std::int8_t> second_input;  ///< Of ADD; else empty.
  std::span<std::int8_t> output;
};

[[nodiscard]] constexpr Activations activations(const Add& op) noexcept {
  return {op.a.data, op.b.data, op.output.data};
}
template <Operator Op>
[[nodiscard]] constexpr Activations activations(const Op& op) noexcept {
  return {op.input.data, {}, op.output.data};
}

}  // namespace auklet::runtime
