#include "stream_emitter.hpp"

#include <algorithm>
#include <auklet/compiler/segment.hpp>
#include <numeric>
#include <optional>
#include <utility>

#include "hazards.hpp"
#include "split.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// A first convolution is cut into so many parts, where its image has so many bytes.
constexpr u32 kRowParts = 4;
constexpr u64 kSplitBytes = 2048;

// A range of bytes, in SRAM or in a window.
struct Range {
  u64 begin = 0;
  u64 end = 0;
};

class Emitter {
 public:
  Emitter(plan::StreamWriter& writer, const Program& program, const MemoryPlan& memory, const Hardware& hardware,
          const ConstantPlaces& constants)
      : writer_(writer), program_(program), memory_(memory), hardware_(hardware), constants_(constants) {
    const std::size_t windows = kSegmentFirstActivationWindow + program.inputs.size() + program.outputs.size();
    windows_.resize(windows);
    report_.windows.resize(windows);
    report_.nodes.resize(program.nodes.size());
  }

  tl::expected<EmissionReport, NodeFailure> run() {
    for (u32 node = 0; node < program_.nodes.size(); ++node) {
      if (program_.nodes[node].renames()) continue;
      const plan::Outcome emitted = memory_.nodes[node].streamed ? emit_streamed(node) : emit_resident(node);
      if (!emitted.ok()) return tl::unexpected(failure_of(failing_.value_or(node), emitted));
    }
    for (u32 node = 0; node < program_.nodes.size(); ++node) {
      if (const plan::Outcome copied = emit_copies(node); !copied.ok()) {
        return tl::unexpected(failure_of(node, copied));
      }
    }
    if (const plan::Outcome end = writer_.finish(); !end.ok()) {
      return tl::unexpected(failure_of(program_.nodes.size() - 1, end));
    }
    return std::move(report_);
  }

 private:
  // Where a buffer is in memory.
  [[nodiscard]] plan::MemoryTensor home_of(u32 buffer) const {
    const BufferPlan& plan = memory_.buffers[buffer];
    const Buffer& b = program_.buffers[buffer];
    switch (plan.home) {
      case Home::kInput:
        return {input_window(*b.input), 0};  // NOLINT(bugprone-unchecked-optional-access): kInput says that it is one.
      case Home::kOutput:
        return {output_window(program_, b.outputs[0]), 0};
      case Home::kConstants:
        return {kSegmentConstantsWindow, constants_.buffers[buffer]};
      case Home::kScratch:
      case Home::kNowhere:
        break;
    }
    return {kSegmentScratchWindow, plan.offset};
  }

  [[nodiscard]] Range sram_range(Space::Id id) const { return {memory_.sram[id].address, memory_.sram[id].end()}; }
  static Range memory_range(const plan::MemoryTensor& at, u64 bytes) { return {at.offset, at.offset + bytes}; }

  // Commands from now on belong to this node.
  void begin(u32 node) { writer_.set_layer(static_cast<std::uint16_t>(layer_of(program_, node))); }

  // Emits a transfer into or out of SRAM with the waits that its ranges ask for. `emit` gets the waits.
  template <typename Emit>
  plan::Outcome transfer(bool load, Range sram, const plan::MemoryTensor& memory, u64 bytes, Emit emit) {
    Hazards& window = windows_[memory.window];
    const Range outside = memory_range(memory, bytes);
    const plan::Waits after =
        load ? plan::both(window.before_read(outside.begin, outside.end), sram_.before_write(sram.begin, sram.end))
             : plan::both(sram_.before_read(sram.begin, sram.end), window.before_write(outside.begin, outside.end));
    if (const plan::Outcome emitted = emit(after); !emitted.ok()) return emitted;
    if (load) {
      const plan::Waits done{.load = writer_.issued().load};
      window.note_read(outside.begin, outside.end, done);
      sram_.note_write(sram.begin, sram.end, done);
      report_.windows[memory.window].read = true;
    } else {
      const plan::Waits done{.store = writer_.issued().store};
      sram_.note_read(sram.begin, sram.end, done);
      window.note_write(outside.begin, outside.end, done);
      report_.windows[memory.window].write = true;
    }
    return {};
  }

