// What an NPU segment is in a .tflite: one custom operator (kNpuCustomCode) that stands for a run of operators.
//
//   inputs   0: command stream, constant UINT8 [bytes]     1: packed constants, constant UINT8 [bytes]
//            2...: the activations that it reads, INT8
//   outputs  the activations that it writes, INT8
//   options  a Segment: the hardware that the stream is for, its address windows, its layers
//
// To run one: read_segment(), give every window its memory and its permissions, submit the stream.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace auklet::compiler {

/// Inputs of the custom operator that are no activations.
inline constexpr std::size_t kSegmentStreamInput = 0;
inline constexpr std::size_t kSegmentConstantsInput = 1;
/// First input that is an activation.
inline constexpr std::size_t kSegmentFirstActivation = 2;
/// Windows that every segment has: constants and scratch. Those of the activations follow.
inline constexpr std::size_t kSegmentConstantsWindow = 0;
inline constexpr std::size_t kSegmentScratchWindow = 1;
inline constexpr std::size_t kSegmentFirstActivationWindow = 2;

/// What the memory behind an address window is.
enum class WindowRole : std::uint8_t {
  kConstants = 0,  ///< The operator's input kSegmentConstantsInput.
  kScratch = 1,    ///< Memory of the caller's that holds nothing before and after; unused (0 bytes) in most segments.
  kInput = 2,      ///< Input `index` of the operator.
  kOutput = 3,     ///< Output `index` of the operator.
};

/// One address window; its number is its place in Segment::windows.
struct SegmentWindow {
  WindowRole role = WindowRole::kScratch;
  bool read = false;        ///< The stream loads from it.
  bool write = false;       ///< The stream stores to it.
  std::uint16_t index = 0;  ///< kInput, kOutput: which of the operator's inputs (from 0, constants counted) or outputs.
  std::uint32_t bytes = 0;  ///< Its size.
  bool operator==(const SegmentWindow&) const = default;
};

/// One source operator of a segment. Its layer number in the commands is its place in Segment::layers; the device's
/// layer log has an entry for it when commands > 0.
struct SegmentLayer {
  std::uint32_t source_operator = 0;  ///< Its index in the graph that was compiled.
  OpCode code = OpCode::kCustom;      ///< CONV_2D, …
  std::string name;                   ///< Of the tensor that it writes: what people know a layer by.
  std::uint32_t commands = 0;         ///< In the stream; 0 when it costs nothing, as a RESHAPE that renames bytes.
  std::uint64_t macs = 0;             ///< Multiply-accumulates of its definition.
  std::uint64_t loaded_bytes = 0;     ///< Memory to SRAM: activations, weights, parameters, with repetitions.
  std::uint64_t stored_bytes = 0;     ///< SRAM to memory.
  std::uint64_t weight_bytes = 0;     ///< Of loaded_bytes: packed weights and parameters.
  std::uint64_t compute_cycles = 0;   ///< Estimate of the array's or vector unit's cycles, without stalls.
  bool operator==(const SegmentLayer&) const = default;
};

/// Everything about a segment but its stream and its constants.
struct Segment {
  std::uint32_t macs = 0;        ///< spec::HardwareConfig::macs of the hardware that it is for.
  std::uint32_t sram_bytes = 0;  ///< On-chip SRAM that the stream uses.
  std::vector<SegmentWindow> windows;
  std::vector<SegmentLayer> layers;  ///< At most spec::kLogEntries: each has its own entry of the log.

  /// Bytes of scratch memory that a run needs.
  [[nodiscard]] std::uint32_t scratch_bytes() const {
    return windows.size() > kSegmentScratchWindow ? windows[kSegmentScratchWindow].bytes : 0;
  }
  bool operator==(const Segment&) const = default;
};

/// Version of the payload's format; readers refuse any other.
inline constexpr std::uint16_t kSegmentVersion = 1;

/// The custom operator's payload. Equal segments give equal bytes. Precondition: names are shorter than 64 KiB, windows
/// and layers fewer than 2^16 (compile() makes no others).
[[nodiscard]] std::vector<std::byte> write_segment(const Segment& segment);

/// Reads a payload, which is not trusted. kMalformed when it is no payload, damaged or truncated (length and CRC-32 are
/// checked before anything else), kUnsupported for another version or a configuration that there is none of, kInvalid
/// when its contents contradict each other.
[[nodiscard]] Result<Segment> parse_segment(std::span<const std::byte> payload);

/// A segment as it stands in a graph.
struct SegmentView {
  Segment segment;
  spec::HardwareConfig config;            ///< The named configuration of segment.macs.
  std::span<const std::uint32_t> stream;  ///< The model owns it; 16-byte aligned.
  std::span<const std::byte> constants;   ///< The model owns it; 16-byte aligned.
};

/// Reads the segment that `op` of `graph` holds and checks it against the operator: every window has the size of the
/// tensor behind it, every activation has its window, the stream is a whole number of words and its header is for the
/// same hardware. Errors: kArgument when `op` holds no segment, those of parse_segment(), kInvalid. What the stream
/// does is up to npu::validate_stream().
[[nodiscard]] Result<SegmentView> read_segment(const Graph& graph, const Operator& op);

/// The indices of all operators of `graph` that hold a segment, in order.
[[nodiscard]] std::vector<std::size_t> find_segments(const Graph& graph);

}  // namespace auklet::compiler
