#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <auklet/app/energy.hpp>
#include <auklet/app/html_report.hpp>
#include <auklet/compiler/sha256.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "bench_results.hpp"
#include "page/embedded.hpp"
#include "results_file.hpp"
#include "text_table.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

// A run as the page has it.
struct PageRun {
  ResultsRun results;
  std::string label;
  std::vector<std::array<double, kEnergyKinds.size()>> energy;  // By layer.
};

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// JSON that can stand inside of a script element, where '<' could begin its end. Outside of strings JSON has none.
std::string embedded_json(const ordered_json& json) {
  std::string safe;
  for (const char c : json.dump(-1, ' ', false, ordered_json::error_handler_t::replace)) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

// Of a Content-Security-Policy: the script or style that is allowed.
std::string policy_hash(const std::string& text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string hex = compiler::sha256(std::as_bytes(std::span(text)));
  std::string base64;
  // Three bytes, six hexadecimal digits, are four digits; the last two bytes are three.
  for (std::size_t i = 0; i < hex.size(); i += 6) {
    const std::string part = hex.substr(i, 6);
    std::uint32_t bits = static_cast<std::uint32_t>(std::stoul(part, nullptr, 16)) << 4U * (6 - part.size());
    for (std::size_t digit = 0; digit < 4; ++digit, bits <<= 6U) {
      base64 += digit * 3 < part.size() * 2 ? kDigits[bits >> 18U & 63U] : '=';
    }
  }
  return fmt::format("'sha256-{}'", base64);
}

// A run's name, which may go on in the next line behind a slash.
std::string breakable(std::string_view name) {
  std::string html;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size() - 1) + 1;
    html += escape_html(name.substr(at, end - at)) + "<wbr>";
    at = end;
  }
  return html;
}

std::string joined_scripts() {
  std::string all;
  for (const std::string_view script : page::kScripts) all += script;
  return all;
}

std::vector<std::array<double, kEnergyKinds.size()>> energy_of(const ordered_json& detail, const EnergyTable& table) {
  std::vector<std::array<double, kEnergyKinds.size()>> energy;
  for (const ordered_json& layer : detail["layers"]) {
    EnergyQuantities quantities{};
    for (std::size_t i = 0; i < quantities.size(); ++i) {
      quantities[i] = layer["operations"][std::string(kEnergyKinds[i])].get<std::uint64_t>();
    }
    energy.push_back(picojoules(quantities, table));
  }
  return energy;
}

Result<std::vector<PageRun>> gather(const HtmlReportRequest& request, const EnergyTable& table) {
  std::vector<PageRun> runs;
  std::set<std::string> labels;
  for (const std::filesystem::path& path : request.results) {
    auto results = read_results(path);
    if (!results) return tl::unexpected(results.error());
    for (ResultsRun& run : *results) {
      PageRun shown{.results = std::move(run), .label = "", .energy = {}};
      shown.label = shown.results.name;
      if (request.results.size() > 1) shown.label += fmt::format(" ({})", path.stem().string());
      const std::string label = shown.label;
      for (int number = 2; !labels.insert(shown.label).second; ++number)
        shown.label = fmt::format("{} #{}", label, number);
      if (shown.results.error.empty()) shown.energy = energy_of(shown.results.detail, table);
      runs.push_back(std::move(shown));
    }
  }
  return runs;
}

double total(const PageRun& run) {
  double sum = 0;
  for (const auto& layer : run.energy) sum = std::accumulate(layer.begin(), layer.end(), sum);
  return sum;
}