  plan::Outcome emit_load(const LoadItem& item) {
    begin(item.node);
    NodeCost& cost = report_.nodes[item.node];
    ++cost.commands;
    if (!item.instance) {
      const NodePlan& n = memory_.nodes[item.node];
      const auto bytes = static_cast<u32>(n.layout.weight_bytes + n.layout.parameter_bytes);
      const plan::MemoryTensor from{kSegmentConstantsWindow, constants_.weights[item.node]};
      cost.loaded_bytes += bytes;
      cost.weight_bytes += bytes;
      const Space::Id weights = weights_of(item.node);
      return transfer(true, sram_range(weights), from, bytes, [&](const plan::Waits& after) {
        return plan::plan_load_bytes(writer_, from, memory_.sram[weights].address, bytes, after);
      });
    }
    const Instance& instance = memory_.instances[*item.instance];
    --cost.commands;
    return emit_pixels(item.node, instance, 0, instance.format.view.pixels);
  }

  // Loads some of an instance's pixels for a node.
  plan::Outcome emit_pixels(u32 node, const Instance& instance, u32 first, u32 pixels) {
    const Format& format = instance.format;
    const u64 bytes = u64{pixels} * format.view.channels;
    plan::MemoryTensor from = home_of(instance.buffer);
    from.offset += first * format.view.channels;
    const u32 address = memory_.sram[instance.block].address + first * format.pitch;
    // All of it: up to the end of its last word.
    const bool last = first + pixels == format.view.pixels;
    const Range sram{address, last ? sram_range(instance.block).end : address + u64{pixels} * format.pitch};
    ++report_.nodes[node].commands;
    report_.nodes[node].loaded_bytes += bytes;
    return transfer(true, sram, from, bytes, [&](const plan::Waits& after) {
      return plan::plan_load_pixels(writer_, from, address, pixels, format.view.channels, format.pitch, after);
    });
  }

  // Loads in order while `wanted` says so.
  template <typename Wanted>
  plan::Outcome emit_loads(Wanted wanted) {
    while (next_load_ < memory_.loads.size() && wanted(memory_.loads[next_load_])) {
      const LoadItem& item = memory_.loads[next_load_];
      if (const plan::Outcome loaded = emit_load(item); !loaded.ok()) {
        failing_ = item.node;
        return loaded;
      }
      ++next_load_;
    }
    return {};
  }

  plan::Outcome emit_needed_loads(u32 node) {
    return emit_loads([&](const LoadItem& item) { return item.node <= node; });
  }
  plan::Outcome emit_loads_ahead(u32 node) {
    const auto later = std::ranges::find_if(memory_.loads, [&](const LoadItem& item) { return item.node > node; });
    const auto last = static_cast<std::size_t>(later - memory_.loads.begin()) + spec::kLoadQueueDepth;
    return emit_loads([&](const LoadItem& item) { return item.load_from <= node && next_load_ < last; });
  }

  // A convolution whose image is about to be loaded for it, cut into parts that need not wait for all of it; else none.
  [[nodiscard]] std::vector<RowPart> row_parts(u32 node) const {
    const auto* work = std::get_if<ConvWork>(&program_.nodes[node].op->work);
    if (work == nullptr || next_load_ + 1 >= memory_.loads.size()) return {};
    const LoadItem& image = memory_.loads[next_load_];
    const LoadItem& weights = memory_.loads[next_load_ + 1];
    const std::size_t input = memory_.nodes[node].inputs[0];
    if (image.node != node || image.instance != input || weights.node != node || weights.instance) return {};
    const plan::ConvOp& op = work->op;
    const Format& format = memory_.instances[input].format;
    if (op.batch != 1 || format.view.pixels != op.in_h * op.in_w || format.bytes() < kSplitBytes) return {};
    // LOAD begins at whole words of SRAM.
    return cut_rows(op, plan::kWordBytes / std::gcd(plan::kWordBytes, op.in_w * format.pitch), kRowParts);
  }

