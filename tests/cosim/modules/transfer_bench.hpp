// What the benches of the DMA engines share: commands, and contents of memory and SRAM that are never stored.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "module_bench.hpp"

namespace auklet::test {

constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << spec::kAxiAddrBits) - 1;
constexpr std::uint64_t kBeat = 16;                  ///< Bytes of a beat: the modules' default width.
constexpr std::uint32_t kWordMask = (1U << 15) - 1;  ///< Of SRAM word addresses: the modules' default width.

using Word = std::array<std::uint8_t, 16>;

/// Any byte, but always the same at an address.
inline std::uint8_t byte_at(std::uint64_t address, std::uint64_t salt) {
  std::uint64_t x = (address + salt) * 0x9E3779B97F4A7C15;
  x ^= x >> 29;
  return static_cast<std::uint8_t>((x * 0xBF58476D1CE4E5B9) >> 56);
}

/// The command as a module's port takes it.
template <class Command, class Port>
void put_command(const Command& command, Port& port) {
  std::array<std::uint32_t, Command::kWords> words{};
  if (const spec::CommandField* wrong = spec::encode(command, words)) throw std::logic_error(wrong->name);
  for (std::size_t i = 0; i < words.size(); ++i) port[i] = words[i];
}

template <class Port>
void put_word(const Word& word, Port& port) {
  for (std::size_t i = 0; i < 4; ++i) {
    port[i] = 0;
    for (std::size_t byte = 0; byte < 4; ++byte) port[i] |= std::uint32_t{word[4 * i + byte]} << (8 * byte);
  }
}

template <class Port>
Word word_of(const Port& port) {
  Word word{};
  for (std::size_t i = 0; i < word.size(); ++i) word[i] = static_cast<std::uint8_t>(port[i / 4] >> (i % 4 * 8));
  return word;
}

inline Word random_word(Numbers& numbers) {
  Word word{};
  for (std::uint8_t& byte : word) byte = static_cast<std::uint8_t>(numbers.bits(8));
  return word;
}

/// The bursts of memory rows, in order; made one after the other, for there may be millions.
class Bursts {
 public:
  struct Burst {
    std::uint64_t address = 0, bytes = 0;
    bool last = false;  ///< Of all rows.

    [[nodiscard]] std::uint64_t beats() const { return (address % kBeat + bytes + kBeat - 1) / kBeat; }
  };

  Bursts() = default;
  Bursts(std::uint64_t address, std::uint64_t length, std::uint64_t rows, std::uint64_t stride)
      : row_(address), at_(address), left_(length), length_(length), rows_(rows), stride_(stride) {}

  [[nodiscard]] bool done() const { return rows_ == 0; }
  [[nodiscard]] Burst front() const {
    const std::uint64_t bytes = std::min(left_, spec::kBurstBytes - at_ % spec::kBurstBytes);
    return {at_, bytes, rows_ == 1 && bytes == left_};
  }
  void pop() {
    const Burst burst = front();
    at_ = (at_ + burst.bytes) & kAddressMask;
    left_ -= burst.bytes;
    if (left_ != 0) return;
    at_ = row_ = (row_ + stride_) & kAddressMask;
    left_ = length_;
    --rows_;
  }

 private:
  std::uint64_t row_ = 0, at_ = 0, left_ = 0, length_ = 0, rows_ = 0, stride_ = 0;
};

/// The SRAM words of a byte sequence, in order: rows of `length` bytes, `stride` apart.
class SramWords {
 public:
  SramWords() = default;
  SramWords(std::uint32_t base, std::uint32_t length, std::uint32_t stride)
      : row_(base), left_(length), length_(length), stride_(stride) {}

  [[nodiscard]] std::uint32_t address() const { return (row_ + at_) / 16 & kWordMask; }
  /// Bytes of the word that belong to the row.
  [[nodiscard]] std::uint32_t bytes() const { return std::min(left_, 16U); }
  void pop() {
    at_ += 16;
    left_ -= bytes();
    if (left_ != 0) return;
    row_ += stride_;
    at_ = 0;
    left_ = length_;
  }

 private:
  std::uint32_t row_ = 0, at_ = 0, left_ = 0, length_ = 0, stride_ = 0;
};

/// How often each side of an engine is ready: once in so many cycles.
struct Pace {
  explicit Pace(Numbers& numbers)
      : request(1 + numbers.below(4)), data(1 + numbers.below(4)), sram(1 + numbers.below(4)) {
    if (numbers.one_in(4)) *this = {1, 1, 1};
  }
  Pace(std::uint64_t r, std::uint64_t d, std::uint64_t s) : request(r), data(d), sram(s) {}

  std::uint64_t request, data, sram;
};

}  // namespace auklet::test
