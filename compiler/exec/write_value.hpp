// Internal to the compiler: arguments of kernels as C++ text. Parameter structures are aggregates of numbers, so they
// are written member by member without a word about any of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <auklet/kernels/lstm.hpp>
#include <auklet/kernels/tensor.hpp>

#include "../emit/cpp/text.hpp"

namespace auklet::compiler::exec {

/// Which of an operator's lists of tensors.
enum class Side : std::uint8_t { kInput, kVariable, kOutput };

/// What the code of a call is written into.
class CallWriter {
 public:
  virtual ~CallWriter() = default;
  /// The elements, of `size` bytes each, of one of the operator's tensors, as a span of `type`; `{}` for an input that
  /// is absent.
  [[nodiscard]] virtual std::string operand(Side side, std::size_t index, std::string_view type, std::size_t size) = 0;
  /// Puts a constant array of `count` elements aside, `bytes` long, and gives its name.
  [[nodiscard]] virtual std::string array(std::string_view type, std::size_t count, std::string_view elements,
                                          std::size_t bytes) = 0;
};

template <typename T>
inline constexpr bool kIsSpan = false;
template <typename T, std::size_t N>
inline constexpr bool kIsSpan<std::span<T, N>> = true;
template <typename T>
inline constexpr bool kIsArray = false;
template <typename T, std::size_t N>
inline constexpr bool kIsArray<std::array<T, N>> = true;

/// The type's name in emitted code, where `kernels` is the kernels' namespace.
template <typename T>
[[nodiscard]] std::string type_name() {
  if constexpr (std::is_const_v<T>) {
    return "const " + type_name<std::remove_const_t<T>>();
  } else if constexpr (std::is_same_v<T, std::byte>) {
    return "std::byte";
  } else if constexpr (std::is_same_v<T, float>) {
    return "float";
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    return std::string(std::is_signed_v<T> ? "std::int" : "std::uint") + std::to_string(8 * sizeof(T)) + "_t";
  } else {
    // `… [with T = auklet::kernels::SoftmaxParams; …]`, or as clang has it `… [T = …]`.
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("T = ") + 4);
    name = name.substr(0, name.find_first_of(";]"));
    constexpr std::string_view kProject = "auklet::";
    if (name.starts_with(kProject)) name.remove_prefix(kProject.size());
    return std::string(name);
  }
}

namespace detail {

struct Anything {
  template <typename T>
  operator T() const;  // NOLINT(google-explicit-constructor): stands for any member's value; never called.
};

template <typename T, typename... Values>
[[nodiscard]] consteval std::size_t count_members() {
  constexpr std::size_t kMost = 12;
  if constexpr (sizeof...(Values) < kMost && requires { T{Values{}..., Anything{}}; }) {
    return count_members<T, Values..., Anything>();
  } else {
    return sizeof...(Values);
  }
}

/// Calls `visit` with every member of an aggregate of at most 12 members.
template <typename T, typename Visit>
void visit_members(const T& value, Visit visit) {
  constexpr std::size_t kCount = count_members<T>();
  const auto all = [&](const auto&... members) { (visit(members), ...); };
  static_assert(kCount >= 1 && kCount <= 12);
  if constexpr (kCount == 1) {
    const auto& [a] = value;
    all(a);
  } else if constexpr (kCount == 2) {
    const auto& [a, b] = value;
    all(a, b);
  } else if constexpr (kCount == 3) {
    const auto& [a, b, c] = value;
    all(a, b, c);
  } else if constexpr (kCount == 4) {
    const auto& [a, b, c, d] = value;
    all(a, b, c, d);
  } else if constexpr (kCount == 5) {
    const auto& [a, b, c, d, e] = value;
    all(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    const auto& [a, b, c, d, e, f] = value;
    all(a, b, c, d, e, f);
  } else if constexpr (kCount == 7) {
    const auto& [a, b, c, d, e, f, g] = value;
    all(a, b, c, d, e, f, g);
  } else if constexpr (kCount == 8) {
    const auto& [a, b, c, d, e, f, g, h] = value;
    all(a, b, c, d, e, f, g, h);
  } else if constexpr (kCount == 9) {
    const auto& [a, b, c, d, e, f, g, h, i] = value;
    all(a, b, c, d, e, f, g, h, i);
  } else if constexpr (kCount == 10) {
    const auto& [a, b, c, d, e, f, g, h, i, j] = value;
    all(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (kCount == 11) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    all(a, b, c, d, e, f, g, h, i, j, k);
  } else {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    all(a, b, c, d, e, f, g, h, i, j, k, l);
  }
}

}  // namespace detail

/// A value as an initialiser: numbers as they are, aggregates in braces. What a span shows is put aside as an array.
template <typename T>
[[nodiscard]] std::string write_value(const T& value, CallWriter& writer) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, float>) {
    return emit::literal(value);
  } else if constexpr (std::is_same_v<T, std::byte>) {
    return "std::byte{" + std::to_string(std::to_integer<int>(value)) + "}";
  } else if constexpr (std::is_enum_v<T>) {
    return type_name<T>() + "{" + std::to_string(static_cast<int>(value)) + "}";
  } else if constexpr (std::is_same_v<T, kernels::Shape>) {
    return "kernels::make_shape(" + emit::list(std::span(value.dims).first(static_cast<std::size_t>(value.rank))) + ")";
  } else if constexpr (std::is_integral_v<T>) {
    return std::to_string(value) + (std::is_unsigned_v<T> ? "U" : "");
  } else {
    std::string text;
    const auto add = [&](const auto& part) { text += (text.empty() ? "" : ", ") + write_value(part, writer); };
    if constexpr (kIsSpan<T>) {
      if (value.empty()) return "{}";
      for (const auto& element : value) add(element);
      return writer.array(type_name<typename T::value_type>(), value.size(), text, value.size_bytes());
    } else if constexpr (kIsArray<T>) {
      for (const auto& element : value) add(element);
      return "{{" + text + "}}";
    } else {
      detail::visit_members(value, add);
      return "{" + text + "}";
    }
  }
}

