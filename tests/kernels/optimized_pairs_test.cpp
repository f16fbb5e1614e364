// optimized::add and the other operators of two tensors against the reference: equal to the byte for random arguments,
// on every target.
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/squared_difference.hpp>
#include <auklet/kernels/sub.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedPairs : public OptimizedTest {};

struct Shapes {
  Shape a, b, output;
};

// Equal shapes, scalars, vectors along the last dimensions, and some that the reference has to take.
Shapes random_shapes(Random& random) {
  const std::int32_t n = random.between(1, 3);
  const std::int32_t m = random.between(1, 9);
  const std::int32_t c = random.one_in(3) ? random.between(60, 700) : random.between(1, 70);
  const Shape all = make_shape(n, m, c);
  const Shape other = random.pick({all, all, make_shape(), make_shape(1), make_shape(c), make_shape(1, 1, c),
                                   make_shape(m, c), make_shape(n, 1, c), make_shape(m, 1)});
  if (random.one_in(8)) return {make_shape(n, m, 1), make_shape(c), all};  // Neither has the output's shape.
  return random.one_in(2) ? Shapes{all, other, all} : Shapes{other, all, all};
}

std::size_t elements(const Shape& shape) { return static_cast<std::size_t>(element_count(shape)); }

// Calls reference(a, b, output) and optimized(a, b, output, resources).
template <class Reference, class Optimized>
void expect_equal(Random& random, const Reference& reference, const Optimized& optimized) {
  const Shapes shapes = random_shapes(random);
  const auto a = random.int8s(elements(shapes.a));
  const auto b = random.int8s(elements(shapes.b));
  std::vector<std::int8_t> expected(elements(shapes.output));
  ASSERT_EQ(reference(Tensor<const std::int8_t>{shapes.a, a}, Tensor<const std::int8_t>{shapes.b, b},
                      Tensor<std::int8_t>{shapes.output, expected}),
            Status::kOk);
  GuardedBytes output(expected.size());
  const std::span out(reinterpret_cast<std::int8_t*>(output.span().data()), expected.size());
  Tensor<const std::int8_t> first{shapes.a, a};
  Tensor<const std::int8_t> second{shapes.b, b};
  if (random.one_in(3)) {  // In place.
    Tensor<const std::int8_t>& same = a.size() == expected.size() ? first : second;
    if (same.data.size() == expected.size()) {
      std::copy(same.data.begin(), same.data.end(), out.begin());
      same.data = out;
    }
  }
  const Resources resources{{}, {}, random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5))};
  ASSERT_EQ(optimized(first, second, Tensor<std::int8_t>{shapes.output, out}, resources), Status::kOk);
  ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
  ASSERT_TRUE(output.intact());
}

QuantizedMultiplier multiplier(Random& random) {
  return random.one_in(3) ? random.wild_multiplier()
                          : QuantizedMultiplier{random.between(1 << 30, 0x7fffffff), random.between(-20, 0)};
}

AddParams add_params(Random& random) {
  AddParams p;
  p.left_shift = random.one_in(2) ? kAddLeftShift : random.between(0, 20);
  p.a_zero_point = random.zero_point();
  p.b_zero_point = random.zero_point();
  p.output_zero_point = random.zero_point();
  p.a_multiplier = multiplier(random);
  p.b_multiplier = multiplier(random);
  p.output_multiplier = multiplier(random);
  p.activation = random.activation();
  return p;
}

// What models have: operands scaled to below 2^28, sums to within a few times the output's range.
AddParams usual_add_params(Random& random) {
  AddParams p = add_params(random);
  p.left_shift = kAddLeftShift;
  p.a_multiplier = {random.between(1 << 30, 0x7fffffff), random.between(-3, 0)};
  p.b_multiplier = {random.between(1 << 30, 0x7fffffff), random.between(-3, 0)};
  p.output_multiplier = {random.between(1 << 30, 0x7fffffff), random.between(-20, -17)};
  return p;
}

// Operands scaled to little more than the output's range, and the sum as it is: every bit of both shows.
AddParams small_add_params(Random& random) {
  AddParams p = usual_add_params(random);
  p.a_multiplier = {random.between(0, 1 << 12), random.between(-4, 0)};
  p.b_multiplier = {random.between(0, 1 << 12), random.between(-4, 0)};
  p.output_multiplier = {1 << 30, 1};
  return p;
}

