// The driver's platform hooks on a Cortex-M without a data cache, with the timer of the board.
#pragma once

#include <auklet/board/board.hpp>
#include <auklet/npu/port.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::board {

/// One thread and one interrupt, that of the NPU. Ticks are clock cycles.
class Port : public npu::PortDefaults {
 public:
  [[nodiscard]] npu::Ticks now() noexcept { return cycles(); }

  /// WFI wakes on every interrupt that is enabled in the NVIC, whether or not PRIMASK masks it.
  void wait_for_interrupt(npu::Ticks max) noexcept {
    const std::uint64_t start = cycles();
    set_timer(max < UINT64_MAX - start ? start + max : UINT64_MAX);
    reg(kSystemControl, kEnable) = kTimerInterrupt;
    asm volatile("dsb\n\twfi\n\tisb" ::: "memory");
    reg(kSystemControl, kDisable) = kTimerInterrupt;
    set_timer(UINT64_MAX);
    reg(kSystemControl, kUnpend) = kTimerInterrupt;
  }

  void barrier() noexcept { asm volatile("dsb" ::: "memory"); }

  [[nodiscard]] npu::CriticalState enter_critical() noexcept {
    std::uint32_t old = 0;
    asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(old)::"memory");
    return old;
  }
  void leave_critical(npu::CriticalState state) noexcept { asm volatile("msr primask, %0" ::"r"(state) : "memory"); }

 private:
  // Armv7-M Architecture Reference Manual, B3.4: NVIC_ISER0, NVIC_ICER0, NVIC_ICPR0.
  static constexpr std::uintptr_t kSystemControl = 0xe000'e000;
  static constexpr std::uintptr_t kEnable = 0x100;
  static constexpr std::uintptr_t kDisable = 0x180;
  static constexpr std::uintptr_t kUnpend = 0x280;
  static constexpr std::uint32_t kTimerInterrupt = 1U << AUKLET_SOC_IRQ_TIMER;
};

static_assert(npu::Port<Port>);

}  // namespace auklet::board
