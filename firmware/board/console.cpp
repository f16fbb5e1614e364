#include <array>
#include <auklet/board/console.hpp>

namespace auklet::board {
namespace {

constexpr char digit(std::uint32_t value) {
  return static_cast<char>(value < 10 ? '0' + static_cast<int>(value) : 'a' + static_cast<int>(value) - 10);
}

}  // namespace

Console& Console::operator<<(Hex number) noexcept {
  for (int shift = 28; shift >= 0; shift -= 4) *this << digit(number.value >> shift & 0xfU);
  return *this;
}

void Console::print(std::uint64_t number) noexcept {
  std::array<char, 20> digits;
  std::size_t count = 0;
  do {
    digits[count++] = digit(static_cast<std::uint32_t>(number % 10));
    number /= 10;
  } while (number != 0);
  while (count != 0) *this << digits[--count];
}

void print_bytes(Console& console, const char* label, std::span<const std::int8_t> bytes) noexcept {
  constexpr std::size_t kLine = 32;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % kLine == 0) console << (i == 0 ? "" : "\n") << label;
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    console << digit(byte >> 4) << digit(byte & 0xfU);
  }
  console << '\n';
}

}  // namespace auklet::board
