// Short names for the generated command formats, and the checks that the decoder makes of one command.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>

namespace auklet::sim::model {

using Dma = spec::DmaCommand;
using Gather = spec::GatherCommand;
using Geom = spec::GeomCommand;
using Eltwise = spec::EltwiseCommand;
using Softmax = spec::SoftmaxCommand;

/// Tiles that a CONV computes at once: array groups share the activations, which they can only when these do not move.
[[nodiscard]] constexpr std::uint32_t concurrent_tiles(const Geom& geom, std::uint32_t groups) {
  return geom.in_tile_step == 0 ? groups : 1;
}

/// Checks the stream header against CMD_SIZE and the configuration; `words` is the header.
[[nodiscard]] spec::CommandError check_stream_header(std::span<const std::uint32_t, spec::StreamHeader::kWords> words,
                                                     std::uint32_t cmd_size, const spec::HardwareConfig& config);

/// Checks the first word of a command that has `bytes_left` bytes of stream from its first byte on.
[[nodiscard]] spec::CommandError check_length(std::uint32_t first_word, std::uint64_t bytes_left);

/// Checks reserved bits and fields of a whole command whose first word passed check_length.
[[nodiscard]] spec::CommandError check_fields(std::span<const std::uint32_t> words);

}  // namespace auklet::sim::model
