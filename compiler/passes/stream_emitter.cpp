#include "stream_emitter.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "split.hpp"
#include "transfers.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// A result is stored in parts of at least so many bytes, so many parts at most.
constexpr u64 kStoredBytes = 2048;
constexpr u64 kMostStoredParts = 16;

// A large image is loaded for a cascade in so many parts.
constexpr u32 kImageParts = 8;

ComputeOp compute_op(const Work& work) {
  if (const auto* conv = std::get_if<ConvWork>(&work)) return conv->op;
  if (const auto* pool = std::get_if<PoolWork>(&work)) return pool->op;
  if (const auto* eltwise = std::get_if<EltwiseWork>(&work)) return eltwise->op;
  if (const auto* table = std::get_if<TableWork>(&work)) return table->op;
  return std::get<SoftmaxWork>(work).op;
}

class Emitter {
 public:
  Emitter(plan::StreamWriter& writer, const Program& program, const MemoryPlan& memory, const Hardware& hardware,
          const ConstantPlaces& constants)
      : writer_(writer), program_(program), memory_(memory), transfers_(writer, program, memory, hardware, constants) {}

  tl::expected<EmissionReport, NodeFailure> run() {
    for (u32 node = 0; node < program_.nodes.size(); ++node) {
      if (program_.nodes[node].renames()) continue;
      const Cascade* cascade = memory_.cascade_of(node);
      if (cascade != nullptr && node != cascade->first()) continue;
      const plan::Outcome emitted = cascade != nullptr             ? emit_cascade(*cascade)
                                    : memory_.nodes[node].streamed ? emit_streamed(node)
                                                                   : emit_resident(node);
      if (!emitted.ok()) return tl::unexpected(failure_of(failing_.value_or(node), emitted));
    }
    for (u32 node = 0; node < program_.nodes.size(); ++node) {
      if (const plan::Outcome copied = transfers_.fill_outputs(node); !copied.ok()) {
        return tl::unexpected(failure_of(node, copied));
      }
    }
    if (const plan::Outcome end = writer_.finish(); !end.ok()) {
      return tl::unexpected(failure_of(program_.nodes.size() - 1, end));
    }
    return transfers_.take_report();
  }

 private:
  // Loads in order while `wanted` says so.
  template <typename Wanted>
  plan::Outcome emit_loads(Wanted wanted) {
    while (next_load_ < memory_.loads.size() && wanted(memory_.loads[next_load_])) {
      const LoadItem& item = memory_.loads[next_load_];
      if (const plan::Outcome loaded = transfers_.load(item); !loaded.ok()) {
        failing_ = item.node;
        return loaded;
      }
      ++next_load_;
    }
    return {};
  }

  plan::Outcome emit_needed_loads(u32 step) {
    return emit_loads([&](const LoadItem& item) { return item.step <= step; });
  }
  plan::Outcome emit_loads_ahead(u32 step) {
    const auto later = std::ranges::find_if(memory_.loads, [&](const LoadItem& item) { return item.step > step; });
    const auto last = static_cast<std::size_t>(later - memory_.loads.begin()) + spec::kLoadQueueDepth;
    return emit_loads([&](const LoadItem& item) { return item.load_from <= step && next_load_ < last; });
  }
  // What a step needs, and what may be loaded while it runs.
  plan::Outcome emit_loads_of(u32 step) {
    if (const plan::Outcome loaded = emit_needed_loads(step); !loaded.ok()) return loaded;
    return emit_loads_ahead(step);
  }

  // The rows of a convolution's last step, so that those that are done are stored while the next ones are computed; one
  // part, or none, when nothing is stored.
  [[nodiscard]] std::vector<RowPart> stored_parts(u32 node) const {
    const auto* work = std::get_if<ConvWork>(&program_.nodes[node].op->work);
    if (work == nullptr || work->op.batch != 1 || !transfers_.stores_output(node)) return {};
    const View& view = memory_.instances[memory_.nodes[node].output].format.view;
    const u64 parts = std::min<u64>(view.bytes() / kStoredBytes, kMostStoredParts);
    if (parts < 2 || view.pixels != work->op.out_h * work->op.out_w) return {};
    return cut_rows(work->op, 1, static_cast<u32>(parts));
  }

