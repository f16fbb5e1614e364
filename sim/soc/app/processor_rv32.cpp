#include <auklet/sim/soc/rv32_cpu.hpp>

#include "processor.hpp"

namespace auklet::sim::soc {

const char* const kProgramName = "auklet-soc";
const char* const kProcessorName = "RV32IMAC processor";
const ElfMachine kProcessorElf = ElfMachine::kRiscv32;

std::unique_ptr<Cpu> make_processor(Machine& machine) {
  const auto clock = [&machine] { return machine.clock(); };
  return std::make_unique<Rv32Cpu>(machine, Rv32Options{.cycles = clock, .time = clock});
}

std::uint32_t start_of(const ElfProgram& program) { return program.entry; }

}  // namespace auklet::sim::soc
