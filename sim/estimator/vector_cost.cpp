#include <algorithm>

#include "compute_cost.hpp"
#include "geometry.hpp"

namespace auklet::sim::estimator {
namespace {

using spec::Opcode;

/// Taps that exist on one axis at position `at`: of `taps`, those of [0, size).
std::uint64_t existing(std::int64_t first, std::uint64_t taps, std::int64_t step, std::int64_t size) {
  std::uint64_t count = 0;
  for (std::uint64_t i = 0; i < taps; ++i) {
    const std::int64_t at = first + static_cast<std::int64_t>(i) * step;
    count += at >= 0 && at < size ? 1 : 0;
  }
  return count;
}

/// Divisions of an AVGPOOL: one whenever the number of taps that exist differs from the one before, which is in `held`.
std::uint64_t divisions(const spec::GeomCommand& geom, std::uint64_t& held) {
  constexpr std::uint64_t kLooked = 256;  // Rows and columns; beyond them windows lie inside, or nobody cares.
  std::array<std::uint64_t, kLooked> columns{};
  const std::uint64_t width = std::min<std::uint64_t>(geom.out_w, kLooked);
  for (std::uint64_t x = 0; x < width; ++x) {
    columns[x] = existing(geom.r0 + static_cast<std::int64_t>(x) * geom.x_step, geom.kx_n, geom.kx_stride,
                          std::int64_t{geom.row_bytes} - std::int64_t{spec::kLanes} + 1);
  }
  std::uint64_t count = 0;
  const std::uint64_t height = std::min<std::uint64_t>(geom.out_h, kLooked);
  const auto pass = [&] {
    for (std::uint64_t y = 0; y < height; ++y) {
      const std::int64_t top = static_cast<std::int64_t>(y) * geom.stride_y - geom.pad_top;
      const std::uint64_t rows = existing(top, geom.kh, geom.dil_y, geom.in_h);
      for (std::uint64_t x = 0; x < width; ++x) {
        const std::uint64_t taps = rows * columns[x];
        if (taps == held || taps == 0) continue;
        held = taps;
        ++count;
      }
    }
  };
  pass();
  const std::uint64_t first = count;
  if (geom.oc_tiles == 1) return first;
  pass();
  return first + multiply(geom.oc_tiles - std::uint64_t{1}, count - first);
}

void run_vector(ComputeCost& cost, std::uint64_t bank) {
  constexpr std::uint64_t kBeforeRun = 2;  // The start and LAUNCH.
  cause(cost.causes, spec::Cause::kBank) = bank;
  cause(cost.causes, spec::Cause::kVector) = cost.cycles - std::min(cost.cycles, bank + kBeforeRun);
  fill_up(cost);
}

}  // namespace

ComputeCost pool_cost(const spec::GeomCommand& geom, const spec::HardwareConfig& config, ComputeState& state) {
  constexpr std::uint64_t kTail = 6;       // From behind the last tap's fetch until the next command may start.
  constexpr std::uint64_t kDivision = 30;  // A cycle to see that it is needed, and a bit of the quotient a cycle.
  const std::uint64_t outputs = multiply(std::uint64_t{geom.out_h} * geom.out_w, geom.oc_tiles);
  const std::uint64_t taps = multiply(outputs, std::uint64_t{geom.kh} * geom.kx_n);
  const bool average = geom.header.opcode == Opcode::kAvgpool;
  const GeomSpans spans = spans_of(geom, config);
  const auto bank = static_cast<std::uint64_t>(spans.collisions * static_cast<double>(outputs));
  ComputeCost cost;
  // The last tap of an average is looked at for a cycle before it is fetched.
  cost.cycles =
      kFirstCycle + taps + (average ? outputs + kDivision * divisions(geom, state.divisor) : 0) + bank + kTail - 1;
  run_vector(cost, bank);
  cost.fetches = taps;
  cost.spans = {.in = spans.in, .out = spans.out};
  return cost;
}

ComputeCost eltwise_cost(const spec::EltwiseCommand& command, const spec::HardwareConfig& config) {
  constexpr std::uint64_t kTableCycles = 9;  // Eight pairs, and the last one's arrival.
  const Opcode opcode = command.header.opcode;
  const bool table = opcode == Opcode::kTable;
  const bool direct = table || opcode == Opcode::kMin || opcode == Opcode::kMax;
  const bool rescales = !direct && opcode != Opcode::kMul;
  // From behind the last word's fetch until the next command may start: arrival, rescaling, requantiser.
  const std::uint64_t tail = direct ? 3 : rescales ? 11 : 7;
  const std::uint64_t words = std::uint64_t{command.n0} * command.n1;
  const bool apart =
      !table && (command.b_splat != 0 || (command.b_base | command.b_step0 | command.b_step1) % spec::kLanes == 0);

  const auto spread_of = [&](std::uint64_t base, std::uint64_t step0, std::uint64_t step1) {
    return spread(base,
                  (command.n1 - std::uint64_t{1}) * step1 + (command.n0 - std::uint64_t{1}) * step0 + spec::kLanes,
                  config.sram_bytes);
  };
  const PerRegion a = spread_of(command.a_base, command.a_step0, command.a_step1);
  const PerRegion b = spread_of(command.b_base, command.b_step0, command.b_step1);
  const PerRegion out = spread_of(command.out_base, spec::kLanes, command.out_step1);
  const Reads reads{command.a_base, command.a_step0};
  // Cycles that a word takes longer: a B on the weight port takes both banks, after A and after results.
  const double a_out = meeting(a, out) * collision_share(reads, tail);
  double slower = table ? a_out : apart ? std::max(a_out, std::min(1.0, meeting(a, b) + meeting(b, out))) : 0.0;
  if (!table && !apart) slower = std::min(1.0, 0.5 * (a_out + meeting(b, out)));

  ComputeCost cost;
  const auto bank = static_cast<std::uint64_t>(slower * static_cast<double>(words));
  cost.cycles = kFirstCycle + (table ? kTableCycles : 0) + (table || apart ? 1 : 2) * words + bank + tail;
  cost.requant_active = direct ? 0 : words;
  run_vector(cost, static_cast<std::uint64_t>(a_out * static_cast<double>(words)));
  cost.fetches = words;
  cost.spans = {.in = a, .weights = b, .out = out};
  return cost;
}

ComputeCost softmax_cost(const spec::SoftmaxCommand& command) {
  constexpr std::uint64_t kTableCycles = 33;       // 32 pairs, and the last one's arrival.
  constexpr std::uint64_t kReciprocalCycles = 15;  // Leading zeros, and seven products.
  // A word of the three passes: fetched in three cycles; its last lookup arrives; the requantiser takes it.
  constexpr std::uint64_t kWordCycles = 3 + 4 + 5;
  constexpr std::uint64_t kTail = 5;
  const std::uint64_t words = divide_up(command.n, spec::kLanes);
  const std::uint64_t row = kWordCycles * words + 2 * std::uint64_t{command.n} + kReciprocalCycles;
  ComputeCost cost;
  cost.cycles = kFirstCycle + kTableCycles + multiply(command.rows, row) + kTail;
  cost.requant_active = multiply(command.rows, words);
  run_vector(cost, 0);
  return cost;
}

ComputeCost compute_cost(std::span<const std::uint32_t> words, const spec::HardwareConfig& config,
                         ComputeState& state) {
  const spec::CommandHeader header = spec::decode_header(words);
  const spec::Format format = spec::command_info(header.opcode)->format;
  if (format == spec::Format::kEltwise) {
    return eltwise_cost(spec::decode_eltwise(words.first<spec::EltwiseCommand::kWords>()), config);
  }
  if (format == spec::Format::kSoftmax) {
    return softmax_cost(spec::decode_softmax(words.first<spec::SoftmaxCommand::kWords>()));
  }
  const spec::GeomCommand geom = spec::decode_geom(words.first<spec::GeomCommand::kWords>());
  switch (header.opcode) {
    case Opcode::kConv:
      return conv_cost(geom, config);
    case Opcode::kDwconv:
      return dwconv_cost(geom, config);
    case Opcode::kDwrows:
      return dwrows_cost(geom, config);
    default:
      return pool_cost(geom, config, state);
  }
}

}  // namespace auklet::sim::estimator
