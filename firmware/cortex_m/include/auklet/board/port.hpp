// The driver's platform hooks on a Cortex-M without a data cache, with the timer of the board.
#pragma once

#include <auklet/board/board.hpp>
#include <auklet/board/nvic.hpp>
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
    enable(kTimerInterrupt);
    asm volatile("dsb\n\twfi\n\tisb" ::: "memory");
    disable(kTimerInterrupt);
    set_timer(UINT64_MAX);
    unpend(kTimerInterrupt);
  }

  void barrier() noexcept { asm volatile("dsb" ::: "memory"); }

  [[nodiscard]] npu::CriticalState enter_critical() noexcept {
    std::uint32_t old = 0;
    asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(old)::"memory");
    return old;
  }
  void leave_critical(npu::CriticalState state) noexcept { asm volatile("msr primask, %0" ::"r"(state) : "memory"); }
};

static_assert(npu::Port<Port>);

}  // namespace auklet::board
