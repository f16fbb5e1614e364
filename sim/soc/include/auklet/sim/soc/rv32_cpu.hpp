// A RISC-V processor: RV32IMAC with Zicsr, Zifencei and Zicbom, machine mode only.
#pragma once

#include <auklet/sim/soc/cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace auklet::sim::soc {

namespace riscv {
class Core;
}

/// What the system around an Rv32Cpu decides. The functions are called by reset(), csr(), and while instructions run.
struct Rv32Options {
  std::uint32_t hart_id = 0;  ///< CSR mhartid.
  /// Clock cycles since any point in time, for mcycle and cycle. Without it an instruction takes one cycle.
  std::function<std::uint64_t()> cycles = {};
  /// The platform's mtime, for the CSR time. Without it time and timeh are illegal, as where software emulates them.
  std::function<std::uint64_t()> time = {};
};

/// Executes the instructions of one hart in order, one at a time, without timing of its own.
///
/// Where the RISC-V ISA manuals (unprivileged 20191213, privileged 20211203, CMO 1.0) leave a choice, it is:
/// - Loads and stores must be naturally aligned; others trap as misaligned, nothing is accessed.
/// - Instructions are fetched from mapped memory alone; elsewhere the fetch is an access fault, the bus is not asked.
/// - Instructions are decoded once. Code that changes is seen after FENCE.I, reset() or map(), whoever wrote it.
/// - mtval holds the address of a misaligned or refused access (the half of the instruction that was refused), the
///   instruction's bits where it was illegal, the address of an EBREAK, and zero otherwise.
/// - A reservation is one word. SC fails at another address, after another SC, or after a trap or MRET; stores, also
///   those of other masters, leave it alone.
/// - An AMO on memory behind the bus is a load and a store there. It faults as a store does.
/// - misa, mip and the counters 3 to 31 are read-only, without effect of writes; mstatus has MIE and MPIE, MPP is
/// machine
///   mode for ever. mtvec keeps any base and the modes direct and vectored.
/// - mcycle and minstret count from reset() on.
/// - WFI waits until an interrupt is pending and enabled in mie, whatever mstatus.MIE says, and no longer.
/// - CBO.* of any address go to CpuBus::maintain(); one that it refuses is a store access fault.
/// - An exception on the first instruction of the handler of an exception halts the processor: it would recur for ever.
class Rv32Cpu final : public Cpu {
 public:
  /// `bus` must outlive the processor. Starts as after reset(0), but that mcycle is the clock itself until reset().
  explicit Rv32Cpu(CpuBus& bus, Rv32Options options = {});
  ~Rv32Cpu() override;
  Rv32Cpu(const Rv32Cpu&) = delete;
  Rv32Cpu& operator=(const Rv32Cpu&) = delete;

  void map(std::uint32_t base, std::span<std::byte> bytes, bool writable) override;
  void map_fetch(std::uint32_t base, std::span<std::byte> bytes) override;
  void reset(std::uint32_t start) override;
  void set_interrupt(InterruptLine line, bool level) override;
  CpuStop run(std::uint64_t budget) override;
  void request_yield() override;
  [[nodiscard]] std::uint64_t retired() const override;
  [[nodiscard]] SemihostingCall semihosting_call() const override;
  void finish_semihosting(std::uint32_t result) override;
  [[nodiscard]] std::uint32_t pc() const override;
  [[nodiscard]] std::string halt_reason() const override;

  /// Integer register `index`, 0 to 31. Not inside a bus access.
  [[nodiscard]] std::uint32_t x(unsigned index) const;
  /// Sets integer register `index`, 0 to 31; x0 stays zero. Not inside a bus access.
  void set_x(unsigned index, std::uint32_t value);
  /// What a CSRRS with x0 would read; nothing where there is no such CSR.
  [[nodiscard]] std::optional<std::uint32_t> csr(std::uint32_t number) const;

 private:
  std::unique_ptr<riscv::Core> core_;
};

}  // namespace auklet::sim::soc