  // Weights first, then the image part by part, each followed by what can be computed with it.
  plan::Outcome emit_in_parts(u32 node, const std::vector<RowPart>& parts) {
    begin(node);
    const NodePlan& n = memory_.nodes[node];
    const Instance& image = memory_.instances[n.inputs[0]];
    const u32 row_pixels = std::get<ConvWork>(program_.nodes[node].op->work).op.in_w;
    const Format& result = memory_.instances[n.output].format;
    if (const plan::Outcome loaded = emit_load(memory_.loads[next_load_ + 1]); !loaded.ok()) return loaded;
    next_load_ += 2;
    u32 loaded_rows = 0;
    for (const RowPart& part : parts) {
      if (part.load_end > loaded_rows) {
        const plan::Outcome loaded =
            emit_pixels(node, image, loaded_rows * row_pixels, (part.load_end - loaded_rows) * row_pixels);
        if (!loaded.ok()) return loaded;
        loaded_rows = part.load_end;
      }
      const u32 in = address_of(n.inputs[0]) + part.in_row * row_pixels * image.format.pitch;
      const u32 out = address_of(n.output) + part.out_row * part.op.out_w * result.pitch;
      const std::vector<Range> reads = {{in, u64{in} + u64{part.op.in_h} * row_pixels * image.format.pitch},
                                        sram_range(weights_of(node))};
      const Range write{out, u64{out} + u64{part.op.out_h} * part.op.out_w * result.pitch};
      const plan::Outcome computed = emit_compute(node, reads, write, [&](const plan::Waits& after, plan::Cost& cost) {
        return emit_conv(node, part.op, in, out, after, cost);
      });
      if (!computed.ok()) return computed;
    }
    if (const plan::Outcome loaded = emit_loads_ahead(node); !loaded.ok()) return loaded;
    begin(node);
    return emit_stores(node);
  }

  plan::Outcome emit_resident(u32 node) {
    if (const std::vector<RowPart> parts = row_parts(node); parts.size() > 1) return emit_in_parts(node, parts);
    if (const plan::Outcome loaded = emit_needed_loads(node); !loaded.ok()) return loaded;
    if (const plan::Outcome loaded = emit_loads_ahead(node); !loaded.ok()) return loaded;
    begin(node);
    if (const plan::Outcome computed = emit_compute(node); !computed.ok()) return computed;
    return emit_stores(node);
  }

  plan::Outcome emit_compute(u32 node) {
    const NodePlan& n = memory_.nodes[node];
    std::vector<Range> reads;
    reads.reserve(n.inputs.size() + 1);
    for (const std::size_t input : n.inputs) reads.push_back(sram_range(memory_.instances[input].block));
    if (n.weights) reads.push_back(sram_range(*n.weights));
    return emit_compute(node, reads, sram_range(memory_.instances[n.output].block),
                        [&](const plan::Waits& after, plan::Cost& cost) { return emit_work(node, after, cost); });
  }

  // Emits computing with the waits that its ranges ask for. `emit` gets the waits, and where to add the cost.
  template <typename Emit>
  plan::Outcome emit_compute(u32 node, const std::vector<Range>& reads, const Range& write, Emit emit) {
    plan::Waits after = sram_.before_write(write.begin, write.end);
    for (const Range& read : reads) after = plan::both(after, sram_.before_read(read.begin, read.end));
    NodeCost& cost = report_.nodes[node];
    const u32 before = writer_.issued().compute;
    if (const plan::Outcome emitted = emit(after, cost.cost); !emitted.ok()) return emitted;
    const plan::Waits done{.compute = writer_.issued().compute};
    cost.commands += done.compute - before;
    for (const Range& read : reads) sram_.note_read(read.begin, read.end, done);
    sram_.note_write(write.begin, write.end, done);
    return {};
  }

