// Compute commands of checked operators; shared by the resident and the streamed planner.
#pragma once

#include <auklet/plan/plan.hpp>

#include "window.hpp"

namespace auklet::plan::detail {

/// Emits `tiles` of the convolution `window`, whose geometry replaces that of `op`. Output, weights and parameters are
/// where the first of those tiles has its own. A part of the tiles begins at a multiple of the segment's array_groups.
/// Nothing is checked but by StreamWriter. Adds to cost.array_macs and cost.compute_cycles.
Outcome emit_conv(StreamWriter& writer, const ConvOp& op, const ConvLayout& layout, Window window, TileRange tiles,
                  ConvSram at, const Waits& after, Cost& cost) noexcept;

/// Emits the pool `window`, whose geometry replaces that of `op`.
Outcome emit_pool(StreamWriter& writer, const PoolOp& op, const Window& window, const SramTensor& input,
                  const SramTensor& output, const Waits& after, Cost& cost) noexcept;

/// Emits the elementwise operator; one command, but for counts beyond 65,535. Adds to cost.compute_cycles, as all
/// below.
Outcome emit_eltwise(StreamWriter& writer, const EltwiseOp& op, const SramRows& a, const SramRows& b,
                     const SramRows& out, const Waits& after, Cost& cost) noexcept;

/// The same for a table.
Outcome emit_table(StreamWriter& writer, const TableOp& op, const SramRows& in, std::uint32_t table_address,
                   const SramRows& out, const Waits& after, Cost& cost) noexcept;

/// The same for a softmax.
Outcome emit_softmax(StreamWriter& writer, const SoftmaxOp& op, const SramRows& in, std::uint32_t table_address,
                     const SramRows& out, const Waits& after, Cost& cost) noexcept;

/// Output positions a stripe, so that stripes are of equal length: 100 positions are 50 + 50, never 64 + 36.
[[nodiscard]] std::uint32_t balanced_stripe(std::uint64_t positions) noexcept;

/// Estimate of the cycles that `steps` steps of `tiles` tiles take over `positions` outputs, without stalls.
[[nodiscard]] std::uint64_t conv_cycles(const spec::HardwareConfig& config, std::uint64_t positions,
                                        std::uint32_t tiles, std::uint32_t array_groups, std::uint32_t steps) noexcept;

/// The same for `tiles` tiles of the depthwise convolution `window`: each of its input pixels takes a cycle, and so
/// does padding. Precondition: pads are smaller than kernels.
[[nodiscard]] std::uint64_t depthwise_cycles(const spec::HardwareConfig& config, const Window& window,
                                             std::uint32_t tiles) noexcept;

}  // namespace auklet::plan::detail
