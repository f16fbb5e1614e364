#include <algorithm>
#include <cmath>
#include <utility>

#include "families.hpp"

namespace auklet::compiler::test {
namespace {

// The shape of an operand that broadcasts to `full`: a scalar, a row, any dimensions as 1, fewer dimensions.
Shape broadcast_shape(Builder& b, const Shape& full) {
  Shape shape = full;
  switch (b.random.in(0, 5)) {
    case 0:
      return b.random.one_in(2) ? Shape{} : Shape(b.random.size_in(1, full.size()), 1);
    case 1:  // The last dimension, or the last few.
      shape.erase(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(b.random.size_in(1, full.size()) - 1));
      return shape;
    case 2:  // A value a channel, for all pictures alone.
      for (std::size_t i = 1; i + 1 < shape.size(); ++i) shape[i] = 1;
      return shape;
    case 3:  // A column.
      shape.back() = 1;
      return shape;
    default:
      for (std::int32_t& d : shape) d = b.random.one_in(2) ? 1 : d;
      return shape;
  }
}

// The broadcast of two shapes that fit.
Shape joined(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()), 1);
  for (const Shape* s : {&a, &b}) {
    for (std::size_t i = 0; i < s->size(); ++i) {
      std::int32_t& d = shape[shape.size() - s->size() + i];
      d = std::max(d, (*s)[i]);
    }
  }
  return shape;
}

struct Operands {
  std::int32_t a;
  std::int32_t b;
  Shape result;
};

// Of a single operator: equal shapes, one that broadcasts to the other, or each to the other; up to six dimensions;
// computed or constant. Of a network: mostly two images.
Operands operands_of(Builder& b) {
  if (!b.single()) {
    const std::int32_t a = b.image();
    const Shape full = b.shape(a);
    if (!b.random.one_in(3)) return {a, b.another(full, a), full};
    Quantization quantization = b.any_quantization();
    return {a, b.constant(broadcast_shape(b, full), std::move(quantization)), full};
  }
  Shape full = b.image_shape(12'000);
  while (b.random.one_in(3) && full.size() < 6) full.insert(full.begin(), b.random.in(1, 2));
  while (b.random.one_in(3) && full.size() > 1) full.erase(full.begin());
  Shape first = full;
  Shape second = full;
  const std::int32_t kind = b.random.in(0, 5);
  if (kind >= 2) second = broadcast_shape(b, full);
  if (kind == 5) first = broadcast_shape(b, full);
  const auto make = [&](const Shape& shape, bool constant) {
    return constant ? b.constant(shape, b.any_quantization()) : b.input(shape, b.any_quantization());
  };
  const bool constant = b.random.one_in(3);
  Operands o{make(first, false), make(second, constant), joined(first, second)};
  if (kind == 0 && b.random.one_in(4)) o.b = o.a;
  if (b.random.one_in(2)) std::swap(o.a, o.b);
  return o;
}

float scale_of(Builder& b, std::int32_t tensor) { return b.quantization(tensor).scale(); }

// An output scale at which the results are neither all 0 nor all at an end, mostly.
std::int32_t scaled(Builder& b, const Operands& o, float typical) {
  Quantization q = b.any_quantization();
  if (!b.single() || !b.random.one_in(8)) q.scales[0] = typical * (0.4F + b.random.share());
  return b.result(o.result, q);
}

float larger_scale(Builder& b, const Operands& o) { return std::max(scale_of(b, o.a), scale_of(b, o.b)); }

void add_add(Builder& b) {
  const Operands o = operands_of(b);
  b.add(OpCode::kAdd, {o.a, o.b}, scaled(b, o, 2 * larger_scale(b, o)), AddOptions{b.activation()});
}

void add_sub(Builder& b) {
  const Operands o = operands_of(b);
  b.add(OpCode::kSub, {o.a, o.b}, scaled(b, o, 2 * larger_scale(b, o)), SubOptions{b.activation()});
}

void add_mul(Builder& b) {
  const Operands o = operands_of(b);
  const float product = scale_of(b, o.a) * scale_of(b, o.b);
  b.add(OpCode::kMul, {o.a, o.b}, scaled(b, o, product * 100), MulOptions{b.activation()});
}

void add_squared_difference(Builder& b) {
  const Operands o = operands_of(b);
  const float larger = larger_scale(b, o);
  b.add(OpCode::kSquaredDifference, {o.a, o.b}, scaled(b, o, larger * larger * 200), NoOptions{});
}

// The quantised values are compared: a model gives all three tensors one quantisation.
void add_comparison(Builder& b, OpCode code) {
  const Operands o = operands_of(b);
  if (b.single()) b.graph().tensor(o.b).quantization = b.quantization(o.a);
  b.add(code, {o.a, o.b}, b.result(o.result, b.quantization(o.a)), NoOptions{});
}

void add_minimum(Builder& b) { add_comparison(b, OpCode::kMinimum); }
void add_maximum(Builder& b) { add_comparison(b, OpCode::kMaximum); }

// Slopes broadcast to the input, mostly one a channel.
void add_prelu(Builder& b) {
  const std::int32_t in = b.operand(12'000);
  const Shape full = b.shape(in);
  Shape slopes = full;
  if (b.random.one_in(2)) {
    for (std::size_t i = 0; i + 1 < slopes.size(); ++i) slopes[i] = 1;
  } else {
    slopes = broadcast_shape(b, full);
  }
  const bool computed = b.single() && b.random.one_in(6);
  const std::int32_t alpha =
      computed ? b.input(slopes, b.any_quantization()) : b.constant(slopes, b.any_quantization());
  Quantization q = b.any_quantization();
  if (!b.random.one_in(8)) q.scales[0] = b.quantization(in).scale() * (0.5F + b.random.share());
  b.add(OpCode::kPrelu, {in, alpha}, b.result(full, q), NoOptions{});
}

constexpr Family kFamilies[] = {
    {OpCode::kAdd, 4, 5, add_add},         {OpCode::kSub, 3, 1, add_sub},
    {OpCode::kMul, 4, 1, add_mul},         {OpCode::kSquaredDifference, 3, 1, add_squared_difference},
    {OpCode::kMinimum, 2, 1, add_minimum}, {OpCode::kMaximum, 2, 1, add_maximum},
    {OpCode::kPrelu, 3, 1, add_prelu},
};

}  // namespace

std::span<const Family> arithmetic() { return kFamilies; }

}  // namespace auklet::compiler::test
