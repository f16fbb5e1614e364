#include "journal.hpp"

#include <algorithm>

namespace auklet::sim {

void Journal::begin() {
  for (std::vector<JournalCommand>& commands : commands_) commands.clear();
}

const JournalCommand* Journal::command(spec::Engine engine, std::size_t n) const {
  const std::vector<JournalCommand>& commands = commands_[static_cast<std::size_t>(engine)];
  return n < commands.size() ? &commands[n] : nullptr;
}

void Journal::on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t /*cycle*/) {
  commands_[static_cast<std::size_t>(engine)].push_back({.offset = offset, .addresses = {}, .words = {}, .rows = {}});
}

void Journal::on_sram_write(spec::Engine engine, std::uint32_t /*offset*/, std::uint32_t address, SramWord word,
                            std::uint64_t /*cycle*/) {
  JournalCommand& command = commands_[static_cast<std::size_t>(engine)].back();
  command.addresses.push_back(address);
  std::ranges::copy(word, command.words.emplace_back().begin());
}

void Journal::on_memory_write(std::uint32_t /*offset*/, std::uint64_t address, std::span<const std::byte> bytes,
                              std::uint64_t /*cycle*/) {
  JournalCommand& command = commands_[static_cast<std::size_t>(spec::Engine::kStore)].back();
  command.rows.push_back({address, {bytes.begin(), bytes.end()}});
}

}  // namespace auklet::sim
