// VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE. The executor has resolved which variable a handle names and whether
// all operators agree on its type and shape (variable_table.hpp); a handle's value is the variable's own.
#include <algorithm>

#include "common.hpp"

namespace auklet::compiler::exec {

Result<Evaluate> prepare_var_handle(const Context&) {
  return [](const Values&) { return kernels::Status::kOk; };
}

Result<Evaluate> prepare_read_variable(const Context&) {
  return [](const Values& v) {
    std::ranges::copy(v.inputs[0], v.outputs[0].begin());
    return kernels::Status::kOk;
  };
}

Result<Evaluate> prepare_assign_variable(const Context&) {
  return [](const Values& v) {
    std::ranges::copy(v.inputs[1], v.variables[0].begin());
    return kernels::Status::kOk;
  };
}

}  // namespace auklet::compiler::exec
