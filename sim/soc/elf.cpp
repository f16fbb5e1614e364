#include <algorithm>
#include <array>
#include <auklet/sim/soc/elf.hpp>
#include <cstring>
#include <iterator>
#include <string>

namespace auklet::sim::soc {
namespace {

// Offsets and values of the "Tool Interface Standard: Executable and Linking Format", version 1.2.
constexpr std::array<std::uint8_t, 7> kIdent{0x7f, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* little-endian */, 1};
constexpr std::size_t kHeaderBytes = 52;
constexpr std::size_t kProgramHeaderBytes = 32;
constexpr std::uint32_t kExecutable = 2;
constexpr std::uint32_t kMachineArm = 40;
constexpr std::uint32_t kMachineRiscv = 243;
constexpr std::uint32_t kLoad = 1;
constexpr std::uint32_t kSymbolTable = 2;
constexpr std::uint32_t kFunction = 2;
constexpr std::size_t kSymbolBytes = 16;
constexpr std::size_t kSectionHeaderBytes = 40;
constexpr std::size_t kLongestName = 1024;

// The little-endian number of `bytes` bytes at `offset`.
std::uint32_t number(std::span<const std::byte> file, std::size_t offset, std::size_t bytes) {
  if (offset > file.size() || bytes > file.size() - offset) {
    throw ElfError("the file ends at byte " + std::to_string(file.size()) + ", within what byte " +
                   std::to_string(offset) + " belongs to; it is truncated");
  }
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(file[offset + i]);
  return value;
}

ElfMachine machine_of(std::uint32_t number) {
  if (number == kMachineRiscv) return ElfMachine::kRiscv32;
  if (number == kMachineArm) return ElfMachine::kArm;
  throw ElfError("the program is for machine " + std::to_string(number) + ", not for RISC-V (243) or Arm (40)");
}

// The functions of the symbol table, which a program need not have.
std::vector<ElfProgram::Function> read_functions(std::span<const std::byte> file, std::uint32_t machine) {
  std::vector<ElfProgram::Function> functions;
  const std::size_t table = number(file, 32, 4);
  const std::size_t header_bytes = number(file, 46, 2);
  const std::size_t headers = number(file, 48, 2);
  if (headers != 0 && header_bytes < kSectionHeaderBytes) {
    throw ElfError("section headers of " + std::to_string(header_bytes) + " bytes are too short; the file is damaged");
  }
  for (std::size_t i = 0; i < headers && functions.empty(); ++i) {  // There is one table.
    const std::size_t section = table + i * header_bytes;
    if (number(file, section + 4, 4) != kSymbolTable) continue;
    const std::size_t symbols = number(file, section + 16, 4);
    const std::size_t count = number(file, section + 20, 4) / kSymbolBytes;
    const std::size_t strings = number(file, table + number(file, section + 24, 4) * header_bytes + 16, 4);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t symbol = symbols + k * kSymbolBytes;
      if ((number(file, symbol + 12, 1) & 0xfU) != kFunction) continue;
      const std::size_t name = strings + number(file, symbol, 4);
      std::size_t end = name;
      while (end - name < kLongestName && number(file, end, 1) != 0) ++end;
      // The lowest bit of an Arm function's address says that it is Thumb code.
      const std::uint32_t address = number(file, symbol + 4, 4) & (machine == kMachineArm ? ~1U : ~0U);
      functions.push_back(
          {address, number(file, symbol + 8, 4), {reinterpret_cast<const char*>(file.data() + name), end - name}});
    }
  }
  std::ranges::sort(functions, {}, &ElfProgram::Function::address);
  return functions;
}

}  // namespace

ElfProgram read_elf(std::span<const std::byte> file) {
  if (file.size() < kHeaderBytes || std::memcmp(file.data(), kIdent.data(), kIdent.size()) != 0) {
    throw ElfError("the file is no 32-bit little-endian ELF file; its first bytes say so");
  }
  if (number(file, 16, 2) != kExecutable) throw ElfError("the file is no executable; link it first");
  ElfProgram program;
  program.machine = machine_of(number(file, 18, 2));
  program.entry = number(file, 24, 4);
  const std::size_t table = number(file, 28, 4);
  const std::size_t entry_bytes = number(file, 42, 2);
  const std::size_t entries = number(file, 44, 2);
  if (entries != 0 && entry_bytes < kProgramHeaderBytes) {
    throw ElfError("program headers of " + std::to_string(entry_bytes) + " bytes are too short; the file is damaged");
  }
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t header = table + i * entry_bytes;
    if (number(file, header, 4) != kLoad) continue;
    const std::size_t offset = number(file, header + 4, 4);
    const std::size_t bytes = number(file, header + 16, 4);
    if (offset > file.size() || bytes > file.size() - offset) {
      throw ElfError("segment " + std::to_string(i) + " ends beyond the file's end; it is truncated");
    }
    if (bytes != 0) program.segments.push_back({number(file, header + 12, 4), file.subspan(offset, bytes)});
  }
  program.functions = read_functions(file, number(file, 18, 2));
  return program;
}

std::string_view ElfProgram::function_at(std::uint32_t address) const {
  const auto after = std::ranges::upper_bound(functions, address, {}, &Function::address);
  if (after == functions.begin()) return "?";
  const Function& function = *std::prev(after);
  return address - function.address < std::max(function.bytes, 1U) ? function.name : "?";
}

void load(const ElfProgram& program, std::span<const LoadRegion> regions) {
  for (const ElfProgram::Segment& segment : program.segments) {
    const auto holds = [&](const LoadRegion& region) {
      const std::uint32_t offset = segment.address - region.base;
      return offset < region.bytes.size() && segment.bytes.size() <= region.bytes.size() - offset;
    };
    const auto region = std::ranges::find_if(regions, holds);
    if (region == regions.end()) {
      throw ElfError("a segment of " + std::to_string(segment.bytes.size()) + " bytes at address " +
                     std::to_string(segment.address) + " is in no memory; check the linker script");
    }
    std::ranges::copy(segment.bytes, region->bytes.begin() + (segment.address - region->base));
  }
}

}  // namespace auklet::sim::soc
