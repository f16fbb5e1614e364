// What the generators of random operators build with: a model in the making, its tensors, and random numbers.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../sample_model.hpp"
#include "random.hpp"

namespace auklet::compiler::test {

using Shape = std::vector<std::int32_t>;

[[nodiscard]] std::size_t elements_of(const Shape& shape);

/// Most elements of a tensor that a generator makes: enough to need several tiles, few enough for the RTL.
inline constexpr std::size_t kMostElements = 24'000;

/// A model in the making. Of a single operator, every operand is a new input of the model (or a constant), with shapes
/// and scales that are odd now and then. Of a network, operands are what earlier operators wrote.
class Builder {
 public:
  enum class Kind : std::uint8_t { kSingleOperator, kNetwork };

  Builder(std::uint64_t seed, Kind kind);

  Random random;

  [[nodiscard]] bool single() const { return kind_ == Kind::kSingleOperator; }
  [[nodiscard]] Graph& graph() { return model_.main(); }
  [[nodiscard]] const Shape& shape(std::int32_t tensor) { return graph().tensor(tensor).shape; }
  [[nodiscard]] const Quantization& quantization(std::int32_t tensor) { return graph().tensor(tensor).quantization; }
  /// The finished model: its outputs are what nothing reads, and now and then something that is read, too.
  [[nodiscard]] Model take();

  // Operands.

  /// A tensor of four dimensions with at most `most` elements.
  std::int32_t image(std::size_t most = kMostElements);
  /// A tensor of one to five dimensions with at most `most` elements; of a network mostly an image.
  std::int32_t operand(std::size_t most = kMostElements);
  /// A computed tensor of the shape `wanted`: another one than `but` where there is one, else a new input, or `but`
  /// itself where a network has no other.
  std::int32_t another(const Shape& wanted, std::int32_t but);
  /// A new input of the model.
  std::int32_t input(Shape shape, Quantization quantization);
  /// A constant INT8 tensor.
  std::int32_t constant(Shape shape, Quantization quantization);
  /// A constant INT8 tensor of one element, quantised as tensor `like`.
  std::int32_t constant_of(std::int8_t value, std::int32_t like);
  /// A constant INT32 tensor of one dimension, or a scalar.
  std::int32_t integers(const std::vector<std::int32_t>& values);
  std::int32_t scalar(std::int32_t value);
  /// A filter with a scale a slice along `axis`, or one for all. The scales give the products of `taps` of its elements
  /// with values of `in` a spread over the values of `out`.
  std::int32_t weights(Shape shape, std::int32_t axis, std::size_t taps, std::int32_t in, std::int32_t out);
  /// A bias for sums of `taps` products, or none.
  std::int32_t bias(std::int32_t channels, std::size_t taps);

  // Results.

  /// A random scale and zero point; those of a single operator are extreme now and then.
  Quantization any_quantization();
  /// A tensor that an operator will write.
  std::int32_t result(Shape shape, Quantization quantization);
  /// The same with any_quantization().
  std::int32_t result(Shape shape) { return result(std::move(shape), any_quantization()); }

  Activation activation();
  /// Appends the operator and makes its outputs available as operands.
  void add(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs, Options options);
  void add(OpCode code, std::vector<std::int32_t> inputs, std::int32_t output, Options options) {
    add(code, std::move(inputs), std::vector{output}, std::move(options));
  }

  /// The shape of an image, of 1 to 3 pictures.
  Shape image_shape(std::size_t most);
  /// Number of channels: multiples of 16, and others.
  std::int32_t channels();

 private:
  std::int32_t some(const std::vector<std::int32_t>& among);
  void choose_outputs();

  Kind kind_;
  Model model_;
  std::vector<std::int32_t> computed_;  // Inputs and what operators wrote.
};

}  // namespace auklet::compiler::test