/// An argument of a call: as write_value, and structures with their names.
template <typename T>
[[nodiscard]] std::string write_argument(const T& argument, CallWriter& writer) {
  constexpr std::size_t kLongest = 8;  // A longer array is put aside.
  if constexpr (requires { argument.write(writer); }) {
    return argument.write(writer);
  } else if constexpr (kIsArray<T>) {
    if (argument.size() > kLongest) return write_value(std::span(argument), writer);
    return write_value(argument, writer);
  } else if constexpr (std::is_class_v<T> && !kIsSpan<T> && !std::is_same_v<T, kernels::Shape>) {
    return type_name<T>() + write_value(argument, writer);
  } else {
    return write_value(argument, writer);
  }
}

/// A view without data.
template <typename View, typename... Shape>
[[nodiscard]] View make_view(Shape... shape) {
  if constexpr (kIsSpan<View>) {
    return {};
  } else {
    return View{shape..., {}};
  }
}

template <typename T>
[[nodiscard]] constexpr const char* template_name(const kernels::Tensor<T>& /*view*/) {
  return "kernels::Tensor";
}
template <typename T>
[[nodiscard]] constexpr const char* template_name(const kernels::Tensor4<T>& /*view*/) {
  return "kernels::Tensor4";
}
template <typename T>
[[nodiscard]] constexpr const char* template_name(const kernels::Matrix<T>& /*view*/) {
  return "kernels::Matrix";
}
template <typename T>
[[nodiscard]] constexpr const char* template_name(const kernels::Sequence<T>& /*view*/) {
  return "kernels::Sequence";
}

/// A view whose data is one of the operator's tensors.
template <typename View>
[[nodiscard]] std::string write_view(const View& view, Side side, std::size_t index, CallWriter& writer) {
  if constexpr (kIsSpan<View>) {
    using T = typename View::element_type;
    return writer.operand(side, index, type_name<T>(), sizeof(T));
  } else {
    using T = typename decltype(view.data)::element_type;
    std::string text;
    detail::visit_members(view, [&](const auto& member) {
      text += text.empty() ? "" : ", ";
      if constexpr (kIsSpan<std::remove_cvref_t<decltype(member)>>) {
        text += writer.operand(side, index, type_name<T>(), sizeof(T));
      } else {
        text += write_value(member, writer);
      }
    });
    return std::string(template_name(view)) + "<" + type_name<T>() + ">{" + text + "}";
  }
}

}  // namespace auklet::compiler::exec
