// Executables: read, loaded, and refused with a sentence when they are none. Nothing outside the file is read.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <auklet/sim/soc/elf.hpp>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace auklet::test {
namespace {

using sim::soc::ElfError;
using sim::soc::ElfMachine;
using sim::soc::ElfProgram;

constexpr std::size_t kHeader = 52;
constexpr std::size_t kProgramHeader = 32;
constexpr std::size_t kSectionHeader = 40;

class ElfTest : public testing::Test {
 protected:
  ElfTest() {
    put(0, "\x7f\x45LF\x01\x01\x01", 7);
    put16(16, 2);
    put16(18, 243);
    put32(24, 0x1000);
    put32(28, kHeader);
    put16(42, kProgramHeader);
    put16(44, 1);
    put16(46, kSectionHeader);
    put32(kHeader, 1);
    put32(kHeader + 4, kData);
    put32(kHeader + 12, 0x1000);
    put32(kHeader + 16, 8);
    for (std::size_t i = 0; i < 8; ++i) file[kData + i] = static_cast<std::byte>(i + 1);
  }

  void put(std::size_t at, const char* bytes, std::size_t count) { std::memcpy(file.data() + at, bytes, count); }
  void put16(std::size_t at, std::uint32_t value) {
    file[at] = static_cast<std::byte>(value);
    file[at + 1] = static_cast<std::byte>(value >> 8);
  }
  void put32(std::size_t at, std::uint32_t value) {
    put16(at, value & 0xffffU);
    put16(at + 2, value >> 16);
  }
  // A symbol table of one function, `go` at 0x1000 with 8 bytes.
  void add_symbols() {
    constexpr std::size_t kSections = kData + 8;
    constexpr std::size_t kSymbols = kSections + 2 * kSectionHeader;
    constexpr std::size_t kStrings = kSymbols + 16;
    file.resize(kStrings + 4);
    put32(32, kSections);
    put16(48, 2);
    put32(kSections + 4, 2);
    put32(kSections + 16, kSymbols);
    put32(kSections + 20, 16);
    put32(kSections + 24, 1);
    put32(kSections + kSectionHeader + 16, kStrings);
    put32(kSymbols, 1);
    put32(kSymbols + 4, 0x1000);
    put32(kSymbols + 8, 8);
    file[kSymbols + 12] = std::byte{2};
    put(kStrings, "\0go", 4);
  }
  std::string error() {
    try {
      (void)sim::soc::read_elf(file);
      return "";
    } catch (const ElfError& error) {
      return error.what();
    }
  }

  static constexpr std::size_t kData = kHeader + kProgramHeader;
  std::vector<std::byte> file = std::vector<std::byte>(kData + 8);
};

TEST_F(ElfTest, SegmentsGoWhereTheyBelong) {
  const ElfProgram program = sim::soc::read_elf(file);
  EXPECT_EQ(program.machine, ElfMachine::kRiscv32);
  EXPECT_EQ(program.entry, 0x1000U);
  std::vector<std::byte> memory(16);
  const std::array<sim::soc::LoadRegion, 1> regions{{{0xffc, memory}}};
  load(program, regions);
  EXPECT_EQ(memory[3], std::byte{0});
  EXPECT_EQ(memory[4], std::byte{1});
  EXPECT_EQ(memory[11], std::byte{8});
}

TEST_F(ElfTest, ASegmentThatFitsNoMemoryIsRefused) {
  std::vector<std::byte> memory(16);
  const std::array<sim::soc::LoadRegion, 1> regions{{{0x0ff4, memory}}};
  EXPECT_THROW(load(sim::soc::read_elf(file), regions), ElfError);
}

TEST_F(ElfTest, SentencesSayWhatIsWrong) {
  put16(18, 62);
  EXPECT_EQ(error(), "the program is for machine 62, not for RISC-V (243) or Arm (40)");
  put16(18, 40);
  EXPECT_EQ(error(), "");
  put16(16, 1);
  EXPECT_EQ(error(), "the file is no executable; link it first");
  put16(16, 2);
  put32(kHeader + 16, 9);
  EXPECT_EQ(error(), "segment 0 ends beyond the file's end; it is truncated");
  file[4] = std::byte{2};
  EXPECT_EQ(error(), "the file is no 32-bit little-endian ELF file; its first bytes say so");
}

TEST_F(ElfTest, FunctionsAreFoundByAddress) {
  EXPECT_EQ(sim::soc::read_elf(file).function_at(0x1000), "?");
  add_symbols();
  const ElfProgram program = sim::soc::read_elf(file);
  EXPECT_EQ(program.function_at(0x1000), "go");
  EXPECT_EQ(program.function_at(0x1007), "go");
  EXPECT_EQ(program.function_at(0x1008), "?");
  EXPECT_EQ(program.function_at(0xfff), "?");
}

TEST_F(ElfTest, EveryTruncationEndsWell) {
  add_symbols();
  const std::vector<std::byte> whole = file;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    file.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(error(), "") << size;
  }
}

TEST_F(ElfTest, DamagedFilesEndWell) {
  add_symbols();
  const std::vector<std::byte> whole = file;
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    file = whole;
    for (std::uint32_t k = 0; k <= random() % 3; ++k) file[random() % file.size()] = static_cast<std::byte>(random());
    (void)error();  // Either way, without touching what is not there: the sanitizers watch.
  }
}

}  // namespace
}  // namespace auklet::test
