// Compiled C programs on Rv32Cpu and on Unicorn's RV32: the same registers, memory and count of instructions, and the
// result that the same source has on the host.
#include <gtest/gtest.h>

#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "program_image.hpp"
#include "recording_bus.hpp"
#include "unicorn_rv32.hpp"

namespace auklet::test {
namespace {

constexpr std::uint32_t kBase = 0x8000'0000;
constexpr unsigned kA0 = 10;

class Rv32Programs : public testing::TestWithParam<std::tuple<Program, std::string>> {};

TEST_P(Rv32Programs, DoAsOnUnicornAndTheHost) {
  const auto& [program, level] = GetParam();
  std::vector<std::byte> memory = load_program(program.name, level);
  UnicornRv32 unicorn;
  unicorn.map(kBase, kProgramBytes);
  unicorn.write(kBase, memory);
  unicorn.set_pc(kBase);

  RecordingBus bus;
  sim::soc::Rv32Cpu cpu(bus);
  cpu.map(kBase, memory, true);
  cpu.reset(kBase);
  ASSERT_EQ(cpu.run(100'000'000), sim::soc::CpuStop::kSemihosting) << cpu.halt_reason();
  EXPECT_EQ(cpu.retired(), unicorn.run_to(cpu.pc()));
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(cpu.x(i), unicorn.x(i)) << i;
  std::vector<std::byte> other(kProgramBytes);
  unicorn.read(kBase, other);
  EXPECT_TRUE(memory == other);
  EXPECT_EQ(cpu.x(kA0), program.on_host());
}

INSTANTIATE_TEST_SUITE_P(All, Rv32Programs, testing::Combine(testing::ValuesIn(kPrograms), testing::ValuesIn(kLevels)),
                         [](const auto& made) {
                           return std::string(std::get<0>(made.param).name) + std::get<1>(made.param);
                         });

}  // namespace
}  // namespace auklet::test
