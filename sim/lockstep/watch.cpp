#include "watch.hpp"

#include <algorithm>

namespace auklet::sim {
namespace {

using Kind = Divergence::Kind;

constexpr std::uint32_t word_base(std::uint32_t address) {
  return address / static_cast<std::uint32_t>(spec::kLanes) * static_cast<std::uint32_t>(spec::kLanes);
}

}  // namespace

void Watch::begin(bool whole, std::uint64_t cycle) {
  lanes_ = {};
  last_seen_ = cycle;
  running_ = true;
  whole_ = whole;
}

void Watch::note(const Divergence& divergence) {
  if (!divergence_) divergence_ = divergence;
}

void Watch::on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) {
  if (next_ != nullptr) next_->on_command_start(engine, offset, cycle);
  if (!seen(cycle)) return;
  Lane& here = lane(engine);
  here.expected = journal_.command(engine, here.completed);
  // Where the reference stopped at a fault, engines may be ahead of it.
  if (here.expected == nullptr && !whole_) return;
  if (here.expected == nullptr || here.expected->offset != offset) {
    note({.kind = Kind::kOrder,
          .engine = engine,
          .offset = offset,
          .cycle = cycle,
          .address = 0,
          .expected = here.expected != nullptr ? here.expected->offset : 0,
          .got = offset});
    return;
  }
  here.words.assign(here.expected->addresses.size(), {});
}

void Watch::on_sram_write(spec::Engine engine, std::uint32_t offset, std::uint32_t address, SramWord word,
                          std::uint64_t cycle) {
  if (next_ != nullptr) next_->on_sram_write(engine, offset, address, word, cycle);
  if (!seen(cycle)) return;
  Lane& here = lane(engine);
  if (here.expected == nullptr && !whole_) return;
  const Divergence stray{.kind = Kind::kStrayWrite,
                         .engine = engine,
                         .offset = offset,
                         .cycle = cycle,
                         .address = address,
                         .expected = 0,
                         .got = std::to_integer<std::uint32_t>(word[0])};
  if (here.expected == nullptr) {
    note(stray);
    return;
  }
  const std::vector<std::uint32_t>& addresses = here.expected->addresses;
  const auto found = std::ranges::lower_bound(addresses, word_base(address));
  if (found == addresses.end() || *found != word_base(address)) {
    note(stray);
    return;
  }
  Written& written = here.words[static_cast<std::size_t>(found - addresses.begin())];
  written.written = true;
  written.cycle = cycle;
  std::ranges::copy(word, written.word.begin());
}

void Watch::on_command_end(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) {
  if (next_ != nullptr) next_->on_command_end(engine, offset, cycle);
  if (!seen(cycle)) return;
  Lane& here = lane(engine);
  if (here.expected != nullptr) {
    const Divergence base{.engine = engine, .offset = offset, .cycle = cycle};
    compare_words(here, base);
    compare_rows(*here.expected, base);
  }
  here.expected = nullptr;
  ++here.completed;
}

// Of the bytes that differ, the one that was written first.
void Watch::compare_words(const Lane& lane, const Divergence& here) {
  std::optional<Divergence> first;
  for (std::size_t i = 0; i < lane.words.size(); ++i) {
    const Written& written = lane.words[i];
    const auto& expected = lane.expected->words[i];
    if (written.written && written.word == expected) continue;
    Divergence found = here;
    found.kind = written.written ? Kind::kSram : Kind::kMissingWrite;
    if (written.written) found.cycle = written.cycle;
    if (first && first->cycle <= found.cycle) continue;
    const auto byte =
        static_cast<std::size_t>(std::ranges::mismatch(written.word, expected).in1 - written.word.begin());
    const std::size_t lane_index = written.written ? byte : 0;
    found.address = lane.expected->addresses[i] + lane_index;
    found.expected = std::to_integer<std::uint32_t>(expected[lane_index]);
    found.got = std::to_integer<std::uint32_t>(written.word[lane_index]);
    first = found;
  }
  if (first) note(*first);
}

void Watch::compare_rows(const JournalCommand& expected, const Divergence& here) {
  for (const StoredRow& row : expected.rows) {
    const std::span<const std::byte> got = memory_.device(row.address, row.bytes.size());
    const auto [at, wanted] = std::ranges::mismatch(got, row.bytes);
    if (at == got.end()) continue;
    Divergence found = here;
    found.kind = Kind::kStore;
    found.address = row.address + static_cast<std::uint64_t>(at - got.begin());
    found.expected = std::to_integer<std::uint32_t>(*wanted);
    found.got = std::to_integer<std::uint32_t>(*at);
    note(found);
    return;
  }
}

// A command that the device has not completed.
std::optional<Divergence> Watch::next_expected(std::uint64_t cycle) const {
  for (const spec::Engine engine : {spec::Engine::kLoad, spec::Engine::kCompute, spec::Engine::kStore}) {
    const JournalCommand* next = journal_.command(engine, lanes_[static_cast<std::size_t>(engine)].completed);
    if (next == nullptr) continue;
    return Divergence{.kind = Kind::kOrder,
                      .engine = engine,
                      .offset = next->offset,
                      .cycle = cycle,
                      .address = 0,
                      .expected = next->offset,
                      .got = 0};
  }
  return std::nullopt;
}

void Watch::note_hang(std::uint64_t cycle) {
  Divergence hang = next_expected(cycle).value_or(Divergence{.cycle = cycle});
  hang.kind = Kind::kHang;
  note(hang);
}

void Watch::on_job_end(std::uint64_t cycle) {
  if (next_ != nullptr) next_->on_job_end(cycle);
  if (!seen(cycle)) return;
  running_ = false;
  if (!whole_) return;
  if (const auto missing = next_expected(cycle)) {
    note(*missing);
    return;
  }
  if (const auto byte = memory_.first_difference()) {
    note({.kind = Kind::kMemory,
          .engine = spec::Engine::kNone,
          .offset = 0,
          .cycle = cycle,
          .address = byte->address,
          .expected = std::to_integer<std::uint32_t>(byte->copy),
          .got = std::to_integer<std::uint32_t>(byte->device)});
  }
}

}  // namespace auklet::sim
