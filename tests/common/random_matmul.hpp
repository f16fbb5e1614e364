// Random products of two activations with their data and reference results, and running them on any simulated NPU.
// Equal seeds give equal products on every platform. AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n takes n seeds.
#pragma once

#include <auklet/kernels/batch_matmul.hpp>
#include <auklet/plan/matmul.hpp>
#include <cmath>

#include <gtest/gtest.h>

#include "run_operator.hpp"
#include "run_seed.hpp"

namespace auklet::test {

/// Matrices in memory: `rows` rows of `columns` bytes, `pitch` bytes apart, and from matrix to matrix `step` bytes.
struct Matrices {
  std::uint32_t rows = 1, columns = 1, pitch = 1;
  std::uint32_t batches = 1, step = 0;
  std::vector<std::int8_t> bytes{};

  [[nodiscard]] std::size_t at(std::size_t batch, std::size_t row) const { return batch * step + row * pitch; }
  [[nodiscard]] std::size_t extent() const { return at(batches - 1, rows - 1) + columns; }
  [[nodiscard]] std::vector<std::int8_t> compact() const {
    std::vector<std::int8_t> out;
    for (std::size_t i = 0; i < std::size_t{batches} * rows; ++i) {
      const auto row = bytes.begin() + static_cast<std::ptrdiff_t>(at(i / rows, i % rows));
      out.insert(out.end(), row, row + columns);
    }
    return out;
  }
};

struct MatmulCase {
  plan::MatmulOp op;
  Matrices a, b, out;     ///< Of the output only the shape.
  plan::SramBudget sram;  ///< 0 bytes: all there is.
  std::uint32_t a_skew = 0, b_skew = 0, out_skew = 0, constants_skew = 0;
};

/// How large a random product may be.
struct MatmulLimits {
  std::uint32_t side = 80;
  std::uint32_t depth = 600;
};

inline std::uint32_t random_extent(Random& random, std::uint32_t most) {
  return random.one_in(2) ? random.in(1, most)
                          : std::min(most, random.pick<std::uint32_t>({1, 2, 15, 16, 17, 31, 32, 33, 48, 64, 65}));
}

/// Bytes over all of int8, around the zero point (as activations are), or extremes.
inline void fill(Random& random, Matrices& m, std::int8_t zero_point) {
  m.bytes = random.bytes(m.extent());
  const std::uint32_t kind = random.in(0, 7);
  for (std::int8_t& value : m.bytes) {
    if (kind < 4) value = static_cast<std::int8_t>(std::clamp(zero_point + value / 4, -128, 127));
    if (kind == 4) value = value < 0 ? std::int8_t{-128} : std::int8_t{127};
  }
}

/// Where the operator's matrices are, as its pitches and steps say.
inline void set_shapes(MatmulCase& c) {
  const plan::MatmulOp& op = c.op;
  const auto shape = [&op](std::uint32_t rows, std::uint32_t columns, std::uint32_t pitch, std::uint32_t step) {
    return Matrices{.rows = rows,
                    .columns = columns,
                    .pitch = pitch != 0 ? pitch : columns,
                    .batches = op.batches,
                    .step = op.batches > 1 ? step : 0};
  };
  c.a = shape(op.rows, op.depth, op.a_pitch, op.a_step);
  c.b = op.b_transposed ? shape(op.columns, op.depth, op.b_pitch, op.b_step)
                        : shape(op.depth, op.columns, op.b_pitch, op.b_step);
  c.out = shape(op.rows, op.columns, op.out_pitch, op.out_step);
}

/// Chooses pitch and step of one operand: compact, with gaps, or a slice of a wider tensor as the heads of attention.
inline void random_layout(Random& random, std::uint32_t batches, std::uint32_t rows, std::uint32_t columns,
                          bool may_repeat, std::uint32_t& pitch, std::uint32_t& step) {
  if (random.one_in(3)) {
    step = columns + random.in(0, 20);
    pitch = batches * step + random.in(0, 20);
    return;
  }
  pitch = random.one_in(2) ? 0 : columns + random.in(0, 40);
  step = rows * (pitch != 0 ? pitch : columns) + (random.one_in(2) ? 0 : random.in(0, 40));
  if (may_repeat && random.one_in(4)) step = 0;
}

inline std::vector<std::int8_t> matmul_reference(const MatmulCase& c) {
  const plan::MatmulOp& op = c.op;
  kernels::BatchMatMulParams params;
  params.transpose_b = op.b_transposed;
  params.a_zero_point = op.a_zp;
  params.b_zero_point = op.b_zp;
  params.output_zero_point = op.out_zp;
  params.multiplier = {op.scale.multiplier, op.scale.shift};
  params.activation = {op.act_min, op.act_max};
  const std::vector<std::int8_t> a = c.a.compact(), b = c.b.compact();
  const auto dim = [](std::uint32_t n) { return static_cast<std::int32_t>(n); };
  std::vector<std::int8_t> out(std::size_t{op.batches} * op.rows * op.columns);
  const auto shape = [&](const Matrices& m) {
    return kernels::make_shape(dim(m.batches), dim(m.rows), dim(m.columns));
  };
  const kernels::Status status =
      kernels::reference::batch_matmul(params, {shape(c.a), a}, {shape(c.b), b}, {shape(c.out), out});
  if (status != kernels::Status::kOk) throw std::logic_error("the reference refuses the product");
  return out;
}

/// The largest magnitude of a sum, so that the scale can spread the sums over int8.
inline double largest_sum(const MatmulCase& c) {
  const plan::MatmulOp& op = c.op;
  std::int64_t most = 1;
  const std::size_t outputs = std::size_t{op.batches} * op.rows * op.columns;
  for (std::size_t i = 0; i < outputs; ++i) {
    const std::size_t n = i % op.columns, r = i / op.columns % op.rows, batch = i / op.columns / op.rows;
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < op.depth; ++k) {
      const std::int8_t b = c.b.bytes[op.b_transposed ? c.b.at(batch, n) + k : c.b.at(batch, k) + n];
      sum += (c.a.bytes[c.a.at(batch, r) + k] - op.a_zp) * (b - op.b_zp);
    }
    most = std::max(most, std::abs(sum));
  }
  return static_cast<double>(most);
}

