// Compiled C programs on CortexM4Cpu: the result that the same source has on the host, in one run or in many short
// ones.
#include <gtest/gtest.h>

#include <auklet/sim/soc/cortex_m4_cpu.hpp>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "program_image.hpp"
#include "recording_bus.hpp"

namespace auklet::test {
namespace {

constexpr std::uint32_t kBase = 0x2000'0000;

class CortexM4Programs : public testing::TestWithParam<std::tuple<Program, std::string>> {};

struct Outcome {
  std::uint32_t result;
  std::uint64_t retired;
  bool operator==(const Outcome&) const = default;
};

/// Runs the program, at most `slice` instructions at a time.
Outcome run(std::vector<std::byte> memory, std::uint64_t slice) {
  RecordingBus bus;
  sim::soc::CortexM4Cpu cpu(bus);
  cpu.map(kBase, memory, true);
  cpu.reset(kBase);
  auto stop = sim::soc::CpuStop::kBudget;
  while (stop == sim::soc::CpuStop::kBudget && cpu.retired() < 100'000'000) stop = cpu.run(slice);
  EXPECT_EQ(stop, sim::soc::CpuStop::kSemihosting) << cpu.halt_reason();
  return {cpu.r(0), cpu.retired()};
}

TEST_P(CortexM4Programs, DoAsOnTheHost) {
  const auto& [program, level] = GetParam();
  const std::vector<std::byte> memory = load_program(program.name, level);
  const Outcome outcome = run(memory, 100'000'000);
  EXPECT_EQ(outcome.result, program.on_host());
  EXPECT_EQ(run(memory, 97), outcome);
}

INSTANTIATE_TEST_SUITE_P(All, CortexM4Programs,
                         testing::Combine(testing::ValuesIn(kPrograms), testing::ValuesIn(kLevels)),
                         [](const auto& made) {
                           return std::string(std::get<0>(made.param).name) + std::get<1>(made.param);
                         });

}  // namespace
}  // namespace auklet::test
