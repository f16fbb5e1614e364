// The few semihosting calls that firmware in a simulation needs.
#pragma once

#include <auklet/sim/soc/cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace auklet::sim::soc {

struct SemihostingResult {
  bool exits = false;       ///< The program ended itself.
  std::uint32_t value = 0;  ///< Exit code, or what the call returns.
};

/// Serves SYS_WRITEC, SYS_WRITE0, SYS_EXIT and SYS_EXIT_EXTENDED; every other call returns -1, as the specification
/// ("Semihosting for AArch32 and AArch64", Arm) has it for those that are not there. `peek` reads memory as the program
/// sees it and returns whether there is any.
SemihostingResult semihosting(const Cpu::SemihostingCall& call,
                              const std::function<bool(std::uint32_t, std::span<std::byte>)>& peek,
                              const std::function<void(char)>& console);

}  // namespace auklet::sim::soc