  // What a convolution needs, part by part, each followed by what can be computed with it.
  plan::Outcome emit_arrivals(u32 node) {
    const NodePlan& n = memory_.nodes[node];
    // The plan has image and weights as one load each.
    while (next_load_ < memory_.loads.size() && memory_.loads[next_load_].node == node) ++next_load_;
    transfers_.begin(node);
    std::size_t tiles = 0;
    for (std::size_t i = 0; i < n.arrivals.size(); ++i) {
      const Arrival& arrival = n.arrivals[i];
      if (const plan::Outcome loaded = load_arrival(node, arrival, tiles); !loaded.ok()) return loaded;
      if (i + 1 == n.arrivals.size()) {
        if (const plan::Outcome loaded = emit_loads_ahead(n.steps.first); !loaded.ok()) return loaded;
        transfers_.begin(node);
      }
      if (const plan::Outcome computed = emit_block(node, arrival.computed); !computed.ok()) return computed;
      if (const plan::Outcome stored = store_block(node, arrival.stored); !stored.ok()) return stored;
    }
    return n.arrivals.back().stored.empty() ? transfers_.store_output(node) : plan::Outcome{};
  }

  // `tiles` counts the arrivals of tiles.
  plan::Outcome load_arrival(u32 node, const Arrival& arrival, std::size_t& tiles) {
    if (arrival.tiles.count > 0) {
      if (const plan::Outcome loaded = transfers_.load_tiles(node, arrival.tiles, tiles++); !loaded.ok()) return loaded;
    }
    if (arrival.rows.empty()) return {};
    return transfers_.load_rows(node, memory_.instances[memory_.nodes[node].inputs[0]], arrival.rows,
                                conv_of(node).in_h);
  }

  plan::Outcome emit_block(u32 node, const ResultBlock& block) {
    if (block.empty()) return {};
    const NodePlan& n = memory_.nodes[node];
    const plan::ConvOp& whole = conv_of(node);
    const RowSlice<plan::ConvOp> slice = slice_rows(whole, block.rows);
    const Range in = conv_rows(n.inputs[0], slice.in, whole.in_w * pitch_of(node, 0));
    const Range out = conv_rows(n.output, block.rows, whole.out_w * memory_.instances[n.output].format.pitch);
    const Range weights = transfers_.weights_range(node, block.tiles);
    const Range parameters = transfers_.parameters_range(node, block.tiles);
    // Other tiles of the same pixels may be on their way out, but where there are many.
    const bool few =
        n.arrivals.back().stored.tiles.count < n.layout.tiles && block.rows == n.arrivals.back().stored.rows;
    const std::vector<Range> writes =
        few ? transfers_.tile_ranges(node, block.rows, whole.out_h, block.tiles) : std::vector<Range>{out};
    return transfers_.compute(node, {in, weights, parameters}, writes, [&](const plan::Waits& after, plan::Cost& cost) {
      return emit_conv(node, slice.op, block.tiles,
                       {.in = static_cast<u32>(in.begin),
                        .out = static_cast<u32>(out.begin),
                        .weights = static_cast<u32>(weights.begin),
                        .parameters = static_cast<u32>(parameters.begin)},
                       after, cost);
    });
  }

  plan::Outcome store_block(u32 node, const ResultBlock& block) {
    if (block.empty()) return {};
    const u32 height = conv_of(node).out_h;
    return block.tiles.count == memory_.nodes[node].layout.tiles
               ? transfers_.store_output(node, block.rows, height)
               : transfers_.store_tiles(node, block.rows, height, block.tiles);
  }

