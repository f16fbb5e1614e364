// The golden vectors of elementwise operators, reductions and operators over rows.
#pragma once

#include <string>
#include <vector>

#include "vectors.hpp"

namespace auklet::kernels::test {

/// The operators of these vectors, as TensorFlow Lite names them.
[[nodiscard]] std::vector<std::string> elementwise_operators();

/// Runs all cases of `v` and compares every byte; records GoogleTest failures. False when its operator is another.
bool run_elementwise_vectors(const Vectors& v);

}  // namespace auklet::kernels::test
