// Requantiser and rescaler against exact arithmetic: TensorFlow Lite's MultiplyByQuantizedMultiplier, rounding twice.
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include <Vmodule_requant.h>
#include <Vmodule_rescale.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"

namespace auklet::test {
namespace {

constexpr std::size_t kLanes = 16;
constexpr std::int64_t kLowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int32_t>::max();

/// x * 2^shift modulo 2^32, as int32.
std::int64_t shifted_left(std::int64_t x, unsigned shift) {
  const std::uint64_t wide = shift > 31 ? 0 : static_cast<std::uint64_t>(x) << shift;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(wide));
}

/// a * b / 2^31, rounded to the nearest, half away from zero downwards only as far as truncation goes; saturated.
std::int64_t high_product(std::int64_t a, std::int64_t b) {
  if (a == kLowest && b == kLowest) return kHighest;
  const std::int64_t product = a * b;
  const std::int64_t nudge = product >= 0 ? std::int64_t{1} << 30 : 1 - (std::int64_t{1} << 30);
  return (product + nudge) / (std::int64_t{1} << 31);
}

/// x / 2^shift, rounded to the nearest, half away from zero.
std::int64_t divided(std::int64_t x, unsigned shift) {
  if (shift == 0) return x;
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  return x >= 0 ? (x + half) >> shift : -((-x + half) >> shift);
}

std::int64_t multiplied(std::int64_t x, int left, std::int64_t multiplier, int shift) {
  const unsigned up = static_cast<unsigned>(left + std::max(shift, 0));
  return divided(high_product(shifted_left(x, up), multiplier), static_cast<unsigned>(std::max(-shift, 0)));
}

std::int32_t random_int32(Numbers& numbers) {
  switch (numbers.below(8)) {
    case 0:
      return std::numeric_limits<std::int32_t>::min();
    case 1:
      return std::numeric_limits<std::int32_t>::max();
    default: {
      const auto value = static_cast<std::int32_t>(static_cast<std::uint32_t>(numbers.edgy(32)));
      return numbers.one_in(2) || value == std::numeric_limits<std::int32_t>::min() ? value : -value;
    }
  }
}

int random_shift(Numbers& numbers) { return numbers.one_in(4) ? 0 : static_cast<int>(numbers.below(63)) - 31; }

/// What a lane works on.
struct Operands {
  std::int32_t x = 0, multiplier = 0;
  int shift = 0;
};

Operands any_operands(Numbers& numbers) {
  // Mostly such that the output is not clamped.
  const int shift = numbers.one_in(2) ? random_shift(numbers) : -static_cast<int>(numbers.below(8));
  const std::int32_t x = numbers.one_in(3) ? static_cast<std::int32_t>(numbers.bits(10)) - 512 : random_int32(numbers);
  return {x, random_int32(numbers), shift};
}

/// The product's low 31 bits are a half, or nearly so, and nothing is lost behind it: the first rounding shows.
Operands near_the_first_half(Numbers& numbers) {
  const auto multiplier = static_cast<std::uint32_t>(numbers.bits(7) | 1U);
  std::uint32_t inverse = multiplier;  // Modulo 2^32, by Newton: correct bits double from three on.
  for (int i = 0; i < 4; ++i) inverse *= 2 - multiplier * inverse;
  const auto low = static_cast<std::uint32_t>((std::uint64_t{1} << 30) + numbers.below(3) - 1);
  const auto x = static_cast<std::int32_t>(low * inverse & 0x7FFFFFFFU);
  return {numbers.one_in(2) ? x : -x, static_cast<std::int32_t>(multiplier), 0};
}

/// The high product is any number, and a half or nearly so of what the right shift leaves: the second rounding shows.
Operands near_the_second_half(Numbers& numbers) {
  const unsigned shift = 1 + static_cast<unsigned>(numbers.below(21));
  const std::int64_t whole = (static_cast<std::int64_t>(numbers.bits(8)) - 128) << shift;
  const std::int64_t half = (std::int64_t{1} << (shift - 1)) + static_cast<std::int64_t>(numbers.below(3)) - 1;
  return {static_cast<std::int32_t>(2 * (whole + half)), std::int32_t{1} << 30, -static_cast<int>(shift)};
}

/// A vector on its way through the requantiser.
struct Vector {
  std::uint32_t address = 0;
  std::array<int, kLanes> out{};
  int cycles = 0;  ///< Since it entered.
};

class Requantiser {
 public:
  void set_output(Numbers& numbers) {
    zero_ = static_cast<std::int8_t>(numbers.bits(8));
    low_ = numbers.one_in(2) ? -128 : static_cast<std::int8_t>(numbers.bits(8));
    high_ = numbers.one_in(2) ? 127 : static_cast<std::int8_t>(numbers.bits(8));
    if (low_ > high_) std::swap(low_, high_);
    model_->zp_i = static_cast<std::uint8_t>(zero_);
    model_->min_i = static_cast<std::uint8_t>(low_);
    model_->max_i = static_cast<std::uint8_t>(high_);
  }

