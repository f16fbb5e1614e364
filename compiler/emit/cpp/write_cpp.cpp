#include <algorithm>
#include <array>
#include <auklet/compiler/emit_cpp.hpp>

#include "translation.hpp"

namespace auklet::compiler {
namespace {

// Keywords of C++20, and the names that the emitted code uses inside the namespace.
constexpr auto kReserved = std::to_array<std::string_view>({
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "import",
    "inline",
    "int",
    "long",
    "module",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
    "auklet",
    "auklet_models",
    "std",
    "final",
    "override",
    "linux",
    "unix",
});

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_cpp_name(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  if (name.empty() || name.size() > kLongest || !is_letter(name.front())) return false;
  const bool letters = std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  return letters && name.find("__") == std::string_view::npos && std::ranges::count(kReserved, name) == 0;
}

std::string cpp_name(std::string_view stem) {
  constexpr std::size_t kLongest = 48;
  std::string name;
  for (const char c : stem.substr(0, kLongest)) {
    const bool keeps = is_letter(c) || is_digit(c);
    if (keeps || (!name.empty() && name.back() != '_')) name += keeps ? c : '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return is_cpp_name(name) ? name : "model_" + name;
}

Result<CppCode> write_cpp(const Model& compiled, const CppOptions& options) {
  if (!is_cpp_name(options.name)) {
    return fail(ErrorCode::kArgument, "'" + options.name + "' cannot be the name of a C++ namespace");
  }
  if (Outcome valid = validate(compiled); !valid) return tl::unexpected(valid.error());
  const auto translation = emit::translate(compiled, options);
  if (!translation) return tl::unexpected(translation.error());
  CppCode code;
  code.arena_bytes = translation->arena.bytes;
  code.source = emit::source_text(*translation, code);
  code.header = emit::header_text(*translation, code);
  return code;
}

}  // namespace auklet::compiler
