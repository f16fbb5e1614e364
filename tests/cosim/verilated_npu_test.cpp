// The verilated RTL and its harness: every configuration answers, moves bytes, and survives what the memory does to it.
#include <auklet/sim/verilated_npu.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <auklet/sim/memory_profile.hpp>
#include <auklet/spec/spec.hpp>

#include "common/job.hpp"
#include "common/verilated_configuration.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

constexpr std::uint64_t kStreamBase = 0x10'0000'0000;
constexpr std::uint64_t kDataBase = 0x20'0000'0000;
constexpr std::uint32_t kBytes = 5000;
constexpr std::uint32_t kTo = 8192;
constexpr std::uint64_t kDeadline = 200'000;

const spec::HardwareConfig& config_named(std::string_view name) {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (config.name == name) return config;
  }
  throw std::invalid_argument("no such configuration");
}

// A job that copies kBytes through the NPU's SRAM, both ends at odd addresses.
class CopyJob {
 public:
  explicit CopyJob(const spec::HardwareConfig& config, std::uint8_t seed = 1) {
    for (std::size_t i = 0; i < kBytes; ++i) data_[kFrom + i] = static_cast<std::byte>(i * 7 + i / 256 + seed);
    const spec::DmaCommand load = dma(spec::Opcode::kLoad, kFrom);
    spec::DmaCommand store = dma(spec::Opcode::kStore, kTo + 5);
    store.header.wait_load = 1;
    StreamBuilder builder;
    builder.add(load);
    builder.add(store);
    builder.end();
    stream_ = builder.finish(config);
  }

  void map(sim::Target& target, const sim::MemoryTiming& timing) {
    target.map(kStreamBase, std::as_writable_bytes(std::span(stream_)), timing);
    target.map(kDataBase, data_, timing);
    open_window(target);
  }
  void open_window(sim::Target& target) const {
    set_window(target, 0, kDataBase, static_cast<std::uint32_t>(data_.size()));
  }

  void start(sim::Target& target) const { start_job(target, kStreamBase, stream_bytes()); }
  JobOutcome run(sim::Target& target, std::uint32_t tag = 1) const {
    return run_job(target, kStreamBase, stream_bytes(), tag, kDeadline);
  }

  [[nodiscard]] bool copied() const {
    for (std::size_t i = 0; i < kBytes; ++i) {
      if (data_[kTo + 5 + i] != data_[kFrom + i]) return false;
    }
    return data_[kTo + 4] == std::byte{0} && data_[kTo + 5 + kBytes] == std::byte{0};
  }

 private:
  static constexpr std::uint32_t kFrom = 3;

  [[nodiscard]] std::uint32_t stream_bytes() const { return static_cast<std::uint32_t>(stream_.size() * 4); }

  static spec::DmaCommand dma(spec::Opcode opcode, std::uint32_t offset) {
    spec::DmaCommand command;
    command.header.opcode = opcode;
    command.offset = offset;
    command.ax_len = kBytes;
    command.ax_rows = 1;
    command.sp_len = kBytes;
    return command;
  }

  std::vector<std::uint32_t> stream_;
  std::vector<std::byte> data_ = std::vector<std::byte>(16384);
};

class VerilatedNpuTest : public ::testing::TestWithParam<sim::VerilatedConfiguration> {
 protected:
  static sim::VerilatedOptions options() {
    sim::VerilatedOptions result;
    result.configuration = GetParam().name;
    result.axi_data_bits = GetParam().axi_data_bits;
    return result;
  }

  static const spec::HardwareConfig& config() { return config_named(GetParam().name); }

  static void expect_no_violations(const sim::VerilatedNpu& npu) {
    EXPECT_EQ(npu.protocol_violations(), 0U) << ::testing::PrintToString(npu.protocol_report());
  }
};

