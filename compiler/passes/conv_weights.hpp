// Weights of convolutions that are rewritten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "lower.hpp"

namespace auklet::compiler::passes {

/// A weight of a dense convolution.
[[nodiscard]] inline std::int8_t weight_at(const ConvWork& work, std::uint32_t output, std::uint32_t ky,
                                           std::uint32_t kx, std::uint32_t channel) {
  const plan::ConvOp& op = work.op;
  const std::size_t tap = std::size_t{ky} * op.kernel_w + kx;
  if (op.weight_order == plan::WeightOrder::kHwo) return work.weights[tap * op.out_c + output];
  return work.weights[(std::size_t{output} * op.kernel_h * op.kernel_w + tap) * op.in_c + channel];
}

/// The convolution with other numbers and weights of its own.
[[nodiscard]] inline ConvWork rewritten(ConvWork work, const plan::ConvOp& op, std::vector<std::int8_t> weights) {
  work.op = op;
  work.derived = std::make_shared<const std::vector<std::int8_t>>(std::move(weights));
  work.weights = *work.derived;
  return work;
}

}  // namespace auklet::compiler::passes
