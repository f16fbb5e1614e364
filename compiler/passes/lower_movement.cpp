// Operators that only move elements: RESHAPE, PAD, CONCATENATION, SPLIT, SLICE, TRANSPOSE, RESIZE_NEAREST_NEIGHBOR and
// the like. What goes where is what their kernels do (probe.hpp).
#include <algorithm>
#include <map>
#include <numeric>

#include "copies.hpp"
#include "lowering.hpp"
#include "probe.hpp"

namespace auklet::compiler::passes {
namespace {

using exec::Context;
using u32 = std::uint32_t;

// Longest row of equal bytes that is kept to fill borders from.
constexpr u32 kFillRow = 1024;

// Which inputs hold what is moved.
std::vector<std::size_t> moved_inputs(const Operator& op) {
  switch (op.code) {
    case OpCode::kConcatenation:
    case OpCode::kPack: {
      std::vector<std::size_t> all(op.inputs.size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      return all;
    }
    case OpCode::kSplit:
      return {1};
    default:
      return {0};
  }
}

Outcome check_types(const Context& c, std::span<const std::size_t> moved) {
  bool computed_one = false;
  for (const std::size_t i : moved) {
    if (Outcome ok = exec::require_type(c.in(i), c.in_name(i), {TensorType::kInt8}); !ok) return ok;
    if (c.in(i).is_variable) return unsupported("reads a variable");
    computed_one = computed_one || !c.in(i).is_constant;
  }
  for (std::size_t i = 0; i < c.op.outputs.size(); ++i) {
    if (Outcome ok = exec::require_type(c.out(i), c.out_name(i), {TensorType::kInt8}); !ok) return ok;
    if (c.out(i).is_variable) return unsupported("writes a variable");
  }
  return computed_one ? Outcome{} : unsupported("moves constants alone");
}

// The copies into one output, source by source.
class OutputCopies {
 public:
  OutputCopies(const Context& c, std::span<const std::size_t> moved, const ByteMap& map) : c_(c), moved_(moved) {
    std::vector<std::size_t> ends;
    std::size_t end = 0;
    for (const std::size_t i : moved) ends.push_back(end += c.in(i).bytes());
    std::vector<std::vector<Move>> of(moved.size());
    for (u32 to = 0; to < map.from.size(); ++to) {
      if (map.from[to] == ByteMap::kFill) {
        fills_[map.fill[to]].push_back({to, 0});
        continue;
      }
      const auto source =
          static_cast<std::size_t>(std::ranges::upper_bound(ends, std::size_t{map.from[to]}) - ends.begin());
      const auto begin = static_cast<u32>(source == 0 ? 0 : ends[source - 1]);
      of[source].push_back({to, map.from[to] - begin});
    }
    for (std::size_t source = 0; source < of.size(); ++source) add_input(source, of[source]);
    for (const auto& [value, moves] : fills_) add_fill(value, moves);
  }

  [[nodiscard]] CopyWork& work() { return work_; }
  [[nodiscard]] std::vector<Operand>& operands() { return operands_; }

 private:
  void add_input(std::size_t source, const std::vector<Move>& moves) {
    if (moves.empty()) return;
    for (const plan::CopyOp& copy : copies_of(moves)) work_.parts.push_back({operands_.size(), copy});
    operands_.push_back(input_operand(c_, moved_[source], image_view(c_.in(moved_[source])), false));
  }

  // From a row of equal bytes. Its steps of 0 become steps through the row, which memory is read faster by.
  void add_fill(std::byte value, const std::vector<Move>& moves) {
    u32 row = 1;
    for (plan::CopyOp copy : copies_of(moves)) {
      const plan::CopyAxis& inner = copy.axes.back();
      if (inner.to_step == 1 && inner.extent > kFillRow) {
        // Whole rows first, then what is left of one.
        plan::CopyOp rest = copy;
        rest.to_offset += inner.extent / kFillRow * kFillRow;
        rest.axes.back().extent = inner.extent % kFillRow;
        if (copy.axes.front().extent > 1) {  // No axis left to count rows with: row by row.
          for (u32 at = 0; at < inner.extent / kFillRow; ++at) {
            plan::CopyOp one = copy;
            one.to_offset += at * kFillRow;
            one.axes.back() = {kFillRow, 1, 1};
            work_.parts.push_back({operands_.size(), one});
          }
        } else {
          std::ranges::rotate(copy.axes, copy.axes.begin() + 1);
          copy.axes[plan::kCopyRank - 2] = {copy.axes[plan::kCopyRank - 2].extent / kFillRow, 0, kFillRow};
          copy.axes.back() = {kFillRow, 1, 1};
          work_.parts.push_back({operands_.size(), copy});
        }
        row = kFillRow;
        copy = rest;
        if (copy.axes.back().extent == 0) continue;
      }
      if (copy.axes.back().to_step == 1) {
        copy.axes.back().from_step = 1;
        row = std::max(row, copy.axes.back().extent);
      }
      work_.parts.push_back({operands_.size(), copy});
    }
    operands_.push_back(constant_operand(std::vector<std::byte>(row, value), {1, row}));
  }

  const Context& c_;
  std::span<const std::size_t> moved_;
  std::map<std::byte, std::vector<Move>> fills_;
  CopyWork work_;
  std::vector<Operand> operands_;
};

// Whether an output is one input as it is.
bool renames(const Context& c, std::span<const std::size_t> moved, const ByteMap& map) {
  if (moved.size() != 1 || c.in(moved[0]).is_constant || c.in(moved[0]).bytes() != map.from.size()) return false;
  for (u32 i = 0; i < map.from.size(); ++i) {
    if (map.from[i] != i) return false;
  }
  return true;
}

}  // namespace

Outcome lower_movement(Lowering& to) {
  const Context& c = to.c;
  const std::vector<std::size_t> moved = moved_inputs(c.op);
  if (Outcome ok = check_types(c, moved); !ok) return ok;
  const auto maps = byte_maps_of(c, moved);
  if (!maps) return tl::unexpected(maps.error());
  for (std::size_t k = 0; k < maps->size(); ++k) {
    const View view = image_view(c.out(k));
    if (renames(c, moved, (*maps)[k])) {
      const View bytes{1, static_cast<u32>(c.out(k).elements())};
      to.add(RenameWork{}, {operand_of(c.op.inputs[moved[0]], bytes, false)}, to.output(k), bytes);
      continue;
    }
    OutputCopies copies(c, moved, (*maps)[k]);
    if (copies.work().parts.size() > kMostCopies) return unsupported("moves its bytes too irregularly for the NPU");
    for (const CopyWork::Part& part : copies.work().parts) {
      if (Outcome ok = accepted(plan::check(part.op)); !ok) return ok;
    }
    to.add(std::move(copies.work()), std::move(copies.operands()), to.output(k), view);
  }
  return {};
}

}  // namespace auklet::compiler::passes
