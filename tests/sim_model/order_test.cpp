// Waits, queues and the watchdog: what is ordered comes out the same for every seed, and what is not does not.
#include <set>

#include "fixture.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;
constexpr std::uint32_t kBlock = 256;

spec::DmaCommand dma(spec::Opcode opcode, std::uint32_t offset, std::uint32_t sram, spec::CommandHeader waits = {}) {
  spec::DmaCommand c{.header = waits};
  c.header.opcode = opcode;
  c.offset = offset;
  c.ax_len = c.sp_len = kBlock;
  c.ax_rows = 1;
  c.sp_base = sram;
  return c;
}

/// out = a, by an ADD whose other operand and scaling change nothing.
spec::EltwiseCommand copy(std::uint32_t from, std::uint32_t to, spec::CommandHeader waits = {}) {
  spec::EltwiseCommand c{.header = waits};
  c.header.opcode = spec::Opcode::kAdd;
  c.a_base = from;
  c.b_base = from;
  c.out_base = to;
  c.n0 = kBlock / 16;
  c.n1 = 1;
  c.a_step0 = c.b_step0 = 16;
  c.left_shift = 1;
  c.a_mult = c.out_mult = 1 << 30;  // 0.5
  c.a_shift = c.out_shift = 0;
  c.b_mult = 0;
  c.a_shift = 1;
  c.act_min = -128;
  c.act_max = 127;
  return c;
}

/// `blocks` blocks through one SRAM buffer: load, copy, store. `ordered` says whether the waits for reuse of the
/// buffers are there; the waits for data always are.
StreamBuilder pipeline(std::uint32_t blocks, bool ordered) {
  constexpr std::uint32_t kIn = 0;
  constexpr std::uint32_t kOut = 4096;
  constexpr std::uint32_t kResult = 128 * 1024;
  StreamBuilder builder;
  for (std::uint32_t i = 0; i < blocks; ++i) {
    builder.add(dma(spec::Opcode::kLoad, i * kBlock, kIn, {.wait_compute = ordered ? i : 0}));
    builder.add(copy(kIn, kOut, {.wait_load = i + 1, .wait_store = ordered ? i : 0}));
    builder.add(dma(spec::Opcode::kStore, kResult + i * kBlock, kOut, {.wait_compute = i + 1}));
  }
  builder.end();
  return builder;
}

std::vector<std::int8_t> run_pipeline(std::uint64_t seed, bool ordered) {
  constexpr std::uint32_t kBlocks = 12;
  Device device({.config = kSmallConfig, .seed = seed});
  Random random(41);
  random.fill(device.data);
  EXPECT_TRUE(device.run(pipeline(kBlocks, ordered)).done);
  const auto result = device.data.begin() + 128 * 1024;
  return {result, result + kBlocks * kBlock};
}

TEST(SimModelOrder, WaitsMakeEverySeedAlike) {
  std::vector<std::int8_t> expected(12 * kBlock);
  Random random(41);
  random.fill(expected);  // The pipeline copies the first bytes of the same sequence.
  for (std::uint64_t seed = 0; seed < 100; ++seed) ASSERT_EQ(run_pipeline(seed, true), expected) << "seed " << seed;
}

TEST(SimModelOrder, MissingWaitsShow) {
  const std::vector<std::int8_t> expected = run_pipeline(0, true);
  int wrong = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) wrong += run_pipeline(seed, false) != expected ? 1 : 0;
  EXPECT_GE(wrong, 90) << "of 100 seeds";
}

TEST(SimModelOrder, EqualSeedsGiveEqualRuns) {
  std::set<std::vector<std::int8_t>> results;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto result = run_pipeline(seed, false);
    EXPECT_EQ(run_pipeline(seed, false), result);
    results.insert(result);
  }
  EXPECT_GT(results.size(), 3U) << "different seeds give different runs";
}

