#include <auklet/sim/soc/cortex_m4_cpu.hpp>

#include "processor.hpp"

namespace auklet::sim::soc {

const char* const kProgramName = "auklet-soc-cortex-m4";
const char* const kProcessorName = "Cortex-M4 processor";
const ElfMachine kProcessorElf = ElfMachine::kArm;

std::unique_ptr<Cpu> make_processor(Machine& machine) { return std::make_unique<CortexM4Cpu>(machine); }

// Its vector table is where flash begins, as it is after reset.
std::uint32_t start_of(const ElfProgram& /*program*/) { return kFlashBase; }

}  // namespace auklet::sim::soc
