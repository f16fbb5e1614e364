// Programs for the simulated system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace auklet::sim::soc {

/// A file that is no program for this system; what() is a sentence that says why and where.
class ElfError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Which processor a program is for.
enum class ElfMachine : std::uint8_t { kRiscv32, kArm };

/// Memory that a program may be loaded to.
struct LoadRegion {
  std::uint32_t base = 0;
  std::span<std::byte> bytes;
};

/// An executable: what it is for, where it begins, what it puts where.
struct ElfProgram {
  ElfMachine machine = ElfMachine::kRiscv32;
  std::uint32_t entry = 0;
  struct Segment {
    std::uint32_t address = 0;  ///< Load (physical) address.
    std::span<const std::byte> bytes;
  };
  std::vector<Segment> segments;
  struct Function {
    std::uint32_t address = 0;
    std::uint32_t bytes = 0;
    std::string_view name;
  };
  std::vector<Function> functions;  ///< Of the symbol table, by address; empty when it was stripped.

  /// The function that holds `address`; "?" where none does.
  [[nodiscard]] std::string_view function_at(std::uint32_t address) const;
};

/// Reads a 32-bit little-endian executable. `file` is not trusted, and must outlive the result. Throws ElfError.
[[nodiscard]] ElfProgram read_elf(std::span<const std::byte> file);

/// Copies the program's segments to `regions`. Throws ElfError when one fits none of them; then nothing is said about
/// what was copied.
void load(const ElfProgram& program, std::span<const LoadRegion> regions);

}  // namespace auklet::sim::soc
