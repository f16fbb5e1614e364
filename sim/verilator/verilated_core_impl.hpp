// Core for one verilated model class. Included only by the source generated for each configuration.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

#include <verilated.h>
#if VM_TRACE_FST
#include <verilated_fst_c.h>
#endif

#include "verilated_core.hpp"
#include "verilated_pins.hpp"

namespace auklet::sim {

template <class Model>
class VerilatedCore final : public Core {
 public:
  VerilatedCore(Bench& bench, std::uint32_t random_reset_seed) : bench_(bench) {
    context_.randReset(random_reset_seed != 0 ? kRandomReset : kZeroReset);
    context_.randSeed(static_cast<int>(random_reset_seed & 0x7fffffff));
#if VM_TRACE_FST
    context_.traceEverOn(true);
#endif
    model_ = std::make_unique<Model>(&context_, "npu");
    pins_ = std::make_unique<VerilatedPins<Model>>(*model_);
    pins_->set_clock(false);
    pins_->set_reset_n(true);
    pins_->drive(bench_.memory.pins());
    pins_->drive(bench_.registers.pins());
    model_->eval();
  }

  ~VerilatedCore() override {
    close_trace();
    model_->final();
  }

  VerilatedCore(const VerilatedCore&) = delete;
  VerilatedCore& operator=(const VerilatedCore&) = delete;

  std::uint64_t run(std::uint64_t max_cycles, bool until_irq) override {
    drive_memory_ = true;  // faults may have been injected since
    if (until_irq) return tracing() ? loop<true, true>(max_cycles) : loop<false, true>(max_cycles);
    return tracing() ? loop<true, false>(max_cycles) : loop<false, false>(max_cycles);
  }

  void run_registers(std::uint64_t max_cycles) override {
    drive_memory_ = true;
    AxiLiteSlavePins slave;
    for (std::uint64_t n = 0; n < max_cycles && bench_.registers.busy(); ++n) {
      pins_->drive(bench_.registers.pins());
      low_phase();
      pins_->sample(slave);
      bench_.checker.observe(master_, bench_.memory.pins(), bench_.cycle);
      high_phase();
      drive_memory_ = bench_.memory.advance(master_, bench_.cycle) || drive_memory_;
      bench_.registers.advance(slave);
      ++bench_.cycle;
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
      low_phase();
      bench_.checker.observe_in_reset(master_, bench_.cycle);
      high_phase();
      ++bench_.cycle;
    }
    pins_->set_reset_n(true);
  }

  [[nodiscard]] bool irq() const override { return pins_->irq(); }

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

  template <bool kTrace, bool kUntilIrq>
  std::uint64_t loop(std::uint64_t max_cycles) {
    std::uint64_t done = 0;
    while (done < max_cycles) {
      if (kUntilIrq && pins_->irq()) break;
      low_phase<kTrace>();
      bench_.checker.observe(master_, bench_.memory.pins(), bench_.cycle);
      high_phase<kTrace>();
      drive_memory_ = bench_.memory.advance(master_, bench_.cycle) || drive_memory_;
      ++bench_.cycle;
      ++done;
    }
    return done;
  }

  void low_phase() { tracing() ? low_phase<true>() : low_phase<false>(); }
  void high_phase() { tracing() ? high_phase<true>() : high_phase<false>(); }

  template <bool kTrace>
  void low_phase() {
    if (drive_memory_) {
      pins_->drive(bench_.memory.pins());
      drive_memory_ = false;
    }
    pins_->set_clock(false);
    context_.time(bench_.cycle * kTicksPerCycle);
    model_->eval();
    if constexpr (kTrace) dump();
    pins_->sample(master_);
  }

  template <bool kTrace>
  void high_phase() {
    pins_->set_clock(true);
    context_.time(bench_.cycle * kTicksPerCycle + kTicksPerCycle / 2);
    model_->eval();
    if constexpr (kTrace) dump();
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
#if VM_TRACE_FST
  std::unique_ptr<VerilatedFstC> trace_;
#endif
  Bench& bench_;
  AxiMasterPins master_;
  bool drive_memory_ = true;  ///< The memory's pins changed since they were last driven.
};

}  // namespace auklet::sim
