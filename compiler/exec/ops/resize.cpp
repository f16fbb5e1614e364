// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR.
#include <auklet/kernels/resize.hpp>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

template <typename O>
Result<kernels::ResizeCoordinates> coordinates_of(const O& options) {
  if (options.align_corners && options.half_pixel_centers) {
    return fail(ErrorCode::kInvalid, "aligns corners and has half-pixel centers");
  }
  if (options.align_corners) return kernels::ResizeCoordinates::kAlignCorners;
  return options.half_pixel_centers ? kernels::ResizeCoordinates::kHalfPixel : kernels::ResizeCoordinates::kAsymmetric;
}

// Shapes, and that input 1 is the output's size, which may be computed.
Result<ExpectedIntegers> check_images(const Context& context) {
  if (Outcome ok = require_rank(context.in(0), context.in_name(0), 4); !ok) return tl::unexpected(ok.error());
  if (Outcome ok = require_rank(context.out(), context.out_name(), 4); !ok) return tl::unexpected(ok.error());
  const Extents output = extents_of(context.out());
  const std::vector<std::int32_t>& input = context.in(0).shape;
  if (Outcome ok = require_shape(context.out(), context.out_name(), {input[0], output[1], output[2], input[3]}); !ok) {
    return tl::unexpected(ok.error());
  }
  return ExpectedIntegers::create(context, 1, {output[1], output[2]});
}

}  // namespace

Result<Evaluate> prepare_resize_nearest_neighbor(const Context& context) {
  const auto coordinates = coordinates_of(std::get<ResizeNearestNeighborOptions>(context.op.options));
  if (!coordinates) return tl::unexpected(coordinates.error());
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  const auto size = check_images(context);
  if (!size) return tl::unexpected(size.error());
  return size->checked(call(AUKLET_KERNEL(resize, resize_nearest), *coordinates, movement->element_bytes,
                            input<kernels::Tensor4<const std::byte>>(0, shape4(context.in(0))),
                            output<kernels::Tensor4<std::byte>>(0, shape4(context.out()))));
}

Result<Evaluate> prepare_resize_bilinear(const Context& context) {
  const auto coordinates = coordinates_of(std::get<ResizeBilinearOptions>(context.op.options));
  if (!coordinates) return tl::unexpected(coordinates.error());
  if (Outcome ok = require_type(context.in(0), context.in_name(0), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  if (Outcome ok = require_type(context.out(), context.out_name(), {TensorType::kInt8}); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto size = check_images(context);
  if (!size) return tl::unexpected(size.error());
  const kernels::Shape4 in = shape4(context.in(0));
  const kernels::Shape4 out = shape4(context.out());
  for (const std::int32_t side : {in.height, in.width, out.height, out.width}) {
    if (side > kernels::kMaxResizeSide) {
      return fail(ErrorCode::kUnsupported, "resizes an image with a side of " + std::to_string(side));
    }
  }
  return size->checked(call(AUKLET_KERNEL(resize, resize_bilinear), *coordinates,
                            input<kernels::Tensor4<const std::int8_t>>(0, in),
                            output<kernels::Tensor4<std::int8_t>>(0, out)));
}

}  // namespace auklet::compiler::exec
