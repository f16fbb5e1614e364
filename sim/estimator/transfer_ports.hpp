// A transfer's SRAM port, cycle by cycle, as rtl/dma has it: beats come from memory or go to it at an even pace, and
// the bytes between are few.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "sram_banks.hpp"

namespace auklet::sim::estimator {

/// What moves, and where.
struct TransferShape {
  bool store = false;
  bool unpack = false;
  std::uint32_t base = 0;           ///< SRAM rows: the first one,
  std::uint32_t stride = 0;         ///< from one to the next one,
  std::uint32_t row_bytes = 1;      ///< and their bytes, each with words of its own.
  std::uint64_t words = 0;          ///< SRAM accesses.
  std::uint64_t address = 0;        ///< Memory rows: the first one,
  std::uint64_t memory_stride = 0;  ///< from one to the next one,
  std::uint32_t memory_row = 1;     ///< and their bytes, each with bursts of its own.
  std::uint64_t bytes = 0;          ///< Of all of them.
  std::uint32_t beat_bytes = 16;
  double beat = 1;                   ///< Cycles from a beat to the next one.
  std::vector<std::uint8_t> widths;  ///< UNPACK: bytes of each word.
};

/// From the cycle on in which the first beat is taken (loads) or in which the command starts (STORE).
class TransferPorts {
 public:
  /// Refusals that an access puts up with: then it goes before all but results.
  static constexpr unsigned kPatience = 2;

  struct Begin {
    const TransferShape* shape = &kNothing;  ///< Outlives it.
    double due = 0;                          ///< When memory had the first beat, which may have waited.
  };
  TransferPorts(const Begin& begin, const spec::HardwareConfig& config);

  /// So many beats of another client come on the bus, too: from `due` on, one every `beat` cycles at most. Memory
  /// sends what was asked for `before` first.
  void disturb(std::uint64_t beats, double due, double beat, bool before);
  /// The bank that it asks for; 0: none.
  [[nodiscard]] Banks asks();
  void step(bool granted);
  /// Cycles in which nothing happens: it asks for no bank, no beat moves.
  [[nodiscard]] std::uint64_t quiet() const;
  /// Takes so many of those.
  void skip(std::uint64_t cycles) {
    cycle_ += cycles;
    if (cycles != 0) refused_ = 0;
  }
  /// Up to `most` cycles in which nobody refuses it: one, those in which nothing happens, or those of several words but
  /// no more than `words`. Returns how many.
  std::uint64_t go(std::uint64_t most, std::uint64_t words = std::numeric_limits<std::uint64_t>::max());
  /// All banks of the regions that its next `words` are in, and maybe some more.
  [[nodiscard]] Banks regions(std::uint64_t words) const {
    return even_ ? map_.regions(at_, words * spec::kLanes) : regions_;
  }
  /// SRAM is no longer used.
  [[nodiscard]] bool done() const { return words_ == shape_->words; }
  [[nodiscard]] std::uint64_t words() const { return words_; }
  /// What has passed it: words into SRAM, or beats to memory.
  [[nodiscard]] std::uint64_t passed() const { return shape_->store ? sent_ : words_; }
  /// The cycle behind the last of it.
  [[nodiscard]] std::uint64_t newest() const { return newest_; }
  /// Refusals in a row, no more than kPatience.
  [[nodiscard]] unsigned refused() const { return refused_; }
  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }

 private:
  static const TransferShape kNothing;

  [[nodiscard]] std::uint32_t word_bytes() const;
  [[nodiscard]] bool wants_bank() const;
  [[nodiscard]] std::uint64_t until_beat() const;
  std::uint64_t go_evenly(std::uint64_t most, std::uint64_t words);
  /// STORE: beats that the buffer has room for.
  [[nodiscard]] std::uint32_t store_room() const { return 2 * spec::kBurstBytes / shape_->beat_bytes; }
  [[nodiscard]] std::uint32_t next_beat() const;
  std::uint32_t take_beat();
  void step_load(bool written);
  void step_store(bool read);
  void next_word();
  /// Whether that ends a burst.
  bool beat_moved(std::uint32_t bytes);

  const TransferShape* shape_;
  BankMap map_;
  bool even_;      ///< One word is behind the other.
  bool a_beat_;    ///< LOAD: a word is a beat, and written before the next one comes.
  Banks regions_;  ///< Of all words.
  std::uint64_t cycle_ = 0;
  std::uint64_t newest_ = 0;
  std::uint64_t words_ = 0;
  std::uint64_t beat_left_;            ///< Bytes that are still to come by beats, or to go.
  std::uint32_t beat_row_left_;        ///< Of the memory row,
  std::uint64_t beat_row_;             ///< which is there,
  std::uint64_t beat_at_;              ///< and the next beat begins there.
  std::uint32_t row_, row_left_, at_;  ///< SRAM row, bytes left in it, the word in it.
  std::uint32_t fill_ = 0;             ///< Bytes in the buffer.
  std::uint32_t arriving_ = 0;         ///< STORE: bytes that were read in the cycle before.
  /// Beats of loads on the bus.
  enum class Slot : std::uint8_t { kFree, kOwn, kOther };
  Slot slot_ = Slot::kFree;
  double due_ = 0;                 ///< When memory has the next beat, or takes it.
  std::uint64_t other_beats_ = 0;  ///< Of the other client,
  std::uint64_t other_first_ = 0;  ///< so many of which go before,
  double other_due_ = 0;           ///< the next one's time,
  double other_beat_ = 1;          ///< and from there to that behind it.
  std::uint32_t buffered_ = 0;     ///< STORE: beats that wait,
  std::uint32_t handed_ = 0;       ///< of which so many are of whole bursts;
  std::uint64_t sent_ = 0;         ///< and those that are gone.
  unsigned refused_ = 0;
  bool asked_ = false;
};

}  // namespace auklet::sim::estimator
