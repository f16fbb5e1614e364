// Internal to the C++ emitter: the small pieces of which its text is made.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace auklet::compiler::emit {

/// The pattern with its `$` replaced by the values, in order. Precondition: as many of the one as of the other.
[[nodiscard]] std::string fill(std::string_view pattern, std::initializer_list<std::string> values);

/// Text as it may stand in a comment or a string literal: what is not printable, and quotes, backslashes and question
/// marks, become underscores.
[[nodiscard]] std::string plain_text(std::string_view text);

/// The same for a name from a model, which is shortened where it is long.
[[nodiscard]] std::string plain_name(std::string_view name);

/// A number with commas between thousands.
[[nodiscard]] std::string grouped(std::size_t number);

/// The float's shortest literal that reads back as the same value.
[[nodiscard]] std::string literal(float value);

/// A tensor type's C++ type; empty when there is none that holds one element.
[[nodiscard]] std::string_view element_type(TensorType type);

/// `1, 49, 10`
[[nodiscard]] std::string list(std::span<const std::int32_t> numbers);

/// Text whose parts are separated by ", ", broken into lines of at most 120 columns. Every line begins with
/// `indentation` blanks.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indentation);

/// A constant array of `type`. `elements` are separated by ", ".
[[nodiscard]] std::string array_text(std::string_view type, std::string_view name, std::size_t count,
                                     std::string_view elements);

/// The elements of a constant as literals separated by ", ": numbers of the tensor's type, or bytes where there is no
/// such type in C++.
[[nodiscard]] std::string literals(const Tensor& tensor);

/// A constant array of words, padded with zeros to whole 16 bytes; `bytes` little-endian.
[[nodiscard]] std::string word_array(std::string_view name, std::span<const std::byte> bytes);

}  // namespace auklet::compiler::emit
