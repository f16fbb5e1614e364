// optimized::softmax against the reference: equal to the byte for random arguments, on every target.
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/softmax.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedSoftmax : public OptimizedTest {};

void expect_equal(const SoftmaxParams& params, const Shape& shape, std::span<const std::int8_t> input,
                  const ParallelFor& parallel, bool in_place) {
  std::vector<std::int8_t> expected(input.size());
  ASSERT_EQ(reference::softmax(params, {shape, input}, {shape, expected}), Status::kOk);
  GuardedBytes output(input.size());
  const std::span out(reinterpret_cast<std::int8_t*>(output.span().data()), input.size());
  if (in_place) {
    std::copy(input.begin(), input.end(), out.begin());
    input = out;
  }
  ASSERT_EQ(optimized::softmax(params, {shape, input}, {shape, out}, {{}, {}, parallel}), Status::kOk);
  ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
  ASSERT_TRUE(output.intact());
}

TEST_P(OptimizedSoftmax, EqualsTheReference) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    SoftmaxParams p;
    if (random.one_in(3)) {  // Anything that it accepts, differences that wrap among them.
      p.difference_multiplier = {random.between(0, 0x7fffffff), random.between(0, 31)};
      p.difference_min = -random.between(0, 300);
    } else {
      const float scale = static_cast<float>(random.between(1, 4000)) / 4000.0F;
      ASSERT_EQ(make_softmax_params(1.0F, scale, p), Status::kOk);
    }
    const std::int32_t depth = random.one_in(3) ? random.between(150, 700) : random.between(1, 150);
    const Shape shape = random.one_in(16) ? make_shape() : make_shape(random.between(1, 4), depth);
    auto input = random.int8s(static_cast<std::size_t>(element_count(shape)));
    // Rows that are flat, too: large sums.
    if (random.one_in(3)) {
      const std::int32_t level = random.between(-128, 120);
      for (std::int8_t& x : input) x = static_cast<std::int8_t>(random.between(level, level + 7));
    }
    const ParallelFor parallel = random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5));
    ASSERT_NO_FATAL_FAILURE(expect_equal(p, shape, input, parallel, random.one_in(3)));
  }
}

// Sums of 512 and more, where the shift exceeds 31, up to one that saturates.
TEST_P(OptimizedSoftmax, LongFlatRows) {
  SoftmaxParams p;
  ASSERT_EQ(make_softmax_params(1.0F, 0.01F, p), Status::kOk);
  for (const std::int32_t depth : {255, 256, 511, 512, 1024, 4095, 4096, 8191, 8192, 20'000}) {
    SCOPED_TRACE(depth);
    std::vector<std::int8_t> input(static_cast<std::size_t>(depth), 5);
    ASSERT_NO_FATAL_FAILURE(expect_equal(p, make_shape(depth), input, {}, false));
    input[7] = 127;
    input[8] = -128;
    ASSERT_NO_FATAL_FAILURE(expect_equal(p, make_shape(depth), input, {}, false));
  }
}

TEST_P(OptimizedSoftmax, RefusesWhatTheReferenceRefuses) {
  const std::vector<std::int8_t> input(4, 1);
  std::vector<std::int8_t> output(4, 0x5a);
  SoftmaxParams p;
  p.difference_min = 1;
  EXPECT_EQ(optimized::softmax(p, {make_shape(4), input}, {make_shape(4), output}, {}), Status::kBadShift);
  EXPECT_EQ(output, std::vector<std::int8_t>(4, 0x5a));
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedSoftmax, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