  [[nodiscard]] const plan::ConvOp& conv_of(u32 node) const {
    return std::get<ConvWork>(program_.nodes[node].op->work).op;
  }
  // Rows of `row` bytes of what is in SRAM whole.
  [[nodiscard]] Range conv_rows(std::size_t instance, Rows rows, u32 row) const {
    const u64 begin = address_of(instance);
    return {begin + u64{rows.begin} * row, begin + u64{rows.end} * row};
  }

  // Rows of one step's tiles, the last step, and their way out.
  plan::Outcome emit_row_part(u32 node, std::size_t step, const RowPart& part) {
    const NodePlan& n = memory_.nodes[node];
    const plan::ConvOp& whole = conv_of(node);
    const Range in = conv_rows(n.inputs[0], {part.in_row, part.in_row + part.op.in_h}, whole.in_w * pitch_of(node, 0));
    const Rows rows{part.out_row, part.out_row + part.op.out_h};
    const Range out = conv_rows(n.output, rows, whole.out_w * memory_.instances[n.output].format.pitch);
    const plan::Outcome computed = transfers_.compute(
        node, {in, transfers_.sram_range(n.parts[step].block)}, {out}, [&](const plan::Waits& after, plan::Cost& cost) {
          return emit_part(node, part.op, n.parts[step], static_cast<u32>(in.begin), static_cast<u32>(out.begin), after,
                           cost);
        });
    if (!computed.ok()) return computed;
    return transfers_.store_output(node, rows, whole.out_h);
  }

  plan::Outcome emit_last_rows(u32 node, std::size_t step, const std::vector<RowPart>& rows) {
    const u32 first = memory_.nodes[node].steps.first;
    if (const plan::Outcome loaded = emit_loads_of(first + static_cast<u32>(step)); !loaded.ok()) return loaded;
    transfers_.begin(node);
    for (const RowPart& part : rows) {
      if (const plan::Outcome computed = emit_row_part(node, step, part); !computed.ok()) return computed;
    }
    return {};
  }

  plan::Outcome emit_resident(u32 node) {
    const NodePlan& n = memory_.nodes[node];
    if (!n.arrivals.empty()) return emit_arrivals(node);
    const std::vector<RowPart> last_rows = stored_parts(node);
    for (u32 step = n.steps.first; step <= n.steps.last; ++step) {
      transfers_.begin(node);
      const bool stored = step == n.steps.last && last_rows.size() > 1;
      const plan::Outcome computed =
          stored ? emit_last_rows(node, step - n.steps.first, last_rows) : emit_step(node, step - n.steps.first);
      if (!computed.ok()) return computed;
    }
    transfers_.begin(node);
    return last_rows.size() > 1 ? plan::Outcome{} : transfers_.store_output(node);
  }

  plan::Outcome emit_step(u32 node, std::size_t step) {
    const NodePlan& n = memory_.nodes[node];
    if (const plan::Outcome loaded = emit_loads_of(n.steps.first + static_cast<u32>(step)); !loaded.ok()) return loaded;
    transfers_.begin(node);
    std::vector<Range> reads;
    reads.reserve(n.inputs.size() + 1);
    for (const std::size_t input : n.inputs) reads.push_back(transfers_.sram_range(memory_.instances[input].block));
    if (!n.parts.empty()) reads.push_back(transfers_.sram_range(n.parts[step].block));
    return transfers_.compute(
        node, reads, {transfers_.sram_range(memory_.instances[n.output].block)},
        [&](const plan::Waits& after, plan::Cost& cost) { return emit_work(node, step, after, cost); });
  }

  [[nodiscard]] u32 address_of(std::size_t instance) const {
    return memory_.sram[memory_.instances[instance].block].address;
  }
  // Precondition: the plan gave the use an instance that it can read.
  [[nodiscard]] u32 pitch_of(u32 node, std::size_t use) const {
    const Format& format = memory_.instances[memory_.nodes[node].inputs[use]].format;
    return readable_pitch(format, *program_.nodes[node].uses[use].operand).value_or(format.pitch);
  }

