// How the driver reaches the NPU's registers.
#pragma once

#include <concepts>
#include <cstdint>

namespace auklet::npu {

/// 32-bit register access at a byte offset from the NPU's register base. Accesses are issued one at a time, in program
/// order, never merged, repeated or left out. The interrupt handler may come between any two accesses of the thread,
/// but not during one.
template <typename T>
concept Bus = requires(T& bus, std::uint32_t offset, std::uint32_t value) {
  { bus.read32(offset) } -> std::same_as<std::uint32_t>;
  { bus.write32(offset, value) } -> std::same_as<void>;
};

/// Registers in the address space of this CPU. The page must be mapped as device memory: uncached, ordered.
class MmioBus {
 public:
  /// `base`: CPU address of register offset 0, a multiple of 4.
  explicit MmioBus(std::uintptr_t base) noexcept : base_(base) {}

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) const noexcept { return *at(offset); }
  void write32(std::uint32_t offset, std::uint32_t value) const noexcept { *at(offset) = value; }

 private:
  [[nodiscard]] volatile std::uint32_t* at(std::uint32_t offset) const noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the address of a register is a number that the platform gives.
    return reinterpret_cast<volatile std::uint32_t*>(base_ + offset);
  }

  std::uintptr_t base_;
};

static_assert(Bus<MmioBus>);

}  // namespace auklet::npu
