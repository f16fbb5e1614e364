#include "sram_flips.hpp"

#include <array>
#include <bit>
#include <utility>

namespace auklet::sim::model {
namespace {

constexpr std::size_t kWordBits = spec::kLanes * 8 + spec::kEccBits;

/// Place of every bit of a code word, data first, then check bits: the check bits but the last have the powers of two,
/// the data bits the places between. The last, the parity of all others, has none.
constexpr std::array<std::uint32_t, kWordBits> make_places() {
  std::array<std::uint32_t, kWordBits> places{};
  std::size_t data = 0;
  std::size_t check = spec::kLanes * 8;
  for (std::uint32_t place = 1; data < spec::kLanes * 8; ++place)
    places[std::has_single_bit(place) ? check++ : data++] = place;
  return places;
}
constexpr std::array<std::uint32_t, kWordBits> kPlaces = make_places();
static_assert(kPlaces[kWordBits - 2] == 128 && kPlaces[spec::kLanes * 8 - 1] == 136, "eight check bits have places");

}  // namespace

SramFlips::Verdict SramFlips::decode(const Bits& flipped) {
  std::uint32_t sum = 0;
  for (std::size_t bit = 0; bit < kWordBits; ++bit) {
    if (flipped[bit]) sum ^= kPlaces[bit];
  }
  Verdict verdict{.lost = false, .wrong = flipped};
  if (flipped.count() % 2 == 0) {
    verdict.lost = sum != 0;
    return verdict;
  }
  // An odd number of flips is taken for one.
  for (std::size_t bit = 0; bit < kWordBits; ++bit) {
    if (kPlaces[bit] != sum) continue;
    verdict.wrong.flip(bit);
    return verdict;
  }
  verdict.lost = true;
  return verdict;
}

std::vector<std::uint32_t> SramFlips::flip(std::size_t word, std::uint32_t bit) {
  Bits& flipped = words_[word];
  Bits changed = decode(flipped).wrong;
  flipped.flip(bit);
  changed ^= decode(flipped).wrong;
  if (flipped.none()) words_.erase(word);
  std::vector<std::uint32_t> data;
  for (std::uint32_t i = 0; i < kDataBits; ++i) {
    if (changed[i]) data.push_back(i);
  }
  return data;
}

void SramFlips::weaken(std::size_t word, std::vector<std::uint32_t> bits, std::uint32_t writes) {
  weak_.erase(word);
  if (writes != 0) weak_[word] = {std::move(bits), writes};
}

void SramFlips::look(std::size_t begin, std::size_t n) {
  if (n == 0) return;
  const auto end = words_.lower_bound(begin + n);
  for (auto word = words_.lower_bound(begin / kWordBytes * kWordBytes); word != end; ++word) {
    const auto address = static_cast<std::uint32_t>(word->first);
    if (decode(word->second).lost) {
      if (!lost_) lost_ = address;
    } else if (word->second.count() % 2 != 0) {
      ++corrected_;
      corrected_address_ = address;
    }
  }
}

void SramFlips::forget(std::size_t begin, std::size_t n) {
  if (n == 0) return;
  words_.erase(words_.lower_bound(begin / kWordBytes * kWordBytes), words_.lower_bound(begin + n));
}

}  // namespace auklet::sim::model
