// Random small networks of the operators that the NPU has, and some that it lacks, for comparing a compiled model with
// its source.
#pragma once

#include <auklet/compiler/executor.hpp>
#include <cstdint>

namespace auklet::compiler::test {

/// A valid model that branches, joins, reshapes and returns several outputs, with 1 to `most_operators` operators.
/// Equal seeds give equal models.
[[nodiscard]] Model random_network(std::uint64_t seed, std::size_t most_operators);

/// Random values for all its inputs.
[[nodiscard]] std::vector<Bytes> random_inputs(const Model& model, std::uint64_t seed);

}  // namespace auklet::compiler::test
