#include <auklet/sim/estimator.hpp>
#include <numeric>

#include "attribution.hpp"
#include "command_work.hpp"
#include "timeline.hpp"

namespace auklet::sim {
namespace {

using estimator::CommandWork;

/// First byte of a transfer in its window, the window, and the bytes of an UNPACK.
struct Place {
  std::uint64_t offset = 0;
  std::uint32_t window = 0;
  std::uint32_t packed = 0;
};

Place place_of(std::span<const std::uint32_t> words, spec::Format format) {
  if (format == spec::Format::kDma) {
    const spec::DmaCommand dma = spec::decode_dma(words.first<spec::DmaCommand::kWords>());
    return {dma.offset, dma.window, dma.header.opcode == spec::Opcode::kUnpack ? dma.ax_len : 0};
  }
  if (format == spec::Format::kGather) {
    const spec::GatherCommand gather = spec::decode_gather(words.first<spec::GatherCommand::kWords>());
    return {gather.offset, gather.window, 0};
  }
  return {};
}

}  // namespace

std::uint64_t LayerEstimate::total() const { return std::accumulate(causes.begin(), causes.end(), std::uint64_t{0}); }

JobEstimate estimate_job(std::span<const std::uint32_t> stream, const spec::HardwareConfig& config,
                         const EstimatorMemory& memory) {
  std::vector<CommandWork> commands;
  estimator::CommandWorks works(config);
  for (std::size_t at = spec::StreamHeader::kWords; at < stream.size();) {
    const std::span<const std::uint32_t> rest = stream.subspan(at);
    const spec::CommandInfo* info = spec::command_info(rest[0] & spec::CommandHeaderFields::kOpcode.mask());
    if (info == nullptr || info->words > rest.size()) break;
    const Place place = place_of(rest, info->format);
    const std::span<const std::byte> contents = memory.contents[place.window];
    const bool known = place.packed != 0 && place.offset + place.packed <= contents.size();
    commands.push_back(works.next(rest.first(info->words), place.offset, memory.windows[place.window],
                                  known ? contents.subspan(place.offset, place.packed) : contents.first(0)));
    at += info->words;
    if (info->engine == spec::Engine::kNone) break;
  }
  const estimator::StreamPlace where{0, stream.size_bytes(), memory.stream};
  const estimator::JobTrace trace = estimator::trace_job(commands, where, config);
  JobEstimate estimate;
  estimate.cycles = trace.cycles;
  estimate.layers.resize(spec::kLogEntries);
  for (const estimator::CauseRun& run : estimator::attribute(trace, trace.cycles)) {
    estimate.layers[run.layer].causes[static_cast<std::size_t>(run.cause) - 1] += run.cycles;
  }
  return estimate;
}

std::uint64_t submission_cycles(std::uint32_t opened, std::uint32_t closed) {
  constexpr std::uint64_t kWrite = 3;    // An access on AXI4-Lite when neither side hesitates.
  constexpr std::uint64_t kAlways = 35;  // Stream, tag, start, and what is looked at.
  constexpr std::uint64_t kOpen = 5;     // Writes: closed first, then base, access and size.
  return kAlways + kWrite * (kOpen * opened + closed);
}

}  // namespace auklet::sim
