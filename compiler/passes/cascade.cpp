#include "cascade.hpp"

#include <algorithm>
#include <utility>

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;

// Whether every element of the result comes from the same place of the operand.
bool follows_elements(const Node& node, std::size_t use) {
  if (std::holds_alternative<TableWork>(node.op->work)) return use == 0;
  const auto* eltwise = std::get_if<EltwiseWork>(&node.op->work);
  if (eltwise == nullptr) return false;
  return (use == 0 ? eltwise->op.a : eltwise->op.b) == plan::Cover::kAll;
}

// What one row of an elementwise operator's result needs of an operand must not depend on the row, or follow it.
bool cuttable(const plan::EltwiseOp& op, plan::Cover cover) {
  return cover == plan::Cover::kAll || cover == plan::Cover::kOne || (cover == plan::Cover::kRow && op.rows > 1);
}

bool cuttable(const Node& node) {
  const Work& work = node.op->work;
  if (const auto* conv = std::get_if<ConvWork>(&work)) return conv->op.batch == 1;
  if (const auto* pool = std::get_if<PoolWork>(&work)) return pool->op.batch == 1;
  if (const auto* eltwise = std::get_if<EltwiseWork>(&work)) {
    return cuttable(eltwise->op, eltwise->op.a) && cuttable(eltwise->op, eltwise->op.b);
  }
  return std::holds_alternative<TableWork>(work);
}

// Rows of a window operator's image and result; zeros for others.
std::pair<u32, u32> window_heights(const Node& node) {
  if (const auto* conv = std::get_if<ConvWork>(&node.op->work)) return {conv->op.in_h, conv->op.out_h};
  if (const auto* pool = std::get_if<PoolWork>(&node.op->work)) return {pool->op.in_h, pool->op.out_h};
  return {0, 0};
}

}  // namespace

std::optional<u32> row_bytes(const View& view, u32 pitch, u32 height) {
  if (view.pixels % height == 0) return view.pixels / height * pitch;
  if (view.pixels == 1 && view.channels % height == 0 && view.channels / height % plan::kWordBytes == 0) {
    return view.channels / height;
  }
  return std::nullopt;
}

std::optional<Cascade> Cascade::make(const Program& program, u32 first, u32 last, u32 stripes) {
  Cascade cascade;
  cascade.first_ = first;
  cascade.members_.resize(last - first + 1);
  for (u32 node = first; node <= last; ++node) {
    if (!cuttable(program.nodes[node])) return std::nullopt;
    const Buffer& made = program.buffers[program.nodes[node].output];
    if (node != last && (!made.outputs.empty() || made.readers.empty() || made.readers.back() > last)) {
      return std::nullopt;
    }
  }
  if (!cascade.find_heights(program) || !cascade.reads_by_rows(program)) return std::nullopt;
  const u32 height = cascade.height(last);
  if (stripes > height) return std::nullopt;
  // As even as it goes: heights differ by one row at most.
  for (u32 stripe = 0; stripe < stripes; ++stripe) {
    for (Member& member : cascade.members_) member.rows.emplace_back();
    const auto edge = [&](u32 i) { return static_cast<u32>(std::uint64_t{height} * i / stripes); };
    cascade.need_rows(program, stripe, {edge(stripe), edge(stripe + 1)});
  }
  return cascade;
}

// Windows know their heights; elementwise operators take them from what is before or behind them.
bool Cascade::find_heights(const Program& program) {
  std::vector<u32> of_buffer(program.buffers.size(), 0);
  bool consistent = true;
  bool changed = false;
  const auto note = [&](u32 buffer, u32 height) {
    if (height == 0 || of_buffer[buffer] == height) return;
    consistent = consistent && of_buffer[buffer] == 0;
    changed = true;
    of_buffer[buffer] = height;
  };
  do {
    changed = false;
    for (u32 node = first_; node <= last() && consistent; ++node) {
      const Node& n = program.nodes[node];
      const auto [in, out] = window_heights(n);
      note(n.output, out);
      if (in != 0) note(n.uses[0].buffer, in);
      for (std::size_t use = 0; use < n.uses.size(); ++use) {
        if (!follows_elements(n, use)) continue;
        note(n.output, of_buffer[n.uses[use].buffer]);
        note(n.uses[use].buffer, of_buffer[n.output]);
      }
    }
  } while (changed && consistent);
  for (u32 node = first_; node <= last(); ++node) {
    const u32 height = of_buffer[program.nodes[node].output];
    members_[node - first_].height = height;
    const View& view = program.nodes[node].op->out_view;
    if (height == 0 || !row_bytes(view, plan::round_up_to_word(view.channels), height)) return false;
  }
  return consistent;
}

// Of what a stripe computes nothing else exists.
bool Cascade::reads_by_rows(const Program& program) const {
  for (u32 node = first_; node <= last(); ++node) {
    for (std::size_t use = 0; use < program.nodes[node].uses.size(); ++use) {
      if (produces(program, node, use) && operand_height(program, node, use) == 0) return false;
    }
  }
  return true;
}

bool Cascade::produces(const Program& program, u32 node, std::size_t use) const {
  const auto& producer = program.buffers[program.nodes[node].uses[use].buffer].producer;
  return producer && contains(*producer);
}

// From the last node backwards: all readers of a node's output are behind it.
void Cascade::need_rows(const Program& program, u32 stripe, Rows out) {
  members_.back().rows[stripe] = out;
  for (u32 node = last() + 1; node-- > first_;) {
    const Node& n = program.nodes[node];
    for (std::size_t use = 0; use < n.uses.size(); ++use) {
      if (!produces(program, node, use)) continue;
      const u32 producer = program.buffers[n.uses[use].buffer].producer.value_or(first_);
      Rows& needed = members_[producer - first_].rows[stripe];
      needed = hull(needed, rows_read(program, node, use, stripe).value_or(Rows{}));
    }
  }
}

u32 Cascade::held_rows(u32 node) const {
  u32 most = 0;
  for (const Rows& rows : members_[node - first_].rows) most = std::max(most, rows.count());
  return most;
}

u32 Cascade::computed_rows(u32 node) const {
  u32 sum = 0;
  for (const Rows& rows : members_[node - first_].rows) sum += rows.count();
  return sum;
}

std::optional<Rows> Cascade::rows_read(const Program& program, u32 node, std::size_t use, u32 stripe) const {
  const Node& n = program.nodes[node];
  const Rows out = rows(node, stripe);
  if (const auto* conv = std::get_if<ConvWork>(&n.op->work)) return slice_rows(conv->op, out).in;
  if (const auto* pool = std::get_if<PoolWork>(&n.op->work)) return slice_rows(pool->op, out).in;
  return follows_elements(n, use) ? std::optional(out) : std::nullopt;
}

u32 Cascade::operand_height(const Program& program, u32 node, std::size_t use) const {
  const Node& n = program.nodes[node];
  if (const u32 in = window_heights(n).first; in != 0) return in;
  return follows_elements(n, use) ? height(node) : 0;
}

}  // namespace auklet::compiler::passes
