// A processor whose instructions are functions: what a test of the system around it needs.
#pragma once

#include <array>
#include <auklet/sim/soc/cpu.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace auklet::test {

namespace soc = sim::soc;

class ScriptedCpu : public soc::Cpu {
 public:
  enum class Then : std::uint8_t { kNext, kAgain, kSleep, kSemihosting, kHalt };
  using Instruction = std::function<Then(ScriptedCpu&)>;

  explicit ScriptedCpu(soc::CpuBus& its_bus) : bus(its_bus) {}

  // Appends an instruction that loads a word and lets `use` have it.
  void load(std::uint32_t address, std::function<void(std::uint32_t)> use) {
    program.emplace_back([address, use](ScriptedCpu& cpu) {
      std::uint32_t value = 0;
      cpu.faults += cpu.bus.load(address, 4, value) ? 0U : 1U;
      use(value);
      return Then::kNext;
    });
  }
  void store(std::uint32_t address, std::uint32_t value) {
    program.emplace_back([address, value](ScriptedCpu& cpu) {
      cpu.faults += cpu.bus.store(address, 4, value) ? 0U : 1U;
      return Then::kNext;
    });
  }
  // Appends `count` instructions that do nothing.
  void idle(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) program.emplace_back([](ScriptedCpu&) { return Then::kNext; });
  }
  // Appends an instruction that sleeps until one of the lines is up.
  void sleep() {
    program.emplace_back([](ScriptedCpu& cpu) { return cpu.any_interrupt() ? Then::kNext : Then::kSleep; });
  }
  // Appends a semihosting call.
  void call(std::uint32_t operation, std::uint32_t parameter) {
    program.emplace_back([operation, parameter](ScriptedCpu& cpu) {
      cpu.call_ = {operation, parameter};
      return Then::kSemihosting;
    });
  }

  void map(std::uint32_t base, std::span<std::byte> bytes, bool writable) override {
    mapped.push_back({base, bytes.size(), writable});
  }
  void map_fetch(std::uint32_t base, std::span<std::byte> bytes) override {
    fetched.push_back({base, bytes.size(), false});
  }
  void reset(std::uint32_t start) override {
    pc_ = 0;
    entry = start;
  }
  void set_interrupt(soc::InterruptLine line, bool level) override { lines[static_cast<std::size_t>(line)] = level; }
  soc::CpuStop run(std::uint64_t budget) override {
    for (std::uint64_t i = 0; i < budget; ++i) {
      if (pc_ == program.size()) return soc::CpuStop::kHalted;
      switch (program[pc_](*this)) {
        case Then::kNext:
          ++pc_;
          break;
        case Then::kAgain:
          break;
        case Then::kSleep:
          return soc::CpuStop::kSleep;
        case Then::kSemihosting:
          return soc::CpuStop::kSemihosting;
        case Then::kHalt:
          return soc::CpuStop::kHalted;
      }
      ++retired_;
    }
    return soc::CpuStop::kBudget;
  }
  void request_yield() override {}
  [[nodiscard]] std::uint64_t retired() const override { return retired_; }
  [[nodiscard]] SemihostingCall semihosting_call() const override { return call_; }
  void finish_semihosting(std::uint32_t value) override {
    result = value;
    ++pc_;
    ++retired_;
  }
  [[nodiscard]] std::uint32_t pc() const override { return static_cast<std::uint32_t>(pc_); }
  [[nodiscard]] std::string halt_reason() const override { return "the program is over"; }

  [[nodiscard]] bool any_interrupt() const { return lines[0] || lines[1] || lines[2]; }
  [[nodiscard]] bool line(soc::InterruptLine which) const { return lines[static_cast<std::size_t>(which)]; }

  struct Range {
    std::uint32_t base;
    std::size_t bytes;
    bool writable;
  };

  soc::CpuBus& bus;
  std::vector<Instruction> program;
  std::vector<Range> mapped;
  std::vector<Range> fetched;
  std::array<bool, 3> lines{};
  std::uint32_t entry = 0;
  std::uint32_t faults = 0;
  std::uint32_t result = 0;

 private:
  std::size_t pc_ = 0;
  std::uint64_t retired_ = 0;
  SemihostingCall call_{};
};

}  // namespace auklet::test
