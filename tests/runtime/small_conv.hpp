// A small convolution with its data in a platform's memory, and what its output has to be.
#pragma once

#include <algorithm>
#include <auklet/runtime/context.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "../common/random_operator.hpp"
#include "platform.hpp"

namespace auklet::test {

class SmallConv {
 public:
  static constexpr kernels::Shape4 kInput{1, 12, 10, 20};
  static constexpr kernels::Shape4 kFilter{24, 3, 3, 20};
  static constexpr kernels::Shape4 kOutput{1, 12, 10, 24};

  explicit SmallConv(Platform& platform, std::uint64_t seed = 7) : platform_(platform), random_(seed) {
    filter_ = random_.bytes(count(kFilter));
    for (std::int32_t oc = 0; oc < kOutput.channels; ++oc) {
      bias_.push_back(random_.in<std::int32_t>(-5000, 5000));
      multipliers_.push_back({random_.in<std::int32_t>(1 << 30, INT32_MAX), -10});
    }
    op_.params.window.pad_top = op_.params.window.pad_left = 1;
    op_.params.input_zero_point = -5;
    op_.params.output_zero_point = 3;
    op_.params.multipliers = multipliers_;
    op_.filter = {kFilter, filter_};
    op_.bias = bias_;
    input_ = new_input();
    output_ = platform.take_int8(count(kOutput));
    op_.input = {kInput, input_};
    op_.output = {kOutput, output_};
  }

  [[nodiscard]] const runtime::Conv2d& op() const { return op_; }
  [[nodiscard]] std::span<const std::int8_t> input() const { return input_; }
  [[nodiscard]] std::span<std::int8_t> output() const { return output_; }
  /// More random input, in the platform's memory.
  [[nodiscard]] std::span<std::int8_t> new_input() { return platform_.copy(random_.bytes(count(kInput))); }
  /// Exactly as large as the operator asks for.
  [[nodiscard]] std::span<std::byte> workspace(const TestContext& context) const {
    return platform_.take(context.workspace_bytes(op_));
  }

  void spoil_output() const { std::ranges::fill(output_, std::int8_t{0x55}); }
  [[nodiscard]] bool output_is_right() const { return is_right(input_, output_); }
  /// Compared with the reference kernel.
  [[nodiscard]] bool is_right(std::span<const std::int8_t> input, std::span<const std::int8_t> output) const {
    std::vector<std::int8_t> expected(count(kOutput));
    detail::require(kernels::reference::conv2d(op_.params, {kInput, input}, op_.filter, op_.bias, {kOutput, expected}));
    return std::ranges::equal(output, expected);
  }

 private:
  static std::size_t count(const kernels::Shape4& shape) {
    return static_cast<std::size_t>(kernels::element_count(shape));
  }

  Platform& platform_;
  Random random_;
  std::vector<std::int8_t> filter_;
  std::vector<std::int32_t> bias_;
  std::vector<kernels::QuantizedMultiplier> multipliers_;
  std::span<std::int8_t> input_, output_;
  runtime::Conv2d op_;
};

}  // namespace auklet::test