  [[nodiscard]] u32 address_of(std::size_t instance) const {
    return memory_.sram[memory_.instances[instance].block].address;
  }
  // Precondition: the node is a resident convolution.
  [[nodiscard]] Space::Id weights_of(u32 node) const {
    return *memory_.nodes[node].weights;  // NOLINT(bugprone-unchecked-optional-access): by the precondition.
  }
  // Precondition: the plan gave the use an instance that it can read.
  [[nodiscard]] u32 pitch_of(u32 node, std::size_t use) const {
    const Format& format = memory_.instances[memory_.nodes[node].inputs[use]].format;
    return readable_pitch(format, *program_.nodes[node].uses[use].operand).value_or(format.pitch);
  }

  // The node's convolution, or rows of it, from and to these places.
  plan::Outcome emit_conv(u32 node, const plan::ConvOp& op, u32 in, u32 out, const plan::Waits& after,
                          plan::Cost& cost) {
    const NodePlan& n = memory_.nodes[node];
    const u32 weights = memory_.sram[weights_of(node)].address;
    const u32 out_pitch = memory_.instances[n.output].format.pitch;
    const plan::ConvSram at{.input = plan::sram_tensor(in, op.in_h, op.in_w, pitch_of(node, 0)),
                            .output = plan::sram_tensor(out, op.out_h, op.out_w, out_pitch),
                            .weights = weights,
                            .parameters = weights + static_cast<u32>(n.layout.weight_bytes)};
    return plan::plan_resident_conv(writer_, op, n.layout, at, after, cost);
  }

  plan::Outcome emit_work(u32 node, const plan::Waits& after, plan::Cost& cost) {
    const NodePlan& n = memory_.nodes[node];
    const auto& work = program_.nodes[node].op->work;
    const u32 in = address_of(n.inputs[0]);
    const u32 out = address_of(n.output);
    const u32 out_pitch = memory_.instances[n.output].format.pitch;
    if (const auto* conv = std::get_if<ConvWork>(&work)) return emit_conv(node, conv->op, in, out, after, cost);
    if (const auto* pool = std::get_if<PoolWork>(&work)) {
      const plan::PoolOp& op = pool->op;
      return plan::plan_resident_pool(writer_, op, plan::sram_tensor(in, op.in_h, op.in_w, pitch_of(node, 0)),
                                      plan::sram_tensor(out, op.out_h, op.out_w, out_pitch), after, cost);
    }
    if (const auto* eltwise = std::get_if<EltwiseWork>(&work)) {
      return plan::plan_resident_eltwise(writer_, eltwise->op, {in, pitch_of(node, 0)},
                                         {address_of(n.inputs[1]), pitch_of(node, 1)}, {out, out_pitch}, after, cost);
    }
    if (const auto* table = std::get_if<TableWork>(&work)) {
      return plan::plan_resident_table(writer_, table->op, {in, pitch_of(node, 0)}, address_of(n.inputs[1]),
                                       {out, out_pitch}, after, cost);
    }
    if (const auto* softmax = std::get_if<SoftmaxWork>(&work)) {
      return plan::plan_resident_softmax(writer_, softmax->op, {in, pitch_of(node, 0)}, address_of(n.inputs[1]),
                                         {out, out_pitch}, after, cost);
    }
    return {};
  }

  // The output to scratch memory and to every window that wants it.
  plan::Outcome emit_stores(u32 node) {
    const u32 buffer = program_.nodes[node].output;
    if (memory_.buffers[buffer].home == Home::kScratch) {
      if (const plan::Outcome stored = emit_store(node, home_of(buffer)); !stored.ok()) return stored;
    }
    for (const u32 output : program_.buffers[buffer].outputs) {
      const plan::Outcome stored = emit_store(node, {output_window(program_, output), 0});
      if (!stored.ok()) return stored;
    }
    return {};
  }

  plan::Outcome emit_store(u32 node, const plan::MemoryTensor& to) {
    const Instance& instance = memory_.instances[memory_.nodes[node].output];
    const Format& format = instance.format;
    NodeCost& cost = report_.nodes[node];
    ++cost.commands;
    cost.stored_bytes += format.view.bytes();
    return transfer(false, sram_range(instance.block), to, format.view.bytes(), [&](const plan::Waits& after) {
      return plan::plan_store_pixels(writer_, to, memory_.sram[instance.block].address, format.view.pixels,
                                     format.view.channels, format.pitch, after);
    });
  }

