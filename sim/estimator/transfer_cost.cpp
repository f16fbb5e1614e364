#include "transfer_cost.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "geometry.hpp"

namespace auklet::sim::estimator {
namespace {

/// Bursts in flight a channel: what a device comes out of reset with.
constexpr std::size_t kOutstanding = spec::reg::AxiAttr::kMaxOutstanding.extract(spec::reg::AxiAttr::kReset);

/// Bursts that are walked one by one; behind them the rest goes on at the pace of the last ones.
constexpr std::uint64_t kWalkedBursts = 2048;

/// Memory rows cut into bursts, in order.
struct Rows {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::uint64_t stride = 0;
  std::uint64_t beat_bytes = 0;

  [[nodiscard]] std::uint64_t beats_of(std::uint64_t first, std::uint64_t end) const {
    return (end - 1) / beat_bytes - first / beat_bytes + 1;
  }
  [[nodiscard]] std::uint64_t beats() const {
    if (stride % beat_bytes == 0 || rows == 1) return multiply(rows, beats_of(address, address + bytes));
    std::uint64_t sum = 0;
    const std::uint64_t period = std::min(rows, beat_bytes);
    for (std::uint64_t i = 0; i < period; ++i) sum += beats_of(address + i * stride, address + i * stride + bytes);
    return multiply(rows, sum) / period;
  }
  /// Calls `burst(row, beats)` for the first bursts; returns how many rows that covered.
  template <typename Burst>
  std::uint64_t walk(Burst burst) const {
    std::uint64_t walked = 0;
    for (std::uint64_t row = 0; row < rows; ++row) {
      if (walked > kWalkedBursts) return row;
      const std::uint64_t end = address + row * stride + bytes;
      for (std::uint64_t at = address + row * stride; at < end; ++walked) {
        const std::uint64_t next = std::min(end, (at / spec::kBurstBytes + 1) * spec::kBurstBytes);
        burst(row, beats_of(at, next));
        at = next;
      }
    }
    return rows;
  }
};

/// When a burst that may be asked for only when the one kOutstanding before it has ended may be.
class Flight {
 public:
  [[nodiscard]] std::uint64_t free_at() const { return ended_[next_]; }
  void end(std::uint64_t cycle) {
    ended_[next_] = cycle + 1;
    next_ = (next_ + 1) % kOutstanding;
  }

 private:
  std::array<std::uint64_t, kOutstanding> ended_{};
  std::size_t next_ = 0;
};

/// Cycles from a beat to the next one.
double beat_cycles(std::uint64_t beat_bytes, const MemoryTiming& timing) {
  return std::max(
      1.0, static_cast<double>(beat_bytes) / static_cast<double>(std::max<std::uint32_t>(timing.bytes_per_cycle, 1)));
}

std::uint64_t latency_of(const MemoryTiming& timing) { return std::max<std::uint64_t>(timing.latency_cycles, 1); }

/// Time that `rows` take when the first `walked` of them took `cycles`.
double scale(double cycles, std::uint64_t walked, std::uint64_t rows) {
  return cycles * static_cast<double>(rows) / static_cast<double>(std::max<std::uint64_t>(walked, 1));
}

/// Cycles from a beat to the next one where words are not made of whole beats: one is taken when no more than a word is
/// waiting, and what is left over of the beats before waits, too.
double uneven_beat(std::uint64_t beat_bytes) { return beat_bytes == spec::kLanes ? 2.0 : 1.5; }

/// From the start to the last word's write and the look at it. Row r may be asked for from `row_start(r)` on.
template <typename RowStart>
double read_cycles(const Rows& rows, std::uint64_t words, bool even, const MemoryTiming& timing, RowStart row_start) {
  constexpr double kToData = 1;  // Beside the latency: from the grant of the request to the address on the bus.
  constexpr double kToSram = 2;  // From a beat to its word's write, and to the look at the empty buffer.
  const double beat = std::max(beat_cycles(rows.beat_bytes, timing), even ? 1.0 : uneven_beat(rows.beat_bytes));
  const auto latency = static_cast<double>(latency_of(timing));
  Flight flight;
  double asked = 0;
  double data = 0;
  double first_data = 0;
  const std::uint64_t walked = rows.walk([&](std::uint64_t row, std::uint64_t beats) {
    asked = std::max({asked + 1, row_start(row), static_cast<double>(flight.free_at())});
    const double begin = std::max(asked + kToData + latency, data + beat);
    if (first_data == 0) first_data = begin;
    data = begin + static_cast<double>(beats - 1) * beat;
    flight.end(static_cast<std::uint64_t>(data));
  });
  const double last = first_data + scale(data - first_data, walked, rows.rows);
  return std::max(last, first_data + static_cast<double>(words) - 1) + kToSram + 1;
}

/// Bytes of an UNPACK's words, one after the other.
class PackedWords {
 public:
  PackedWords(std::span<const std::byte> bytes, std::uint64_t size, std::uint64_t words)
      : bytes_(bytes), size_(size), words_(words) {}

