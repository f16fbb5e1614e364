#include "journal.hpp"

#include <algorithm>
#include <cstring>

namespace auklet::sim {

void Journal::begin(const JobPlace& place) {
  place_ = place;
  for (std::vector<JournalCommand>& commands : commands_) commands.clear();
}

const JournalCommand* Journal::command(spec::Engine engine, std::size_t n) const {
  const std::vector<JournalCommand>& commands = commands_[static_cast<std::size_t>(engine)];
  return n < commands.size() ? &commands[n] : nullptr;
}

void Journal::on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t /*cycle*/) {
  commands_[static_cast<std::size_t>(engine)].push_back({.offset = offset, .addresses = {}, .words = {}, .rows = {}});
}

void Journal::on_command_end(spec::Engine engine, std::uint32_t /*offset*/, std::uint64_t /*cycle*/) {
  if (engine == spec::Engine::kStore) record_store(commands_[static_cast<std::size_t>(engine)].back());
}

void Journal::on_sram_write(spec::Engine engine, std::uint32_t /*offset*/, std::uint32_t address, SramWord word,
                            std::uint64_t /*cycle*/) {
  JournalCommand& command = commands_[static_cast<std::size_t>(engine)].back();
  command.addresses.push_back(address);
  std::ranges::copy(word, command.words.emplace_back().begin());
}

// The reference does not report what it writes to memory: the command itself says where.
void Journal::record_store(JournalCommand& command) const {
  using Words = std::array<std::uint32_t, spec::DmaCommand::kWords>;
  Words words{};
  const std::span<const std::byte> encoded = memory_.copy(place_.stream + command.offset, sizeof(Words));
  if (encoded.empty()) return;
  std::memcpy(words.data(), encoded.data(), sizeof(Words));
  const spec::DmaCommand store = spec::decode_dma(words);
  for (std::uint64_t row = 0; row < store.ax_rows; ++row) {
    const std::uint64_t address = place_.windows[store.window] + store.offset + row * store.ax_stride;
    const std::span<const std::byte> bytes = memory_.copy(address, store.ax_len);
    command.rows.push_back({address, {bytes.begin(), bytes.end()}});
  }
}

}  // namespace auklet::sim
