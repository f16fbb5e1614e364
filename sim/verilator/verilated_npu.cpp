#include <auklet/sim/verilated_npu.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <auklet/spec/spec.hpp>

#include "verilated_core.hpp"
#include "verilated_registry.hpp"

namespace auklet::sim {
namespace {

AxiMemoryOptions memory_options(const VerilatedConfiguration& configuration, const VerilatedOptions& options) {
  AxiMemoryOptions result;
  result.data_bytes = configuration.axi_data_bits / 8;
  result.back_pressure = options.back_pressure;
  return result;
}

AxiCheckerOptions checker_options(const VerilatedConfiguration& configuration) {
  const auto id = [](spec::Channel channel) { return std::uint32_t{1} << static_cast<std::uint32_t>(channel); };
  AxiCheckerOptions result;
  result.data_bytes = configuration.axi_data_bits / 8;
  result.max_burst_bytes = spec::kBurstBytes;
  result.read_ids = id(spec::Channel::kFetch) | id(spec::Channel::kLoad);
  result.write_ids = id(spec::Channel::kStore);
  return result;
}

class VerilatedNpuImpl final : public VerilatedNpu {
 public:
  VerilatedNpuImpl(const VerilatedConfiguration& configuration, CoreFactory factory, const VerilatedOptions& options)
      : configuration_(configuration),
        options_(options),
        bench_{AxiMemory(memory_options(configuration, options)),
               AxiChecker(checker_options(configuration)),
               AxiLiteMaster(options.register_timing),
               0,
               options.both_edges,
               nullptr,
               options.plusargs,
               nullptr},
        core_(factory(bench_, options.random_reset_seed)) {
    bench_.memory.inject(options.faults);
    if (options.trace) trace(*options.trace);
    hard_reset();
  }

  std::uint32_t read32(std::uint32_t offset) override {
    bench_.registers.start_read(offset);
    return run_registers() ? bench_.registers.data() : 0;
  }

  void write32(std::uint32_t offset, std::uint32_t value) override {
    write_strobed(offset, value, AxiLiteMaster::kWholeWord);
  }

  void write_strobed(std::uint32_t offset, std::uint32_t value, std::uint8_t strobe) override {
    bench_.registers.start_write(offset, value, strobe);
    run_registers();
  }

  [[nodiscard]] std::uint64_t bus_errors() const override { return bus_errors_; }

  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) override {
    bench_.memory.map(base, bytes, timing);
  }
  void unmap(std::uint64_t base) override { bench_.memory.unmap(base); }
  void connect(MemoryPort* port, MemoryTiming timing) override { bench_.memory.connect(port, timing); }

  void step(std::uint64_t cycles) override { run(cycles, false); }
  std::uint64_t step_until_irq(std::uint64_t max_cycles) override { return run(max_cycles, true); }
  [[nodiscard]] std::uint64_t cycle() const override { return bench_.cycle; }
  [[nodiscard]] bool irq() const override { return core_->irq(); }
  void hard_reset() override { reset_for(options_.reset_cycles); }
  bool flip_sram_bit(std::uint32_t address, std::uint32_t bit) override {
    const std::uint32_t bits = spec::kLanes * 8 + (configuration_.sram_ecc ? spec::kEccBits : 0);
    if (address >= configuration_.sram_kib * 1024 || bit >= bits) return false;
    core_->flip_sram_bit(address, bit);
    return true;
  }
  bool observe(Observer* observer) override {
    bench_.observer = observer;
    return true;
  }

  [[nodiscard]] const VerilatedConfiguration& configuration() const override { return configuration_; }
  void reset_for(std::uint32_t cycles) override {
    update_trace();
    timed([&] { core_->reset(cycles); });
  }

  void inject(const FaultPlan& plan) override { bench_.memory.inject(plan); }
  void release_hang() override { bench_.memory.release_hang(); }
  [[nodiscard]] const AxiStats& stats() const override { return bench_.memory.stats(); }
  void reset_stats() override { bench_.memory.reset_stats(); }
  void watch(AxiWatcher* watcher) override { bench_.watcher = watcher; }

