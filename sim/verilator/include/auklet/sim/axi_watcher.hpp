// What tests and tools see of the AXI port: its pins, cycle by cycle.
#pragma once

#include <cstdint>

#include <auklet/sim/axi_pins.hpp>

namespace auklet::sim {

/// Is shown every cycle of a simulated NPU (VerilatedNpu::watch()), those with the reset input low excepted. Called
/// from within the target's step() and register accesses; must not call the target.
class AxiWatcher {
 public:
  virtual ~AxiWatcher() = default;

  /// Both sides' pins of `cycle`, as they are just before its rising edge, and the level of the interrupt output.
  virtual void on_cycle(const AxiMasterPins& master, const AxiSlavePins& slave, bool irq, std::uint64_t cycle) = 0;
};

}  // namespace auklet::sim
