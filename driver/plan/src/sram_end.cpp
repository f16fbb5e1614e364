#include <algorithm>
#include <auklet/plan/operators.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <limits>

namespace auklet::plan {
namespace {

using u64 = std::uint64_t;

constexpr u64 round_up(u64 value) noexcept { return (value + spec::kLanes - 1) / spec::kLanes * spec::kLanes; }

// End of `count` things of `bytes` bytes, `step` apart, from `base` on.
constexpr u64 series_end(u64 base, u64 count, u64 step, u64 bytes) noexcept {
  return count == 0 ? base : base + (count - 1) * step + bytes;
}

// Weight blocks of a tile; 0 when the command has no weights.
constexpr u64 weight_blocks(const spec::GeomCommand& command) noexcept {
  switch (command.header.opcode) {
    case spec::Opcode::kConv:
      return u64{command.kh} * command.kx_n * command.chunks;
    case spec::Opcode::kDwconv:
      return 1;
    case spec::Opcode::kDwrows:
      return command.kh;
    default:
      return 0;
  }
}

}  // namespace

std::uint64_t sram_end(const spec::DmaCommand& command) noexcept {
  if (command.header.opcode == spec::Opcode::kUnpack) return u64{command.sp_base} + command.sp_len;
  const u64 bytes = u64{command.ax_len} * command.ax_rows;
  const u64 whole_rows = bytes / command.sp_len;
  // More rows than SRAM can have words; below that no sum here comes near 2^64.
  if (whole_rows > spec::DmaFields::kSpBase.max) return std::numeric_limits<u64>::max();
  const u64 rest = bytes % command.sp_len;
  const u64 end = series_end(command.sp_base, whole_rows, command.sp_stride, round_up(command.sp_len));
  if (rest == 0) return end;
  return std::max(end, u64{command.sp_base} + whole_rows * command.sp_stride + round_up(rest));
}

std::uint64_t sram_end(const spec::GatherCommand& command) noexcept {
  const u64 indices = u64{command.idx_base} + round_up(u64{command.n} * sizeof(std::int32_t));
  return std::max(indices, series_end(command.sp_base, command.n, command.sp_stride, round_up(command.ax_len)));
}

std::uint64_t sram_end(const spec::GeomCommand& command) noexcept {
  const u64 tiles = command.oc_tiles;
  const u64 row_end = u64{command.row_bytes};
  const u64 input =
      series_end(series_end(command.in_base, command.in_h, command.row_pitch, row_end), tiles, command.in_tile_step, 0);
  const u64 pixels = series_end(series_end(command.out_base, command.out_w, command.out_x_pitch, 0), command.out_h,
                                command.out_row_pitch, 0);
  const u64 output = series_end(pixels, tiles, command.out_tile_step, spec::kLanes);
  const u64 steps = weight_blocks(command);
  if (steps == 0) return std::max(input, output);
  const u64 weights = command.w_base + tiles * steps * spec::kWeightBlock;
  const u64 parameters = command.p_base + tiles * spec::kParamBlock;
  return std::max(std::max(input, output), std::max(weights, parameters));
}

std::uint64_t sram_end(const spec::EltwiseCommand& command) noexcept {
  const auto end = [&](u64 base, u64 step0, u64 step1) {
    return series_end(series_end(base, command.n0, step0, spec::kLanes), command.n1, step1, 0);
  };
  const u64 b = command.header.opcode == spec::Opcode::kTable ? u64{command.b_base} + kTableBytes
                                                              : end(command.b_base, command.b_step0, command.b_step1);
  return std::max({end(command.out_base, spec::kLanes, command.out_step1),
                   end(command.a_base, command.a_step0, command.a_step1), b});
}

std::uint64_t sram_end(const spec::SoftmaxCommand& command) noexcept {
  const u64 row = round_up(command.n);
  return std::max({series_end(command.a_base, command.rows, command.a_step, row),
                   series_end(command.out_base, command.rows, command.out_step, row),
                   u64{command.table_base} + kSoftmaxTableBytes});
}

}  // namespace auklet::plan
