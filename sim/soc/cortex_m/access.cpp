// Loads and stores that Unicorn does not do on its own.
#include <cstring>

#include "core.hpp"

namespace auklet::sim::soc::cortex_m {
namespace {

// The Private Peripheral Bus, as far as it is there (Armv7-M manual: "The system address map").
constexpr std::uint32_t kDwt = 0xE0001000;
constexpr std::uint32_t kDwtBytes = 0x1000;
constexpr std::uint32_t kCycleCounter = kDwt + 4;

constexpr bool in_dwt(std::uint32_t address) { return address - kDwt < kDwtBytes; }
constexpr bool in_system_control(std::uint32_t address) {
  return address - SystemControl::kBase < SystemControl::kBytes;
}

/// `bytes` is a power of two.
constexpr bool is_aligned(std::uint32_t address, std::uint32_t bytes) { return (address & (bytes - 1)) == 0; }

constexpr std::uint32_t low_bytes(std::uint32_t value, std::uint32_t bytes) {
  return bytes == 4 ? value : value & ((1U << (8 * bytes)) - 1);
}

}  // namespace

/// Host address of the byte at `address`; null where no memory is.
std::byte* Core::memory(std::uint32_t address) {
  const auto holds = [address](const Region& region) { return address - region.base < region.bytes.size(); };
  if (latest_region_ >= regions_.size() || !holds(regions_[latest_region_])) {
    for (latest_region_ = 0; latest_region_ < regions_.size(); ++latest_region_) {
      if (holds(regions_[latest_region_])) break;
    }
    if (latest_region_ == regions_.size()) return nullptr;
  }
  const Region& region = regions_[latest_region_];
  return &region.bytes[address - region.base];
}

/// As the program loads, of any alignment: devices see naturally aligned accesses only.
bool Core::load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) {
  if (is_aligned(address, bytes)) return load_aligned(address, bytes, value);
  value = 0;
  for (std::uint32_t i = 0; i < bytes; ++i) {
    std::uint32_t byte = 0;
    if (!load_aligned(address + i, 1, byte)) return false;
    value |= byte << (8 * i);
  }
  return true;
}

bool Core::store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  if (is_aligned(address, bytes)) return store_aligned(address, bytes, value);
  for (std::uint32_t i = 0; i < bytes; ++i) {
    if (!store_aligned(address + i, 1, value >> (8 * i))) return false;
  }
  return true;
}

bool Core::load_aligned(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) {
  value = 0;
  if (const std::byte* at = memory(address)) {
    std::memcpy(&value, at, bytes);
    return true;
  }
  if (in_system_control(address)) {
    value = control_.read(address - SystemControl::kBase, bytes);
    return true;
  }
  if (in_dwt(address)) {
    if (address == kCycleCounter) value = static_cast<std::uint32_t>(options_.cycles ? options_.cycles() : retired());
    return true;
  }
  return bus_.load(address, bytes, value);
}

bool Core::store_aligned(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  std::byte* at = memory(address);
  if (at != nullptr && regions_[latest_region_].writable) {
    std::memcpy(at, &value, bytes);
    return true;
  }
  if (in_system_control(address)) {
    control_.write(address - SystemControl::kBase, bytes, low_bytes(value, bytes));
    attention_ = true;  // An exception may have become pending or enabled.
    return true;
  }
  if (in_dwt(address)) return true;
  return bus_.store(address, bytes, low_bytes(value, bytes));
}

void Core::refuse(std::uint32_t address) {
  if (!refusal_) refusal_ = Refusal{.pc = pc(), .address = address};
  attention_ = true;
}

std::uint32_t Core::on_load(std::uint32_t address, std::uint32_t bytes) {
  inside_ = true;
  std::uint32_t value = 0;
  if (!load(address, bytes, value)) refuse(address);
  inside_ = false;
  return value;
}

void Core::on_store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  inside_ = true;
  if (!store(address, bytes, value)) refuse(address);
  inside_ = false;
}

/// Unicorn goes on to write the memory, read-only or not: what was there is put back before the next instruction.
void Core::on_read_only_store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  for (std::uint32_t i = 0; i < bytes; ++i) {
    std::byte* at = memory(address + i);
    if (at != nullptr) overwritten_.push_back({.at = at, .before = *at});
  }
  on_store(address, bytes, value);
}

void Core::restore_read_only() {
  for (const Overwritten& byte : overwritten_) *byte.at = byte.before;
  overwritten_.clear();
}

}  // namespace auklet::sim::soc::cortex_m