  struct ConvPlaces {
    u32 in = 0;
    u32 out = 0;
    u32 weights = 0;
    u32 parameters = 0;
  };

  // Tiles of the node's convolution, or rows of it, from and to these places.
  plan::Outcome emit_conv(u32 node, const plan::ConvOp& op, plan::TileRange tiles, const ConvPlaces& places,
                          const plan::Waits& after, plan::Cost& cost) {
    const NodePlan& n = memory_.nodes[node];
    const u32 out_pitch = memory_.instances[n.output].format.pitch;
    const plan::ConvSram at{.input = plan::sram_tensor(places.in, op.in_h, op.in_w, pitch_of(node, 0)),
                            .output = plan::sram_tensor(places.out, op.out_h, op.out_w, out_pitch),
                            .weights = places.weights,
                            .parameters = places.parameters};
    return plan::plan_resident_conv(writer_, op, n.layout, tiles, at, after, cost);
  }
  // The same for a part of the weights.
  plan::Outcome emit_part(u32 node, const plan::ConvOp& op, const WeightPart& part, u32 in, u32 out,
                          const plan::Waits& after, plan::Cost& cost) {
    const u32 weights = memory_.sram[part.block].address;
    const u32 parameters = weights + weight_bytes(memory_.nodes[node].layout, part.tiles.count);
    return emit_conv(node, op, part.tiles, {.in = in, .out = out, .weights = weights, .parameters = parameters}, after,
                     cost);
  }

  // Computes `op`, the node's operator or rows of it, from and to these places; of a convolution one part.
  plan::Outcome emit_op(u32 node, std::size_t part, const ComputeOp& any, const std::vector<u32>& in, u32 out,
                        const plan::Waits& after, plan::Cost& cost) {
    const u32 out_pitch = memory_.instances[memory_.nodes[node].output].format.pitch;
    if (const auto* conv = std::get_if<plan::ConvOp>(&any)) {
      return emit_part(node, *conv, memory_.nodes[node].parts[part], in[0], out, after, cost);
    }
    if (const auto* pool = std::get_if<plan::PoolOp>(&any)) {
      return plan::plan_resident_pool(writer_, *pool,
                                      plan::sram_tensor(in[0], pool->in_h, pool->in_w, pitch_of(node, 0)),
                                      plan::sram_tensor(out, pool->out_h, pool->out_w, out_pitch), after, cost);
    }
    if (const auto* eltwise = std::get_if<plan::EltwiseOp>(&any)) {
      return plan::plan_resident_eltwise(writer_, *eltwise, {in[0], pitch_of(node, 0)}, {in[1], pitch_of(node, 1)},
                                         {out, out_pitch}, after, cost);
    }
    if (const auto* table = std::get_if<plan::TableOp>(&any)) {
      return plan::plan_resident_table(writer_, *table, {in[0], pitch_of(node, 0)}, in[1], {out, out_pitch}, after,
                                       cost);
    }
    return plan::plan_resident_softmax(writer_, std::get<plan::SoftmaxOp>(any), {in[0], pitch_of(node, 0)}, in[1],
                                       {out, out_pitch}, after, cost);
  }

  // All that a step of the node computes.
  plan::Outcome emit_work(u32 node, std::size_t step, const plan::Waits& after, plan::Cost& cost) {
    const NodePlan& n = memory_.nodes[node];
    std::vector<u32> in;
    in.reserve(n.inputs.size());
    for (const std::size_t input : n.inputs) in.push_back(address_of(input));
    return emit_op(node, step, compute_op(program_.nodes[node].op->work), in, address_of(n.output), after, cost);
  }

