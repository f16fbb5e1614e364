#include <auklet/kernels/pool2d.hpp>
#include <limits>

namespace auklet::kernels::reference {
namespace {

// The part of a window that lies inside the input, [begin, end) in input coordinates.
struct Taps {
  std::int32_t begin;
  std::int32_t end;
};

Taps taps(std::int32_t position, std::int32_t stride, std::int32_t pad, std::int32_t filter, std::int32_t input) {
  const std::int32_t origin = position * stride - pad;
  const std::int64_t end = std::int64_t{origin} + filter;
  return {origin > 0 ? origin : 0, end < input ? static_cast<std::int32_t>(end) : input};
}

std::int8_t clamp_output(std::int32_t value, ActivationRange range) {
  return static_cast<std::int8_t>(limit(value, range.min, range.max));
}

struct Average {
  std::int32_t sum = 0;
  std::int32_t count = 0;
  void take(std::int8_t value) {
    sum += value;
    ++count;
  }
  [[nodiscard]] std::int32_t result() const {
    const std::int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return (sum + half) / count;  // NOLINT(clang-analyzer-core.DivideZero): no window without a tap passes the check.
  }
};

struct Maximum {
  std::int8_t highest = std::numeric_limits<std::int8_t>::min();
  void take(std::int8_t value) { highest = value > highest ? value : highest; }
  [[nodiscard]] std::int32_t result() const { return highest; }
};

// `Reduction` is fed every tap of a window that lies inside the image, then asked for its result.
template <class Reduction>
Status pool(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  const Status status = check_pool2d(params, input, output);
  if (status != Status::kOk) return status;

  const Shape4& shape = output.shape;
  for (std::int32_t n = 0; n < shape.batch; ++n) {
    for (std::int32_t oy = 0; oy < shape.height; ++oy) {
      const Taps rows = taps(oy, params.stride_height, params.pad_top, params.filter_height, input.shape.height);
      for (std::int32_t ox = 0; ox < shape.width; ++ox) {
        const Taps columns = taps(ox, params.stride_width, params.pad_left, params.filter_width, input.shape.width);
        for (std::int32_t c = 0; c < shape.channels; ++c) {
          Reduction reduction;
          for (std::int32_t iy = rows.begin; iy < rows.end; ++iy) {
            for (std::int32_t ix = columns.begin; ix < columns.end; ++ix) {
              reduction.take(input.data[element_index(input.shape, n, iy, ix, c)]);
            }
          }
          output.data[element_index(shape, n, oy, ox, c)] = clamp_output(reduction.result(), params.activation);
        }
      }
    }
  }
  return Status::kOk;
}

}  // namespace

Status average_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  return pool<Average>(params, input, output);
}

Status max_pool2d(const Pool2dParams& params, Tensor4<const std::int8_t> input, Tensor4<std::int8_t> output) {
  return pool<Maximum>(params, input, output);
}

}  // namespace auklet::kernels::reference
