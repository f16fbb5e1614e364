#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace auklet::app {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastWidth = 8;  // Of a flexible column.

}  // namespace

std::string grouped(std::uint64_t value) {
  const std::string digits = std::to_string(value);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string cpu_cost(std::uint64_t macs, std::uint64_t bytes) {
  return (macs == 0 ? "" : grouped(macs) + " MACs, ") + grouped(bytes) + " bytes in and out";
}

std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  const std::size_t kept = width < 2 ? 0 : width - 2;
  const std::size_t tail = kept / 2;
  return fmt::format("{}..{}", text.substr(0, kept - tail), text.substr(text.size() - tail));
}

std::string layer_name(const std::string& tensor) {
  // Several names joined by ';' are those of operators that a converter fused: the first one did the work.
  std::string first = tensor.substr(0, tensor.find(';'));
  const std::size_t last = first.rfind('/');
  if (last == std::string::npos || last == 0) return first;
  const std::size_t before = first.rfind('/', last - 1);
  return before == std::string::npos ? first : first.substr(before + 1);
}

std::vector<std::size_t> TextTable::widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = columns_[i].title.size();
    for (const std::vector<std::string>& row : rows_) width = std::max(width, row[i].size());
    widths.push_back(width);
  }
  std::size_t total = std::accumulate(widths.begin(), widths.end(), kGap * (columns_.size() - 1));
  while (total > line_width_) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].flexible && widths[i] > kLeastWidth && (widest == nullptr || widths[i] > *widest)) {
        widest = &widths[i];
      }
    }
    if (widest == nullptr) break;
    --*widest;
    --total;
  }
  return widths;
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::string cell = shortened(cells[i], widths[i]);
    if (i != 0) text.append(kGap, ' ');
    text += columns_[i].right ? fmt::format("{:>{}}", cell, widths[i]) : fmt::format("{:<{}}", cell, widths[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string TextTable::text() const {
  const std::vector<std::size_t> columns = widths();
  const std::string ruler(std::accumulate(columns.begin(), columns.end(), kGap * (columns.size() - 1)), '-');
  std::vector<std::string> titles;
  titles.reserve(columns_.size());
  for (const Column& column : columns_) titles.push_back(column.title);
  std::string text = line(titles, columns) + ruler + '\n';
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (std::ranges::find(rules_, i) != rules_.end()) text += ruler + '\n';
    text += line(rows_[i], columns);
  }
  return text;
}

}  // namespace auklet::app