TEST_P(VerilatedNpuTest, IdentifiesItself) {
  const auto npu = sim::make_verilated_npu(options());
  EXPECT_EQ(npu->read32(reg::Id::kOffset), spec::kIdMagic);
  const std::uint32_t config0 = npu->read32(reg::Config0::kOffset);
  EXPECT_EQ(reg::Config0::kMacs.extract(config0), config().macs);
  EXPECT_EQ(reg::Config0::kAxiDataBits.extract(config0), GetParam().axi_data_bits);
  const std::uint32_t config1 = npu->read32(reg::Config1::kOffset);
  EXPECT_EQ(reg::Config1::kSramKib.extract(config1) * 1024, config().sram_bytes);
  EXPECT_EQ(reg::Config1::kSramEcc.extract(config1), GetParam().sram_ecc ? 1U : 0U);
  EXPECT_EQ(npu->bus_errors(), 0U);
  EXPECT_TRUE(wait_until_idle(*npu));
}

TEST_P(VerilatedNpuTest, CountsRefusedRegisterAccesses) {
  const auto npu = sim::make_verilated_npu(options());
  ASSERT_TRUE(wait_until_idle(*npu));
  ASSERT_EQ(npu->bus_errors(), 0U);
  npu->write32(reg::Control::kOffset, reg::Control::kStart.mask() | reg::Control::kClearSram.mask());
  EXPECT_EQ(npu->bus_errors(), 1U);
  EXPECT_EQ(state_of(*npu), spec::State::kIdle);
}

TEST_P(VerilatedNpuTest, RefusesWritesOfPartsOfARegister) {
  const auto npu = sim::make_verilated_npu(options());
  ASSERT_TRUE(wait_until_idle(*npu));
  npu->write32(reg::JobTag::kOffset, 0x01234567);
  for (std::uint8_t strobes = 0; strobes < 0xf; ++strobes) {
    const std::uint64_t before = npu->bus_errors();
    npu->write_strobed(reg::JobTag::kOffset, 0x89abcdef, strobes);
    EXPECT_EQ(npu->bus_errors(), before + 1) << int{strobes};
    npu->write_strobed(reg::Control::kOffset, reg::Control::kStart.mask(), strobes);
    EXPECT_EQ(npu->bus_errors(), before + 2) << int{strobes};
    EXPECT_EQ(npu->read32(reg::JobTag::kOffset), 0x01234567U) << int{strobes};
    EXPECT_EQ(state_of(*npu), spec::State::kIdle) << int{strobes};
  }
  // An address inside of a register is none.
  for (std::uint32_t byte = 1; byte < 4; ++byte) {
    const std::uint64_t before = npu->bus_errors();
    npu->write32(reg::JobTag::kOffset + byte, 0x89abcdef);
    EXPECT_EQ(npu->read32(reg::JobTag::kOffset + byte), 0U);
    EXPECT_EQ(npu->bus_errors(), before + 2) << byte;
  }
  EXPECT_EQ(npu->read32(reg::JobTag::kOffset), 0x01234567U);
}

TEST_P(VerilatedNpuTest, TakesRegisterAccessesInAnySpacing) {
  for (const std::uint32_t delay : {0U, 1U, 5U}) {
    sim::VerilatedOptions spaced = options();
    spaced.register_timing = {.address_delay = delay, .data_delay = 5 - delay, .response_delay = delay};
    const auto npu = sim::make_verilated_npu(spaced);
    npu->write32(reg::JobTag::kOffset, 0x89abcdef);
    EXPECT_EQ(npu->read32(reg::JobTag::kOffset), 0x89abcdefU);
    EXPECT_EQ(npu->bus_errors(), 0U);
  }
}

TEST_P(VerilatedNpuTest, MovesBytes) {
  for (const sim::MemoryProfile& profile : sim::kMemoryProfiles) {
    const auto npu = sim::make_verilated_npu(options());
    CopyJob job(config());
    job.map(*npu, profile.weights);
    ASSERT_TRUE(wait_until_idle(*npu));
    EXPECT_TRUE(job.run(*npu).done);
    EXPECT_TRUE(job.copied());
    EXPECT_GE(npu->stats().read_bytes, kBytes);
    EXPECT_EQ(npu->stats().write_bytes, kBytes);
    expect_no_violations(*npu);
  }
}

