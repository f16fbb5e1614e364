// What the operators that move elements have in common: lists of integers that a model gives as tensors, axes, and the
// shape that an output must have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common.hpp"

namespace auklet::compiler::exec {

using Extents = std::vector<std::int64_t>;

/// A tensor's shape in 64 bits, for arithmetic with what a model claims.
[[nodiscard]] Extents extents_of(const Tensor& tensor);

/// `[1, 2, 3]`, for messages.
[[nodiscard]] std::string text_of(const Extents& extents);

/// kInvalid unless the tensor has exactly this shape.
[[nodiscard]] Outcome require_shape(const Tensor& tensor, const std::string& whose, const Extents& expected);

/// kInvalid unless the tensor has that many dimensions.
[[nodiscard]] Outcome require_rank(const Tensor& tensor, const std::string& whose, std::size_t rank);

/// Bytes of an element that can be moved without knowing what it is: of INT8 to INT64, FLOAT16 to FLOAT64, BOOL.
/// kUnsupported for types whose elements are no whole number of bytes up to 8.
[[nodiscard]] Result<std::size_t> movable_size(const Tensor& tensor, const std::string& whose);

/// kInvalid unless both tensors have the same element type.
[[nodiscard]] Outcome require_same_type(const Tensor& a, const std::string& whose_a, const Tensor& b,
                                        const std::string& whose_b);

/// The numbers of a constant INT32 or INT64 input. kUnsupported when it is computed or of another type.
[[nodiscard]] Result<Extents> constant_integers(const Context& context, std::size_t input);

/// As constant_integers; kInvalid unless there are `count`.
[[nodiscard]] Result<Extents> constant_integers(const Context& context, std::size_t input, std::size_t count);

/// The dimension that `axis` names; a negative one counts from the last. kInvalid outside -rank to rank - 1.
[[nodiscard]] Result<std::int32_t> resolve_axis(std::int64_t axis, std::size_t rank);

/// Numbers that an input tensor must hold because the shapes of a model follow from them. A constant is looked at
/// when the operator is prepared, a computed one whenever it runs.
class ExpectedIntegers {
 public:
  /// kInvalid when input `input` is constant and holds other numbers than `expected`, kUnsupported when it is neither
  /// INT32 nor INT64.
  [[nodiscard]] static Result<ExpectedIntegers> create(const Context& context, std::size_t input,
                                                       const Extents& expected);

  /// `evaluate`, after a look at the value where it is computed: kShapeMismatch unless it holds the numbers. Then it
  /// cannot be written as C++ any more.
  [[nodiscard]] Evaluate checked(Evaluate evaluate) const;

 private:
  [[nodiscard]] kernels::Status check(std::span<const std::byte> value) const;

  TensorType type_ = TensorType::kInt32;
  std::size_t input_ = 0;
  bool constant_ = false;
  Extents expected_;
};

/// One element that stands for zero: the tensor's zero point, or 0 where it is not quantised. kUnsupported as
/// movable_size and quantization_of.
[[nodiscard]] Result<std::vector<std::byte>> zero_element(const Tensor& tensor, const std::string& whose);

/// What an operator that moves the elements of input `input` to its outputs needs to know.
struct Movement {
  std::size_t element_bytes = 0;
  kernels::Shape input;
};

/// Checks type and rank of an input, and that all outputs have the same type.
[[nodiscard]] Result<Movement> movement_of(const Context& context, std::size_t input);

/// The kernels' form of extents that have been compared with a tensor's shape.
[[nodiscard]] Result<kernels::Shape> shape_from(const Extents& extents);

}  // namespace auklet::compiler::exec
