// Copies on a simulated NPU against a nested loop: random ones by seed, and any that a test makes.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/plan/copy.hpp>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "run_seed.hpp"

namespace auklet::test {

/// A copy with what it runs on.
struct CopyCase {
  plan::CopyOp op;
  std::uint32_t from_skew = 0, to_skew = 0;  ///< Offsets of the tensors.
  std::size_t from_bytes = 0, to_bytes = 0;  ///< Of the windows, from the tensors' offsets on.
  plan::SramBudget sram{};                   ///< 0 bytes: all there is.
};

inline std::string describe(const CopyCase& c) {
  std::ostringstream text;
  text << "from " << c.op.from_offset << " to " << c.op.to_offset;
  for (const plan::CopyAxis& axis : c.op.axes) {
    text << " [" << axis.extent << ": " << axis.from_step << ", " << axis.to_step << ']';
  }
  text << " skews " << c.from_skew << ' ' << c.to_skew << " sram " << c.sram.base << "+" << c.sram.bytes;
  return text.str();
}

/// The copy as it is defined.
inline void copy_by_loops(const plan::CopyOp& op, std::span<const std::byte> from, std::span<std::byte> to) {
  std::array<std::uint32_t, plan::kCopyRank> i{};
  while (true) {
    std::int64_t source = op.from_offset;
    std::int64_t destination = op.to_offset;
    for (std::size_t k = 0; k < plan::kCopyRank; ++k) {
      source += std::int64_t{op.axes[k].from_step} * i[k];
      destination += std::int64_t{op.axes[k].to_step} * i[k];
    }
    to[static_cast<std::size_t>(destination)] = from[static_cast<std::size_t>(source)];
    std::size_t k = plan::kCopyRank;
    while (k > 0 && ++i[k - 1] == op.axes[k - 1].extent) i[--k] = 0;
    if (k == 0) return;
  }
}

/// Sizes the windows to the copy exactly, with the offsets that it needs to begin at 0.
inline void fit_windows(CopyCase& c) {
  std::int64_t from_low = 0, from_high = 0, to_low = 0, to_high = 0;
  for (const plan::CopyAxis& axis : c.op.axes) {
    const std::int64_t last = std::int64_t{axis.extent} - 1;
    (axis.from_step < 0 ? from_low : from_high) += last * axis.from_step;
    (axis.to_step < 0 ? to_low : to_high) += last * axis.to_step;
  }
  c.op.from_offset = static_cast<std::uint32_t>(-from_low);
  c.op.to_offset = static_cast<std::uint32_t>(-to_low);
  c.from_bytes = static_cast<std::size_t>(from_high - from_low) + 1;
  c.to_bytes = static_cast<std::size_t>(to_high - to_low) + 1;
}

/// A copy of up to 6 axes and about 16 KiB. The destination's axes nest, in any order and with gaps; the source's do
/// the same, or repeat, or overlap.
inline CopyCase random_copy(std::uint64_t seed, const spec::HardwareConfig& config) {
  Random random(seed);
  CopyCase c;
  const auto rank = random.in<std::size_t>(1, plan::kCopyRank);
  std::array<std::size_t, plan::kCopyRank> axes{};
  std::iota(axes.begin(), axes.end(), 0);
  std::uint64_t volume = 1;
  for (std::size_t k = 0; k < rank; ++k) {
    const std::uint32_t most = random.one_in(3) ? 200 : random.one_in(2) ? 40 : 7;
    c.op.axes[k].extent = random.in(1, std::clamp<std::int64_t>(16384 / static_cast<std::int64_t>(volume), 1, most));
    volume *= c.op.axes[k].extent;
  }
  const auto shuffle = [&] {
    if (random.one_in(3)) return;
    for (std::size_t k = rank; k > 1; --k)
      std::swap(axes[k - 1], axes[random.in<std::size_t>(0, static_cast<std::int64_t>(k) - 1)]);
  };
  const auto nest = [&](bool gaps, auto&& set) {
    std::int64_t step = 1;
    for (std::size_t i = rank; i-- > 0;) {
      plan::CopyAxis& axis = c.op.axes[axes[i]];
      if (gaps && random.one_in(3) && step < 1 << 14) step += random.in(1, 20);
      set(axis, static_cast<std::int32_t>(random.one_in(10) ? -step : step));
      step *= axis.extent;
    }
  };
  shuffle();
  nest(random.one_in(2), [](plan::CopyAxis& axis, std::int32_t step) { axis.to_step = step; });
  if (random.one_in(2)) shuffle();
  nest(random.one_in(2), [](plan::CopyAxis& axis, std::int32_t step) { axis.from_step = step; });
  for (std::size_t k = 0; k < rank; ++k) {
    if (random.one_in(8)) c.op.axes[k].from_step = 0;
    if (random.one_in(12)) c.op.axes[k].from_step = random.in<std::int32_t>(-64, 64);
  }
  fit_windows(c);
  c.from_skew = random.in(0, 40);
  c.to_skew = random.in(0, 40);
  if (!random.one_in(3)) {
    const std::uint32_t words = random.one_in(4) ? random.in(4, 16) : random.in(16, random.one_in(2) ? 256 : 4096);
    c.sram.bytes = words * 16;
    c.sram.base = random.in(0, (config.sram_bytes - c.sram.bytes) / 32) * 32;
  }
  return c;
}

struct CopyResult {
  plan::Outcome planned;  ///< When not ok, nothing ran.
  plan::Cost cost;
  plan::Waits commands;
  JobOutcome job;
  bool equal = false;    ///< All of the destination's window, with the bytes between.
  bool strayed = false;  ///< Bytes outside of it were written.
};

/// Plans the copy, runs it and compares.
inline CopyResult run_copy(sim::Target& target, const spec::HardwareConfig& config, const CopyCase& c) {
  using detail::DeviceMemory;
  CopyResult result;
  const plan::SramBudget sram = c.sram.bytes != 0 ? c.sram : plan::SramBudget{0, config.sram_bytes};
  const plan::MemoryTensor from = detail::tensor(DeviceMemory::kInput, c.from_skew);
  const plan::MemoryTensor to = detail::tensor(DeviceMemory::kOutput, c.to_skew);
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  plan::Cost ignored;
  if (result.planned = plan_streamed_copy(counter, c.op, from, to, sram, ignored); !result.planned.ok()) return result;
  if (result.planned = counter.finish(); !result.planned.ok()) return result;
  std::vector<std::uint32_t> stream(counter.words());
  plan::StreamWriter writer(stream, config);
  if (result.planned = plan_streamed_copy(writer, c.op, from, to, sram, result.cost); !result.planned.ok()) {
    return result;
  }
  result.commands = writer.issued();
  if (result.planned = writer.finish(); !result.planned.ok()) return result;

  DeviceMemory memory(target);
  const std::vector<std::int8_t> source = Random(c.from_bytes).bytes(c.from_bytes);
  memory.fill(DeviceMemory::kInput, c.from_skew, std::span(source));
  memory.fill(DeviceMemory::kStream, 0, std::span<const std::uint32_t>(stream));
  const std::span<std::byte> output = memory.add(DeviceMemory::kOutput, c.to_skew, c.to_bytes);
  std::vector<std::byte> expected(output.begin(), output.end());
  copy_by_loops(c.op, std::as_bytes(std::span(source)), expected);
  result.job =
      run_job(target, DeviceMemory::base(DeviceMemory::kStream), static_cast<std::uint32_t>(stream.size() * 4));
  result.equal = std::ranges::equal(output, expected);
  result.strayed = !memory.canaries_alive(DeviceMemory::kOutput, c.to_skew, c.to_bytes);
  return result;
}

/// Runs `count` seeds from `first` on, until one fails.
inline void run_copy_seeds(const TargetOf& target_of, const spec::HardwareConfig& config, std::uint64_t first,
                           std::uint64_t count) {
  const std::uint64_t only = environment("AUKLET_SEED", 0);
  if (only != 0) first = only;
  count = only != 0 ? 1 : environment("AUKLET_CASES", count);
  std::uint64_t ran = 0, tiled = 0;
  for (std::uint64_t seed = first; seed < first + count && !testing::Test::HasFailure(); ++seed) {
    const CopyCase c = random_copy(seed, config);
    SCOPED_TRACE("AUKLET_SEED=" + std::to_string(seed) + ": " + describe(c));
    sim::Target& target = target_of(seed);
    ASSERT_TRUE(wait_until_idle(target));
    if (seed % 8 == 0) {
      ASSERT_TRUE(pollute_sram(target, config, seed).done);
    }
    const CopyResult result = run_copy(target, config, c);
    // Only what reverses single bytes, or scatters them through little SRAM, may need too many commands.
    if (result.planned.status == plan::Status::kTooManyCommands) continue;
    ASSERT_TRUE(result.planned.ok()) << to_string(result.planned.status);
    ASSERT_TRUE(result.job.done) << "fault " << static_cast<int>(result.job.fault) << " at " << result.job.fault_offset;
    EXPECT_TRUE(result.equal);
    EXPECT_FALSE(result.strayed);
    EXPECT_EQ(result.cost.output_bytes, plan::bytes(c.op));
    ++ran;
    if (result.cost.tiles > 2) ++tiled;
  }
  std::printf("%llu copies ran, %llu of them in more than two tiles\n", static_cast<unsigned long long>(ran),
              static_cast<unsigned long long>(tiled));
  if (testing::Test::HasFailure() || count < 50) return;
  EXPECT_GT(ran, count * 9 / 10);
  EXPECT_GT(tiled, ran / 4);
}

}  // namespace auklet::test
