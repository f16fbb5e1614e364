#include <algorithm>

#include "emit.hpp"

namespace auklet::plan::detail {
namespace {

using u64 = std::uint64_t;

// Rows that follow each other without a gap are one long row.
bool joins(std::uint32_t row_bytes, bool repeats, const SramRows& rows) noexcept {
  return !repeats && rows.row_pitch == row_bytes;
}

spec::EltwiseCommand make_add(const AddOp& op) noexcept {
  spec::EltwiseCommand e;
  e.header.opcode = spec::Opcode::kAdd;
  e.a_zp = op.a_zp;
  e.b_zp = op.b_zp;
  e.out_zp = op.out_zp;
  e.act_min = op.act_min;
  e.act_max = op.act_max;
  e.left_shift = op.left_shift;
  e.a_mult = op.a_scale.multiplier;
  e.b_mult = op.b_scale.multiplier;
  e.out_mult = op.out_scale.multiplier;
  e.a_shift = op.a_scale.shift;
  e.b_shift = op.b_scale.shift;
  e.out_shift = op.out_scale.shift;
  e.a_step0 = kWordBytes;
  e.b_step0 = kWordBytes;
  return e;
}

}  // namespace

Outcome emit_add(StreamWriter& writer, const AddOp& op, const SramRows& a, const SramRows& b, const SramRows& out,
                 const Waits& after, Cost& cost) noexcept {
  constexpr std::uint32_t kMostWords = spec::EltwiseFields::kN0.max;
  constexpr std::uint32_t kMostRows = spec::EltwiseFields::kN1.max;
  const std::uint32_t row_bytes = round_up_to_word(op.length);
  u64 words = row_bytes / kWordBytes;
  u64 rows = op.rows;
  if (rows > 1 && joins(row_bytes, op.a_repeats, a) && joins(row_bytes, op.b_repeats, b) &&
      joins(row_bytes, false, out)) {
    words *= rows;
    rows = 1;
  }
  spec::EltwiseCommand e = make_add(op);
  e.a_step1 = op.a_repeats || rows == 1 ? 0 : a.row_pitch;
  e.b_step1 = op.b_repeats || rows == 1 ? 0 : b.row_pitch;
  e.out_step1 = rows == 1 ? 0 : out.row_pitch;
  // Counts have 16 bits; beyond them the array is cut.
  for (u64 row = 0; row < rows; row += kMostRows) {
    for (u64 word = 0; word < words; word += kMostWords) {
      const auto at = [&](std::uint32_t base, std::uint32_t step1) {
        return static_cast<std::uint32_t>(base + row * step1 + word * kWordBytes);
      };
      e.a_base = at(a.address, e.a_step1);
      e.b_base = at(b.address, e.b_step1);
      e.out_base = at(out.address, e.out_step1);
      e.n0 = static_cast<std::uint32_t>(std::min<u64>(words - word, kMostWords));
      e.n1 = static_cast<std::uint32_t>(std::min<u64>(rows - row, kMostRows));
      if (const Outcome emitted = writer.emit(e, after); !emitted.ok()) return emitted;
      cost.compute_cycles += u64{e.n0} * e.n1;
    }
  }
  return {};
}

}  // namespace auklet::plan::detail
