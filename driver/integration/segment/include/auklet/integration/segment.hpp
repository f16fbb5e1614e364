// What a compiled model tells about an NPU segment: the payload of its custom operator, read on the target. The
// compiler's side is compiler/include/auklet/compiler/segment.hpp.
//
//   inputs   0: command stream, constant     1: packed constants, constant     2...: the activations that it reads
//   outputs  the activations that it writes
//   payload  the hardware that the stream is for, and what lies behind each of its address windows
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <auklet/npu/types.hpp>
#include <auklet/spec/spec.hpp>

namespace auklet::integration {

/// The custom operator's name in a model.
inline constexpr const char* kCustomCode = "auklet-npu";
/// The version of the payload that this reader knows.
inline constexpr std::uint16_t kSegmentVersion = 1;
/// Inputs of the custom operator that are no activations.
inline constexpr std::size_t kStreamInput = 0;
inline constexpr std::size_t kConstantsInput = 1;
inline constexpr std::size_t kFirstActivation = 2;
/// The window of the scratch memory.
inline constexpr std::size_t kScratchWindow = 1;

/// How reading a payload ended.
enum class SegmentStatus : std::uint8_t {
  kOk = 0,         ///< It is a segment.
  kNoSegment,      ///< Too short, or without the magic number.
  kVersion,        ///< Of another version than kSegmentVersion.
  kLength,         ///< Truncated, or longer than its header says.
  kChecksum,       ///< Damaged.
  kDamaged,        ///< A value that no writer writes, behind a right checksum.
  kHardware,       ///< For hardware that the specification does not name.
  kContradiction,  ///< Its windows contradict each other or their roles.
};

/// A static, one-line English text; never null, also for values that are no SegmentStatus.
[[nodiscard]] const char* to_string(SegmentStatus status) noexcept;

/// What the memory behind an address window is.
enum class WindowRole : std::uint8_t {
  kConstants = 0,  ///< The operator's input kConstantsInput.
  kScratch = 1,    ///< Memory that holds nothing before and after; 0 bytes in most segments.
  kInput = 2,      ///< Input `index` of the operator.
  kOutput = 3,     ///< Output `index` of the operator.
};

/// One address window; its number is its place in Segment::windows.
struct SegmentWindow {
  WindowRole role = WindowRole::kScratch;
  npu::Access access = npu::Access::kNone;  ///< kNone: the stream does not use it, it stays closed.
  std::uint16_t index = 0;                  ///< Of the operator's inputs (from 0, constants counted) or outputs.
  std::uint32_t bytes = 0;                  ///< Its size.
};

/// A segment, without what only people want to know (its layers).
struct Segment {
  std::uint32_t macs = 0;          ///< Of the hardware that it is for.
  std::uint32_t sram_bytes = 0;    ///< That the stream uses.
  std::uint32_t window_count = 0;  ///< Windows that are set; at least 2, and the first two are constants and scratch.
  std::array<SegmentWindow, spec::kWindowCount> windows{};

  [[nodiscard]] std::uint32_t scratch_bytes() const noexcept { return windows[kScratchWindow].bytes; }
};

/// Reads a payload, which is not trusted and may lie at any address. Nothing outside of it is read, whatever it holds;
/// with kOk every window has a legal role and access, and no two have the same tensor. Whether they fit the operator's
/// tensors is the caller's to check, what the stream does npu::validate_stream()'s. `segment` is set with kOk only.
///
/// Reentrant; time is linear in the payload's length; no static data.
[[nodiscard]] SegmentStatus read_segment(std::span<const std::byte> payload, Segment& segment) noexcept;

}  // namespace auklet::integration
