#include <auklet/spec/soc.h>
#include <algorithm>
#include <auklet/sim/soc/machine.hpp>
#include <auklet/spec/spec.hpp>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "board.hpp"
#include "data_cache.hpp"
#include "npu_memory.hpp"
#include "semihosting.hpp"

namespace auklet::sim::soc {
namespace {

constexpr std::uint32_t kFraction = 256;  // Of cycles_per_instruction.
// The NPU is looked at, whether it is IDLE, after so many cycles without a write of its registers, and only where a
// look takes none but cycles that are due.
constexpr std::uint64_t kRestCycles = 256;
constexpr std::uint64_t kLookCycles = 32;

constexpr bool inside(std::uint32_t address, std::uint32_t base, std::uint32_t size) { return address - base < size; }

}  // namespace

class Machine::Impl {
 public:
  Impl(Npu npu, MachineOptions options)
      : options_(std::move(options)),
        npu_(std::move(npu)),
        flash_(AUKLET_SOC_FLASH_SIZE, kErased),
        ram_(AUKLET_SOC_RAM_SIZE),
        npu_memory_(npu_, flash_, ram_, options_.profile),
        board_({.npu = npu_, .memory = npu_memory_, .data_cache = options_.data_cache}) {
    options_.quantum = std::max(options_.quantum, 1U);
    npu_origin_ = npu_.target.cycle();
    if (options_.data_cache) cache_.emplace();
  }

  void attach(Cpu& cpu) {
    cpu_ = &cpu;
    if (cache_) {
      cpu.map_fetch(AUKLET_SOC_FLASH_BASE, flash_);
      cpu.map_fetch(AUKLET_SOC_RAM_BASE, ram_);
    } else {
      cpu.map(AUKLET_SOC_FLASH_BASE, flash_, false);
      cpu.map(AUKLET_SOC_RAM_BASE, ram_, true);
    }
  }

  std::span<std::byte> flash() { return flash_; }
  std::span<std::byte> ram() { return ram_; }

  MachineResult run(std::uint32_t entry, std::uint64_t cycles);
  [[nodiscard]] MachineStatistics statistics() const;
  [[nodiscard]] std::uint64_t clock() const { return cpu_ == nullptr ? 0 : now(); }

  bool load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value);
  bool store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value);
  bool maintain(CacheOperation operation, std::uint32_t address);

 private:
  /// The clock: instructions since the last other step, and all cycles before.
  [[nodiscard]] std::uint64_t now() const {
    const std::uint64_t instructions = cpu_->retired() - counted_;
    return cycles_ + (fraction_ + instructions * options_.cycles_per_instruction) / kFraction;
  }
  void count_instructions();
  /// The NPU's time on the clock: its own cycles, and those in which its clock stood still.
  [[nodiscard]] std::uint64_t npu_cycle() const { return npu_.target.cycle() - npu_origin_; }
  /// Stops the NPU's clock when it is IDLE, as a system does that saves energy: a simulation at rest costs nothing.
  /// `cycles` are due.
  void gate_clock(std::uint64_t cycles);
  /// Looks at the NPU's interrupt and lets the board do what is due.
  void advance_board();
  /// Something was done to the NPU: it may not be IDLE any more.
  void wake_npu();
  /// Advances the NPU to the clock.
  void catch_up();
  /// What the NPU's bus took beyond that is time for the processor as well.
  void wait_for_npu();
  void update_interrupts();
  /// Lets time pass until an interrupt may be pending, at most to `end`.
  void sleep(std::uint64_t end);
  std::optional<MachineResult> serve_semihosting();
  bool peek(std::uint32_t address, std::span<std::byte> bytes);

  bool load_device(std::uint32_t address, std::uint32_t& value);
  bool store_device(std::uint32_t address, std::uint32_t value);
  /// What follows an access of the NPU's registers; false when it was refused (there were `refused` before).
  bool finish_npu_access(std::uint64_t refused);
  /// Flash or RAM at `address`, and its base; empty where there is none.
  [[nodiscard]] std::span<std::byte> memory_at(std::uint32_t address, std::uint32_t& base);

  MachineOptions options_;
  Npu npu_;
  std::vector<std::byte> flash_;
  std::vector<std::byte> ram_;
  NpuMemory npu_memory_;
  Board board_;
  Timer timer_;
  std::optional<DataCache> cache_;
  Cpu* cpu_ = nullptr;
  std::uint64_t npu_origin_ = 0;   ///< The NPU's cycle at clock 0, less the cycles in which its clock stood still.
  std::uint64_t since_write_ = 0;  ///< Cycles that the NPU was advanced since something was done to it.
  bool gated_ = false;             ///< Its clock stands still.
  std::uint64_t counted_ = 0;      ///< Instructions that are in cycles_ and fraction_.
  std::uint64_t cycles_ = 0;
  std::uint64_t fraction_ = 0;
  std::uint64_t sleep_cycles_ = 0;
  std::uint64_t npu_accesses_ = 0;
};

