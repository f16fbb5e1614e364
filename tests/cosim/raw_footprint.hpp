// Which words of SRAM and memory a raw command reads and writes: what two commands' order, or the order within one
// command, can matter to.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <bitset>
#include <cstddef>
#include <cstdint>

namespace auklet::test {

/// Where a raw stream's memory is. Windows 0 to 4 lie somewhere in the noise, window 6 is the tables before it:
/// parameter blocks with legal shifts, then depthwise weight blocks, a set for each kernel, with zeros in the rows that
/// it does not use, then lists of indices, each below the bound of its list, and at last a list of zeros followed by
/// indices that no table has. Window 7 is the dump. Window 5 is not used by a sound stream.
struct RawMemory {
  static constexpr std::uint64_t kDataBase = 0x12'3456'0000;
  static constexpr std::uint32_t kDataBytes = 128 * 1024;
  static constexpr std::uint32_t kParamBlocks = 16;
  static constexpr std::uint32_t kParamBytes = kParamBlocks * spec::kParamBlock;
  static constexpr std::uint32_t kDepthwiseTiles = 4;
  static constexpr std::uint32_t kDepthwiseBytes = kDepthwiseTiles * spec::kWeightBlock;
  static constexpr std::array<std::uint32_t, 4> kIndexBounds{1, 5, 40, 300};
  static constexpr std::uint32_t kMostIndices = 240;
  static constexpr std::uint32_t kIndexBytes = kMostIndices * 4;
  static constexpr std::uint32_t kIndexOffset = kParamBytes + spec::kDwRows * spec::kDwCols * kDepthwiseBytes;
  static constexpr std::uint32_t kBadIndexOffset = kIndexOffset + kIndexBounds.size() * kIndexBytes;
  static constexpr std::uint32_t kTableBytes = kBadIndexOffset + 2 * kIndexBytes;
  static constexpr std::uint64_t kStreamBase = 0xff'0000'0000;
  static constexpr std::uint32_t kStreamBytes = 64 * 1024;
  static constexpr std::uint64_t kDumpBase = 0x7'0000'0000;
  static constexpr std::uint32_t kDataWindows = 5, kSpareWindow = 5, kTableWindow = 6, kDumpWindow = 7;
};

/// What a command reads and writes, in 16-byte words of the SRAM and of the data.
struct Footprint {
  static constexpr std::size_t kSramWords = spec::kDefaultConfiguration.sram_bytes / spec::kLanes;
  static constexpr std::size_t kDataWords = RawMemory::kDataBytes / 16;
  std::bitset<kSramWords> sram_read, sram_written;
  std::bitset<kDataWords> data_read, data_written;

  /// Whether the order of two commands matters.
  [[nodiscard]] bool conflicts(const Footprint& other) const;
};

/// Sets the bits of the 16-byte words of [begin, begin + bytes), which wraps at the end.
template <class Bits>
void mark(Bits& bits, std::uint64_t begin, std::uint64_t bytes) {
  if (bytes == 0) return;
  for (std::uint64_t word = begin / 16; word <= (begin + bytes - 1) / 16; ++word) bits.set(word % bits.size());
}

/// Marks what a geometry command touches. False when the result would depend on the order within the command: an output
/// lies on an input, a weight or a parameter, or outputs of two tiles coincide.
bool mark_geometry(const spec::GeomCommand& c, Footprint& footprint);

/// The same for ADD. Each word is read before its sum is written, so the sums may replace A, word by word.
bool mark_add(const spec::EltwiseCommand& c, Footprint& footprint);

}  // namespace auklet::test
