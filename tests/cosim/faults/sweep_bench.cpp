#include "sweep_bench.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace auklet::test {
namespace {

namespace reg = spec::reg;

std::string hex(std::uint64_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << value;
  return text.str();
}

}  // namespace

SweepBench::SweepBench(std::unique_ptr<sim::VerilatedNpu> npu)
    : npu_(std::move(npu)), config_(config_of(npu_->configuration())), sram_(config_.sram_bytes) {
  npu_->watch(&traffic_);
  npu_->map(kSramBase, sram_, {.latency_cycles = 1, .bytes_per_cycle = 16});
  if (!wait_until_idle(*npu_)) throw std::runtime_error("the device does not come out of reset");
}

void SweepBench::set_up(PlacedJob& job) {
  job.open_windows(*npu_);
  npu_->write32(reg::Watchdog::kOffset, kWatchdog);
}

void SweepBench::start(PlacedJob& job) {
  job.forget_output();
  traffic_.clear();
  started_ = npu_->cycle();
  start_job(*npu_, PlacedJob::kStreamBase, static_cast<std::uint32_t>(job.stream().size_bytes()), ++tag_);
}

SweepBench::Ending SweepBench::finish(std::uint64_t max_cycles) {
  npu_->step_until_irq(max_cycles);
  npu_->step(1);  // The interrupt's cycle is recorded as it passes.
  Ending ending;
  ending.outcome = outcome_of(*npu_);
  ending.status = npu_->read32(reg::Status::kOffset);
  if (!traffic_.interrupts.empty()) {
    ending.interrupt = traffic_.interrupts.front();
    ending.cycles = ending.interrupt - started_;
  }
  return ending;
}

void SweepBench::acknowledge() {
  npu_->write32(reg::IrqRaw::kOffset, reg::IrqRaw::kDone.mask() | reg::IrqRaw::kFault.mask());
}

void SweepBench::run_good(PlacedJob& job, std::uint64_t& cycles, Finding& finding) {
  start(job);
  constexpr std::uint64_t kLongEnough = 100'000;
  const Ending ending = finish(cycles != 0 ? cycles + kSlack : kLongEnough);
  acknowledge();
  finding.expect(ending.outcome.done && !ending.outcome.faulted,
                 std::string("the next job ends by ") + spec::to_string(ending.outcome.fault));
  finding.expect(ending.outcome.done_tag == tag_, "the next job's tag is another");
  finding.expect(traffic_.interrupts.size() == 1, "the next job's interrupts are not one");
  finding.expect(!npu_->irq(), "the next job's interrupt stays");
  finding.expect_none(job.wrong_output());
  if (cycles == 0) cycles = ending.cycles;
  finding.expect(ending.cycles == cycles,
                 "the next job takes " + std::to_string(ending.cycles) + " cycles, not " + std::to_string(cycles));
  expect_legal(finding);
}

std::uint64_t SweepBench::drain_bound(std::uint64_t beats) const {
  const std::uint64_t pace = std::max(data_bytes() / kTiming.bytes_per_cycle, 1U);
  return beats * pace + 2 * std::uint64_t{kTiming.latency_cycles} + kSlack;
}

std::uint64_t SweepBench::clear_cycles() const {
  constexpr std::uint64_t kRowBytes = 128;  // A row of all banks a cycle.
  return config_.sram_bytes / kRowBytes;
}

void SweepBench::soft_reset(Finding& finding) {
  npu_->write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
  reset_ = npu_->cycle();
  const std::uint64_t owed = traffic_.owed();
  npu_->step(drain_bound(owed) + clear_cycles());
  finding.expect(traffic_.asked_after(reset_) == 0, "a burst is asked for after the soft reset");
  finding.expect(traffic_.owed() == 0, "the port has not drained");
  expect_reset(finding);
}

void SweepBench::expect_reset(Finding& finding) {
  finding.expect(state_of(*npu_) == spec::State::kIdle,
                 std::string("after the reset the state is ") + spec::to_string(state_of(*npu_)));
  finding.expect(!npu_->irq(), "an interrupt is left after the reset");
  finding.expect(npu_->read32(reg::IrqRaw::kOffset) == 0, "IRQ_RAW is left after the reset");
  finding.expect(npu_->read32(reg::FaultCause::kOffset) == 0, "FAULT_CAUSE is left after the reset");
  expect_legal(finding);
}

void SweepBench::transfer_sram(spec::Opcode opcode, std::uint32_t bytes, Finding& finding) {
  StreamBuilder builder;
  builder.add(spec::DmaCommand{
      .header = {.opcode = opcode}, .ax_len = bytes, .window = kSramWindow, .ax_rows = 1, .sp_len = bytes});
  builder.end();
  sram_stream_ = builder.finish(config_);
  constexpr std::uint64_t kAt = kSramBase * 2;
  npu_->map(kAt, std::as_writable_bytes(std::span(sram_stream_)), {.latency_cycles = 1, .bytes_per_cycle = 16});
  set_window(*npu_, kSramWindow, kSramBase, config_.sram_bytes);
  traffic_.clear();
  const JobOutcome outcome = run_job(*npu_, kAt, static_cast<std::uint32_t>(sram_stream_.size() * 4), ++tag_);
  finding.expect(outcome.done, "the SRAM cannot be looked at");
  npu_->unmap(kAt);
}

void SweepBench::expect_clear_sram(std::uint32_t bytes, Finding& finding) {
  const std::span<std::byte> seen = std::span(sram_).first(bytes);
  std::ranges::fill(seen, std::byte{0xff});
  transfer_sram(spec::Opcode::kStore, bytes, finding);
  const auto left = std::ranges::find_if(seen, [](std::byte byte) { return byte != std::byte{0}; });
  finding.expect(left == seen.end(),
                 "the SRAM is not clear at " + hex(static_cast<std::uint64_t>(left - seen.begin())));
}

void SweepBench::fill_sram(Finding& finding) {
  for (std::size_t i = 0; i < sram_.size(); ++i) sram_[i] = static_cast<std::byte>((i * 7 + i / 251 + tag_) % 255 + 1);
  transfer_sram(spec::Opcode::kLoad, config_.sram_bytes, finding);
}

void SweepBench::expect_legal(Finding& finding) {
  if (npu_->protocol_violations() != 0) finding.expect_none(npu_->protocol_report().front());
}

std::vector<sim::VerilatedConfiguration> swept_configurations() {
  constexpr auto bits = &sim::VerilatedConfiguration::axi_data_bits;
  std::vector<sim::VerilatedConfiguration> chosen;
  for (const sim::VerilatedConfiguration& configuration : sim::verilated_configurations()) {
    const auto known = std::ranges::find(chosen, configuration.axi_data_bits, bits);
    if (known == chosen.end()) chosen.push_back(configuration);
  }
  return chosen;
}

spec::HardwareConfig config_of(const sim::VerilatedConfiguration& configuration) {
  const auto* found = std::ranges::find(spec::kConfigurations, configuration.name, &spec::HardwareConfig::name);
  if (found == spec::kConfigurations.end()) throw std::logic_error("a configuration without a specification");
  spec::HardwareConfig config = *found;
  config.axi_data_bits = configuration.axi_data_bits;
  return config;
}

sim::VerilatedOptions options_of(const sim::VerilatedConfiguration& configuration) {
  sim::VerilatedOptions options;
  options.configuration = configuration.name;
  options.axi_data_bits = configuration.axi_data_bits;
  return options;
}

}  // namespace auklet::test
