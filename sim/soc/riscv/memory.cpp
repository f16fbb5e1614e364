#include "memory.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace auklet::sim::soc::riscv {

static_assert(std::endian::native == std::endian::little, "Loads and stores copy bytes as they are");

CodePage::CodePage(std::uint32_t base, Op op) : base_(base) {
  for (Instruction& slot : slots_) slot.op = op;
  slots_[kSlots].op = slots_[kSlots + 1].op = Op::kPageEnd;
}

void Memory::map(std::uint32_t base, std::span<std::byte> bytes, Use use) {
  if (bytes.empty() || base % kPageBytes != 0 || bytes.size() % kPageBytes != 0) {
    throw std::invalid_argument("Memory::map: base and size must be multiples of 4 KiB, the size not zero");
  }
  constexpr std::uint64_t kSpace = std::uint64_t{1} << 32;
  const std::uint64_t end = std::uint64_t{base} + bytes.size();
  if (bytes.size() > kSpace || end > kSpace) throw std::invalid_argument("Memory::map: beyond the address space");
  for (const Region& other : regions_) {
    if (base < std::uint64_t{other.base} + other.bytes.size() && other.base < end) {
      throw std::invalid_argument("Memory::map: overlaps other memory");
    }
  }
  Region region{.base = base, .bytes = bytes, .use = use, .code = {}};
  region.code.resize(bytes.size() / kPageBytes);
  regions_.push_back(std::move(region));
  forget_code();  // An instruction may have ended where the new memory begins.
}

Memory::Region* Memory::find(std::uint32_t address, Use use) {
  for (Region& region : regions_) {
    if (region.holds(address)) return region.use >= use ? &region : nullptr;
  }
  return nullptr;
}

const std::byte* Memory::read(std::uint32_t address) {
  const Region* region = find(address, Use::kRead);
  if (region == nullptr) return nullptr;
  const std::byte* byte = &region->bytes[address - region->base];
  reads_.remember(address, byte - (address & kPageMask));
  return byte;
}

std::byte* Memory::write(std::uint32_t address) {
  const Region* region = find(address, Use::kWrite);
  if (region == nullptr) return nullptr;
  std::byte* byte = &region->bytes[address - region->base];
  writes_.remember(address, byte - (address & kPageMask));
  return byte;
}

CodePage* Memory::find_code(std::uint32_t address) {
  Region* region = find(address, Use::kFetch);
  if (region == nullptr) {
    nowhere_.move_to(address);
    return &nowhere_;
  }
  std::unique_ptr<CodePage>& page = region->code[(address - region->base) / kPageBytes];
  if (page == nullptr) page = std::make_unique<CodePage>(address & ~kPageMask, Op::kUndecoded);
  code_.remember(address, page.get());
  return page.get();
}

bool Memory::fetch(std::uint32_t address, std::uint16_t& halfword) const {
  for (const Region& region : regions_) {
    if (!region.holds(address)) continue;
    std::memcpy(&halfword, &region.bytes[address - region.base], sizeof(halfword));
    return true;
  }
  return false;
}

void Memory::decode(CodePage& page, Instruction* slot) const {
  const std::uint32_t address = page.address(slot);
  std::uint16_t low = 0;
  std::uint16_t high = 0;
  if (!fetch(address, low)) {
    *slot = {.op = Op::kNoFetch, .immediate = 0};
  } else if (!is_compressed(low) && !fetch(address + 2, high)) {
    *slot = {.op = Op::kNoFetch, .immediate = 2};
  } else {
    *slot = riscv::decode(low | std::uint32_t{high} << 16, address);
  }
}

void Memory::forget_code() {
  code_.clear();
  for (Region& region : regions_) {
    for (std::unique_ptr<CodePage>& page : region.code) page.reset();
  }
}

}  // namespace auklet::sim::soc::riscv
