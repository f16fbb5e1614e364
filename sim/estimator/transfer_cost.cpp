#include "transfer_cost.hpp"

#include <algorithm>
#include <vector>

#include "geometry.hpp"
#include "memory_rows.hpp"

namespace auklet::sim::estimator {
namespace {

/// Cycles from a beat to the next one where words are not made of whole beats: one is taken when no more than a word is
/// waiting, and what is left over of the beats before waits, too.
double uneven_beat(std::uint64_t beat_bytes) { return beat_bytes == spec::kLanes ? 2.0 : 1.5; }

/// Bytes of each of an UNPACK's words.
std::vector<std::uint8_t> unpack_widths(std::span<const std::byte> packed, std::uint64_t size, std::uint64_t words) {
  constexpr unsigned kWidest = 8;
  std::vector<std::uint8_t> widths(words);
  if (packed.empty()) {
    for (std::uint64_t i = 0; i < words; ++i) {
      widths[i] = static_cast<std::uint8_t>((i + 1) * size / words - i * size / words);
    }
    return widths;
  }
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < words; i += 2) {
    const unsigned pair = at < packed.size() ? std::to_integer<unsigned>(packed[at]) : 0U;
    const std::uint64_t left = size - std::min(at, size);
    const std::uint64_t first = std::min(left, 1 + std::uint64_t{2} * std::min(pair & 15U, kWidest));
    const std::uint64_t second = std::min(left - first, std::uint64_t{2} * std::min(pair >> 4U, kWidest));
    widths[i] = static_cast<std::uint8_t>(first);
    if (i + 1 < words) widths[i + 1] = static_cast<std::uint8_t>(second);
    at += first + second;
  }
  return widths;
}

/// An UNPACK, word by word: one a cycle when its bytes are there. A beat is taken when no more than a word's bytes are
/// waiting, so a run of narrow words leaves the bus idle.
double unpack_cycles(std::uint64_t address, std::uint64_t size, std::span<const std::uint8_t> widths,
                     const MemoryTiming& timing, std::uint64_t beat_bytes) {
  constexpr double kToData = 2;  // Beside the latency: from the start to the address on the bus.
  constexpr double kBehind = 2;  // From the last word's write to the end: the look at the empty buffer.
  const double beat = beat_cycles(beat_bytes, timing);
  std::vector<double> written(widths.size());
  double due = kToData + latency_of(timing) - beat;  // The newest beat is on the bus,
  double data = 0;                                   // and is taken.
  double last = 0;                                   // The newest word is written.
  std::uint64_t arrived = 0, needed = 0;
  // The word that has to be written before the next beat is taken, and the bytes up to and with it.
  std::size_t room = 0;
  std::uint64_t room_bytes = widths.empty() ? 0 : widths[0];
  for (std::size_t i = 0; i < widths.size(); ++i) {
    needed += widths[i];
    while (arrived < needed) {
      data = due = std::max(due + beat, data + 1);
      if (arrived > spec::kLanes) {
        while (room < i && room_bytes < arrived - spec::kLanes) room_bytes += widths[++room];
        if (room < i) data = std::max(data, written[room] + 1);
      }
      arrived = std::min(size, arrived + beat_bytes - (arrived == 0 ? address % beat_bytes : 0));
    }
    last = std::max(last, data) + 1;
    written[i] = last;
  }
  return last + kBehind;
}

/// An UNPACK that takes `cycles` by itself: its beats come as evenly as may be.
void unpack(LoadShape& load, double cycles) {
  constexpr double kToData = 2, kToEnd = 3;
  const double arriving = cycles - kToData - latency_of(load.timing) - kToEnd;  // From the first beat to the last one.
  const auto beats = static_cast<double>(load.rows.beats() - 1);
  if (beats > 0) load.beat = std::max(load.beat, arriving / beats);
  load.behind = std::max(0.0, arriving - beats * load.beat);
}

/// Cycles in which a STORE reads the words for a beat. Where rows are no whole words, reads take turns with beats:
/// there is room for three words, and one is on its way.
double read_cycles(TransferShape shape, std::uint64_t beats, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kWatched = 2048;
  if (shape.row_bytes % spec::kLanes == 0) return 1;
  shape.beat = 1;
  TransferPorts ports({.shape = &shape}, config);
  while (!ports.done() && ports.cycle() < kWatched) {
    static_cast<void>(ports.asks());
    ports.step(true);
  }
  constexpr std::uint64_t kFirst = 2;  // Cycles to the first word.
  if (ports.words() < 2) return 1;
  const double pace = static_cast<double>(ports.cycle() - kFirst) / static_cast<double>(ports.words() - 1);
  return std::max(1.0, pace * static_cast<double>(shape.words) / static_cast<double>(beats));
}

/// From the start to the last response; `read`: see read_cycles().
double write_cycles(const MemoryRows& rows, double read, const MemoryTiming& timing) {
  constexpr double kToBeat = 3;  // From the start to the first word in the buffer.
  constexpr double kToPort = 1;  // From a burst's last beat in the buffer to its request.
  constexpr double kToBus = 2;   // From its grant to its first beat on the bus.
  const double beat = beat_cycles(rows.beat_bytes, timing);
  const double latency = latency_of(timing);
  Flight flight;
  double buffered = kToBeat - 1;
  double granted = 0;
  double sent = 0;
  double answered = 0;
  double first = 0;
  const std::uint64_t walked = rows.walk([&](std::uint64_t, std::uint64_t beats) {
    buffered += static_cast<double>(beats) * read;
    granted = std::max({granted + 1, buffered + kToPort, flight.free_at()});
    const double begin = std::max(granted + kToBus, sent + beat);
    if (first == 0) first = begin;
    sent = begin + static_cast<double>(beats - 1) * beat;
    answered = std::max(sent + latency, answered + 1);
    flight.end(answered);
  });
  return first + rows.scale(answered - latency - first, walked) + latency + 2;
}

}  // namespace

