// A Rv32Cpu with memory and a bus that notes what it is asked, for directed tests.
#pragma once

#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <span>
#include <tuple>
#include <vector>

namespace auklet::test {

/// A bus of one 4 KiB device at kBase that keeps what is stored; everywhere else, and in its last word, it refuses.
class RecordingBus final : public sim::soc::CpuBus {
 public:
  static constexpr std::uint32_t kBase = 0x4000'0000;
  static constexpr std::uint32_t kRefused = kBase + 4092;

  struct Access {
    char kind;  ///< 'l'oad, 's'tore, 'i'nvalidate, 'c'lean, 'f'lush.
    std::uint32_t address;
    std::uint32_t bytes;
    std::uint32_t value;
    bool operator==(const Access&) const = default;
  };

  bool load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) override {
    if (on_access) on_access();
    if (!has(address)) return false;
    std::memcpy(&value, &bytes_[address - kBase], bytes);
    accesses.push_back({'l', address, bytes, value});
    return true;
  }
  bool store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) override {
    if (on_access) on_access();
    if (!has(address)) return false;
    std::memcpy(&bytes_[address - kBase], &value, bytes);
    accesses.push_back({'s', address, bytes, value});
    return true;
  }
  bool maintain(sim::soc::CacheOperation operation, std::uint32_t address) override {
    if (!has(address)) return false;
    accesses.push_back({"icf"[static_cast<int>(operation)], address, 0, 0});
    return true;
  }

  std::vector<Access> accesses;
  std::function<void()> on_access;

 private:
  static bool has(std::uint32_t address) { return address >= kBase && address < kRefused; }

  std::vector<std::byte> bytes_ = std::vector<std::byte>(4096);
};

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
