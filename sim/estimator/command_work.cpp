#include "command_work.hpp"

#include <algorithm>

namespace auklet::sim::estimator {
namespace {

/// From a load's start to its first burst's place on the bus.
constexpr double kFirstBurst = 2;

/// Bursts of a LOAD or UNPACK of long rows; 0 where they are short.
std::uint64_t long_bursts(std::span<const std::uint32_t> words, std::uint64_t address) {
  constexpr std::uint64_t kLong = std::uint64_t{4} * spec::kBurstBytes;
  const spec::DmaCommand dma = spec::decode_dma(words.first<spec::DmaCommand::kWords>());
  if (dma.ax_len < kLong) return 0;
  const std::uint64_t a_row = (address % spec::kBurstBytes + dma.ax_len + spec::kBurstBytes - 1) / spec::kBurstBytes;
  return dma.ax_rows * a_row;
}

}  // namespace

CommandWork CommandWorks::next(std::span<const std::uint32_t> words, std::uint64_t address, const MemoryTiming& timing,
                               std::span<const std::byte> packed) {
  CommandWork work;
  work.header = spec::decode_header(words);
  const spec::CommandInfo& info = *spec::command_info(work.header.opcode);
  work.engine = info.engine;
  work.stream_words = info.words;
  if (work.engine == spec::Engine::kCompute) {
    const ComputeCost cost = compute_cost(words, config_, state_);
    work.cycles = cost.cycles;
    work.causes = cost.causes;
    work.sram = cost.sram;
    work.requant_active = cost.requant_active;
  } else if (work.engine != spec::Engine::kNone) {
    const TransferCost cost = transfer_cost(words, address, timing, config_, packed);
    work.cycles = cost.cycles;
    work.axi_beats = cost.axi_beats;
    work.load = cost.load;
    const bool unpack = work.header.opcode == spec::Opcode::kUnpack;
    // An UNPACK takes a beat every other cycle at most. Where memory sends them as fast, one of the stream's takes its
    // turn.
    constexpr std::uint32_t kTaken = 2;
    if (unpack && config_.axi_data_bits / 8 <= kTaken * timing.bytes_per_cycle) work.stream_cycles = 1;
    if (work.engine == spec::Engine::kLoad && info.format == spec::Format::kDma) {
      const double burst = std::max(static_cast<double>(spec::kBurstBytes) * 8 / config_.axi_data_bits,
                                    static_cast<double>(spec::kBurstBytes) / std::max(timing.bytes_per_cycle, 1U));
      work.bursts = {.from = kFirstBurst,
                     .first_end = kFirstBurst + timing.latency_cycles + burst,
                     .burst = burst,
                     .bursts = long_bursts(words, address)};
    }
    // The words come while the data does: not before the first beat, and the last one is looked at.
    constexpr std::uint64_t kAround = 4;
    const std::uint64_t idle = timing.latency_cycles + kAround;
    const std::uint64_t moving = cost.cycles - std::min(cost.cycles - 1, idle);
    work.transfer = {cost.sram, static_cast<double>(cost.words) / static_cast<double>(std::max(moving, cost.words)),
                     !unpack};
  }
  return work;
}

}  // namespace auklet::sim::estimator
