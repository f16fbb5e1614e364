// A Rv32Cpu with memory and a RecordingBus, for directed tests.
#pragma once

#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "recording_bus.hpp"

namespace auklet::test {

/// 64 KiB of memory at kCode, where programs go and start; the last 4 KiB of the first half are for data.
class Rv32Machine {
 public:
  static constexpr std::uint32_t kCode = 0x8000'0000;
  static constexpr std::uint32_t kData = kCode + 0x7000;
  static constexpr std::uint32_t kHandler = kCode + 0x1000;  ///< Where tests put trap handlers.

  explicit Rv32Machine(sim::soc::Rv32Options options = {}) : cpu(bus, std::move(options)) {
    cpu.map(kCode, memory, true);
    cpu.reset(kCode);
  }

  /// Puts 32-bit instructions at `address`.
  void place(std::initializer_list<std::uint32_t> words, std::uint32_t address = kCode) {
    for (const std::uint32_t word : words) {
      poke(address, word);
      address += 4;
    }
  }
  /// Puts one halfword at `address`.
  void place16(std::uint16_t halfword, std::uint32_t address) {
    std::memcpy(&memory[address - kCode], &halfword, sizeof(halfword));
  }
  void poke(std::uint32_t address, std::uint32_t word) { std::memcpy(&memory[address - kCode], &word, sizeof(word)); }
  [[nodiscard]] std::uint32_t peek(std::uint32_t address) const {
    std::uint32_t word = 0;
    std::memcpy(&word, &memory[address - kCode], sizeof(word));
    return word;
  }

  /// Executes one `instruction` at the start of memory, with registers as they are.
  sim::soc::CpuStop execute(std::uint32_t instruction) {
    std::vector<std::uint32_t> registers(32);
    for (unsigned i = 0; i < 32; ++i) registers[i] = cpu.x(i);
    place({instruction});
    cpu.reset(kCode);
    for (unsigned i = 0; i < 32; ++i) cpu.set_x(i, registers[i]);
    return cpu.run(1);
  }

  RecordingBus bus;
  std::vector<std::byte> memory = std::vector<std::byte>(0x10000);
  sim::soc::Rv32Cpu cpu;
};

}  // namespace auklet::test
