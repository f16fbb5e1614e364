#include "space.hpp"

#include <algorithm>
#include <utility>

namespace auklet::compiler::passes {

Space::Space(std::uint32_t bytes, std::uint32_t align, std::vector<std::uint32_t> preferred)
    : bytes_(bytes), align_(align), preferred_(std::move(preferred)) {}

std::vector<Space::Gap> Space::gaps(std::uint32_t first, std::uint32_t last) const {
  const Block when{.first = first, .last = last};
  std::vector<Block> busy;
  for (const Block& block : blocks_) {
    if (block.bytes > 0 && block.lives_with(when)) busy.push_back(block);
  }
  std::ranges::sort(busy, {}, &Block::address);
  std::vector<Gap> free;
  std::uint32_t at = 0;
  const auto add = [&](std::uint32_t end) {
    const std::uint32_t begin = (at + align_ - 1) / align_ * align_;
    if (begin < end) free.push_back({begin, end});
  };
  for (const Block& block : busy) {
    add(block.address);
    at = std::max(at, block.end());
  }
  add(bytes_);
  return free;
}

std::optional<Space::Id> Space::place(std::uint32_t bytes, std::uint32_t first, std::uint32_t last, const Price& price,
                                      bool packed) {
  std::optional<Block> best;
  std::uint64_t best_price = 0;
  const auto consider = [&](const Gap& gap, std::uint32_t address) {
    if (address < gap.begin || address > gap.end || gap.end - address < bytes) return;
    const Block block{address, bytes, first, last, false};
    const std::uint64_t cost = price ? price(block) : 0;
    if (!best || cost < best_price || (cost == best_price && address < best->address)) {
      best = block;
      best_price = cost;
    }
  };
  for (const Gap& gap : gaps(first, last)) {
    consider(gap, gap.begin);
    for (const std::uint32_t address : preferred_) {
      if (!packed) consider(gap, address);
    }
    if (gap.end - gap.begin >= bytes) consider(gap, (gap.end - bytes) / align_ * align_);
  }
  if (!best) return std::nullopt;
  blocks_.push_back(*best);
  return blocks_.size() - 1;
}

void Space::settle(Id id, const Price& price) {
  const Block block = blocks_[id];
  remove(id);
  const std::uint64_t now = price(block);
  const auto better = place(block.bytes, block.first, block.last, price);
  // Its own place is among those, but for its alignment.
  blocks_[id] = better && price(blocks_[*better]) < now ? blocks_[*better] : block;
  if (better) blocks_.pop_back();
}

Space::Id Space::place_largest(std::uint32_t time) {
  Gap largest;
  for (const Gap& gap : gaps(time, time)) {
    if (gap.end - gap.begin > largest.end - largest.begin) largest = gap;
  }
  blocks_.push_back({largest.begin, largest.end - largest.begin, time, time, true});
  return blocks_.size() - 1;
}

void Space::remove(Id id) { blocks_[id].bytes = 0; }

std::uint32_t Space::peak() const {
  std::uint32_t peak = 0;
  for (const Block& block : blocks_) {
    if (block.bytes > 0) peak = std::max(peak, block.end());
  }
  return peak;
}

std::uint32_t Space::live_peak() const {
  std::uint32_t peak = 0;
  for (const Block& now : blocks_) {  // Some block begins where most are in use.
    if (now.bytes == 0 || now.elastic) continue;
    std::uint32_t live = 0;
    for (const Block& block : blocks_) {
      if (!block.elastic && block.first <= now.first && now.first <= block.last) live += block.bytes;
    }
    peak = std::max(peak, live);
  }
  return peak;
}

}  // namespace auklet::compiler::passes
