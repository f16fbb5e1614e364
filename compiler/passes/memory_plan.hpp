// Where a program's buffers, weights and tiles are in SRAM and in scratch memory, and when.
//
// An operator is *resident* when all its operands are in SRAM, or *streamed* when it runs tile by tile from memory to
// memory. A buffer that a resident operator makes stays in SRAM up to its last reader, unless it is *spilled*: then it
// goes through scratch memory and each reader loads it for itself. The planner begins with everything resident; where
// that does not fit it makes cascades of operators that are too large by themselves (cascade.hpp), spills buffers that
// are only waiting, and streams what is left.
//
// Weights of a resident convolution come in parts (split.hpp): each has its place while it is computed with, and before
// that as long as there is room. So the weights of one operator need not fit at once, and those of the next follow
// where the first parts have been. Where the image comes from memory as well, just before the convolution, it is worth
// more to have it and the weights arrive by turns (arrivals.hpp); the weights then have one place.
#pragma once

#include <auklet/compiler/result.hpp>
#include <auklet/plan/plan.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "arrivals.hpp"
#include "cascade.hpp"
#include "hardware.hpp"
#include "program.hpp"
#include "region_price.hpp"
#include "space.hpp"

namespace auklet::compiler::passes {

/// How pixels lie in SRAM: `pitch` bytes apart.
struct Format {
  View view;
  std::uint32_t pitch = 1;

  /// Bytes, whole words.
  [[nodiscard]] std::uint64_t bytes() const {
    return (std::uint64_t{view.pixels} * pitch + plan::kWordBytes - 1) / plan::kWordBytes * plan::kWordBytes;
  }
};

/// The pitch at which an operand can be read where a buffer lies in `format`, or nothing when it cannot.
[[nodiscard]] std::optional<std::uint32_t> readable_pitch(const Format& format, const Operand& operand);

/// A buffer in SRAM.
struct Instance {
  std::uint32_t buffer = 0;
  Format format;
  std::uint32_t first = 0;                 ///< The node that makes it or loads it first.
  std::uint32_t last = 0;                  ///< Its last reader, or `first`.
  bool loaded = false;                     ///< From memory; otherwise node `first` computes it.
  std::optional<std::uint32_t> held = {};  ///< Bytes of the rows that a cascade keeps of it; whole when empty.
  Space::Id block = 0;

  [[nodiscard]] std::uint64_t bytes() const { return held ? *held : format.bytes(); }
};

/// Bytes of SRAM for a stripe of what node `node` of a cascade makes in this format.
[[nodiscard]] std::uint32_t held_bytes(const Format& format, const Cascade& cascade, std::uint32_t node);

/// Tiles of a resident convolution whose weights and parameters have a place and a LOAD of their own; or several LOADs,
/// when they arrive tiles by tiles.
struct WeightPart {
  plan::TileRange tiles;
  Space::Id block = 0;  ///< Weights, then parameters.
};

/// Bytes of the weights of so many tiles, and of weights and parameters.
[[nodiscard]] inline std::uint32_t weight_bytes(const plan::ConvLayout& layout, std::uint32_t tiles) {
  return tiles * layout.steps * spec::kWeightBlock;
}
[[nodiscard]] inline std::uint32_t constant_bytes(const plan::ConvLayout& layout, std::uint32_t tiles) {
  return weight_bytes(layout, tiles) + tiles * spec::kParamBlock;
}

/// Something that a LOAD of its own brings for a node: an instance, or else a part of the node's weights.
struct LoadItem {
  std::uint32_t node = 0;
  std::optional<std::size_t> instance;
  std::size_t part = 0;
  std::uint32_t step = 0;       ///< The step that needs it; of a cascade its first.
  std::uint32_t load_from = 0;  ///< The place in SRAM is free from this step on; never within a cascade.
};

struct NodePlan {
  bool streamed = false;
  Steps steps;
  Space::Id budget = 0;             ///< Streamed: the SRAM for its tiles.
  std::vector<std::size_t> inputs;  ///< Resident: an instance for each use.
  std::size_t output = 0;           ///< Resident: an instance.
  plan::ConvLayout layout;          ///< Convolutions.
  std::vector<WeightPart> parts;    ///< Resident convolutions: all tiles, one part a step.
  std::vector<Arrival> arrivals;    ///< Of one part, whose image comes from memory as well; or none.
};

/// Where a buffer is in memory.
enum class Home : std::uint8_t { kNowhere, kScratch, kInput, kOutput, kConstants };

struct BufferPlan {
  Home home = Home::kNowhere;
  std::uint32_t offset = 0;  ///< kScratch. Constants are placed by whoever packs them.
};

struct MemoryPlan {
  Space sram{0, 1};
  std::vector<Instance> instances;
  std::vector<NodePlan> nodes;      ///< One a node; nothing for those that rename.
  std::vector<BufferPlan> buffers;  ///< One a buffer.
  std::vector<LoadItem> loads;      ///< In the order in which they are needed.
  std::vector<Cascade> cascades;
  std::uint32_t scratch_bytes = 0;
  std::uint32_t scratch_live = 0;  ///< Most scratch memory in use at one time.
  std::uint32_t streamed_nodes = 0;
  std::uint32_t spilled_buffers = 0;

  /// The cascade that a node belongs to, or null.
  [[nodiscard]] const Cascade* cascade_of(std::uint32_t node) const;
};

/// Why a program cannot be planned or encoded as it is: a node, and one sentence to stand behind its operator's name.
struct NodeFailure {
  std::size_t node = 0;
  std::string reason;
  bool too_many_commands = false;  ///< The node might do in a shorter segment.
};

[[nodiscard]] tl::expected<MemoryPlan, NodeFailure> plan_memory(const Program& program, const Hardware& hardware);

/// Emits a streamed node whose operands are at these places. Weights and parameters are looked at for convolutions.
[[nodiscard]] plan::Outcome stream_node(plan::StreamWriter& writer, const Node& node, const plan::ConvLayout& layout,
                                        const std::vector<plan::MemoryTensor>& inputs, const plan::MemoryTensor& output,
                                        const plan::MemoryTensor& weights, const plan::SramBudget& sram,
                                        plan::Cost& cost);

/// The failure of a planning call for a node.
[[nodiscard]] NodeFailure failure_of(std::size_t node, const plan::Outcome& outcome);

}  // namespace auklet::compiler::passes
