// An Arm Cortex-M4, whose instructions Unicorn executes.
#pragma once

#include <auklet/sim/soc/cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace auklet::sim::soc {

namespace cortex_m {
class Core;
}

/// What the system around a CortexM4Cpu decides.
struct CortexM4Options {
  /// Clock cycles since any point in time, for DWT_CYCCNT. Without it an instruction takes one cycle.
  std::function<std::uint64_t()> cycles = {};
};

/// Executes Armv7-M instructions one at a time, without timing of its own. Around Unicorn, which knows instructions
/// only, it makes what the Armv7-M Architecture Reference Manual's part B describes:
/// - Exceptions: HardFault, BusFault, UsageFault, SVCall, PendSV, and 32 external interrupts of 8 priorities, nested
/// and
///   masked by PRIMASK, FAULTMASK and BASEPRI; the frame of 8 words on either stack. PRIGROUP has no effect.
/// - InterruptLine::kExternal is external interrupt 0, kTimer is 1; kSoftware does nothing. All are levels.
/// - Registers: NVIC; CPUID, ICSR, VTOR, AIRCR, SCR, CCR, SHPR, SHCSR, CFSR, HFSR, BFAR and CPACR of the SCB; CYCCNT of
///   the DWT. Others of the system control space and DWT read as zero. There is no SysTick and no MPU.
/// - WFI sleeps; with SCR.SLEEPONEXIT so does the return to thread mode. WFE, SEV and YIELD do nothing.
/// - BKPT 0xAB is a semihosting call; any other is a HardFault.
/// - A fault that cannot be taken (lock-up), and AIRCR.SYSRESETREQ, halt the processor.
///
/// Other than on silicon:
/// - The FPU works, whatever CPACR says, but its registers are not in the frame: interrupt handlers must not use it.
/// - A refused access is a precise BusFault, but a load has written zero to its register by then.
/// - Instructions of an IT block are not interrupted, so that run() may retire up to four more than its budget, and
/// what
///   the first of them caused is seen behind the last. Those whose condition fails count as retired.
/// - Code that the program or the host changes is seen after reset(), and where the program itself stores it.
///
/// There is no data cache: map_fetch() throws std::invalid_argument, CpuBus::maintain() is never called. map() after
/// the first run() throws std::logic_error.
class CortexM4Cpu final : public Cpu {
 public:
  /// `bus` must outlive the processor, and not throw. Throws std::runtime_error where Unicorn does not work.
  explicit CortexM4Cpu(CpuBus& bus, CortexM4Options options = {});
  ~CortexM4Cpu() override;
  CortexM4Cpu(const CortexM4Cpu&) = delete;
  CortexM4Cpu& operator=(const CortexM4Cpu&) = delete;

  void map(std::uint32_t base, std::span<std::byte> bytes, bool writable) override;
  void map_fetch(std::uint32_t base, std::span<std::byte> bytes) override;
  /// Reads the vector table's first two words, from memory or the bus; where neither has them the processor halts.
  void reset(std::uint32_t start) override;
  void set_interrupt(InterruptLine line, bool level) override;
  CpuStop run(std::uint64_t budget) override;
  void request_yield() override;
  [[nodiscard]] std::uint64_t retired() const override;
  [[nodiscard]] SemihostingCall semihosting_call() const override;
  void finish_semihosting(std::uint32_t result) override;
  [[nodiscard]] std::uint32_t pc() const override;
  [[nodiscard]] std::string halt_reason() const override;

  /// Core register `index`: 0 to 12, 13 the stack pointer in use, 14 LR. Not inside a bus access.
  [[nodiscard]] std::uint32_t r(unsigned index) const;
  /// The program status register: APSR, IPSR and EPSR. Not inside a bus access.
  [[nodiscard]] std::uint32_t xpsr() const;

 private:
  std::unique_ptr<cortex_m::Core> core_;
};

}  // namespace auklet::sim::soc
