#include <auklet/sim/operation_counts.hpp>

#include "compute_cost.hpp"
#include "geometry.hpp"

namespace auklet::sim {
namespace {

using estimator::ComputeCost;
using estimator::divide_up;
using estimator::multiply;
using spec::Opcode;

constexpr std::uint64_t kBlockWords = spec::kWeightBlock / spec::kLanes;
constexpr std::uint64_t kParamWords = spec::kParamBlock / spec::kLanes;

// Words that `fetches` reads of the input take; rows of padding are not read.
std::uint64_t words_read(std::uint64_t fetches, const estimator::GeomSpans& spans) {
  return static_cast<std::uint64_t>(static_cast<double>(fetches) * spans.inside * (1 + spans.reads.both_banks()));
}

OperationCounts count_geom(const spec::GeomCommand& geom, const ComputeCost& cost, const spec::HardwareConfig& config) {
  const std::uint64_t positions = std::uint64_t{geom.out_h} * geom.out_w;
  const std::uint64_t results = multiply(positions, geom.oc_tiles);
  OperationCounts counts{.requantised = multiply(cost.requant_active, spec::kLanes), .sram_writes = results};
  counts.sram_reads = words_read(cost.fetches, estimator::spans_of(geom, config));
  constexpr std::uint64_t kReadAndWrite = 2;
  switch (geom.header.opcode) {
    case Opcode::kConv: {
      const std::uint64_t steps = multiply(std::uint64_t{geom.kh} * geom.kx_n, geom.chunks);
      const std::uint64_t stripes = divide_up(positions, geom.stripe);
      const bool shared = geom.in_tile_step == 0 && config.groups > 1;  // Groups take turns at the drain.
      counts.accumulator_accesses = multiply(kReadAndWrite * steps, results);
      counts.sram_reads += multiply(multiply(steps, geom.oc_tiles), stripes * kBlockWords);
      counts.sram_reads += multiply(geom.oc_tiles, (shared ? stripes : 1) * kParamWords);
      break;
    }
    case Opcode::kDwconv:
      counts.sram_reads += geom.oc_tiles * (kBlockWords + kParamWords);
      break;
    case Opcode::kDwrows:
      counts.accumulator_accesses = multiply(kReadAndWrite * geom.kh, results);
      counts.sram_reads += geom.oc_tiles * (std::uint64_t{geom.out_h} * geom.kh * kBlockWords + kParamWords);
      break;
    default:  // The pools.
      counts.vector_bytes = multiply(cost.fetches, spec::kLanes);
  }
  return counts;
}

OperationCounts count_eltwise(const spec::EltwiseCommand& command, const ComputeCost& cost) {
  const std::uint64_t words = std::uint64_t{command.n0} * command.n1;
  const std::uint64_t bytes = words * spec::kLanes;
  const Opcode opcode = command.header.opcode;
  const bool table = opcode == Opcode::kTable;
  const bool rescales = opcode == Opcode::kAdd || opcode == Opcode::kSqdiff;
  const auto words_of = [words](std::uint64_t base, std::uint64_t step) {
    const double both = estimator::Reads{base, step}.both_banks();
    return words + static_cast<std::uint64_t>(static_cast<double>(words) * both);
  };
  OperationCounts counts{.requantised = cost.requant_active * spec::kLanes,
                         .rescaled = rescales ? 2 * bytes : 0,
                         .vector_bytes = bytes,
                         .sram_reads = words_of(command.a_base, command.a_step0),
                         .sram_writes = words};
  constexpr std::uint64_t kTableWords = 16;
  counts.sram_reads += table ? kTableWords : words_of(command.b_base, command.b_step0);
  return counts;
}

OperationCounts count_softmax(const spec::SoftmaxCommand& command, const ComputeCost& cost) {
  constexpr std::uint64_t kTableWords = 256 * sizeof(std::int32_t) / spec::kLanes;
  constexpr std::uint64_t kPasses = 3;
  const std::uint64_t words = multiply(command.rows, divide_up(command.n, spec::kLanes));
  return {.requantised = multiply(cost.requant_active, spec::kLanes),
          .vector_bytes = multiply(words, kPasses * spec::kLanes),
          .sram_reads = multiply(words, kPasses) + kTableWords,
          .sram_writes = words};
}

// SRAM words of so many bytes in rows of `row`.
std::uint64_t words_of_rows(std::uint64_t bytes, std::uint64_t row) {
  return multiply(bytes / row, divide_up(row, spec::kLanes)) + divide_up(bytes % row, spec::kLanes);
}

OperationCounts count_dma(const spec::DmaCommand& dma) {
  OperationCounts counts;
  const std::uint64_t bytes = std::uint64_t{dma.ax_len} * dma.ax_rows;
  const bool unpack = dma.header.opcode == Opcode::kUnpack;
  const std::uint64_t words = unpack ? dma.sp_len / spec::kLanes : words_of_rows(bytes, dma.sp_len);
  (dma.header.opcode == Opcode::kStore ? counts.sram_reads : counts.sram_writes) = words;
  counts.window_bytes[dma.window] = bytes;
  return counts;
}

OperationCounts count_gather(const spec::GatherCommand& gather) {
  constexpr std::uint64_t kIndices = spec::kLanes / sizeof(std::int32_t);  // A word.
  OperationCounts counts{.sram_reads = divide_up(gather.n, kIndices),
                         .sram_writes = gather.n * divide_up(gather.ax_len, spec::kLanes)};
  counts.window_bytes[gather.window] = std::uint64_t{gather.ax_len} * gather.n;
  return counts;
}

OperationCounts count(std::span<const std::uint32_t> words, spec::Format format, const spec::HardwareConfig& config,
                      estimator::ComputeState& state) {
  switch (format) {
    case spec::Format::kDma:
      return count_dma(spec::decode_dma(words.first<spec::DmaCommand::kWords>()));
    case spec::Format::kGather:
      return count_gather(spec::decode_gather(words.first<spec::GatherCommand::kWords>()));
    case spec::Format::kGeom:
      return count_geom(spec::decode_geom(words.first<spec::GeomCommand::kWords>()),
                        estimator::compute_cost(words, config, state), config);
    case spec::Format::kEltwise:
      return count_eltwise(spec::decode_eltwise(words.first<spec::EltwiseCommand::kWords>()),
                           estimator::compute_cost(words, config, state));
    case spec::Format::kSoftmax:
      return count_softmax(spec::decode_softmax(words.first<spec::SoftmaxCommand::kWords>()),
                           estimator::compute_cost(words, config, state));
    default:
      return {};
  }
}

}  // namespace

OperationCounts& OperationCounts::operator+=(const OperationCounts& other) {
  accumulator_accesses += other.accumulator_accesses;
  requantised += other.requantised;
  rescaled += other.rescaled;
  vector_bytes += other.vector_bytes;
  sram_reads += other.sram_reads;
  sram_writes += other.sram_writes;
  for (std::size_t i = 0; i < window_bytes.size(); ++i) window_bytes[i] += other.window_bytes[i];
  return *this;
}

std::vector<OperationCounts> count_operations(std::span<const std::uint32_t> stream,
                                              const spec::HardwareConfig& config) {
  std::vector<OperationCounts> layers(spec::kLogEntries);
  estimator::ComputeState state;
  for (std::size_t at = spec::StreamHeader::kWords; at < stream.size();) {
    const std::span<const std::uint32_t> rest = stream.subspan(at);
    const spec::CommandInfo* info = spec::command_info(rest[0] & spec::CommandHeaderFields::kOpcode.mask());
    if (info == nullptr || info->words > rest.size() || info->engine == spec::Engine::kNone) break;
    const std::uint32_t layer = spec::decode_header(rest).layer % spec::kLogEntries;
    layers[layer] += count(rest.first(info->words), info->format, config, state);
    at += info->words;
  }
  return layers;
}

}  // namespace auklet::sim
