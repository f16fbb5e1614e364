#include <algorithm>
#include <auklet/plan/matmul.hpp>

#include "matmul_tiling.hpp"

namespace auklet::plan {
namespace {

using detail::MatmulConstants;
using detail::MatmulShape;

constexpr std::int32_t kMaxShift = 31;

// A parameter block: 16 biases, 16 multipliers, then 16 shifts.
constexpr std::uint32_t kMultipliers = spec::kLanes * sizeof(std::int32_t);
constexpr std::uint32_t kShifts = 2 * kMultipliers;

void put32(std::span<std::uint8_t> bytes, std::uint32_t value) noexcept {
  for (std::uint32_t i = 0; i < sizeof(value); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

}  // namespace

Outcome check(const MatmulOp& op) noexcept {
  if (op.batches == 0 || op.rows == 0 || op.depth == 0 || op.columns == 0) return Status::kShapeZero;
  // B's rows are rows of one LOAD, the output's are bytes of one STORE's row.
  if (op.depth > spec::DmaFields::kAxRows.max || op.columns > spec::DmaFields::kAxLen.max) {
    return Status::kTensorTooLarge;
  }
  const MatmulShape shape(op);
  const std::uint32_t b_rows = op.b_transposed ? op.columns : op.depth;
  const std::uint32_t b_row = op.b_transposed ? op.depth : op.columns;
  if ((op.rows > 1 && (shape.a_pitch < op.depth || shape.out_pitch < op.columns)) ||
      (b_rows > 1 && shape.b_pitch < b_row) || (op.batches > 1 && op.out_step < op.columns)) {
    return Status::kPitchTooSmall;
  }
  if (op.scale.shift < -kMaxShift || op.scale.shift > kMaxShift) return Status::kShiftRange;
  if (op.act_min > op.act_max) return Status::kClampEmpty;
  return {};
}

std::uint64_t macs(const MatmulOp& op) noexcept { return std::uint64_t{op.batches} * op.rows * op.depth * op.columns; }

detail::MatmulConstants::MatmulConstants(const MatmulOp& op) noexcept {
  const std::uint32_t tail = op.depth % spec::kReduce;
  // LOAD fills a transposed B's last blocks with zeros by itself.
  if (op.a_zp != 0 && !op.b_transposed && tail != 0) zero_bytes = (spec::kReduce - tail) * spec::kLanes;
  block = kParameters + spec::kParamBlock;
  zeros = block + (op.b_zp != 0 ? spec::kWeightBlock : 0);
  bytes = zeros + zero_bytes;
}

std::uint32_t matmul_constant_bytes(const MatmulOp& op) noexcept { return MatmulConstants(op).bytes; }

Outcome pack_matmul_constants(const MatmulOp& op, std::span<std::uint8_t> out) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  const MatmulConstants at(op);
  if (out.size() != at.bytes) return Status::kBufferSize;
  std::ranges::fill(out, std::uint8_t{0});
  // Below 2^30 in magnitude: depth is at most 65,535.
  const std::int32_t bias = static_cast<std::int32_t>(op.depth) * op.a_zp * op.b_zp;
  const std::span<std::uint8_t> parameters = out.subspan(MatmulConstants::kParameters, spec::kParamBlock);
  for (std::uint32_t lane = 0; lane < spec::kLanes; ++lane) {
    put32(parameters.subspan(lane * sizeof(bias)), static_cast<std::uint32_t>(bias));
    put32(parameters.subspan(kMultipliers + lane * sizeof(bias)), static_cast<std::uint32_t>(op.scale.multiplier));
    parameters[kShifts + lane] = static_cast<std::uint8_t>(op.scale.shift);
  }
  const detail::ZeroPointRows rows = detail::zero_point_rows(op.b_zp);
  std::ranges::fill(out.subspan(at.block, at.zeros - at.block), static_cast<std::uint8_t>(rows.value));
  return {};
}

}  // namespace auklet::plan
