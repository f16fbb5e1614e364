#include "memory_plan.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "cascade_search.hpp"
#include "memory_attempt.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

plan::Outcome stream_copies(plan::StreamWriter& writer, const CopyWork& work,
                            const std::vector<plan::MemoryTensor>& inputs, const plan::MemoryTensor& output,
                            const plan::SramBudget& sram, plan::Cost& cost) {
  for (const CopyWork::Part& part : work.parts) {
    const plan::Outcome copied = plan::plan_streamed_copy(writer, part.op, inputs[part.input], output, sram, cost);
    if (!copied.ok()) return copied;
  }
  return {};
}

// Goes from attempt to attempt, each with one more buffer spilled or node streamed, until one fits.
class Planner {
 public:
  Planner(const Program& program, const Hardware& hardware)
      : program_(program),
        hardware_(hardware),
        search_(program, hardware),
        choices_{.streamed = std::vector<bool>(program.nodes.size()),
                 .spilled = std::vector<bool>(program.buffers.size()),
                 .compact = std::vector<bool>(program.nodes.size()),
                 .cascades = {},
                 .arriving = std::vector<Arriving>(program.nodes.size(), Arriving::kSpread)} {
    for (std::size_t i = 0; i < program.nodes.size(); ++i) choices_.streamed[i] = program.nodes[i].op->moves_memory();
  }

  tl::expected<MemoryPlan, NodeFailure> run() {
    for (;;) {
      Attempted attempt = attempt_plan(program_, hardware_, choices_);
      if (attempt.fits) {
        MemoryPlan plan = std::move(attempt.plan);
        plan.streamed_nodes = static_cast<u32>(std::ranges::count(choices_.streamed, true));
        plan.spilled_buffers = static_cast<u32>(
            std::ranges::count(plan.buffers, Home::kScratch, [](const BufferPlan& b) { return b.home; }));
        return plan;
      }
      if (!attempt.shortage) return tl::unexpected(std::move(attempt.failure));
      if (!relieve(*attempt.shortage, attempt.plan)) return tl::unexpected(no_room(*attempt.shortage));
    }
  }

 private:
  // Changes one choice in favour of the node; false when there is none left.
  bool relieve(const Shortage& shortage, const MemoryPlan& plan) {
    const u32 node = shortage.node;
    const Cascade* cascade = plan.cascade_of(node);
    if (cascade != nullptr) return pack(cascade->first(), cascade->last(), plan) || relieve_cascade(*cascade, plan);
    const bool arrives = !plan.nodes[node].arrivals.empty();
    if (!choices_.streamed[node] && own_bytes(node, plan) > hardware_.sram_limit) {
      if (arrives) return need_less(node);
      if (auto found = search_.find(plan, node)) {
        choices_.cascades.push_back(std::move(*found));
      } else {
        choices_.streamed[node] = true;
      }
      return true;
    }
    if (!choices_.streamed[node] && pack(node, node, plan)) return true;
    if (arrives) return need_less(node);
    if (const auto buffer = largest_waiting(node, plan)) {
      choices_.spilled[*buffer] = true;
      return true;
    }
    if (choices_.streamed[node]) return false;
    choices_.streamed[node] = true;
    return true;
  }

  bool need_less(u32 node) {
    Arriving& arriving = choices_.arriving[node];
    arriving = arriving == Arriving::kSpread ? Arriving::kByParts : Arriving::kWhole;
    return true;
  }

  // Packs all that is in SRAM during nodes [first, last]; false when it is packed already.
  bool pack(u32 first, u32 last, const MemoryPlan& plan) {
    bool changed = false;
    const auto add = [&](u32 node) {
      changed = changed || !choices_.compact[node];
      choices_.compact[node] = true;
    };
    for (u32 node = first; node <= last; ++node) add(node);
    for (const Instance& i : plan.instances) {
      if (i.first <= last && i.last >= first) add(i.first);
    }
    return changed;
  }

  // Smaller stripes; where they do not pay, no cascade.
  bool relieve_cascade(const Cascade& failed, const MemoryPlan& plan) {
    auto tighter = search_.tighten(plan, failed);
    const auto at = std::ranges::find(choices_.cascades, failed.first(), &Cascade::first);
    if (tighter) {
      *at = std::move(*tighter);
    } else {
      choices_.cascades.erase(at);
    }
    return true;
  }

  // What a resident node needs by itself.
  [[nodiscard]] u64 own_bytes(u32 node, const MemoryPlan& plan) const {
    const NodePlan& n = plan.nodes[node];
    u64 bytes = 0;
    for (const WeightPart& part : n.parts) {
      bytes = std::max<u64>(bytes, constant_bytes(n.layout, part.tiles.count));
    }
    bytes += plan.instances[n.output].format.bytes();
    for (const std::size_t input : n.inputs) bytes += plan.instances[input].format.bytes();
    return bytes;
  }

