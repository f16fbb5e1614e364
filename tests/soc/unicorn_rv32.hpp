// Unicorn's RV32 (QEMU's, that is) as a second opinion on what instructions do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct uc_struct;

namespace auklet::test {

class UnicornRv32 {
 public:
  UnicornRv32();

  /// Adds memory; sizes are multiples of 4 KiB. All failures here and below throw std::runtime_error.
  void map(std::uint32_t base, std::size_t bytes);
  void write(std::uint32_t address, std::span<const std::byte> bytes);
  void read(std::uint32_t address, std::span<std::byte> bytes) const;

  void set_x(unsigned index, std::uint32_t value);
  [[nodiscard]] std::uint32_t x(unsigned index) const;
  void set_pc(std::uint32_t address);
  [[nodiscard]] std::uint32_t pc() const;

  /// Executes `instructions` from pc() on.
  void run(std::uint64_t instructions);
  /// Executes from pc() on until `address` comes next, and returns how many instructions came before it.
  std::uint64_t run_to(std::uint32_t address);

 private:
  struct Closer {
    void operator()(uc_struct* engine) const;
  };
  std::unique_ptr<uc_struct, Closer> engine_;
};

}  // namespace auklet::test
