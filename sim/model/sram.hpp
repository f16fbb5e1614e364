// The on-chip SRAM: bytes that wrap at a power of two, written in whole 16-byte words.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/spec/spec.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include "sram_flips.hpp"

namespace auklet::sim::model {

/// Lanes of one SRAM word.
inline constexpr std::size_t kLanes = spec::kLanes;
using Word = std::array<std::int8_t, kLanes>;

/// Byte-addressed memory. Every address is taken modulo size(), a power of two, so address arithmetic may be done
/// modulo 2^32.
class Sram {
 public:
  /// With check bits when `ecc`. Throws std::invalid_argument unless `bytes` is a power of two of at least one word.
  explicit Sram(std::size_t bytes, bool ecc = false)
      : bytes_(checked(bytes)), mask_(static_cast<std::uint32_t>(bytes - 1)), ecc_(ecc) {}

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::span<const std::int8_t> bytes() const { return bytes_; }

  /// Reads out.size() bytes from `address` on, at any alignment.
  void read(std::uint32_t address, std::span<std::int8_t> out) const {
    while (!out.empty()) {
      const std::size_t begin = address & mask_;
      const std::size_t n = std::min(out.size(), bytes_.size() - begin);
      std::memcpy(out.data(), bytes_.data() + begin, n);
      if (flips_.any()) flips_.look(begin, n);
      out = out.subspan(n);
      address += static_cast<std::uint32_t>(n);
    }
  }

  /// Writes bytes from `address` on, at any alignment.
  void write(std::uint32_t address, std::span<const std::int8_t> in) {
    while (!in.empty()) {
      const std::size_t begin = address & mask_;
      const std::size_t n = std::min(in.size(), bytes_.size() - begin);
      std::memcpy(bytes_.data() + begin, in.data(), n);
      if (record_ != nullptr) record(begin, n);
      if (flips_.any()) rewritten(begin, n);
      in = in.subspan(n);
      address += static_cast<std::uint32_t>(n);
    }
  }

  [[nodiscard]] Word read_word(std::uint32_t address) const {
    Word word;
    read(address, word);
    return word;
  }

  void write_word(std::uint32_t address, const Word& word) { write(address, word); }

  /// Appends the address of every word that is written from now on to `record`, repetitions included; nullptr ends it.
  void record_writes(std::vector<std::uint32_t>* record) { record_ = record; }

  void clear() {
    std::memset(bytes_.data(), 0, bytes_.size());  // At low optimisation std::fill is a loop over bytes.
    flips_.forget_all();
  }

  /// Flips bit `bit` of the word at `address`: 0 to 127 are data, check bits follow. False when there is no such bit.
  bool flip(std::uint32_t address, std::uint32_t bit) {
    if (!exists(address, bit)) return false;
    const std::size_t word = address / kLanes * kLanes;
    if (!ecc_) {
      toggle(word, bit);
      return true;
    }
    // What is kept is what a reader gets.
    for (const std::uint32_t wrong : flips_.flip(word, bit)) toggle(word, wrong);
    return true;
  }

  /// Flips these bits of the word at `address` in each of the next `writes` writes to it. False when one does not
  /// exist.
  bool weaken(std::uint32_t address, std::span<const std::uint32_t> bits, std::uint32_t writes) {
    if (!std::ranges::all_of(bits, [&](std::uint32_t bit) { return exists(address, bit); })) return false;
    flips_.weaken(address / kLanes * kLanes, {bits.begin(), bits.end()}, writes);
    return true;
  }

  /// What reading commands met.
  [[nodiscard]] const SramFlips& flips() const { return flips_; }
  SramFlips& flips() { return flips_; }

 private:
  [[nodiscard]] bool exists(std::uint32_t address, std::uint32_t bit) const {
    constexpr std::uint32_t kDataBits = kLanes * 8;
    return address < size() && bit < kDataBits + (ecc_ ? spec::kEccBits : 0);
  }

  void rewritten(std::size_t begin, std::size_t n) {
    flips_.forget(begin, n);
    flips_.keep_promises(begin, n,
                         [this](std::size_t word, std::uint32_t bit) { flip(static_cast<std::uint32_t>(word), bit); });
  }

  void toggle(std::size_t word, std::uint32_t bit) {
    std::int8_t& byte = bytes_[word + bit / 8];
    byte = static_cast<std::int8_t>(static_cast<std::uint8_t>(byte) ^ (1U << bit % 8));
  }

  static std::size_t checked(std::size_t bytes) {
    if (bytes < kLanes || !std::has_single_bit(bytes) || bytes > (std::size_t{1} << 31)) {
      throw std::invalid_argument("the SRAM's size must be a power of two");
    }
    return bytes;
  }

  void record(std::size_t begin, std::size_t n) {
    for (std::size_t word = begin / kLanes; word * kLanes < begin + n; ++word) {
      record_->push_back(static_cast<std::uint32_t>(word * kLanes));
    }
  }

  std::vector<std::int8_t> bytes_;
  std::uint32_t mask_;
  bool ecc_;
  mutable SramFlips flips_;  ///< Reading counts.
  std::vector<std::uint32_t>* record_ = nullptr;
};

}  // namespace auklet::sim::model
