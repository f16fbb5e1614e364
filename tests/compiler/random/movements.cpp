#include <algorithm>
#include <utility>

#include "families.hpp"

namespace auklet::compiler::test {
namespace {

void add_reshape(Builder& b) {
  const std::int32_t in = b.operand();
  const Shape s = b.shape(in);
  Shape to = s;
  if (s.size() == 4) {
    // Rows to columns, or channels to columns.
    to = {s[0], s[2], s[1], s[3]};
    if (b.random.one_in(3)) to = {s[0], s[1], s[2] * s[3], 1};
    if (b.random.one_in(3)) to = {s[0], 1, 1, s[1] * s[2] * s[3]};
  }
  const auto elements = static_cast<std::int32_t>(elements_of(s));
  if (s.size() != 4) to = {1, 1, elements / s.back(), s.back()};
  if (b.random.one_in(b.single() ? 2 : 8)) to = {elements};
  const std::int32_t out = b.result(to, b.quantization(in));
  if (b.random.one_in(2)) {
    b.add(OpCode::kReshape, {in}, out, ReshapeOptions{to});
  } else {
    b.add(OpCode::kReshape, {in, b.integers(to)}, out, NoOptions{});
  }
}

void add_squeeze(Builder& b) {
  Shape s = b.image_shape(kMostElements);
  s.erase(s.begin(), s.begin() + b.random.in(0, 3));
  const std::int32_t at = b.random.in(0, static_cast<std::int32_t>(s.size()));
  s.insert(s.begin() + at, 1);
  const std::int32_t in = b.input(s, b.any_quantization());
  s.erase(s.begin() + at);
  b.add(OpCode::kSqueeze, {in}, b.result(s, b.quantization(in)), SqueezeOptions{{at}});
}

void add_expand_dims(Builder& b) {
  const std::int32_t in = b.operand();
  Shape s = b.shape(in);
  const std::int32_t at = b.random.in(0, static_cast<std::int32_t>(s.size()));
  s.insert(s.begin() + at, 1);
  b.add(OpCode::kExpandDims, {in, b.scalar(at)}, b.result(s, b.quantization(in)), NoOptions{});
}

// Rows of a dimension in any order, some of them more than once.
void add_gather(Builder& b) {
  const std::int32_t in = b.operand(8000);
  Shape s = b.shape(in);
  const std::int32_t axis = b.random.in(0, static_cast<std::int32_t>(s.size()) - 1);
  std::int32_t& extent = s[static_cast<std::size_t>(axis)];
  std::vector<std::int32_t> rows(b.random.size_in(1, 12));
  for (std::int32_t& row : rows) row = b.random.in(0, extent - 1);
  extent = static_cast<std::int32_t>(rows.size());
  b.add(OpCode::kGather, {in, b.integers(rows)}, b.result(s, b.quantization(in)), GatherOptions{axis, 0});
}

// Mostly height and width; of a single operator any dimensions of any rank.
void add_padded(Builder& b, OpCode code) {
  const std::int32_t in = b.operand(8000);
  Shape shape = b.shape(in);
  const bool image = shape.size() == 4 && !b.random.one_in(3);
  std::vector<std::int32_t> paddings;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool padded = image ? i == 1 || i == 2 : b.random.one_in(2);
    const std::int32_t before = padded ? b.random.in(0, 3) : 0;
    const std::int32_t after = padded ? b.random.in(0, 3) : 0;
    paddings.push_back(before);
    paddings.push_back(after);
    shape[i] += before + after;
  }
  const auto rank = static_cast<std::int32_t>(shape.size());
  const std::int32_t list = b.integers(paddings);
  b.graph().tensor(list).shape = {rank, 2};
  std::vector<std::int32_t> inputs = {in, list};
  if (code == OpCode::kPadv2) inputs.push_back(b.constant(b.random.one_in(2) ? Shape{} : Shape{1}, b.quantization(in)));
  b.add(code, std::move(inputs), b.result(shape, b.quantization(in)), NoOptions{});
}

void add_pad(Builder& b) { add_padded(b, OpCode::kPad); }
void add_padv2(Builder& b) { add_padded(b, OpCode::kPadv2); }

void add_transpose(Builder& b) {
  const std::int32_t in = b.operand(12'000);
  const Shape s = b.shape(in);
  const std::vector<std::int32_t> order = b.random.order(s.size());
  Shape to;
  for (const std::int32_t from : order) to.push_back(s[static_cast<std::size_t>(from)]);
  b.add(OpCode::kTranspose, {in, b.integers(order)}, b.result(to, b.quantization(in)), NoOptions{});
}

Shape deep_shape(Builder& b, std::int32_t block) {
  return {b.random.one_in(4) ? 2 : 1, b.random.in(1, 8), b.random.in(1, 8), block * block * b.random.in(1, 20)};
}

Shape wide_shape(const Shape& deep, std::int32_t block) {
  return {deep[0], deep[1] * block, deep[2] * block, deep[3] / block / block};
}

// The largest block that divides both, from a random one down.
std::int32_t block_of(Builder& b, std::int32_t one, std::int32_t other) {
  std::int32_t block = b.random.in(2, 4);
  while (one % block != 0 || other % block != 0) --block;
  return block;
}

// An operator's own input, or an image that is there.
template <typename MakeShape>
std::int32_t input_or_image(Builder& b, MakeShape make_shape) {
  if (!b.single()) return b.image(8000);
  Quantization quantization = b.any_quantization();
  return b.input(make_shape(), std::move(quantization));
}

void add_depth_to_space(Builder& b) {
  std::int32_t block = b.random.in(1, 4);
  const std::int32_t in = input_or_image(b, [&] { return deep_shape(b, block); });
  if (!b.single()) block = b.shape(in)[3] % 9 == 0 ? 3 : b.shape(in)[3] % 4 == 0 ? 2 : 1;
  const std::int32_t out = b.result(wide_shape(b.shape(in), block), b.quantization(in));
  b.add(OpCode::kDepthToSpace, {in}, out, DepthToSpaceOptions{block});
}

void add_space_to_depth(Builder& b) {
  std::int32_t block = b.random.in(1, 4);
  const std::int32_t in = input_or_image(b, [&] { return wide_shape(deep_shape(b, block), block); });
  const Shape s = b.shape(in);
  if (!b.single()) block = block_of(b, s[1], s[2]);
  const Shape deep = {s[0], s[1] / block, s[2] / block, s[3] * block * block};
  b.add(OpCode::kSpaceToDepth, {in}, b.result(deep, b.quantization(in)), SpaceToDepthOptions{block});
}

// Blocks and what is cut off around them, of height and width.
struct Batches {
  std::array<std::int32_t, 2> block;
  std::array<std::int32_t, 4> edges;
  Shape image;
  Shape batches;
};

Batches random_batches(Builder& b) {
  Batches r{{b.random.in(1, 3), b.random.in(1, 3)}, {}, {b.random.in(1, 2), 0, 0, b.channels()}, {}};
  r.batches = {r.image[0] * r.block[0] * r.block[1], b.random.in(2, 8), b.random.in(2, 8), r.image[3]};
  for (std::size_t i = 0; i < 2; ++i) {
    r.edges[2 * i] = b.random.in(0, 1);
    r.edges[2 * i + 1] = b.random.in(0, 1);
    r.image[i + 1] = r.batches[i + 1] * r.block[i] - r.edges[2 * i] - r.edges[2 * i + 1];
    if (r.image[i + 1] < 1) return random_batches(b);
  }
  return r;
}

void add_batches(Builder& b, OpCode code) {
  const Batches r = random_batches(b);
  const bool to_batch = code == OpCode::kSpaceToBatchNd;
  const std::int32_t in = b.input(to_batch ? r.image : r.batches, b.any_quantization());
  const std::int32_t edges = b.integers({r.edges.begin(), r.edges.end()});
  b.graph().tensor(edges).shape = {2, 2};
  const std::int32_t out = b.result(to_batch ? r.batches : r.image, b.quantization(in));
  b.add(code, {in, b.integers({r.block.begin(), r.block.end()}), edges}, out, NoOptions{});
}

void add_space_to_batch(Builder& b) { add_batches(b, OpCode::kSpaceToBatchNd); }
void add_batch_to_space(Builder& b) { add_batches(b, OpCode::kBatchToSpaceNd); }

// Twice the size, mostly; else any.
template <typename O>
void add_resize(Builder& b, OpCode code) {
  const std::int32_t in = b.image(2500);
  const Shape s = b.shape(in);
  O o;
  const std::int32_t coordinates = b.random.in(0, 2);
  o.align_corners = coordinates == 1;
  o.half_pixel_centers = coordinates == 2;
  const std::int32_t times = b.random.one_in(4) ? b.random.in(1, 3) : 2;
  Shape to = {s[0], s[1] * times, s[2] * times, s[3]};
  if (b.random.one_in(3)) {
    to[1] = b.random.in(1, 2 * s[1]);
    to[2] = b.random.in(1, 2 * s[2]);
  }
  b.add(code, {in, b.integers({to[1], to[2]})}, b.result(to, b.quantization(in)), o);
}

void add_resize_nearest(Builder& b) { add_resize<ResizeNearestNeighborOptions>(b, OpCode::kResizeNearestNeighbor); }
void add_resize_bilinear(Builder& b) { add_resize<ResizeBilinearOptions>(b, OpCode::kResizeBilinear); }

constexpr Family kFamilies[] = {
    {OpCode::kReshape, 2, 3, add_reshape},
    {OpCode::kPad, 4, 2, add_pad},
    {OpCode::kPadv2, 2, 0, add_padv2},
    {OpCode::kTranspose, 4, 2, add_transpose},
    {OpCode::kSqueeze, 1, 0, add_squeeze},
    {OpCode::kExpandDims, 1, 1, add_expand_dims},
    {OpCode::kGather, 1, 1, add_gather},
    {OpCode::kSpaceToBatchNd, 1, 0, add_space_to_batch},
    {OpCode::kBatchToSpaceNd, 1, 0, add_batch_to_space},
    {OpCode::kDepthToSpace, 2, 1, add_depth_to_space},
    {OpCode::kSpaceToDepth, 2, 1, add_space_to_depth},
    {OpCode::kResizeNearestNeighbor, 3, 1, add_resize_nearest},
    {OpCode::kResizeBilinear, 3, 1, add_resize_bilinear},
};

}  // namespace

std::span<const Family> movements() { return kFamilies; }

}  // namespace auklet::compiler::test