void Machine::Impl::count_instructions() {
  const std::uint64_t total = fraction_ + (cpu_->retired() - counted_) * options_.cycles_per_instruction;
  cycles_ += total / kFraction;
  fraction_ = total % kFraction;
  counted_ = cpu_->retired();
}

void Machine::Impl::catch_up() {
  const std::uint64_t end = now();
  while (npu_cycle() < end) {
    gate_clock(end - npu_cycle());
    if (npu_cycle() >= end) break;  // The look has taken all of it.
    // What the board does comes in its cycle, not at the end of a quantum.
    const std::uint64_t cycles = std::min(end, std::max(board_.due(), npu_cycle() + 1)) - npu_cycle();
    if (gated_) {
      npu_origin_ -= cycles;
    } else {
      npu_.target.step(cycles);
      since_write_ += cycles;
    }
    advance_board();
  }
}

void Machine::Impl::gate_clock(std::uint64_t cycles) {
  if (gated_ || since_write_ < kRestCycles || cycles < kLookCycles) return;
  since_write_ = 0;
  // Takes some of the cycles that are due anyway, and none of the processor's.
  gated_ = spec::reg::Status::kState.extract(npu_.target.read32(spec::reg::Status::kOffset)) == spec::State::kIdle;
}

void Machine::Impl::advance_board() {
  if (board_.advance(npu_cycle())) wake_npu();
}

void Machine::Impl::wake_npu() {
  gated_ = false;
  since_write_ = 0;
}

void Machine::Impl::wait_for_npu() {
  if (npu_cycle() > now()) cycles_ += npu_cycle() - now();
}

void Machine::Impl::update_interrupts() {
  cpu_->set_interrupt(InterruptLine::kSoftware, timer_.software_interrupt());
  cpu_->set_interrupt(InterruptLine::kTimer, timer_.interrupt(now()));
  cpu_->set_interrupt(InterruptLine::kExternal, board_.interrupt());
}

void Machine::Impl::sleep(std::uint64_t end) {
  const std::uint64_t from = now();
  std::uint64_t until = std::min({end, timer_.due(), board_.due()});
  // An interrupt that the processor has disabled does not wake it: time goes on all the same.
  const bool ignored = board_.interrupt() || timer_.interrupt(from) || timer_.software_interrupt();
  if (ignored) until = std::min(end, from + options_.quantum);
  if (until <= from) return;
  if (gated_) {
    npu_origin_ -= until - from;
  } else if (ignored || board_.loses_interrupts()) {
    npu_.target.step(std::min<std::uint64_t>(until - from, options_.quantum));
  } else {
    npu_.target.step_until_irq(until - from);
  }
  advance_board();
  wait_for_npu();
  sleep_cycles_ += now() - from;
}

