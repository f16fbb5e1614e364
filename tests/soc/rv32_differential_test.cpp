// Random programs on Rv32Cpu and on Unicorn's RV32: the same registers and memory after as many instructions.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstdlib>
#include <iomanip>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "random_program.hpp"
#include "rv32_machine.hpp"
#include "unicorn_rv32.hpp"

namespace auklet::test {
namespace {

constexpr std::size_t kCodeBytes = 0x4000;
constexpr std::size_t kDataBytes = 0x2000;
constexpr std::uint64_t kInstructions = 4000;  // Of each program; a few rounds of it.

/// One program on both.
class Pair {
 public:
  explicit Pair(const RandomProgram& program) {
    std::ranges::copy(std::as_bytes(std::span(program.code)), code_.begin());
    std::ranges::copy(std::as_bytes(std::span(program.data)), data_.begin());
    cpu_.map(RandomProgram::kCode, code_, false);
    cpu_.map(RandomProgram::kData, data_, true);
    cpu_.reset(RandomProgram::kCode);
    unicorn_.map(RandomProgram::kCode, kCodeBytes);
    unicorn_.map(RandomProgram::kData, kDataBytes);
    unicorn_.write(RandomProgram::kCode, code_);
    unicorn_.write(RandomProgram::kData, data_);
    unicorn_.set_pc(RandomProgram::kCode);
    for (unsigned i = 0; i < 32; ++i) {
      cpu_.set_x(i, program.registers[i]);
      unicorn_.set_x(i, program.registers[i]);
    }
  }

  void run(std::uint64_t instructions) {
    if (cpu_.run(instructions) != sim::soc::CpuStop::kBudget) stopped_ = true;
    unicorn_.run(instructions);
  }

  /// What differs; empty when nothing does.
  [[nodiscard]] std::string difference() const {
    std::ostringstream text;
    text << std::hex;
    if (stopped_) text << "stopped early; mcause " << *cpu_.csr(0x342) << " mepc " << *cpu_.csr(0x341) << '\n';
    if (cpu_.pc() != unicorn_.pc()) text << "pc " << cpu_.pc() << ", Unicorn " << unicorn_.pc() << '\n';
    for (unsigned i = 0; i < 32; ++i) {
      if (cpu_.x(i) == unicorn_.x(i)) continue;
      text << 'x' << std::dec << i << std::hex << ' ' << cpu_.x(i) << ", Unicorn " << unicorn_.x(i) << '\n';
    }
    std::vector<std::byte> data(kDataBytes);
    unicorn_.read(RandomProgram::kData, data);
    const auto [mine, other] = std::ranges::mismatch(data_, data);
    if (mine != data_.end()) text << "data at " << RandomProgram::kData + (mine - data_.begin()) << '\n';
    return text.str();
  }

  [[nodiscard]] std::uint32_t pc() const { return cpu_.pc(); }

 private:
  std::vector<std::byte> code_ = std::vector<std::byte>(kCodeBytes);
  std::vector<std::byte> data_ = std::vector<std::byte>(kDataBytes);
  RecordingBus bus_;
  sim::soc::Rv32Cpu cpu_{bus_};
  UnicornRv32 unicorn_;
  bool stopped_ = false;
};

/// The first instruction of `program` after which the two differ.
std::string first_difference(const RandomProgram& program) {
  Pair pair(program);
  for (std::uint64_t i = 0; i < kInstructions; ++i) {
    const std::uint32_t pc = pair.pc();
    pair.run(1);
    const std::string difference = pair.difference();
    if (difference.empty()) continue;
    std::ostringstream text;
    const std::size_t at = (pc - RandomProgram::kCode) / 2;
    text << "after instruction " << i << " at " << std::hex << pc << ": " << std::setfill('0') << std::setw(4)
         << program.code.at(at + 1) << std::setw(4) << program.code.at(at) << '\n'
         << difference;
    return text.str();
  }
  return "no difference when stepped";
}

std::uint64_t cases() {
  const char* text = std::getenv("AUKLET_CASES");  // NOLINT(concurrency-mt-unsafe): nothing sets it.
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 250;
}

TEST(Rv32Differential, RandomProgramsDoAsOnUnicorn) {
  for (std::uint64_t seed = 1; seed <= cases(); ++seed) {
    const RandomProgram program = make_random_program(seed);
    ASSERT_LE(program.code.size() * 2, kCodeBytes);
    Pair pair(program);
    pair.run(kInstructions);
    ASSERT_EQ(pair.difference(), "") << "seed " << seed << ' ' << first_difference(program);
  }
}

}  // namespace
}  // namespace auklet::test
