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
  if (b.single() && b.random.one_in(2)) to = {static_cast<std::int32_t>(elements_of(s))};
  const std::int32_t out = b.result(to, b.quantization(in));
  if (b.random.one_in(2)) return b.add(OpCode::kReshape, {in}, out, ReshapeOptions{to});
  b.add(OpCode::kReshape, {in, b.integers(to)}, out, NoOptions{});
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

void add_depth_to_space(Builder& b) {
  const std::int32_t block = b.random.in(1, 4);
  const std::int32_t in = b.input(deep_shape(b, block), b.any_quantization());
  const std::int32_t out = b.result(wide_shape(b.shape(in), block), b.quantization(in));
  b.add(OpCode::kDepthToSpace, {in}, out, DepthToSpaceOptions{block});
}

void add_space_to_depth(Builder& b) {
  const std::int32_t block = b.random.in(1, 4);
  const Shape deep = deep_shape(b, block);
  const std::int32_t in = b.input(wide_shape(deep, block), b.any_quantization());
  b.add(OpCode::kSpaceToDepth, {in}, b.result(deep, b.quantization(in)), SpaceToDepthOptions{block});
}

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
    {OpCode::kTranspose, 4, 1, add_transpose},
    {OpCode::kDepthToSpace, 2, 0, add_depth_to_space},
    {OpCode::kSpaceToDepth, 2, 0, add_space_to_depth},
    {OpCode::kResizeNearestNeighbor, 3, 1, add_resize_nearest},
    {OpCode::kResizeBilinear, 3, 1, add_resize_bilinear},
};

}  // namespace

std::span<const Family> movements() { return kFamilies; }

}  // namespace auklet::compiler::test
