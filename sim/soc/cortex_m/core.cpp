#include "core.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace auklet::sim::soc::cortex_m {
namespace {

constexpr std::uint64_t kSpace = std::uint64_t{1} << 32;
constexpr std::uint32_t kPage = 4096;

void check(uc_err error, const char* what) {
  if (error != UC_ERR_OK) throw std::runtime_error(std::string("Unicorn: ") + what + ": " + uc_strerror(error));
}

uc_engine* open() {
  uc_engine* engine = nullptr;
  check(uc_open(UC_ARCH_ARM, static_cast<uc_mode>(UC_MODE_THUMB | UC_MODE_MCLASS), &engine), "uc_open");
  return engine;
}

}  // namespace

std::string hex(std::uint32_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (unsigned shift = 32; shift > 0; shift -= 4) text += kDigits[value >> (shift - 4) & 0xF];
  return text;
}

Core::Core(CpuBus& bus, CortexM4Options options) : engine_(open()), bus_(bus), options_(std::move(options)) {
  check(uc_ctl_set_cpu_model(engine_.get(), UC_CPU_ARM_CORTEX_M4), "uc_ctl_set_cpu_model");
  add_hooks();
  halt("not reset yet");
}

void Core::add_hooks() {
  const auto instruction = +[](uc_engine*, std::uint64_t address, std::uint32_t bytes, void* self) {
    static_cast<Core*>(self)->on_instruction(static_cast<std::uint32_t>(address), bytes);
  };
  const auto interrupt = +[](uc_engine* engine, std::uint32_t number, void* self) {
    static_cast<Core*>(self)->event_ = static_cast<Event>(number);
    uc_emu_stop(engine);
  };
  const auto read_only =
      +[](uc_engine*, uc_mem_type, std::uint64_t address, int bytes, std::int64_t value, void* self) {
        static_cast<Core*>(self)->on_read_only_store(
            static_cast<std::uint32_t>(address), static_cast<std::uint32_t>(bytes), static_cast<std::uint32_t>(value));
        return true;
      };
  const auto add = [&](int type, auto function) {
    uc_hook hook = 0;
    // The library takes functions of all types so.
    check(uc_hook_add(engine_.get(), &hook, type, reinterpret_cast<void*>(function), this, 1, 0), "uc_hook_add");
  };
  add(UC_HOOK_CODE, instruction);
  add(UC_HOOK_INTR, interrupt);
  add(UC_HOOK_MEM_WRITE_PROT, read_only);
}

void Core::map(std::uint32_t base, std::span<std::byte> bytes, bool writable) {
  if (gaps_mapped_) throw std::logic_error("CortexM4Cpu::map: after the first run()");
  if (bytes.empty() || base % kPage != 0 || bytes.size() % kPage != 0 || base + bytes.size() > kSpace) {
    throw std::invalid_argument("CortexM4Cpu::map: base and size must be multiples of 4 KiB");
  }
  const std::uint32_t permissions = writable ? UC_PROT_ALL : UC_PROT_READ | UC_PROT_EXEC;
  if (uc_mem_map_ptr(engine_.get(), base, bytes.size(), permissions, bytes.data()) != UC_ERR_OK) {
    throw std::invalid_argument("CortexM4Cpu::map: overlaps other memory");
  }
  regions_.push_back({.base = base, .bytes = bytes, .writable = writable});
}

/// Sends every access outside of memory to on_load() and on_store().
void Core::map_gaps() {
  if (gaps_mapped_) return;
  gaps_mapped_ = true;
  std::ranges::sort(regions_, {}, &Region::base);
  latest_region_ = 0;
  std::uint64_t end = 0;
  for (const Region& region : regions_) {
    map_gap(end, region.base);
    end = region.base + region.bytes.size();
  }
  map_gap(end, kSpace);
}

