// `auklet report`: results of `auklet bench` as one page that needs nothing else.
#pragma once

#include <auklet/app/failure.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace auklet::app {

struct HtmlReportRequest {
  std::vector<std::filesystem::path> results;  ///< What `auklet bench` wrote.
  std::filesystem::path energy_table{};        ///< Empty: the program's own.
  std::string title = "Auklet report";
};

struct HtmlReport {
  std::string html;
  std::size_t runs = 0;  ///< Benchmarks in it.
};

/// Makes the page. Equal inputs give equal pages. All text from the results is text in the page, whatever it holds.
/// Errors: kUsage for a file that cannot be read, is no JSON, no results of `auklet bench`, of another version, or
/// contradicts its format, with the place; the same for the energy table.
[[nodiscard]] Result<HtmlReport> make_html_report(const HtmlReportRequest& request);

}  // namespace auklet::app
