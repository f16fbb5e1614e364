// What firmware did to the NPU's registers in the simulation replays on another NPU.
#include <gtest/gtest.h>

#include <auklet/spec/soc.h>
#include <auklet/npu/replay.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "../common/mmio_trace_file.hpp"

namespace auklet::test {
namespace {

constexpr npu::Ticks kTimeout = 1'000'000;

class FirmwareTrace : public testing::Test {
 protected:
  FirmwareTrace() : flash_(AUKLET_SOC_FLASH_SIZE), ram_(AUKLET_SOC_RAM_SIZE) {
    const std::string path = testing::TempDir() + "auklet-firmware-trace-" +
                             testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt";
    const std::string command = std::string(AUKLET_SOC) + " " AUKLET_IMAGE " --npu model --mmio-trace " + path;
    EXPECT_EQ(std::system((command + " > /dev/null").c_str()), 0);  // NOLINT(concurrency-mt-unsafe): one thread.
    std::ifstream in(path);
    trace_ = read_trace(in);
    std::remove(path.c_str());
    for (const TraceFile::Memory& piece : trace_.memory) place(piece);
  }

  void place(const TraceFile::Memory& piece) {
    const bool ram = piece.address >= AUKLET_SOC_RAM_BASE;
    std::vector<std::byte>& memory = ram ? ram_ : flash_;
    const std::uint64_t at = piece.address - (ram ? AUKLET_SOC_RAM_BASE : AUKLET_SOC_FLASH_BASE);
    ASSERT_LE(at + piece.bytes.size(), memory.size());
    std::ranges::copy(piece.bytes, memory.begin() + static_cast<std::ptrdiff_t>(at));
  }

  npu::ReplayReport replay(sim::Target& target) {
    sim::TargetBus bus(target);
    sim::TargetPort port(target);
    port.map(AUKLET_SOC_FLASH_BASE, flash_);
    port.map(AUKLET_SOC_RAM_BASE, ram_);
    return npu::replay(trace_.records, bus, port, {.timeout = kTimeout});
  }

  TraceFile trace_;
  std::vector<std::byte> flash_;
  std::vector<std::byte> ram_;
};

TEST_F(FirmwareTrace, ReplaysOnAnotherDevice) {
  EXPECT_GT(trace_.records.size(), 50U);
  sim::FunctionalModel model({.seed = 7});
  const npu::ReplayReport report = replay(model);
  EXPECT_TRUE(report.equal) << describe(report);
  EXPECT_GT(report.compared, 10U);
}

TEST_F(FirmwareTrace, OtherHardwareIsNamedAtItsFirstDifference) {
  sim::FunctionalModel model({.config = spec::kConfigurations[0]});
  const npu::ReplayReport report = replay(model);
  EXPECT_FALSE(report.equal);
  EXPECT_NE(describe(report).find("CONFIG0"), std::string::npos) << describe(report);
}

TEST_F(FirmwareTrace, AStreamThatIsNotThereEndsInAnotherStatus) {
  std::ranges::fill(flash_, std::byte{0xff});
  std::ranges::fill(ram_, std::byte{0});
  sim::FunctionalModel model;
  const npu::ReplayReport report = replay(model);
  EXPECT_FALSE(report.equal);
}

}  // namespace
}  // namespace auklet::test
