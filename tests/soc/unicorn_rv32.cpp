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

struct UnicornRv32::Engine {
  uc_engine* uc = nullptr;
  std::uint64_t begun = 0;  // Instructions that began.
  bool stopped = false;     // By an EBREAK.

  static void on_instruction(uc_engine*, std::uint64_t, std::uint32_t, void* self) {
    ++static_cast<Engine*>(self)->begun;
  }
  static void on_exception(uc_engine* uc, std::uint32_t, void* self) {
    static_cast<Engine*>(self)->stopped = true;
    uc_emu_stop(uc);
  }
};

UnicornRv32::UnicornRv32() : engine_(std::make_unique<Engine>()) {
  check(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &engine_->uc), "uc_open");
}
UnicornRv32::~UnicornRv32() { uc_close(engine_->uc); }

void UnicornRv32::map(std::uint32_t base, std::size_t bytes) {
  check(uc_mem_map(engine_->uc, base, bytes, UC_PROT_ALL), "uc_mem_map");
}
void UnicornRv32::write(std::uint32_t address, std::span<const std::byte> bytes) {
  check(uc_mem_write(engine_->uc, address, bytes.data(), bytes.size()), "uc_mem_write");
  check(uc_ctl_remove_cache(engine_->uc, std::uint64_t{address}, std::uint64_t{address} + bytes.size()),
        "remove_cache");
}
void UnicornRv32::read(std::uint32_t address, std::span<std::byte> bytes) const {
  check(uc_mem_read(engine_->uc, address, bytes.data(), bytes.size()), "uc_mem_read");
}

void UnicornRv32::set_x(unsigned index, std::uint32_t value) {
  if (index != 0) check(uc_reg_write(engine_->uc, UC_RISCV_REG_X0 + static_cast<int>(index), &value), "uc_reg_write");
}
std::uint32_t UnicornRv32::x(unsigned index) const {
  std::uint32_t value = 0;
  check(uc_reg_read(engine_->uc, UC_RISCV_REG_X0 + static_cast<int>(index), &value), "uc_reg_read");
  return value;
}
void UnicornRv32::set_pc(std::uint32_t address) { check(uc_reg_write(engine_->uc, UC_RISCV_REG_PC, &address), "pc"); }
std::uint32_t UnicornRv32::pc() const {
  std::uint32_t value = 0;
  check(uc_reg_read(engine_->uc, UC_RISCV_REG_PC, &value), "pc");
  return value;
}

void UnicornRv32::run(std::uint64_t instructions) {
  check(uc_emu_start(engine_->uc, pc(), kNowhere, 0, instructions), "uc_emu_start");
}

std::uint64_t UnicornRv32::run_to_ebreak() {
  uc_hook code = 0;
  uc_hook exception = 0;
  engine_->begun = 0;
  engine_->stopped = false;
  // NOLINTBEGIN(google-readability-casting,cppcoreguidelines-pro-type-cstyle-cast): the library takes functions so.
  check(uc_hook_add(engine_->uc, &code, UC_HOOK_CODE, (void*)&Engine::on_instruction, engine_.get(), 1, 0), "hook");
  check(uc_hook_add(engine_->uc, &exception, UC_HOOK_INTR, (void*)&Engine::on_exception, engine_.get(), 1, 0), "hook");
  // NOLINTEND(google-readability-casting,cppcoreguidelines-pro-type-cstyle-cast)
  const uc_err error = uc_emu_start(engine_->uc, pc(), kNowhere, 0, 0);
  uc_hook_del(engine_->uc, code);
  uc_hook_del(engine_->uc, exception);
  if (!engine_->stopped) check(error == UC_ERR_OK ? UC_ERR_EXCEPTION : error, "no EBREAK");
  return engine_->begun - 1;
}

}  // namespace auklet::test
