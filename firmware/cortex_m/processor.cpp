// Vector table of a Cortex-M, and the processor's part of board.hpp.
#include <array>
#include <auklet/board/board.hpp>
#include <auklet/board/console.hpp>
#include <auklet/board/nvic.hpp>
#include <auklet/board/semihosting.hpp>
#include <cstdint>

extern "C" {
extern std::uint32_t __stack_end[];  // Of the linker script.

void auklet_fault();
void auklet_irq_npu();
void auklet_irq_timer();
void auklet_reset();  // start.S
}

namespace auklet::board {
namespace {

Handler npu_handler = nullptr;
void* npu_context = nullptr;

void semihost(std::uint32_t operation, const void* parameter) {
  if (!has_debugger()) return;
  register std::uint32_t r0 asm("r0") = operation;
  register const void* r1 asm("r1") = parameter;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

}  // namespace

void on_npu_interrupt(Handler handler, void* context) noexcept {
  disable(kNpuInterrupt);
  asm volatile("dsb\n\tisb" ::: "memory");  // From here on it cannot come.
  npu_handler = handler;
  npu_context = context;
  if (handler == nullptr) return;
  asm volatile("dsb" ::: "memory");
  enable(kNpuInterrupt);
  asm volatile("cpsie i" ::: "memory");
}

std::uint32_t bus_errors(bool /*survive*/) noexcept { return 0; }
bool survives_bus_errors() noexcept { return false; }

void exit(int code) noexcept {
  const auto block = exit_block(code);
  semihost(kSysExitExtended, block.data());
  for (;;) asm volatile("wfi");
}

}  // namespace auklet::board

extern "C" void auklet_irq_npu() {
  if (auklet::board::npu_handler != nullptr) auklet::board::npu_handler(auklet::board::npu_context);
}

// Wakes Port::wait_for_interrupt(), which sleeps with interrupts masked: there is nothing to do, but to keep it from
// coming again.
extern "C" void auklet_irq_timer() {
  namespace board = auklet::board;
  board::disable(board::kTimerInterrupt);
}

extern "C" void auklet_fault() {
  namespace board = auklet::board;
  std::uint32_t number = 0;
  asm volatile("mrs %0, ipsr" : "=r"(number));
  board::Console console;
  console << "fault: exception " << number << '\n';
  board::exit(1);
}

extern "C" [[noreturn]] void auklet_exit(int code) { auklet::board::exit(code); }

// Stack pointer, reset, NMI, faults and system exceptions, then the external interrupts.
using Vector = void (*)();
__attribute__((section(".vectors"), used)) const std::array<Vector, 18> kVectors = {
    reinterpret_cast<Vector>(__stack_end),
    reinterpret_cast<Vector>(auklet_reset),
    auklet_fault,
    auklet_fault,
    auklet_fault,
    auklet_fault,
    auklet_fault,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    auklet_fault,
    auklet_fault,
    nullptr,
    auklet_fault,
    auklet_fault,
    auklet_irq_npu,
    auklet_irq_timer,
};
