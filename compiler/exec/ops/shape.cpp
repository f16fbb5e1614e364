// SHAPE: its result is known before the model runs.
#include <algorithm>
#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {

Result<Evaluate> prepare_shape(const Context& context) {
  const Tensor& out = context.out();
  if (Outcome ok = require_type(out, context.out_name(), {TensorType::kInt32, TensorType::kInt64}); !ok) {
    return tl::unexpected(ok.error());
  }
  const Extents shape = extents_of(context.in(0));
  if (Outcome ok = require_shape(out, context.out_name(), {static_cast<std::int64_t>(shape.size())}); !ok) {
    return tl::unexpected(ok.error());
  }
  return [shape, type = out.type](const Values& v) {
    if (type == TensorType::kInt64) {
      std::ranges::copy(shape, elements<std::int64_t>(v.outputs[0]).begin());
    } else {
      std::ranges::transform(shape, elements<std::int32_t>(v.outputs[0]).begin(),
                             [](std::int64_t extent) { return static_cast<std::int32_t>(extent); });
    }
    return kernels::Status::kOk;
  };
}

}  // namespace auklet::compiler::exec
