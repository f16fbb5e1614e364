#include <auklet/plan/operators.hpp>
#include <limits>

#include "window.hpp"

namespace auklet::plan {
namespace {

using detail::Axis;
using detail::Window;
using u64 = std::uint64_t;

constexpr u64 kMaxBytes = std::numeric_limits<std::uint32_t>::max();  // What a 32-bit offset can name.
constexpr std::int64_t kMaxOf8Bits = spec::GeomFields::kKh.max;
constexpr std::int64_t kMaxPixels = spec::GeomFields::kInH.max;

// Whether the product stays within kMaxBytes. `product` is its value so far.
constexpr bool multiply(u64& product, u64 factor) noexcept {
  if (product > kMaxBytes || factor > kMaxBytes) return false;
  product *= factor;
  return product <= kMaxBytes;
}

constexpr bool size_fits(u64 a, u64 b, u64 c, u64 d) noexcept {
  u64 product = a;
  return multiply(product, b) && multiply(product, c) && multiply(product, d);
}

Outcome check(const Axis& axis) noexcept {
  if (axis.in == 0 || axis.out == 0 || axis.kernel == 0) return Status::kShapeZero;
  if (axis.in > kMaxPixels || axis.out > kMaxPixels) return Status::kTensorTooLarge;
  if (axis.kernel > kMaxOf8Bits) return Status::kKernelTooLarge;
  if (axis.stride == 0 || axis.stride > kMaxOf8Bits) return Status::kStrideRange;
  if (axis.dilation == 0 || axis.dilation > kMaxOf8Bits) return Status::kDilationRange;
  // The first window must end, and the last one begin, within the input; so do all between them.
  if (axis.pad > kMaxOf8Bits || axis.pad >= axis.extent()) return Status::kPadTooLarge;
  if (u64{axis.out - 1} * axis.stride >= u64{axis.in} + axis.pad) return Status::kPadTooLarge;
  return {};
}

Outcome check(const Window& window, std::uint32_t in_c, std::uint32_t out_c) noexcept {
  if (window.batch == 0 || in_c == 0 || out_c == 0) return Status::kShapeZero;
  if (const Outcome y = check(window.y); !y.ok()) return y;
  if (const Outcome x = check(window.x); !x.ok()) return x;
  const bool fits = size_fits(window.batch, window.y.in, window.x.in, in_c) &&
                    size_fits(window.batch, window.y.out, window.x.out, out_c) &&
                    in_c <= spec::GeomFields::kRowBytes.max &&
                    out_c <= spec::GeomFields::kOcTiles.max * std::int64_t{spec::kLanes};
  return fits ? Outcome{} : Outcome{Status::kTensorTooLarge};
}

Outcome check_rows(std::uint32_t rows, std::uint32_t length) noexcept {
  if (rows == 0 || length == 0) return Status::kShapeZero;
  return size_fits(rows, length, 1, 1) ? Outcome{} : Outcome{Status::kTensorTooLarge};
}

constexpr bool shift_fits(std::int32_t shift) noexcept { return shift >= -31 && shift <= 31; }

}  // namespace

Outcome check(const ConvOp& op) noexcept {
  if (const Outcome window = check(detail::window_of(op), op.in_c, op.out_c); !window.ok()) return window;
  if (op.groups == 0) return Status::kShapeZero;
  if (op.in_c % op.groups != 0 || op.out_c % op.groups != 0) return Status::kGroupsUneven;
  if (op.weight_order == WeightOrder::kHwo && op.groups != op.in_c) return Status::kShapeMismatch;
  if (!size_fits(op.out_c, op.kernel_h, op.kernel_w, op.in_c / op.groups)) return Status::kTensorTooLarge;
  if (op.act_min > op.act_max) return Status::kClampEmpty;
  return {};
}

Outcome check(const PoolOp& op) noexcept {
  if (const Outcome window = check(detail::window_of(op), op.channels, op.channels); !window.ok()) return window;
  if (op.kind == PoolKind::kAverage && op.kernel_h * op.kernel_w > spec::kPoolTapsMax) return Status::kKernelTooLarge;
  if (op.act_min > op.act_max) return Status::kClampEmpty;
  return {};
}

Outcome check(const EltwiseOp& op) noexcept {
  if (const Outcome rows = check_rows(op.rows, op.length); !rows.ok()) return rows;
  if (!shift_fits(op.a_scale.shift) || !shift_fits(op.b_scale.shift) || !shift_fits(op.out_scale.shift) ||
      op.left_shift > spec::EltwiseFields::kLeftShift.max) {
    return Status::kShiftRange;
  }
  if (op.act_min > op.act_max) return Status::kClampEmpty;
  return {};
}

Outcome check(const TableOp& op) noexcept { return check_rows(op.rows, op.length); }

Outcome check(const SoftmaxOp& op) noexcept {
  if (const Outcome rows = check_rows(op.rows, op.length); !rows.ok()) return rows;
  return op.length > spec::SoftmaxFields::kN.max ? Outcome{Status::kRowTooLong} : Outcome{};
}

std::uint64_t macs(const ConvOp& op) noexcept {
  const u64 outputs = u64{op.batch} * op.out_h * op.out_w;
  const u64 weights = u64{op.out_c} * op.kernel_h * op.kernel_w * (op.in_c / op.groups);
  return outputs * weights;
}

}  // namespace auklet::plan