void Core::map_gap(std::uint64_t begin, std::uint64_t behind) {
  if (begin == behind) return;
  const auto load = +[](uc_engine*, std::uint64_t offset, unsigned bytes, void* gap) -> std::uint64_t {
    const Gap& at = *static_cast<Gap*>(gap);
    return at.core->on_load(at.base + static_cast<std::uint32_t>(offset), bytes);
  };
  const auto store = +[](uc_engine*, std::uint64_t offset, unsigned bytes, std::uint64_t value, void* gap) {
    const Gap& at = *static_cast<Gap*>(gap);
    at.core->on_store(at.base + static_cast<std::uint32_t>(offset), bytes, static_cast<std::uint32_t>(value));
  };
  gaps_.push_back(std::make_unique<Gap>(Gap{.core = this, .base = static_cast<std::uint32_t>(begin)}));
  void* gap = gaps_.back().get();
  check(uc_mmio_map(engine_.get(), begin, behind - begin, load, gap, store, gap), "uc_mmio_map");
}

std::uint32_t Core::get(int unicorn_register) const {
  std::uint32_t value = 0;
  uc_reg_read(engine_.get(), unicorn_register, &value);
  return value;
}

std::uint32_t Core::r(unsigned index) const {
  if (index > 14) throw std::out_of_range("CortexM4Cpu::r: index beyond 14");
  constexpr int kSpecial[] = {UC_ARM_REG_SP, UC_ARM_REG_LR};
  return get(index >= 13 ? kSpecial[index - 13] : UC_ARM_REG_R0 + static_cast<int>(index));
}

void Core::set(int unicorn_register, std::uint32_t value) { uc_reg_write(engine_.get(), unicorn_register, &value); }

Masks Core::masks() const {
  return {.primask = get(UC_ARM_REG_PRIMASK) != 0,
          .faultmask = get(UC_ARM_REG_FAULTMASK) != 0,
          .basepri = get(UC_ARM_REG_BASEPRI)};
}

void Core::reset(std::uint32_t vector_table) {
  for (const Region& region : regions_) {
    check(uc_ctl_remove_cache(engine_.get(), std::uint64_t{region.base},
                              std::uint64_t{region.base} + region.bytes.size()),
          "uc_ctl_remove_cache");
  }
  yield_ = sleeping_ = semihosting_ = false;
  halt_reason_.clear();
  control_.reset(vector_table);
  set(UC_ARM_REG_XPSR, kThumbState);  // First, for it chooses the stack pointer that is written.
  set(UC_ARM_REG_CONTROL, 0);
  for (const int mask : {UC_ARM_REG_PRIMASK, UC_ARM_REG_FAULTMASK, UC_ARM_REG_BASEPRI}) set(mask, 0);
  for (int i = 0; i <= 12; ++i) set(UC_ARM_REG_R0 + i, 0);
  set(UC_ARM_REG_LR, 0xFFFFFFFF);
  set(UC_ARM_REG_PSP, 0);
  std::uint32_t stack = 0;
  std::uint32_t start = 0;
  if (!load(vector_table, 4, stack) || !load(vector_table + 4, 4, start)) {
    halt("no vector table");
    return;
  }
  if ((start & kThumb) == 0) {
    halt("the reset vector's lowest bit is clear");
    return;
  }
  set(UC_ARM_REG_MSP, stack & ~3U);
  set_pc(start);
}

void Core::set_interrupt(InterruptLine line, bool level) {
  if (line == InterruptLine::kExternal) control_.set_level(0, level);
  if (line == InterruptLine::kTimer) control_.set_level(1, level);
  attention_ = true;
}

void Core::request_yield() {
  yield_ = true;
  attention_ = true;
}

void Core::finish_semihosting(std::uint32_t result) {
  if (!semihosting_) return;
  semihosting_ = false;
  set(UC_ARM_REG_R0, result);
  set_pc(pc() + 2);  // Behind the BKPT, which retires now.
  ++begun_;
}

void Core::halt(const std::string& what) { halt_reason_ = what + " at pc " + hex(pc()); }

}  // namespace auklet::sim::soc::cortex_m
