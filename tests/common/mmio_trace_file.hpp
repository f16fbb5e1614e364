// Register traces as text, see docs/mmio-trace.md: to be kept, compared by eye, and replayed elsewhere.
#pragma once

#include <algorithm>
#include <auklet/npu/replay.hpp>
#include <auklet/npu/trace.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <istream>
#include <ostream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace auklet::test {

/// A trace, and what the NPU's memory held when it began.
struct TraceFile {
  struct Memory {
    std::uint64_t address = 0;
    std::vector<std::byte> bytes;
    friend bool operator==(const Memory&, const Memory&) = default;
  };
  std::vector<Memory> memory;
  std::vector<npu::TraceRecord> records;

  friend bool operator==(const TraceFile&, const TraceFile&) = default;
};

namespace detail {

inline constexpr std::string_view kTraceHeader = "auklet-mmio-trace 1";

/// As "WINDOW_SIZE[2]"; the bare offset where there is no register.
inline std::string register_text(std::uint32_t offset) {
  std::ostringstream text;
  const spec::RegisterInfo* info = spec::find_register(offset);
  if (info == nullptr) {
    text << "0x" << std::hex << offset;
  } else {
    text << info->name;
    if (info->count > 1) text << '[' << (offset - info->offset) / info->stride << ']';
  }
  return text.str();
}

/// A number that fills `text`, hexadecimal behind "0x"; throws std::invalid_argument.
template <typename Number>
Number parse_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument("'" + std::string(text) + "' is no number of " + std::to_string(8 * sizeof(Number)) +
                                " bits");
  }
  return number;
}

inline std::uint32_t parse_register(const std::string& text) {
  if (text.starts_with("0x")) return parse_number<std::uint32_t>(text);
  const std::size_t bracket = std::min(text.find('['), text.size());
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    if (text.substr(0, bracket) != info.name) continue;
    if (bracket == text.size()) return info.offset;
    if (text.back() != ']') break;
    const auto index =
        parse_number<std::uint32_t>(std::string_view(text).substr(bracket + 1, text.size() - bracket - 2));
    if (index >= info.count) break;
    return info.offset + index * info.stride;
  }
  throw std::invalid_argument("there is no register '" + text + "'");
}

inline std::vector<std::byte> parse_bytes(std::string_view text) {
  if (text.empty() || text.size() % 2 != 0) throw std::invalid_argument("memory has two digits a byte");
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(parse_number<std::uint8_t>("0x" + std::string(text.substr(i, 2)))));
  }
  return bytes;
}

/// One line that is neither empty nor a comment; throws std::invalid_argument.
inline void parse_line(const std::string& line, TraceFile& file) {
  std::istringstream words(line);
  std::string first;
  std::string second;
  std::string third;
  std::string fourth;
  std::string more;
  words >> first >> second >> third;
  if (first == "memory") {
    if (words >> more) throw std::invalid_argument("'" + more + "' is too much");
    file.memory.push_back({parse_number<std::uint64_t>(second), parse_bytes(third)});
    return;
  }
  if (!first.starts_with('+') || (second != "read" && second != "write")) {
    throw std::invalid_argument("expected 'memory ADDRESS BYTES' or '+TICKS read|write REGISTER VALUE'");
  }
  words >> fourth;
  if (words >> more) throw std::invalid_argument("'" + more + "' is too much");
  file.records.push_back({.offset = parse_register(third),
                          .value = parse_number<std::uint32_t>(fourth),
                          .ticks = parse_number<std::uint32_t>(std::string_view(first).substr(1)),
                          .write = second == "write"});
}

}  // namespace detail

/// Memory in lines of 32 bytes, then one line an access.
inline void write_trace(std::ostream& out, const TraceFile& file) {
  constexpr std::size_t kBytesPerLine = 32;
  out << detail::kTraceHeader << '\n';
  for (const TraceFile::Memory& memory : file.memory) {
    for (std::size_t at = 0; at < memory.bytes.size(); at += kBytesPerLine) {
      out << "memory 0x" << std::hex << memory.address + at << ' ' << std::setfill('0');
      const std::size_t count = std::min(kBytesPerLine, memory.bytes.size() - at);
      for (const std::byte byte : std::span(memory.bytes).subspan(at, count)) {
        out << std::setw(2) << static_cast<unsigned>(byte);
      }
      out << std::dec << '\n';
    }
  }
  for (const npu::TraceRecord& record : file.records) {
    out << '+' << record.ticks << (record.write ? " write " : " read ") << detail::register_text(record.offset) << " 0x"
        << std::hex << record.value << std::dec << '\n';
  }
}

/// Throws std::runtime_error that names the line. Memory comes in the pieces in which it was written.
inline TraceFile read_trace(std::istream& in) {
  TraceFile file;
  std::string line;
  if (!std::getline(in, line) || line != detail::kTraceHeader) {
    throw std::runtime_error("line 1: expected '" + std::string(detail::kTraceHeader) + "'");
  }
  for (std::size_t number = 2; std::getline(in, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    try {
      detail::parse_line(line, file);
    } catch (const std::invalid_argument& error) {
      throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
    }
  }
  return file;
}

/// One sentence about the first difference.
inline std::string describe(const npu::ReplayReport& report) {
  if (report.equal) return "equal, " + std::to_string(report.compared) + " reads compared";
  std::ostringstream text;
  text << "access " << report.index << ", " << detail::register_text(report.recorded.offset) << ": recorded 0x"
       << std::hex << report.recorded.value << ", replayed 0x" << report.actual;
  return text.str();
}

}  // namespace auklet::test
