// The processor that an executable is linked with: one source file for each, processor_*.cpp.
#pragma once

#include <auklet/spec/soc.h>
#include <auklet/sim/soc/cpu.hpp>
#include <auklet/sim/soc/elf.hpp>
#include <auklet/sim/soc/machine.hpp>
#include <cstdint>
#include <memory>

namespace auklet::sim::soc {

inline constexpr std::uint32_t kFlashBase = AUKLET_SOC_FLASH_BASE;
inline constexpr std::uint32_t kRamBase = AUKLET_SOC_RAM_BASE;

extern const char* const kProgramName;    ///< Of the executable.
extern const char* const kProcessorName;  ///< For people.
extern const ElfMachine kProcessorElf;    ///< The programs that it runs.

/// `machine` is its bus and has its clock.
[[nodiscard]] std::unique_ptr<Cpu> make_processor(Machine& machine);
/// Where Cpu::reset() is to begin.
[[nodiscard]] std::uint32_t start_of(const ElfProgram& program);

}  // namespace auklet::sim::soc
