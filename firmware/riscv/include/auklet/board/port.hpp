// The driver's platform hooks on an RV32 core with the timer of the board and, for the data cache, Zicbom.
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

  /// WFI wakes on every interrupt that is enabled in mie, whether or not mstatus.MIE masks it.
  void wait_for_interrupt(npu::Ticks max) noexcept {
    const std::uint64_t start = cycles();
    set_timer(max < UINT64_MAX - start ? start + max : UINT64_MAX);
    asm volatile("csrs mie, %0" ::"r"(kTimerInterrupt) : "memory");
    asm volatile("wfi" ::: "memory");
    asm volatile("csrc mie, %0" ::"r"(kTimerInterrupt) : "memory");
    set_timer(UINT64_MAX);
  }

  void barrier() noexcept { asm volatile("fence iorw, iorw" ::: "memory"); }

  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return has_data_cache() ? kLine : 1; }
  void clean(const void* data, std::size_t size) noexcept {
    // CBO.CLEAN: MISC-MEM, funct3 2, imm 1. As a number, for assemblers that do not know Zicbom.
    for_each_line(data, size, [](std::uintptr_t line) {
      asm volatile(".insn i 0x0f, 2, x0, %0, 1" ::"r"(line) : "memory");
    });
  }
  void invalidate(const void* data, std::size_t size) noexcept {
    // CBO.INVAL: imm 0.
    for_each_line(data, size, [](std::uintptr_t line) {
      asm volatile(".insn i 0x0f, 2, x0, %0, 0" ::"r"(line) : "memory");
    });
  }

  [[nodiscard]] npu::CriticalState enter_critical() noexcept {
    std::uint32_t old = 0;
    asm volatile("csrrci %0, mstatus, %1" : "=r"(old) : "i"(kInterruptEnable) : "memory");
    return old & kInterruptEnable;
  }
  void leave_critical(npu::CriticalState state) noexcept { asm volatile("csrs mstatus, %0" ::"r"(state) : "memory"); }

 private:
  static constexpr std::uint32_t kInterruptEnable = 1U << 3;  // mstatus.MIE
  static constexpr std::uint32_t kTimerInterrupt = 1U << 7;   // mie.MTIE
  static constexpr std::size_t kLine = AUKLET_SOC_CACHE_LINE;

  template <class Operation>
  void for_each_line(const void* data, std::size_t size, Operation operation) noexcept {
    const auto first = reinterpret_cast<std::uintptr_t>(data);
    if (size == 0 || !has_data_cache()) return;
    for (std::uintptr_t line = first / kLine * kLine; line < first + size; line += kLine) operation(line);
    barrier();
  }
};

static_assert(npu::Port<Port>);

}  // namespace auklet::board
