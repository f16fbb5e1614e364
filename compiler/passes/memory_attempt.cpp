#include "memory_attempt.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "split.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// Weights and parameters begin at multiples of 32 bytes, everything else at multiples of 16.
constexpr u32 kSramAlign = 32;
constexpr u32 kMemoryAlign = 16;
constexpr u32 kScratchLimit = std::numeric_limits<std::int32_t>::max();

const plan::ConvOp* conv_of(const Node& node) {
  const auto* work = std::get_if<ConvWork>(&node.op->work);
  return work == nullptr ? nullptr : &work->op;
}

class Attempt {
 public:
  Attempt(const Program& program, const Hardware& hardware, const Choices& choices)
      : program_(program),
        hardware_(hardware),
        spilled_(choices.spilled),
        compact_(choices.compact),
        arriving_(choices.arriving),
        price_(hardware.config.sram_bytes / spec::kSramRegions) {
    const u32 region = hardware.config.sram_bytes / spec::kSramRegions;
    std::vector<u32> regions(spec::kSramRegions);
    for (u32 i = 0; i < spec::kSramRegions; ++i) regions[i] = i * region;
    plan_.sram = Space(hardware.sram_limit, kSramAlign, regions);
    plan_.nodes.resize(program.nodes.size());
    for (std::size_t i = 0; i < program.nodes.size(); ++i) plan_.nodes[i].streamed = choices.streamed[i];
    plan_.buffers.resize(program.buffers.size());
    plan_.cascades = choices.cascades;
  }

  // True when everything has its place.
  bool run() {
    for (u32 buffer = 0; buffer < program_.buffers.size(); ++buffer) make_instances(buffer);
    if (!cut_nodes()) return false;
    for (u32 node = 0; node < program_.nodes.size(); ++node) {
      if (program_.nodes[node].renames()) continue;
      if (!(plan_.nodes[node].streamed ? place_streamed(node) : place_resident(node))) return false;
    }
    spread();
    load_early();
    return place_homes();
  }

  [[nodiscard]] Attempted take(bool fits) {
    return {.plan = std::move(plan_), .fits = fits, .shortage = shortage_, .failure = std::move(failure_)};
  }

 private:
  [[nodiscard]] bool streamed(u32 node) const { return plan_.nodes[node].streamed; }

  // When a node's blocks are in use: all nodes of a cascade are at work as long as any of them is.
  [[nodiscard]] u32 begin_of(u32 node) const {
    const Cascade* cascade = plan_.cascade_of(node);
    return plan_.nodes[cascade != nullptr ? cascade->first() : node].steps.first;
  }
  [[nodiscard]] u32 end_of(u32 node) const {
    const Cascade* cascade = plan_.cascade_of(node);
    return plan_.nodes[cascade != nullptr ? cascade->last() : node].steps.last;
  }

  // The pitch at which a loaded operand suits its reader best.
  [[nodiscard]] u32 best_pitch(u32 node, const Operand& operand) const {
    const u32 padded = plan::round_up_to_word(operand.view.channels);
    if (operand.whole_words) return padded;
    const plan::ConvOp* op = conv_of(program_.nodes[node]);
    plan::ConvLayout compact_layout;
    plan::ConvLayout padded_layout;
    if (op == nullptr || !plan::conv_layout(*op, hardware_.config, operand.view.channels, compact_layout).ok() ||
        !plan::conv_layout(*op, hardware_.config, padded, padded_layout).ok()) {
      return operand.view.channels;
    }
    return compact_layout.weight_bytes <= padded_layout.weight_bytes ? operand.view.channels : padded;
  }

  std::size_t add_instance(Instance instance) {
    plan_.instances.push_back(instance);
    return plan_.instances.size() - 1;
  }

