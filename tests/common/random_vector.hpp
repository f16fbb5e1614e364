// Random operators of the vector unit with all their data, and their reference results.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/kernels/add.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/softmax.hpp>
#include <auklet/kernels/squared_difference.hpp>
#include <auklet/kernels/sub.hpp>
#include <auklet/plan/plan.hpp>
#include <auklet/plan/tables.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "random.hpp"

namespace auklet::test {

struct EltwiseCase {
  plan::EltwiseOp op;
  std::vector<std::int8_t> a, b;
};

struct TableCase {
  plan::TableOp op;
  std::vector<std::int8_t> input;
  std::array<std::int8_t, plan::kTableEntries> results{};  ///< Of -128 to 127.
};

struct SoftmaxCase {
  plan::SoftmaxOp op;
  std::vector<std::int8_t> input;
  kernels::SoftmaxParams params;
};

namespace detail {

inline std::int8_t random_zero_point(Random& random) {
  return random.one_in(3) ? random.pick<std::int8_t>({-128, 127, 0}) : random.in<std::int8_t>(-128, 127);
}

inline void random_clamp(Random& random, std::int8_t& low, std::int8_t& high) {
  if (!random.one_in(3)) return;
  low = random.in<std::int8_t>(-128, 0);
  high = random.in<std::int8_t>(low, 127);
}

inline plan::QuantizedMultiplier random_scale(Random& random, std::int32_t low, std::int32_t high) {
  plan::QuantizedMultiplier made;
  made.multiplier = random.in<std::int32_t>(1 << 30, INT32_MAX);
  made.shift = random.in<std::int32_t>(low, high);
  return made;
}

inline void require(kernels::Status status) {
  if (status != kernels::Status::kOk) throw std::logic_error(kernels::describe(status));
}

inline kernels::ActivationRange range(const auto& op) { return {op.act_min, op.act_max}; }

inline bool covers_rows(plan::Cover cover) { return cover == plan::Cover::kAll || cover == plan::Cover::kColumn; }
inline bool covers_length(plan::Cover cover) { return cover == plan::Cover::kAll || cover == plan::Cover::kRow; }

/// An operand as kernels see it.
inline kernels::Shape shape_of(const plan::EltwiseOp& op, plan::Cover cover) {
  return kernels::make_shape(static_cast<std::int32_t>(covers_rows(cover) ? op.rows : 1),
                             static_cast<std::int32_t>(covers_length(cover) ? op.length : 1));
}

inline std::size_t elements(const kernels::Shape& shape) {
  return static_cast<std::size_t>(kernels::element_count(shape));
}

/// Whether the operands alone say what the output's shape is, as kernels ask for.
inline bool broadcasts(const plan::EltwiseOp& op) {
  return (op.rows == 1 || covers_rows(op.a) || covers_rows(op.b)) &&
         (op.length == 1 || covers_length(op.a) || covers_length(op.b));
}

inline void random_shape(Random& random, std::uint32_t& rows, std::uint32_t& length) {
  rows = 1;
  length = random.in(1, 40000);
  switch (random.in(0, 5)) {
    case 0:
    case 1:
      return;
    case 2:  // Several tiles of each row.
      rows = random.in(1, 6);
      length = random.in(1, 8000);
      return;
    case 3:
      rows = random.in(1, 3000);
      length = random.in(1, 20);
      return;
    default:
      rows = random.in(1, 300);
      length = random.in(1, 200);
      return;
  }
}

/// Numbers that spread the results over int8, in the order of magnitude that TensorFlow Lite derives.
inline void random_scales(Random& random, plan::EltwiseOp& op) {
  // Twice the larger scale is 1, and the sum or square is shifted back.
  op.a_scale = random_scale(random, -3, 0);
  op.b_scale = random_scale(random, -3, 0);
  switch (op.kind) {
    case plan::EltwiseKind::kAdd:
      op.left_shift = random.one_in(8) ? random.in<std::uint8_t>(0, 20) : 20;
      op.out_scale = random_scale(random, -op.left_shift - 1, -op.left_shift + 2);
      if (random.one_in(3)) op.b_scale.multiplier = -op.b_scale.multiplier;  // SUB.
      break;
    case plan::EltwiseKind::kSquaredDifference:
      op.left_shift = kernels::kSquaredDifferenceLeftShift;
      op.out_scale = random_scale(random, -23, -17);
      break;
    default:
      op.out_scale = random_scale(random, -10, -6);
      break;
  }
}

inline EltwiseCase random_eltwise(Random& random, plan::EltwiseKind kind, plan::Cover a, plan::Cover b) {
  EltwiseCase c;
  c.op.kind = kind;
  c.op.a = a;
  c.op.b = b;
  random_shape(random, c.op.rows, c.op.length);
  c.op.a_zp = random_zero_point(random);
  c.op.b_zp = random_zero_point(random);
  c.op.out_zp = random_zero_point(random);
  random_clamp(random, c.op.act_min, c.op.act_max);
  random_scales(random, c.op);
  c.a = random.bytes(elements(shape_of(c.op, a)));
  c.b = random.bytes(elements(shape_of(c.op, b)));
  return c;
}

inline EltwiseCase random_eltwise(Random& random) {
  const auto cover = [&] {
    return random.one_in(2) ? plan::Cover::kAll : static_cast<plan::Cover>(random.in<std::uint8_t>(0, 3));
  };
  const auto kind = static_cast<plan::EltwiseKind>(random.in<std::uint8_t>(0, 4));
  const plan::Cover a = cover();
  return random_eltwise(random, kind, a, cover());
}

inline TableCase random_table(Random& random) {
  TableCase c;
  random_shape(random, c.op.rows, c.op.length);
  c.input = random.bytes(std::size_t{c.op.rows} * c.op.length);
  std::ranges::copy(random.bytes(c.results.size()), c.results.begin());
  return c;
}

inline SoftmaxCase random_softmax(Random& random) {
  SoftmaxCase c;
  c.op.rows = random.in(1, random.one_in(4) ? 4 : 100);
  c.op.length = c.op.rows > 4 ? random.in(1, 100) : random.in(1, spec::SoftmaxFields::kN.max);
  c.input = random.bytes(std::size_t{c.op.rows} * c.op.length);
  const float scale = 0.001F * static_cast<float>(random.in(1, 400));
  require(kernels::make_softmax_params(1.0F, scale, c.params));
  if (random.one_in(3)) {  // Flat rows, whose sums are large.
    for (std::int8_t& x : c.input) x = static_cast<std::int8_t>(x / 16);
  }
  return c;
}

inline std::string describe(const plan::EltwiseOp& op) {
  constexpr std::array kKinds = {"add", "mul", "squared difference", "minimum", "maximum"};
  constexpr std::array kCovers = {"all", "row", "column", "one"};
  std::ostringstream text;
  text << kKinds.at(static_cast<std::size_t>(op.kind)) << ' ' << op.rows << 'x' << op.length << ", a "
       << kCovers.at(static_cast<std::size_t>(op.a)) << ", b " << kCovers.at(static_cast<std::size_t>(op.b));
  return text.str();
}

/// The operand with every element where its result is.
inline std::vector<std::int8_t> spread(const plan::EltwiseOp& op, plan::Cover cover,
                                       const std::vector<std::int8_t>& data) {
  std::vector<std::int8_t> all;
  all.reserve(std::size_t{op.rows} * op.length);
  const std::size_t pitch = covers_length(cover) ? op.length : 1;
  for (std::size_t row = 0; row < op.rows; ++row) {
    for (std::size_t i = 0; i < op.length; ++i) {
      all.push_back(data.at((covers_rows(cover) ? row * pitch : 0) + (covers_length(cover) ? i : 0)));
    }
  }
  return all;
}

inline kernels::AddParams add_params(const plan::EltwiseOp& op) {
  const auto kernel = [](const plan::QuantizedMultiplier& m) {
    return kernels::QuantizedMultiplier{m.multiplier, m.shift};
  };
  return {.left_shift = op.left_shift,
          .a_zero_point = op.a_zp,
          .b_zero_point = op.b_zp,
          .output_zero_point = op.out_zp,
          .a_multiplier = kernel(op.a_scale),
          .b_multiplier = kernel(op.b_scale),
          .output_multiplier = kernel(op.out_scale),
          .activation = range(op)};
}

inline kernels::Status run_kernel(const plan::EltwiseOp& op, kernels::Tensor<const std::int8_t> a,
                                  kernels::Tensor<const std::int8_t> b, kernels::Tensor<std::int8_t> out) {
  kernels::AddParams p = add_params(op);
  switch (op.kind) {
    case plan::EltwiseKind::kAdd:
      if (p.b_multiplier.value >= 0) return kernels::reference::add(p, a, b, out);
      p.b_multiplier.value = -p.b_multiplier.value;
      return kernels::reference::sub(p, a, b, out);
    case plan::EltwiseKind::kMul:
      return kernels::reference::mul(
          {p.a_zero_point, p.b_zero_point, p.output_zero_point, p.output_multiplier, p.activation}, a, b, out);
    case plan::EltwiseKind::kSquaredDifference:
      return kernels::reference::squared_difference(
          {p.a_zero_point, p.b_zero_point, p.output_zero_point, p.a_multiplier, p.b_multiplier, p.output_multiplier}, a,
          b, out);
    case plan::EltwiseKind::kMinimum:
      return kernels::reference::minimum(a, b, out);
    case plan::EltwiseKind::kMaximum:
      break;
  }
  return kernels::reference::maximum(a, b, out);
}

inline std::vector<std::int8_t> reference(const EltwiseCase& c) {
  plan::EltwiseOp op = c.op;
  std::vector<std::int8_t> a = c.a;
  if (!broadcasts(op)) {
    a = spread(op, op.a, c.a);
    op.a = plan::Cover::kAll;
  }
  std::vector<std::int8_t> out(std::size_t{op.rows} * op.length);
  require(run_kernel(op, {shape_of(op, op.a), std::span<const std::int8_t>(a)},
                     {shape_of(op, op.b), std::span<const std::int8_t>(c.b)},
                     {shape_of(op, plan::Cover::kAll), std::span(out)}));
  // The kernels of some kinds have no clamp of their own.
  for (std::int8_t& x : out) x = std::clamp(x, op.act_min, op.act_max);
  return out;
}

inline std::vector<std::int8_t> reference(const TableCase& c) {
  std::vector<std::int8_t> out(c.input.size());
  require(kernels::reference::lookup(c.results, c.input, out));
  return out;
}

inline std::vector<std::int8_t> reference(const SoftmaxCase& c) {
  std::vector<std::int8_t> out(c.input.size());
  const kernels::Shape shape =
      kernels::make_shape(static_cast<std::int32_t>(c.op.rows), static_cast<std::int32_t>(c.op.length));
  require(
      kernels::reference::softmax(c.params, {shape, std::span<const std::int8_t>(c.input)}, {shape, std::span(out)}));
  return out;
}

/// The tables as the commands read them.
inline std::vector<std::uint8_t> table_bytes(const TableCase& c) {
  std::vector<std::uint8_t> bytes(plan::kTableBytes);
  plan::pack_table(c.results, std::span<std::uint8_t, plan::kTableBytes>(bytes));
  return bytes;
}
inline std::vector<std::uint8_t> table_bytes(const SoftmaxCase& c) {
  std::array<std::int32_t, plan::kTableEntries> exponentials{};
  kernels::softmax_exponentials(c.params, exponentials);
  std::vector<std::uint8_t> bytes(plan::kSoftmaxTableBytes);
  plan::pack_softmax_table(exponentials, std::span<std::uint8_t, plan::kSoftmaxTableBytes>(bytes));
  return bytes;
}

}  // namespace detail
}  // namespace auklet::test
