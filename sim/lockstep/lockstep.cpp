#include <algorithm>
#include <array>
#include <auklet/sim/lockstep.hpp>
#include <stdexcept>

#include "journal.hpp"
#include "shadow_memory.hpp"
#include "watch.hpp"

namespace auklet::sim {
namespace {

using Kind = Divergence::Kind;

// The device runs this far at a time: how much it does beyond a divergence.
constexpr std::uint64_t kSlice = 64;
// Cycles that the reference is given to end its job, a watchdog's longest wait included: estimates, not simulated.
constexpr std::uint64_t kReferenceCycles = std::uint64_t{1} << 40;
constexpr std::uint64_t kReferenceStep = std::uint64_t{1} << 20;

// From the job's end to the interrupt, and to what the driver may read.
constexpr std::uint64_t kSettleCycles = 16;
// A device to which nothing has happened for so many cycles, or so many times the reference's estimate, hangs.
constexpr std::uint64_t kHangCycles = 1'000'000;
constexpr std::uint64_t kHangFactor = 64;

// Events that count the same, whatever is estimated.
constexpr std::array kExactEvents{spec::Event::kCommands};

// Registers that must agree when no job runs, and those that must after a job that was done.
constexpr std::array kExactRegisters{spec::reg::IrqRaw::kOffset,      spec::reg::DoneTag::kOffset,
                                     spec::reg::FaultCause::kOffset,  spec::reg::FaultAddrLo::kOffset,
                                     spec::reg::FaultAddrHi::kOffset, spec::reg::FaultOffset::kOffset};
constexpr std::array kExactWhenDone{spec::reg::Progress::kOffset, spec::reg::Completed::kOffset,
                                    spec::reg::CompletedStore::kOffset};

}  // namespace

class Lockstep::Impl {
 public:
  Impl(Target& device, Target& reference) : device_(device), reference_(reference) {
    if (!reference_.observe(&journal_) || !device_.observe(&watch_)) {
      throw std::invalid_argument("a target that cannot be observed cannot run in lock-step");
    }
  }
  ~Impl() {
    reference_.observe(nullptr);
    device_.observe(nullptr);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] const std::optional<Divergence>& divergence() const { return watch_.divergence(); }

  std::uint32_t read32(std::uint32_t offset) {
    compare_registers();
    const Errors before = errors();
    const std::uint32_t got = device_.read32(offset);
    follow();
    const std::uint32_t expected = reference_.read32(offset);
    compare_refusals(offset, before, false);
    if (comparable() && is_exact(offset) && got != expected) note(Kind::kRegister, offset, expected, got);
    return got;
  }

  void write32(std::uint32_t offset, std::uint32_t value) {
    compare_registers();
    follow();
    const bool control = offset == spec::reg::Control::kOffset;
    const bool start = control && spec::reg::Control::kStart.extract(value) != 0 && !watch_.running();
    if (start) {
      memory_.refresh();
      journal_.begin();
    }
    if (control && spec::reg::Control::kSoftReset.extract(value) != 0) abandon();
    const Errors before = errors();
    reference_.write32(offset, value);
    // The reference's journal is complete when the device starts.
    const bool started = start && reference_.bus_errors() == before.reference;
    if (started) run_reference();
    device_.write32(offset, value);
    compare_refusals(offset, before, started);
  }

  [[nodiscard]] std::uint64_t bus_errors() const { return device_.bus_errors(); }

  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) {
    device_.map(base, bytes, timing);
    reference_.map(base, memory_.add(base, bytes), timing);
  }
  void unmap(std::uint64_t base) {
    device_.unmap(base);
    reference_.unmap(base);
    memory_.remove(base);
  }

  std::uint64_t advance(std::uint64_t cycles, bool until_irq) {
    std::uint64_t done = 0;
    while (done < cycles && !(until_irq && device_.irq())) {
      compare_interrupts();
      if (divergence()) {
        stood_still_ += cycles - done;
        return cycles;
      }
      const std::uint64_t slice = std::min(kSlice, cycles - done);
      if (until_irq) {
        done += device_.step_until_irq(slice);
      } else {
        device_.step(slice);
        done += slice;
      }
    }
    follow();
    return done;
  }

  [[nodiscard]] std::uint64_t cycle() const { return device_.cycle() + stood_still_; }
  [[nodiscard]] bool irq() const { return device_.irq(); }

  void observe(Observer* observer) { watch_.pass_on_to(observer); }

  void hard_reset() {
    abandon();
    device_.hard_reset();
    reference_.hard_reset();
  }

 private:
  struct Errors {
    std::uint64_t device;
    std::uint64_t reference;
  };

  [[nodiscard]] Errors errors() const { return {device_.bus_errors(), reference_.bus_errors()}; }
  // Whether the two are at the same point: no job runs, and none was different.
  [[nodiscard]] bool comparable() const { return !watch_.running() && !divergence() && !aborted_; }

  // What an aborted job has done is not known, nor what registers show of it, until the next one.
  void abandon() {
    if (!watch_.running()) return;
    watch_.abandon();
    aborted_ = true;
  }

  void note(Kind kind, std::uint32_t offset, std::uint32_t expected, std::uint32_t got) {
    watch_.note({.kind = kind,
                 .engine = spec::Engine::kNone,
                 .offset = 0,
                 .cycle = device_.cycle(),
                 .address = offset,
                 .expected = expected,
                 .got = got});
  }

