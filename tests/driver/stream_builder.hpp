// Command streams for tests, good ones and, word by word, bad ones.
#pragma once

#include <gtest/gtest.h>

#include <auklet/npu/types.hpp>
#include <auklet/plan/crc32.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::test {

/// The hardware that the driver's tests pretend to have.
inline constexpr npu::Configuration kConfiguration{.id = spec::kIdMagic,
                                                   .major = spec::kHardwareVersionMajor,
                                                   .minor = spec::kHardwareVersionMinor,
                                                   .stream_version = spec::kStreamVersion,
                                                   .macs = static_cast<std::uint16_t>(spec::kDefaultConfiguration.macs),
                                                   .axi_data_bits = 128,
                                                   .sram_kib = 512,
                                                   .windows = spec::kWindowCount,
                                                   .counters = spec::kPmuCounters};

class StreamBuilder {
 public:
  StreamBuilder() : words_(spec::StreamHeader::kWords) {}

  template <typename Command>
  StreamBuilder& add(const Command& command) {
    const std::size_t at = words_.size();
    words_.resize(at + Command::kWords);
    const spec::CommandField* wrong =
        spec::encode(command, std::span<std::uint32_t, Command::kWords>(words_.data() + at, Command::kWords));
    EXPECT_EQ(wrong, nullptr) << "the test's command has a bad " << wrong->name;
    starts_.push_back(at);
    return *this;
  }

  StreamBuilder& end() { return add(spec::EndCommand{.header = {.opcode = spec::Opcode::kEnd}}); }

  /// Word `word` of command `index`, to be spoilt; seal() afterwards, or leave the checksum wrong.
  [[nodiscard]] std::uint32_t& word(std::size_t index, std::size_t word) { return words_[starts_[index] + word]; }
  /// Sets one field of command `index`, legal or not.
  void set(std::size_t index, const spec::CommandField& field, std::int64_t value) {
    field.set(std::span(words_).subspan(starts_[index]), value);
  }
  /// Offset in bytes of command `index`.
  [[nodiscard]] std::uint32_t offset(std::size_t index) const { return static_cast<std::uint32_t>(starts_[index] * 4); }

  /// The stream's words, which may be cut, grown or changed.
  [[nodiscard]] std::vector<std::uint32_t>& words() { return words_; }

  /// Writes a header that is right for what the words are now.
  std::vector<std::uint32_t>& seal(std::uint32_t sram_bytes = kConfiguration.sram_bytes()) {
    const spec::StreamHeader header{.macs = kConfiguration.macs,
                                    .length = static_cast<std::uint32_t>(words_.size() * 4),
                                    .commands = static_cast<std::uint32_t>(starts_.size()),
                                    .sram = sram_bytes,
                                    .crc32 = plan::crc32(std::span(words_).subspan(spec::StreamHeader::kWords))};
    EXPECT_EQ(spec::encode(header, std::span<std::uint32_t, spec::StreamHeader::kWords>(words_.data(),
                                                                                        spec::StreamHeader::kWords)),
              nullptr);
    return words_;
  }

 private:
  std::vector<std::uint32_t> words_;
  std::vector<std::size_t> starts_;
};

/// LOAD of `bytes` bytes from the start of window 0 to SRAM address 0.
inline spec::DmaCommand load(std::uint32_t bytes = 64) {
  return {.header = {.opcode = spec::Opcode::kLoad}, .ax_len = bytes, .ax_rows = 1, .sp_len = bytes};
}

/// GATHER of 3 rows of 20 bytes, from a table of 4 at the start of window 0 to SRAM address 64, by indices at 0.
inline spec::GatherCommand gather() {
  return {.header = {.opcode = spec::Opcode::kGather},
          .ax_len = 20,
          .ax_stride = 16,
          .ax_rows = 4,
          .n = 3,
          .sp_base = 64,
          .sp_stride = 32};
}

/// STORE of `bytes` bytes from SRAM address 0 to the start of window 1, after `loads` loads.
inline spec::DmaCommand store(std::uint32_t bytes = 64, std::uint32_t loads = 1) {
  return {.header = {.opcode = spec::Opcode::kStore, .wait_load = loads},
          .ax_len = bytes,
          .window = 1,
          .ax_rows = 1,
          .sp_len = bytes};
}

/// A convolution that fills the SRAM from 0 to 4096 with room to grow in every direction.
inline spec::GeomCommand conv() {
  return {.header = {.opcode = spec::Opcode::kConv},
          .in_base = 0,
          .row_pitch = 64,
          .kh = 3,
          .row_bytes = 64,
          .kx_n = 3,
          .in_h = 4,
          .pad_top = 1,
          .stride_y = 1,
          .r0 = -16,
          .dil_y = 1,
          .x_step = 16,
          .kx_stride = 16,
          .chunks = 1,
          .out_w = 4,
          .out_h = 4,
          .oc_tiles = 1,
          .out_base = 1024,
          .act_min = -128,
          .out_x_pitch = 16,
          .act_max = 127,
          .out_row_pitch = 64,
          .stripe = 16,
          .w_base = 1536,
          .p_base = 3840};
}

inline spec::GeomCommand pool(spec::Opcode opcode) {
  spec::GeomCommand command = conv();
  command.header.opcode = opcode;
  command.in_tile_step = 16;
  command.stripe = 1;
  return command;
}

inline spec::GeomCommand depthwise() {
  spec::GeomCommand command = pool(spec::Opcode::kDwconv);
  command.stride_x = 1;
  command.pad_left = 1;
  command.in_w = 4;
  return command;
}

inline spec::GeomCommand depthwise_rows() {
  spec::GeomCommand command = depthwise();
  command.header.opcode = spec::Opcode::kDwrows;
  command.stripe = command.out_w;
  return command;
}

inline spec::EltwiseCommand add() {
  return {.header = {.opcode = spec::Opcode::kAdd},
          .a_base = 0,
          .b_base = 256,
          .out_base = 512,
          .n0 = 4,
          .n1 = 2,
          .a_step1 = 64,
          .act_min = -128,
          .b_step1 = 64,
          .act_max = 127,
          .out_step1 = 64,
          .left_shift = 20,
          .a_mult = 1 << 30,
          .b_mult = 1 << 30,
          .out_mult = 1 << 30,
          .a_step0 = 16,
          .b_step0 = 16};
}

}  // namespace auklet::test
