// Compiled C programs on Rv32Cpu and on Unicorn's RV32: the same registers, memory and count of instructions, and the
// result that the same source has on the host.
#include <gtest/gtest.h>

#include <array>
#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "rv32_machine.hpp"
#include "unicorn_rv32.hpp"

extern "C" {
std::uint32_t program_crc();
std::uint32_t program_divide();
std::uint32_t program_recursion();
std::uint32_t program_sort();
std::uint32_t program_strings();
}

namespace auklet::test {
namespace {

constexpr std::uint32_t kBase = 0x8000'0000;
constexpr std::size_t kBytes = 0x40000;
constexpr unsigned kA0 = 10;

struct Program {
  const char* name;
  std::uint32_t (*on_host)();
};

std::vector<std::byte> image(const std::string& name) {
  const char* folder = std::getenv("AUKLET_RV32_PROGRAMS");  // NOLINT(concurrency-mt-unsafe): nothing sets it.
  if (folder == nullptr) return {};
  std::ifstream file(std::string(folder) + "/" + name + ".bin", std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::byte> memory(kBytes);
  std::memcpy(memory.data(), bytes.data(), bytes.size());
  return bytes.empty() ? std::vector<std::byte>{} : memory;
}

class Rv32Programs : public testing::TestWithParam<std::tuple<Program, const char*>> {};

TEST_P(Rv32Programs, DoAsOnUnicornAndTheHost) {
  const auto& [program, level] = GetParam();
  std::vector<std::byte> memory = image(std::string(program.name) + "." + level);
  if (memory.empty()) GTEST_SKIP() << "Not cross-compiled (AUKLET_RV32_PROGRAMS)";
  UnicornRv32 unicorn;
  unicorn.map(kBase, kBytes);
  unicorn.write(kBase, memory);
  unicorn.set_pc(kBase);

  RecordingBus bus;
  sim::soc::Rv32Cpu cpu(bus);
  cpu.map(kBase, memory, true);
  cpu.reset(kBase);
  ASSERT_EQ(cpu.run(100'000'000), sim::soc::CpuStop::kSemihosting) << cpu.halt_reason();
  EXPECT_EQ(cpu.retired(), unicorn.run_to(cpu.pc()));
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(cpu.x(i), unicorn.x(i)) << i;
  std::vector<std::byte> other(kBytes);
  unicorn.read(kBase, other);
  EXPECT_TRUE(memory == other);
  EXPECT_EQ(cpu.x(kA0), program.on_host());
}

INSTANTIATE_TEST_SUITE_P(
    All, Rv32Programs,
    testing::Combine(testing::Values(Program{"crc", program_crc}, Program{"divide", program_divide},
                                     Program{"recursion", program_recursion}, Program{"sort", program_sort},
                                     Program{"strings", program_strings}),
                     testing::Values("O2", "Os")),
    [](const auto& made) { return std::string(std::get<0>(made.param).name) + std::get<1>(made.param); });

}  // namespace
}  // namespace auklet::test
