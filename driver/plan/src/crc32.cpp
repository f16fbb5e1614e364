#include <array>
#include <auklet/plan/crc32.hpp>

namespace auklet::plan {
namespace {

// One entry a nibble: 64 bytes of table, eight steps a word.
constexpr std::array<std::uint32_t, 16> make_table() noexcept {
  std::array<std::uint32_t, 16> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t remainder = i;
    for (int bit = 0; bit < 4; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? 0xedb88320U : 0U);
    table[i] = remainder;
  }
  return table;
}
constexpr std::array<std::uint32_t, 16> kTable = make_table();

}  // namespace

std::uint32_t crc32(std::span<const std::uint32_t> words, std::uint32_t before) noexcept {
  std::uint32_t crc = ~before;
  for (const std::uint32_t word : words) {
    // The CRC is linear, so a little-endian word goes in at once.
    crc ^= word;
    for (int nibble = 0; nibble < 8; ++nibble) crc = (crc >> 4) ^ kTable[crc & 15U];
  }
  return ~crc;
}

}  // namespace auklet::plan
