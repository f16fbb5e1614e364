// The parts of validate_stream(); not a public header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <auklet/npu/stream.hpp>
#include <auklet/spec/spec.hpp>

namespace auklet::npu::detail {

/// What a stream is checked against.
struct StreamLimits {
  std::uint64_t sram_bytes = 0;  ///< That the stream's header asks for.
  std::span<const Window> windows;
};

/// One command that was found whole: known opcode, right length, inside the stream.
struct CommandView {
  const spec::CommandInfo* info = nullptr;
  std::span<const std::uint32_t> words;  ///< All of the command.
  std::uint32_t offset = 0;              ///< Bytes from the stream's start.

  [[nodiscard]] StreamReport refuse(Status status, std::size_t word, std::uint64_t actual,
                                    std::uint64_t expected) const noexcept {
    return {status, offset, static_cast<std::uint8_t>(info->opcode), static_cast<std::uint8_t>(word), actual, expected};
  }
  [[nodiscard]] StreamReport refuse(Status status, const spec::CommandField& field,
                                    std::uint64_t expected) const noexcept {
    return refuse(status, field.word, static_cast<std::uint64_t>(field.get(words)), expected);
  }
};

/// The opcode's rules beyond the table of its format, from docs/command-stream.md.
[[nodiscard]] StreamReport check_opcode_fields(const CommandView& command) noexcept;

/// Windows and SRAM: every byte that the command can touch. The fields must have passed all other checks.
[[nodiscard]] StreamReport check_extents(const CommandView& command, const StreamLimits& limits) noexcept;

/// Whether every wait can be met. `words` must be a stream whose commands all passed.
[[nodiscard]] StreamReport check_waits(std::span<const std::uint32_t> words) noexcept;

/// The command at word `index` of a stream that passed all checks of framing.
[[nodiscard]] inline CommandView view_at(std::span<const std::uint32_t> words, std::size_t index) noexcept {
  const spec::CommandInfo* info =
      spec::command_info(static_cast<std::uint32_t>(spec::decode_header(words.subspan(index)).opcode));
  return {info, words.subspan(index, info->words), static_cast<std::uint32_t>(index * sizeof(std::uint32_t))};
}

}  // namespace auklet::npu::detail
