// optimized::fully_connected against the reference: equal to the byte for random arguments, on every target.
#include <auklet/kernels/fully_connected.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedFullyConnected : public OptimizedTest {};

void expect_equal(Random& random, std::int32_t rows, std::int32_t outputs, std::int32_t inputs) {
  const auto input = random.int8s(static_cast<std::size_t>(rows * inputs));
  const auto filter = random.int8s(static_cast<std::size_t>(outputs * inputs));
  const auto bias = random.bias(outputs);
  const auto multipliers = random.multipliers(outputs);
  FullyConnectedParams params;
  params.input_zero_point = random.zero_point();
  params.filter_zero_point = random.one_in(2) ? 0 : random.zero_point();
  params.output_zero_point = random.zero_point();
  params.multipliers = multipliers;
  params.activation = random.activation();
  const Matrix<const std::int8_t> in{rows, inputs, input};
  const Matrix<const std::int8_t> weights{outputs, inputs, filter};
  std::vector<std::int8_t> expected(static_cast<std::size_t>(rows * outputs));
  ASSERT_EQ(reference::fully_connected(params, in, weights, bias, {rows, outputs, expected}), Status::kOk);

  GuardedBytes packed(optimized::fully_connected_packed_size(outputs, inputs));
  ASSERT_EQ(optimized::pack_fully_connected(params, weights, bias, packed.span()), Status::kOk);
  for (const bool beforehand : {true, false}) {
    GuardedBytes workspace(optimized::fully_connected_workspace(params, rows, outputs, inputs, beforehand));
    GuardedBytes output(expected.size());
    const std::span out(reinterpret_cast<std::int8_t*>(output.span().data()), expected.size());
    const Resources resources{workspace.span(), beforehand ? packed.span() : std::span<std::byte>(),
                              random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5))};
    ASSERT_EQ(optimized::fully_connected(params, in, weights, bias, {rows, outputs, out}, resources), Status::kOk);
    ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
    ASSERT_TRUE(output.intact() && workspace.intact() && packed.intact());
  }
}

TEST_P(OptimizedFullyConnected, EqualsTheReference) {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::int32_t rows = random.one_in(3) ? 1 : random.between(1, 20);
    const std::int32_t outputs = random.one_in(4) ? random.between(64, 200) : random.between(1, 70);
    ASSERT_NO_FATAL_FAILURE(expect_equal(random, rows, outputs, random.between(1, 70)));
  }
}

TEST_P(OptimizedFullyConnected, SumsWrapAsTheReferenceDoes) {
  Random random(1);
  // 70,000 products of up to 255 * 255 exceed 2^31.
  ASSERT_NO_FATAL_FAILURE(expect_equal(random, 2, 3, 70'001));
}

TEST_P(OptimizedFullyConnected, RefusesWrongBuffersAndWritesNothing) {
  const std::vector<std::int8_t> input(12, 1), filter(12, 1);
  const std::vector<QuantizedMultiplier> multipliers(1);
  std::vector<std::int8_t> output(4, 0x5a);
  FullyConnectedParams params;
  params.multipliers = multipliers;
  std::vector<std::byte> bytes(10'000);
  const auto call = [&](std::size_t workspace, std::size_t packed) {
    return optimized::fully_connected(params, {2, 6, input}, {2, 6, filter}, {}, {2, 2, output},
                                      {std::span(bytes).first(workspace), std::span(bytes).first(packed), {}});
  };
  const std::size_t packed = optimized::fully_connected_packed_size(2, 6);
  const std::size_t alone = optimized::fully_connected_workspace(params, 2, 2, 6, false);
  const std::size_t beside = optimized::fully_connected_workspace(params, 2, 2, 6, true);
  EXPECT_EQ(call(alone - 1, 0), Status::kWorkspaceSize);
  EXPECT_EQ(call(beside - 1, packed), Status::kWorkspaceSize);
  EXPECT_EQ(call(beside, packed - 1), Status::kPackedSize);
  EXPECT_EQ(call(beside, packed + 1), Status::kPackedSize);
  EXPECT_EQ(output, std::vector<std::int8_t>(4, 0x5a));
  EXPECT_EQ(call(alone, 0), Status::kOk);
  params.input_zero_point = 128;
  EXPECT_EQ(call(alone, 0), Status::kBadZeroPoint);
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedFullyConnected, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