TEST_P(VerilatedNpuTest, MovesBytesUnderBackPressure) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    sim::VerilatedOptions reluctant = options();
    reluctant.back_pressure = sim::BackPressure::uniform(0.15 * static_cast<double>(seed), seed);
    const auto npu = sim::make_verilated_npu(reluctant);
    CopyJob job(config());
    job.map(*npu, sim::kMemoryProfiles[0].data);
    ASSERT_TRUE(wait_until_idle(*npu));
    EXPECT_TRUE(job.run(*npu).done) << "seed " << seed;
    EXPECT_TRUE(job.copied()) << "seed " << seed;
    expect_no_violations(*npu);
  }
}

TEST_P(VerilatedNpuTest, StartsFromRandomRegisters) {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    sim::VerilatedOptions random = options();
    random.random_reset_seed = seed;
    const auto npu = sim::make_verilated_npu(random);
    CopyJob job(config());
    job.map(*npu, sim::kMemoryProfiles[0].data);
    ASSERT_TRUE(wait_until_idle(*npu));
    EXPECT_FALSE(npu->irq());
    EXPECT_TRUE(job.run(*npu).done);
    EXPECT_TRUE(job.copied());
    expect_no_violations(*npu);
  }
}

TEST_P(VerilatedNpuTest, IsReproducible) {
  std::array<std::uint64_t, 2> cycles{};
  for (std::uint64_t& count : cycles) {
    sim::VerilatedOptions reluctant = options();
    reluctant.back_pressure = sim::BackPressure::uniform(0.3, 42);
    const auto npu = sim::make_verilated_npu(reluctant);
    CopyJob job(config());
    job.map(*npu, sim::kMemoryProfiles[0].data);
    ASSERT_TRUE(wait_until_idle(*npu));
    count = job.run(*npu).cycles;
  }
  EXPECT_EQ(cycles[0], cycles[1]);
}

// The memory sees the same in every cycle, whether the model is evaluated at one edge or at both.
TEST_P(VerilatedNpuTest, OneEdgeIsEnough) {
  for (const double refusals : {0.0, 0.4}) {
    std::array<sim::AxiStats, 2> stats;
    std::array<std::uint64_t, 2> cycles{};
    for (std::size_t i = 0; i < 2; ++i) {
      sim::VerilatedOptions choice = options();
      choice.both_edges = i == 1;
      choice.back_pressure = sim::BackPressure::uniform(refusals, 7);
      const auto npu = sim::make_verilated_npu(choice);
      CopyJob job(config());
      job.map(*npu, sim::kMemoryProfiles[0].data);
      ASSERT_TRUE(wait_until_idle(*npu));
      EXPECT_TRUE(job.run(*npu).done);
      EXPECT_TRUE(job.copied());
      expect_no_violations(*npu);
      cycles[i] = npu->cycle();
      stats[i] = npu->stats();
    }
    EXPECT_EQ(cycles[0], cycles[1]);
    for (std::size_t channel = 0; channel < sim::kAxiChannels; ++channel) {
      EXPECT_EQ(stats[0].channels[channel].handshakes, stats[1].channels[channel].handshakes) << channel;
      EXPECT_EQ(stats[0].channels[channel].stall_cycles, stats[1].channels[channel].stall_cycles) << channel;
    }
  }
}

TEST_P(VerilatedNpuTest, CountsTheCyclesThatPass) {
  const auto npu = sim::make_verilated_npu(options());
  const std::uint64_t begin = npu->cycle();
  npu->step(100);
  EXPECT_EQ(npu->cycle(), begin + 100);
  EXPECT_EQ(npu->step_until_irq(250), 250U);
  EXPECT_EQ(npu->cycle(), begin + 350);
  EXPECT_GT(npu->cycles_per_second(), 0);
}

TEST_P(VerilatedNpuTest, HardResetInsideOfAJobLeavesAUsableDevice) {
  const auto npu = sim::make_verilated_npu(options());
  CopyJob job(config());
  job.map(*npu, sim::kMemoryProfiles[0].data);
  for (const std::uint64_t after : {20U, 45U, 100U, 400U, 900U}) {
    ASSERT_TRUE(wait_until_idle(*npu));
    job.open_window(*npu);
    job.start(*npu);
    npu->step(after);
    npu->hard_reset();
    EXPECT_FALSE(npu->irq());
  }
  ASSERT_TRUE(wait_until_idle(*npu));
  job.open_window(*npu);
  EXPECT_TRUE(job.run(*npu).done);
  EXPECT_TRUE(job.copied());
  expect_no_violations(*npu);
}

