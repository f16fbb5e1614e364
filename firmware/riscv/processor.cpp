// The processor's part of board.hpp: traps, interrupt, exit.
#include <auklet/board/board.hpp>
#include <auklet/board/console.hpp>
#include <auklet/board/semihosting.hpp>
#include <cstdint>

extern "C" std::uint32_t auklet_semihost(std::uint32_t operation, const void* parameter);
extern "C" const std::uint32_t auklet_semihost_break[];  // Its EBREAK: a label in start.S.

namespace auklet::board {
namespace {

constexpr std::uint32_t kExternalInterrupt = 1U << 11;  // mie.MEIE
constexpr std::uint32_t kInterruptEnable = 1U << 3;     // mstatus.MIE
constexpr std::uint32_t kCauseExternal = 0x8000'000bU;
constexpr std::uint32_t kCauseBreakpoint = 3;
constexpr std::uint32_t kCauseLoadFault = 5;
constexpr std::uint32_t kCauseStackOverflow = 0xffff'ffffU;  // Of trap_entry.
constexpr std::uint32_t kCauseStoreFault = 7;

Handler npu_handler = nullptr;
void* npu_context = nullptr;
// Traps change them, wherever the program is.
volatile bool surviving = false;
volatile std::uint32_t survived = 0;

// Bytes of the instruction at `address`: only those whose two lowest bits are set have four.
std::uint32_t instruction_bytes(std::uint32_t address) {
  return (*reinterpret_cast<const volatile std::uint16_t*>(address) & 3U) == 3U ? 4 : 2;
}

}  // namespace

void on_npu_interrupt(Handler handler, void* context) noexcept {
  asm volatile("csrc mie, %0" ::"r"(kExternalInterrupt) : "memory");
  npu_handler = handler;
  npu_context = context;
  if (handler == nullptr) return;
  asm volatile("csrs mie, %0" ::"r"(kExternalInterrupt) : "memory");
  asm volatile("csrs mstatus, %0" ::"r"(kInterruptEnable) : "memory");
}

std::uint32_t bus_errors(bool survive) noexcept {
  const std::uint32_t count = survived;
  survived = 0;
  surviving = survive;
  return count;
}

bool survives_bus_errors() noexcept { return true; }

void exit(int code) noexcept {
  const auto block = exit_block(code);
  asm volatile("" ::"r"(block.data()) : "memory");
  auklet_semihost(kSysExitExtended, block.data());
  for (;;) asm volatile("wfi");
}

}  // namespace auklet::board

extern "C" [[noreturn]] void auklet_exit(int code) { auklet::board::exit(code); }

// Called by trap_entry with interrupts masked. Returns where the program goes on.
extern "C" std::uint32_t auklet_trap(std::uint32_t cause, std::uint32_t address, std::uint32_t value) {
  namespace board = auklet::board;
  if (cause == board::kCauseExternal && board::npu_handler != nullptr) {
    board::npu_handler(board::npu_context);
    return address;
  }
  if (board::surviving && (cause == board::kCauseLoadFault || cause == board::kCauseStoreFault)) {
    board::survived = board::survived + 1;
    return address + board::instruction_bytes(address);
  }
  if (cause == board::kCauseBreakpoint && address == reinterpret_cast<std::uintptr_t>(auklet_semihost_break)) {
    return address + 4;  // Nobody serves semihosting, as on a board without a debugger: the call does nothing.
  }
  board::Console console;
  if (cause == board::kCauseStackOverflow) {
    console << "the stack overflows at " << board::Hex{address} << '\n';
    board::exit(1);
  }
  console << "trap: mcause " << board::Hex{cause} << " mepc " << board::Hex{address} << " mtval " << board::Hex{value}
          << '\n';
  board::exit(1);
}