  // The largest buffer that is in SRAM during the node but plays no part in it.
  [[nodiscard]] std::optional<u32> largest_waiting(u32 node, const MemoryPlan& plan) const {
    const Node& n = program_.nodes[node];
    std::optional<u32> largest;
    u64 bytes = 0;
    for (const Instance& i : plan.instances) {
      const bool used =
          i.buffer == n.output || std::ranges::any_of(n.uses, [&](const Use& use) { return use.buffer == i.buffer; });
      if (used || choices_.spilled[i.buffer] || i.first >= node || i.last <= node || i.format.bytes() <= bytes)
        continue;
      largest = i.buffer;
      bytes = i.format.bytes();
    }
    return largest;
  }

  [[nodiscard]] NodeFailure no_room(const Shortage& shortage) const {
    return {shortage.node, "needs " + std::to_string(shortage.needed) +
                               " bytes of SRAM for its smallest tile; there are " +
                               std::to_string(hardware_.sram_limit)};
  }

  const Program& program_;
  const Hardware& hardware_;
  CascadeSearch search_;
  Choices choices_;
};

}  // namespace

const Cascade* MemoryPlan::cascade_of(u32 node) const {
  const auto found = std::ranges::find_if(cascades, [node](const Cascade& cascade) { return cascade.contains(node); });
  return found == cascades.end() ? nullptr : &*found;
}

std::uint32_t held_bytes(const Format& format, const Cascade& cascade, u32 node) {
  // Cascade::make() has made sure that there are rows.
  const u32 row = row_bytes(format.view, format.pitch, cascade.height(node)).value_or(0);
  return plan::round_up_to_word(cascade.held_rows(node) * row);
}

std::optional<std::uint32_t> readable_pitch(const Format& format, const Operand& operand) {
  const View& view = operand.view;
  const u32 padded = plan::round_up_to_word(view.channels);
  const bool one_pixel = format.view.pixels == 1;
  if (format.view == view) {
    if (!operand.whole_words || format.pitch % plan::kWordBytes == 0) return format.pitch;
    // Nothing lies behind the only pixel but the rest of its last word.
    return one_pixel ? std::optional(padded) : std::nullopt;
  }
  // Without gaps, the bytes may be cut into other pixels.
  if (format.pitch != format.view.channels && !one_pixel) return std::nullopt;
  if (!operand.whole_words || view.pixels == 1) return operand.whole_words ? padded : view.channels;
  return view.channels == padded ? std::optional(padded) : std::nullopt;
}

tl::expected<MemoryPlan, NodeFailure> plan_memory(const Program& program, const Hardware& hardware) {
  return Planner(program, hardware).run();
}

plan::Outcome stream_node(plan::StreamWriter& writer, const Node& node, const plan::ConvLayout& layout,
                          const std::vector<plan::MemoryTensor>& inputs, const plan::MemoryTensor& output,
                          const plan::MemoryTensor& weights, const plan::SramBudget& sram, plan::Cost& cost) {
  if (const auto* conv = std::get_if<ConvWork>(&node.op->work)) {
    plan::MemoryTensor parameters = weights;
    parameters.offset += static_cast<u32>(layout.weight_bytes);
    return plan::plan_streamed_conv(writer, conv->op, layout, {inputs[0], output, weights, parameters}, sram, cost);
  }
  if (const auto* pool = std::get_if<PoolWork>(&node.op->work)) {
    return plan::plan_streamed_pool(writer, pool->op, inputs[0], output, sram, cost);
  }
  if (const auto* eltwise = std::get_if<EltwiseWork>(&node.op->work)) {
    return plan::plan_streamed_eltwise(writer, eltwise->op, inputs[0], inputs[1], output, sram, cost);
  }
  if (const auto* table = std::get_if<TableWork>(&node.op->work)) {
    return plan::plan_streamed_table(writer, table->op, inputs[0], inputs[1], output, sram, cost);
  }
  if (const auto* softmax = std::get_if<SoftmaxWork>(&node.op->work)) {
    return plan::plan_streamed_softmax(writer, softmax->op, inputs[0], inputs[1], output, sram, cost);
  }
  if (const auto* copy = std::get_if<CopyWork>(&node.op->work)) {
    return stream_copies(writer, *copy, inputs, output, sram, cost);
  }
  if (const auto* matmul = std::get_if<MatmulWork>(&node.op->work)) {
    return plan::plan_streamed_matmul(writer, matmul->op, inputs[0], inputs[1], output, inputs[2], sram, cost);
  }
  if (const auto* gather = std::get_if<GatherWork>(&node.op->work)) {
    return plan::plan_streamed_gather(writer, gather->op, inputs[0], inputs[1], output, sram, cost);
  }
  return {};
}

NodeFailure failure_of(std::size_t node, const plan::Outcome& outcome) {
  return {node, std::string("is beyond what the NPU's commands can say: ") + plan::to_string(outcome.status),
          outcome.status == plan::Status::kTooManyCommands};
}

}  // namespace auklet::compiler::passes
