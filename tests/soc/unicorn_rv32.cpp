#include "unicorn_rv32.hpp"

#include <unicorn/unicorn.h>

#include <stdexcept>
#include <string>

namespace auklet::test {
namespace {

void check(uc_err error, const char* what) {
  if (error != UC_ERR_OK) throw std::runtime_error(std::string("Unicorn: ") + what + ": " + uc_strerror(error));
}

constexpr std::uint64_t kNowhere = 1;  // An address that no instruction has.

}  // namespace

void UnicornRv32::Closer::operator()(uc_struct* engine) const { uc_close(engine); }

UnicornRv32::UnicornRv32() {
  uc_engine* engine = nullptr;
  check(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &engine), "uc_open");
  engine_.reset(engine);
}

void UnicornRv32::map(std::uint32_t base, std::size_t bytes) {
  check(uc_mem_map(engine_.get(), base, bytes, UC_PROT_ALL), "uc_mem_map");
}
void UnicornRv32::write(std::uint32_t address, std::span<const std::byte> bytes) {
  check(uc_mem_write(engine_.get(), address, bytes.data(), bytes.size()), "uc_mem_write");
  check(uc_ctl_remove_cache(engine_.get(), std::uint64_t{address}, std::uint64_t{address} + bytes.size()),
        "remove_cache");
}
void UnicornRv32::read(std::uint32_t address, std::span<std::byte> bytes) const {
  check(uc_mem_read(engine_.get(), address, bytes.data(), bytes.size()), "uc_mem_read");
}

void UnicornRv32::set_x(unsigned index, std::uint32_t value) {
  if (index != 0) check(uc_reg_write(engine_.get(), UC_RISCV_REG_X0 + static_cast<int>(index), &value), "uc_reg_write");
}
std::uint32_t UnicornRv32::x(unsigned index) const {
  std::uint32_t value = 0;
  check(uc_reg_read(engine_.get(), UC_RISCV_REG_X0 + static_cast<int>(index), &value), "uc_reg_read");
  return value;
}
void UnicornRv32::set_pc(std::uint32_t address) { check(uc_reg_write(engine_.get(), UC_RISCV_REG_PC, &address), "pc"); }
std::uint32_t UnicornRv32::pc() const {
  std::uint32_t value = 0;
  check(uc_reg_read(engine_.get(), UC_RISCV_REG_PC, &value), "pc");
  return value;
}

void UnicornRv32::run(std::uint64_t instructions) {
  check(uc_emu_start(engine_.get(), pc(), kNowhere, 0, instructions), "uc_emu_start");
}

std::uint64_t UnicornRv32::run_to(std::uint32_t address) {
  std::uint64_t begun = 0;
  const auto count =
      +[](uc_engine*, std::uint64_t, std::uint32_t, void* counter) { ++*static_cast<std::uint64_t*>(counter); };
  uc_hook hook = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the library takes functions so.
  check(uc_hook_add(engine_.get(), &hook, UC_HOOK_CODE, reinterpret_cast<void*>(count), &begun, 1, 0), "uc_hook_add");
  const uc_err error = uc_emu_start(engine_.get(), pc(), address, 0, 0);
  uc_hook_del(engine_.get(), hook);
  check(error, "uc_emu_start");
  return begun;
}

}  // namespace auklet::test
