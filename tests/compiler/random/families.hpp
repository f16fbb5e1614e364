// The operators that random models are made of, a table for each family.
#pragma once

#include <auklet/compiler/op_code.hpp>
#include <span>

#include "builder.hpp"

namespace auklet::compiler::test {

/// One operator: how often it is drawn, and what appends one to a model.
struct Family {
  OpCode code;
  std::int32_t single;   ///< Its share of single operators.
  std::int32_t network;  ///< Its share of the operators of networks; 0: none.
  void (*add)(Builder&);
};

[[nodiscard]] std::span<const Family> convolutions();  ///< Whatever multiplies weights, and products of activations.
[[nodiscard]] std::span<const Family> arithmetic();    ///< Two operands, element by element.
[[nodiscard]] std::span<const Family> functions();     ///< One operand, element by element.
[[nodiscard]] std::span<const Family> reductions();    ///< Pools, sums, norms.
[[nodiscard]] std::span<const Family> pieces();        ///< Joining and cutting.
[[nodiscard]] std::span<const Family> movements();     ///< One operand, its elements moved or repeated.

}  // namespace auklet::compiler::test
