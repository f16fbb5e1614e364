// Exception entry and return, as the Armv7-M manual's section "Exception model" describes them, for frames without
// floating-point registers.
#include <array>

#include "core.hpp"

namespace auklet::sim::soc::cortex_m {
namespace {

constexpr std::uint32_t kFrameBytes = 32;
constexpr std::uint32_t kPadded = 1U << 9;  // Of the xPSR in a frame: four bytes above it align it to eight.
constexpr std::uint32_t kExceptionNumber = 0x1FF;
constexpr std::uint32_t kItBits = 0x0600FC00;
constexpr std::uint32_t kUsesPsp = 2;  // CONTROL.SPSEL

// EXC_RETURN: where an exception returns to.
constexpr std::uint32_t kToHandler = 0xFFFFFFF1;
constexpr std::uint32_t kToThreadOnMsp = 0xFFFFFFF9;
constexpr std::uint32_t kToThreadOnPsp = 0xFFFFFFFD;

/// Registers of a frame, in its order; the return address and xPSR follow.
constexpr std::array kFrameRegisters = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                                        UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};

}  // namespace

void Core::enter(unsigned exception, std::uint32_t return_address) {
  const std::uint32_t xpsr = get(UC_ARM_REG_XPSR);
  const bool thread = (xpsr & kExceptionNumber) == 0;
  const bool on_psp = thread && (get(UC_ARM_REG_CONTROL) & kUsesPsp) != 0;
  const std::uint32_t stack = get(UC_ARM_REG_SP);
  const std::uint32_t frame = (stack - kFrameBytes) & ~7U;

  std::uint32_t address = frame;
  bool stored = true;
  const auto push = [&](std::uint32_t value) {
    stored = store(address, 4, value) && stored;
    address += 4;
  };
  for (const int from : kFrameRegisters) push(get(from));
  push(return_address);
  push((stack & 4) != 0 ? xpsr | kPadded : xpsr & ~kPadded);
  std::uint32_t vector = 0;
  if (!stored) {
    halt("lock-up: exception " + std::to_string(exception) + " finds no stack");
    return;
  }
  if (!load(control_.vector_table() + 4 * exception, 4, vector) || (vector & kThumb) == 0) {
    halt("lock-up: exception " + std::to_string(exception) + " has no handler");
    return;
  }

  set(UC_ARM_REG_SP, frame);
  // The exception number makes Unicorn change to the main stack pointer.
  set(UC_ARM_REG_XPSR, (xpsr & ~(kExceptionNumber | kItBits)) | kThumbState | exception);
  set(UC_ARM_REG_LR, thread ? (on_psp ? kToThreadOnPsp : kToThreadOnMsp) : kToHandler);
  set_pc(vector);
  control_.enter(exception);
}

void Core::leave(std::uint32_t exception_return) {
  const unsigned exception = get(UC_ARM_REG_XPSR) & kExceptionNumber;
  if (exception_return != kToHandler && exception_return != kToThreadOnMsp && exception_return != kToThreadOnPsp) {
    fault(kUsageFault, kInvalidPcLoad, 0);
    return;
  }
  const bool on_psp = exception_return == kToThreadOnPsp;
  const int stack_pointer = on_psp ? UC_ARM_REG_PSP : UC_ARM_REG_MSP;
  const std::uint32_t frame = get(stack_pointer);
  std::array<std::uint32_t, kFrameBytes / 4> words{};
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    if (!load(frame + 4 * i, 4, words[i])) {
      halt("lock-up: no stack to return from");
      return;
    }
  }
  const std::uint32_t return_address = words[6];
  const std::uint32_t xpsr = words[7];
  const bool to_thread = (xpsr & kExceptionNumber) == 0;
  if (to_thread != (exception_return != kToHandler)) {
    fault(kUsageFault, kInvalidPcLoad, 0);
    return;
  }

  control_.leave(exception);
  set(UC_ARM_REG_FAULTMASK, 0);
  set(stack_pointer, frame + kFrameBytes + ((xpsr & kPadded) != 0 ? 4 : 0));
  set(UC_ARM_REG_XPSR, (xpsr & ~kPadded) | kThumbState);
  if (to_thread) {
    const std::uint32_t control = get(UC_ARM_REG_CONTROL);
    set(UC_ARM_REG_CONTROL, on_psp ? control | kUsesPsp : control & ~kUsesPsp);
  }
  for (std::size_t i = 0; i < kFrameRegisters.size(); ++i) set(kFrameRegisters[i], words[i]);
  set_pc(return_address);
  if (to_thread && control_.sleeps_on_exit()) sleeping_ = true;
}

void Core::fault(unsigned exception, std::uint32_t cfsr_bits, std::uint32_t address) {
  control_.note_fault(cfsr_bits, 0, address);
  if (control_.can_take(exception, masks())) {
    enter(exception, pc());
    return;
  }
  const std::string name = exception == kBusFault ? "bus fault" : "usage fault";
  hard_fault(kForced, name + " (CFSR " + hex(cfsr_bits) + ", address " + hex(address) + ")");
}

void Core::hard_fault(std::uint32_t hfsr_bits, const std::string& what) {
  control_.note_fault(0, hfsr_bits, 0);
  if (!control_.can_take(kHardFault, masks())) {
    halt("lock-up: " + what);
    return;
  }
  const std::uint32_t at = pc();
  enter(kHardFault, at);
  if (!halt_reason_.empty()) halt_reason_ += ", after " + what;
}

}  // namespace auklet::sim::soc::cortex_m
