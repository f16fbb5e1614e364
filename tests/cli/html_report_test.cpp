// `auklet report`: which results it takes, and that nothing in them becomes markup. tests/report looks at the page in a
// browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <auklet/app/bench.hpp>
#include <auklet/app/html_report.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

namespace auklet::app {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

const ordered_json& keyword_results() {
  static const ordered_json results = [] {
    const char* root = std::getenv("AUKLET_SOURCE_DIR");
    const auto made =
        run_bench({.models = {std::string(root != nullptr ? root : ".") + "/models/keyword/keyword.tflite"},
                   .backends = {Backend::kModel, Backend::kCpu}});
    return made ? ordered_json::parse(made->json) : ordered_json();
  }();
  return results;
}

class HtmlReportTest : public testing::Test {
 protected:
  HtmlReportTest() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~HtmlReportTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  Result<HtmlReport> report(const ordered_json& results) {
    return make_html_report({.results = {write("r.json", results.dump())}});
  }
  // The sentence that refuses the keyword's results after this change.
  std::string refusal(const std::function<void(ordered_json&)>& change) {
    ordered_json results = keyword_results();
    change(results);
    const auto made = report(results);
    if (made) return "";
    EXPECT_EQ(made.error().code, ExitCode::kUsage);
    EXPECT_THAT(made.error().message, Not(HasSubstr("\n")));
    return made.error().message;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      (std::string("auklet_report_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(HtmlReportTest, IsTheSameForTheSameResults) {
  const auto one = report(keyword_results());
  const auto two = report(keyword_results());
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->html, two->html);
  EXPECT_EQ(one->runs, 2U);
  EXPECT_THAT(one->html, HasSubstr("keyword/npu256/sram/model"));
  EXPECT_THAT(one->html, Not(HasSubstr("{{")));
}

// The text of the page with what depends on nothing but the program taken out.
TEST_F(HtmlReportTest, AsksForNothing) {
  const auto made = report(keyword_results());
  ASSERT_TRUE(made);
  EXPECT_THAT(made->html, HasSubstr("default-src 'none'"));
  for (const char* word : {"src=", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "document.write"}) {
    EXPECT_THAT(made->html, Not(HasSubstr(word)));
  }
}

TEST_F(HtmlReportTest, LeavesHostileTextText) {
  const std::string hostile = "</script><script>alert(1)</script><img onerror='alert(2)' \"x\"&amp;{{data}}";
  ordered_json results = keyword_results();
  for (ordered_json& entry : results["benchmarks"]) {
    entry["run_name"] = hostile + entry["run_name"].get<std::string>();
    entry["auklet"]["model"] = hostile;
    entry["auklet"]["verdict"] = hostile;
    for (ordered_json& layer : entry["auklet"]["layers"]) layer["name"] = hostile;
  }
  ordered_json failed = results["benchmarks"][0];
  failed["run_name"] = "other" + hostile;
  failed["error_occurred"] = true;
  failed["error_message"] = hostile;
  results["benchmarks"].push_back(failed);
  const auto made = make_html_report({.results = {write("r.json", results.dump())}, .title = hostile});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(made->html, Not(HasSubstr("<img")));
  EXPECT_THAT(made->html, HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"));
  std::size_t ends = 0;
  for (std::size_t at = 0; (at = made->html.find("</script", at)) != std::string::npos; ++at) ++ends;
  EXPECT_EQ(ends, 2U) << "of the data and of the page's own script";
}

TEST_F(HtmlReportTest, LabelsRunsByFileAndNumber) {
  const std::string text = keyword_results().dump();
  const auto made =
      make_html_report({.results = {write("old.json", text), write("new.json", text), folder_ / "new.json"}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->runs, 6U);
  for (const char* label : {"keyword/cpu (old)", "keyword/cpu (new)", "keyword/cpu (new) #2"}) {
    EXPECT_THAT(made->html, HasSubstr(label));
  }
}

TEST_F(HtmlReportTest, TakesATableOfOnesOwn) {
  ordered_json table{{"format", "auklet-energy-table"}, {"version", 1}, {"name", "nothing costs anything"}};
  for (const char* kind :
       {"mac", "accumulator", "requantisation", "vector", "sram_read", "sram_write", "memory", "flash", "cycle"}) {
    table["entries"][kind] = {{"pj", 0}, {"per", "one"}, {"source", "not counted"}, {"node", "none"}};
  }
  const std::filesystem::path path = write("table.json", table.dump());
  const auto made = make_html_report({.results = {write("r.json", keyword_results().dump())}, .energy_table = path});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->html, HasSubstr("nothing costs anything"));
  EXPECT_THAT(made->html, HasSubstr("0.00 µJ"));
  EXPECT_FALSE(make_html_report({.results = {folder_ / "r.json"}, .energy_table = folder_ / "r.json"}));
}

TEST_F(HtmlReportTest, RefusesWhatIsNotItsOwn) {
  const auto sentence = [&](const std::string& text) {
    const auto made = make_html_report({.results = {write("r.json", text)}});
    EXPECT_FALSE(made);
    return made ? "" : made.error().message;
  };
  EXPECT_THAT(sentence("cycles: 3"), HasSubstr("is no JSON"));
  EXPECT_THAT(sentence(""), HasSubstr("is no JSON"));
  EXPECT_THAT(sentence("[]"), HasSubstr("holds no results of auklet bench"));
  EXPECT_THAT(sentence(R"({"context": {}, "benchmarks": []})"), HasSubstr("holds no results of auklet bench"));
  EXPECT_THAT(sentence(R"({"context": 3, "benchmarks": []})"), HasSubstr("holds no results of auklet bench"));
  EXPECT_THAT(sentence(R"({"context": {"auklet": {"version": 1}}, "benchmarks": []})"), HasSubstr("no benchmark"));
  const auto missing = make_html_report({.results = {folder_ / "missing.json"}});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("cannot read"));
}

TEST_F(HtmlReportTest, SaysThatAFailureHasNoReason) {
  for (const char* message : {"", R"(, "error_message": "")", R"(, "error_message": 3)"}) {
    const auto made = make_html_report(
        {.results = {write("r.json", std::string(R"({"context": {"auklet": {"version": 1}}, "benchmarks": [)") +
                                         R"({"run_name": "x", "run_type": "iteration", "error_occurred": true)" +
                                         message + "}]}")}});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_THAT(made->html, HasSubstr("failed: no reason given"));
  }
}

TEST_F(HtmlReportTest, RefusesOtherVersionsAndDamage) {
  EXPECT_EQ(refusal([](ordered_json&) {}), "");
  EXPECT_THAT(refusal([](ordered_json& r) { r["context"]["auklet"]["version"] = 2; }),
              HasSubstr("has results of version 2, but this program reads version 1"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0].erase("auklet"); }), HasSubstr("no object 'auklet'"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0] = 1; }), HasSubstr("a benchmark is no object"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0].erase("real_time"); }), HasSubstr("has no time"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["layers"][2]["cycles"] = -1; }),
              HasSubstr(".layers[2].cycles is no count"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["layers"][2].erase("operations"); }),
              HasSubstr(".layers[2] lacks 'operations'"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["layers"] = "x"; }), HasSubstr("is no list"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["causes"] = 3; }), HasSubstr("no object"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["layers"][0]["causes"]["ARRAY"] = "x"; }),
              HasSubstr("causes.ARRAY is no count"));
  EXPECT_THAT(
      refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["timeline"]["tracks"][0]["slices"][0] = {1, 2}; }),
      HasSubstr("five numbers"));
  EXPECT_THAT(refusal([](ordered_json& r) { r["benchmarks"][0]["auklet"]["timeline"]["jobs"] = {{1}}; }),
              HasSubstr("two numbers"));
}

// Numbers that no chart could be drawn of.
TEST_F(HtmlReportTest, RefusesHardwareOfNothingAndCountsThatAreNotExact) {
  for (const char* place :
       {"/macs", "/bus_bytes", "/sram_bytes", "/memory/data/bytes_per_cycle", "/memory/weights/bytes_per_cycle"}) {
    const ordered_json::json_pointer where(std::string("/benchmarks/0/auklet/hardware") + place);
    EXPECT_THAT(refusal([&](ordered_json& r) { r[where] = 0; }), HasSubstr(" is no count from 1 to below 2^53"))
        << place;
  }
  constexpr std::uint64_t kFirstInexact = std::uint64_t{1} << 53U;
  for (const char* place : {"/cycles", "/hardware/macs", "/layers/2/cycles", "/timeline/jobs/0/1"}) {
    const ordered_json::json_pointer where(std::string("/benchmarks/0/auklet") + place);
    EXPECT_THAT(refusal([&](ordered_json& r) { r[where] = kFirstInexact; }), HasSubstr("below 2^53")) << place;
    EXPECT_EQ(refusal([&](ordered_json& r) { r[where] = kFirstInexact - 1; }), "") << place;
  }
}

}  // namespace
}  // namespace auklet::app
