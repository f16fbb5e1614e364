#include "register_trace.hpp"

#include <fmt/format.h>

#include <auklet/spec/soc.h>
#include <algorithm>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <ostream>
#include <span>

namespace auklet::sim::soc {
namespace {

constexpr std::size_t kLine = 32;  // Bytes of memory a line.

std::string name_of(std::uint32_t offset) {
  const spec::RegisterInfo* info = spec::find_register(offset);
  if (info == nullptr) return fmt::format("{:#x}", offset);
  if (info->count == 1) return info->name;
  return fmt::format("{}[{}]", info->name, (offset - info->offset) / info->stride);
}

// Lines that hold nothing but `blank` are left out.
std::string memory_lines(std::uint64_t base, std::span<const std::byte> bytes, std::byte blank) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += kLine) {
    const std::span<const std::byte> line = bytes.subspan(at, kLine);
    if (std::ranges::all_of(line, [blank](std::byte byte) { return byte == blank; })) continue;
    text += fmt::format("memory {:#x} ", base + at);
    for (const std::byte byte : line) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    text += '\n';
  }
  return text;
}

}  // namespace

void RegisterTrace::add(const RegisterAccess& access, Machine& machine) {
  using Control = spec::reg::Control;
  const bool starts = access.write && access.offset == Control::kOffset && Control::kStart.extract(access.value) != 0;
  if (starts && memory_.empty()) {
    memory_ = memory_lines(AUKLET_SOC_FLASH_BASE, machine.flash(), kErased) +
              memory_lines(AUKLET_SOC_RAM_BASE, machine.ram(), std::byte{0});
  }
  const std::uint64_t ticks = accesses_.empty() ? 0 : std::min<std::uint64_t>(machine.clock() - last_, UINT32_MAX);
  last_ = machine.clock();
  accesses_ +=
      fmt::format("+{} {} {} {:#x}\n", ticks, access.write ? "write" : "read", name_of(access.offset), access.value);
}

void RegisterTrace::write(std::ostream& out) const { out << "auklet-mmio-trace 1\n" << memory_ << accesses_; }

}  // namespace auklet::sim::soc
