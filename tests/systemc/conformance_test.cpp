// The conformance suite through TLM sockets, on both kinds of NPU behind them: one test a check.
#include <gtest/gtest.h>

#include "subject.hpp"
#include "tlm_system.hpp"

namespace auklet::conformance {
namespace {

using sim::TlmAccuracy;
using test::TlmSystem;

using Parameter = std::tuple<TlmAccuracy, std::size_t>;  // And an index into checks().

class SystemcConformance : public testing::TestWithParam<Parameter> {};

TEST_P(SystemcConformance, Holds) {
  TlmSystem& system = TlmSystem::get(std::get<0>(GetParam()));
  const Check& check = checks()[std::get<1>(GetParam())];
  Report report;
  system.run([&] {
    Subject subject(system);
    report = run_check(check, subject.platform);
  });
  for (const std::string& failure : report.failures) ADD_FAILURE() << failure;
  EXPECT_NE(report.result.verdict, Verdict::kFailed) << check.what;
  if (report.result.verdict == Verdict::kSkipped) GTEST_SKIP() << report.result.reason;
}

std::string name_of(const testing::TestParamInfo<Parameter>& info) {
  const Check& check = checks()[std::get<1>(info.param)];
  const bool loose = std::get<0>(info.param) == TlmAccuracy::kLooselyTimed;
  return std::string(loose ? "loosely_timed_" : "cycle_accurate_") + check.area + "_" + check.name;
}

INSTANTIATE_TEST_SUITE_P(All, SystemcConformance,
                         testing::Combine(testing::ValuesIn(test::accuracies()),
                                          testing::Range(std::size_t{0}, checks().size())),
                         name_of);

}  // namespace
}  // namespace auklet::conformance