std::optional<MachineResult> Machine::Impl::serve_semihosting() {
  const Cpu::SemihostingCall call = cpu_->semihosting_call();
  const auto peek_at = [this](std::uint32_t address, std::span<std::byte> bytes) { return peek(address, bytes); };
  const SemihostingResult result = semihosting(call, peek_at, options_.console);
  if (result.exits) return MachineResult{MachineEnd::kExit, result.value, {}};
  cpu_->finish_semihosting(result.value);
  return std::nullopt;
}

MachineResult Machine::Impl::run(std::uint32_t entry, std::uint64_t cycles) {
  cpu_->reset(entry);
  const std::uint64_t end = now() + std::min(cycles, kNever / 2);
  bool asleep = false;
  while (now() < end) {
    update_interrupts();
    const CpuStop stop = cpu_->run(options_.quantum);
    count_instructions();
    catch_up();
    asleep = stop == CpuStop::kSleep;
    if (stop == CpuStop::kBudget && options_.sample) options_.sample(cpu_->pc());
    if (stop == CpuStop::kHalted) return {MachineEnd::kHalted, 0, cpu_->halt_reason()};
    if (stop == CpuStop::kSemihosting) {
      if (std::optional<MachineResult> result = serve_semihosting()) return *result;
    }
    if (asleep) sleep(end);
  }
  return {MachineEnd::kDeadline, 0, asleep ? "the processor waits for an interrupt" : "the processor is busy"};
}

MachineStatistics Machine::Impl::statistics() const {
  MachineStatistics result;
  result.instructions = cpu_->retired();
  result.cycles = now();
  result.sleep_cycles = sleep_cycles_;
  result.npu_interrupts = board_.interrupts();
  result.npu_accesses = npu_accesses_;
  if (cache_) {
    result.cache_misses = cache_->misses();
    result.cache_write_backs = cache_->write_backs();
  }
  return result;
}

std::span<std::byte> Machine::Impl::memory_at(std::uint32_t address, std::uint32_t& base) {
  if (inside(address, AUKLET_SOC_RAM_BASE, AUKLET_SOC_RAM_SIZE)) {
    base = AUKLET_SOC_RAM_BASE;
    return ram_;
  }
  base = AUKLET_SOC_FLASH_BASE;
  return inside(address, AUKLET_SOC_FLASH_BASE, AUKLET_SOC_FLASH_SIZE) ? std::span(flash_) : std::span<std::byte>();
}

bool Machine::Impl::load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) {
  value = 0;
  std::uint32_t base = 0;
  if (const std::span<std::byte> memory = memory_at(address, base); !memory.empty()) {
    const std::span<std::byte> out = std::as_writable_bytes(std::span(&value, 1)).first(bytes);
    if (cache_) {
      cache_->read(memory, base, address - base, out);
    } else {
      std::memcpy(out.data(), memory.data() + (address - base), bytes);
    }
    return true;
  }
  return bytes == 4 && load_device(address, value);
}

bool Machine::Impl::store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  std::uint32_t base = 0;
  if (const std::span<std::byte> memory = memory_at(address, base); !memory.empty()) {
    if (base == AUKLET_SOC_FLASH_BASE) return false;
    const std::span<const std::byte> in = std::as_bytes(std::span(&value, 1)).first(bytes);
    if (cache_) {
      cache_->write(memory, base, address - base, in);
    } else {
      std::memcpy(memory.data() + (address - base), in.data(), bytes);
    }
    return true;
  }
  return bytes == 4 && store_device(address, value);
}

bool Machine::Impl::maintain(CacheOperation operation, std::uint32_t address) {
  std::uint32_t base = 0;
  if (memory_at(address, base).empty()) return false;
  if (cache_) cache_->maintain(operation, address);
  return true;
}

