// The vector unit's operators on tensors in SRAM: guards, and the commands by emit_vector.cpp.
#include <auklet/plan/plan.hpp>

#include "emit.hpp"

namespace auklet::plan {
namespace {

constexpr bool word_aligned(std::uint32_t value) noexcept { return value % kWordBytes == 0; }

Outcome check_rows(const SramRows& rows, std::uint32_t count, std::uint32_t length) noexcept {
  if (!word_aligned(rows.address) || (count > 1 && !word_aligned(rows.row_pitch))) return Status::kAddressMisaligned;
  if (count > 1 && rows.row_pitch < round_up_to_word(length)) return Status::kPitchTooSmall;
  return {};
}

Outcome check_operand(const EltwiseOp& op, Cover cover, const SramRows& rows) noexcept {
  switch (cover) {
    case Cover::kAll:
      return check_rows(rows, op.rows, op.length);
    case Cover::kRow:
      return check_rows(rows, 1, op.length);
    case Cover::kColumn:
      return op.rows > 1 && rows.row_pitch == 0 ? Outcome{Status::kPitchTooSmall} : Outcome{};
    case Cover::kOne:
      break;
  }
  return {};
}

// What a table and a softmax have in common.
template <class Op>
Outcome check_lookup(const Op& op, const SramRows& in, std::uint32_t table_address, const SramRows& out) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  if (table_address % kTableAlign != 0) return Status::kAddressMisaligned;
  if (const Outcome rows = check_rows(in, op.rows, op.length); !rows.ok()) return rows;
  return check_rows(out, op.rows, op.length);
}

}  // namespace

Outcome plan_resident_eltwise(StreamWriter& writer, const EltwiseOp& op, const SramRows& a, const SramRows& b,
                              const SramRows& out, const Waits& after, Cost& cost) noexcept {
  if (const Outcome checked = check(op); !checked.ok()) return checked;
  if (const Outcome rows = check_operand(op, op.a, a); !rows.ok()) return rows;
  if (const Outcome rows = check_operand(op, op.b, b); !rows.ok()) return rows;
  if (const Outcome rows = check_rows(out, op.rows, op.length); !rows.ok()) return rows;
  ++cost.tiles;
  return detail::emit_eltwise(writer, op, a, b, out, after, cost);
}

Outcome plan_resident_table(StreamWriter& writer, const TableOp& op, const SramRows& in, std::uint32_t table_address,
                            const SramRows& out, const Waits& after, Cost& cost) noexcept {
  if (const Outcome checked = check_lookup(op, in, table_address, out); !checked.ok()) return checked;
  ++cost.tiles;
  return detail::emit_table(writer, op, in, table_address, out, after, cost);
}

Outcome plan_resident_softmax(StreamWriter& writer, const SoftmaxOp& op, const SramRows& in,
                              std::uint32_t table_address, const SramRows& out, const Waits& after,
                              Cost& cost) noexcept {
  if (const Outcome checked = check_lookup(op, in, table_address, out); !checked.ok()) return checked;
  ++cost.tiles;
  return detail::emit_softmax(writer, op, in, table_address, out, after, cost);
}

}  // namespace auklet::plan
