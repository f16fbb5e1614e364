// Batch matmul, transposed convolution, SVDF and LSTM against other formulations, and what they refuse.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/batch_matmul.hpp>
#include <auklet/kernels/fixed_point_math16.hpp>
#include <auklet/kernels/recurrent_quantization.hpp>
#include <auklet/kernels/transpose_conv2d.hpp>

namespace auklet::kernels::test {
namespace {

using Bytes = std::vector<std::int8_t>;

Bytes random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> any(-128, 127);
  Bytes result(count);
  std::ranges::generate(result, [&] { return static_cast<std::int8_t>(any(random)); });
  return result;
}

// Every 16-bit number: within a few steps of the real function, and tanh odd about zero.
TEST(FixedPointMath16, FollowsTheRealFunctions) {
  for (const std::int32_t bits : {1, 3, 4, 6}) {
    for (std::int32_t a = -32768; a <= 32767; ++a) {
      const double real = a / std::ldexp(1.0, 15 - bits);
      ASSERT_NEAR(logistic16(a, bits) / 32768.0, 1.0 / (1.0 + std::exp(-real)), 4e-4) << a;
      const std::int32_t tanh = tanh16(a, bits);
      ASSERT_NEAR(tanh / 32768.0, std::tanh(real), 8e-4) << a;
      if (a > -32768) {
        ASSERT_EQ(tanh16(-a, bits), -tanh);
      }
    }
  }
  EXPECT_EQ(logistic16(0, 3), 1 << 14);
  EXPECT_EQ(exp16_on_negative_values(0, 4), kOne16);
  EXPECT_EQ(exp16_on_negative_values(-32768, 7), 0) << "below -32";
}

TEST(BatchMatMul, BroadcastsAndTransposes) {
  const Bytes a = random_bytes(2 * 3 * 4, 1);  // [2, 1, 3, 4]
  const Bytes b = random_bytes(3 * 4 * 5, 2);  // [3, 4, 5]
  const Shape out = make_shape(2, 3, 3, 5);
  BatchMatMulParams params;
  params.a_zero_point = 7;
  params.b_zero_point = -19;
  params.output_zero_point = 3;
  params.multiplier = {1500000000, -9};
  params.activation = {-100, 110};
  Bytes expected;
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t m = 0; m < 3; ++m) {
        for (std::size_t n = 0; n < 5; ++n) {
          std::int32_t sum = 0;
          for (std::size_t k = 0; k < 4; ++k) {
            sum += (a[(i * 3 + m) * 4 + k] - params.a_zero_point) * (b[(j * 4 + k) * 5 + n] - params.b_zero_point);
          }
          expected.push_back(requantize_to_int8(sum, params.multiplier, 3, params.activation));
        }
      }
    }
  }
  Bytes at(a.size());  // [2, 1, 4, 3]
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t m = 0; m < 3; ++m) {
      for (std::size_t k = 0; k < 4; ++k) at[(i * 4 + k) * 3 + m] = a[(i * 3 + m) * 4 + k];
    }
  }
  Bytes bt(b.size());  // [3, 5, 4]
  for (std::size_t j = 0; j < 3; ++j) {
    for (std::size_t k = 0; k < 4; ++k) {
      for (std::size_t n = 0; n < 5; ++n) bt[(j * 5 + n) * 4 + k] = b[(j * 4 + k) * 5 + n];
    }
  }
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      params.transpose_a = ta;
      params.transpose_b = tb;
      const Tensor<const std::int8_t> left{ta ? make_shape(2, 1, 4, 3) : make_shape(2, 1, 3, 4), ta ? at : a};
      const Tensor<const std::int8_t> right{tb ? make_shape(3, 5, 4) : make_shape(3, 4, 5), tb ? bt : b};
      Bytes output(expected.size());
      ASSERT_EQ(reference::batch_matmul(params, left, right, {out, output}), Status::kOk);
      EXPECT_EQ(output, expected) << ta << tb;
      params.transpose_a = !ta;
      EXPECT_EQ(reference::batch_matmul(params, left, right, {out, output}), Status::kShapeMismatch);
      params.transpose_a = ta;
      Bytes small(expected.size() / 3);
      EXPECT_EQ(reference::batch_matmul(params, left, right, {make_shape(2, 1, 3, 5), small}), Status::kBadBroadcast);
    }
  }
  EXPECT_EQ(reference::batch_matmul({}, {make_shape(4), std::span(a).first(4)}, {make_shape(4), std::span(b).first(4)},
                                    {make_shape(1), std::span(at).first(1)}),
            Status::kBadShape);
}

