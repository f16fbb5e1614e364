#include "load_port.hpp"

#include <algorithm>

namespace auklet::sim::estimator {
namespace {

/// When a row may be asked for, from the start on.
double row_start(const LoadShape& shape, std::uint64_t row) {
  // A GATHER's first word of indices is asked for and taken, the index checked, the row handed over; then check and
  // row, and every four rows the next word.
  constexpr double kFirstRow = 4, kRow = 2, kWord = 2;
  constexpr std::uint64_t kIndices = 4;
  if (!shape.gather) return 1;
  const auto words = row / kIndices;  // Of indices, each with kIndices of them.
  return kFirstRow + 1 + static_cast<double>(row) * kRow + static_cast<double>(words) * kWord;
}

}  // namespace

LoadTimes LoadPort::arrive(const LoadShape& shape, double start, double free) {
  constexpr double kToData = 1;  // Beside the latency: from the grant of the request to the address on the bus.
  constexpr double kToSram = 2;  // From a beat to its word's write, and to the look at the empty buffer.
  constexpr double kToNext = 2;  // From the last burst's grant until the next command asks.
  constexpr double kMoved = 3;   // The same from a start, and a cycle from the end of the one before.
  const double memory_beat = beat_cycles(shape.rows.beat_bytes, shape.timing);
  const double latency = latency_of(shape.timing);
  const bool same = timing_.bytes_per_cycle == shape.timing.bytes_per_cycle;
  // The next beat is there when the first one is taken late.
  const double kept = shape.beat <= memory_beat && shape.rows.beats() > 1 ? memory_beat - 1 : 0;
  double asked = start;
  double data = data_ + (same ? memory_beat : 1) - shape.beat;
  double first_data = -1;
  LoadTimes times;
  const std::uint64_t walked = shape.rows.walk([&](std::uint64_t row, std::uint64_t beats) {
    asked = std::max({asked + 1, start + row_start(shape, row), flight_.free_at()});
    double begin = std::max(asked + kToData + latency, data + shape.beat);
    if (first_data < 0) {
      times.first = std::max(begin, free);
      times.due = std::max(begin - times.first, 1 - memory_beat);
      begin = std::max(begin, times.first - kept);
      first_data = begin;
    }
    data = begin + static_cast<double>(beats - 1) * shape.beat;
    flight_.end(data);
  });
  const double last = std::max({first_data + shape.rows.scale(data - first_data, walked),
                                times.first + static_cast<double>(shape.words) - 1, times.first});
  flight_.delay(last - data);
  times.asked = std::max(
      {asked + shape.rows.scale(data - first_data, walked) - (data - first_data) + kToNext, start + kMoved, free + 1});
  times.end = last + shape.behind + kToSram + 1;
  data_ = last;
  end_ = times.end;
  timing_ = shape.timing;
  return times;
}

void LoadPort::end(double cycle) {
  const double late = std::max(0.0, cycle - end_);
  flight_.delay(late);
  data_ += late;
  end_ += late;
}

}  // namespace auklet::sim::estimator
