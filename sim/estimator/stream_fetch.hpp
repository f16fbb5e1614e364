// When the words of a command stream reach the decoder (rtl/ctrl/auklet_cmd_fetch.sv, auklet_decoder.sv).
#pragma once

#include <algorithm>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace auklet::sim::estimator {

/// Where the stream lies.
struct StreamPlace {
  std::uint64_t base = 0;   ///< A multiple of 16.
  std::uint64_t bytes = 0;  ///< A multiple of 16.
  MemoryTiming timing;
};

/// Bursts of a transfer that come one after the other: from `from` on as many are in flight as may be.
struct LongTransfer {
  double from = 0;       ///< Cycle.
  double first_end = 0;  ///< Cycle in which the first burst has arrived,
  double burst = 0;      ///< and cycles from there to the next one.
  std::uint64_t bursts = 0;
};

/// Hands out the stream's words of 16 bytes in order. Cycle 0 is the job's first.
class StreamFetch {
 public:
  StreamFetch(const StreamPlace& place, const spec::HardwareConfig& config)
      : place_(place), beats_a_word_(kWordBytes * 8 / config.axi_data_bits) {
    const double rate = std::max<std::uint32_t>(place.timing.bytes_per_cycle, 1);
    const double beat_bytes = config.axi_data_bits / 8.0;
    word_cycles_ = static_cast<double>(beats_a_word_) * std::max(1.0, beat_bytes / rate);
  }

  /// The cycle in which the decoder takes the next word, which it is ready for from `ready` on.
  std::uint64_t take(std::uint64_t ready) {
    if (taken_.size() == fetched_) fetch_burst();
    if (taken_.size() == coming_.front().end) coming_.pop_front();
    const Coming& burst = coming_.front();
    const auto word = static_cast<double>(taken_.size() - burst.first);
    const auto there = static_cast<std::uint64_t>(burst.data + word * word_cycles_) + 1;
    taken_.push_back(std::max(ready, there));
    // As soon as there is room for it, the next one is asked for.
    while (taken_.size() + kBuffered >= next_end() && fetched_ * kWordBytes < place_.bytes) fetch_burst();
    return taken_.back();
  }

  /// A load runs, or none does. Memory takes only so many bursts at a time, and the stream's wait for a place.
  void set_load(const std::optional<LongTransfer>& load) { load_ = load; }
  /// Behind the load that runs, another one asks for its bursts.
  void add_bursts(std::uint64_t bursts) {
    if (load_) load_->bursts += bursts;
  }

  /// A burst on its way.
  struct Burst {
    double asked = 0;  ///< Cycle in which it is asked for,
    double data = 0;   ///< and that of its first beat.
    std::uint64_t beats = 0;
    double beat = 1;  ///< Cycles from one to the next.
  };
  /// Those that were asked for since the last call.
  [[nodiscard]] std::vector<Burst> new_bursts() { return std::exchange(new_bursts_, {}); }

 private:
  static constexpr std::uint64_t kWordBytes = 16;
  // Words in the buffer or on their way.
  static constexpr std::uint64_t kBuffered = std::uint64_t{2} * spec::kBurstBytes / kWordBytes;
  static constexpr std::uint64_t kFirstRequest = 2;  // The stream's length is looked at before.

  /// A burst of the words from `first` on.
  struct Coming {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    double data = 0;  ///< Cycle in which it arrives.
  };

  /// First word behind the next burst.
  [[nodiscard]] std::uint64_t next_end() const {
    const std::uint64_t at = place_.base + fetched_ * kWordBytes;
    const std::uint64_t room = (at / spec::kBurstBytes + 1) * spec::kBurstBytes - at;
    const std::uint64_t left = place_.bytes > fetched_ * kWordBytes ? place_.bytes - fetched_ * kWordBytes : room;
    return fetched_ + std::max<std::uint64_t>(1, std::min(room, left) / kWordBytes);
  }

  void fetch_burst() {
    const std::uint64_t end = next_end();
    std::uint64_t asked = fetched_ == 0 ? kFirstRequest : asked_ + 1;
    if (end > kBuffered) asked = std::max(asked, taken_[end - kBuffered - 1] + 1);
    const double before = fetched_ == 0 ? 0 : data_ + static_cast<double>(fetched_ - burst_first_) * word_cycles_;
    const std::uint64_t words = end - fetched_;
    asked = std::max(asked, place_from(static_cast<double>(asked), before));
    asked_ = asked;
    const auto latency = static_cast<double>(std::max<std::uint32_t>(place_.timing.latency_cycles, 1));
    data_ = std::max(static_cast<double>(asked) + 1 + latency, before);
    burst_first_ = fetched_;
    coming_.push_back({fetched_, end, data_});
    fetched_ = end;
    new_bursts_.push_back(
        {static_cast<double>(asked), data_, words * beats_a_word_, word_cycles_ / static_cast<double>(beats_a_word_)});
  }

  /// When memory takes a burst that is asked for at `asked`, the stream's last one being in flight until `before`.
  [[nodiscard]] std::uint64_t place_from(double asked, double before) const {
    if (!load_ || asked < load_->from) return 0;
    const double ended = asked < load_->first_end ? 0 : std::floor((asked - load_->first_end) / load_->burst) + 1;
    const double left = static_cast<double>(load_->bursts) - ended;
    const double next = load_->first_end + ended * load_->burst;
    if (left >= kPlaces) return static_cast<std::uint64_t>(next);
    return left >= kPlaces - 1 && before > asked ? static_cast<std::uint64_t>(std::min(next, before)) : 0;
  }

  static constexpr double kPlaces = 8;  // Of the simulated memory.

  StreamPlace place_;
  std::optional<LongTransfer> load_;
  std::uint64_t beats_a_word_;
  double word_cycles_ = 0;
  std::vector<std::uint64_t> taken_;  ///< Cycle of each word.
  std::deque<Coming> coming_;         ///< Bursts with words that are not taken.
  std::uint64_t fetched_ = 0;         ///< Words that are on their way, or there.
  std::uint64_t burst_first_ = 0;     ///< First word of the newest burst,
  double data_ = 0;                   ///< and the cycle in which it arrives.
  std::uint64_t asked_ = 0;
  std::vector<Burst> new_bursts_;
};

}  // namespace auklet::sim::estimator
