// What applications use of the board: console, NPU, interrupt, switches for faults. The same on every processor; the
// board is the simulated one of spec/soc.yaml, and its addresses stand in docs/gen/soc.md.
#pragma once

#include <auklet/spec/soc.h>
#include <auklet/npu/bus.hpp>
#include <cstdint>

namespace auklet::board {

/// A register of a device of the board.
[[nodiscard]] inline volatile std::uint32_t& reg(std::uintptr_t base, std::uintptr_t offset) noexcept {
  return *reinterpret_cast<volatile std::uint32_t*>(base + offset);  // The address of a register is a number.
}

/// The NPU's registers.
[[nodiscard]] inline npu::MmioBus npu_bus() noexcept { return npu::MmioBus(AUKLET_SOC_NPU_BASE); }

/// Clock cycles since reset. Safe in interrupts.
[[nodiscard]] inline std::uint64_t cycles() noexcept {
  const volatile std::uint32_t& high = reg(AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_MTIME_HI);
  const volatile std::uint32_t& low = reg(AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_MTIME_LO);
  for (;;) {
    const std::uint32_t before = high;
    const std::uint32_t now = low;
    if (high == before) return std::uint64_t{before} << 32 | now;  // Else the low half has wrapped in between.
  }
}

/// Lets the timer interrupt be pending from cycle `when` on.
inline void set_timer(std::uint64_t when) noexcept {
  reg(AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_MTIMECMP_HI) = 0xffff'ffffU;  // Never due between the two halves.
  reg(AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_MTIMECMP_LO) = static_cast<std::uint32_t>(when);
  reg(AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_MTIMECMP_HI) = static_cast<std::uint32_t>(when >> 32);
}

/// A switch for faults, AUKLET_SOC_BOARD_… (docs/gen/soc.md).
[[nodiscard]] inline volatile std::uint32_t& fault_switch(std::uintptr_t offset) noexcept {
  return reg(AUKLET_SOC_BOARD_BASE, offset);
}

/// Whether there is a data cache that the NPU does not see.
[[nodiscard]] inline bool has_data_cache() noexcept { return (fault_switch(AUKLET_SOC_BOARD_FEATURES) & 1U) != 0; }
/// Whether the NPU is simulated from its RTL.
[[nodiscard]] inline bool npu_is_rtl() noexcept { return (fault_switch(AUKLET_SOC_BOARD_FEATURES) & 2U) != 0; }

// ---- Of the processor: riscv/processor.cpp, cortex_m/processor.cpp ----

using Handler = void (*)(void* context);
/// Lets the NPU's interrupt call `handler(context)`, in the interrupt; a null handler disables the interrupt.
void on_npu_interrupt(Handler handler, void* context) noexcept;

/// Ends the program with `code` (0 to 127): the simulator's own exit code. Without one it stops here.
[[noreturn]] void exit(int code) noexcept;

/// Bus errors of the processor's own loads and stores since the call: while `survive` is set they are counted and the
/// access is left out; otherwise they end the program with a report. Returns the count and clears it.
std::uint32_t bus_errors(bool survive) noexcept;
/// Whether this processor can survive them.
[[nodiscard]] bool survives_bus_errors() noexcept;

}  // namespace auklet::board
