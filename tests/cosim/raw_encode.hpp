// What the files that make raw commands share.
#pragma once

#include <stdexcept>

#include "raw_stream.hpp"

namespace auklet::test {

inline constexpr std::uint32_t kSramBytes = spec::kDefaultConfiguration.sram_bytes;
inline constexpr std::uint32_t kFieldMax = (1U << 24) - 1;  ///< Of SRAM addresses, steps and lengths.

/// The command, encoded, with its engine; its footprint is still to be marked.
template <class Command>
RawCommand encoded(const Command& command) {
  RawCommand raw;
  raw.engine = spec::command_info(command.header.opcode)->engine;
  std::array<std::uint32_t, Command::kWords> words{};
  if (const spec::CommandField* wrong = spec::encode(command, words)) throw std::logic_error(wrong->name);
  raw.words.assign(words.begin(), words.end());
  return raw;
}

}  // namespace auklet::test
