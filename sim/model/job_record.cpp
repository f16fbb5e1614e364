#include "job_record.hpp"

#include <algorithm>

namespace auklet::sim::model {

JobRecord::Entry& JobRecord::entry(std::size_t place) {
  entries_.resize(std::max(entries_.size(), place + 1));
  return entries_[place];
}

void JobRecord::add(std::size_t place, spec::Engine engine, std::uint32_t offset) {
  Entry& added = entry(place);
  added.engine = engine;
  added.offset = offset;
  std::ranges::sort(touched_);
  const auto repeated = std::ranges::unique(touched_);
  touched_.erase(repeated.begin(), repeated.end());
  added.addresses.swap(touched_);
  touched_.clear();
  for (const std::uint32_t address : added.addresses) added.words.push_back(sram_.read_word(address));
}

void JobRecord::add_store(std::size_t place, std::uint32_t offset, const Dma& store, std::uint64_t base) {
  add(place, spec::Engine::kStore, offset);
  Entry& added = entries_[place];
  for (std::uint64_t row = 0; row < store.ax_rows; ++row) {
    Row& written =
        added.rows.emplace_back(base + store.offset + row * store.ax_stride, std::vector<std::int8_t>(store.ax_len));
    if (memory_.read(written.address, written.bytes) != AxiResponse::kOkay) added.rows.pop_back();
  }
}

void JobRecord::report(std::size_t place, Observer& observer, std::uint64_t start, std::uint64_t end) const {
  if (place >= entries_.size() || entries_[place].engine == spec::Engine::kNone) return;
  const Entry& told = entries_[place];
  observer.on_command_start(told.engine, told.offset, start);
  for (std::size_t i = 0; i < told.words.size(); ++i) {
    observer.on_sram_write(told.engine, told.offset, told.addresses[i], std::as_bytes(std::span(told.words[i])), end);
  }
  for (const Row& row : told.rows) {
    observer.on_memory_write(told.offset, row.address, std::as_bytes(std::span(row.bytes)), end);
  }
  observer.on_command_end(told.engine, told.offset, end);
}

}  // namespace auklet::sim::model
