// Core for one verilated model class. Included only by the source generated for each configuration.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <verilated.h>
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#endif

#include "verilated_core.hpp"
#if VM_COVERAGE
#include "verilated_coverage.hpp"
#endif
#include "verilated_pins.hpp"
#include "verilated_sram.hpp"
#include "verilated_tap.hpp"

namespace auklet::sim {

template <class Model>
class VerilatedCore final : public Core {
 public:
  VerilatedCore(Bench& bench, [[maybe_unused]] const char* name, std::uint32_t random_reset_seed) : bench_(bench) {
#if VM_COVERAGE
    coverage_ = &CoverageTotals<Model>::of(name);
#endif
    // From a random value to the right one would count as a toggle.
    if (VM_COVERAGE) random_reset_seed = 0;
    context_.randReset(random_reset_seed != 0 ? kRandomReset : kZeroReset);
    std::vector<const char*> arguments{"npu"};
    for (const std::string& plusarg : bench_.plusargs) arguments.push_back(plusarg.c_str());
    context_.commandArgs(static_cast<int>(arguments.size()), arguments.data());
    context_.randSeed(static_cast<int>(random_reset_seed & 0x7fffffff));
#if VM_TRACE_FST
    context_.traceEverOn(true);
#endif
    model_ = std::make_unique<Model>(&context_, "npu");
    pins_ = std::make_unique<VerilatedPins<Model>>(*model_);
    tap_ = std::make_unique<Tap>(*model_->rootp);
    pins_->set_clock(false);
    pins_->set_reset_n(true);
    pins_->drive(bench_.memory.pins());
    pins_->drive(bench_.registers.pins());
    model_->eval();
    pins_->sample(master_);
  }

  ~VerilatedCore() override {
    close_trace();
    // Verilator takes the model's scopes out of the thread's context, which is that of the last model made, alive or
    // not.
    Verilated::threadContextp(&context_);
    model_->final();
#if VM_COVERAGE
    coverage_->add(*model_);
#endif
  }

  VerilatedCore(const VerilatedCore&) = delete;
  VerilatedCore& operator=(const VerilatedCore&) = delete;

  std::uint64_t run(std::uint64_t max_cycles, bool until_irq) override {
    drive_memory_ = true;  // faults may have been injected since
    if (until_irq) return both_edges() ? loop<true, true>(max_cycles) : loop<false, true>(max_cycles);
    return both_edges() ? loop<true, false>(max_cycles) : loop<false, false>(max_cycles);
  }

  void run_registers(std::uint64_t max_cycles) override {
    drive_memory_ = true;
    AxiLiteSlavePins slave;
    for (std::uint64_t n = 0; n < max_cycles && bench_.registers.busy(); ++n) {
      pins_->drive(bench_.registers.pins());
      pins_->sample(slave);
      both_edges() ? cycle<true>() : cycle<false>();
      bench_.registers.advance(slave);
    }
    bench_.registers.reset();
    pins_->drive(bench_.registers.pins());
  }

  void reset(std::uint32_t cycles) override {
    bench_.memory.reset();
    bench_.checker.reset();
    bench_.registers.reset();
    pins_->drive(bench_.registers.pins());
    drive_memory_ = true;
    pins_->set_reset_n(false);
    for (std::uint32_t n = 0; n < std::max<std::uint32_t>(cycles, 1); ++n) {
      low_phase();  // Reset is asynchronous: it comes before the edge.
      pins_->sample(master_);
      bench_.checker.observe_in_reset(master_, bench_.cycle);
      high_phase();
      ++bench_.cycle;
    }
    pins_->set_reset_n(true);
    pins_->sample(master_);
  }

  [[nodiscard]] bool irq() const override { return pins_->irq(); }

  void flip_sram_bit(std::uint32_t address, std::uint32_t bit) override {
    sim::flip_sram_bit(*model_->rootp, address, bit);
  }

  void open_trace(const std::string& path) override {
    close_trace();
#if VM_TRACE_FST
    trace_ = std::make_unique<VerilatedFstC>();
    model_->trace(trace_.get(), kTraceLevels);
    trace_->open(path.c_str());
    if (!trace_->isOpen()) {
      trace_.reset();
      throw std::runtime_error("cannot write the waveform file " + path);
    }
#else
    throw std::runtime_error("this build has no waveform trace (configure with AUKLET_TRACE=ON) to write " + path);
#endif
  }