// The definition gathers; here every input stamps the filter onto 32-bit sums.
TEST(TransposeConv2d, EqualsStamping) {
  const Shape4 in{2, 3, 4, 3};
  const Shape4 filter{2, 3, 5, 3};
  const Shape4 out{2, 7, 11, 2};
  const Bytes input = random_bytes(72, 3);
  const Bytes weights = random_bytes(90, 4);
  const std::array<std::int32_t, 2> bias = {500, -70000};
  const std::array<QuantizedMultiplier, 2> multipliers = {{{1 << 30, -8}, {1900000000, -9}}};
  TransposeConv2dParams params;
  params.window = {
      .stride_height = 2, .stride_width = 3, .dilation_height = 1, .dilation_width = 2, .pad_top = 1, .pad_left = 2};
  params.input_zero_point = -30;
  params.output_zero_point = 5;
  params.multipliers = multipliers;
  std::vector<std::int32_t> sums(static_cast<std::size_t>(element_count(out)));
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = bias[i % 2];
  for (std::int32_t n = 0; n < 2; ++n) {
    for (std::int32_t i = 0; i < 3 * 4 * 3; ++i) {
      const std::int32_t y = i / 12, x = i / 3 % 4, ic = i % 3;
      for (std::int32_t f = 0; f < 2 * 3 * 5; ++f) {
        const std::int32_t oc = f / 15, ky = f / 5 % 3, kx = f % 5;
        const std::int32_t oy = y * 2 - 1 + ky, ox = x * 3 - 2 + 2 * kx;
        if (oy < 0 || oy >= 7 || ox < 0 || ox >= 11) continue;
        sums[element_index(out, n, oy, ox, oc)] +=
            (input[element_index(in, n, y, x, ic)] + 30) * weights[element_index(filter, oc, ky, kx, ic)];
      }
    }
  }
  Bytes expected;
  for (std::size_t i = 0; i < sums.size(); ++i)
    expected.push_back(requantize_to_int8(sums[i], multipliers[i % 2], 5, {}));
  Bytes output(sums.size());
  ASSERT_EQ(reference::transpose_conv2d(params, {in, input}, {filter, weights}, bias, {out, output}), Status::kOk);
  EXPECT_EQ(output, expected);
  EXPECT_EQ(
      reference::transpose_conv2d(params, {in, input}, {filter, weights}, std::span(bias).first(1), {out, output}),
      Status::kBiasSize);
  params.window.stride_width = 0;
  EXPECT_EQ(reference::transpose_conv2d(params, {in, input}, {filter, weights}, bias, {out, output}),
            Status::kBadStride);
}

// Outputs from the whole history of inputs, where the kernel keeps only features.
template <class T>
void check_svdf_history(T state_zero_point) {
  constexpr std::size_t kBatch = 2, kInputs = 5, kUnits = 3, kRank = 2, kFilters = kUnits * kRank, kMemory = 4;
  const Bytes feature = random_bytes(kFilters * kInputs, 5);
  std::vector<T> time;
  for (const std::int8_t w : random_bytes(kFilters * kMemory, 6)) time.push_back(static_cast<T>(w));
  const std::array<std::int32_t, kUnits> bias = {100, -2000, 30};
  SvdfParams params;
  params.rank = kRank;
  params.input_zero_point = -11;
  params.state_zero_point = state_zero_point;
  params.output_zero_point = -7;
  params.feature_multiplier = {1 << 30, -9};
  params.time_multiplier = {1 << 30, -6};
  std::vector<T> state(kBatch * kFilters * kMemory, state_zero_point);
  std::vector<Bytes> history;
  for (unsigned step = 0; step < 6; ++step) {
    history.push_back(random_bytes(kBatch * kInputs, 40 + step));
    Bytes output(kBatch * kUnits);
    ASSERT_EQ(
        reference::svdf(params, {kBatch, kInputs, history.back()}, {kFilters, kInputs, feature},
                        Matrix<const T>{kFilters, kMemory, time}, bias, std::span<T>(state), {kBatch, kUnits, output}),
        Status::kOk);
    for (std::size_t b = 0; b < kBatch; ++b) {
      for (std::size_t u = 0; u < kUnits; ++u) {
        std::int32_t sum = bias[u];
        for (std::size_t f = u * kRank; f < (u + 1) * kRank; ++f) {
          for (std::size_t age = 0; age < std::min(kMemory, history.size()); ++age) {
            const Bytes& then = history[history.size() - 1 - age];
            std::int32_t dot = 0;
            for (std::size_t i = 0; i < kInputs; ++i) dot += (then[b * kInputs + i] + 11) * feature[f * kInputs + i];
            sum += multiply_by_quantized_multiplier(dot, params.feature_multiplier) *
                   time[f * kMemory + kMemory - 1 - age];
          }
        }
        EXPECT_EQ(output[b * kUnits + u], requantize_to_int8(sum, params.time_multiplier, -7, {})) << step;
      }
    }
  }
  params.rank = 4;
  Bytes output(kBatch * kUnits);
  EXPECT_EQ(
      reference::svdf(params, {kBatch, kInputs, history.back()}, {kFilters, kInputs, feature},
                      Matrix<const T>{kFilters, kMemory, time}, bias, std::span<T>(state), {kBatch, kUnits, output}),
      Status::kBadGroups);
}