  [[nodiscard]] std::uint64_t protocol_violations() const override { return bench_.checker.count(); }
  [[nodiscard]] std::vector<std::string> protocol_report() const override {
    std::vector<std::string> sentences;
    for (const AxiViolation& violation : bench_.checker.violations()) sentences.push_back(violation.sentence());
    return sentences;
  }

  void trace(const TraceWindow& window) override {
    if (!trace_available()) throw std::runtime_error("this build cannot trace: configure it with AUKLET_TRACE=ON");
    stop_trace();
    window_ = window;
    update_trace();
  }
  void stop_trace() override {
    core_->close_trace();
    recording_ = false;
    window_.reset();
  }

  [[nodiscard]] double cycles_per_second() const override {
    return seconds_ > 0 ? static_cast<double>(bench_.cycle) / seconds_ : 0;
  }

 private:
  template <class Function>
  void timed(const Function& function) {
    const auto begin = std::chrono::steady_clock::now();
    function();
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  /// Runs in pieces that end where the trace window begins and ends, so that the clock loop need not look at it.
  std::uint64_t run(std::uint64_t max_cycles, bool until_irq) {
    std::uint64_t done = 0;
    while (done < max_cycles && !(until_irq && core_->irq())) {
      update_trace();
      const std::uint64_t piece = std::min(max_cycles - done, cycles_to_trace_edge());
      timed([&] { done += core_->run(piece, until_irq); });
    }
    end_trace_when_due();
    return done;
  }

  /// Returns whether the access was answered with OKAY. A trace window begins and ends between accesses.
  bool run_registers() {
    update_trace();
    timed([&] { core_->run_registers(options_.register_deadline); });
    // A master that gave up still holds the previous response: only one that finished may be believed.
    const bool good = bench_.registers.finished() && bench_.registers.response() == AxiResponse::kOkay;
    if (!good) ++bus_errors_;
    return good;
  }

  void update_trace() {
    end_trace_when_due();
    if (!window_ || recording_ || bench_.cycle < window_->from) return;
    core_->open_trace(window_->path);
    recording_ = true;
  }

  void end_trace_when_due() {
    if (window_ && bench_.cycle >= window_->to) stop_trace();
  }

  [[nodiscard]] std::uint64_t cycles_to_trace_edge() const {
    if (!window_) return UINT64_MAX;
    return (bench_.cycle < window_->from ? window_->from : window_->to) - bench_.cycle;
  }

  VerilatedConfiguration configuration_;
  VerilatedOptions options_;
  Bench bench_;
  std::unique_ptr<Core> core_;
  std::uint64_t bus_errors_ = 0;
  double seconds_ = 0;
  std::optional<TraceWindow> window_;
  bool recording_ = false;
};

[[noreturn]] void refuse(const std::string& name, std::uint32_t axi_data_bits) {
  std::string message = "this build holds no verilated model " + name;
  if (axi_data_bits != 0) message += " with a " + std::to_string(axi_data_bits) + "-bit AXI";
  message += "; it holds";
  const char* separator = " ";
  for (const VerilatedConfiguration& known : verilated_configurations()) {
    message += separator + std::string(known.name) + " (" + std::to_string(known.axi_data_bits) + "-bit AXI)";
    separator = ", ";
  }
  throw std::invalid_argument(message);
}

}  // namespace

bool VerilatedNpu::trace_available() { return AUKLET_SIM_TRACE != 0; }

std::unique_ptr<VerilatedNpu> make_verilated_npu(const VerilatedConfiguration& configuration, CoreFactory factory,
                                                 const VerilatedOptions& options) {
  return std::make_unique<VerilatedNpuImpl>(configuration, factory, options);
}

std::unique_ptr<VerilatedNpu> make_verilated_npu(const VerilatedOptions& options) {
  const std::string name =
      options.configuration.empty() ? std::string(spec::kDefaultConfiguration.name) : options.configuration;
  const auto known = verilated_configurations();
  for (std::size_t i = 0; i < known.size(); ++i) {
    const bool width_fits = options.axi_data_bits == 0 || known[i].axi_data_bits == options.axi_data_bits;
    if (known[i].name == name && width_fits) {
      return make_verilated_npu(known[i], core_factories()[i], options);
    }
  }
  refuse(name, options.axi_data_bits);
}

}  // namespace auklet::sim
