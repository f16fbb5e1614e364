// Command streams in a fixed buffer, and the commands that checks use most.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::conformance {

class Stream {
 public:
  static constexpr std::size_t kMaxWords = 320;

  /// Appends a command; returns its stream offset in bytes.
  template <typename Command>
  std::uint32_t add(const Command& command) {
    std::array<std::uint32_t, Command::kWords> words{};
    if (spec::encode(command, words) != nullptr) sound_ = false;
    return add_raw(words);
  }
  std::uint32_t add_raw(std::span<const std::uint32_t> words) {
    const std::uint32_t offset = bytes();
    if (words.size() > words_.size() - size_) {
      sound_ = false;
      return offset;
    }
    std::copy(words.begin(), words.end(), words_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += words.size();
    ++commands_;
    return offset;
  }
  /// Appends END, which waits for nothing of its own unless told otherwise.
  std::uint32_t end(std::uint32_t wait_load = 0) {
    return add(spec::EndCommand{{.opcode = spec::Opcode::kEnd, .wait_load = wait_load}});
  }

  /// Bytes so far, header included.
  [[nodiscard]] std::uint32_t bytes() const { return static_cast<std::uint32_t>(size_ * 4); }
  [[nodiscard]] std::uint32_t commands() const { return commands_; }
  /// False when a command broke a limit of the specification, or there were too many: a mistake of the check.
  [[nodiscard]] bool sound() const { return sound_; }

  /// The words, with a header for this hardware. (Hardware does not look at its CRC-32.)
  [[nodiscard]] std::span<std::uint32_t> finish(std::uint32_t macs, std::uint32_t sram_bytes) {
    spec::StreamHeader header;
    header.macs = macs;
    header.length = bytes();
    header.commands = commands_;
    header.sram = sram_bytes;
    const std::span<std::uint32_t, spec::StreamHeader::kWords> words(words_.data(), spec::StreamHeader::kWords);
    if (spec::encode(header, words) != nullptr) sound_ = false;
    return std::span(words_).first(size_);
  }

 private:
  std::array<std::uint32_t, kMaxWords> words_{};
  std::size_t size_ = spec::StreamHeader::kWords;
  std::uint32_t commands_ = 0;
  bool sound_ = true;
};

/// `bytes` bytes from `offset` of a window to SRAM, or back.
[[nodiscard]] inline spec::DmaCommand transfer(spec::Opcode opcode, std::uint32_t window, std::uint32_t offset,
                                               std::uint32_t bytes, std::uint32_t sram) {
  return {.header = {.opcode = opcode},
          .offset = offset,
          .ax_len = bytes,
          .window = window,
          .ax_rows = 1,
          .sp_base = sram,
          .sp_len = bytes};
}
[[nodiscard]] inline spec::DmaCommand load(std::uint32_t window, std::uint32_t offset, std::uint32_t bytes,
                                           std::uint32_t sram) {
  return transfer(spec::Opcode::kLoad, window, offset, bytes, sram);
}
/// Waits for `loads` loads and `computes` compute commands.
[[nodiscard]] inline spec::DmaCommand store(std::uint32_t window, std::uint32_t offset, std::uint32_t bytes,
                                            std::uint32_t sram, std::uint32_t loads = 0, std::uint32_t computes = 0) {
  spec::DmaCommand command = transfer(spec::Opcode::kStore, window, offset, bytes, sram);
  command.header.wait_load = loads;
  command.header.wait_compute = computes;
  return command;
}
/// `n` rows of a table of `rows` rows of `bytes` bytes, `stride` apart, by the indices at SRAM address `indices`.
[[nodiscard]] inline spec::GatherCommand gather(std::uint32_t window, std::uint32_t offset, std::uint32_t bytes,
                                                std::uint32_t stride, std::uint32_t rows, std::uint32_t n,
                                                std::uint32_t sram, std::uint32_t indices) {
  return {.header = {.opcode = spec::Opcode::kGather},
          .offset = offset,
          .ax_len = bytes,
          .window = window,
          .ax_stride = stride,
          .ax_rows = rows,
          .n = n,
          .sp_base = sram,
          .idx_base = indices,
          .sp_stride = (bytes + 15) / 16 * 16};
}
/// A compute command that takes `words` times `taps` cycles or more: a maximum over one word of SRAM.
[[nodiscard]] inline spec::GeomCommand busy(std::uint32_t words, std::uint32_t taps, std::uint32_t sram = 0) {
  return {.header = {.opcode = spec::Opcode::kMaxpool},
          .in_base = 0,
          .kh = 1,
          .row_bytes = 16,
          .kx_n = taps,
          .in_h = 1,
          .stride_y = 1,
          .dil_y = 1,
          .chunks = 1,
          .out_w = words,
          .out_h = 1,
          .oc_tiles = 1,
          .out_base = sram,
          .act_min = -128,
          .out_x_pitch = 16,
          .act_max = 127,
          .stripe = 1};
}

}  // namespace auklet::conformance
