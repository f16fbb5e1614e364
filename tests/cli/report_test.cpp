// What the text of a report says about where cycles went.
#include <gtest/gtest.h>

#include <auklet/app/report.hpp>
#include <string>

namespace auklet::app {
namespace {

using spec::Cause;

Causes causes(std::uint64_t array, std::uint64_t load) {
  Causes result{};
  result[static_cast<std::size_t>(Cause::kArray) - 1] = array;
  result[static_cast<std::size_t>(Cause::kLoad) - 1] = load;
  return result;
}

LayerRow row(const std::string& name, const Causes& where) {
  LayerRow layer{.name = name, .op = "CONV_2D", .place = compiler::Place::kNpu, .reason = ""};
  layer.causes = where;
  for (const std::uint64_t cycles : where) layer.cycles += cycles;
  return layer;
}

RunReport report() {
  RunReport result;
  result.model = "m";
  result.layers = {row("first", causes(3000, 500)), row("second", causes(0, 1500)), row("third", {})};
  result.layers.push_back({.name = "start and end", .op = "", .place = compiler::Place::kNpu, .reason = ""});
  result.layers.back().cycles = 100;
  result.job_cycles = 5000;
  result.cycles = 5100;
  result.segments = 1;
  return result;
}

void expect_line(const std::string& text, const std::string& line) {
  EXPECT_NE(text.find(line + "\n"), std::string::npos) << "'" << line << "' is not in:\n" << text;
}

TEST(ReportText, SumsUpCausesTheLargestFirst) {
  expect_line(to_text(report()), "the NPU's time: array 60.0 %, load 40.0 %");
}

TEST(ReportText, ShowsCausesOfLayersOnlyWhenAsked) {
  const std::string text = to_text(report(), true);
  expect_line(text, "#  layer       cycles  array   load");
  expect_line(text, "0  first        3,500  3,000    500");
  expect_line(text, "1  second       1,500         1,500");
  expect_line(text, "2  third            0");
  expect_line(text, "   all layers   5,000  3,000  2,000");
  EXPECT_EQ(to_text(report()).find("all layers"), std::string::npos);
}

TEST(Report, AddsCausesUp) { EXPECT_EQ(total_causes(report()), causes(3000, 2000)); }

}  // namespace
}  // namespace auklet::app
