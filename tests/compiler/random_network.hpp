// Random models of every operator that has an int8 kernel, for comparing a compiled model with its source.
#pragma once

#include <auklet/compiler/executor.hpp>
#include <cstdint>

namespace auklet::compiler::test {

/// A valid model that branches, joins, reshapes and returns several outputs, with 1 to `most_operators` operators (one
/// more where a concatenation's operands need a common scale). Equal seeds give equal models.
[[nodiscard]] Model random_network(std::uint64_t seed, std::size_t most_operators);

/// A valid model of a single operator of random shape, scales and options, which the CPU can run. Equal seeds give
/// equal models.
[[nodiscard]] Model random_operator_model(std::uint64_t seed);

/// Random values for all its inputs.
[[nodiscard]] std::vector<Bytes> random_inputs(const Model& model, std::uint64_t seed);

}  // namespace auklet::compiler::test
