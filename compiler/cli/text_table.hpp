// Plain text in columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace auklet::app {

/// Widest line that a table tries for, if not told another.
inline constexpr std::size_t kLineWidth = 100;

/// `12,345,678`
[[nodiscard]] std::string grouped(std::uint64_t value);
/// `38.9 %`
[[nodiscard]] std::string percent(double share);
/// What operators cost the CPU: `1,024 MACs, 96 bytes in and out`, without the MACs where there are none.
[[nodiscard]] std::string cpu_cost(std::uint64_t macs, std::uint64_t bytes);
/// `text`, or its beginning and end around '..' when it is longer than `width`.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t width);
/// A tensor's name as people know the layer: of the names that a converter joined by ';' the first, of its path the
/// last two parts.
[[nodiscard]] std::string layer_name(const std::string& tensor);

/// A table whose columns are as wide as their cells need. Of the flexible columns the widest gives way when a line
/// would be longer than `line_width`.
class TextTable {
 public:
  struct Column {
    std::string title;
    bool right = false;     ///< Numbers.
    bool flexible = false;  ///< May be shortened.
  };

  explicit TextTable(std::vector<Column> columns, std::size_t line_width = kLineWidth)
      : columns_(std::move(columns)), line_width_(line_width) {}

  /// One cell a column.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// A rule before the next row.
  void rule() { rules_.push_back(rows_.size()); }
  /// The lines, each with a line feed.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::vector<std::size_t> widths() const;
  [[nodiscard]] std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::size_t line_width_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> rules_;
};

}  // namespace auklet::app
