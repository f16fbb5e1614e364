// Weights in parts: networks whose weights are much larger than the SRAM stay on chip with their activations, and
// compute the same.
#include <gtest/gtest.h>

#include <auklet/compiler/compile.hpp>
#include <auklet/sim/functional_model.hpp>

#include "random/builder.hpp"
#include "random_network.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler::test {
namespace {

std::int32_t pointwise(Builder& b, std::int32_t in, std::int32_t out_c) {
  const Shape s = b.shape(in);
  const std::int32_t out = b.result({1, s[1], s[2], out_c});
  const std::int32_t filter = b.weights({out_c, 1, 1, s[3]}, 0, static_cast<std::size_t>(s[3]), in, out);
  const std::int32_t bias = b.bias(out_c, static_cast<std::size_t>(s[3]));
  b.add(OpCode::kConv2d, {in, filter, bias}, out, Conv2dOptions{.activation = b.activation()});
  return out;
}

// Pointwise convolutions of many channels over few pixels.
Model wide_network(std::uint64_t seed) {
  Builder b(seed, Builder::Kind::kSingleOperator);
  Random& random = b.random;
  std::int32_t at = b.input({1, random.in(1, 4), random.in(1, 4), random.in(100, 500)}, b.any_quantization());
  const std::int32_t layers = random.in(2, 4);
  for (std::int32_t i = 0; i < layers; ++i) at = pointwise(b, at, random.in(100, 900));
  return b.take();
}

TEST(WeightParts, NeedNotFitAtOnce) {
  constexpr std::uint32_t kLimit = 131072;
  std::size_t larger = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const Model model = wide_network(seed);
    const std::vector<Bytes> inputs = random_inputs(model, seed);
    const auto expected = run_cpu(model, inputs);
    ASSERT_TRUE(expected) << expected.error().message;
    for (const spec::HardwareConfig& config : spec::kConfigurations) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " on " + config.name);
      const auto compiled = compile(model, {.config = config, .sram_limit = kLimit});
      ASSERT_TRUE(compiled) << compiled.error().message;
      ASSERT_EQ(compiled->report.segments.size(), 1U);
      const SegmentReport& segment = compiled->report.segments[0];
      EXPECT_EQ(segment.streamed_operators, 0U);
      EXPECT_EQ(segment.spilled_tensors, 0U);
      EXPECT_LE(segment.segment.sram_bytes, kLimit);
      for (const SegmentLayer& layer : segment.segment.layers) larger += layer.weight_bytes > kLimit ? 1U : 0U;
      for (std::uint64_t order = 1; order <= 3; ++order) {
        sim::FunctionalModel device({.config = config, .seed = seed * 16 + order});
        SegmentRunner runner(device);
        const auto outputs = run_compiled(compiled->model, inputs, runner);
        ASSERT_TRUE(outputs) << outputs.error().message;
        ASSERT_EQ(*outputs, *expected) << "order " << order;
      }
    }
  }
  EXPECT_GT(larger, 50U) << "too few operators whose weights are larger than the SRAM";
}

}  // namespace
}  // namespace auklet::compiler::test
