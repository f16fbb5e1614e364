#include "core.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace auklet::sim::soc::riscv {
namespace {

constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;

const char* name_of(Cause cause) {
  switch (cause) {
    case Cause::kFetchAccess:
      return "instruction access fault";
    case Cause::kIllegalInstruction:
      return "illegal instruction";
    case Cause::kBreakpoint:
      return "breakpoint";
    case Cause::kLoadMisaligned:
      return "misaligned load";
    case Cause::kLoadAccess:
      return "load access fault";
    case Cause::kStoreMisaligned:
      return "misaligned store or AMO";
    case Cause::kStoreAccess:
      return "store or AMO access fault";
    case Cause::kEcall:
      return "environment call";
  }
  return "exception";
}

std::string describe(Cause cause, std::uint32_t pc, std::uint32_t value) {
  std::array<char, 96> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%s at pc 0x%08x (mtval 0x%08x)", name_of(cause), pc, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

Core::Core(CpuBus& bus, Rv32Options options) : control_(std::move(options)), bus_(bus) {}

void Core::reset(std::uint32_t start) {
  x_.fill(0);
  pc_ = start & ~1U;
  yield_ = sleeping_ = semihosting_ = false;
  reservation_.reset();
  exception_.reset();
  halt_reason_.clear();
  control_.reset(retired());
  memory_.forget_code();
}

void Core::set_interrupt(InterruptLine line, bool level) {
  control_.set_interrupt(line, level);
  attention_ = true;
}

void Core::request_yield() {
  yield_ = true;
  attention_ = true;
}

CpuStop Core::run(std::uint64_t budget) {
  limit_ = retired() + budget;
  left_ = budget;
  yield_ = false;
  for (;;) {
    attention_ = false;
    if (!halt_reason_.empty()) return CpuStop::kHalted;
    if (semihosting_) return CpuStop::kSemihosting;
    if (yield_) return CpuStop::kYield;
    if (sleeping_ && !control_.wakes()) return CpuStop::kSleep;
    sleeping_ = false;
    if (left_ == 0) return CpuStop::kBudget;
    if (control_.interrupts()) {
      pc_ = control_.enter_interrupt(pc_);
      reservation_.reset();
    }
    execute();
  }
}

bool Core::raise(Cause cause, std::uint32_t value) {
  if (exception_ && exception_->retired == retired()) {
    halt_reason_ = describe(cause, pc_, value) + ", the first instruction of the handler of: " +
                   describe(exception_->cause, exception_->pc, exception_->value);
    return false;
  }
  exception_ = {.cause = cause, .pc = pc_, .value = value, .retired = retired()};
  reservation_.reset();
  pc_ = control_.enter_exception(cause, pc_, value);
  return false;
}

Cpu::SemihostingCall Core::semihosting_call() const { return {.operation = x_[kA0], .parameter = x_[kA1]}; }

void Core::finish_semihosting(std::uint32_t result) {
  if (!semihosting_) return;
  semihosting_ = false;
  x_[kA0] = result;
  pc_ += 4;  // Behind the EBREAK, which retires now.
  ++limit_;
}

void Core::set_x(unsigned index, std::uint32_t value) {
  if (index != 0) x_.at(index) = value;
}

}  // namespace auklet::sim::soc::riscv
