// Random embedding lookups with their data, and running them on any simulated NPU. Equal seeds give equal lookups on
// every platform. AUKLET_SEED=n runs seed n alone; AUKLET_CASES=n takes n seeds.
#pragma once

#include <auklet/plan/gather.hpp>
#include <optional>

#include <gtest/gtest.h>

#include "run_operator.hpp"
#include "run_seed.hpp"

namespace auklet::test {

struct GatherCase {
  plan::GatherOp op;
  std::vector<std::int8_t> table;
  std::vector<std::int32_t> indices;
  plan::SramBudget sram;  ///< 0 bytes: all there is.
  std::uint32_t table_skew = 0, indices_skew = 0, out_skew = 0;
};

/// The definition. Precondition: all indices are in the table.
inline std::vector<std::int8_t> gather_reference(const GatherCase& c) {
  std::vector<std::int8_t> out;
  for (const std::int32_t index : c.indices) {
    const auto row = c.table.begin() + std::int64_t{index} * c.op.row_bytes;
    out.insert(out.end(), row, row + c.op.row_bytes);
  }
  return out;
}

inline GatherCase random_gather(std::uint64_t seed, const spec::HardwareConfig& config) {
  Random random(seed);
  GatherCase c;
  c.op.rows = random.one_in(20) ? 65'535 : random.in(1, random.pick<std::uint32_t>({2, 40, 700, 3000}));
  c.op.row_bytes = c.op.rows > 10'000 ? random.in(1, 5)
                   : random.one_in(3) ? random.pick<std::uint32_t>({1, 15, 16, 17, 32, 64, 128, 256})
                                      : random.in(1, random.pick<std::uint32_t>({30, 300, 2000}));
  c.op.count = random.in(1, random.pick<std::uint32_t>({5, 60, 400}));
  c.table = random.bytes(std::size_t{c.op.rows} * c.op.row_bytes);
  const auto last = static_cast<std::int32_t>(c.op.rows) - 1;
  for (std::uint32_t i = 0; i < c.op.count; ++i) {
    c.indices.push_back(random.one_in(6) ? random.pick<std::int32_t>({0, last}) : random.in<std::int32_t>(0, last));
  }
  for (std::uint32_t* skew : {&c.table_skew, &c.indices_skew, &c.out_skew}) *skew = random.in(0, 40);
  if (!random.one_in(3)) {
    // Often too little for everything at once, now and then for anything, somewhere in the SRAM.
    c.sram.bytes = random.one_in(2) ? random.in(1, 20) * 32 : random.in(16, 20'000);
    c.sram.base = random.in(0, (config.sram_bytes - c.sram.bytes) / 32) * 32;
  }
  return c;
}

inline std::string describe(const GatherCase& c) {
  std::ostringstream text;
  text << c.op.count << " of " << c.op.rows << " rows of " << c.op.row_bytes << " bytes, skews " << c.table_skew << ' '
       << c.indices_skew << ' ' << c.out_skew << ", SRAM " << c.sram.base << '+' << c.sram.bytes;
  return text.str();
}

/// A planned lookup, for the windows of DeviceMemory.
struct PlannedGather {
  plan::Outcome outcome;
  plan::Cost cost;
  std::vector<std::uint32_t> stream;
};

inline PlannedGather plan_gather(const spec::HardwareConfig& config, const GatherCase& c) {
  using detail::DeviceMemory;
  PlannedGather planned;
  const plan::SramBudget sram = c.sram.bytes != 0 ? c.sram : plan::SramBudget{0, config.sram_bytes};
  const auto plan_into = [&](plan::StreamWriter& writer) {
    planned.cost = {};
    planned.outcome = plan::plan_streamed_gather(writer, c.op, detail::tensor(DeviceMemory::kWeights, c.table_skew),
                                                 detail::tensor(DeviceMemory::kInput, c.indices_skew),
                                                 detail::tensor(DeviceMemory::kOutput, c.out_skew), sram, planned.cost);
    if (planned.outcome.ok()) planned.outcome = writer.finish();
  };
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  plan_into(counter);
  if (!planned.outcome.ok()) return planned;
  planned.stream.resize(counter.words());  // Exactly: a plan that differs from its count is refused.
  plan::StreamWriter writer(planned.stream, config);
  plan_into(writer);
  EXPECT_LE(writer.sram_bytes(), sram.base + sram.bytes);
  return planned;
}

/// Plans the lookup, runs it and collects the result, as run_operator() does.
inline RunResult run_gather(sim::Target& target, const spec::HardwareConfig& config, const GatherCase& c) {
  using detail::DeviceMemory;
  const PlannedGather planned = plan_gather(config, c);
  RunResult result;
  result.planned = planned.outcome;
  result.cost = planned.cost;
  result.stream_words = planned.stream.size();
  if (!result.planned.ok()) return result;
  DeviceMemory memory(target);
  memory.fill(DeviceMemory::kWeights, c.table_skew, std::span<const std::int8_t>(c.table));
  memory.fill(DeviceMemory::kInput, c.indices_skew, std::span<const std::int32_t>(c.indices));
  memory.fill(DeviceMemory::kStream, 0, std::span<const std::uint32_t>(planned.stream));
  const std::size_t bytes = std::size_t{c.op.count} * c.op.row_bytes;
  const std::span<std::byte> output = memory.add(DeviceMemory::kOutput, c.out_skew, bytes);
  result.job =
      run_job(target, DeviceMemory::base(DeviceMemory::kStream), static_cast<std::uint32_t>(planned.stream.size() * 4));
  for (const std::byte byte : output) result.output.push_back(static_cast<std::int8_t>(byte));
  result.strayed = !memory.canaries_alive(DeviceMemory::kOutput, c.out_skew, bytes);
  return result;
}

/// Runs the lookup with one index that is not in the table: the job must end by INDEX, naming the tile's GATHER and the
/// index's place in it.
inline void run_bad_index(sim::Target& target, const spec::HardwareConfig& config, GatherCase c, Random& random) {
  const std::uint32_t place = random.in(0, c.op.count - 1);
  const auto rows = static_cast<std::int32_t>(c.op.rows);
  c.indices[place] = random.pick<std::int32_t>({-1, rows, rows + 1, INT32_MIN, INT32_MAX, 65'536, -65'536});
  const RunResult result = run_gather(target, config, c);
  ASSERT_TRUE(result.job.faulted) << "index " << c.indices[place];
  EXPECT_FALSE(result.job.done);
  EXPECT_STREQ(to_string(result.job.fault), to_string(spec::Fault::kIndex));
  EXPECT_EQ(result.job.channel, spec::Channel::kLoad);
  EXPECT_FALSE(result.strayed);
  // The first GATHER that the index belongs to.
  const PlannedGather planned = plan_gather(config, c);
  std::uint32_t first = 0, loaded = 0;
  std::optional<std::uint32_t> offset;
  for (std::size_t at = spec::StreamHeader::kWords; !offset;) {
    const std::span<const std::uint32_t> words = std::span(planned.stream).subspan(at);
    const spec::CommandInfo& info = *spec::command_info(spec::decode_header(words).opcode);
    ASSERT_NE(info.opcode, spec::Opcode::kEnd);
    if (info.opcode == spec::Opcode::kLoad) {
      first += loaded;
      loaded = static_cast<std::uint32_t>(spec::DmaFields::kAxLen.get(words)) / 4;
    }
    if (info.opcode == spec::Opcode::kGather && place < first + loaded) offset = static_cast<std::uint32_t>(at * 4);
    at += info.words;
  }
  EXPECT_EQ(result.job.fault_offset, *offset);
  EXPECT_EQ(result.job.fault_address, place - first);
  target.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
  for (int i = 0; i < 100 && state_of(target) == spec::State::kDraining; ++i) target.step(64);
  ASSERT_TRUE(wait_until_idle(target));
}

/// Runs one seed; a failure is a GoogleTest failure that names the seed.
inline void run_gather_seed(sim::Target& target, const spec::HardwareConfig& config, std::uint64_t seed, Tally& tally) {
  const GatherCase c = random_gather(seed, config);
  SCOPED_TRACE("AUKLET_SEED=" + std::to_string(seed) + " on " + config.name + ": " + describe(c));
  ASSERT_TRUE(wait_until_idle(target));
  ASSERT_TRUE(pollute_sram(target, config, seed).done);
  Random random(seed ^ 0x1deU);
  const bool fits = plan_gather(config, c).outcome.ok();
  if (fits && random.one_in(4)) {
    ASSERT_NO_FATAL_FAILURE(run_bad_index(target, config, c, random));
  }
  const RunResult result = run_gather(target, config, c);
  if (!result.planned.ok()) {
    ASSERT_EQ(result.planned.status, plan::Status::kSramTooSmall) << to_string(result.planned.status);
    EXPECT_GT(result.planned.needed, result.planned.available);
    ++tally.refused;
    return;
  }
  ASSERT_TRUE(result.job.done) << to_string(result.job.fault) << ' ' << to_string(result.job.code) << " at "
                               << result.job.fault_offset;
  EXPECT_FALSE(result.strayed);
  const std::vector<std::int8_t> expected = gather_reference(c);
  ASSERT_EQ(result.output.size(), expected.size());
  const auto wrong = std::ranges::mismatch(result.output, expected);
  if (wrong.in2 != expected.end()) {
    const auto at = wrong.in2 - expected.begin();
    FAIL() << "first difference in row " << at / c.op.row_bytes << ", byte " << at % c.op.row_bytes << ": got "
           << int{*wrong.in1} << ", want " << int{*wrong.in2};
  }
  ++tally.ran;
  if (result.cost.tiles > 1) ++tally.tiled;
  if (std::set(expected.begin(), expected.end()).size() > 8) ++tally.varied;
}

/// Runs `count` seeds from `first` on, until one fails.
inline void run_gather_seeds(const TargetOf& target_of, const spec::HardwareConfig& config, std::uint64_t first,
                             std::uint64_t count) {
  Tally tally;
  if (const std::uint64_t only = environment("AUKLET_SEED", 0); only != 0) {
    run_gather_seed(target_of(only), config, only, tally);
    return;
  }
  count = environment("AUKLET_CASES", count);
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    run_gather_seed(target_of(seed), config, seed, tally);
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
