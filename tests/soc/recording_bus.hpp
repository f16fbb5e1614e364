// A bus that notes what it is asked, for directed tests of processors.
#pragma once

#include <auklet/sim/soc/cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
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

}  // namespace auklet::test
