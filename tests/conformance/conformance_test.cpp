// The conformance suite on the functional model and on the verilated RTL: one test a check and device.
#include <gtest/gtest.h>

#include "backends.hpp"

namespace auklet::conformance {
namespace {

using Parameter = std::tuple<std::size_t, std::size_t>;  // Index into backends() and into checks().

class Conformance : public testing::TestWithParam<Parameter> {};

TEST_P(Conformance, Holds) {
  const Check& check = checks()[std::get<1>(GetParam())];
  Report report;
  backends()[std::get<0>(GetParam())].with([&](Subject& subject) { report = run_check(check, subject.platform); });
  for (const std::string& failure : report.failures) ADD_FAILURE() << failure;
  EXPECT_NE(report.result.verdict, Verdict::kFailed) << check.what;
  if (report.result.verdict == Verdict::kSkipped) GTEST_SKIP() << report.result.reason;
}

std::string name_of(const testing::TestParamInfo<Parameter>& info) {
  const Check& check = checks()[std::get<1>(info.param)];
  return backends()[std::get<0>(info.param)].name + "_" + check.area + "_" + check.name;
}

INSTANTIATE_TEST_SUITE_P(All, Conformance,
                         testing::Combine(testing::Range(std::size_t{0}, backends().size()),
                                          testing::Range(std::size_t{0}, checks().size())),
                         name_of);

}  // namespace
}  // namespace auklet::conformance
