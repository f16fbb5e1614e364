// optimized::average_pool2d and max_pool2d against the reference: equal to the byte for random arguments, on every
// target.
#include <auklet/kernels/pool2d.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedPool2d : public OptimizedTest {};

void expect_equal(const Pool2dParams& params, Tensor4<const std::int8_t> input, const Shape4& out,
                  const ParallelFor& parallel) {
  const auto size = static_cast<std::size_t>(element_count(out));
  std::vector<std::int8_t> expected(size);
  GuardedBytes output(size);
  const std::span found(reinterpret_cast<std::int8_t*>(output.span().data()), size);
  ASSERT_EQ(reference::average_pool2d(params, input, {out, expected}), Status::kOk);
  ASSERT_EQ(optimized::average_pool2d(params, input, {out, found}, {{}, {}, parallel}), Status::kOk);
  ASSERT_TRUE(std::equal(found.begin(), found.end(), expected.begin())) << "average";
  ASSERT_EQ(reference::max_pool2d(params, input, {out, expected}), Status::kOk);
  ASSERT_EQ(optimized::max_pool2d(params, input, {out, found}, {{}, {}, parallel}), Status::kOk);
  ASSERT_TRUE(std::equal(found.begin(), found.end(), expected.begin())) << "maximum";
  ASSERT_TRUE(output.intact());
}

TEST_P(OptimizedPool2d, EqualsTheReference) {
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Shape4 in{random.between(1, 2), random.between(1, 20), random.between(1, 20),
                    random.one_in(3) ? random.between(60, 200) : random.between(1, 40)};
    Pool2dParams p;
    p.filter_height = random.between(1, 20);
    p.filter_width = random.between(1, 20);
    p.stride_height = random.between(1, 3);
    p.stride_width = random.between(1, 3);
    p.pad_top = random.between(0, p.filter_height - 1);
    p.pad_left = random.between(0, p.filter_width - 1);
    p.activation = random.activation();
    const Shape4 out{in.batch, (in.height + p.pad_top - 1) / p.stride_height + 1,
                     (in.width + p.pad_left - 1) / p.stride_width + 1, in.channels};
    const auto input = random.int8s(static_cast<std::size_t>(element_count(in)));
    const ParallelFor parallel = random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5));
    ASSERT_NO_FATAL_FAILURE(expect_equal(p, {in, input}, out, parallel));
  }
}

// Windows of every size that is divided by multiplication, and of every sum where the window is small.
TEST_P(OptimizedPool2d, EveryDivisorAndItsExtremeSums) {
  for (std::int32_t taps = 1; taps <= 258; ++taps) {
    SCOPED_TRACE(taps);
    const Shape4 in{1, 1, taps, 512};
    std::vector<std::int8_t> input(static_cast<std::size_t>(element_count(in)));
    for (std::int32_t c = 0; c < in.channels; ++c) {
      // Sums from the lowest up by one, and from the highest down.
      for (std::int32_t t = 0; t < taps; ++t) {
        const std::int32_t more = (c / 2 + taps - 1 - t) / taps;
        const std::int32_t value = c % 2 == 0 ? std::min(-128 + more, 127) : std::max(127 - more, -128);
        input[element_index(in, 0, 0, t, c)] = static_cast<std::int8_t>(value);
      }
    }
    Pool2dParams p;
    p.filter_width = taps;
    ASSERT_NO_FATAL_FAILURE(expect_equal(p, {in, input}, {1, 1, 1, in.channels}, {}));
  }
}

TEST_P(OptimizedPool2d, RefusesWhatTheReferenceRefuses) {
  const std::vector<std::int8_t> input(4, 1);
  std::vector<std::int8_t> output(4, 0x5a);
  Pool2dParams p;
  p.stride_width = 0;
  const Shape4 shape{1, 2, 2, 1};
  EXPECT_EQ(optimized::max_pool2d(p, {shape, input}, {shape, output}, {}), Status::kBadStride);
  EXPECT_EQ(optimized::average_pool2d(p, {shape, input}, {shape, output}, {}), Status::kBadStride);
  EXPECT_EQ(output, std::vector<std::int8_t>(4, 0x5a));
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedPool2d, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