  // The reference's jobs are over at once; time for what else takes some must pass for it too.
  void follow() {
    const std::uint64_t now = device_.cycle();
    if (!watch_.running()) reference_.step(now - followed_);
    followed_ = now;
  }

  void compare_interrupts() {
    // A functional model tells of what is still to come.
    const std::uint64_t now = device_.cycle();
    const std::uint64_t idle = now - std::min(now, watch_.last_seen());
    if (watch_.running()) {
      if (whole_ && idle > std::max(kHangCycles, kHangFactor * reference_cycles_)) watch_.note_hang(device_.cycle());
    } else if (comparable() && idle > kSettleCycles && device_.irq() != reference_.irq()) {
      note(Kind::kInterrupt, 0, reference_.irq() ? 1 : 0, device_.irq() ? 1 : 0);
    }
  }

  // What the driver need not look at, before it changes anything.
  void compare_registers() {
    if (!ended_ || watch_.running()) return;
    ended_ = false;
    for (const std::uint32_t offset : kExactRegisters) read32(offset);
    for (const std::uint32_t offset : kExactWhenDone) read32(offset);
  }

  void compare_refusals(std::uint32_t offset, const Errors& before, bool started) {
    const bool got = device_.bus_errors() != before.device;
    const bool expected = reference_.bus_errors() != before.reference;
    if ((comparable() || started) && got != expected) note(Kind::kRefusal, offset, expected ? 1 : 0, got ? 1 : 0);
  }

  [[nodiscard]] bool is_exact(std::uint32_t offset) {
    if (std::ranges::find(kExactRegisters, offset) != kExactRegisters.end()) return true;
    if (!whole_) return false;
    if (std::ranges::find(kExactWhenDone, offset) != kExactWhenDone.end()) return true;
    const std::uint32_t first = spec::reg::PmuCount::offset(0);
    const std::uint32_t index = (offset - first) / spec::reg::PmuCount::kStride;
    if (offset < first || index >= spec::reg::PmuCount::kCount) return false;
    const std::uint32_t select = reference_.read32(spec::reg::PmuEvent::offset(index));
    return std::ranges::find(kExactEvents, spec::reg::PmuEvent::kSelect.extract(select)) != kExactEvents.end();
  }

  // A job that stands still without a watchdog never ends; then the device's must not either.
  void run_reference() {
    reference_.step(1);
    const auto running = [this] {
      return spec::reg::Status::kState.extract(reference_.read32(spec::reg::Status::kOffset)) == spec::State::kRunning;
    };
    const std::uint64_t from = reference_.cycle();
    while (running() && reference_.cycle() - from < kReferenceCycles) reference_.step(kReferenceStep);
    whole_ = !running() && spec::reg::IrqRaw::kDone.extract(reference_.read32(spec::reg::IrqRaw::kOffset)) != 0;
    reference_cycles_ = journal_.end_cycle() - std::min(from, journal_.end_cycle());
    aborted_ = false;
    ended_ = true;
    watch_.begin(whole_, device_.cycle());
  }

  Target& device_;
  Target& reference_;
  ShadowMemory memory_;
  Journal journal_;
  Watch watch_{journal_, memory_};
  bool whole_ = false;                  ///< The reference's last job was done, without a fault.
  bool ended_ = false;                  ///< A job has ended, and its registers were not compared yet.
  bool aborted_ = false;                ///< The device's last job was not finished.
  std::uint64_t reference_cycles_ = 0;  ///< Estimate of the last job's length.
  std::uint64_t followed_ = 0;          ///< The device's cycle up to which the reference has lived.
  std::uint64_t stood_still_ = 0;       ///< Cycles that have passed for others only.
};

Lockstep::Lockstep(Target& device, Target& reference) : impl_(std::make_unique<Impl>(device, reference)) {}
Lockstep::~Lockstep() = default;

const std::optional<Divergence>& Lockstep::divergence() const { return impl_->divergence(); }
std::uint32_t Lockstep::read32(std::uint32_t offset) { return impl_->read32(offset); }
void Lockstep::write32(std::uint32_t offset, std::uint32_t value) { impl_->write32(offset, value); }
std::uint64_t Lockstep::bus_errors() const { return impl_->bus_errors(); }
void Lockstep::map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) {
  impl_->map(base, bytes, timing);
}
void Lockstep::unmap(std::uint64_t base) { impl_->unmap(base); }
void Lockstep::connect(MemoryPort* port, MemoryTiming /*timing*/) {
  if (port != nullptr) throw std::invalid_argument("a lock-step needs mapped memory, of which it can keep a copy");
}
void Lockstep::step(std::uint64_t cycles) { impl_->advance(cycles, false); }
std::uint64_t Lockstep::step_until_irq(std::uint64_t max_cycles) { return impl_->advance(max_cycles, true); }
std::uint64_t Lockstep::cycle() const { return impl_->cycle(); }
bool Lockstep::irq() const { return impl_->irq(); }
void Lockstep::hard_reset() { impl_->hard_reset(); }
bool Lockstep::observe(Observer* observer) {
  impl_->observe(observer);
  return true;
}

}  // namespace auklet::sim