  // Decides in which shapes a buffer is in SRAM, when, and which instance each of its resident readers takes.
  void make_instances(u32 buffer) {
    const Buffer& b = program_.buffers[buffer];
    std::optional<std::size_t> shared;
    if (b.producer && !streamed(*b.producer)) {
      const View view = program_.nodes[*b.producer].op->out_view;
      const std::size_t made = add_instance({.buffer = buffer,
                                             .format = {view, plan::round_up_to_word(view.channels)},
                                             .first = *b.producer,
                                             .last = *b.producer});
      plan_.nodes[*b.producer].output = made;
      const Cascade* cascade = plan_.cascade_of(*b.producer);
      if (cascade != nullptr && *b.producer != cascade->last()) {
        plan_.instances[made].held = held_bytes(plan_.instances[made].format, *cascade, *b.producer);
      }
      if (!spilled_[buffer]) shared = made;
      if (spilled_[buffer] || !b.outputs.empty()) in_memory(buffer);
    } else if (b.producer) {
      in_memory(buffer);
    }
    u32 previous = std::numeric_limits<u32>::max();
    for (const u32 node : b.readers) {
      if (std::exchange(previous, node) == node) continue;  // Twice an operand: all its uses are seen below.
      if (streamed(node)) {
        in_memory(buffer);
        continue;
      }
      const std::vector<Use>& uses = program_.nodes[node].uses;
      plan_.nodes[node].inputs.resize(uses.size());
      for (std::size_t i = 0; i < uses.size(); ++i) {
        if (uses[i].buffer != buffer) continue;
        const std::size_t instance = instance_for(buffer, node, uses[i], shared);
        plan_.instances[instance].last = std::max(plan_.instances[instance].last, node);
        plan_.nodes[node].inputs[i] = instance;
      }
    }
  }

  std::size_t instance_for(u32 buffer, u32 node, const Use& use, std::optional<std::size_t>& shared) {
    if (shared && readable_pitch(plan_.instances[*shared].format, *use.operand)) return *shared;
    in_memory(buffer);
    Format format{use.operand->view, best_pitch(node, *use.operand)};
    // A buffer that only memory holds so far is loaded once, in a form that suits later readers, too.
    const bool keep = !shared && !spilled_[buffer];
    if (keep && later_reader_needs_words(buffer, node, format.view)) {
      format.pitch = plan::round_up_to_word(format.view.channels);
    }
    const std::size_t loaded =
        add_instance({.buffer = buffer, .format = format, .first = node, .last = node, .loaded = true});
    if (keep) shared = loaded;
    return loaded;
  }

  [[nodiscard]] bool later_reader_needs_words(u32 buffer, u32 node, const View& view) const {
    return std::ranges::any_of(program_.buffers[buffer].readers, [&](u32 reader) {
      if (reader < node || streamed(reader)) return false;
      return std::ranges::any_of(program_.nodes[reader].uses, [&](const Use& use) {
        return use.buffer == buffer && use.operand->whole_words && use.operand->view == view;
      });
    });
  }

  // The buffer is needed in memory; scratch memory is placed at the end.
  void in_memory(u32 buffer) {
    const Buffer& b = program_.buffers[buffer];
    Home& home = plan_.buffers[buffer].home;
    if (b.input) {
      home = Home::kInput;
    } else if (!b.producer) {
      home = Home::kConstants;
    } else {
      home = b.outputs.empty() ? Home::kScratch : Home::kOutput;
    }
  }

  // Lays out a resident convolution's weights for the pitch of its input.
  plan::Outcome lay_out(u32 node, const plan::ConvOp& op) {
    NodePlan& n = plan_.nodes[node];
    const Format& format = plan_.instances[n.inputs[0]].format;
    const u32 pitch = readable_pitch(format, *program_.nodes[node].uses[0].operand).value_or(format.pitch);
    return plan::conv_layout(op, hardware_.config, pitch, n.layout);
  }