  plan::Outcome emit_streamed(u32 node) {
    if (const plan::Outcome loaded = emit_needed_loads(node); !loaded.ok()) return loaded;
    begin(node);
    const Node& n = program_.nodes[node];
    const NodePlan& planned = memory_.nodes[node];
    NodeCost& cost = report_.nodes[node];
    std::vector<plan::MemoryTensor> inputs;
    inputs.reserve(n.uses.size());
    for (const Use& use : n.uses) inputs.push_back(home_of(use.buffer));
    const plan::MemoryTensor output = home_of(n.output);
    const plan::MemoryTensor weights{kSegmentConstantsWindow, constants_.weights[node]};
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
    const plan::Waits done = writer_.issued();
    sram_.note_write(sram.address, sram.end(), done);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Range read = memory_range(inputs[i], program_.buffers[n.uses[i].buffer].bytes);
      windows_[inputs[i].window].note_read(read.begin, read.end, {.load = done.load});
      report_.windows[inputs[i].window].read = true;
    }
    if (planned.layout.weight_bytes > 0) report_.windows[kSegmentConstantsWindow].read = true;
    const Range written = memory_range(output, program_.buffers[n.output].bytes);
    windows_[output.window].note_write(written.begin, written.end, {.store = done.store});
    report_.windows[output.window].write = true;
    // Behind its own loads, so that these do not wait for them.
    return emit_loads_ahead(node);
  }

  // Outputs that nobody has written: other names of an input, or of what a streamed operator has stored elsewhere. The
  // node is the operator that wrote, or gave, the name.
  plan::Outcome emit_copies(u32 node) {
    const u32 buffer = program_.nodes[node].output;
    const Buffer& b = program_.buffers[buffer];
    const bool streamed = b.producer && memory_.nodes[*b.producer].streamed;
    if (!b.input && !streamed) return {};
    for (const u32 output : b.outputs) {
      if (program_.outputs[output] != program_.nodes[node].op->output) continue;
      const plan::MemoryTensor to{output_window(program_, output), 0};
      const plan::MemoryTensor from = b.input ? plan::MemoryTensor{input_window(*b.input), 0} : home_of(buffer);
      if (to.window == from.window) continue;
      if (const plan::Outcome copied = emit_copy(node, from, to, b.bytes); !copied.ok()) return copied;
    }
    return {};
  }

  // Through the two halves of the SRAM in turn. Everything else in it is done with.
  plan::Outcome emit_copy(u32 node, plan::MemoryTensor from, plan::MemoryTensor to, u32 bytes) {
    begin(node);
    NodeCost& cost = report_.nodes[node];
    const u32 half = hardware_.sram_limit / 2 / plan::kWordBytes * plan::kWordBytes;
    if (half == 0) return plan::Status::kSramTooSmall;
    bool upper = false;
    for (u32 done = 0; done < bytes; upper = !upper) {
      const u32 part = std::min(half, bytes - done);
      const u32 at = upper ? half : 0;
      const Range sram{at, u64{at} + plan::round_up_to_word(part)};
      const plan::Outcome loaded = transfer(true, sram, from, part, [&](const plan::Waits& after) {
        return plan::plan_load_bytes(writer_, from, at, part, after);
      });
      if (!loaded.ok()) return loaded;
      const plan::Outcome stored = transfer(false, sram, to, part, [&](const plan::Waits& after) {
        return plan::plan_store_pixels(writer_, to, at, part, 1, 1, after);
      });
      if (!stored.ok()) return stored;
      cost.commands += 2;
      cost.loaded_bytes += part;
      cost.stored_bytes += part;
      done += part;
      from.offset += part;
      to.offset += part;
    }
    return {};
  }

  plan::StreamWriter& writer_;
  const Program& program_;
  const MemoryPlan& memory_;
  const Hardware& hardware_;
  const ConstantPlaces& constants_;
  Hazards sram_;
  std::vector<Hazards> windows_;
  std::size_t next_load_ = 0;
  std::optional<u32> failing_;  // The node whose load failed, which need not be the one that is emitted.
  EmissionReport report_;
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
