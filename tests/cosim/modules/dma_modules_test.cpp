// Window check, burst generator and unpacker against their contracts, over the whole range of their inputs.
#include <algorithm>
#include <auklet/spec/spec.hpp>
#include <cstdint>

#include <Vmodule_burst_gen.h>
#include <Vmodule_unpack.h>
#include <Vmodule_window_check.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"

namespace auklet::test {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kAddressEnd = std::uint64_t{1} << 40;

struct Transfer {
  std::uint64_t base, size, offset, length, rows, stride;

  /// One past the last byte, relative to the window.
  [[nodiscard]] Wide end() const { return Wide{offset} + Wide{rows - 1} * stride + length; }
};

Transfer random_transfer(Numbers& numbers) {
  Transfer t{numbers.edgy(40), numbers.edgy(32), numbers.edgy(32),
             numbers.edgy(24), numbers.edgy(16), numbers.edgy(32)};
  if (numbers.one_in(3)) t.rows = 1;
  if (numbers.one_in(4)) t.offset = 0;
  if (numbers.one_in(4)) t.stride = 0;
  t.rows = std::max<std::uint64_t>(t.rows, 1);
  // Mostly at the limits: the window ends with the transfer, the address space with the window, or nearly so.
  if (!numbers.one_in(4) && t.end() < 0xFFFFFFF0) t.size = static_cast<std::uint64_t>(t.end()) + numbers.below(3) - 1;
  t.size &= 0xFFFFFFFF;
  if (numbers.one_in(2)) t.base = (kAddressEnd - t.size + numbers.below(3) - 1) & (kAddressEnd - 1);
  // Beyond the address space by a power of two.
  if (numbers.one_in(8)) t.base = (kAddressEnd - t.size + (std::uint64_t{1} << numbers.below(33))) & (kAddressEnd - 1);
  // A sum that is hardly more than a power of two.
  if (numbers.one_in(16)) {
    t.rows = (std::uint64_t{1} << numbers.below(16)) + 1;
    t.rows = std::min<std::uint64_t>(t.rows, 0xFFFF);
    t.stride = std::uint64_t{1} << numbers.below(32);
    t.offset = 0;
    t.length = 1;
    t.size = numbers.edgy(32);
  }
  return t;
}

TEST(RtlModules, WindowCheckIsExact) {
  Combinational<Vmodule_window_check> check;
  Numbers numbers(1);
  int passed = 0;
  for (int round = 0; round < 40'000; ++round) {
    const Transfer t = random_transfer(numbers);
    const bool enabled = !numbers.one_in(16);
    const bool allowed = !numbers.one_in(16);
    check->en_i = enabled;
    check->allow_i = allowed;
    check->base_i = t.base;
    check->size_i = static_cast<std::uint32_t>(t.size);
    check->offset_i = static_cast<std::uint32_t>(t.offset);
    check->len_i = static_cast<std::uint32_t>(t.length);
    check->rows_i = static_cast<std::uint16_t>(t.rows);
    check->stride_i = static_cast<std::uint32_t>(t.stride);
    check->eval();
    const bool inside = t.end() <= t.size && t.base + t.size <= kAddressEnd;
    ASSERT_EQ(check->ok_o != 0, enabled && allowed && inside)
        << t.base << ' ' << t.size << ' ' << t.offset << ' ' << t.length << ' ' << t.rows << ' ' << t.stride;
    ASSERT_EQ(check->addr_o, (t.base + t.offset) % kAddressEnd);
    passed += check->ok_o;
  }
  EXPECT_GT(passed, 4'000);
}

TEST(RtlModules, BurstsHoldTheRowsInOrder) {
  Clocked<Vmodule_burst_gen> bursts;
  Numbers numbers(2);
  constexpr std::uint64_t kBeat = 16;  // The module's default width.
  for (int round = 0; round < 3'000; ++round) {
    const Transfer t{0,
                     0,
                     numbers.edgy(40),
                     std::max<std::uint64_t>(numbers.edgy(24), 1),
                     std::max<std::uint64_t>(numbers.edgy(16), 1),
                     numbers.edgy(32)};
    bursts->abort_i = 0;
    bursts->next_i = 0;
    bursts->start_i = 1;
    bursts->addr_i = t.offset;
    bursts->len_i = static_cast<std::uint32_t>(t.length);
    bursts->rows_i = static_cast<std::uint16_t>(t.rows);
    bursts->stride_i = static_cast<std::uint32_t>(t.stride);
    bursts.clock();
    bursts->start_i = 0;
    // Of bursts; a longer transfer is aborted, but now and then the longest may end.
    int budget = round % 300 == 0 ? 70'000 : 40;
    std::uint64_t row = t.offset;
    for (std::uint64_t i = 0; i < t.rows && budget > 0; ++i) {
      std::uint64_t address = row;
      for (std::uint64_t left = t.length; left != 0 && budget > 0; --budget) {
        const std::uint64_t bytes = std::min(left, spec::kBurstBytes - address % spec::kBurstBytes);
        while (numbers.one_in(4)) bursts.clock();
        ASSERT_TRUE(bursts->active_o);
        ASSERT_EQ(bursts->addr_o, address);
        ASSERT_EQ(bursts->bytes_o, bytes);
        ASSERT_EQ(bursts->len_o, (address % kBeat + bytes - 1) / kBeat);
        ASSERT_EQ(bursts->last_o != 0, i + 1 == t.rows && bytes == left);
        bursts->next_i = 1;
        bursts.clock();
        bursts->next_i = 0;
        address = (address + bytes) % kAddressEnd;
        left -= bytes;
      }
      row = (row + t.stride) % kAddressEnd;
    }
    if (budget > 0) {
      ASSERT_FALSE(bursts->active_o) << "behind the last burst";
    } else if (numbers.one_in(8)) {
      bursts.reset();
      ASSERT_FALSE(bursts->active_o) << "after a reset";
    } else {
      // An abort wins over a start.
      bursts->abort_i = 1;
      bursts->start_i = numbers.one_in(2);
      bursts.clock();
      ASSERT_FALSE(bursts->active_o) << "after an abort";
    }
  }
}

TEST(RtlModules, UnpackedNumbersAreThoseOfTheBits) {
  Combinational<Vmodule_unpack> unpack;
  Numbers numbers(3);
  for (int round = 0; round < 4'000; ++round) {
    const auto width = static_cast<unsigned>(round % 9);
    std::array<std::uint32_t, 4> words{};
    for (std::uint32_t i = 0; i < 4; ++i) unpack->bytes_i[i] = words[i] = static_cast<std::uint32_t>(numbers.bits(32));
    unpack->width_i = static_cast<std::uint8_t>(width);
    unpack->en_i = !numbers.one_in(16);
    unpack->eval();
    for (unsigned i = 0; i < 16; ++i) {
      int expected = 0;
      for (unsigned bit = 0; bit < width && unpack->en_i != 0; ++bit) {
        const unsigned at = i * width + bit;
        const int value = static_cast<int>(words[at / 32] >> (at % 32) & 1U) << bit;
        expected += bit + 1 == width ? -value : value;  // The sign.
      }
      ASSERT_EQ(static_cast<std::int8_t>(unpack->word_o[i / 4] >> (i % 4 * 8)), expected) << width << ' ' << i;
    }
  }
}

}  // namespace
}  // namespace auklet::test
