#include <algorithm>
#include <auklet/sim/functional_model.hpp>
#include <optional>
#include <random>

#include "job.hpp"
#include "memory_map.hpp"
#include "registers.hpp"
#include "sram.hpp"

namespace auklet::sim {

using estimator::kNever;
using model::JobEnd;
using model::JobReport;
using model::Request;

/// The device in time: registers, SRAM and at most one job.
class FunctionalModel::Impl {
 public:
  explicit Impl(const FunctionalModelOptions& options)
      : options_(options),
        sram_(options.config.sram_bytes, options.sram_ecc),
        registers_(options_.config, options.sram_ecc, sram_.flips()),
        random_(options.seed) {
    begin_clearing();
  }

  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    if (!registers_.read(offset, value)) ++bus_errors_;
    return value;
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    switch (registers_.write(offset, value)) {
      case Request::kNone:
        break;
      case Request::kRefused:
        ++bus_errors_;
        break;
      case Request::kStart:
        registers_.begin_job();
        registers_.set_state(spec::State::kRunning);
        started_at_ = cycle_;
        break;
      case Request::kSoftReset:
        registers_.soft_reset();
        begin_clearing();
        break;
      case Request::kClearSram:
        begin_clearing();
        break;
    }
  }

  /// Advances by `cycles`, or to the rising interrupt when `stop_at_irq`; returns the cycles that passed.
  std::uint64_t advance(std::uint64_t cycles, bool stop_at_irq) {
    std::uint64_t left = cycles;
    while (left != 0 && !(stop_at_irq && registers_.irq())) {
      if (registers_.state() == spec::State::kRunning && !job_) run_job();
      const std::uint64_t now = std::min(left, next_event_ - cycle_);
      if (registers_.state() == spec::State::kRunning) registers_.count_running(now);
      cycle_ += now;
      left -= now;
      if (cycle_ == next_event_) on_event();
    }
    return cycles - left;
  }

  void observe(Observer* observer) { observer_ = observer; }

  void hard_reset() {
    registers_.hard_reset();
    begin_clearing();
  }

  [[nodiscard]] std::uint64_t bus_errors() const { return bus_errors_; }
  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }
  [[nodiscard]] bool irq() const { return registers_.irq(); }
  [[nodiscard]] const model::Sram& sram() const { return sram_; }
  model::MemoryMap& memory() { return memory_; }
  model::Sram& sram() { return sram_; }

 private:
  void begin_clearing() {
    job_.reset();
    sram_.clear();
    registers_.set_state(spec::State::kClearing);
    constexpr std::uint32_t kBanks = 2 * spec::kSramRegions;  // Each clears a word a cycle.
    next_event_ = cycle_ + options_.config.sram_bytes / spec::kLanes / kBanks;
  }

  void run_job() {
    const model::JobSetup setup = registers_.job_setup();
    model::Job job(options_.config, sram_, memory_, setup, options_.job_cycle_limit, random_);
    job.observe(observer_, started_at_);
    job_ = job.run();
    registers_.set_causes(job_->causes);
    progress_shown_ = false;
    next_event_ = started_at_ + std::max<std::uint64_t>(job_->cycles, 1);
  }

  void on_event() {
    next_event_ = kNever;
    if (!job_) {  // Clearing is over.
      registers_.set_state(spec::State::kIdle);
      return;
    }
    if (!progress_shown_) {
      registers_.record_progress(*job_);
      progress_shown_ = true;
      if (job_->end == JobEnd::kEndless) return;
      if (job_->end == JobEnd::kStalled) {
        if (registers_.watchdog() != 0) next_event_ = cycle_ + registers_.watchdog();
        return;
      }
    }
    registers_.end_job(job_->fault);
    job_.reset();
  }

  FunctionalModelOptions options_;
  model::Sram sram_;
  model::MemoryMap memory_;
  model::Registers registers_;
  std::mt19937_64 random_;
  std::uint64_t cycle_ = 0;
  std::uint64_t next_event_ = kNever;  ///< Cycle at which clearing ends, or the job's next change shows.
  std::uint64_t started_at_ = 0;
  std::optional<JobReport> job_;  ///< What the running job did, once it has been run.
  bool progress_shown_ = false;
  std::uint64_t bus_errors_ = 0;
  Observer* observer_ = nullptr;
};

FunctionalModel::FunctionalModel(const FunctionalModelOptions& options) : impl_(std::make_unique<Impl>(options)) {}
FunctionalModel::~FunctionalModel() = default;

std::uint32_t FunctionalModel::read32(std::uint32_t offset) { return impl_->read(offset); }
void FunctionalModel::write32(std::uint32_t offset, std::uint32_t value) { impl_->write(offset, value); }
std::uint64_t FunctionalModel::bus_errors() const { return impl_->bus_errors(); }

void FunctionalModel::map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) {
  impl_->memory().map(base, bytes, timing);
}
void FunctionalModel::unmap(std::uint64_t base) { impl_->memory().unmap(base); }
void FunctionalModel::connect(MemoryPort* port, MemoryTiming timing) { impl_->memory().connect(port, timing); }

void FunctionalModel::step(std::uint64_t cycles) { impl_->advance(cycles, false); }
std::uint64_t FunctionalModel::step_until_irq(std::uint64_t max_cycles) { return impl_->advance(max_cycles, true); }
std::uint64_t FunctionalModel::cycle() const { return impl_->cycle(); }
bool FunctionalModel::irq() const { return impl_->irq(); }
void FunctionalModel::hard_reset() { impl_->hard_reset(); }
bool FunctionalModel::observe(Observer* observer) {
  impl_->observe(observer);
  return true;
}

bool FunctionalModel::flip_sram_bit(std::uint32_t address, std::uint32_t bit) {
  return impl_->sram().flip(address, bit);
}
bool FunctionalModel::weaken_sram_word(std::uint32_t address, std::span<const std::uint32_t> bits,
                                       std::uint32_t writes) {
  return impl_->sram().weaken(address, bits, writes);
}

void FunctionalModel::inject_error(std::uint64_t base, std::uint64_t bytes, AxiResponse response) {
  impl_->memory().inject(base, bytes, response);
}
void FunctionalModel::clear_injected_errors() { impl_->memory().clear_injected(); }

std::span<const std::int8_t> FunctionalModel::sram() const { return impl_->sram().bytes(); }

}  // namespace auklet::sim