  // A convolution whose image is in memory, but only just, and which alone reads it: decides what arrives when, if that
  // pays.
  void plan_arrivals_of(u32 node, const plan::ConvOp& op, u32 step) {
    NodePlan& n = plan_.nodes[node];
    Instance& image = plan_.instances[n.inputs[0]];
    Format& format = image.format;
    if (!image.loaded || image.last != node || op.batch != 1 || format.view.pixels != op.in_h * op.in_w) return;
    if (plan_.cascade_of(node) != nullptr || comes_early(image.buffer, step) || !lay_out(node, op).ok()) return;
    const u64 least = n.layout.weight_bytes;
    const u32 pitch = format.pitch;
    const bool spread = arriving_[node] == Arriving::kSpread && format.view.channels >= plan::kWordBytes;
    if (spread) format.pitch = spread_pitch(format.view.channels);
    if (lay_out(node, op).ok() && n.layout.segments == 1 && n.layout.weight_bytes <= least) {
      // LOAD begins at whole words of SRAM.
      const u32 unit = plan::kWordBytes / std::gcd(plan::kWordBytes, op.in_w * format.pitch);
      const bool rows = plan_.instances[n.output].format.view.pixels == op.out_h * op.out_w;
      const bool stored = rows && plan_.buffers[program_.nodes[node].output].home != Home::kNowhere;
      n.arrivals = plan_arrivals(op, n.layout, hardware_.config, unit, stored);
    }
    if (n.arrivals.empty()) format.pitch = pitch;
    Instance& output = plan_.instances[n.output];
    if (spread && !n.arrivals.empty() && output.last == node) {
      output.format.pitch = spread_pitch(output.format.view.channels);
    }
  }
  // An odd number of words. At an even one, what all pixels read, or write, is in one bank for steps on end, and in
  // both where pixels begin within words; rows that come or go meanwhile take it from them every other time, or wait.
  static u32 spread_pitch(u32 channels) {
    const u32 padded = plan::round_up_to_word(channels);
    return padded / plan::kWordBytes % 2 == 0 ? padded + plan::kWordBytes : padded;
  }

  // Cuts the weights of resident convolutions into parts, and numbers the steps.
  bool cut_nodes() {
    u32 step = 0;
    for (u32 node = 0; node < program_.nodes.size(); ++node) {
      NodePlan& n = plan_.nodes[node];
      const plan::ConvOp* op = conv_of(program_.nodes[node]);
      if (op != nullptr && !n.streamed) {
        if (arriving_[node] != Arriving::kWhole) plan_arrivals_of(node, *op, step);
        if (const plan::Outcome made = lay_out(node, *op); !made.ok()) return fail_at(node, made);
        // A cascade uses all weights in every stripe.
        const bool whole = plan_.cascade_of(node) != nullptr || !n.arrivals.empty();
        const std::vector<plan::TileRange> ranges = whole ? std::vector<plan::TileRange>{{0, n.layout.tiles}}
                                                          : cut_tiles(*op, n.layout, hardware_.config, step == 0);
        for (const plan::TileRange& tiles : ranges) n.parts.push_back({tiles});
      }
      const auto steps = static_cast<u32>(std::max<std::size_t>(n.parts.size(), 1));
      n.steps = {step, step + steps - 1};
      step += steps;
      node_at_.resize(step, node);
    }
    return true;
  }

  std::optional<Space::Id> place(u64 bytes, const Steps& life, std::vector<Access> accesses, bool loaded) {
    if (bytes > hardware_.sram_limit) return std::nullopt;
    const auto id = plan_.sram.place(
        static_cast<u32>(bytes), life.first, life.last,
        [&](const Block& block) { return price_(plan_.sram, block, accesses, loaded); },
        compact_[node_at_[life.first]]);
    if (!id) return std::nullopt;
    price_.note(*id, std::move(accesses), loaded);
    if (compact_[node_at_[life.first]]) packed_.push_back(*id);
    return id;
  }