bool Machine::Impl::load_device(std::uint32_t address, std::uint32_t& value) {
  if (inside(address, AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_SIZE)) {
    return timer_.read(address - AUKLET_SOC_CLINT_BASE, now(), value);
  }
  if (inside(address, AUKLET_SOC_UART_BASE, AUKLET_SOC_UART_SIZE)) {
    value = address == AUKLET_SOC_UART_BASE + AUKLET_SOC_UART_STATUS ? 1 : 0;
    return address - AUKLET_SOC_UART_BASE <= AUKLET_SOC_UART_STATUS;
  }
  catch_up();
  if (inside(address, AUKLET_SOC_BOARD_BASE, AUKLET_SOC_BOARD_SIZE)) {
    return board_.read(address - AUKLET_SOC_BOARD_BASE, npu_cycle(), value);
  }
  if (!inside(address, AUKLET_SOC_NPU_BASE, AUKLET_SOC_NPU_SIZE)) return false;
  const std::uint64_t refused = npu_.target.bus_errors();
  value = npu_.target.read32(address - AUKLET_SOC_NPU_BASE);
  if (options_.on_access) options_.on_access({false, address - AUKLET_SOC_NPU_BASE, value});
  return finish_npu_access(refused);
}

bool Machine::Impl::store_device(std::uint32_t address, std::uint32_t value) {
  if (inside(address, AUKLET_SOC_UART_BASE, AUKLET_SOC_UART_SIZE)) {
    if (address != AUKLET_SOC_UART_BASE + AUKLET_SOC_UART_DATA) return false;
    if (options_.console) options_.console(static_cast<char>(value));
    return true;
  }
  catch_up();
  bool done = false;
  if (inside(address, AUKLET_SOC_CLINT_BASE, AUKLET_SOC_CLINT_SIZE)) {
    done = timer_.write(address - AUKLET_SOC_CLINT_BASE, value);
  } else if (inside(address, AUKLET_SOC_BOARD_BASE, AUKLET_SOC_BOARD_SIZE)) {
    done = board_.write(address - AUKLET_SOC_BOARD_BASE, value, npu_cycle());
    wake_npu();
    advance_board();
    wait_for_npu();  // A reset takes cycles.
  } else if (inside(address, AUKLET_SOC_NPU_BASE, AUKLET_SOC_NPU_SIZE)) {
    const std::uint64_t refused = npu_.target.bus_errors();
    wake_npu();
    if (options_.on_access) options_.on_access({true, address - AUKLET_SOC_NPU_BASE, value});
    npu_.target.write32(address - AUKLET_SOC_NPU_BASE, value);
    done = finish_npu_access(refused);
  }
  update_interrupts();
  return done;
}

bool Machine::Impl::finish_npu_access(std::uint64_t refused) {
  ++npu_accesses_;
  advance_board();
  wait_for_npu();
  update_interrupts();
  return npu_.target.bus_errors() == refused;
}

bool Machine::Impl::peek(std::uint32_t address, std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) {
    std::uint32_t base = 0;
    std::uint32_t value = 0;
    if (memory_at(address, base).empty() || !load(address, 1, value)) return false;
    byte = static_cast<std::byte>(value);
    ++address;
  }
  return true;
}

Machine::Machine(Npu npu, MachineOptions options) : impl_(std::make_unique<Impl>(std::move(npu), std::move(options))) {}
Machine::~Machine() = default;

void Machine::attach(Cpu& cpu) { impl_->attach(cpu); }
std::span<std::byte> Machine::flash() { return impl_->flash(); }
std::span<std::byte> Machine::ram() { return impl_->ram(); }
MachineResult Machine::run(std::uint32_t entry, std::uint64_t cycles) { return impl_->run(entry, cycles); }
MachineStatistics Machine::statistics() const { return impl_->statistics(); }
std::uint64_t Machine::clock() const { return impl_->clock(); }
bool Machine::load(std::uint32_t address, std::uint32_t bytes, std::uint32_t& value) {
  return impl_->load(address, bytes, value);
}
bool Machine::store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) {
  return impl_->store(address, bytes, value);
}
bool Machine::maintain(CacheOperation operation, std::uint32_t address) { return impl_->maintain(operation, address); }

}  // namespace auklet::sim::soc
