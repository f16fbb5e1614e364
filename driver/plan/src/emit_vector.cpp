#include <algorithm>

#include "emit.hpp"

namespace auklet::plan::detail {
namespace {

using u64 = std::uint64_t;

// The three passes of a softmax over a row, two of them byte by byte.
constexpr u64 kSoftmaxCyclesPerWord = 12;
constexpr u64 kSoftmaxCyclesPerByte = 2;

// How an operand of a command moves: `step0` from word to word of a row, `step1` from row to row.
struct Walk {
  std::uint32_t base = 0;
  std::uint32_t step0 = 0;
  std::uint32_t step1 = 0;
  bool splat = false;
};

Walk walk_of(Cover cover, const SramRows& at) noexcept {
  switch (cover) {
    case Cover::kAll:
      return {.base = at.address, .step0 = kWordBytes, .step1 = at.row_pitch};
    case Cover::kRow:
      return {.base = at.address, .step0 = kWordBytes};
    case Cover::kColumn:
      return {.base = at.address, .step1 = at.row_pitch, .splat = true};
    case Cover::kOne:
      break;
  }
  return {.base = at.address, .splat = true};
}

// Whether rows of `row_bytes` may be taken as one long row.
bool joins(const Walk& walk, std::uint32_t row_bytes) noexcept {
  return walk.step0 == 0 ? walk.step1 == 0 : walk.step1 == row_bytes;
}

// Cycles of a word: operands are fetched side by side, but for a B that is neither aligned nor splat.
u64 cycles_per_word(const spec::EltwiseCommand& e) noexcept {
  const bool aligned = (e.b_base | e.b_step0 | e.b_step1) % kWordBytes == 0;
  return e.header.opcode == spec::Opcode::kTable || e.b_splat != 0 || aligned ? 1 : 2;
}

// Emits `e`, whose fields other than addresses, steps and counts are there, over rows of `length` bytes. TABLE has no
// `b` but its table.
Outcome emit_rows(StreamWriter& writer, spec::EltwiseCommand e, std::uint32_t op_rows, std::uint32_t length, Walk a,
                  Walk b, Walk out, const Waits& after, Cost& cost) noexcept {
  constexpr std::uint32_t kMostWords = spec::EltwiseFields::kN0.max;
  constexpr std::uint32_t kMostRows = spec::EltwiseFields::kN1.max;
  const std::uint32_t row_bytes = round_up_to_word(length);
  u64 words = row_bytes / kWordBytes;
  u64 rows = op_rows;
  // Rows that follow each other without a gap are one long row.
  if (rows > 1 && joins(a, row_bytes) && joins(b, row_bytes) && joins(out, row_bytes)) {
    words *= rows;
    rows = 1;
  }
  if (rows == 1) a.step1 = b.step1 = out.step1 = 0;
  e.a_step0 = a.step0;
  e.a_step1 = a.step1;
  e.a_splat = a.splat ? 1 : 0;
  e.b_step0 = b.step0;
  e.b_step1 = b.step1;
  e.b_splat = b.splat ? 1 : 0;
  e.out_step1 = out.step1;
  // Counts have 16 bits; beyond them the array is cut.
  for (u64 row = 0; row < rows; row += kMostRows) {
    for (u64 word = 0; word < words; word += kMostWords) {
      const auto at = [&](const Walk& walk) {
        return static_cast<std::uint32_t>(walk.base + row * walk.step1 + word * walk.step0);
      };
      e.a_base = at(a);
      e.b_base = at(b);
      e.out_base = at(out);
      e.n0 = static_cast<std::uint32_t>(std::min<u64>(words - word, kMostWords));
      e.n1 = static_cast<std::uint32_t>(std::min<u64>(rows - row, kMostRows));
      if (const Outcome emitted = writer.emit(e, after); !emitted.ok()) return emitted;
      cost.compute_cycles += cycles_per_word(e) * e.n0 * e.n1;
    }
  }
  return {};
}

spec::Opcode opcode_of(EltwiseKind kind) noexcept {
  switch (kind) {
    case EltwiseKind::kAdd:
      return spec::Opcode::kAdd;
    case EltwiseKind::kMul:
      return spec::Opcode::kMul;
    case EltwiseKind::kSquaredDifference:
      return spec::Opcode::kSqdiff;
    case EltwiseKind::kMinimum:
      return spec::Opcode::kMin;
    case EltwiseKind::kMaximum:
      break;
  }
  return spec::Opcode::kMax;
}

}  // namespace

Outcome emit_eltwise(StreamWriter& writer, const EltwiseOp& op, const SramRows& a, const SramRows& b,
                     const SramRows& out, const Waits& after, Cost& cost) noexcept {
  spec::EltwiseCommand e;
  e.header.opcode = opcode_of(op.kind);
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
  return emit_rows(writer, e, op.rows, op.length, walk_of(op.a, a), walk_of(op.b, b), walk_of(Cover::kAll, out), after,
                   cost);
}

Outcome emit_table(StreamWriter& writer, const TableOp& op, const SramRows& in, std::uint32_t table_address,
                   const SramRows& out, const Waits& after, Cost& cost) noexcept {
  spec::EltwiseCommand e;
  e.header.opcode = spec::Opcode::kTable;
  // Not looked at but by the check that they are in order.
  constexpr std::int32_t kActMin = spec::EltwiseFields::kActMin.min;
  constexpr std::int32_t kActMax = spec::EltwiseFields::kActMax.max;
  e.act_min = kActMin;
  e.act_max = kActMax;
  return emit_rows(writer, e, op.rows, op.length, walk_of(Cover::kAll, in), {.base = table_address},
                   walk_of(Cover::kAll, out), after, cost);
}

Outcome emit_softmax(StreamWriter& writer, const SoftmaxOp& op, const SramRows& in, std::uint32_t table_address,
                     const SramRows& out, const Waits& after, Cost& cost) noexcept {
  constexpr std::uint32_t kMostRows = spec::SoftmaxFields::kRows.max;
  spec::SoftmaxCommand s;
  s.header.opcode = spec::Opcode::kSoftmax;
  s.table_base = table_address;
  s.n = op.length;
  s.a_step = op.rows == 1 ? 0 : in.row_pitch;
  s.out_step = op.rows == 1 ? 0 : out.row_pitch;
  const u64 row_cycles =
      kSoftmaxCyclesPerWord * (round_up_to_word(op.length) / kWordBytes) + kSoftmaxCyclesPerByte * op.length;
  for (u64 row = 0; row < op.rows; row += kMostRows) {
    s.a_base = static_cast<std::uint32_t>(in.address + row * s.a_step);
    s.out_base = static_cast<std::uint32_t>(out.address + row * s.out_step);
    s.rows = static_cast<std::uint32_t>(std::min<u64>(op.rows - row, kMostRows));
    if (const Outcome emitted = writer.emit(s, after); !emitted.ok()) return emitted;
    cost.compute_cycles += row_cycles * s.rows;
  }
  return {};
}

}  // namespace auklet::plan::detail
