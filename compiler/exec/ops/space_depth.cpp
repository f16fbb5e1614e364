// DEPTH_TO_SPACE, SPACE_TO_DEPTH, SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.
#include <auklet/kernels/space_depth.hpp>

#include <utility>

#include "movement.hpp"

namespace auklet::compiler::exec {
namespace {

// `deep` has block * block times the channels of `wide`, which has block times its sides.
template <typename... Functions>
Result<Evaluate> prepare_blocks(const Context& context, std::int32_t block, const Tensor& deep, const Tensor& wide,
                                const Kernel<Functions...>& kernel) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  if (Outcome ok = require_rank(context.in(0), context.in_name(0), 4); !ok) return tl::unexpected(ok.error());
  if (Outcome ok = require_rank(context.out(), context.out_name(), 4); !ok) return tl::unexpected(ok.error());
  const Extents d = extents_of(deep);
  const Extents w = extents_of(wide);
  const Extents expected = {d[0], d[1] * block, d[2] * block, d[3] / block / block};
  if (w != expected || expected[3] * block * block != d[3]) {
    return fail(ErrorCode::kInvalid, "has shapes " + text_of(extents_of(context.in(0))) + " and " +
                                         text_of(extents_of(context.out())) + ", which blocks of " +
                                         std::to_string(block) + " do not relate");
  }
  return call(kernel, block, movement->element_bytes,
              input<kernels::Tensor4<const std::byte>>(0, shape4(context.in(0))),
              output<kernels::Tensor4<std::byte>>(0, shape4(context.out())));
}

// Shapes of three dimensions, [N, H, C], stand for images of width 1.
Result<kernels::Shape4> image_of(const Tensor& tensor, const std::string& whose) {
  if (tensor.shape.size() == 3) return kernels::Shape4{tensor.shape[0], tensor.shape[1], 1, tensor.shape[2]};
  if (Outcome ok = require_rank(tensor, whose, 4); !ok) return tl::unexpected(ok.error());
  return shape4(tensor);
}

struct Batches {
  std::size_t element_bytes = 0;
  kernels::BatchBlocks blocks;
  kernels::Shape4 input;
  kernels::Shape4 output;
};

// Inputs 1 and 2 are the block's sides and what is added to or cut from each side of the image. `to_batch` says which
// tensor is the image.
Result<Batches> prepare_batches(const Context& context, bool to_batch) {
  const auto movement = movement_of(context, 0);
  if (!movement) return tl::unexpected(movement.error());
  const auto input = image_of(context.in(0), context.in_name(0));
  if (!input) return tl::unexpected(input.error());
  if (Outcome ok = require_rank(context.out(), context.out_name(), context.in(0).shape.size()); !ok) {
    return tl::unexpected(ok.error());
  }
  const auto output = image_of(context.out(), context.out_name());
  if (!output) return tl::unexpected(output.error());
  const std::size_t sides = context.in(0).shape.size() - 2;
  auto block = constant_integers(context, 1, sides);
  if (!block) return tl::unexpected(block.error());
  auto edges = constant_integers(context, 2, 2 * sides);
  if (!edges) return tl::unexpected(edges.error());
  block->resize(2, 1);
  edges->resize(4, 0);
  constexpr std::int64_t kMost = 1 << 20;  // Beyond any use; keeps the products below within 64 bits.
  for (const std::int64_t side : *block) {
    if (side < 1 || side > kMost) return fail(ErrorCode::kInvalid, "has blocks of " + text_of(*block));
  }
  for (const std::int64_t edge : *edges) {
    if (edge < 0 || edge > kMost) return fail(ErrorCode::kInvalid, "has edges of " + text_of(*edges));
  }
  const kernels::Shape4& image = to_batch ? *input : *output;
  const kernels::Shape4& many = to_batch ? *output : *input;
  const Extents blocks_make = {many.batch, many.height * block->at(0), many.width * block->at(1), many.channels};
  const Extents image_needs = {image.batch * block->at(0) * block->at(1), image.height + edges->at(0) + edges->at(1),
                               image.width + edges->at(2) + edges->at(3), image.channels};
  if (blocks_make != image_needs) {
    return fail(ErrorCode::kInvalid, "has shapes " + text_of(extents_of(context.in(0))) + " and " +
                                         text_of(extents_of(context.out())) + ", which blocks of " + text_of(*block) +
                                         " and edges of " + text_of(*edges) + " do not relate");
  }
  return Batches{movement->element_bytes,
                 {static_cast<std::int32_t>(block->at(0)), static_cast<std::int32_t>(block->at(1)),
                  static_cast<std::int32_t>(edges->at(0)), static_cast<std::int32_t>(edges->at(2))},
                 *input,
                 *output};
}

}  // namespace

Result<Evaluate> prepare_depth_to_space(const Context& context) {
  return prepare_blocks(context, std::get<DepthToSpaceOptions>(context.op.options).block_size, context.in(0),
                        context.out(), AUKLET_KERNEL(space_depth, depth_to_space));
}

Result<Evaluate> prepare_space_to_depth(const Context& context) {
  return prepare_blocks(context, std::get<SpaceToDepthOptions>(context.op.options).block_size, context.out(),
                        context.in(0), AUKLET_KERNEL(space_depth, space_to_depth));
}

Result<Evaluate> prepare_space_to_batch_nd(const Context& context) {
  const auto batches = prepare_batches(context, true);
  if (!batches) return tl::unexpected(batches.error());
  auto zero = zero_element(context.out(), context.out_name());
  if (!zero) return tl::unexpected(zero.error());
  return call(AUKLET_KERNEL(space_depth, space_to_batch), batches->blocks, Owned{std::move(*zero)},
              batches->element_bytes, input<kernels::Tensor4<const std::byte>>(0, batches->input),
              output<kernels::Tensor4<std::byte>>(0, batches->output));
}

Result<Evaluate> prepare_batch_to_space_nd(const Context& context) {
  const auto batches = prepare_batches(context, false);
  if (!batches) return tl::unexpected(batches.error());
  return call(AUKLET_KERNEL(space_depth, batch_to_space), batches->blocks, batches->element_bytes,
              input<kernels::Tensor4<const std::byte>>(0, batches->input),
              output<kernels::Tensor4<std::byte>>(0, batches->output));
}

}  // namespace auklet::compiler::exec
