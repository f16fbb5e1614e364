// The suite's known answers against a third implementation: the loops that docs/command-stream.md is written in.
#include <gtest/gtest.h>

#include <set>

#include "known_answers.hpp"
#include "sim_model/naive.hpp"

namespace auklet::conformance {
namespace {

using test::naive::Bytes;

/// The SRAM as a known answer's job finds it: the blob, then anything.
Bytes sram_with_blob() {
  Bytes sram(64 * 1024, 0x11);
  for (std::uint32_t i = 0; i < kBlobBytes; ++i) sram[i] = blob_byte(i);
  return sram;
}

Bytes result_of(const Bytes& sram, std::size_t bytes) {
  return {sram.begin() + kResultAt, sram.begin() + kResultAt + static_cast<std::ptrdiff_t>(bytes)};
}

template <typename Command, typename Compute>
void expect_answers(std::span<const KnownAnswer<Command>> answers, Compute compute) {
  for (const KnownAnswer<Command>& answer : answers) {
    const Bytes result = result_of(compute(answer.command), answer.result.size());
    EXPECT_EQ(result, Bytes(answer.result.begin(), answer.result.end())) << answer.name;
    // An answer that one constant fills tells nothing.
    EXPECT_GT(std::set<std::int8_t>(result.begin(), result.end()).size(), 8U) << answer.name;
  }
}

TEST(ConformanceAnswers, ConvolutionsOfEveryConfiguration) {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    expect_answers(convolution_answers(),
                   [&](const auto& command) { return test::naive::conv(sram_with_blob(), command, config.groups); });
  }
}

TEST(ConformanceAnswers, Depthwise) {
  expect_answers(depthwise_answers(), [](const spec::GeomCommand& command) {
    return command.header.opcode == spec::Opcode::kDwconv ? test::naive::depthwise(sram_with_blob(), command)
                                                          : test::naive::depthwise_rows(sram_with_blob(), command);
  });
}

TEST(ConformanceAnswers, Pools) {
  expect_answers(pool_answers(), [](const spec::GeomCommand& command) {
    return command.header.opcode == spec::Opcode::kMaxpool ? test::naive::max_pool(sram_with_blob(), command)
                                                           : test::naive::average_pool(sram_with_blob(), command);
  });
}

TEST(ConformanceAnswers, Elementwise) {
  expect_answers(elementwise_answers(),
                 [](const spec::EltwiseCommand& command) { return test::naive::eltwise(sram_with_blob(), command); });
}

}  // namespace
}  // namespace auklet::conformance
