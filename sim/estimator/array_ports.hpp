// The array's SRAM ports, cycle by cycle, as rtl/core has them: CONV, DWROWS, DWCONV. Where nothing but fetches and
// sums goes on, many cycles are taken at once.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <utility>

#include "array_walks.hpp"
#include "sram_banks.hpp"

namespace auklet::sim::estimator {

/// Results on their way to SRAM.
class ResultPipe {
 public:
  static constexpr unsigned kLength = 16;

  [[nodiscard]] Banks now() const { return static_cast<Banks>(next_); }
  /// One that is written `cycles` later, fewer than kLength.
  void push(Banks banks, unsigned cycles) {
    (cycles < kHalf ? next_ : later_) |= std::uint64_t{banks} << cycles % kHalf * 8;
  }
  void step() {
    next_ = next_ >> 8U | later_ << (kHalf - 1) * 8;
    later_ >>= 8U;
  }
  /// The same as so many calls of step().
  void skip(std::uint64_t cycles) {
    for (std::uint64_t i = 0; i < cycles && !empty(); ++i) step();
  }
  [[nodiscard]] bool empty() const { return (next_ | later_) == 0; }
  /// Of the next kHalf cycles.
  [[nodiscard]] BankUse use() const {
    BankUse use;
    std::uint64_t bit = 1;
    for (std::uint64_t rest = next_; rest != 0; rest >>= 8U, bit <<= 1U) {
      if ((rest & kEvenBanks) != 0) use.even |= bit;
      if ((rest & kOddBanks) != 0) use.odd |= bit;
    }
    return use;
  }
  /// The banks of all of those.
  [[nodiscard]] unsigned banks() const {
    std::uint64_t all = next_ | next_ >> 32U;
    all |= all >> 16U;
    return static_cast<Banks>(all | all >> 8U);
  }

 private:
  static constexpr unsigned kHalf = 8;
  std::uint64_t next_ = 0, later_ = 0;  ///< A byte a cycle.
};

/// What all of them tell.
struct PortCount {
  std::uint64_t cycle = 0;    ///< Since the command's start.
  std::uint64_t fetches = 0;  ///< Granted so far: of activations; EltwisePorts: whole words;
  std::uint64_t newest = 0;   ///< and the cycle behind the last one.
  std::uint64_t rounds = 0;   ///< Ended so far: stripes, tiles, rows, after which all begins anew.

  void fetched() {
    ++fetches;
    newest = cycle;
  }
};

/// Fewer cycles at once are not worth it.
inline constexpr std::uint64_t kWorth = 3;
/// Cycles that are looked at where ports are in one region.
inline constexpr std::uint64_t kLooked = 64;

/// Cycles in which all goes on evenly.
struct Calm {
  std::uint64_t cycles = 0;
  Gait gait{};
  bool loads = false;  ///< Weights come, one pair a cycle.
  BankUse others{};    ///< What it uses of the others' banks.
};

template <typename Walk>
class ArrayPorts {
 public:
  ArrayPorts(const spec::GeomCommand& geom, const spec::HardwareConfig& config);

  [[nodiscard]] ComputeAsks asks();
  /// Ends the cycle that asks() was asked of.
  void step(bool reads_granted, bool weights_granted);
  /// Whether calm() is worth a try; every cycle is to be asked for. Where it was in vain, it will be again.
  [[nodiscard]] bool may_be_calm() {
    if (looks_after_ == 0) return true;
    --looks_after_;
    return false;
  }
  /// How many cycles from here on, up to `most`, skip() can take: what is asked for is granted, or refused in all of
  /// them; the array's fetches go on evenly, or there are none; no weight set and no tile ends. `others` are the banks
  /// of somebody who takes no turns from it. 0 where they are not worth it.
  [[nodiscard]] Calm calm(std::uint64_t most, Banks others);
  /// Takes those cycles, or fewer of them.
  void skip(const Calm& calm, std::uint64_t cycles);
  /// Cycles before the next fetch is possible.
  [[nodiscard]] std::uint64_t held() const { return walk_.hold; }
  /// The last result is written.
  [[nodiscard]] bool done() const { return !drain_.active() && results_.empty(); }
  [[nodiscard]] const PortCount& count() const { return count_; }

 private:
  /// Sums and weight sets on their way through the array, a bit a cycle.
  struct Pipe {
    std::uint32_t valid = 0, first = 0, last = 0;
    std::array<std::uint32_t, 2> released{};

    void step() {
      valid >>= 1U;
      first >>= 1U;
      last >>= 1U;
      released[0] >>= 1U;
      released[1] >>= 1U;
    }
  };
  static constexpr unsigned kToWrite = 5;  // Through the requantiser; sums from the accumulators come a cycle later.

  [[nodiscard]] unsigned to_sum() const { return kToArray + (shape_.window() ? 1 : 0) + shape_.phases; }
  [[nodiscard]] unsigned to_write() const { return (shape_.tiles ? kToWrite : kToWrite + 1) - 1; }
  /// What a port does in the next cycles.
  struct PortUse {
    unsigned banks = 0;  ///< All of the regions that it works in,
    BankUse use;         ///< and when it takes which.
  };
  [[nodiscard]] Calm look(std::uint64_t most, Banks others) const;
  void look_closely(Calm& calm, Banks others) const;
  [[nodiscard]] PortUse reads_use(Calm& calm) const;
  [[nodiscard]] PortUse results_use(Calm& calm) const;
  [[nodiscard]] PortUse loads_use(Calm& calm, const PortUse& reads) const;
  void drain_stretch(std::uint64_t arrived, std::uint64_t recent, std::uint64_t cycles);

  static constexpr unsigned kWordBits = 32;
  static constexpr unsigned kRecent = 8;   // Cycles, more than a result takes to SRAM.
  static constexpr unsigned kToArray = 2;  // From a fetch to its products, and a cycle through the window.

  BankMap map_;
  ArrayShape shape_;
  PortCount count_;
  Walk walk_;
  WeightLoader weights_;
  ParamLoader params_;
  Drain drain_;
  ResultPipe results_;
  Pipe pipe_;
  unsigned tile_params_ = 0;  ///< DWCONV: tiles whose parameters are loaded, their outputs not all issued.
  unsigned looks_after_ = 0;  ///< So many cycles: calm() found nothing lately,
  unsigned in_vain_ = 0;      ///< and waits longer the more often that was.
  bool fetches_ = false;
  bool param_asks_ = false;
  bool weight_asks_ = false;
};

}  // namespace auklet::sim::estimator
