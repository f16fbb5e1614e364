#include "transfers.hpp"

#include <algorithm>
#include <cstddef>

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

Range memory_range(const plan::MemoryTensor& at, u64 bytes) { return {at.offset, at.offset + bytes}; }

// Rows of a buffer as one transfer moves them, and where they begin.
struct Slab {
  u32 pixels = 0, channels = 0, pitch = 0;
  u32 in_memory = 0;
  u32 in_sram = 0;

  [[nodiscard]] u64 bytes() const { return u64{pixels} * channels; }
  /// In SRAM, up to the end of its last word.
  [[nodiscard]] Range sram(u32 address) const {
    return {address, u64{address} + plan::round_up_to_word((pixels - 1) * pitch + channels)};
  }
};

// Precondition: the buffer can be cut into rows (row_bytes()).
Slab slab_of(const Format& format, Rows rows, u32 height) {
  const View& view = format.view;
  // One long row is bytes.
  const bool cut_pixel = view.pixels % height != 0;
  const u32 pixels = (cut_pixel ? view.channels : view.pixels) / height;
  Slab slab{.pixels = rows.count() * pixels,
            .channels = cut_pixel ? 1 : view.channels,
            .pitch = cut_pixel ? 1 : format.pitch};
  slab.in_memory = rows.begin * pixels * slab.channels;
  slab.in_sram = rows.begin * pixels * slab.pitch;
  return slab;
}

}  // namespace

Transfers::Transfers(plan::StreamWriter& writer, const Program& program, const MemoryPlan& memory,
                     const Hardware& hardware, const ConstantPlaces& constants)
    : writer_(writer), program_(program), memory_(memory), hardware_(hardware), constants_(constants) {
  const std::size_t windows = kSegmentFirstActivationWindow + program.inputs.size() + program.outputs.size();
  windows_.resize(windows);
  report_.windows.resize(windows);
  report_.nodes.resize(program.nodes.size());
}

