#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

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
  constexpr std::size_t kLongest = 40;
  return plain_text(name.substr(0, kLongest)) + (name.size() > kLongest ? "..." : "");
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string literal(float value) {
  if (std::isnan(value)) return "__builtin_nanf(\"\")";
  if (std::isinf(value)) return value > 0 ? "__builtin_inff()" : "-__builtin_inff()";
  std::array<char, 48> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
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

std::string wrapped(std::string_view text, std::size_t indentation) {
  constexpr std::size_t kColumns = 120;
  const std::string margin(indentation, ' ');
  std::string result;
  std::size_t column = kColumns;
  while (!text.empty()) {
    const std::size_t comma = text.find(", ");
    const bool is_last = comma == std::string_view::npos;
    const std::string_view part = text.substr(0, is_last ? text.size() : comma + 1);
    const bool breaks = column + 1 + part.size() > kColumns;
    if (breaks && !result.empty()) result += '\n';
    result += breaks ? margin : " ";
    result += part;
    column = (breaks ? indentation : column + 1) + part.size();
    text.remove_prefix(is_last ? text.size() : comma + 2);
  }
  return result;
}

std::string array_text(std::string_view type, std::string_view name, std::size_t count, std::string_view elements) {
  return fill("const $ $[$] = {\n$,\n};\n\n",
              {std::string(type), std::string(name), std::to_string(count), wrapped(elements, 2)});
}

namespace {

template <typename T>
std::string literals_of(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    if (!text.empty()) text += ", ";
    if constexpr (std::is_same_v<T, float>) {
      text += literal(value);
    } else if constexpr (std::is_same_v<T, std::byte>) {
      text += fill("std::byte{$}", {std::to_string(std::to_integer<int>(value))});
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      // The lowest value has no literal of its own.
      const bool lowest = value == std::numeric_limits<T>::min();
      text += lowest ? "-9223372036854775807 - 1" : std::to_string(value);
    } else {
      text += std::to_string(value) + (std::is_same_v<T, std::uint64_t> ? "U" : "");
    }
  }
  return text;
}

}  // namespace

std::string literals(const Tensor& tensor) {
  switch (tensor.type) {
    case TensorType::kFloat32:
      return literals_of<float>(tensor.data);
    case TensorType::kInt8:
      return literals_of<std::int8_t>(tensor.data);
    case TensorType::kInt16:
      return literals_of<std::int16_t>(tensor.data);
    case TensorType::kInt32:
      return literals_of<std::int32_t>(tensor.data);
    case TensorType::kInt64:
      return literals_of<std::int64_t>(tensor.data);
    case TensorType::kUint8:
    case TensorType::kBool:
      return literals_of<std::uint8_t>(tensor.data);
    case TensorType::kUint16:
      return literals_of<std::uint16_t>(tensor.data);
    case TensorType::kUint32:
      return literals_of<std::uint32_t>(tensor.data);
    case TensorType::kUint64:
      return literals_of<std::uint64_t>(tensor.data);
    default:
      return literals_of<std::byte>(tensor.data);
  }
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
