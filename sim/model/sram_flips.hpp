// Flipped bits of an SRAM with check bits: what a reader meets. The code is that of auklet_secded_encode.
#pragma once

#include <auklet/spec/spec.hpp>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

namespace auklet::sim::model {

/// The words in which bits have flipped since they were written, and what became of those that were read. Data and
/// check bits of a word without flips are never looked at: the code is linear, so that the flips alone decide.
class SramFlips {
 public:
  /// Whether there is any such word, or will be.
  [[nodiscard]] bool any() const { return !words_.empty() || !weak_.empty(); }

  /// Flips a bit of the word that begins at byte `word`. Returns the data bits in which what a reader gets changes.
  std::vector<std::uint32_t> flip(std::size_t word, std::uint32_t bit);
  /// The next `writes` times that the word at byte `word` is written, `bits` flip at once.
  void weaken(std::size_t word, std::vector<std::uint32_t> bits, std::uint32_t writes);
  /// Of the words that end in bytes [begin, begin + n), which have been written: calls `flip(word, bit)` for what
  /// weaken() promised.
  template <class Flip>
  void keep_promises(std::size_t begin, std::size_t n, Flip flip) {
    for (auto weak = weak_.lower_bound(begin / kWordBytes * kWordBytes); weak != weak_.end();) {
      if (weak->first + kWordBytes > begin + n) break;
      for (const std::uint32_t bit : weak->second.bits) flip(weak->first, bit);
      weak = --weak->second.writes == 0 ? weak_.erase(weak) : std::next(weak);
    }
  }
  /// Bytes [begin, begin + n) are read.
  void look(std::size_t begin, std::size_t n);
  /// They are written: whole words, in the end.
  void forget(std::size_t begin, std::size_t n);
  void forget_all() { words_.clear(); }

  /// Reads that were corrected since construction or reset_counts(), modulo 2^32, and the address of the last one.
  [[nodiscard]] std::uint32_t corrected() const { return corrected_; }
  [[nodiscard]] std::uint32_t corrected_address() const { return corrected_address_; }
  void reset_counts() { corrected_ = corrected_address_ = 0; }

  /// Address of the first word that was read and could not be corrected since forget_lost().
  [[nodiscard]] std::optional<std::uint32_t> lost() const { return lost_; }
  void forget_lost() { lost_.reset(); }

 private:
  static constexpr std::size_t kWordBytes = spec::kLanes;
  static constexpr std::size_t kDataBits = kWordBytes * 8;
  using Bits = std::bitset<kDataBits + spec::kEccBits>;

  /// What the decoder makes of a word.
  struct Verdict {
    bool lost = false;
    Bits wrong;  ///< Bits that differ from what was written, after correction.
  };
  [[nodiscard]] static Verdict decode(const Bits& flipped);

  struct Weakness {
    std::vector<std::uint32_t> bits;
    std::uint32_t writes = 0;
  };

  std::map<std::size_t, Bits> words_;     ///< By address.
  std::map<std::size_t, Weakness> weak_;  ///< By address.
  std::uint32_t corrected_ = 0;
  std::uint32_t corrected_address_ = 0;
  std::optional<std::uint32_t> lost_;
};

}  // namespace auklet::sim::model