TEST(SimModelOrder, AnEngineRunsItsCommandsInOrder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Device device({.config = kSmallConfig, .seed = seed});
    Random random(42);
    random.fill(device.data);
    StreamBuilder builder;
    for (std::uint32_t i = 0; i < 9; ++i) builder.add(dma(spec::Opcode::kLoad, i * kBlock, 0));
    builder.end();
    ASSERT_TRUE(device.run(builder).done);
    EXPECT_TRUE(
        std::equal(device.data.begin() + 8 * kBlock, device.data.begin() + 9 * kBlock, device.model.sram().begin()));
  }
}

/// Runs a stream that stands still; checks the watchdog and that nothing was stored.
void expect_standstill(const StreamBuilder& builder, std::uint32_t progress) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Device device({.config = kSmallConfig, .seed = seed});
    const JobOutcome outcome = device.run(builder);
    EXPECT_TRUE(outcome.faulted);
    EXPECT_FALSE(outcome.done);
    EXPECT_EQ(outcome.fault, spec::Fault::kWatchdog);
    EXPECT_EQ(outcome.code, spec::CommandError::kNone);
    EXPECT_EQ(outcome.progress, progress);
    EXPECT_EQ(outcome.fault_offset, progress);
    EXPECT_GE(outcome.cycles, reg::Watchdog::kReset);
    EXPECT_LT(outcome.cycles, reg::Watchdog::kReset + 10'000);
    device.model.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
    ASSERT_TRUE(wait_until_idle(device.model));
    StreamBuilder good;
    good.end();
    EXPECT_TRUE(device.run(good).done);
  }
}

TEST(SimModelOrder, EnginesThatWaitForEachOtherStandStill) {
  StreamBuilder builder;
  builder.add(dma(spec::Opcode::kLoad, 0, 0, {.wait_store = 1}));
  builder.add(dma(spec::Opcode::kStore, 0, 0, {.wait_load = 1}));
  const std::uint32_t end = builder.end();
  expect_standstill(builder, end);
}

TEST(SimModelOrder, MemoryThatDoesNotAnswerTheFetchIsTheWatchdogs) {
  Device device;
  StreamBuilder builder;
  builder.end();
  const auto memory = std::as_writable_bytes(std::span(device.stream));
  device.model.unmap(Device::kStreamBase);
  device.model.map(Device::kStreamBase, memory, {.latency_cycles = 1U << 30});
  const JobOutcome outcome = device.run(builder);
  EXPECT_EQ(outcome.fault, spec::Fault::kWatchdog);
  EXPECT_EQ(outcome.channel, spec::Channel::kFetch);
  EXPECT_LT(outcome.cycles, reg::Watchdog::kReset + 10'000);
  device.model.unmap(Device::kStreamBase);
  device.model.map(Device::kStreamBase, memory, {});
  device.model.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  ASSERT_TRUE(wait_until_idle(device.model));
  EXPECT_TRUE(device.run(builder).done);
}

TEST(SimModelOrder, EndWaitsToo) {
  StreamBuilder builder;
  const std::uint32_t end = builder.end({.wait_compute = 1});
  expect_standstill(builder, end);
}

// A queue holds LOAD_QUEUE_DEPTH commands behind the one that waits; the next one stops the decoder in front of the
// command that would have set the engine free.
TEST(SimModelOrder, AFullQueueStopsTheDecoder) {
  const auto stream = [](std::uint32_t loads, std::uint32_t& last_load) {
    StreamBuilder builder;
    for (std::uint32_t i = 0; i < loads; ++i) {
      const std::uint32_t at = builder.add(dma(spec::Opcode::kLoad, 0, 0, {.wait_store = 1}));
      if (i <= spec::kLoadQueueDepth) last_load = at;
    }
    builder.add(dma(spec::Opcode::kStore, 0, 0));
    builder.end();
    return builder;
  };
  std::uint32_t last = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Device device({.config = kSmallConfig, .seed = seed});
    EXPECT_TRUE(device.run(stream(spec::kLoadQueueDepth + 1, last)).done);
  }
  const StreamBuilder too_many = stream(spec::kLoadQueueDepth + 2, last);
  expect_standstill(too_many, last);
}

