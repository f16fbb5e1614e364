// A part of a model as a model of its own.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>

namespace auklet::compiler {

/// Removes the tensors of the main graph that nothing refers to; the others keep their order.
void drop_unused_tensors(Model& model);

/// The operators [first, first + count) of the main graph. Its inputs are the tensors that they read and none of them
/// writes, constants and variables aside, in order of their first use; its outputs are those of the last operator.
/// Constants are shared with `model`; signatures and metadata are left out. Precondition: the operators exist.
[[nodiscard]] Model extract(const Model& model, std::size_t first, std::size_t count);

}  // namespace auklet::compiler