plan::MemoryTensor Transfers::home_of(u32 buffer) const {
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

// Emits a transfer into or out of SRAM with the waits that its ranges ask for. `emit` gets the waits.
template <typename Emit>
plan::Outcome Transfers::transfer(bool load, const std::vector<Range>& sram, const plan::MemoryTensor& memory,
                                  u64 bytes, Emit emit) {
  Hazards& window = windows_[memory.window];
  const Range outside = memory_range(memory, bytes);
  plan::Waits after =
      load ? window.before_read(outside.begin, outside.end) : window.before_write(outside.begin, outside.end);
  for (const Range& inside : sram) {
    after = plan::both(
        after, load ? sram_.before_write(inside.begin, inside.end) : sram_.before_read(inside.begin, inside.end));
  }
  if (const plan::Outcome emitted = emit(after); !emitted.ok()) return emitted;
  if (load) {
    const plan::Waits done{.load = writer_.issued().load};
    window.note_read(outside.begin, outside.end, done);
    for (const Range& inside : sram) sram_.note_write(inside.begin, inside.end, done);
    report_.windows[memory.window].read = true;
  } else {
    const plan::Waits done{.store = writer_.issued().store};
    for (const Range& inside : sram) sram_.note_read(inside.begin, inside.end, done);
    window.note_write(outside.begin, outside.end, done);
    report_.windows[memory.window].write = true;
  }
  return {};
}

void Transfers::mark(const Instance& instance, std::int32_t tensor, std::size_t begin, u32 first_pixel) {
  constexpr std::size_t kWordBytes = sizeof(u32);
  report_.marks.push_back({.offset = static_cast<u32>(begin * kWordBytes),
                           .end = static_cast<u32>(writer_.words() * kWordBytes),
                           .tensor = tensor,
                           .address = memory_.sram[instance.block].address,
                           .pitch = instance.format.pitch,
                           .channels = instance.format.view.channels,
                           .first_pixel = first_pixel});
}

plan::Outcome Transfers::load(const LoadItem& item) {
  begin(item.node);
  if (!item.instance) return load_weights(item);
  return load_rows(item.node, memory_.instances[*item.instance], {0, 1}, 1);
}

plan::Outcome Transfers::load_weights(const LoadItem& item) {
  const WeightPart& part = memory_.nodes[item.node].parts[item.part];
  return load_whole(item.node, part, constants_.parts[item.node][item.part]);
}

plan::Outcome Transfers::load_whole(u32 node, const WeightPart& part, const PartPlace& place) {
  const plan::MemoryTensor from{kSegmentConstantsWindow, place.offset};
  const u32 address = memory_.sram[part.block].address;
  ++cost(node).commands;
  cost(node).loaded_bytes += place.bytes;
  cost(node).weight_bytes += place.bytes;
  return transfer(true, {sram_range(part.block)}, from, place.bytes, [&](const plan::Waits& after) {
    if (!place.compressed) return plan::plan_load_bytes(writer_, from, address, place.bytes, after);
    const u32 bytes = constant_bytes(memory_.nodes[node].layout, part.tiles.count);
    return plan::plan_load_packed(writer_, from, address, place.bytes, bytes, after);
  });
}

plan::Outcome Transfers::load_rows(u32 node, const Instance& instance, Rows rows, u32 height) {
  const Slab slab = slab_of(instance.format, rows, height);
  plan::MemoryTensor from = home_of(instance.buffer);
  from.offset += slab.in_memory;
  const u32 address = memory_.sram[instance.block].address + slab.in_sram;
  ++cost(node).commands;
  cost(node).loaded_bytes += slab.bytes();
  const std::size_t begin = writer_.words();
  const plan::Outcome loaded = transfer(true, {slab.sram(address)}, from, slab.bytes(), [&](const plan::Waits& after) {
    return plan::plan_load_pixels(writer_, from, address, slab.pixels, slab.channels, slab.pitch, after);
  });
  const Node& n = program_.nodes[node];
  const auto use = std::ranges::find(n.uses, instance.buffer, &Use::buffer);
  if (loaded.ok()) mark(instance, use != n.uses.end() ? use->operand->tensor : kAbsent, begin, 0);
  return loaded;
}

Range Transfers::weights_range(u32 node, plan::TileRange tiles) const {
  const NodePlan& n = memory_.nodes[node];
  const u64 begin = u64{memory_.sram[n.parts[0].block].address} + weight_bytes(n.layout, tiles.first);
  return {begin, begin + weight_bytes(n.layout, tiles.count)};
}

Range Transfers::parameters_range(u32 node, plan::TileRange tiles) const {
  const NodePlan& n = memory_.nodes[node];
  const u64 begin = weights_range(node, {0, n.layout.tiles}).end + u64{tiles.first} * spec::kParamBlock;
  return {begin, begin + u64{tiles.count} * spec::kParamBlock};
}

plan::Outcome Transfers::load_tiles(u32 node, plan::TileRange tiles, std::size_t index) {
  const NodePlan& n = memory_.nodes[node];
  const PartPlace& place = constants_.parts[node][index];
  if (tiles.count == n.layout.tiles) return load_whole(node, n.parts[0], place);
  const plan::MemoryTensor from{kSegmentConstantsWindow, place.offset};
  const Range weights = weights_range(node, tiles);
  const Range parameters = parameters_range(node, tiles);
  const auto weights_at = static_cast<u32>(weights.begin);
  const auto parameters_at = static_cast<u32>(parameters.begin);
  const auto parameter_bytes = static_cast<u32>(parameters.end - parameters.begin);
  const u32 bytes = place.bytes + (place.compressed ? parameter_bytes : 0);
  cost(node).commands += place.compressed ? 2 : 1;
  cost(node).loaded_bytes += bytes;
  cost(node).weight_bytes += bytes;
  if (!place.compressed) {
    return transfer(true, {weights, parameters}, from, bytes, [&](const plan::Waits& after) {
      return plan::plan_load_halves(writer_, from, weights_at, weight_bytes(n.layout, tiles.count), parameters_at,
                                    bytes, after);
    });
  }
  const plan::Outcome unpacked = transfer(true, {weights}, from, place.bytes, [&](const plan::Waits& after) {
    return plan::plan_load_packed(writer_, from, weights_at, place.bytes, weight_bytes(n.layout, tiles.count), after);
  });
  if (!unpacked.ok()) return unpacked;
  const plan::MemoryTensor behind{kSegmentConstantsWindow, place.parameters};
  return transfer(true, {parameters}, behind, parameter_bytes, [&](const plan::Waits& after) {
    return plan::plan_load_bytes(writer_, behind, parameters_at, parameter_bytes, after);
  });
}

bool Transfers::stores_output(u32 node) const {
  const u32 buffer = program_.nodes[node].output;
  return memory_.buffers[buffer].home == Home::kScratch || !program_.buffers[buffer].outputs.empty();
}

// Calls `store` for scratch memory and every window that wants the node's output.
template <typename Emit>
plan::Outcome Transfers::to_homes(u32 node, Emit store) {
  const u32 buffer = program_.nodes[node].output;
  if (memory_.buffers[buffer].home == Home::kScratch) {
    if (const plan::Outcome stored = store(home_of(buffer)); !stored.ok()) return stored;
  }
  for (const u32 output : program_.buffers[buffer].outputs) {
    const plan::Outcome stored = store(plan::MemoryTensor{output_window(program_, output), 0});
    if (!stored.ok()) return stored;
  }
  return {};
}

plan::Outcome Transfers::store_output(u32 node, Rows rows, u32 height) {
  return to_homes(node, [&](const plan::MemoryTensor& to) { return store(node, to, rows, height); });
}

std::vector<Range> Transfers::tile_ranges(u32 node, Rows rows, u32 height, plan::TileRange tiles) const {
  const Instance& instance = memory_.instances[memory_.nodes[node].output];
  const Slab slab = slab_of(instance.format, rows, height);
  const u64 begin = u64{memory_.sram[instance.block].address} + slab.in_sram + u64{tiles.first} * spec::kLanes;
  std::vector<Range> ranges;
  for (u64 pixel = 0; pixel < slab.pixels; ++pixel) {
    const u64 at = begin + pixel * slab.pitch;
    ranges.push_back({at, at + u64{tiles.count} * spec::kLanes});
  }
  return ranges;
}

plan::Outcome Transfers::store_tiles(u32 node, Rows rows, u32 height, plan::TileRange tiles) {
  const Slab slab = slab_of(memory_.instances[memory_.nodes[node].output].format, rows, height);
  const std::vector<Range> inside = tile_ranges(node, rows, height, tiles);
  const u32 first = tiles.first * spec::kLanes;
  const u32 channels = std::min(tiles.count * spec::kLanes, slab.channels - first);
  return to_homes(node, [&](plan::MemoryTensor to) {
    to.offset += slab.in_memory + first;
    const u64 reach = u64{slab.pixels - 1} * slab.channels + channels;
    ++cost(node).commands;
    cost(node).stored_bytes += u64{slab.pixels} * channels;
    return transfer(false, inside, to, reach, [&](const plan::Waits& after) {
      return plan::plan_store_channels(writer_, to, slab.channels, static_cast<u32>(inside[0].begin), slab.pixels,
                                       channels, slab.pitch, after);
    });
  });
}

plan::Outcome Transfers::store(u32 node, plan::MemoryTensor to, Rows rows, u32 height) {
  const Instance& instance = memory_.instances[memory_.nodes[node].output];
  const Slab slab = slab_of(instance.format, rows, height);
  to.offset += slab.in_memory;
  const u32 address = memory_.sram[instance.block].address + slab.in_sram;
  ++cost(node).commands;
  cost(node).stored_bytes += slab.bytes();
  return transfer(false, {slab.sram(address)}, to, slab.bytes(), [&](const plan::Waits& after) {
    return plan::plan_store_pixels(writer_, to, address, slab.pixels, slab.channels, slab.pitch, after);
  });
}

plan::Outcome Transfers::fill_outputs(u32 node) {
  const u32 buffer = program_.nodes[node].output;
  const Buffer& b = program_.buffers[buffer];
  const bool streamed = b.producer && memory_.nodes[*b.producer].streamed;
  if (!b.input && !streamed) return {};
  for (const u32 output : b.outputs) {
    if (program_.outputs[output] != program_.nodes[node].op->output) continue;
    const plan::MemoryTensor to{output_window(program_, output), 0};
    const plan::MemoryTensor from = b.input ? plan::MemoryTensor{input_window(*b.input), 0} : home_of(buffer);
    if (to.window == from.window) continue;
    if (const plan::Outcome copied = copy(node, from, to, b.bytes); !copied.ok()) return copied;
  }
  return {};
}

// Through the two halves of the SRAM in turn.
plan::Outcome Transfers::copy(u32 node, plan::MemoryTensor from, plan::MemoryTensor to, u32 bytes) {
  begin(node);
  const u32 half = hardware_.sram_limit / 2 / plan::kWordBytes * plan::kWordBytes;
  if (half == 0) return plan::Status::kSramTooSmall;
  bool upper = false;
  for (u32 done = 0; done < bytes; upper = !upper) {
    const u32 part = std::min(half, bytes - done);
    const u32 at = upper ? half : 0;
    const Range sram{at, u64{at} + plan::round_up_to_word(part)};
    const plan::Outcome loaded = transfer(true, {sram}, from, part, [&](const plan::Waits& after) {
      return plan::plan_load_bytes(writer_, from, at, part, after);
    });
    if (!loaded.ok()) return loaded;
    const plan::Outcome stored = transfer(false, {sram}, to, part, [&](const plan::Waits& after) {
      return plan::plan_store_pixels(writer_, to, at, part, 1, 1, after);
    });
    if (!stored.ok()) return stored;
    cost(node).commands += 2;
    cost(node).loaded_bytes += part;
    cost(node).stored_bytes += part;
    done += part;
    from.offset += part;
    to.offset += part;
  }
  return {};
}

void Transfers::note_streamed(u32 node, const Block& sram, const std::vector<plan::MemoryTensor>& inputs,
                              const plan::MemoryTensor& output) {
  const Node& n = program_.nodes[node];
  const plan::Waits done = writer_.issued();
  sram_.note_write(sram.address, sram.end(), done);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Range read = memory_range(inputs[i], program_.buffers[n.uses[i].buffer].bytes);
    windows_[inputs[i].window].note_read(read.begin, read.end, {.load = done.load});
    report_.windows[inputs[i].window].read = true;
  }
  if (memory_.nodes[node].layout.weight_bytes > 0) report_.windows[kSegmentConstantsWindow].read = true;
  const Range written = memory_range(output, program_.buffers[n.output].bytes);
  windows_[output.window].note_write(written.begin, written.end, {.store = done.store});
  report_.windows[output.window].write = true;
}

}  // namespace auklet::compiler::passes