TEST(Svdf, EqualsTheSumOverTheHistory) {
  check_svdf_history<std::int8_t>(9);
  check_svdf_history<std::int16_t>(0);
}

// A layer of three cells with two inputs over five steps, for a batch of two.
class Lstm : public testing::Test {
 protected:
  static constexpr std::int32_t kBatch = 2, kSteps = 5, kInputs = 2, kCells = 3;
  static constexpr float kInputScale = 1.0F / 64, kWeightScale = 1.0F / 100, kHiddenScale = 1.0F / 128;
  static constexpr float kCellScale = 1.0F / 2048;

  Lstm() {
    for (std::size_t g = 0; g < gates.size(); ++g) {
      weights[g] = random_bytes(kCells * kInputs, static_cast<unsigned>(60 + g));
      recurrent[g] = random_bytes(kCells * kCells, static_cast<unsigned>(70 + g));
      biases[g] = {static_cast<std::int32_t>(g) * 500 - 700, 300, -100};
      LstmGate& gate = *gates[g];
      gate.input_weights = {kCells, kInputs, weights[g]};
      gate.recurrent_weights = {kCells, kCells, recurrent[g]};
      gate.bias = biases[g];
      EXPECT_EQ(make_lstm_gate_multipliers(kInputScale, kWeightScale, kHiddenScale, kWeightScale, gate), Status::kOk);
    }
    EXPECT_EQ(make_lstm_scales(kHiddenScale, kCellScale, 10.0F, params), Status::kOk);
    params.input_zero_point = 4;
    params.hidden_zero_point = params.output_zero_point = -3;
  }

  // One gate of one cell in real numbers.
  double gate(std::size_t g, std::size_t c, const double* x, const double* h) const {
    double sum = static_cast<double>(biases[g][c]) * kInputScale * kWeightScale;
    for (std::size_t i = 0; i < kInputs; ++i) sum += weights[g][c * kInputs + i] * double{kWeightScale} * x[i];
    for (std::size_t i = 0; i < kCells; ++i) sum += recurrent[g][c * kCells + i] * double{kWeightScale} * h[i];
    return sum;
  }

  LstmParams params;
  std::array<LstmGate*, 4> gates = {&params.input_gate, &params.forget_gate, &params.cell_gate, &params.output_gate};
  std::array<Bytes, 4> weights, recurrent;
  std::array<std::array<std::int32_t, kCells>, 4> biases{};
  Bytes input = random_bytes(kBatch * kSteps * kInputs, 80);
  Bytes hidden = Bytes(kBatch * kCells, -3);
  std::vector<std::int16_t> cells = std::vector<std::int16_t>(kBatch * kCells);
  Bytes output = Bytes(kBatch * kSteps * kCells);
};

TEST_F(Lstm, DerivesTheFormatOfItsState) {
  EXPECT_EQ(params.cell_integer_bits, 4);
  EXPECT_EQ(params.cell_clip, 20480);
  EXPECT_EQ(make_lstm_scales(kHiddenScale, 0.001F, 0.0F, params), Status::kBadScale) << "no power of two";
  EXPECT_EQ(make_lstm_scales(kHiddenScale, 1.0F, 0.0F, params), Status::kBadScale) << "too coarse";
  EXPECT_EQ(make_lstm_scales(kHiddenScale, kCellScale, std::nanf(""), params), Status::kBadScale);
}

