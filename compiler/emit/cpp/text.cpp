#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace auklet::compiler::emit {

std::string fill(std::string_view pattern, std::initializer_list<std::string> values) {
  std::string text;
  const auto* value = values.begin();
  for (const char c : pattern) {
    if (c == '$') {
      text += *value++;
    } else {
      text += c;
    }
  }
  return text;
}

std::string plain_text(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '?';
    if (!plain) c = '_';
  }
  return result;
}

std::string plain_name(std::string_view name) {
  constexpr std::size_t kLongest = 60;
  return plain_text(name.substr(0, kLongest)) + (name.size() > kLongest ? "..." : "");
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string literal(float value) {
  std::array<char, 48> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  std::string result(text.data(), end);
  if (result.find_first_of(".e") == std::string::npos) result += ".0";
  return result + "F";
}

std::string_view element_type(TensorType type) {
  switch (type) {
    case TensorType::kFloat32:
      return "float";
    case TensorType::kInt8:
      return "std::int8_t";
    case TensorType::kInt16:
      return "std::int16_t";
    case TensorType::kInt32:
      return "std::int32_t";
    case TensorType::kInt64:
      return "std::int64_t";
    case TensorType::kUint8:
    case TensorType::kBool:
      return "std::uint8_t";
    case TensorType::kUint16:
      return "std::uint16_t";
    case TensorType::kUint32:
      return "std::uint32_t";
    case TensorType::kUint64:
      return "std::uint64_t";
    default:
      return "";
  }
}

std::string list(std::span<const std::int32_t> numbers) {
  std::string text;
  for (const std::int32_t number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

std::string word_array(std::string_view name, std::span<const std::byte> bytes) {
  constexpr std::size_t kBeat = 16;  // Bytes of the widest AXI data bus: a read fetches the last beat whole.
  constexpr std::size_t kWord = 4;
  constexpr std::size_t kWordsInLine = 9;
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t words = (bytes.size() + kBeat - 1) / kBeat * (kBeat / kWord);
  std::string text = "alignas(16) const std::uint32_t " + std::string(name) + "[" + std::to_string(words) + "] = {";
  text.reserve(text.size() + words * 13);
  for (std::size_t word = 0; word < words; ++word) {
    text += word % kWordsInLine == 0 ? "\n  0x" : " 0x";
    for (std::size_t i = kWord; i-- > 0;) {
      const std::size_t at = word * kWord + i;
      const auto byte = at < bytes.size() ? std::to_integer<unsigned>(bytes[at]) : 0U;
      text += kDigits[byte >> 4U];
      text += kDigits[byte & 15U];
    }
    text += ',';
  }
  return text + "\n};\n";
}

}  // namespace auklet::compiler::emit