  // Moves what was packed to better places, now that all of it has one.
  void spread() {
    constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round) {
      for (const Space::Id id : packed_) {
        plan_.sram.settle(
            id, [&](const Block& block) { return price_(plan_.sram, block, price_.accesses(id), price_.loaded(id)); });
      }
    }
  }

  // How an instance is used: written by the node that makes it, read by others.
  [[nodiscard]] std::vector<Access> accesses_of(std::size_t instance) const {
    const Instance& i = plan_.instances[instance];
    const u64 words = (i.format.bytes() + plan::kWordBytes - 1) / plan::kWordBytes;
    std::vector<Access> accesses;
    if (!i.loaded) accesses.push_back({plan_.nodes[i.first].steps, Access::Port::kWrite, words});
    std::optional<u32> last;
    for (const u32 reader : program_.buffers[i.buffer].readers) {
      const NodePlan& n = plan_.nodes[reader];
      if (std::ranges::find(n.inputs, instance) == n.inputs.end() || last == reader) continue;
      const plan::ConvOp* op = conv_of(program_.nodes[reader]);
      accesses.push_back({n.steps, Access::Port::kRead, op != nullptr ? read_cycles(*op, n.layout) : words});
      last = reader;
    }
    return accesses;
  }

  bool place_instance(std::size_t index) {
    Instance& instance = plan_.instances[index];
    const auto id =
        place(instance.bytes(), {begin_of(instance.first), end_of(instance.last)}, accesses_of(index), instance.loaded);
    if (id) instance.block = *id;
    return id.has_value();
  }

  // Places what begins with this node: instances that it loads, its output, its weights.
  bool place_resident(u32 node) {
    const NodePlan& n = plan_.nodes[node];
    std::vector<std::size_t> loads;
    for (const std::size_t input : n.inputs) {
      const Instance& instance = plan_.instances[input];
      const bool seen = std::ranges::find(loads, input) != loads.end();
      if (instance.loaded && instance.first == node && !seen) loads.push_back(input);
    }
    for (const std::size_t load : loads) {
      if (!place_instance(load)) return fall_short(node, 0);
      const u32 step = begin_of(node);
      plan_.loads.push_back({.node = node, .instance = load, .step = step, .load_from = step});
    }
    if (!place_instance(n.output)) return fall_short(node, 0);
    return place_weights(node);
  }

  bool place_weights(u32 node) {
    NodePlan& n = plan_.nodes[node];
    for (std::size_t i = 0; i < n.parts.size(); ++i) {
      const bool whole = n.parts.size() == 1;
      const u32 step = begin_of(node) + static_cast<u32>(i);
      const Steps use = whole ? n.steps : Steps{step, step};
      const auto id = place(constant_bytes(n.layout, n.parts[i].tiles.count), {step, whole ? end_of(node) : step},
                            {{use, Access::Port::kWeights,
                              weight_cycles(*conv_of(program_.nodes[node]), n.layout, n.parts[i].tiles.count)}},
                            true);
      if (!id) return fall_short(node, 0);
      n.parts[i].block = *id;
      plan_.loads.push_back({.node = node, .instance = std::nullopt, .part = i, .step = step, .load_from = step});
    }
    return true;
  }

  bool place_streamed(u32 node) {
    NodePlan& n = plan_.nodes[node];
    if (const plan::ConvOp* op = conv_of(program_.nodes[node]); op != nullptr) {
      const plan::Outcome made = plan::conv_layout(*op, hardware_.config, plan::streamed_pixel_pitch(*op), n.layout);
      if (!made.ok()) return fail_at(node, made);
    }
    n.budget = plan_.sram.place_largest(begin_of(node));
    // Whether it fits shows without anything being written.
    plan::StreamWriter trial = plan::StreamWriter::counting(hardware_.config);
    plan::Cost cost;
    const std::vector<plan::MemoryTensor> inputs(program_.nodes[node].uses.size());
    const plan::SramBudget sram{plan_.sram[n.budget].address, plan_.sram[n.budget].bytes};
    const plan::Outcome planned = stream_node(trial, program_.nodes[node], n.layout, inputs, {}, {}, sram, cost);
    if (planned.ok()) return true;
    if (planned.status == plan::Status::kSramTooSmall) return fall_short(node, planned.needed);
    return fail_at(node, planned);
  }

  bool fall_short(u32 node, u64 needed) {
    shortage_ = {node, needed};
    return false;
  }
  bool fail_at(u32 node, const plan::Outcome& outcome) {
    failure_ = failure_of(node, outcome);
    return false;
  }

  // Gives loads their places as early as the decoder could reach them: LOAD_QUEUE_DEPTH loads ahead of those that a
  // step needs. What has no better place keeps the one that it has.
  void load_early() {
    u32 earliest = 0;
    for (std::size_t i = 0; i < plan_.loads.size(); ++i) {
      LoadItem& load = plan_.loads[i];
      if (i >= spec::kLoadQueueDepth) earliest = std::max(earliest, plan_.loads[i - spec::kLoadQueueDepth].step);
      earliest = std::max(earliest, plan_.nodes[load.node].arrivals.empty() ? first_loadable(load) : load.step);
      Space::Id& id = block_of(load);
      const Block now = plan_.sram[id];
      const std::vector<Access> accesses = price_.accesses(id);
      plan_.sram.remove(id);
      for (u32 from = earliest; from < load.step; ++from) {
        if (from != begin_of(node_at_[from]) && plan_.cascade_of(node_at_[from]) != nullptr) continue;
        const auto better = place(now.bytes, {from, now.last}, accesses, true);
        if (!better) continue;
        id = *better;
        load.load_from = from;
        break;
      }
      if (load.load_from == load.step) plan_.sram.restore(id, now);
      earliest = std::max(earliest, load.load_from);
    }
  }

  // The block of what a load brings.
  [[nodiscard]] Space::Id& block_of(const LoadItem& load) {
    if (load.instance) return plan_.instances[*load.instance].block;
    return plan_.nodes[load.node].parts[load.part].block;
  }

  // The first step before which memory holds what is to be loaded.
  [[nodiscard]] u32 first_loadable(const LoadItem& load) const {
    return load.instance ? loadable_from(plan_.instances[*load.instance].buffer) : 0;
  }
  // Whether a buffer could be loaded in a step before the one that reads it: streamed nodes need the SRAM themselves.
  [[nodiscard]] bool comes_early(u32 buffer, u32 step) const {
    for (u32 from = loadable_from(buffer); from < step; ++from) {
      if (!streamed(node_at_[from])) return true;
    }
    return false;
  }
  [[nodiscard]] u32 loadable_from(u32 buffer) const {
    const Buffer& b = program_.buffers[buffer];
    return b.producer ? end_of(*b.producer) + 1 : 0;
  }

  bool place_homes() {
    Space scratch(kScratchLimit, kMemoryAlign);
    for (u32 i = 0; i < plan_.buffers.size(); ++i) {
      if (plan_.buffers[i].home != Home::kScratch) continue;
      const Buffer& b = program_.buffers[i];
      const u32 producer = b.producer.value_or(0);  // What is in scratch memory has one.
      const u32 last = b.readers.empty() ? producer : b.readers.back();
      const auto id = scratch.place(b.bytes, producer, last);
      if (!id) {
        failure_ = {producer, "needs more than 2 GiB of scratch memory"};
        return false;
      }
      plan_.buffers[i].offset = scratch[*id].address;
    }
    plan_.scratch_bytes = scratch.peak();
    plan_.scratch_live = scratch.live_peak();
    return true;
  }

  const Program& program_;
  const Hardware& hardware_;
  const std::vector<bool>& spilled_;
  const std::vector<bool>& compact_;
  const std::vector<Arriving>& arriving_;
  MemoryPlan plan_;
  RegionPrice price_;
  std::vector<u32> node_at_;       // By step.
  std::vector<Space::Id> packed_;  // Placed where they leave room for others.
  std::optional<Shortage> shortage_;
  NodeFailure failure_;
};

}  // namespace

Attempted attempt_plan(const Program& program, const Hardware& hardware, const Choices& choices) {
  Attempt attempt(program, hardware, choices);
  const bool fits = attempt.run();
  return attempt.take(fits);
}

}  // namespace auklet::compiler::passes
