#include <cmath>
#include <utility>

#include "families.hpp"

namespace auklet::compiler::test {
namespace {

// The output's scale near the input's, or anything.
Quantization near(Builder& b, std::int32_t in) {
  Quantization q = b.any_quantization();
  if (!b.random.one_in(6)) q.scales[0] = b.quantization(in).scale() * (0.4F + b.random.share());
  return q;
}

void add_function(Builder& b, OpCode code, Options options = NoOptions{}) {
  const std::int32_t in = b.operand();
  b.add(code, {in}, b.result(b.shape(in), near(b, in)), std::move(options));
}

void add_relu(Builder& b) { add_function(b, OpCode::kRelu); }
void add_relu6(Builder& b) { add_function(b, OpCode::kRelu6); }
void add_relu_n1_to_1(Builder& b) { add_function(b, OpCode::kReluN1To1); }
void add_hard_swish(Builder& b) { add_function(b, OpCode::kHardSwish); }
void add_elu(Builder& b) { add_function(b, OpCode::kElu); }
void add_abs(Builder& b) { add_function(b, OpCode::kAbs); }
void add_quantize(Builder& b) { add_function(b, OpCode::kQuantize); }

void add_leaky_relu(Builder& b) {
  // Slopes above 1 and below 0 are unusual, and allowed.
  const float slope = b.random.one_in(5) ? b.random.share() * 4 - 2 : b.random.share() * 0.4F;
  add_function(b, OpCode::kLeakyRelu, LeakyReluOptions{slope});
}

// The functions with a bounded result have a fixed output quantisation, as the converter gives it to them.
void add_bounded(Builder& b, OpCode code, float scale, std::int32_t zero_point) {
  const std::int32_t in = b.operand();
  Quantization q{{scale}, {zero_point}, 0};
  if (b.single() && b.random.one_in(6)) q = b.any_quantization();
  b.add(code, {in}, b.result(b.shape(in), std::move(q)), NoOptions{});
}

void add_logistic(Builder& b) { add_bounded(b, OpCode::kLogistic, 1.0F / 256.0F, -128); }
void add_tanh(Builder& b) { add_bounded(b, OpCode::kTanh, 1.0F / 128.0F, 0); }

// Defined for what is not negative alone: the input's zero point is its least value.
void add_rsqrt(Builder& b) {
  Quantization q = b.any_quantization();
  q.zero_points[0] = -128;
  const float typical = 1.0F / std::sqrt(q.scales[0]);
  const std::int32_t in = b.input(b.image_shape(kMostElements), std::move(q));
  Quantization to = b.any_quantization();
  to.scales[0] = typical / 128.0F * (0.2F + b.random.share());
  b.add(OpCode::kRsqrt, {in}, b.result(b.shape(in), std::move(to)), NoOptions{});
}

constexpr Family kFamilies[] = {
    {OpCode::kRelu, 2, 1, add_relu},
    {OpCode::kRelu6, 2, 1, add_relu6},
    {OpCode::kReluN1To1, 1, 1, add_relu_n1_to_1},
    {OpCode::kLeakyRelu, 2, 1, add_leaky_relu},
    {OpCode::kHardSwish, 2, 1, add_hard_swish},
    {OpCode::kLogistic, 2, 1, add_logistic},
    {OpCode::kTanh, 2, 1, add_tanh},
    {OpCode::kElu, 1, 1, add_elu},
    {OpCode::kAbs, 2, 1, add_abs},
    {OpCode::kRsqrt, 2, 0, add_rsqrt},
    {OpCode::kQuantize, 3, 1, add_quantize},
};

}  // namespace

std::span<const Family> functions() { return kFamilies; }

}  // namespace auklet::compiler::test
