// From an operator's arguments to what the planner plans.
#pragma once

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/plan/operators.hpp>
#include <auklet/runtime/operators.hpp>
#include <auklet/runtime/report.hpp>
#include <cstdint>
#include <span>

namespace auklet::runtime {

/// One of the planner's operators, and the constants that it needs.
struct Lowered {
  enum class Kind : std::uint8_t { kConv, kPool, kEltwise };

  Kind kind = Kind::kConv;
  plan::ConvOp conv;                                          ///< When kind is kConv.
  plan::PoolOp pool;                                          ///< When kind is kPool.
  plan::EltwiseOp eltwise;                                    ///< When kind is kEltwise.
  std::span<const std::int8_t> weights;                       ///< Of kConv, in conv.weight_order.
  std::span<const std::int32_t> bias;                         ///< Of kConv; may be empty.
  std::span<const kernels::QuantizedMultiplier> multipliers;  ///< Of kConv: one, or one an output channel.
};

/// Fills in `lowered`; kNone, or why the planner has no such operator: kFilterZeroPoint, kBroadcast. Precondition:
/// check(op) is kOk, so that every number is positive and fits 31 bits. What the planner itself refuses is found later.
[[nodiscard]] Reason lower(const Conv2d& op, Lowered& lowered) noexcept;
[[nodiscard]] Reason lower(const DepthwiseConv2d& op, Lowered& lowered) noexcept;
[[nodiscard]] Reason lower(const FullyConnected& op, Lowered& lowered) noexcept;
[[nodiscard]] Reason lower(const Add& op, Lowered& lowered) noexcept;
[[nodiscard]] Reason lower(const Pool2d& op, Lowered& lowered) noexcept;

}  // namespace auklet::runtime
