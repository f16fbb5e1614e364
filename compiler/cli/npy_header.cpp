#include "npy_header.hpp"

#include <cctype>
#include <charconv>
#include <string_view>

namespace auklet::app {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

// Reads the few forms of Python text that the header consists of. Every call returns false, and nothing else has a
// meaning any more, when the text is something else.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char wanted) {
    skip_blanks();
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool string(std::string& value) {
    skip_blanks();
    if (text_.empty() || (text_.front() != '\'' && text_.front() != '"')) return false;
    const std::size_t end = text_.find(text_.front(), 1);
    if (end == std::string_view::npos) return false;
    value = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return true;
  }

  bool boolean(bool& value) {
    skip_blanks();
    for (const bool candidate : {false, true}) {
      const std::string_view word = candidate ? "True" : "False";
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      value = candidate;
      return true;
    }
    return false;
  }

  bool tuple(std::vector<std::uint64_t>& values) {
    if (!take('(')) return false;
    while (!take(')')) {
      std::uint64_t value = 0;
      skip_blanks();
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
      if (error != std::errc()) return false;
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      values.push_back(value);
      if (!take(',') && !next_is(')')) return false;
    }
    return true;
  }

  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())) != 0) text_.remove_prefix(1);
  }
  bool next_is(char wanted) {
    skip_blanks();
    return !text_.empty() && text_.front() == wanted;
  }

  std::string_view text_;
};

// The dictionary; its three keys may come in any order and each has to be there once.
bool parse_dictionary(std::string_view text, NpyHeader& header) {
  Scanner scanner(text);
  int descr = 0;
  int order = 0;
  int shape = 0;
  if (!scanner.take('{')) return false;
  while (!scanner.take('}')) {
    std::string key;
    if (!scanner.string(key) || !scanner.take(':')) return false;
    if (key == "descr") {
      ++descr;
      if (!scanner.string(header.descr)) return false;
    } else if (key == "fortran_order") {
      ++order;
      if (!scanner.boolean(header.fortran_order)) return false;
    } else if (key == "shape") {
      ++shape;
      if (!scanner.tuple(header.shape)) return false;
    } else {
      return false;
    }
    if (!scanner.take(',')) {
      if (!scanner.take('}')) return false;
      break;
    }
  }
  return scanner.at_end() && descr == 1 && order == 1 && shape == 1;
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::size_t kVersionAt = kMagic.size();
  constexpr std::size_t kLengthAt = kVersionAt + 2;
  if (!text.starts_with(kMagic) || text.size() < kLengthAt + 4) {
    return fail(ExitCode::kUsage, "it does not begin like a .npy file");
  }
  const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(bytes[at]); };
  const std::size_t version = byte(kVersionAt);
  if (version < 1 || version > 3) {
    return fail(ExitCode::kUsage, "its .npy version " + std::to_string(version) + " is not one of 1 to 3");
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= byte(kLengthAt + i) << (8 * i);
  NpyHeader header;
  header.data_offset = kLengthAt + length_bytes + length;
  if (header.data_offset > text.size() || header.data_offset > kMaxNpyHeader) {
    return fail(ExitCode::kUsage, "its .npy header is cut off or too long");
  }
  if (!parse_dictionary(text.substr(kLengthAt + length_bytes, length), header)) {
    return fail(ExitCode::kUsage, "its .npy header does not describe a plain array");
  }
  return header;
}

}  // namespace auklet::app
