// A CortexM4Cpu with flash, RAM and a RecordingBus, for directed tests.
#pragma once

#include <gtest/gtest.h>

#include <auklet/sim/soc/cortex_m4_cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "recording_bus.hpp"
#include "thumb_assembler.hpp"

namespace auklet::test {

inline constexpr std::uint32_t kRam = 0x2000'0000;
inline constexpr std::uint32_t kStack = kRam + 0x8000;
inline constexpr std::uint32_t kScs = 0xE000'E000;
inline constexpr std::uint32_t kIser = kScs + 0x100;

// Where the programs of the vector table are, in flash.
inline constexpr std::uint32_t kReset = 0x100;
inline constexpr std::uint32_t kHardFault = 0x200;
inline constexpr std::uint32_t kSvCall = 0x300;
inline constexpr std::uint32_t kPendSv = 0x380;
inline constexpr std::uint32_t kIrq0 = 0x400;
inline constexpr std::uint32_t kIrq1 = 0x500;

/// Flash of 4 KiB at 0 with a vector table, and RAM of 64 KiB.
struct CortexM4 : testing::Test {
  CortexM4() {
    cpu.map(0, flash, false);
    cpu.map(kRam, ram, true);
    poke(0, kStack);
    for (const auto& [exception, address] :
         {std::pair{1U, kReset}, {3U, kHardFault}, {11U, kSvCall}, {14U, kPendSv}, {16U, kIrq0}, {17U, kIrq1}}) {
      poke(4 * exception, address | 1);
      place(address, thumb::b_self());
    }
  }

  void poke(std::uint32_t address, std::uint32_t value) { std::memcpy(&flash[address], &value, 4); }
  void place(std::uint32_t address, const thumb::Code& code) {
    std::memcpy(&flash[address], code.data(), 2 * code.size());
  }
  [[nodiscard]] std::uint32_t peek(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, &ram[address - kRam], 4);
    return value;
  }
  /// Starts a program that first enables external interrupts 0 and 1.
  void start(const thumb::Code& code) {
    using namespace thumb;  // NOLINT(google-build-using-namespace): programs are written in it.
    place(kReset, join({load_constant(7, kIser), movs(6, 3), str(6, 7, 0), code}));
    cpu.reset(0);
    ASSERT_EQ(cpu.run(4), sim::soc::CpuStop::kBudget);
    begin = cpu.pc();
    before = cpu.retired();
  }
  [[nodiscard]] std::uint64_t retired() const { return cpu.retired() - before; }
  [[nodiscard]] std::uint32_t ipsr() const { return cpu.xpsr() & 0x1FF; }

  std::vector<std::byte> flash = std::vector<std::byte>(0x1000);
  std::vector<std::byte> ram = std::vector<std::byte>(0x10000);
  RecordingBus bus;
  sim::soc::CortexM4Cpu cpu{bus};
  std::uint32_t begin = 0;
  std::uint64_t before = 0;
};

}  // namespace auklet::test