TransferCost transfer_cost(std::span<const std::uint32_t> words, std::uint64_t address, const MemoryTiming& timing,
                           const spec::HardwareConfig& config, std::span<const std::byte> packed) {
  const std::uint64_t beat_bytes = config.axi_data_bits / 8;
  TransferCost cost;
  double cycles = 0;
  const spec::CommandHeader header = spec::decode_header(words);
  TransferShape& shape = cost.shape;
  shape.store = header.opcode == spec::Opcode::kStore;
  shape.unpack = header.opcode == spec::Opcode::kUnpack;
  shape.address = address;
  shape.beat_bytes = static_cast<std::uint32_t>(beat_bytes);
  LoadShape& load = cost.load;
  load.timing = timing;
  load.beat = beat_cycles(beat_bytes, timing);
  if (header.opcode == spec::Opcode::kGather) {
    const spec::GatherCommand gather = spec::decode_gather(words.first<spec::GatherCommand::kWords>());
    load.rows = {address, gather.ax_len, gather.n, gather.ax_stride, beat_bytes};
    load.gather = true;
    shape.base = gather.sp_base;
    shape.stride = gather.sp_stride;
    shape.row_bytes = shape.memory_row = gather.ax_len;
    shape.memory_stride = gather.ax_stride;
    shape.bytes = multiply(gather.n, gather.ax_len);
    shape.words = multiply(gather.n, divide_up(gather.ax_len, spec::kLanes));
    cost.words = multiply(gather.n, divide_up(gather.ax_len, spec::kLanes)) + divide_up(gather.n, 4);
    cost.sram = spread(gather.sp_base, multiply(gather.n, gather.sp_stride), config.sram_bytes);
    if (address % beat_bytes != 0) load.beat = std::max(load.beat, uneven_beat(beat_bytes));
  } else {
    const spec::DmaCommand dma = spec::decode_dma(words.first<spec::DmaCommand::kWords>());
    load.rows = {address, dma.ax_len, dma.ax_rows, dma.ax_stride, beat_bytes};
    const std::uint64_t bytes = std::uint64_t{dma.ax_len} * dma.ax_rows;
    const std::uint64_t whole = bytes / dma.sp_len;
    shape.base = dma.sp_base;
    shape.stride = dma.sp_stride;
    shape.row_bytes = dma.sp_len;
    shape.memory_row = dma.ax_len;
    shape.memory_stride = dma.ax_stride;
    shape.bytes = bytes;
    cost.words = header.opcode == spec::Opcode::kUnpack ? dma.sp_len / spec::kLanes
                                                        : multiply(whole, divide_up(dma.sp_len, spec::kLanes)) +
                                                              divide_up(bytes % dma.sp_len, spec::kLanes);
    const std::uint64_t sram_bytes =
        header.opcode == spec::Opcode::kUnpack ? dma.sp_len : multiply(whole, dma.sp_stride) + bytes % dma.sp_len;
    cost.sram = spread(dma.sp_base, std::max<std::uint64_t>(sram_bytes, std::min<std::uint64_t>(bytes, dma.sp_len)),
                       config.sram_bytes);
    const bool rows_even = dma.ax_rows == 1 || (dma.ax_stride % beat_bytes == 0 && dma.ax_len % beat_bytes == 0);
    const bool even = address % beat_bytes == 0 && rows_even && (dma.sp_len % beat_bytes == 0 || whole <= 1);
    if (header.opcode == spec::Opcode::kUnpack) {
      shape.widths = unpack_widths(packed, bytes, cost.words);
      unpack(load, unpack_cycles(address, bytes, shape.widths, timing, beat_bytes));
    } else if (!even) {
      load.beat = std::max(load.beat, uneven_beat(beat_bytes));
    }
  }
  if (shape.words == 0) shape.words = cost.words;
  shape.beat = beat_cycles(beat_bytes, timing);
  cost.axi_beats = load.rows.beats();
  if (header.opcode == spec::Opcode::kStore) {
    cycles = write_cycles(load.rows, read_cycles(shape, cost.axi_beats, config), timing);
  } else {
    // An UNPACK's words are not evenly spread.
    if (header.opcode != spec::Opcode::kUnpack) load.words = cost.words;
    const LoadTimes times = LoadPort().arrive(load, 0, 0);
    cycles = times.end;
    // Short rows come with gaps; they are spread over all beats.
    constexpr double kBehind = 3;  // From the last beat on.
    const auto beats = static_cast<double>(cost.axi_beats);
    if (!shape.unpack && beats > 1)
      shape.beat = std::max(shape.beat, (times.end - times.first - kBehind) / (beats - 1));
  }
  cost.cycles = static_cast<std::uint64_t>(std::min(cycles, static_cast<double>(kMostCycles)));
  return cost;
}

}  // namespace auklet::sim::estimator