std::string row_of(const PageRun& run) {
  const std::string head = fmt::format(R"(<tr><th scope="row" class="run">{}</th>)", breakable(run.label));
  if (!run.results.error.empty()) {
    return head + fmt::format(R"(<td colspan="8">failed: {}</td></tr>)", escape_html(run.results.error));
  }
  const ordered_json& detail = run.results.detail;
  const auto macs = detail["macs"].get<std::uint64_t>();
  const auto npu_macs = detail["npu_macs"].get<std::uint64_t>();
  const auto cycles = detail["cycles"].get<std::uint64_t>();
  std::uint64_t bytes = 0;
  for (const ordered_json& layer : detail["layers"]) bytes += layer["bytes"].get<std::uint64_t>();
  const auto cell = [](const std::string& text) {
    return fmt::format(R"(<td class="number">{}</td>)", escape_html(text));
  };
  const bool npu = cycles != 0;
  constexpr double kPicoToMicro = 1e-6;
  const std::string estimated = detail["cycles_estimated"].get<bool>() ? " (est.)" : "";
  return head + cell(npu ? grouped(cycles) + estimated : "-") +
         cell(npu ? percent(detail["utilisation"].get<double>()) : "-") + cell(grouped(macs)) +
         cell(macs == 0 ? "-" : percent(static_cast<double>(npu_macs) / static_cast<double>(macs))) +
         cell(npu ? grouped(bytes) : "-") + cell(npu ? fmt::format("{:.2f} µJ", total(run) * kPicoToMicro) : "-") +
         cell(fmt::format("{:.2f} ms", statistics(run.results.times_ms).median)) +
         fmt::format("<td class=short>{}</td></tr>\n", escape_html(detail["verdict"].get<std::string>()));
}

std::string summary_table(const std::vector<PageRun>& runs) {
  std::string html = R"(<table><thead><tr><th scope="col">run</th>)";
  for (const char* title :
       {"cycles", "array used", "MACs", "on the NPU", "bytes moved", "energy, estimate", "time (median)"}) {
    html += fmt::format(R"(<th scope="col" class="number">{}</th>)", title);
  }
  html += R"(<th scope="col">outputs</th></tr></thead><tbody>)"
          "\n";
  for (const PageRun& run : runs) html += row_of(run);
  return html + "</tbody></table>";
}

ordered_json data_of(const std::vector<PageRun>& runs, const EnergyTable& table) {
  ordered_json list = ordered_json::array();
  for (const PageRun& run : runs) {
    list.push_back({{"label", run.label},
                    {"error", run.results.error},
                    {"times_ms", run.results.times_ms},
                    {"energy", run.energy},
                    {"detail", run.results.detail}});
  }
  return {{"energy_table", to_json(table)}, {"runs", std::move(list)}};
}

// The template with its marks {{name}} filled in; what is filled in is not looked at again.
std::string fill(std::string_view page, const std::map<std::string, std::string, std::less<>>& values) {
  std::string filled;
  for (;;) {
    const std::size_t mark = page.find("{{");
    filled += page.substr(0, mark);
    if (mark == std::string_view::npos) return filled;
    const std::size_t end = page.find("}}", mark);
    filled += values.find(page.substr(mark + 2, end - mark - 2))->second;
    page.remove_prefix(end + 2);
  }
}

}  // namespace

Result<HtmlReport> make_html_report(const HtmlReportRequest& request) {
  EnergyTable table = default_energy_table();
  if (!request.energy_table.empty()) {
    auto given = read_energy_table(request.energy_table);
    if (!given) return tl::unexpected(given.error());
    table = std::move(*given);
  }
  const auto runs = gather(request, table);
  if (!runs) return tl::unexpected(runs.error());
  const std::string style(page::kStyle);
  const std::string script = joined_scripts();
  const std::size_t files = request.results.size();
  HtmlReport report{.html = "", .runs = runs->size()};
  report.html =
      fill(page::kTemplate, {{"title", escape_html(request.title)},
                             {"subtitle", fmt::format("{} run{} of {} results file{}", runs->size(),
                                                      runs->size() == 1 ? "" : "s", files, files == 1 ? "" : "s")},
                             {"policy", fmt::format("default-src 'none'; img-src data:; style-src {}; script-src {}",
                                                    policy_hash(style), policy_hash(script))},
                             {"style", style},
                             {"summary", summary_table(*runs)},
                             {"data", embedded_json(data_of(*runs, table))},
                             {"script", script}});
  return report;
}

}  // namespace auklet::app
