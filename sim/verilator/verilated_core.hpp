// The clock loop: advances one verilated model and what surrounds it. The loop is a template, so that a cycle costs no
// virtual call; callers see it through Core, one virtual call a run.
//
// A cycle is: drive what the memory decided, eval with a rising clock (inputs settle, then registers change), let the
// memory decide what it drives next, sample what the model drives next. Waveforms need one more eval, at clock low.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <auklet/sim/axi_checker.hpp>
#include <auklet/sim/axi_lite_master.hpp>
#include <auklet/sim/axi_memory.hpp>
#include <auklet/sim/axi_watcher.hpp>
#include <auklet/sim/observer.hpp>

namespace auklet::sim {

/// What surrounds a model.
struct Bench {
  AxiMemory memory;
  AxiChecker checker;
  AxiLiteMaster registers;
  std::uint64_t cycle = 0;
  bool both_edges = false;       ///< Evaluate at clock low as well.
  Observer* observer = nullptr;  ///< Is told what happens inside.
  std::vector<std::string> plusargs{};
  AxiWatcher* watcher = nullptr;  ///< Sees the pins of every cycle.
};

/// A verilated model in its bench.
class Core {
 public:
  virtual ~Core() = default;

  /// Advances by `max_cycles`, or fewer if `until_irq` and the interrupt rises; returns the cycles that passed.
  virtual std::uint64_t run(std::uint64_t max_cycles, bool until_irq) = 0;
  /// Advances until the register transaction that was started ends, for at most `max_cycles`.
  virtual void run_registers(std::uint64_t max_cycles) = 0;
  /// Holds reset low for `cycles`, at least 1.
  virtual void reset(std::uint32_t cycles) = 0;
  [[nodiscard]] virtual bool irq() const = 0;
  /// Flips a bit of the SRAM word that holds byte `address`; both must exist.
  virtual void flip_sram_bit(std::uint32_t address, std::uint32_t bit) = 0;

  /// Opens a waveform file and records every cycle until close_trace().
  virtual void open_trace(const std::string& path) = 0;
  virtual void close_trace() = 0;
};

/// Starts registers and memories without reset at random values when `random_reset_seed` is not 0.
using CoreFactory = std::unique_ptr<Core> (*)(Bench& bench, std::uint32_t random_reset_seed);

}  // namespace auklet::sim
