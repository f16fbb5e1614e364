// Memory that the processor reaches without its bus, and the decoded instructions of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "decoder.hpp"

namespace auklet::sim::soc::riscv {

inline constexpr std::uint32_t kPageBytes = 4096;
inline constexpr std::uint32_t kPageMask = kPageBytes - 1;

/// Decoded instructions of one page, a slot for every even address. Two more slots catch who runs off its end.
class CodePage {
 public:
  /// A page whose slots are all of state `op`.
  CodePage(std::uint32_t base, Op op);

  [[nodiscard]] bool holds(std::uint32_t address) const { return ((address ^ base_) & ~kPageMask) == 0; }
  /// Slot of `address`, which the page holds.
  [[nodiscard]] Instruction* at(std::uint32_t address) { return &slots_[(address & kPageMask) / 2]; }
  /// Address of a slot that at() or a step beyond it gave.
  [[nodiscard]] std::uint32_t address(const Instruction* slot) const {
    return base_ + 2 * static_cast<std::uint32_t>(slot - slots_.data());
  }
  /// Moves the page, as it is, to where `address` is.
  void move_to(std::uint32_t address) { base_ = address & ~kPageMask; }

 private:
  static constexpr std::size_t kSlots = kPageBytes / 2;

  std::uint32_t base_;
  std::array<Instruction, kSlots + 2> slots_{};
};

/// Remembers where pages are, one of each kEntries, so that most accesses need one comparison.
template <typename Target>
class PageLookup {
 public:
  /// What was remembered for the page of `address`; null when that is nothing, or `address` is no multiple of `kAlign`,
  /// a power of two.
  template <std::uint32_t kAlign>
  [[nodiscard]] Target* find(std::uint32_t address) const {
    const Entry& entry = entries_[index(address)];
    return entry.page == (address & (~kPageMask | (kAlign - 1))) ? entry.target : nullptr;
  }
  void remember(std::uint32_t address, Target* target) { entries_[index(address)] = {address & ~kPageMask, target}; }
  void clear() { entries_.fill({}); }

 private:
  static constexpr std::size_t kEntries = 256;
  struct Entry {
    std::uint32_t page = 1;  // No page begins here.
    Target* target = nullptr;
  };
  static std::size_t index(std::uint32_t address) { return address / kPageBytes % kEntries; }

  std::array<Entry, kEntries> entries_{};
};

class Memory {
 public:
  enum class Use : std::uint8_t { kFetch, kRead, kWrite };  ///< Each includes those before it.

  /// Adds memory. Throws std::invalid_argument when `base` or the size is no multiple of a page, or the range is empty,
  /// leaves the address space or overlaps another.
  void map(std::uint32_t base, std::span<std::byte> bytes, Use use);

  /// Host address of the aligned `kBytes` at `address`, if that page has been used for loads; else null, and read()
  /// knows.
  template <std::uint32_t kBytes>
  [[nodiscard]] const std::byte* quick_read(std::uint32_t address) const {
    const std::byte* page = reads_.find<kBytes>(address);
    return page == nullptr ? nullptr : page + (address & kPageMask);
  }
  /// As quick_read(), for stores.
  template <std::uint32_t kBytes>
  [[nodiscard]] std::byte* quick_write(std::uint32_t address) const {
    std::byte* page = writes_.find<kBytes>(address);
    return page == nullptr ? nullptr : page + (address & kPageMask);
  }
  /// Host address of the byte at `address`; null where loads go to the bus. Remembers the page.
  const std::byte* read(std::uint32_t address);
  /// Host address of the byte at `address`; null where stores go to the bus. Remembers the page.
  std::byte* write(std::uint32_t address);

  /// Decoded code of the page that holds `address`; one of kNoFetch slots where nothing can be fetched. Valid until
  /// forget_code(), map() or, where it is the latter, the next call.
  CodePage* code(std::uint32_t address) {
    CodePage* page = code_.find<1>(address);
    return page != nullptr ? page : find_code(address);
  }
  /// Fills a slot of state kUndecoded.
  void decode(CodePage& page, Instruction* slot) const;
  /// Reads the halfword at the even `address` for a fetch. False: nothing is there.
  bool fetch(std::uint32_t address, std::uint16_t& halfword) const;
  /// Forgets what has been decoded.
  void forget_code();

 private:
  struct Region {
    std::uint32_t base = 0;
    std::span<std::byte> bytes;
    Use use = Use::kFetch;
    std::vector<std::unique_ptr<CodePage>> code;  // One for each page, null until needed.

    [[nodiscard]] bool holds(std::uint32_t address) const { return address - base < bytes.size(); }
  };

  Region* find(std::uint32_t address, Use use);
  CodePage* find_code(std::uint32_t address);

  std::vector<Region> regions_;
  PageLookup<const std::byte> reads_;
  PageLookup<std::byte> writes_;
  PageLookup<CodePage> code_;
  CodePage nowhere_{0, Op::kNoFetch};
};

}  // namespace auklet::sim::soc::riscv
