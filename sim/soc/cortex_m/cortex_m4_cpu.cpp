#include <auklet/sim/soc/cortex_m4_cpu.hpp>
#include <stdexcept>
#include <utility>

#include "core.hpp"

namespace auklet::sim::soc {

CortexM4Cpu::CortexM4Cpu(CpuBus& bus, CortexM4Options options)
    : core_(std::make_unique<cortex_m::Core>(bus, std::move(options))) {}
CortexM4Cpu::~CortexM4Cpu() = default;

void CortexM4Cpu::map(std::uint32_t base, std::span<std::byte> bytes, bool writable) {
  core_->map(base, bytes, writable);
}
void CortexM4Cpu::map_fetch(std::uint32_t, std::span<std::byte>) {
  throw std::invalid_argument("CortexM4Cpu::map_fetch: loads and stores cannot go another way than fetches");
}
void CortexM4Cpu::reset(std::uint32_t start) { core_->reset(start); }
void CortexM4Cpu::set_interrupt(InterruptLine line, bool level) { core_->set_interrupt(line, level); }
CpuStop CortexM4Cpu::run(std::uint64_t budget) { return core_->run(budget); }
void CortexM4Cpu::request_yield() { core_->request_yield(); }
std::uint64_t CortexM4Cpu::retired() const { return core_->retired(); }
Cpu::SemihostingCall CortexM4Cpu::semihosting_call() const { return core_->semihosting_call(); }
void CortexM4Cpu::finish_semihosting(std::uint32_t result) { core_->finish_semihosting(result); }
std::uint32_t CortexM4Cpu::pc() const { return core_->pc(); }
std::string CortexM4Cpu::halt_reason() const { return core_->halt_reason(); }

std::uint32_t CortexM4Cpu::r(unsigned index) const { return core_->r(index); }
std::uint32_t CortexM4Cpu::xpsr() const { return core_->xpsr(); }

}  // namespace auklet::sim::soc