AddParams any_add_params(Random& random) {
  if (random.one_in(3)) return small_add_params(random);
  return random.one_in(2) ? usual_add_params(random) : add_params(random);
}

constexpr std::uint32_t kSeeds = 1500;

template <class Case>
void for_seeds(const Case& one) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    ASSERT_NO_FATAL_FAILURE(one(random));
  }
}

TEST_P(OptimizedPairs, AddEqualsTheReference) {
  for_seeds([](Random& random) {
    const AddParams p = any_add_params(random);
    expect_equal(
        random, [&](auto a, auto b, auto out) { return reference::add(p, a, b, out); },
        [&](auto a, auto b, auto out, const Resources& r) { return optimized::add(p, a, b, out, r); });
  });
}

TEST_P(OptimizedPairs, SubEqualsTheReference) {
  for_seeds([](Random& random) {
    const SubParams p = any_add_params(random);
    expect_equal(
        random, [&](auto a, auto b, auto out) { return reference::sub(p, a, b, out); },
        [&](auto a, auto b, auto out, const Resources& r) { return optimized::sub(p, a, b, out, r); });
  });
}

TEST_P(OptimizedPairs, MulEqualsTheReference) {
  for_seeds([](Random& random) {
    const MulParams p{random.zero_point(), random.zero_point(), random.zero_point(), multiplier(random),
                      random.activation()};
    expect_equal(
        random, [&](auto a, auto b, auto out) { return reference::mul(p, a, b, out); },
        [&](auto a, auto b, auto out, const Resources& r) { return optimized::mul(p, a, b, out, r); });
  });
}

TEST_P(OptimizedPairs, SquaredDifferenceEqualsTheReference) {
  for_seeds([](Random& random) {
    const SquaredDifferenceParams p{random.zero_point(), random.zero_point(), random.zero_point(),
                                    multiplier(random),  multiplier(random),  multiplier(random)};
    expect_equal(
        random, [&](auto a, auto b, auto out) { return reference::squared_difference(p, a, b, out); },
        [&](auto a, auto b, auto out, const Resources& r) { return optimized::squared_difference(p, a, b, out, r); });
  });
}

TEST_P(OptimizedPairs, MinimumAndMaximumEqualTheReference) {
  for_seeds([](Random& random) {
    expect_equal(random, reference::minimum, optimized::minimum);
    expect_equal(random, reference::maximum, optimized::maximum);
  });
}

// Threads get parts of at least 2^15 elements, which the shapes above do not have.
TEST_P(OptimizedPairs, LargeTensorsAreDividedRight) {
  const Shape shape = make_shape(300, 401);
  Random random(1);
  const auto a = random.int8s(elements(shape));
  const auto b = random.int8s(401);
  const AddParams p = usual_add_params(random);
  std::vector<std::int8_t> expected(a.size());
  std::vector<std::int8_t> output(a.size());
  ASSERT_EQ(reference::add(p, {shape, a}, {make_shape(401), b}, {shape, expected}), Status::kOk);
  for (const std::int32_t threads : {1, 2, 3, 100}) {
    std::fill(output.begin(), output.end(), std::int8_t{0});
    ASSERT_EQ(optimized::add(p, {shape, a}, {make_shape(401), b}, {shape, output}, {{}, {}, backwards(threads)}),
              Status::kOk);
    EXPECT_EQ(output, expected);
  }
}

TEST_P(OptimizedPairs, RefusesWhatTheReferenceRefuses) {
  std::vector<std::int8_t> a(6, 1), output(6, 0x5a);
  AddParams p;
  p.a_zero_point = 128;
  const Shape shape = make_shape(2, 3);
  EXPECT_EQ(optimized::add(p, {shape, a}, {shape, a}, {shape, output}, {}), Status::kBadZeroPoint);
  EXPECT_EQ(optimized::sub(p, {shape, a}, {shape, a}, {shape, output}, {}), Status::kBadZeroPoint);
  EXPECT_EQ(optimized::maximum({shape, a}, {make_shape(2), a}, {shape, output}, {}), Status::kBufferSize);
  EXPECT_EQ(optimized::minimum({shape, a}, {shape, a}, {shape, std::span(output).first(5)}, {}), Status::kBufferSize);
  EXPECT_EQ(optimized::mul({}, {shape, a}, {make_shape(2), std::span(a).first(2)}, {shape, output}, {}),
            Status::kBadBroadcast);
  EXPECT_EQ(output, std::vector<std::int8_t>(6, 0x5a));
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedPairs, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
