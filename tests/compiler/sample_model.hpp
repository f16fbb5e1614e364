// A small network that needs no file: convolution, pool, reshape, fully connected, softmax.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <vector>

#include <auklet/compiler/ir.hpp>

namespace auklet::compiler::test {

/// The bytes of a vector of numbers.
template <typename T>
[[nodiscard]] std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span<const T>(values));
  return {bytes.begin(), bytes.end()};
}

/// Indices of the sample model's tensors and operators, in the order in which they are made.
enum SampleTensor : std::int32_t {
  kInput,          ///< [1, 4, 4, 2]
  kFilter,         ///< [3, 3, 3, 2], a scale an output channel
  kBias,           ///< [3]
  kConvolved,      ///< [1, 4, 4, 3]
  kPooled,         ///< [1, 2, 2, 3]
  kNewShape,       ///< [2], the reshape's second input
  kFlat,           ///< [1, 12]
  kWeights,        ///< [4, 12]
  kFcBias,         ///< [4]
  kLogits,         ///< [1, 4]
  kProbabilities,  ///< [1, 4]
};
enum SampleOperator : std::size_t { kConv, kPool, kReshape, kFullyConnected, kSoftmax };

/// The model. All scales are powers of two, and the convolution's multipliers are exactly 1, 1/2 and 1/4.
[[nodiscard]] Model sample_model();

/// Input values for it, not symmetric in any way.
[[nodiscard]] std::vector<std::int8_t> sample_input();

/// Appends a tensor without a value; returns its index.
std::int32_t add_tensor(Graph& graph, const std::string& name, TensorType type, std::vector<std::int32_t> shape,
                        Quantization quantization = {});

/// The sample model with its pool replaced by a custom operator of the NPU's code and this payload.
[[nodiscard]] Model sample_with_custom_operator(std::vector<std::byte> payload);

}  // namespace auklet::compiler::test
