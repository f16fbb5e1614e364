// The optimised operators of one element against the reference: equal to the bit for random arguments, on every target.
#include <bit>
#include <cmath>
#include <cstring>

#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/hard_swish.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/relu.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedLookup : public OptimizedTest {};

// Calls reference(input, output) and optimized(input, output, resources), which see bytes as In and Out.
template <class In, class Out, class Reference, class Optimized>
void expect_equal(Random& random, const Reference& reference, const Optimized& optimized) {
  const std::int32_t most = random.one_in(4) ? 80'000 : 1500;
  const auto count = static_cast<std::size_t>(random.between(0, most));
  const auto bytes = random.int8s(count);
  const std::span input(reinterpret_cast<const In*>(bytes.data()), count);
  std::vector<Out> expected(count);
  ASSERT_EQ(reference(input, std::span<Out>(expected)), Status::kOk);
  GuardedBytes output(count);
  const std::span out(reinterpret_cast<Out*>(output.span().data()), count);
  const Resources resources{{}, {}, random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5))};
  ASSERT_EQ(optimized(input, out, resources), Status::kOk);
  ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
  if (count != 0) std::memcpy(out.data(), bytes.data(), count);  // In place.
  ASSERT_EQ(optimized(std::span<const In>(reinterpret_cast<const In*>(out.data()), count), out, resources),
            Status::kOk);
  ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
  ASSERT_TRUE(output.intact());
}

template <class Case>
void for_seeds(const Case& one) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    ASSERT_NO_FATAL_FAILURE(one(random));
  }
}

TEST_P(OptimizedLookup, TablesEqualTheReference) {
  for_seeds([](Random& random) {
    const auto table = random.int8s(kTableSize);
    const std::span<const std::int8_t, kTableSize> entries(table);
    expect_equal<std::int8_t, std::int8_t>(
        random, [&](auto in, auto out) { return reference::lookup(entries, in, out); },
        [&](auto in, auto out, const Resources& r) { return optimized::lookup(entries, in, out, r); });
  });
}

TEST_P(OptimizedLookup, RectifiersEqualTheReference) {
  for_seeds([](Random& random) {
    const ReluParams p{random.zero_point(), random.zero_point(), random.wild_multiplier(), random.activation()};
    expect_equal<std::int8_t, std::int8_t>(
        random, [&](auto in, auto out) { return reference::relu(p, in, out); },
        [&](auto in, auto out, const Resources& r) { return optimized::relu(p, in, out, r); });
    LeakyReluParams q{random.zero_point(), random.zero_point(), random.wild_multiplier(), random.wild_multiplier()};
    if (random.one_in(3)) q.slope.value = -q.slope.value;
    expect_equal<std::int8_t, std::int8_t>(
        random, [&](auto in, auto out) { return reference::leaky_relu(q, in, out); },
        [&](auto in, auto out, const Resources& r) { return optimized::leaky_relu(q, in, out, r); });
  });
}

