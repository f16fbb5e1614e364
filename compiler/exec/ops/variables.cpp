// VAR_HANDLE, READ_VARIABLE and ASSIGN_VARIABLE. The executor has resolved which variable a handle names and whether
// all operators agree on its type and shape (variable_table.hpp); a handle's value is the variable's own.
#include <auklet/kernels/reshape.hpp>

#include "common.hpp"

namespace auklet::compiler::exec {
namespace {

// The bytes of a tensor as a shape.
kernels::Shape bytes_of(const Tensor& tensor) { return kernels::make_shape(static_cast<std::int32_t>(tensor.bytes())); }

}  // namespace

Result<Evaluate> prepare_var_handle(const Context&) { return sequence({}); }

Result<Evaluate> prepare_read_variable(const Context& context) {
  const kernels::Shape bytes = bytes_of(context.out());
  return call(AUKLET_KERNEL(reshape, reshape), std::size_t{1}, input<kernels::Tensor<const std::byte>>(0, bytes),
              output<kernels::Tensor<std::byte>>(0, bytes));
}

Result<Evaluate> prepare_assign_variable(const Context& context) {
  const kernels::Shape bytes = bytes_of(context.in(1));
  return call(AUKLET_KERNEL(reshape, reshape), std::size_t{1}, input<kernels::Tensor<const std::byte>>(1, bytes),
              variable<kernels::Tensor<std::byte>>(0, bytes));
}

}  // namespace auklet::compiler::exec
