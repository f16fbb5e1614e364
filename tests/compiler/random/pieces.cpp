#include <algorithm>
#include <utility>

#include "families.hpp"

namespace auklet::compiler::test {
namespace {

std::size_t at(std::int32_t axis) { return static_cast<std::size_t>(axis); }

// A dimension of `shape`: the channels half of the time.
std::int32_t random_axis(Builder& b, const Shape& shape) {
  const auto last = static_cast<std::int32_t>(shape.size()) - 1;
  return b.random.one_in(2) ? last : b.random.in(0, last);
}

// The axis as a model may give it: from the front or from the end.
std::int32_t written(Builder& b, std::int32_t axis, std::size_t rank) {
  return b.random.one_in(3) ? axis - static_cast<std::int32_t>(rank) : axis;
}

// `tensor` at another scale, as converters write it before a concatenation; itself where it has that already.
std::int32_t requantized(Builder& b, std::int32_t tensor, const Quantization& q) {
  if (b.quantization(tensor) == q) return tensor;
  const std::int32_t out = b.result(b.shape(tensor), q);
  b.add(OpCode::kQuantize, {tensor}, out, NoOptions{});
  return out;
}

void add_concatenation(Builder& b) {
  const std::int32_t first = b.operand(8000);
  const Quantization q = b.quantization(first);
  Shape shape = b.shape(first);
  const std::int32_t axis = random_axis(b, shape);
  std::vector<std::int32_t> inputs = {first};
  std::int32_t along = shape[at(axis)];
  const std::int32_t more = b.random.in(b.random.one_in(10) ? 0 : 1, 3);
  for (std::int32_t i = 0; i < more; ++i) {
    if (b.random.one_in(6)) {
      inputs.push_back(b.random.pick(inputs));
    } else if (b.random.one_in(4)) {
      Shape part = shape;
      part[at(axis)] = b.random.in(1, 20);
      inputs.push_back(b.constant(part, q));
    } else if (b.single()) {
      Shape part = shape;
      part[at(axis)] = b.random.one_in(2) ? part[at(axis)] : b.random.in(1, 20);
      inputs.push_back(b.input(part, q));
    } else {
      inputs.push_back(requantized(b, b.another(shape, first), q));
    }
    along += b.shape(inputs.back())[at(axis)];
  }
  std::ranges::rotate(inputs, inputs.begin() + b.random.in(0, more));
  shape[at(axis)] = along;
  const ConcatenationOptions o{written(b, axis, shape.size()), Activation::kNone};
  b.add(OpCode::kConcatenation, std::move(inputs), b.result(shape, q), o);
}

void add_pack(Builder& b) {
  const std::int32_t first = b.operand(8000);
  const Quantization q = b.quantization(first);
  const Shape part = b.shape(first);
  const std::int32_t count = b.random.in(1, 5);
  std::vector<std::int32_t> inputs = {first};
  for (std::int32_t i = 1; i < count; ++i) {
    inputs.push_back(b.random.one_in(6) ? b.constant(part, q)
                     : b.single()       ? b.input(part, q)
                                        : requantized(b, b.another(part, first), q));
  }
  const std::int32_t axis = b.random.in(0, static_cast<std::int32_t>(part.size()));
  Shape shape = part;
  shape.insert(shape.begin() + axis, count);
  b.add(OpCode::kPack, std::move(inputs), b.result(shape, q), PackOptions{count, written(b, axis, shape.size())});
}

void add_unpack(Builder& b) {
  Shape shape = b.image_shape(8000);
  std::int32_t axis = random_axis(b, shape);
  shape[at(axis)] = b.random.in(1, 6);
  const std::int32_t in = b.single() ? b.input(shape, b.any_quantization()) : b.operand(8000);
  if (!b.single()) {
    shape = b.shape(in);
    axis = static_cast<std::int32_t>(std::ranges::min_element(shape) - shape.begin());
  }
  Shape part = shape;
  part.erase(part.begin() + axis);
  std::vector<std::int32_t> outputs;
  outputs.reserve(at(shape[at(axis)]));
  for (std::int32_t i = 0; i < shape[at(axis)]; ++i) outputs.push_back(b.result(part, b.quantization(in)));
  b.add(OpCode::kUnpack, {in}, std::move(outputs), UnpackOptions{shape[at(axis)], written(b, axis, shape.size())});
}

// Sizes that add up to `whole`.
std::vector<std::int32_t> random_sizes(Builder& b, std::int32_t whole) {
  std::vector<std::int32_t> sizes;
  while (whole > 0) {
    const std::int32_t size = sizes.size() == 4 ? whole : b.random.in(1, whole);
    sizes.push_back(size);
    whole -= size;
  }
  return sizes;
}

std::vector<std::int32_t> parts_of(Builder& b, std::int32_t in, std::int32_t axis,
                                   const std::vector<std::int32_t>& sizes) {
  std::vector<std::int32_t> outputs;
  for (const std::int32_t size : sizes) {
    Shape part = b.shape(in);
    part[at(axis)] = size;
    outputs.push_back(b.result(std::move(part), b.quantization(in)));
  }
  return outputs;
}

void add_split(Builder& b) {
  const std::int32_t in = b.operand(12'000);
  const Shape shape = b.shape(in);
  const std::int32_t axis = random_axis(b, shape);
  const std::int32_t whole = shape[at(axis)];
  std::int32_t count = std::min(whole, b.random.in(1, 6));
  while (whole % count != 0) --count;
  const std::vector<std::int32_t> outputs = parts_of(b, in, axis, std::vector<std::int32_t>(at(count), whole / count));
  b.add(OpCode::kSplit, {b.scalar(written(b, axis, shape.size())), in}, outputs, SplitOptions{count});
}

void add_split_v(Builder& b) {
  const std::int32_t in = b.operand(12'000);
  const Shape shape = b.shape(in);
  const std::int32_t axis = random_axis(b, shape);
  std::vector<std::int32_t> sizes = random_sizes(b, shape[at(axis)]);
  const std::vector<std::int32_t> outputs = parts_of(b, in, axis, sizes);
  if (b.random.one_in(3)) sizes[b.random.size_in(0, sizes.size() - 1)] = -1;  // All that is left.
  b.add(OpCode::kSplitV, {in, b.integers(sizes), b.scalar(written(b, axis, shape.size()))}, outputs,
        SplitVOptions{static_cast<std::int32_t>(sizes.size())});
}

void add_slice(Builder& b) {
  const std::int32_t in = b.operand();
  const Shape shape = b.shape(in);
  std::vector<std::int32_t> begin;
  std::vector<std::int32_t> size;
  Shape box;
  for (const std::int32_t d : shape) {
    const bool whole = b.random.one_in(3);
    begin.push_back(whole ? 0 : b.random.in(0, d - 1));
    box.push_back(whole ? d : b.random.in(1, d - begin.back()));
    size.push_back(box.back() == d - begin.back() && b.random.one_in(2) ? -1 : box.back());
  }
  const std::int32_t out = b.result(box, b.quantization(in));
  b.add(OpCode::kSlice, {in, b.integers(begin), b.integers(size)}, out, NoOptions{});
}

struct Cut {
  std::int32_t begin;
  std::int32_t end;
  std::int32_t stride;
  std::int32_t count;
};

// A part of a dimension of `d` elements, forwards or backwards.
Cut random_cut(Builder& b, std::int32_t d) {
  const std::int32_t from = b.random.in(0, d - 1);
  const std::int32_t to = b.random.in(0, d - 1);
  Cut cut{from, to + (to >= from ? 1 : -1), (b.random.one_in(2) ? 1 : b.random.in(2, 4)) * (to >= from ? 1 : -1), 0};
  cut.count = (std::abs(to - from) + std::abs(cut.stride)) / std::abs(cut.stride);
  return cut;
}

// Masks: an edge instead of a position, a dimension that is dropped. Positions may count from the end.
void add_strided_slice(Builder& b) {
  const std::int32_t in = b.operand();
  const Shape shape = b.shape(in);
  StridedSliceOptions o;
  Shape result;
  std::vector<std::int32_t> begin;
  std::vector<std::int32_t> end;
  std::vector<std::int32_t> stride;
  const std::size_t named = b.random.size_in(1, shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int32_t d = shape[i];
    if (i >= named) {
      result.push_back(d);
      continue;
    }
    Cut cut = random_cut(b, d);
    if (b.random.one_in(2)) cut = {0, d, 1, d};
    if (cut.begin == (cut.stride > 0 ? 0 : d - 1) && b.random.one_in(2)) o.begin_mask |= 1 << i;
    if (cut.end == -1 || (cut.end == d && b.random.one_in(2))) o.end_mask |= 1 << i;
    const bool drop = b.single() && cut.stride > 0 && b.random.one_in(6);
    if (drop) o.shrink_axis_mask |= 1 << i;
    if (drop) o.end_mask &= ~(1 << i);
    if (!drop) result.push_back(cut.count);
    begin.push_back(cut.begin - (b.random.one_in(4) ? d : 0));
    end.push_back(drop ? cut.begin + 1 : cut.end);
    stride.push_back(drop ? 1 : cut.stride);
  }
  const std::int32_t out = b.result(result, b.quantization(in));
  b.add(OpCode::kStridedSlice, {in, b.integers(begin), b.integers(end), b.integers(stride)}, out, o);
}

constexpr Family kFamilies[] = {
    {OpCode::kConcatenation, 5, 2, add_concatenation},
    {OpCode::kPack, 2, 1, add_pack},
    {OpCode::kUnpack, 2, 1, add_unpack},
    {OpCode::kSplit, 3, 1, add_split},
    {OpCode::kSplitV, 2, 1, add_split_v},
    {OpCode::kSlice, 3, 1, add_slice},
    {OpCode::kStridedSlice, 4, 1, add_strided_slice},
};

}  // namespace

std::span<const Family> pieces() { return kFamilies; }

}  // namespace auklet::compiler::test
