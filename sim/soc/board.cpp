#include "board.hpp"

#include <auklet/spec/soc.h>

namespace auklet::sim::soc {
namespace {

constexpr std::uint32_t kLow = 0xffff'ffffU;

constexpr std::uint64_t with_low(std::uint64_t old, std::uint32_t low) { return (old & ~std::uint64_t{kLow}) | low; }
constexpr std::uint64_t with_high(std::uint64_t old, std::uint32_t high) {
  return (old & kLow) | (std::uint64_t{high} << 32);
}

}  // namespace

bool Timer::read(std::uint32_t offset, std::uint64_t now, std::uint32_t& value) const {
  switch (offset) {
    case AUKLET_SOC_CLINT_MSIP:
      value = software_ ? 1 : 0;
      return true;
    case AUKLET_SOC_CLINT_MTIMECMP_LO:
      value = static_cast<std::uint32_t>(compare_);
      return true;
    case AUKLET_SOC_CLINT_MTIMECMP_HI:
      value = static_cast<std::uint32_t>(compare_ >> 32);
      return true;
    case AUKLET_SOC_CLINT_MTIME_LO:
      value = static_cast<std::uint32_t>(now);
      return true;
    case AUKLET_SOC_CLINT_MTIME_HI:
      value = static_cast<std::uint32_t>(now >> 32);
      return true;
    default:
      return false;
  }
}

bool Timer::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case AUKLET_SOC_CLINT_MSIP:
      software_ = (value & 1) != 0;
      return true;
    case AUKLET_SOC_CLINT_MTIMECMP_LO:
      compare_ = with_low(compare_, value);
      return true;
    case AUKLET_SOC_CLINT_MTIMECMP_HI:
      compare_ = with_high(compare_, value);
      return true;
    default:
      return false;
  }
}

bool Board::read(std::uint32_t offset, std::uint64_t now, std::uint32_t& value) const {
  switch (offset) {
    case AUKLET_SOC_BOARD_ID:
      value = AUKLET_SOC_BOARD_MAGIC;
      return true;
    case AUKLET_SOC_BOARD_FEATURES:
      value = (setup_.data_cache ? 1U : 0U) | (setup_.npu.rtl ? 2U : 0U);
      return true;
    case AUKLET_SOC_BOARD_IRQ_LOSE:
      value = lose_;
      return true;
    case AUKLET_SOC_BOARD_IRQ_FAKE:
      value = fake_ ? 1 : 0;
      return true;
    case AUKLET_SOC_BOARD_NPU_CYCLES:
      value = static_cast<std::uint32_t>(now);
      return true;
    case AUKLET_SOC_BOARD_NPU_RESET:
    case AUKLET_SOC_BOARD_NPU_RESET_IN:
    case AUKLET_SOC_BOARD_BUS_ERROR:
    case AUKLET_SOC_BOARD_MEMORY_HANG:
    case AUKLET_SOC_BOARD_CORRUPT_AT:
    case AUKLET_SOC_BOARD_CORRUPT_XOR:
    case AUKLET_SOC_BOARD_FAULTS_OFF:
      value = 0;
      return true;
    default:
      return false;
  }
}

bool Board::write(std::uint32_t offset, std::uint32_t value, std::uint64_t now) {
  switch (offset) {
    case AUKLET_SOC_BOARD_NPU_RESET:
      reset_npu();
      return true;
    case AUKLET_SOC_BOARD_NPU_RESET_IN:
      reset_at_ = value == 0 ? kNever : now + value;
      return true;
    case AUKLET_SOC_BOARD_BUS_ERROR:
      setup_.memory.fail_burst((value >> 16 & 1) != 0, value & 0xffffU,
                               (value >> 17 & 1) != 0 ? AxiResponse::kDecodeError : AxiResponse::kSlaveError);
      return true;
    case AUKLET_SOC_BOARD_MEMORY_HANG:
      if (value == kLow) {
        setup_.memory.release();
      } else {
        setup_.memory.hang(value);
      }
      return true;
    case AUKLET_SOC_BOARD_CORRUPT_AT:
      corrupt_at_ = value;
      return true;
    case AUKLET_SOC_BOARD_CORRUPT_XOR:
      setup_.memory.corrupt(corrupt_at_, value);
      return true;
    case AUKLET_SOC_BOARD_IRQ_LOSE:
      lose_ = value;
      return true;
    case AUKLET_SOC_BOARD_IRQ_FAKE:
      fake_ = (value & 1) != 0;
      return true;
    case AUKLET_SOC_BOARD_FAULTS_OFF:
      all_off();
      return true;
    default:
      return false;
  }
}

void Board::reset_npu() {
  reset_at_ = kNever;
  setup_.memory.release();
  setup_.npu.target.hard_reset();
}

void Board::all_off() {
  setup_.memory.all_off();
  lose_ = 0;
  lost_ = false;
  fake_ = false;
}

bool Board::advance(std::uint64_t now) {
  const bool resets = now >= reset_at_;
  if (resets) reset_npu();
  const bool level = setup_.npu.target.irq();
  if (level && !level_) {
    ++interrupts_;
    lost_ = lose_ != 0;
    if (lost_) --lose_;
  }
  level_ = level;
  return resets;
}

}  // namespace auklet::sim::soc
