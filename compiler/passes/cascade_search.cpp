#include "cascade_search.hpp"

#include <algorithm>
#include <set>

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// Longer runs compute more rows twice than they save.
constexpr u32 kLongestRun = 12;
// Assumptions of the prices, those of memory profile `sram`; they steer the choice and nothing else.
constexpr u64 kBytesPerCycle = 8;
constexpr u64 kCommandCycles = 64;

// Numbers of stripes to try: all small ones, then steps of an eighth.
constexpr u32 next_stripes(u32 stripes) { return stripes + std::max(1U, stripes / 8); }

bool conv_layout_of(const Program& program, const Hardware& hardware, const MemoryPlan& plan, u32 node,
                    plan::ConvLayout& layout) {
  const auto* work = std::get_if<ConvWork>(&program.nodes[node].op->work);
  if (work == nullptr) return false;
  const Format& format = plan.instances[plan.nodes[node].inputs[0]].format;
  const auto pitch = readable_pitch(format, *program.nodes[node].uses[0].operand);
  return pitch && plan::conv_layout(work->op, hardware.config, *pitch, layout).ok();
}

}  // namespace

std::optional<Cascade> CascadeSearch::find(const MemoryPlan& plan, u32 node) const {
  const auto open = [&](u32 at) { return !plan.nodes[at].streamed && plan.cascade_of(at) == nullptr; };
  u32 earliest = node;
  while (open(earliest) && earliest > 0 && node - earliest + 1 < kLongestRun && open(earliest - 1)) --earliest;
  std::optional<Priced> best;
  for (u32 first = node + 1; first-- > earliest;) {
    for (u32 last = node; last < program_.nodes.size() && last - first < kLongestRun && open(last); ++last) {
      if (last == first || std::ranges::find(refused_, std::pair(first, last)) != refused_.end()) continue;
      auto found = smallest_that_fits(plan, first, last);
      if (found && (!best || found->cycles < best->cycles)) best = std::move(found);
    }
  }
  if (!best) return std::nullopt;
  return std::move(best->cascade);
}

std::optional<Cascade> CascadeSearch::tighten(const MemoryPlan& plan, const Cascade& cascade) {
  auto tighter = Cascade::make(program_, cascade.first(), cascade.last(), next_stripes(cascade.stripes()));
  if (tighter && price(plan, *tighter, 0) < saved_cycles(plan, *tighter)) return tighter;
  refused_.emplace_back(cascade.first(), cascade.last());
  return std::nullopt;
}

std::optional<CascadeSearch::Priced> CascadeSearch::smallest_that_fits(const MemoryPlan& plan, u32 first,
                                                                       u32 last) const {
  auto cascade = Cascade::make(program_, first, last, 2);
  if (!cascade) return std::nullopt;
  const auto whole = whole_bytes(plan, *cascade);
  if (!whole || *whole >= hardware_.sram_limit) return std::nullopt;
  while (cascade && *whole + stripe_bytes(plan, *cascade) > hardware_.sram_limit) {
    cascade = Cascade::make(program_, first, last, next_stripes(cascade->stripes()));
  }
  if (!cascade) return std::nullopt;
  const u64 cycles = price(plan, *cascade, *whole);
  if (cycles >= saved_cycles(plan, *cascade)) return std::nullopt;
  const u64 hidden = hidden_cycles(plan, *cascade);
  return Priced{std::move(*cascade), static_cast<std::int64_t>(cycles) - static_cast<std::int64_t>(hidden)};
}

// What is in SRAM whole meanwhile: operands from outside, the result, weights, and what only waits. Nothing when a node
// cannot read what another one leaves in SRAM.
std::optional<u64> CascadeSearch::whole_bytes(const MemoryPlan& plan, const Cascade& cascade) const {
  std::set<std::size_t> whole{plan.nodes[cascade.last()].output};
  u64 bytes = 0;
  for (u32 node = cascade.first(); node <= cascade.last(); ++node) {
    const NodePlan& n = plan.nodes[node];
    for (std::size_t use = 0; use < n.inputs.size(); ++use) {
      const u32 height = cascade.operand_height(program_, node, use);
      const Format& format = plan.instances[n.inputs[use]].format;
      if (height != 0 && !row_bytes(format.view, format.pitch, height)) return std::nullopt;
      const auto& producer = program_.buffers[program_.nodes[node].uses[use].buffer].producer;
      if (!cascade.produces(program_, node, use)) {
        whole.insert(n.inputs[use]);
      } else if (n.inputs[use] != plan.nodes[producer.value_or(node)].output) {
        return std::nullopt;
      }
    }
    plan::ConvLayout layout;
    if (conv_layout_of(program_, hardware_, plan, node, layout)) bytes += layout.weight_bytes + layout.parameter_bytes;
  }
  for (std::size_t i = 0; i < plan.instances.size(); ++i) {
    const Instance& instance = plan.instances[i];
    const bool waits = instance.first < cascade.first() && instance.last > cascade.last();
    if (waits || whole.contains(i)) bytes += instance.bytes();
  }
  return bytes;
}

