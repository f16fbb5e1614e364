// Every elementwise kernel refuses each bad argument with its own code, and writes nothing.
#include <array>
#include <cstdint>
#include <span>

#include <gtest/gtest.h>

#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/rsqrt.hpp>

namespace auklet::kernels::test {
namespace {

constexpr std::int8_t kUntouched = 0x5a;

// Arguments of a good call, kept together so that a test can spoil one of them.
template <class Params>
struct Pair {
  std::array<std::int8_t, 12> a_values{};
  std::array<std::int8_t, 3> b_values{};
  std::array<std::int8_t, 12> output{};
  Params params;
  Tensor<const std::int8_t> a{make_shape(4, 3), a_values};
  Tensor<const std::int8_t> b{make_shape(3), b_values};
  Tensor<std::int8_t> out{make_shape(4, 3), output};
  Pair() { output.fill(kUntouched); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
};

template <class Params>
struct Flat {
  std::array<std::int8_t, 6> values{};
  std::array<std::int8_t, 6> output{};
  Params params;
  std::span<const std::int8_t> in{values};
  std::span<std::int8_t> out{output};
  Flat() { output.fill(kUntouched); }
  Flat(const Flat&) = delete;
  Flat& operator=(const Flat&) = delete;
};

template <class Operands, class Call, class Spoil>
void expect_refused(Call call, Status expected, Spoil spoil) {
  Operands o;
  spoil(o);
  EXPECT_EQ(call(o), expected) << describe(expected);
  for (const std::int8_t byte : o.output) ASSERT_EQ(byte, kUntouched) << "written despite: " << describe(expected);
}

// What all operators of two tensors refuse.
template <class Params, class Call>
void expect_pair_checks(Call call) {
  using P = Pair<Params>;
  P good;
  EXPECT_EQ(call(good), Status::kOk);
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<P>(call, expected, spoil); };
  refuses(Status::kBadShape, [](P& o) { o.a.shape.dims[0] = 0; });
  refuses(Status::kBadShape, [](P& o) { o.b.shape.rank = 7; });
  refuses(Status::kSizeOverflow, [](P& o) { o.a.shape = make_shape(65536, 65536); });
  refuses(Status::kBufferSize, [](P& o) { o.b.data = o.b.data.first(2); });
  refuses(Status::kNullPointer, [](P& o) { o.a.data = {static_cast<const std::int8_t*>(nullptr), 12}; });
  refuses(Status::kBadBroadcast, [](P& o) { o.out.shape = make_shape(3, 4); });
  refuses(Status::kBadBroadcast, [](P& o) { o.a.shape = make_shape(3, 4), o.out.shape = make_shape(3, 4); });
  refuses(Status::kOverlap, [](P& o) { o.b.data = std::span<const std::int8_t>(o.output).first(3); });
}

TEST(Refusals, Sub) {
  const auto call = [](Pair<SubParams>& o) { return reference::sub(o.params, o.a, o.b, o.out); };
  expect_pair_checks<SubParams>(call);
  expect_refused<Pair<SubParams>>(call, Status::kBadMultiplier, [](auto& o) { o.params.b_multiplier.value = -1; });
  expect_refused<Pair<SubParams>>(call, Status::kBadShift, [](auto& o) { o.params.left_shift = 21; });
}

TEST(Refusals, Mul) {
  const auto call = [](Pair<MulParams>& o) { return reference::mul(o.params, o.a, o.b, o.out); };
  expect_pair_checks<MulParams>(call);
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<Pair<MulParams>>(call, expected, spoil); };
  refuses(Status::kBadMultiplier, [](auto& o) { o.params.multiplier.shift = 31; });
  refuses(Status::kBadZeroPoint, [](auto& o) { o.params.b_zero_point = 128; });
  refuses(Status::kBadActivationRange, [](auto& o) { o.params.activation = {5, 4}; });
}

TEST(Refusals, SquaredDifference) {
  using P = Pair<SquaredDifferenceParams>;
  const auto call = [](P& o) { return reference::squared_difference(o.params, o.a, o.b, o.out); };
  expect_pair_checks<SquaredDifferenceParams>(call);
  expect_refused<P>(call, Status::kBadMultiplier, [](P& o) { o.params.a_multiplier.shift = -32; });
  expect_refused<P>(call, Status::kBadMultiplier, [](P& o) { o.params.output_multiplier.value = -5; });
  expect_refused<P>(call, Status::kBadZeroPoint, [](P& o) { o.params.output_zero_point = -129; });
}

struct None {};

TEST(Refusals, MinimumAndMaximum) {
  expect_pair_checks<None>([](Pair<None>& o) { return reference::minimum(o.a, o.b, o.out); });
  expect_pair_checks<None>([](Pair<None>& o) { return reference::maximum(o.a, o.b, o.out); });
}

TEST(Refusals, Prelu) {
  using P = Pair<PreluParams>;
  const auto call = [](P& o) { return reference::prelu(o.params, o.a, o.b, o.out); };
  expect_pair_checks<PreluParams>(call);
  // The slopes may not have more elements than the input.
  expect_refused<P>(call, Status::kShapeMismatch, [](P& o) { std::swap(o.a, o.b); });
  expect_refused<P>(call, Status::kBadMultiplier, [](P& o) { o.params.product.value = -1; });
  expect_refused<P>(call, Status::kBadZeroPoint, [](P& o) { o.params.slope_zero_point = 200; });
}

// What all operators of one flat tensor refuse.
template <class Params, class Call>
void expect_flat_checks(Call call) {
  using F = Flat<Params>;
  F good;
  EXPECT_EQ(call(good), Status::kOk);
  const auto refuses = [&](Status expected, auto spoil) { expect_refused<F>(call, expected, spoil); };
  refuses(Status::kShapeMismatch, [](F& o) { o.in = o.in.first(5); });
  refuses(Status::kNullPointer, [](F& o) { o.in = {static_cast<const std::int8_t*>(nullptr), 6}; });
  refuses(Status::kOverlap, [](F& o) {
    o.in = std::span<const std::int8_t>(o.output).first(5);
    o.out = o.out.last(5);
  });
}

TEST(Refusals, Rectifiers) {
  const auto relu = [](Flat<ReluParams>& o) { return reference::relu(o.params, o.in, o.out); };
  expect_flat_checks<ReluParams>(relu);
  expect_refused<Flat<ReluParams>>(relu, Status::kBadActivationRange, [](auto& o) { o.params.activation.max = 128; });
  expect_refused<Flat<ReluParams>>(relu, Status::kBadMultiplier, [](auto& o) { o.params.multiplier.value = -1; });

  const auto leaky = [](Flat<LeakyReluParams>& o) { return reference::leaky_relu(o.params, o.in, o.out); };
  expect_flat_checks<LeakyReluParams>(leaky);
  const auto refuses = [&](Status expected, auto spoil) {
    expect_refused<Flat<LeakyReluParams>>(leaky, expected, spoil);
  };
  refuses(Status::kBadMultiplier, [](auto& o) { o.params.identity.value = -1; });
  refuses(Status::kBadMultiplier, [](auto& o) { o.params.slope.value = std::numeric_limits<std::int32_t>::min(); });
  refuses(Status::kBadZeroPoint, [](auto& o) { o.params.input_zero_point = -129; });
}

TEST(Refusals, HardSwish) {
  using F = Flat<HardSwishParams>;
  const auto call = [](F& o) { return reference::hard_swish(o.params, o.in, o.out); };
  expect_flat_checks<HardSwishParams>(call);
  expect_refused<F>(call, Status::kBadMultiplier, [](F& o) { o.params.gate.value = -1; });
  expect_refused<F>(call, Status::kBadShift, [](F& o) { o.params.output.exponent = 1; });
  expect_refused<F>(call, Status::kBadShift, [](F& o) { o.params.output.exponent = -16; });
  expect_refused<F>(call, Status::kBadShift, [](F& o) { o.params.gate.exponent = 32; });
  expect_refused<F>(call, Status::kBadZeroPoint, [](F& o) { o.params.output_zero_point = 128; });
}

TEST(Refusals, AbsAndRsqrtAndLookup) {
  using F = Flat<RequantizeParams>;
  const auto abs = [](F& o) { return reference::abs(o.params, o.in, o.out); };
  const auto rsqrt = [](F& o) { return reference::rsqrt(o.params, o.in, o.out); };
  expect_flat_checks<RequantizeParams>(abs);
  expect_flat_checks<RequantizeParams>(rsqrt);
  expect_refused<F>(abs, Status::kBadMultiplier, [](F& o) { o.params.multiplier.shift = -32; });
  expect_refused<F>(rsqrt, Status::kBadMultiplier, [](F& o) { o.params.multiplier.shift = -12; });
  expect_refused<F>(rsqrt, Status::kBadZeroPoint, [](F& o) { o.params.input_zero_point = -200; });
  expect_refused<F>(rsqrt, Status::kOutOfDomain, [](F& o) { o.params.input_zero_point = 1; });

  using Table = std::array<std::int8_t, kTableSize>;
  expect_flat_checks<Table>([](Flat<Table>& o) { return reference::lookup(o.params, o.in, o.out); });
  Table table{};
  EXPECT_EQ(reference::lookup(table, std::span(table).first(4), std::span(table).last(4)), Status::kOverlap);
}

TEST(Refusals, ElementwiseScales) {
  constexpr AffineParams kGood{0.1F, 0};
  constexpr AffineParams kBadScale{0.0F, 0};
  constexpr AffineParams kBadZeroPoint{0.1F, 128};
  MulParams mul;
  mul.a_zero_point = 77;
  EXPECT_EQ(make_mul_params(kBadScale, kGood, kGood, FusedActivation::kNone, mul), Status::kBadScale);
  EXPECT_EQ(make_mul_params(kGood, kGood, kBadZeroPoint, FusedActivation::kNone, mul), Status::kBadZeroPoint);
  EXPECT_EQ(make_mul_params({1e30F, 0}, {1e30F, 0}, kGood, FusedActivation::kNone, mul), Status::kBadScale);
  EXPECT_EQ(mul.a_zero_point, 77) << "left as it was";
  SquaredDifferenceParams square;
  EXPECT_EQ(make_squared_difference_params({1000.0F, 0}, kGood, kGood, square), Status::kBadScale);
  LeakyReluParams leaky;
  EXPECT_EQ(make_leaky_relu_params(std::numeric_limits<float>::quiet_NaN(), kGood, kGood, leaky), Status::kBadScale);
  EXPECT_EQ(make_leaky_relu_params(std::numeric_limits<float>::infinity(), kGood, kGood, leaky), Status::kBadScale);
  PreluParams prelu;
  EXPECT_EQ(make_prelu_params(kGood, kBadScale, kGood, prelu), Status::kBadScale);
  RequantizeParams unary;
  EXPECT_EQ(make_abs_params(kBadZeroPoint, kGood, unary), Status::kBadZeroPoint);
  EXPECT_EQ(make_rsqrt_params(kGood, kBadScale, unary), Status::kBadScale);
  std::array<std::int8_t, kTableSize> table{};
  EXPECT_EQ(make_table(TableFunction::kTanh, kBadScale, kGood, table), Status::kBadScale);
}

}  // namespace
}  // namespace auklet::kernels::test