TEST(SimModelOrder, WaitsAreComparedModulo16Bits) {
  Device device;
  StreamBuilder builder;
  builder.add(dma(spec::Opcode::kLoad, 0, 0, {.wait_store = 0x8001}));  // 0 - 0x8001 is 0x7fff: satisfied.
  builder.end();
  EXPECT_TRUE(device.run(builder).done);
  StreamBuilder beyond;
  beyond.add(dma(spec::Opcode::kLoad, 0, 0, {.wait_store = 0x7fff}));  // 0 - 0x7fff is negative.
  const std::uint32_t end = beyond.end();
  expect_standstill(beyond, end);
}

TEST(SimModelOrder, CountsRunPast16Bits) {
  // 65,540 loads need a longer stream than the fixture's.
  std::vector<std::byte> memory(4 * 1024 * 1024);
  Device device;
  constexpr std::uint64_t kBase = 0x8000'0000;
  device.model.map(kBase, memory, {});
  constexpr std::uint32_t kLoads = 65'540;
  StreamBuilder builder;
  spec::DmaCommand load = dma(spec::Opcode::kLoad, 0, 0);
  for (std::uint32_t i = 0; i < kLoads; ++i) {
    load.header.wait_load = i & 0xffff;
    builder.add(load);
  }
  builder.add(copy(0, 4096, {.wait_load = kLoads & 0xffff}));
  builder.end();
  const auto stream = builder.finish(device.config);
  ASSERT_LE(stream.size() * 4, memory.size());
  std::memcpy(memory.data(), stream.data(), stream.size() * 4);
  const JobOutcome outcome = run_job(device.model, kBase, builder.bytes());
  EXPECT_TRUE(outcome.done);
  const std::uint32_t completed = device.model.read32(reg::Completed::kOffset);
  EXPECT_EQ(reg::Completed::kLoad.extract(completed), kLoads & 0xffff);
  EXPECT_EQ(reg::Completed::kCompute.extract(completed), 1U);
}

TEST(SimModelOrder, WithoutAWatchdogAStandstillLasts) {
  Device device;
  device.model.write32(reg::Watchdog::kOffset, 0);
  StreamBuilder builder;
  const std::uint32_t end = builder.end({.wait_load = 1});
  device.place(builder.finish(device.config));
  start_job(device.model, Device::kStreamBase, builder.bytes());
  EXPECT_EQ(device.model.step_until_irq(10'000'000), 10'000'000U);
  EXPECT_EQ(state_of(device.model), spec::State::kRunning);
  EXPECT_EQ(device.model.read32(reg::Progress::kOffset), end) << "software sees where it stands";
}

// 2^32 output positions: nobody waits for that, the host least of all.
TEST(SimModelOrder, AJobBeyondTheCycleLimitKeepsRunning) {
  Device device({.config = kSmallConfig, .job_cycle_limit = 100'000});
  spec::GeomCommand conv{.header = {.opcode = spec::Opcode::kConv}};
  conv.kh = conv.kx_n = conv.in_h = conv.stride_y = conv.dil_y = conv.stripe = conv.row_bytes = 1;
  conv.out_w = conv.out_h = conv.chunks = conv.oc_tiles = 0xffff;
  StreamBuilder builder;
  builder.add(conv);
  builder.end();
  device.place(builder.finish(device.config));
  start_job(device.model, Device::kStreamBase, builder.bytes());
  EXPECT_EQ(device.model.step_until_irq(10'000'000), 10'000'000U);
  EXPECT_EQ(state_of(device.model), spec::State::kRunning);
  device.model.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  EXPECT_TRUE(wait_until_idle(device.model));
}

TEST(SimModelOrder, TimeDoesNotDependOnTheSeed) {
  std::set<std::uint64_t> cycles;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Device device({.config = kSmallConfig, .seed = seed});
    cycles.insert(device.run(pipeline(12, true)).cycles);
  }
  EXPECT_EQ(cycles.size(), 1U);
}

}  // namespace
}  // namespace auklet::test
