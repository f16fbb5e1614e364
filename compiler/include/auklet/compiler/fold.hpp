// Computing what is known before a model runs.
#pragma once

#include <auklet/compiler/ir.hpp>
#include <cstddef>

namespace auklet::compiler {

/// Runs every operator of the main graph whose inputs are all constant, and SHAPE, which looks at no value, and puts
/// constants in their outputs' places; what computes shapes while a model runs then is gone. Operators stay that make
/// outputs of the model, change variables, or are refused by the executor. Returns how many are gone.
std::size_t fold_constants(Model& model);

}  // namespace auklet::compiler
