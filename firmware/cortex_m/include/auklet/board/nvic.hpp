// The few registers of the System Control Space that the board needs (Armv7-M Architecture Reference Manual, B3).
#pragma once

#include <auklet/board/board.hpp>
#include <cstdint>

namespace auklet::board {

inline constexpr std::uint32_t kNpuInterrupt = 1U << AUKLET_SOC_IRQ_NPU;
inline constexpr std::uint32_t kTimerInterrupt = 1U << AUKLET_SOC_IRQ_TIMER;

[[nodiscard]] inline volatile std::uint32_t& system_control(std::uintptr_t offset) noexcept {
  return reg(0xe000'e000, offset);
}
/// Enables and disables interrupts, and takes back that they are pending: NVIC_ISER0, NVIC_ICER0, NVIC_ICPR0.
inline void enable(std::uint32_t interrupts) noexcept { system_control(0x100) = interrupts; }
inline void disable(std::uint32_t interrupts) noexcept { system_control(0x180) = interrupts; }
inline void unpend(std::uint32_t interrupts) noexcept { system_control(0x280) = interrupts; }
/// Whether a debugger is attached: DHCSR.C_DEBUGEN. Without one BKPT is a fault.
[[nodiscard]] inline bool has_debugger() noexcept { return (system_control(0xdf0) & 1U) != 0; }

}  // namespace auklet::board