TEST_F(Lstm, IsNearTheRealRecurrence) {
  ASSERT_EQ(reference::lstm(params, {kBatch, kSteps, kInputs, input}, hidden, cells, {kBatch, kSteps, kCells, output}),
            Status::kOk);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (std::size_t b = 0; b < kBatch; ++b) {
    std::array<double, kCells> c{}, h{};
    for (std::size_t t = 0; t < kSteps; ++t) {
      const std::size_t row = b * kSteps + t;
      const std::array<double, kInputs> x = {(input[row * kInputs] - 4) * double{kInputScale},
                                             (input[row * kInputs + 1] - 4) * double{kInputScale}};
      std::array<double, kCells> next{};
      for (std::size_t i = 0; i < kCells; ++i) {
        c[i] = sigmoid(gate(1, i, x.data(), h.data())) * c[i] +
               sigmoid(gate(0, i, x.data(), h.data())) * std::tanh(gate(2, i, x.data(), h.data()));
        next[i] = sigmoid(gate(3, i, x.data(), h.data())) * std::tanh(c[i]);
      }
      h = next;
      for (std::size_t i = 0; i < kCells; ++i) {
        EXPECT_NEAR((output[row * kCells + i] + 3) * double{kHiddenScale}, h[i], 0.03) << b << t << i;
      }
    }
  }
}

TEST_F(Lstm, KeepsItsStateBetweenCallsAndReadsEitherOrder) {
  ASSERT_EQ(reference::lstm(params, {kBatch, kSteps, kInputs, input}, hidden, cells, {kBatch, kSteps, kCells, output}),
            Status::kOk);
  Bytes later_hidden(kBatch * kCells, -3);
  std::vector<std::int16_t> later_cells(kBatch * kCells);
  params.time_major = true;
  for (std::size_t t = 0; t < kSteps; ++t) {
    Bytes frame, shown(kBatch * kCells), expected;
    for (std::size_t b = 0; b < kBatch; ++b) {
      const auto in = std::span(input).subspan((b * kSteps + t) * kInputs, kInputs);
      frame.insert(frame.end(), in.begin(), in.end());
      const auto out = std::span(output).subspan((b * kSteps + t) * kCells, kCells);
      expected.insert(expected.end(), out.begin(), out.end());
    }
    ASSERT_EQ(
        reference::lstm(params, {kBatch, 1, kInputs, frame}, later_hidden, later_cells, {kBatch, 1, kCells, shown}),
        Status::kOk);
    EXPECT_EQ(shown, expected) << t;
  }
  EXPECT_EQ(later_hidden, hidden);
  EXPECT_EQ(later_cells, cells);
}

TEST_F(Lstm, RefusesBeforeWriting) {
  const auto run = [&] {
    return reference::lstm(params, {kBatch, kSteps, kInputs, input}, hidden, cells, {kBatch, kSteps, kCells, output});
  };
  const LstmParams good = params;
  params.cell_integer_bits = 7;
  EXPECT_EQ(run(), Status::kBadShift);
  params = good;
  params.cell_clip = -1;
  EXPECT_EQ(run(), Status::kBadActivationRange);
  params = good;
  params.output_gate.recurrent_weights = {kCells, kInputs, weights[3]};
  EXPECT_EQ(run(), Status::kShapeMismatch);
  params = good;
  params.forget_gate.bias = std::span(biases[0]).first(2);
  EXPECT_EQ(run(), Status::kBiasSize);
  params = good;
  EXPECT_EQ(reference::lstm(params, {kBatch, kSteps, kInputs, input}, std::span(hidden).first(3), cells,
                            {kBatch, kSteps, kCells, output}),
            Status::kBufferSize);
  EXPECT_EQ(reference::lstm(params, {kBatch, kSteps, kInputs, input}, std::span(output).first(6), cells,
                            {kBatch, kSteps, kCells, output}),
            Status::kOverlap);
  EXPECT_EQ(output, Bytes(output.size()));
  EXPECT_EQ(cells, std::vector<std::int16_t>(cells.size()));
}

}  // namespace
}  // namespace auklet::kernels::test
