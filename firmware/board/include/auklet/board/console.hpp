// Text over the UART. No heap, no printf, no locale.
#pragma once

#include <auklet/board/board.hpp>
#include <concepts>
#include <cstdint>
#include <span>

namespace auklet::board {

/// A number in hexadecimal, eight digits.
struct Hex {
  std::uint32_t value;
};

/// Writes text and numbers to the UART. Not to be used in interrupts.
class Console {
 public:
  Console& operator<<(char character) noexcept {
    while ((reg(AUKLET_SOC_UART_BASE, AUKLET_SOC_UART_STATUS) & 1U) == 0) {
    }
    reg(AUKLET_SOC_UART_BASE, AUKLET_SOC_UART_DATA) = static_cast<unsigned char>(character);
    return *this;
  }
  Console& operator<<(const char* text) noexcept {
    for (; *text != '\0'; ++text) *this << *text;
    return *this;
  }
  Console& operator<<(Hex number) noexcept;
  /// In decimal, int8_t as well; char is a character.
  template <std::integral Number>
  Console& operator<<(Number number) noexcept {
    if (number < 0) *this << '-';
    const auto value = static_cast<std::uint64_t>(number);
    print(number < 0 ? 0 - value : value);
    return *this;
  }

 private:
  void print(std::uint64_t number) noexcept;
};

/// Prints bytes in hexadecimal, 32 a line, each line beginning with `label`.
void print_bytes(Console& console, const char* label, std::span<const std::int8_t> bytes) noexcept;

}  // namespace auklet::board