  /// Bytes up to and with the next word.
  std::uint64_t next() {
    constexpr unsigned kWidest = 8;
    if (bytes_.empty()) return ++given_ * size_ / words_;
    if (given_++ % 2 == 0) {
      const auto widths = at_ < bytes_.size() ? std::to_integer<unsigned>(bytes_[at_]) : 0U;
      second_ = std::min(widths >> 4U, kWidest);
      at_ += 1 + 2 * std::min(widths & 15U, kWidest);
    } else {
      at_ += 2 * second_;
    }
    return std::min(at_, size_);
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint64_t size_;
  std::uint64_t words_;
  std::uint64_t given_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t second_ = 0;
};

/// An UNPACK, word by word: one a cycle when its bytes are there. A beat is taken when no more than a word's bytes are
/// waiting, so a run of narrow words leaves the bus idle.
double unpack_cycles(std::uint64_t address, std::uint64_t size, std::uint64_t words, std::span<const std::byte> packed,
                     const MemoryTiming& timing, std::uint64_t beat_bytes) {
  constexpr double kToData = 2;  // Beside the latency: from the start to the address on the bus.
  constexpr double kBehind = 2;  // From the last word's write to the end: the look at the empty buffer.
  struct Written {
    std::uint64_t bytes = 0;  // Up to and with this word.
    double at = 0;
  };
  const double beat = beat_cycles(beat_bytes, timing);
  PackedWords widths(packed, size, words);
  std::vector<Written> written;
  written.reserve(words);
  double data = kToData + static_cast<double>(latency_of(timing)) - beat;  // Of the newest beat.
  std::uint64_t arrived = 0;
  std::size_t room = 0;  // The word that has to be written before the next beat is taken.
  for (std::uint64_t i = 0; i < words; ++i) {
    const std::uint64_t needed = widths.next();
    while (arrived < needed) {
      data += beat;
      if (arrived > spec::kLanes) {
        while (room < written.size() && written[room].bytes < arrived - spec::kLanes) ++room;
        if (room < written.size()) data = std::max(data, written[room].at + 1);
      }
      arrived = std::min(size, arrived + beat_bytes - (arrived == 0 ? address % beat_bytes : 0));
    }
    written.push_back({needed, std::max(written.empty() ? 0 : written.back().at, data) + 1});
  }
  return written.back().at + kBehind;
}

/// From the start to the last response.
double write_cycles(const Rows& rows, const MemoryTiming& timing) {
  constexpr double kToBeat = 3;  // From the start to the first word in the buffer.
  constexpr double kToPort = 1;  // From a burst's last beat in the buffer to its request.
  constexpr double kToBus = 2;   // From its grant to its first beat on the bus.
  const double beat = beat_cycles(rows.beat_bytes, timing);
  const auto latency = static_cast<double>(latency_of(timing));
  Flight flight;
  double buffered = kToBeat - 1;
  double granted = 0;
  double sent = 0;
  double answered = 0;
  double first = 0;
  const std::uint64_t walked = rows.walk([&](std::uint64_t, std::uint64_t beats) {
    buffered += static_cast<double>(beats);
    granted = std::max({granted + 1, buffered + kToPort, static_cast<double>(flight.free_at())});
    const double begin = std::max(granted + kToBus, sent + beat);
    if (first == 0) first = begin;
    sent = begin + static_cast<double>(beats - 1) * beat;
    answered = std::max(sent + latency, answered + 1);
    flight.end(static_cast<std::uint64_t>(answered));
  });
  return first + scale(answered - latency - first, walked, rows.rows) + latency + 2;
}

}  // namespace

TransferCost transfer_cost(std::span<const std::uint32_t> words, std::uint64_t address, const MemoryTiming& timing,
                           const spec::HardwareConfig& config, std::span<const std::byte> packed) {
  const std::uint64_t beat_bytes = config.axi_data_bits / 8;
  TransferCost cost;
  double cycles = 0;
  const spec::CommandHeader header = spec::decode_header(words);
  if (header.opcode == spec::Opcode::kGather) {
    constexpr double kFirstRow =
        4;  // From the start: its word is asked for and taken, the index checked, the row handed over.
    constexpr double kRow = 2;   // Check and row.
    constexpr double kWord = 2;  // The next four indices.
    const spec::GatherCommand gather = spec::decode_gather(words.first<spec::GatherCommand::kWords>());
    const Rows rows{address, gather.ax_len, gather.n, gather.ax_stride, beat_bytes};
    cost.axi_beats = rows.beats();
    cost.words = multiply(gather.n, divide_up(gather.ax_len, spec::kLanes)) + divide_up(gather.n, 4);
    cost.sram = spread(gather.sp_base, multiply(gather.n, gather.sp_stride), config.sram_bytes);
    cycles = read_cycles(rows, cost.words, rows.address % beat_bytes == 0, timing, [&](std::uint64_t row) {
      const std::uint64_t words_before = row / 4;
      return kFirstRow + 1 + static_cast<double>(row) * kRow + static_cast<double>(words_before) * kWord;
    });
  } else {
    const spec::DmaCommand dma = spec::decode_dma(words.first<spec::DmaCommand::kWords>());
    const Rows rows{address, dma.ax_len, dma.ax_rows, dma.ax_stride, beat_bytes};
    const std::uint64_t bytes = std::uint64_t{dma.ax_len} * dma.ax_rows;
    const std::uint64_t whole = bytes / dma.sp_len;
    cost.axi_beats = rows.beats();
    cost.words = header.opcode == spec::Opcode::kUnpack ? dma.sp_len / spec::kLanes
                                                        : multiply(whole, divide_up(dma.sp_len, spec::kLanes)) +
                                                              divide_up(bytes % dma.sp_len, spec::kLanes);
    const std::uint64_t sram_bytes =
        header.opcode == spec::Opcode::kUnpack ? dma.sp_len : multiply(whole, dma.sp_stride) + bytes % dma.sp_len;
    cost.sram = spread(dma.sp_base, std::max<std::uint64_t>(sram_bytes, std::min<std::uint64_t>(bytes, dma.sp_len)),
                       config.sram_bytes);
    const bool rows_even = rows.rows == 1 || (dma.ax_stride % beat_bytes == 0 && dma.ax_len % beat_bytes == 0);
    const bool even = address % beat_bytes == 0 && rows_even && (dma.sp_len % beat_bytes == 0 || whole <= 1);
    const bool store = header.opcode == spec::Opcode::kStore;
    if (header.opcode == spec::Opcode::kUnpack) {
      cycles = unpack_cycles(address, bytes, cost.words, packed, timing, beat_bytes);
    } else {
      cycles = store ? write_cycles(rows, timing)
                     : read_cycles(rows, cost.words, even, timing, [](std::uint64_t) { return 1.0; });
    }
    // Each word is an access of its own, however few of its bytes count.
    if (store) cycles = std::max(cycles, static_cast<double>(cost.words));
  }
  cost.cycles = static_cast<std::uint64_t>(std::min(cycles, static_cast<double>(kMostCycles)));
  return cost;
}

}  // namespace auklet::sim::estimator
