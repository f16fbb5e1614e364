// Running instructions, counting them, and telling why Unicorn stopped.
#include <bit>
#include <cstring>

#include "core.hpp"

namespace auklet::sim::soc::cortex_m {
namespace {

constexpr std::uint64_t kNever = 0xFFFFFFF0;  // Where no instruction is executed.

// Encodings of the Armv7-M manual's chapter "The Thumb Instruction Set Encoding".
constexpr std::uint32_t kSemihosting = 0xBEAB;  // BKPT 0xAB
constexpr std::uint32_t kYield = 0xBF10;
constexpr std::uint32_t kWfe = 0xBF20;

/// Length in bytes of an instruction that begins with this halfword.
constexpr std::uint32_t length_of(std::uint32_t halfword) { return halfword >> 11 >= 0x1D ? 4 : 2; }

constexpr bool is_it(std::uint32_t halfword) { return (halfword & 0xFF00) == 0xBF00 && (halfword & 0xF) != 0; }
/// Instructions that an IT makes conditional: the lowest bit set of its mask tells.
constexpr unsigned block_length(std::uint32_t it) { return 4 - static_cast<unsigned>(std::countr_zero(it & 0xF)); }

}  // namespace

std::uint32_t Core::halfword(std::uint32_t address) {
  std::uint16_t value = 0;
  if (const std::byte* at = memory(address)) std::memcpy(&value, at, sizeof(value));
  return value;
}

/// Counts the instructions of an IT block whose condition failed, up to `address`: Unicorn does not announce them.
/// Returns whether the block holds `address`, too.
bool Core::count_skipped(std::uint32_t address) {
  while (block_left_ > 0) {
    const std::uint32_t next = block_next_;
    block_next_ += length_of(halfword(next));
    --block_left_;
    if (next == address) return true;
    ++begun_;
  }
  return false;
}

/// Called before each instruction, but for those that count_skipped() counts.
void Core::on_instruction(std::uint32_t address, std::uint32_t bytes) {
  if (!overwritten_.empty()) restore_read_only();
  // Inside an IT block Unicorn would not stop before this instruction, but somewhere behind it.
  if (!count_skipped(address)) {
    if (watch_masks_ && control_.next(masks())) attention_ = true;
    if (attention_ || begun_ >= limit_) {
      stopped_ = true;
      uc_emu_stop(engine_.get());
      return;
    }
  }
  ++begun_;
  latest_ = address;
  if (bytes != 2) return;
  const std::uint32_t opcode = halfword(address);
  if (!is_it(opcode)) return;
  block_left_ = block_length(opcode);
  block_next_ = address + 2;
}

CpuStop Core::run(std::uint64_t budget) {
  map_gaps();
  limit_ = begun_ + budget;
  yield_ = false;
  for (;;) {
    attention_ = false;
    if (halt_reason_.empty() && control_.reset_requested()) halt("the program asked for a reset");
    if (!halt_reason_.empty()) return CpuStop::kHalted;
    if (semihosting_) return CpuStop::kSemihosting;
    if (yield_) return CpuStop::kYield;
    const Masks now = masks();
    if (sleeping_ && !control_.wakes(now)) return CpuStop::kSleep;
    sleeping_ = false;
    if (begun_ >= limit_) return CpuStop::kBudget;
    if (const auto exception = control_.next(now)) {
      enter(*exception, pc());
      continue;
    }
    watch_masks_ = control_.waiting();
    execute();
  }
}

void Core::execute() {
  event_ = Event::kNone;
  stopped_ = false;
  block_left_ = 0;
  const uc_err error = uc_emu_start(engine_.get(), pc() | kThumb, kNever, 0, 0);
  restore_read_only();
  if (refusal_) {
    const Refusal refusal = *refusal_;
    refusal_.reset();
    --begun_;
    set_pc(refusal.pc);
    fault(kBusFault, kPreciseDataBusError | kBusFaultAddressValid, refusal.address);
  } else if (event_ != Event::kNone) {
    handle_event();
  } else if (error != UC_ERR_OK) {
    handle_error(error);
  } else if (!stopped_) {
    sleeping_ = true;
  }
}

void Core::handle_event() {
  switch (event_) {
    case Event::kSvc:
      if (control_.can_take(kSvCall, masks())) {
        enter(kSvCall, pc());
        return;
      }
      hard_fault(kForced, "SVC at a priority that masks it");
      return;
    case Event::kFetchFault:
      fault(kBusFault, kInstructionBusError, 0);
      return;
    case Event::kExceptionReturn:
      leave(pc() | kThumb);
      return;
    case Event::kBreakpoint:
      --begun_;
      if (halfword(pc()) != kSemihosting) {
        hard_fault(kDebugEvent, "BKPT");
        return;
      }
      semihosting_ = true;
      return;
    default:
      halt("Unicorn's exception " + std::to_string(static_cast<int>(event_)));
      return;
  }
}

void Core::handle_error(uc_err error) {
  if (error == UC_ERR_FETCH_PROT) {
    fault(kBusFault, kInstructionBusError, 0);
    return;
  }
  if (error != UC_ERR_INSN_INVALID) {
    halt(std::string("Unicorn: ") + uc_strerror(error));
    return;
  }
  const bool begun = latest_ == pc();
  const std::uint32_t done = halfword(latest_);
  if (!begun && (done == kYield || done == kWfe)) return;  // Unicorn thinks that it cannot go on.
  if (!begun) {                                            // A branch to an even address.
    set(UC_ARM_REG_XPSR, get(UC_ARM_REG_XPSR) | kThumbState);
    fault(kUsageFault, kInvalidState, 0);
    return;
  }
  --begun_;
  fault(kUsageFault, kUndefinedInstruction, 0);
}

}  // namespace auklet::sim::soc::cortex_m
