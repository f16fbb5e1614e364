#include "golden_elementwise.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>

#include <gtest/gtest.h>

#include <auklet/kernels/abs.hpp>
#include <auklet/kernels/arg_max.hpp>
#include <auklet/kernels/elementwise_quantization.hpp>
#include <auklet/kernels/l2_normalization.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/reduction_quantization.hpp>
#include <auklet/kernels/rsqrt.hpp>

#include "tested.hpp"

namespace auklet::kernels::test {
namespace {

using Bytes = std::vector<std::int8_t>;
using Run = std::function<void(const Vectors&)>;

AffineParams affine(const Vectors& v, const std::string& role) { return {v.scales(role).at(0), v.zero_point(role)}; }

FusedActivation activation_of(const Vectors& v) {
  const std::string& name = v.option("fused_activation_function");
  if (name == "RELU") return FusedActivation::kRelu;
  if (name == "RELU6") return FusedActivation::kRelu6;
  if (name == "RELU_N1_TO_1") return FusedActivation::kReluN1To1;
  EXPECT_EQ(name, "NONE");
  return FusedActivation::kNone;
}

// Calls `kernel(case number, output)` for every case and compares what it wrote.
template <class T, class Kernel>
void compare_cases(const Vectors& v, Kernel kernel) {
  for (int number = 0; number < v.cases(); ++number) {
    const auto expected = v.data<T>(number, "output0");
    std::vector<T> output(expected.size());
    ASSERT_EQ(kernel(number, std::span<T>(output)), Status::kOk);
    EXPECT_EQ(output, expected) << "case " << number;
  }
}

// An operator of two tensors; `kernel(a, b, output)` takes tensors.
template <class Kernel>
void run_pair(const Vectors& v, Kernel kernel) {
  compare_cases<std::int8_t>(v, [&](int number, std::span<std::int8_t> output) {
    const Bytes a = v.data<std::int8_t>(number, "input0");
    const Bytes b = v.data<std::int8_t>(number, "input1");
    return kernel(Tensor<const std::int8_t>{v.shape("input0"), a}, Tensor<const std::int8_t>{v.shape("input1"), b},
                  Tensor<std::int8_t>{v.shape("output0"), output});
  });
}

// One whose parameters come from three quantisations and an activation.
template <class Params, class Make, class Kernel>
Run activated_pair(Make make, Kernel kernel) {
  return [make, kernel](const Vectors& v) {
    Params params;
    ASSERT_EQ(make(affine(v, "input0"), affine(v, "input1"), affine(v, "output0"), activation_of(v), params),
              Status::kOk);
    run_pair(v, [&](auto a, auto b, auto o) { return kernel(params, a, b, o); });
  };
}

// One whose parameters come from three quantisations alone.
template <class Params, class Make, class Kernel>
Run plain_pair(Make make, Kernel kernel) {
  return [make, kernel](const Vectors& v) {
    Params params;
    ASSERT_EQ(make(affine(v, "input0"), affine(v, "input1"), affine(v, "output0"), params), Status::kOk);
    run_pair(v, [&](auto a, auto b, auto o) { return kernel(params, a, b, o); });
  };
}

// An operator of one flat tensor; `make(vectors, input, output, params)`.
template <class Params, class Make, class Kernel>
Run unary(Make make, Kernel kernel) {
  return [make, kernel](const Vectors& v) {
    Params params;
    ASSERT_EQ(make(v, affine(v, "input0"), affine(v, "output0"), params), Status::kOk);
    compare_cases<std::int8_t>(v, [&](int number, std::span<std::int8_t> output) {
      return kernel(params, v.data<std::int8_t>(number, "input0"), output);
    });
  };
}

Run rectifier(FusedActivation function) {
  return unary<ReluParams>([function](const Vectors&, auto in, auto out,
                                      auto& params) { return make_relu_params(function, in, out, params); },
                           tested::relu);
}

Run table(TableFunction function) {
  using Table = std::array<std::int8_t, kTableSize>;
  return unary<Table>(
      [function](const Vectors&, auto in, auto out, Table& entries) { return make_table(function, in, out, entries); },
      [](const Table& entries, const Bytes& in, std::span<std::int8_t> out) {
        return tested::lookup(entries, in, out);
      });
}

// The axes that a reduction's constant lists.
Axes axes_of(const Vectors& v) {
  Axes axes = 0;
  const std::int32_t rank = v.shape("input0").rank;
  for (const std::int32_t axis : v.data<std::int32_t>(0, "input1")) axes |= 1U << (axis < 0 ? axis + rank : axis);
  return axes;
}

// `kernel(axes, input, output)`.
template <class Kernel>
void run_reduction(const Vectors& v, Kernel kernel) {
  compare_cases<std::int8_t>(v, [&](int number, std::span<std::int8_t> output) {
    const Bytes input = v.data<std::int8_t>(number, "input0");
    return kernel(axes_of(v), Tensor<const std::int8_t>{v.shape("input0"), input}, output);
  });
}

void run_sum(const Vectors& v) {
  SumParams params;
  ASSERT_EQ(make_sum_params(axes_of(v), affine(v, "input0"), affine(v, "output0"), params), Status::kOk);
  run_reduction(v, [&](Axes, auto in, auto out) { return reference::sum(params, in, out); });
}

void run_mean(const Vectors& v) {
  SumParams params;
  const std::int32_t count = reduced_count(v.shape("input0"), axes_of(v));
  ASSERT_EQ(make_mean_params(axes_of(v), count, affine(v, "input0"), affine(v, "output0"), params), Status::kOk);
  run_reduction(v, [&](Axes, auto in, auto out) { return reference::sum(params, in, out); });
}

// `kernel(input, output)` takes tensors.
template <class Kernel>
void run_rows(const Vectors& v, Kernel kernel) {
  compare_cases<std::int8_t>(v, [&](int number, std::span<std::int8_t> output) {
    const Bytes input = v.data<std::int8_t>(number, "input0");
    return kernel(Tensor<const std::int8_t>{v.shape("input0"), input}, Tensor<std::int8_t>{v.shape("output0"), output});
  });
}

void run_log_softmax(const Vectors& v) {
  LogSoftmaxParams params;
  ASSERT_EQ(make_log_softmax_params(v.scales("input0").at(0), params), Status::kOk);
  run_rows(v, [&](auto in, auto out) { return reference::log_softmax(params, in, out); });
}

void run_arg_max(const Vectors& v) {
  const Shape& shape = v.shape("input0");
  const std::int32_t axis = v.data<std::int32_t>(0, "input1").at(0);
  compare_cases<std::int32_t>(v, [&](int number, std::span<std::int32_t> output) {
    const Bytes input = v.data<std::int8_t>(number, "input0");
    return reference::arg_extreme<std::int8_t, std::int32_t>(Extreme::kMaximum, axis < 0 ? axis + shape.rank : axis,
                                                             {shape, input}, output);
  });
}

const std::map<std::string, Run>& runs() {
  static const std::map<std::string, Run> all = {
      {"ABS", unary<RequantizeParams>(
                  [](const Vectors&, auto in, auto out, auto& params) { return make_abs_params(in, out, params); },
                  tested::abs)},
      {"ARG_MAX", run_arg_max},
      {"ELU", table(TableFunction::kElu)},
      {"HARD_SWISH", unary<HardSwishParams>([](const Vectors&, auto in, auto out,
                                               auto& params) { return make_hard_swish_params(in, out, params); },
                                            tested::hard_swish)},
      {"L2_NORMALIZATION",
       [](const Vectors& v) {
         run_rows(v, [&](auto in, auto out) { return reference::l2_normalization(v.zero_point("input0"), in, out); });
       }},
      {"LEAKY_RELU", unary<LeakyReluParams>(
                         [](const Vectors& v, auto in, auto out, auto& params) {
                           return make_leaky_relu_params(std::stof(v.option("alpha")), in, out, params);
                         },
                         tested::leaky_relu)},
      {"LOGISTIC", table(TableFunction::kLogistic)},
      {"LOG_SOFTMAX", run_log_softmax},
      {"MAXIMUM", [](const Vectors& v) { run_pair(v, tested::maximum); }},
      {"MEAN", run_mean},
      {"MINIMUM", [](const Vectors& v) { run_pair(v, tested::minimum); }},
      {"MUL", activated_pair<MulParams>(make_mul_params, tested::mul)},
      {"PRELU", plain_pair<PreluParams>(make_prelu_params, reference::prelu)},
      {"REDUCE_MAX", [](const Vectors& v) { run_reduction(v, reference::reduce_max); }},
      {"RELU", rectifier(FusedActivation::kRelu)},
      {"RELU6", rectifier(FusedActivation::kRelu6)},
      {"RSQRT", unary<RequantizeParams>(
                    [](const Vectors&, auto in, auto out, auto& params) { return make_rsqrt_params(in, out, params); },
                    reference::rsqrt)},
      {"SQUARED_DIFFERENCE",
       plain_pair<SquaredDifferenceParams>(make_squared_difference_params, tested::squared_difference)},
      {"SUB", activated_pair<SubParams>(make_sub_params, tested::sub)},
      {"SUM", run_sum},
      {"TANH", table(TableFunction::kTanh)},
  };
  return all;
}

}  // namespace

std::vector<std::string> elementwise_operators() {
  std::vector<std::string> names;
  for (const auto& [name, run] : runs()) names.push_back(name);
  return names;
}

bool run_elementwise_vectors(const Vectors& v) {
  const auto found = runs().find(v.op());
  if (found == runs().end()) return false;
  found->second(v);
  return true;
}

}  // namespace auklet::kernels::test
