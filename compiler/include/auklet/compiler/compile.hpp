// From a model to a model whose NPU-capable operators are command streams.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auklet::compiler {

struct CompileOptions {
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  /// Bytes of on-chip SRAM that streams may use, from address 0 on; 0 or more than there are: all. Less gives slower
  /// streams with equal results.
  std::uint32_t sram_limit = 0;
};

/// The named hardware configuration (`npu256`), or none.
[[nodiscard]] std::optional<spec::HardwareConfig> find_config(std::string_view name);

/// Where an operator runs.
enum class Place : std::uint8_t {
  kCpu,  ///< It is in the compiled model as it was.
  kNpu,  ///< It is part of a segment.
};

/// What became of one operator of the source's main graph.
struct OperatorReport {
  std::size_t source_operator = 0;
  std::string op;    ///< `CONV_2D`
  std::string name;  ///< Of the tensor that it writes.
  Place place = Place::kCpu;
  std::string reason;       ///< Why not on the NPU: one sentence without a full stop. Empty when it is.
  std::size_t segment = 0;  ///< kNpu: index into CompileReport::segments.
  std::size_t layer = 0;    ///< kNpu: index into Segment::layers of that segment.
  std::uint64_t macs = 0;   ///< Multiply-accumulates, wherever it runs; 0 for what does not multiply, or is unknown.
  std::uint64_t bytes = 0;  ///< Of all its inputs and outputs: what the CPU touches where it runs there.
};

/// Where commands of a segment put bytes in SRAM, so that a wrong byte can be named.
struct CommandMark {
  std::uint32_t offset = 0;  ///< Of the first command in the stream, in bytes.
  std::uint32_t end = 0;     ///< Where the last one ends.
  std::int32_t tensor =
      kAbsent;  ///< Of the source's main graph; kAbsent for weights, and between two steps of an operator.
  std::uint32_t address = 0;   ///< Byte address of the tensor's pixel `first_pixel`.
  std::uint32_t pitch = 1;     ///< Bytes from one pixel to the next.
  std::uint32_t channels = 1;  ///< Bytes of a pixel that count: pixel p's are elements p * channels and on.
  std::uint32_t first_pixel = 0;
};

/// One segment of the compiled model.
/// Bytes of SRAM or of scratch memory that hold one thing for a while. Time is counted in the planner's steps.
struct MemoryBlock {
  enum class Where : std::uint8_t { kSram, kScratch };
  enum class Content : std::uint8_t {
    kActivation,  ///< A tensor, or what lies between two steps of an operator.
    kWeights,     ///< Weights, parameters and other constants.
    kTiles,       ///< Whatever an operator that runs tile by tile needs.
  };

  Where place = Where::kSram;
  Content content = Content::kActivation;
  std::int32_t tensor = kAbsent;  ///< Of the source's main graph; kAbsent where it is none.
  std::uint32_t layer = 0;        ///< Of the segment: the one that makes it, or needs it first.
  std::uint32_t address = 0;      ///< In bytes.
  std::uint32_t bytes = 0;
  std::uint32_t first_step = 0;
  std::uint32_t last_step = 0;  ///< Included.
};

/// All blocks of a segment. Those of one place never overlap in both address and time.
struct MemoryMap {
  std::vector<std::uint32_t> step_layers;  ///< By step: the layer that computes in it.
  std::vector<MemoryBlock> blocks;         ///< In the order of place, first step and address.
};

struct SegmentReport {
  std::size_t operator_index = 0;  ///< In the compiled model's main graph.
  Segment segment;                 ///< Its windows and layers, as in the operator's payload.
  std::uint32_t stream_bytes = 0;
  std::uint32_t commands = 0;            ///< In the stream, END included.
  std::uint32_t constant_bytes = 0;      ///< Packed weights, parameters and constant operands.
  std::uint32_t streamed_operators = 0;  ///< Those that did not fit the SRAM and run tile by tile from memory.
  std::uint32_t cascaded_operators = 0;  ///< Steps that are computed stripe by stripe, together with their neighbours.
  std::uint32_t spilled_tensors = 0;     ///< Intermediate tensors that go through scratch memory.
  /// Most bytes of SRAM that tensors and weights take at one time, without the tiles of streamed operators, which take
  /// what is left: no placement could do with less.
  std::uint32_t sram_live = 0;
  std::uint32_t scratch_live = 0;  ///< The same for scratch memory.
  /// In the order of the stream. None for the tiles of streamed operators, nor for what merely copies.
  std::vector<CommandMark> marks;
  MemoryMap memory;
};

struct CompileReport {
  std::vector<OperatorReport> operators;  ///< One for each of the source's, in order.
  std::vector<SegmentReport> segments;    ///< In order.
  std::uint64_t npu_macs = 0;
  std::uint64_t cpu_macs = 0;
  std::uint32_t sram_peak = 0;       ///< Most SRAM that any segment uses, in bytes.
  std::uint64_t constant_bytes = 0;  ///< Of all segments.
};

struct CompiledModel {
  Model model;
  CompileReport report;
};

/// Compiles the main graph: maximal runs of operators that the NPU can execute become segments, the others stay as they
/// are, in order. Inputs, outputs, signatures and the meaning of every remaining tensor are kept, tensors that nothing
/// refers to any more are dropped (so tensor indices change). The source stays as it is; constants are shared with it.
/// The result depends on nothing but the arguments, to the byte.
///
/// A model without any such operator compiles to itself. Errors: those of validate(); kArgument when the model has
/// segments already, or options.config is none of the named configurations (SRAM size aside).
[[nodiscard]] Result<CompiledModel> compile(const Model& model, const CompileOptions& options = {});

}  // namespace auklet::compiler
