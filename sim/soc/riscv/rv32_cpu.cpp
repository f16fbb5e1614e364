#include <auklet/sim/soc/rv32_cpu.hpp>
#include <utility>

#include "core.hpp"

namespace auklet::sim::soc {

Rv32Cpu::Rv32Cpu(CpuBus& bus, Rv32Options options) : core_(std::make_unique<riscv::Core>(bus, std::move(options))) {}
Rv32Cpu::~Rv32Cpu() = default;

void Rv32Cpu::map(std::uint32_t base, std::span<std::byte> bytes, bool writable) {
  core_->map(base, bytes, writable ? riscv::Memory::Use::kWrite : riscv::Memory::Use::kRead);
}
void Rv32Cpu::map_fetch(std::uint32_t base, std::span<std::byte> bytes) {
  core_->map(base, bytes, riscv::Memory::Use::kFetch);
}
void Rv32Cpu::reset(std::uint32_t start) { core_->reset(start); }
void Rv32Cpu::set_interrupt(InterruptLine line, bool level) { core_->set_interrupt(line, level); }
CpuStop Rv32Cpu::run(std::uint64_t budget) { return core_->run(budget); }
void Rv32Cpu::request_yield() { core_->request_yield(); }
std::uint64_t Rv32Cpu::retired() const { return core_->retired(); }
Cpu::SemihostingCall Rv32Cpu::semihosting_call() const { return core_->semihosting_call(); }
void Rv32Cpu::finish_semihosting(std::uint32_t result) { core_->finish_semihosting(result); }
std::uint32_t Rv32Cpu::pc() const { return core_->pc(); }
std::string Rv32Cpu::halt_reason() const { return core_->halt_reason(); }

std::uint32_t Rv32Cpu::x(unsigned index) const { return core_->x(index); }
void Rv32Cpu::set_x(unsigned index, std::uint32_t value) { core_->set_x(index, value); }
std::optional<std::uint32_t> Rv32Cpu::csr(std::uint32_t number) const { return core_->csr(number); }

}  // namespace auklet::sim::soc
