#include "hazards.hpp"

#include <iterator>

namespace auklet::compiler::passes {

plan::Waits Hazards::before_read(std::uint64_t begin, std::uint64_t end) const {
  plan::Waits waits;
  for (auto at = std::prev(records_.upper_bound(begin)); at != records_.end() && at->first < end; ++at) {
    waits = plan::both(waits, at->second.written);
  }
  return waits;
}

plan::Waits Hazards::before_write(std::uint64_t begin, std::uint64_t end) const {
  plan::Waits waits = before_read(begin, end);
  for (auto at = std::prev(records_.upper_bound(begin)); at != records_.end() && at->first < end; ++at) {
    waits = plan::both(waits, at->second.read);
  }
  return waits;
}

void Hazards::note_read(std::uint64_t begin, std::uint64_t end, const plan::Waits& done) {
  if (begin >= end) return;
  split(begin);
  split(end);
  for (auto at = records_.find(begin); at != records_.end() && at->first < end; ++at) {
    at->second.read = plan::both(at->second.read, done);
  }
}

void Hazards::note_write(std::uint64_t begin, std::uint64_t end, const plan::Waits& done) {
  if (begin >= end) return;
  split(begin);
  split(end);
  const auto first = records_.find(begin);
  records_.erase(std::next(first), records_.find(end));
  // Whoever waits for the writer waits for all that the writer waited for.
  first->second = {.written = done, .read = {}};
}

void Hazards::split(std::uint64_t address) {
  const auto before = std::prev(records_.upper_bound(address));
  if (before->first != address) records_.emplace_hint(std::next(before), address, before->second);
}

}  // namespace auklet::compiler::passes