  void enter(Numbers& numbers) {
    Vector vector{.address = static_cast<std::uint32_t>(numbers.bits(24))};
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      const std::uint64_t kind = numbers.below(3);
      const auto [x, multiplier, shift] = kind == 0   ? near_the_first_half(numbers)
                                          : kind == 1 ? near_the_second_half(numbers)
                                                      : any_operands(numbers);
      model_->x_i[i] = static_cast<std::uint32_t>(x);
      model_->mult_i[i] = static_cast<std::uint32_t>(multiplier);
      shifts_[i] = static_cast<std::uint8_t>(shift);
      vector.out.at(i) =
          static_cast<int>(std::clamp<std::int64_t>(multiplied(x, 0, multiplier, shift) + zero_, low_, high_));
    }
    for (std::uint32_t i = 0; i < kLanes / 4; ++i) {
      model_->shift_i[i] = shifts_[4 * i] | std::uint32_t{shifts_[4 * i + 1]} << 8 |
                           std::uint32_t{shifts_[4 * i + 2]} << 16 | std::uint32_t{shifts_[4 * i + 3]} << 24;
    }
    model_->addr_i = vector.address;
    model_->valid_i = 1;
    inside_.push_back(vector);
  }

  void clock() {
    model_.clock();
    model_->valid_i = 0;
    for (Vector& vector : inside_) ++vector.cycles;
  }

  /// What is to be seen now; takes out what has come out.
  void check() {
    const bool out = !inside_.empty() && inside_.front().cycles == 5;
    ASSERT_EQ(model_->out_valid_o != 0, out);
    ASSERT_EQ(model_->busy_o != 0, inside_.size() > (out ? 1U : 0U));
    if (!out) return;
    ASSERT_EQ(model_->out_addr_o, inside_.front().address);
    for (std::uint32_t i = 0; i < kLanes; ++i) {
      ASSERT_EQ(static_cast<std::int8_t>(model_->out_o[i / 4] >> (i % 4 * 8)), inside_.front().out.at(i))
          << "lane " << i;
    }
    inside_.pop_front();
  }

  void reset() {
    model_.reset();
    inside_.clear();
  }
  [[nodiscard]] bool empty() const { return inside_.empty(); }

 private:
  Clocked<Vmodule_requant> model_;
  std::array<std::uint8_t, kLanes> shifts_{};
  std::deque<Vector> inside_;
  int zero_ = 0, low_ = -128, high_ = 127;
};

TEST(RtlModules, RequantiserIsExact) {
  Requantiser requantiser;
  Numbers numbers(4);
  for (int round = 0; round < 1'500 && !HasFailure(); ++round) {
    requantiser.set_output(numbers);
    for (std::uint64_t i = numbers.below(20); i > 0 && !HasFailure(); --i) {
      if (!numbers.one_in(3)) requantiser.enter(numbers);
      requantiser.clock();
      requantiser.check();
    }
    if (numbers.one_in(10)) requantiser.reset();
    while (!requantiser.empty() && !HasFailure()) {
      requantiser.clock();
      requantiser.check();
    }
  }
}

TEST(RtlModules, RescalerIsExact) {
  Clocked<Vmodule_rescale> model;
  Numbers numbers(5);
  using Outputs = std::array<std::int64_t, kLanes>;
  for (int round = 0; round < 1'500; ++round) {
    const int zero = static_cast<std::int8_t>(numbers.bits(8));
    const int left = static_cast<int>(numbers.below(32));
    const int shift = random_shift(numbers);
    const std::int32_t multiplier = random_int32(numbers);
    model->zp_i = static_cast<std::uint8_t>(zero);
    model->left_shift_i = static_cast<std::uint8_t>(left);
    model->shift_i = static_cast<std::uint8_t>(shift);
    model->mult_i = static_cast<std::uint32_t>(multiplier);
    // What entered one, two and three cycles ago.
    std::array<std::optional<Outputs>, 4> stages;
    for (int cycle = 0; cycle < 8; ++cycle) {
      stages[0].reset();
      std::array<std::uint8_t, kLanes> bytes{};
      for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(numbers.edgy(8));
      if (cycle < 5 && !numbers.one_in(3)) {
        stages[0].emplace();
        for (std::size_t i = 0; i < kLanes; ++i) {
          stages[0]->at(i) = multiplied(static_cast<std::int8_t>(bytes[i]) - zero, left, multiplier, shift);
        }
      }
      for (std::uint32_t i = 0; i < kLanes / 4; ++i) {
        model->x_i[i] = bytes[4 * i] | std::uint32_t{bytes[4 * i + 1]} << 8 | std::uint32_t{bytes[4 * i + 2]} << 16 |
                        std::uint32_t{bytes[4 * i + 3]} << 24;
      }
      model->en1_i = stages[0].has_value();
      model->en2_i = stages[1].has_value();
      model->en3_i = stages[2].has_value();
      model.clock();
      std::ranges::rotate(stages, stages.begin() + 3);
      if (!stages[3]) continue;
      for (std::uint32_t i = 0; i < kLanes; ++i) {
        ASSERT_EQ(static_cast<std::int32_t>(model->y_o[i]), stages[3]->at(i))
            << "zero " << zero << " left " << left << " multiplier " << multiplier << " shift " << shift;
      }
    }
  }
}

}  // namespace
}  // namespace auklet::test