TEST_P(OptimizedLookup, HardSwishEqualsTheReference) {
  for_seeds([](Random& random) {
    const auto fraction = [&] { return static_cast<std::int16_t>(random.between(0, 32'767)); };
    const HardSwishParams p{random.zero_point(),
                            random.zero_point(),
                            {fraction(), random.between(kMinHardSwishExponent, 0)},
                            {fraction(), random.between(kMinHardSwishExponent, kMaxHardSwishExponent)}};
    expect_equal<std::int8_t, std::int8_t>(
        random, [&](auto in, auto out) { return reference::hard_swish(p, in, out); },
        [&](auto in, auto out, const Resources& r) { return optimized::hard_swish(p, in, out, r); });
  });
}

TEST_P(OptimizedLookup, RequantizationEqualsTheReference) {
  for_seeds([](Random& random) {
    const RequantizeParams p{random.wild_multiplier(), random.zero_point(), random.zero_point()};
    const auto both = [&]<class In, class Out>(const RequantizeParams& params, In /*in*/, Out /*out*/) {
      expect_equal<In, Out>(
          random, [&](auto in, auto out) { return reference::requantize(params, in, out); },
          [&](auto in, auto out, const Resources& r) { return optimized::requantize(params, in, out, r); });
    };
    both(p, std::int8_t{}, std::int8_t{});
    both({p.multiplier, p.input_zero_point, p.output_zero_point + 128}, std::int8_t{}, std::uint8_t{});
    both({p.multiplier, p.input_zero_point + 128, p.output_zero_point}, std::uint8_t{}, std::int8_t{});
    expect_equal<std::int8_t, std::int8_t>(
        random, [&](auto in, auto out) { return reference::abs(p, in, out); },
        [&](auto in, auto out, const Resources& r) { return optimized::abs(p, in, out, r); });
  });
}

// A float of any bits, or one near a tie of rounding.
float any_float(Random& random, const AffineParams& params) {
  if (random.one_in(3)) {
    const auto bits = static_cast<std::uint32_t>(random.between(-0x7fffffff - 1, 0x7fffffff));
    return std::bit_cast<float>(bits);
  }
  const float tie = params.scale * (static_cast<float>(random.between(-300, 300)) + 0.5F);
  return random.pick({tie, std::nextafter(tie, 1e30F), std::nextafter(tie, -1e30F), params.scale * 1024.0F});
}

TEST_P(OptimizedLookup, FloatsEqualTheReference) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const float scale = random.one_in(4) ? random.pick({1e-38F, 1e-45F, 3e38F, 1.0F, 0.5F})
                                         : static_cast<float>(random.between(1, 1'000'000)) * 1e-5F;
    const AffineParams p{scale, random.zero_point()};
    std::vector<float> input(static_cast<std::size_t>(random.between(0, 1000)));
    for (float& x : input) x = any_float(random, p);
    std::vector<std::int8_t> expected(input.size());
    std::vector<std::int8_t> output(input.size());
    const Resources resources{{}, {}, backwards(3)};
    ASSERT_EQ(reference::quantize(p, input, std::span(expected)), Status::kOk);
    ASSERT_EQ(optimized::quantize(p, input, output, resources), Status::kOk);
    ASSERT_EQ(output, expected);

    std::vector<float> real(input.size());
    std::vector<float> found(input.size());
    const auto bytes = random.int8s(input.size());
    ASSERT_EQ(reference::dequantize(p, std::span(bytes), real), Status::kOk);
    ASSERT_EQ(optimized::dequantize(p, bytes, found, resources), Status::kOk);
    ASSERT_TRUE(std::equal(found.begin(), found.end(), real.begin(), [](float x, float y) {
      return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    }));
  }
}

TEST_P(OptimizedLookup, RefusesWhatTheReferenceRefuses) {
  const std::vector<std::int8_t> input(600, 1);
  std::vector<std::int8_t> output(600, 0x5a);
  ReluParams p;
  EXPECT_EQ(optimized::relu(p, input, std::span(output).first(599), {}), Status::kShapeMismatch);
  EXPECT_EQ(optimized::relu(p, std::span(output).first(550), std::span(output).subspan(1, 550), {}), Status::kOverlap);
  EXPECT_EQ(optimized::relu(p, std::span<const std::int8_t>(static_cast<const std::int8_t*>(nullptr), 600), output, {}),
            Status::kNullPointer);
  p.input_zero_point = 128;
  EXPECT_EQ(optimized::relu(p, input, output, {}), Status::kBadZeroPoint);
  const std::vector<float> reals(600);
  EXPECT_EQ(optimized::quantize({0.0F, 0}, reals, output, {}), Status::kBadScale);
  EXPECT_EQ(optimized::quantize({1.0F, 0}, reals, std::span(output).first(2), {}), Status::kShapeMismatch);
  const std::span<const std::int8_t, kTableSize> own(output.data(), kTableSize);
  EXPECT_EQ(optimized::lookup(own, input, output, {}), Status::kOverlap);
  EXPECT_EQ(output, std::vector<std::int8_t>(600, 0x5a));
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedLookup, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
