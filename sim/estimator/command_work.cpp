#include "command_work.hpp"

#include <algorithm>
#include <utility>

#include "geometry.hpp"
#include "sram_race.hpp"

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

/// What the SRAM sees of a compute command. SOFTMAX asks for so little that nobody notices.
std::optional<PortCommand> port_command(std::span<const std::uint32_t> words, spec::Format format,
                                        const ComputeState& before) {
  if (format == spec::Format::kGeom) {
    return PortCommand{spec::decode_geom(words.first<spec::GeomCommand::kWords>()), before.divisor};
  }
  if (format == spec::Format::kEltwise) {
    return PortCommand{spec::decode_eltwise(words.first<spec::EltwiseCommand::kWords>())};
  }
  return std::nullopt;
}

/// Whether the drain has as much to do as the array: tiles that share their input, few weight sets for their sums. What
/// its waits for parameters cost is not in the formulas.
bool drains_long(const spec::GeomCommand& geom, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kFew = 4;  // Weight sets for a tile.
  const std::uint64_t tiles = std::min(geom.oc_tiles, config.groups);
  return geom.header.opcode == spec::Opcode::kConv && geom.in_tile_step == 0 && tiles > 1 &&
         multiply(std::uint64_t{geom.kh} * geom.kx_n, geom.chunks) <= kFew * tiles;
}

bool is_followed(const PortCommand& ports, const ComputeCost& cost, const spec::HardwareConfig& config) {
  if (cost.cycles > kMostCycles / 2) return false;
  const auto* geom = std::get_if<spec::GeomCommand>(&ports.command);
  return cost.spans.meet() || (geom != nullptr && drains_long(*geom, config));
}

/// Cycles of a command that is followed. Of a long one no more than the beginning is, so that a last set of fewer tiles
/// is taken for itself.
std::uint64_t followed_cycles(const PortCommand& ports, const ComputeCost& cost, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kLong = 8192;
  const auto alone = static_cast<double>(cost.cycles);
  const auto* geom = std::get_if<spec::GeomCommand>(&ports.command);
  const bool shared = geom != nullptr && geom->header.opcode == spec::Opcode::kConv && geom->in_tile_step == 0;
  const std::uint32_t rest = shared && geom->oc_tiles > config.groups ? geom->oc_tiles % config.groups : 0;
  if (rest == 0 || cost.cycles < kLong) {
    return static_cast<std::uint64_t>(cycles_alone(ports, cost.fetches, config).value_or(alone));
  }
  const std::uint64_t last = cost.fetches / divide_up(geom->oc_tiles, config.groups);
  PortCommand part = ports;
  auto& tiles = std::get<spec::GeomCommand>(part.command).oc_tiles;
  tiles = geom->oc_tiles - rest;
  const std::optional<double> most = cycles_alone(part, cost.fetches - last, config);
  tiles = rest;
  const std::optional<double> least = cycles_alone(part, last, config);
  return static_cast<std::uint64_t>(most && least ? *most + *least : alone);
}

/// `cost` as it is with what its ports take from each other.
void settle(ComputeCost& cost, std::uint64_t cycles) {
  if (cycles >= cost.cycles) {
    const bool reads_wait = meeting(cost.spans.in, cost.spans.out) > 0;
    cause(cost.causes, reads_wait ? spec::Cause::kBank : spec::Cause::kWeights) += cycles - cost.cycles;
  } else {
    std::uint64_t fewer = cost.cycles - cycles;
    using enum spec::Cause;
    for (const spec::Cause which : {kBank, kWeights, kDrain, kWindow, kFill, kVector, kArray}) {
      const std::uint64_t taken = std::min(fewer, cause(cost.causes, which));
      cause(cost.causes, which) -= taken;
      fewer -= taken;
    }
  }
  cost.cycles = cycles;
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
    const ComputeState before = state_;
    ComputeCost cost = compute_cost(words, config_, state_);
    work.ports = port_command(words, info.format, before);
    if (work.ports && is_followed(*work.ports, cost, config_)) {
      settle(cost, followed_cycles(*work.ports, cost, config_));
    }
    work.cycles = cost.cycles;
    work.causes = cost.causes;
    work.regions = cost.spans.regions();
    work.requant_active = cost.requant_active;
  } else if (work.engine != spec::Engine::kNone) {
    TransferCost cost = transfer_cost(words, address, timing, config_, packed);
    work.cycles = cost.cycles;
    work.axi_beats = cost.axi_beats;
    work.load = cost.load;
    work.shape = std::move(cost.shape);
    work.regions = regions_of(cost.sram);
    // An UNPACK takes a beat every other cycle at most. Slower memory has room between for the stream's.
    constexpr std::uint32_t kTaken = 2;
    work.beats_matter =
        work.header.opcode == spec::Opcode::kUnpack && config_.axi_data_bits / 8 <= kTaken * timing.bytes_per_cycle;
    if (work.engine == spec::Engine::kLoad && info.format == spec::Format::kDma) {
      const double burst = std::max(static_cast<double>(spec::kBurstBytes) * 8 / config_.axi_data_bits,
                                    static_cast<double>(spec::kBurstBytes) / std::max(timing.bytes_per_cycle, 1U));
      work.bursts = {.from = kFirstBurst,
                     .first_end = kFirstBurst + timing.latency_cycles + burst,
                     .burst = burst,
                     .bursts = long_bursts(words, address)};
    }
  }
  return work;
}

}  // namespace auklet::sim::estimator
