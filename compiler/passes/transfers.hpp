// Loads, stores and copies of a planned program, and the waits of all its commands.
//
// What each command waits for follows from the bytes that it touches (hazards.hpp), so that it waits for all that it
// must and for nothing else.
#pragma once

#include <auklet/compiler/segment.hpp>
#include <auklet/plan/plan.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "hazards.hpp"
#include "memory_plan.hpp"
#include "program.hpp"
#include "rows.hpp"
#include "stream_emitter.hpp"

namespace auklet::compiler::passes {

/// A range of bytes, in SRAM or in a window.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Writes the commands that move bytes, knows what was last done to each byte, and counts what every node costs. All
/// arguments of the constructor must outlive it.
class Transfers {
 public:
  Transfers(plan::StreamWriter& writer, const Program& program, const MemoryPlan& memory, const Hardware& hardware,
            const ConstantPlaces& constants);

  /// Where a buffer is in memory.
  [[nodiscard]] plan::MemoryTensor home_of(std::uint32_t buffer) const;
  /// Where a node's packed constants are in memory.
  [[nodiscard]] plan::MemoryTensor weights_of(std::uint32_t node) const {
    return {kSegmentConstantsWindow, constants_.weights[node]};
  }
  /// A block's bytes in SRAM.
  [[nodiscard]] Range sram_range(Space::Id id) const { return {memory_.sram[id].address, memory_.sram[id].end()}; }

  /// Commands from now on belong to this node.
  void begin(std::uint32_t node) { writer_.set_layer(static_cast<std::uint16_t>(layer_of(program_, node))); }
  /// What a node has cost so far, to be added to.
  [[nodiscard]] NodeCost& cost(std::uint32_t node) { return report_.nodes[node]; }

  /// Loads what an item asks for.
  plan::Outcome load(const LoadItem& item);
  /// Loads rows of an instance for a node; it has `height` of them (row_bytes()), which begin at whole words.
  plan::Outcome load_rows(std::uint32_t node, const Instance& instance, Rows rows, std::uint32_t height);
  /// Loads weights and parameters of tiles, which are the node's constants number `index`, to where all of the node's
  /// have their places.
  plan::Outcome load_tiles(std::uint32_t node, plan::TileRange tiles, std::size_t index);
  /// Where those of some tiles are.
  [[nodiscard]] Range weights_range(std::uint32_t node, plan::TileRange tiles) const;
  [[nodiscard]] Range parameters_range(std::uint32_t node, plan::TileRange tiles) const;
  /// Whether a node's output goes to memory.
  [[nodiscard]] bool stores_output(std::uint32_t node) const;
  /// Stores a node's output, or rows of it, to scratch memory and to every window that wants it.
  plan::Outcome store_output(std::uint32_t node, Rows rows = {0, 1}, std::uint32_t height = 1);
  /// Stores some tiles of rows of a node's output in the same way; the rows' pixels have whole words of SRAM.
  plan::Outcome store_tiles(std::uint32_t node, Rows rows, std::uint32_t height, plan::TileRange tiles);
  /// The bytes of those tiles in SRAM: a range for each pixel.
  [[nodiscard]] std::vector<Range> tile_ranges(std::uint32_t node, Rows rows, std::uint32_t height,
                                               plan::TileRange tiles) const;
  /// Fills outputs that nobody has written: other names of an input, or of what a streamed operator has stored
  /// elsewhere. The node is the operator that wrote, or gave, the name. Everything in SRAM must be done with.
  plan::Outcome fill_outputs(std::uint32_t node);

  /// Emits computing of a node that reads and writes these bytes of SRAM. `emit(waits, cost)` writes the commands,
  /// which wait for `waits`, and adds to `cost`. `first_pixel` is the pixel of its output that lies where the output's
  /// block begins.
  template <typename Emit>
  plan::Outcome compute(std::uint32_t node, const std::vector<Range>& reads, const std::vector<Range>& writes,
                        Emit emit, std::uint32_t first_pixel = 0) {
    plan::Waits after;
    for (const Range& write : writes) after = plan::both(after, sram_.before_write(write.begin, write.end));
    for (const Range& read : reads) after = plan::both(after, sram_.before_read(read.begin, read.end));
    const std::size_t begin = writer_.words();
    const std::uint32_t before = writer_.issued().compute;
    if (const plan::Outcome emitted = emit(after, cost(node).cost); !emitted.ok()) return emitted;
    const plan::Waits done{.compute = writer_.issued().compute};
    mark(memory_.instances[memory_.nodes[node].output], program_.nodes[node].op->output, begin, first_pixel);
    cost(node).commands += done.compute - before;
    for (const Range& read : reads) sram_.note_read(read.begin, read.end, done);
    for (const Range& write : writes) sram_.note_write(write.begin, write.end, done);
    return {};
  }

  /// Notes what a streamed node, whose commands are the last of the stream, has done: it ran in `sram`, read `inputs`
  /// (by use) and wrote `output`.
  void note_streamed(std::uint32_t node, const Block& sram, const std::vector<plan::MemoryTensor>& inputs,
                     const plan::MemoryTensor& output);

  [[nodiscard]] EmissionReport take_report() { return std::move(report_); }

 private:
  template <typename Emit>
  plan::Outcome transfer(bool load, const std::vector<Range>& sram, const plan::MemoryTensor& memory,
                         std::uint64_t bytes, Emit emit);
  /// Marks the commands since the stream had `begin` words: they fill an instance.
  void mark(const Instance& instance, std::int32_t tensor, std::size_t begin, std::uint32_t first_pixel);
  template <typename Emit>
  plan::Outcome to_homes(std::uint32_t node, Emit store);
  plan::Outcome load_weights(const LoadItem& item);
  plan::Outcome load_whole(std::uint32_t node, const WeightPart& part, const PartPlace& place);
  plan::Outcome store(std::uint32_t node, plan::MemoryTensor to, Rows rows, std::uint32_t height);
  plan::Outcome copy(std::uint32_t node, plan::MemoryTensor from, plan::MemoryTensor to, std::uint32_t bytes);

  plan::StreamWriter& writer_;
  const Program& program_;
  const MemoryPlan& memory_;
  const Hardware& hardware_;
  const ConstantPlaces& constants_;
  Hazards sram_;
  std::vector<Hazards> windows_;
  EmissionReport report_;
};

}  // namespace auklet::compiler::passes