  // Loads first, then stripe by stripe what each node computes of it.
  plan::Outcome emit_cascade(const Cascade& cascade) {
    if (const plan::Outcome loaded = emit_cascade_loads(cascade); !loaded.ok()) return loaded;
    for (u32 stripe = 0; stripe < cascade.stripes(); ++stripe) {
      for (u32 node = cascade.first(); node <= cascade.last(); ++node) {
        failing_ = node;
        transfers_.begin(node);
        if (const plan::Outcome computed = emit_stripe(cascade, node, stripe); !computed.ok()) return computed;
      }
      const Rows done = cascade.rows(cascade.last(), stripe);
      const plan::Outcome stored = transfers_.store_output(cascade.last(), done, cascade.height(cascade.last()));
      if (!stored.ok()) return stored;
      failing_.reset();
      if (stripe > 0) continue;
      if (const plan::Outcome loaded = emit_loads_ahead(memory_.nodes[cascade.last()].steps.last); !loaded.ok())
        return loaded;
    }
    return {};
  }

  // Weights and constants whole, images in parts and behind them: the first stripe needs all of the former, and the
  // first rows of the latter.
  plan::Outcome emit_cascade_loads(const Cascade& cascade) {
    std::vector<LoadItem> images;
    while (next_load_ < memory_.loads.size() && memory_.loads[next_load_].node <= cascade.last()) {
      const LoadItem& item = memory_.loads[next_load_++];
      if (item.instance && image_height(cascade, item) != 0) {
        images.push_back(item);
        continue;
      }
      failing_ = item.node;
      if (const plan::Outcome loaded = transfers_.load(item); !loaded.ok()) return loaded;
    }
    for (const LoadItem& item : images) {
      failing_ = item.node;
      transfers_.begin(item.node);
      if (const plan::Outcome loaded = emit_image(item, image_height(cascade, item)); !loaded.ok()) return loaded;
    }
    failing_.reset();
    return {};
  }

  // Rows of a loaded operand when it can be loaded by rows, else 0.
  [[nodiscard]] u32 image_height(const Cascade& cascade, const LoadItem& item) const {
    const NodePlan& n = memory_.nodes[item.node];
    const auto use = static_cast<std::size_t>(std::ranges::find(n.inputs, item.instance) - n.inputs.begin());
    const u32 height = cascade.operand_height(program_, item.node, use);
    if (height == 0) return 0;
    const Format& format = memory_.instances[item.instance.value_or(0)].format;
    const auto row = row_bytes(format.view, format.pitch, height);
    return row && *row % plan::kWordBytes == 0 ? height : 0;
  }

  plan::Outcome emit_image(const LoadItem& item, u32 height) {
    const u32 parts = std::min(height, kImageParts);
    const auto edge = [&](u32 i) { return static_cast<u32>(u64{height} * i / parts); };
    for (u32 part = 0; part < parts; ++part) {
      const Instance& instance = memory_.instances[item.instance.value_or(0)];
      const plan::Outcome loaded = transfers_.load_rows(item.node, instance, {edge(part), edge(part + 1)}, height);
      if (!loaded.ok()) return loaded;
    }
    return {};
  }

  // What a node computes in a stripe.
  plan::Outcome emit_stripe(const Cascade& cascade, u32 node, u32 stripe) {
    const NodePlan& n = memory_.nodes[node];
    std::vector<u32> in;
    std::vector<Range> reads;
    for (std::size_t use = 0; use < n.inputs.size(); ++use) {
      const Instance& instance = memory_.instances[n.inputs[use]];
      Range range = transfers_.sram_range(instance.block);
      if (const auto rows = cascade.rows_read(program_, node, use, stripe)) {
        range = rows_range(instance, *rows, cascade.operand_height(program_, node, use));
        if (cascade.produces(program_, node, use)) {
          const u32 producer = program_.buffers[instance.buffer].producer.value_or(node);
          range = held_range(cascade, producer, stripe, *rows);
        }
      }
      in.push_back(static_cast<u32>(range.begin));
      reads.push_back(range);
    }
    if (!n.parts.empty()) reads.push_back(transfers_.sram_range(n.parts[0].block));
    const Rows out = cascade.rows(node, stripe);
    const u32 height = cascade.height(node);
    const Range write = node == cascade.last() ? rows_range(memory_.instances[n.output], out, height)
                                               : held_range(cascade, node, stripe, out);
    const ComputeOp op = slice_rows(compute_op(program_.nodes[node].op->work), out, height);
    const View& view = memory_.instances[n.output].format.view;
    const u32 first_pixel = node == cascade.last() ? 0 : view.pixels / height * out.begin;
    return transfers_.compute(
        node, reads, {write},
        [&](const plan::Waits& after, plan::Cost& cost) {
          return emit_op(node, 0, op, in, static_cast<u32>(write.begin), after, cost);
        },
        first_pixel);
  }