INSTANTIATE_TEST_SUITE_P(Configurations, VerilatedNpuTest,
                         ::testing::ValuesIn(sim::verilated_configurations().begin(),
                                             sim::verilated_configurations().end()),
                         name_of_instance);

// An error response on each AXI channel that carries one: its own fault, no interrupt 'done', and a device that works
// again.
struct ResponseCase {
  const char* name;
  sim::FaultPlan plan;
  spec::Fault fault;
  spec::Channel channel;
};

sim::FaultPlan on_read(sim::AxiResponse response, spec::Channel channel, std::uint64_t index) {
  return {.read = sim::ResponseFault{.response = response, .index = index, .id = static_cast<std::uint8_t>(channel)}};
}

sim::FaultPlan on_write(sim::AxiResponse response, std::uint64_t index) {
  return {.write = sim::ResponseFault{.response = response, .index = index}};
}

class VerilatedNpuResponse : public ::testing::TestWithParam<ResponseCase> {};

TEST_P(VerilatedNpuResponse, IsReportedAndSurvived) {
  const auto npu = sim::make_verilated_npu({});
  CopyJob job(spec::kDefaultConfiguration);
  job.map(*npu, sim::kMemoryProfiles[0].data);
  ASSERT_TRUE(wait_until_idle(*npu));

  npu->inject(GetParam().plan);
  const JobOutcome outcome = job.run(*npu, 77);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_TRUE(outcome.faulted);
  EXPECT_FALSE(outcome.done);
  EXPECT_STREQ(spec::to_string(outcome.fault), spec::to_string(GetParam().fault));
  EXPECT_STREQ(spec::to_string(outcome.channel), spec::to_string(GetParam().channel));
  EXPECT_EQ(outcome.done_tag, 77U);

  npu->inject({});
  npu->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  npu->step(1);
  while (state_of(*npu) == spec::State::kDraining && npu->cycle() < kDeadline) npu->step(1);
  ASSERT_TRUE(wait_until_idle(*npu));
  EXPECT_TRUE(job.run(*npu).done);
  EXPECT_TRUE(job.copied());
  EXPECT_EQ(npu->protocol_violations(), 0U) << ::testing::PrintToString(npu->protocol_report());
}

INSTANTIATE_TEST_SUITE_P(
    Channels, VerilatedNpuResponse,
    ::testing::Values(ResponseCase{"FetchSlverr", on_read(sim::AxiResponse::kSlaveError, spec::Channel::kFetch, 1),
                                   spec::Fault::kAxiSlverr, spec::Channel::kFetch},
                      ResponseCase{"FetchDecerr", on_read(sim::AxiResponse::kDecodeError, spec::Channel::kFetch, 0),
                                   spec::Fault::kAxiDecerr, spec::Channel::kFetch},
                      ResponseCase{"LoadSlverr", on_read(sim::AxiResponse::kSlaveError, spec::Channel::kLoad, 20),
                                   spec::Fault::kAxiSlverr, spec::Channel::kLoad},
                      ResponseCase{"LoadDecerr", on_read(sim::AxiResponse::kDecodeError, spec::Channel::kLoad, 0),
                                   spec::Fault::kAxiDecerr, spec::Channel::kLoad},
                      ResponseCase{"StoreSlverr", on_write(sim::AxiResponse::kSlaveError, 2), spec::Fault::kAxiSlverr,
                                   spec::Channel::kStore},
                      ResponseCase{"StoreDecerr", on_write(sim::AxiResponse::kDecodeError, 0), spec::Fault::kAxiDecerr,
                                   spec::Channel::kStore}),
    [](const auto& test) { return std::string(test.param.name); });

// A channel that stops: the watchdog's fault, isolation where the port cannot drain, and a device that works again once
// the memory does.
struct HangCase {
  const char* name;
  sim::AxiChannel channel;
  std::uint64_t after;
};

