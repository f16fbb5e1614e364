// Puts segments in the place of the operators that they stand for.
#pragma once

#include <auklet/compiler/ir.hpp>

#include "partition.hpp"

namespace auklet::compiler::passes {

/// The model with each part of `partition` replaced by one custom operator. Tensors of the main graph that nothing
/// refers to any more are dropped.
[[nodiscard]] Model rewrite(const Model& model, const Partition& partition);

}  // namespace auklet::compiler::passes