  // Rows of what is in SRAM whole.
  [[nodiscard]] Range rows_range(const Instance& instance, Rows rows, u32 height) const {
    const u64 row = row_bytes(instance.format.view, instance.format.pitch, height).value_or(0);
    const u64 begin = memory_.sram[instance.block].address;
    return {begin + rows.begin * row, begin + rows.end * row};
  }
  // Rows of what a node has made in this stripe.
  [[nodiscard]] Range held_range(const Cascade& cascade, u32 producer, u32 stripe, Rows rows) const {
    const u32 first = cascade.rows(producer, stripe).begin;
    return rows_range(memory_.instances[memory_.nodes[producer].output], {rows.begin - first, rows.end - first},
                      cascade.height(producer));
  }

  plan::Outcome emit_streamed(u32 node) {
    const u32 step = memory_.nodes[node].steps.first;
    if (const plan::Outcome loaded = emit_needed_loads(step); !loaded.ok()) return loaded;
    transfers_.begin(node);
    const Node& n = program_.nodes[node];
    const NodePlan& planned = memory_.nodes[node];
    NodeCost& cost = transfers_.cost(node);
    std::vector<plan::MemoryTensor> inputs;
    inputs.reserve(n.uses.size());
    for (const Use& use : n.uses) inputs.push_back(transfers_.home_of(use.buffer));
    const plan::MemoryTensor output = transfers_.home_of(n.output);
    const plan::MemoryTensor weights = transfers_.weights_of(node);
    const Block& sram = memory_.sram[planned.budget];
    const u32 before = writer_.commands();
    // Its commands wait for everything before them.
    const plan::Outcome emitted =
        stream_node(writer_, n, planned.layout, inputs, output, weights, {sram.address, sram.bytes}, cost.cost);
    if (!emitted.ok()) return emitted;
    cost.commands += writer_.commands() - before;
    cost.weight_bytes += cost.cost.weight_bytes + cost.cost.parameter_bytes;
    cost.loaded_bytes += cost.cost.input_bytes + cost.cost.weight_bytes + cost.cost.parameter_bytes;
    cost.stored_bytes += cost.cost.output_bytes;
    transfers_.note_streamed(node, sram, inputs, output);
    // Behind its own loads, so that these do not wait for them.
    return emit_loads_ahead(step);
  }

  plan::StreamWriter& writer_;
  const Program& program_;
  const MemoryPlan& memory_;
  Transfers transfers_;
  std::size_t next_load_ = 0;
  std::optional<u32> failing_;  // The node whose load failed, which need not be the one that is emitted.
};

}  // namespace

std::uint8_t input_window(std::uint32_t input) {
  return static_cast<std::uint8_t>(kSegmentFirstActivationWindow + input);
}

std::uint8_t output_window(const Program& program, std::uint32_t output) {
  return static_cast<std::uint8_t>(kSegmentFirstActivationWindow + program.inputs.size() + output);
}

tl::expected<EmissionReport, NodeFailure> emit_program(plan::StreamWriter& writer, const Program& program,
                                                       const MemoryPlan& memory, const Hardware& hardware,
                                                       const ConstantPlaces& constants) {
  return Emitter(writer, program, memory, hardware, constants).run();
}

}  // namespace auklet::compiler::passes