u64 CascadeSearch::stripe_bytes(const MemoryPlan& plan, const Cascade& cascade) const {
  u64 bytes = 0;
  for (u32 node = cascade.first(); node < cascade.last(); ++node) {
    bytes += held_bytes(plan.instances[plan.nodes[node].output].format, cascade, node);
  }
  return bytes;
}

u64 CascadeSearch::row_cycles(const MemoryPlan& plan, const Cascade& cascade, u32 node) const {
  const Work& work = program_.nodes[node].op->work;
  const View& view = program_.nodes[node].op->out_view;
  const u32 pitch = plan::round_up_to_word(view.channels);
  plan::ConvLayout layout;
  if (conv_layout_of(program_, hardware_, plan, node, layout)) {
    const auto& op = std::get<ConvWork>(work).op;
    const u64 phases = spec::kReduce / hardware_.config.rows;
    // The register window takes in every pixel.
    if (layout.form == plan::ConvForm::kDepthwise) return u64{layout.tiles} * op.in_w * op.stride_h;
    if (layout.form == plan::ConvForm::kDepthwiseRows) return u64{layout.tiles} * layout.steps * op.in_w * phases;
    return u64{(layout.tiles + layout.array_groups - 1) / layout.array_groups} * layout.steps * op.out_w * phases;
  }
  if (const auto* pool = std::get_if<PoolWork>(&work)) {
    return u64{pitch / plan::kWordBytes} * pool->op.out_w * pool->op.kernel_h * pool->op.kernel_w;
  }
  return row_bytes(view, pitch, cascade.height(node)).value_or(0) / plan::kWordBytes;
}

// Cycles that the cascade costs beside what its nodes need anyhow. Ends of more than half the SRAM leave too little to
// what comes before and behind.
u64 CascadeSearch::price(const MemoryPlan& plan, const Cascade& cascade, u64 ends) const {
  u64 cycles = ends > hardware_.sram_limit / 2 ? (ends - hardware_.sram_limit / 2) / kBytesPerCycle : 0;
  for (u32 node = cascade.first(); node <= cascade.last(); ++node) {
    cycles += (cascade.computed_rows(node) - std::min(cascade.computed_rows(node), cascade.height(node))) *
              row_cycles(plan, cascade, node);
    cycles += cascade.stripes() * kCommandCycles;
  }
  return cycles;
}

// Cycles of loading what is loaded for the cascade: its first stripe needs but a part of it.
u64 CascadeSearch::hidden_cycles(const MemoryPlan& plan, const Cascade& cascade) const {
  u64 bytes = 0;
  for (u32 node = cascade.first(); node <= cascade.last(); ++node) {
    const NodePlan& n = plan.nodes[node];
    for (std::size_t use = 0; use < n.inputs.size(); ++use) {
      const Instance& instance = plan.instances[n.inputs[use]];
      const bool by_rows = cascade.operand_height(program_, node, use) != 0;
      if (by_rows && instance.loaded && instance.first == node) bytes += instance.format.view.bytes();
    }
  }
  return bytes / kBytesPerCycle * (cascade.stripes() - 1) / cascade.stripes();
}

// Cycles of transfer of what would go through memory otherwise.
u64 CascadeSearch::saved_cycles(const MemoryPlan& plan, const Cascade& cascade) const {
  u64 bytes = 0;
  for (u32 node = cascade.first(); node < cascade.last(); ++node) {
    bytes += 2 * plan.instances[plan.nodes[node].output].format.view.bytes();
  }
  return bytes / kBytesPerCycle;
}

}  // namespace auklet::compiler::passes