class VerilatedNpuHang : public ::testing::TestWithParam<HangCase> {};

TEST_P(VerilatedNpuHang, RaisesTheWatchdogAndIsSurvived) {
  const auto npu = sim::make_verilated_npu({});
  CopyJob job(spec::kDefaultConfiguration);
  job.map(*npu, sim::kMemoryProfiles[0].data);
  ASSERT_TRUE(wait_until_idle(*npu));
  npu->write32(reg::Watchdog::kOffset, 2000);

  npu->inject({.hang = sim::ChannelHang{.channel = GetParam().channel, .after_handshakes = GetParam().after}});
  const JobOutcome outcome = job.run(*npu);
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_FALSE(outcome.done);
  EXPECT_STREQ(spec::to_string(outcome.fault), "WATCHDOG");
  EXPECT_LT(outcome.cycles, 2000 + spec::kDrainCycles + 2000);

  npu->release_hang();
  npu->step(1000);  // late answers arrive while the port is isolated
  npu->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  npu->step(1);
  while (state_of(*npu) == spec::State::kDraining && npu->cycle() < kDeadline) npu->step(1);
  ASSERT_TRUE(wait_until_idle(*npu));
  EXPECT_TRUE(job.run(*npu).done);
  EXPECT_TRUE(job.copied());
  EXPECT_EQ(npu->protocol_violations(), 0U) << ::testing::PrintToString(npu->protocol_report());
}

INSTANTIATE_TEST_SUITE_P(
    Channels, VerilatedNpuHang,
    ::testing::Values(HangCase{"Ar", sim::AxiChannel::kAr, 2}, HangCase{"R", sim::AxiChannel::kR, 40},
                      HangCase{"Aw", sim::AxiChannel::kAw, 1}, HangCase{"W", sim::AxiChannel::kW, 25},
                      HangCase{"B", sim::AxiChannel::kB, 2}, HangCase{"ArAtOnce", sim::AxiChannel::kAr, 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(VerilatedNpuFactory, SaysWhatThereIs) {
  sim::VerilatedOptions options;
  options.configuration = "npu3";
  try {
    (void)sim::make_verilated_npu(options);
    FAIL() << "an unknown configuration was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("npu3"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr(std::string(sim::verilated_configurations()[0].name)));
  }
}

TEST(VerilatedNpuFactory, BuildsTheDefaultConfiguration) {
  const auto npu = sim::make_verilated_npu({});
  EXPECT_EQ(npu->configuration().name, spec::kDefaultConfiguration.name);
  EXPECT_EQ(npu->configuration().axi_data_bits, spec::kDefaultConfiguration.axi_data_bits);
}

TEST(VerilatedNpuTrace, RecordsItsWindowOnly) {
  if (!sim::VerilatedNpu::trace_available()) GTEST_SKIP() << "This build has no waveform trace (AUKLET_TRACE is off).";
  const auto path = std::filesystem::path(::testing::TempDir()) / "auklet_trace_window.fst";
  std::filesystem::remove(path);
  const auto npu = sim::make_verilated_npu({});
  const std::uint64_t from = npu->cycle() + 100;
  npu->trace({.path = path.string(), .from = from, .to = from + 50});
  npu->step(100);
  EXPECT_FALSE(std::filesystem::exists(path));
  npu->step(10);
  EXPECT_TRUE(std::filesystem::exists(path));
  npu->step(1000);
  const auto size = std::filesystem::file_size(path);
  EXPECT_GT(size, 0U);
  npu->step(1000);
  EXPECT_EQ(std::filesystem::file_size(path), size);
  std::filesystem::remove(path);
}

TEST(VerilatedNpuTrace, ReportsAFileThatCannotBeWritten) {
  if (!sim::VerilatedNpu::trace_available()) GTEST_SKIP() << "This build has no waveform trace (AUKLET_TRACE is off).";
  const auto npu = sim::make_verilated_npu({});
  EXPECT_THROW(npu->trace({.path = "/no/such/folder/wave.fst"}), std::runtime_error);
}

}  // namespace
}  // namespace auklet::test