  void close_trace() override {
#if VM_TRACE_FST
    if (trace_) trace_->close();
    trace_.reset();
#endif
  }

 private:
  static constexpr int kZeroReset = 0;
  static constexpr int kRandomReset = 2;
  static constexpr int kTraceLevels = 99;
  static constexpr std::uint64_t kTicksPerCycle = 1000;  ///< Of the waveform, in its unit of 1 ps: a clock of 1 GHz.

  // Waveforms show both edges, and tests compare with them. Assertions take what they see before the rising edge from
  // the end of the evaluation before: the inputs of the cycle have to be evaluated by then. An observer is told what a
  // cycle's inputs lead to before its edge.
  [[nodiscard]] bool both_edges() const {
    return AUKLET_RTL_ASSERTIONS || tracing() || bench_.both_edges || bench_.observer != nullptr;
  }

  template <bool kBothEdges, bool kUntilIrq>
  std::uint64_t loop(std::uint64_t max_cycles) {
    std::uint64_t done = 0;
    while (done < max_cycles) {
      if (kUntilIrq && pins_->irq()) break;
      cycle<kBothEdges>();
      ++done;
    }
    if (bench_.observer != nullptr) tap_->report_activity(*bench_.observer, bench_.cycle);
    return done;
  }

  // One clock cycle. master_ holds its outputs from the start: none of them depends on an input of the same cycle, as
  // AXI demands. So nothing has to be evaluated between two rising edges.
  template <bool kBothEdges>
  void cycle() {
    bench_.checker.observe(master_, bench_.memory.pins(), bench_.cycle);
    if (bench_.watcher != nullptr) {
      bench_.watcher->on_cycle(master_, bench_.memory.pins(), pins_->irq(), bench_.cycle);
    }
    drive_memory();
    if constexpr (kBothEdges) {
      low_phase();
      if (bench_.observer != nullptr) tap_->sample(*bench_.observer, bench_.cycle);
      high_phase();
    } else {
      rising_edge();
    }
    drive_memory_ = bench_.memory.advance(master_, bench_.cycle) || drive_memory_;
    pins_->sample(master_);
    ++bench_.cycle;
  }

  void drive_memory() {
    if (!drive_memory_) return;
    pins_->drive(bench_.memory.pins());
    drive_memory_ = false;
  }

  void low_phase() {
    drive_memory();
    pins_->set_clock(false);
    context_.time(bench_.cycle * kTicksPerCycle);
    model_->eval();
    if (tracing()) dump();
  }

  void high_phase() {
    pins_->set_clock(true);
    context_.time(bench_.cycle * kTicksPerCycle + kTicksPerCycle / 2);
    model_->eval();
    if (tracing()) dump();
  }

  // Evaluates inputs and rising edge at once. That the clock was low before is written where Verilator 5.006 keeps the
  // level that it last saw; elsewhere it is evaluated.
  void rising_edge() {
    if constexpr (requires(Model& model) { model.rootp->__Vtrigrprev__TOP__clk_i; }) {
      model_->rootp->__Vtrigrprev__TOP__clk_i = 0;
      pins_->set_clock(true);
      model_->eval();
    } else {
      low_phase();
      high_phase();
    }
  }

#if VM_TRACE_FST
  [[nodiscard]] bool tracing() const { return trace_ != nullptr; }
  void dump() { trace_->dump(context_.time()); }
#else
  [[nodiscard]] static bool tracing() { return false; }
  void dump() {}
#endif

  VerilatedContext context_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<VerilatedPins<Model>> pins_;
  using Tap = VerilatedTap<std::remove_cvref_t<decltype(*std::declval<Model>().rootp)>>;
  std::unique_ptr<Tap> tap_;
#if VM_TRACE_FST
  std::unique_ptr<VerilatedFstC> trace_;
#endif
#if VM_COVERAGE
  CoverageTotals<Model>* coverage_ = nullptr;
#endif
  Bench& bench_;
  AxiMasterPins master_;
  bool drive_memory_ = true;  ///< The memory's pins changed since they were last driven.
};

}  // namespace auklet::sim