inline plan::QuantizedMultiplier random_scale(Random& random, double largest) {
  if (random.one_in(30)) return {random.in<std::int32_t>(1 << 30, INT32_MAX), random.in<std::int32_t>(-31, 31)};
  int shift = 0;
  const double fraction = std::frexp(random.in(50, 400) / largest, &shift);
  const auto multiplier = static_cast<std::int32_t>(std::min(fraction * 2147483648.0, 2147483647.0));
  return {multiplier, std::clamp(shift, -31, 31)};
}

inline MatmulCase random_matmul(std::uint64_t seed, const spec::HardwareConfig& config, const MatmulLimits& limits) {
  Random random(seed);
  MatmulCase c;
  plan::MatmulOp& op = c.op;
  op.rows = random_extent(random, limits.side);
  op.depth = random_extent(random, random.one_in(4) ? limits.depth : limits.side);
  op.columns = random_extent(random, limits.side);
  op.b_transposed = random.one_in(2);
  for (std::int8_t* zero_point : {&op.a_zp, &op.b_zp, &op.out_zp}) {
    *zero_point =
        random.one_in(2) ? random.pick<std::int8_t>({-128, 127, 0, 0, 1, -1, -127}) : random.in<std::int8_t>(-128, 127);
  }
  detail::random_clamp(random, op.act_min, op.act_max);
  op.batches = random.one_in(2) ? 1 : random.in(1, 4);
  random_layout(random, op.batches, op.rows, op.depth, true, op.a_pitch, op.a_step);
  random_layout(random, op.batches, op.b_transposed ? op.columns : op.depth, op.b_transposed ? op.depth : op.columns,
                true, op.b_pitch, op.b_step);
  random_layout(random, op.batches, op.rows, op.columns, false, op.out_pitch, op.out_step);
  set_shapes(c);
  fill(random, c.a, op.a_zp);
  fill(random, c.b, op.b_zp);
  op.scale = random_scale(random, largest_sum(c));
  for (std::uint32_t* skew : {&c.a_skew, &c.b_skew, &c.out_skew, &c.constants_skew}) *skew = random.in(0, 40);
  if (!random.one_in(3)) {
    // Often too little for everything at once, somewhere in the SRAM.
    c.sram.bytes = random.in(1, random.one_in(2) ? 2000 : 16'000) * 32;
    c.sram.base = random.in(0, (config.sram_bytes - c.sram.bytes) / 32) * 32;
  }
  return c;
}

inline std::string describe(const MatmulCase& c) {
  const plan::MatmulOp& op = c.op;
  std::ostringstream text;
  text << op.batches << " * " << op.rows << 'x' << op.depth << 'x' << op.columns
       << (op.b_transposed ? " transposed" : "") << " pitches " << op.a_pitch << ' ' << op.b_pitch << ' '
       << op.out_pitch << " steps " << op.a_step << ' ' << op.b_step << ' ' << op.out_step << " zero points "
       << int{op.a_zp} << ' ' << int{op.b_zp} << ' ' << int{op.out_zp} << " scale " << op.scale.multiplier << ' '
       << op.scale.shift << " SRAM " << c.sram.base << '+' << c.sram.bytes;
  return text.str();
}

/// A planned product, and the constants that it reads.
struct PlannedMatmul {
  plan::Outcome outcome;
  plan::Cost cost;
  std::vector<std::uint32_t> stream;
  std::vector<std::uint8_t> constants;
};

/// Plans the product for the windows of DeviceMemory.
inline PlannedMatmul plan_matmul(const spec::HardwareConfig& config, const MatmulCase& c) {
  using detail::DeviceMemory;
  PlannedMatmul planned;
  planned.constants.resize(plan::matmul_constant_bytes(c.op));
  planned.outcome = plan::pack_matmul_constants(c.op, planned.constants);
  const plan::SramBudget sram = c.sram.bytes != 0 ? c.sram : plan::SramBudget{0, config.sram_bytes};
  const auto plan_into = [&](plan::StreamWriter& writer) {
    planned.cost = {};
    planned.outcome = plan::plan_streamed_matmul(
        writer, c.op, detail::tensor(DeviceMemory::kInput, c.a_skew),
        detail::tensor(DeviceMemory::kSecondInput, c.b_skew), detail::tensor(DeviceMemory::kOutput, c.out_skew),
        detail::tensor(DeviceMemory::kWeights, c.constants_skew), sram, planned.cost);
    if (planned.outcome.ok()) planned.outcome = writer.finish();
  };
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  if (planned.outcome.ok()) plan_into(counter);
  if (!planned.outcome.ok()) return planned;
  planned.stream.resize(counter.words());  // Exactly: a plan that differs from its count is refused.
  plan::StreamWriter writer(planned.stream, config);
  plan_into(writer);
  EXPECT_LE(writer.sram_bytes(), sram.base + sram.bytes);
  return planned;
}

/// Plans the product, runs it and collects the output matrix, as run_operator() does.
inline RunResult run_matmul(sim::Target& target, const spec::HardwareConfig& config, const MatmulCase& c) {
  using detail::DeviceMemory;
  const PlannedMatmul planned = plan_matmul(config, c);
  RunResult result;
  result.planned = planned.outcome;
  result.cost = planned.cost;
  result.stream_words = planned.stream.size();
  if (!result.planned.ok()) return result;

  DeviceMemory memory(target);
  memory.fill(DeviceMemory::kInput, c.a_skew, std::span<const std::int8_t>(c.a.bytes));
  memory.fill(DeviceMemory::kSecondInput, c.b_skew, std::span<const std::int8_t>(c.b.bytes));
  memory.fill(DeviceMemory::kWeights, c.constants_skew, std::span<const std::uint8_t>(planned.constants));
  memory.fill(DeviceMemory::kStream, 0, std::span<const std::uint32_t>(planned.stream));
  const std::size_t extent = c.out.extent();
  const std::span<std::byte> output = memory.add(DeviceMemory::kOutput, c.out_skew, extent);
  result.job =
      run_job(target, DeviceMemory::base(DeviceMemory::kStream), static_cast<std::uint32_t>(planned.stream.size() * 4));
  Matrices written = c.out;
  for (const std::byte byte : output) written.bytes.push_back(static_cast<std::int8_t>(byte));
  result.output = written.compact();
  // What is left beside the matrices must be what it was.
  for (std::size_t i = 0; i < std::size_t{c.out.batches} * c.out.rows; ++i) {
    std::ranges::fill(output.subspan(c.out.at(i / c.out.rows, i % c.out.rows), c.out.columns), DeviceMemory::kCanary);
  }
  result.strayed = !memory.canaries_alive(DeviceMemory::kOutput, c.out_skew, extent) ||
                   !std::ranges::all_of(output, [](std::byte b) { return b == DeviceMemory::kCanary; });
  return result;
}

/// Runs one seed; a failure is a GoogleTest failure that names the seed.
inline void run_matmul_seed(sim::Target& target, const spec::HardwareConfig& config, const MatmulLimits& limits,
                            std::uint64_t seed, Tally& tally) {
  const MatmulCase c = random_matmul(seed, config, limits);
  SCOPED_TRACE("AUKLET_SEED=" + std::to_string(seed) + " on " + config.name + ": " + describe(c));
  ASSERT_TRUE(wait_until_idle(target));
  ASSERT_TRUE(pollute_sram(target, config, seed).done);
  const RunResult result = run_matmul(target, config, c);
  if (!result.planned.ok()) {
    ASSERT_EQ(result.planned.status, plan::Status::kSramTooSmall) << to_string(result.planned.status);
    EXPECT_GT(result.planned.needed, result.planned.available);
    ++tally.refused;
    return;
  }
  ASSERT_TRUE(result.job.done) << to_string(result.job.fault) << ' ' << to_string(result.job.code) << " at "
                               << result.job.fault_offset;
  EXPECT_FALSE(result.strayed);
  const std::vector<std::int8_t> expected = matmul_reference(c);
  ASSERT_EQ(result.output.size(), expected.size());
  const auto wrong = std::ranges::mismatch(result.output, expected);
  if (wrong.in2 != expected.end()) {
    const auto at = wrong.in2 - expected.begin();
    FAIL() << "first difference in product " << at / c.op.columns / c.op.rows << ", row "
           << at / c.op.columns % c.op.rows << ", column " << at % c.op.columns << ": got " << int{*wrong.in1}
           << ", want " << int{*wrong.in2};
  }
  ++tally.ran;
  if (result.cost.tiles > 1) ++tally.tiled;
  if (std::set(expected.begin(), expected.end()).size() > 8) ++tally.varied;
}

/// Runs `count` seeds from `first` on, until one fails.
inline void run_matmul_seeds(const TargetOf& target_of, const spec::HardwareConfig& config, const MatmulLimits& limits,
                             std::uint64_t first, std::uint64_t count) {
  Tally tally;
  if (const std::uint64_t only = environment("AUKLET_SEED", 0); only != 0) {
    run_matmul_seed(target_of(only), config, limits, only, tally);
    return;
  }
  count = environment("AUKLET_CASES", count);
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    run_matmul_seed(target_of(seed), config, limits, seed, tally);
  }
  std::printf("%s: %u ran (%u in several tiles, %u with varied outputs), %u did not fit\n", config.name, tally.ran,
              tally.tiled, tally.varied, tally.refused);
  if (testing::Test::HasFailure() || count < 50) return;
  // Else the test would not be about what it says.
  EXPECT_GT(tally.ran, count * 3 / 4);
  EXPECT_GT(tally.varied, tally.ran / 2);
  EXPECT_GT(tally.tiled, tally.ran / 4);
}

}  // namespace auklet::test
