// Operators that move elements, against their definitions index by index, and what they refuse.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/concatenation.hpp>
#include <auklet/kernels/gather.hpp>
#include <auklet/kernels/pad.hpp>
#include <auklet/kernels/resize.hpp>
#include <auklet/kernels/space_depth.hpp>
#include <auklet/kernels/strided_slice.hpp>
#include <auklet/kernels/transpose.hpp>

namespace auklet::kernels::test {
namespace {

using Index = std::vector<std::int32_t>;
using Words = std::vector<std::int16_t>;

constexpr std::size_t kWord = sizeof(std::int16_t);

std::span<const std::byte> bytes(const Words& words) { return std::as_bytes(std::span(words)); }
std::span<std::byte> writable(Words& words) { return std::as_writable_bytes(std::span(words)); }

Words counted(std::int64_t count) {
  Words words(static_cast<std::size_t>(count));
  std::iota(words.begin(), words.end(), std::int16_t{1});
  return words;
}

std::size_t offset(const Shape& shape, const Index& index) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < index.size(); ++i) {
    at = at * static_cast<std::size_t>(shape.dims[i]) + static_cast<std::size_t>(index[i]);
  }
  return at;
}

// What an output must be when every element of it is `from(index)`.
Words expected(const Shape& shape, const std::function<std::int16_t(const Index&)>& from) {
  Words words;
  Index index(static_cast<std::size_t>(shape.rank));
  for (std::int64_t n = element_count(shape); n > 0; --n) {
    words.push_back(from(index));
    for (std::size_t i = index.size(); i-- > 0;) {
      if (++index[i] < shape.dims[i]) break;
      index[i] = 0;
    }
  }
  return words;
}

TEST(StridedSlice, TakesEveryDimensionAtItsOwnStep) {
  const Shape in = make_shape(3, 4, 5, 2);
  const Shape out = make_shape(2, 2, 3, 1);
  const Words input = counted(element_count(in));
  const StridedSliceParams params{{2, 0, 0, 1}, {-2, 3, 2, -7}};
  Words output(static_cast<std::size_t>(element_count(out)));
  ASSERT_EQ(reference::strided_slice(params, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kOk);
  EXPECT_EQ(output,
            expected(out, [&](const Index& o) { return input[offset(in, {2 - 2 * o[0], 3 * o[1], 2 * o[2], 1})]; }));
}

TEST(StridedSlice, RefusesWhatItCannotReach) {
  const Shape in = make_shape(3, 4);
  const Words input = counted(12);
  const auto run = [&](StridedSliceParams params, const Shape& out) {
    Words output(static_cast<std::size_t>(element_count(out)), 77);
    const Status status = reference::strided_slice(params, kWord, {in, bytes(input)}, {out, writable(output)});
    EXPECT_EQ(std::ranges::count(output, 77), status == Status::kOk ? 0 : std::ssize(output));
    return status;
  };
  EXPECT_EQ(run({{1, 1}, {1, 1}}, make_shape(2, 3)), Status::kOk);
  EXPECT_EQ(run({{1, 1}, {1, 1}}, make_shape(2, 4)), Status::kBadIndex);
  EXPECT_EQ(run({{1, 1}, {-1, 1}}, make_shape(3, 1)), Status::kBadIndex);
  EXPECT_EQ(run({{3, 1}, {1, 1}}, make_shape(1, 1)), Status::kBadIndex);
  EXPECT_EQ(run({{-1, 1}, {1, 1}}, make_shape(1, 1)), Status::kBadIndex);
  EXPECT_EQ(run({{0, 0}, {0, 1}}, make_shape(2, 3)), Status::kBadStride);
  EXPECT_EQ(run({{0, 0}, {std::numeric_limits<std::int32_t>::max(), 1}}, make_shape(2, 3)), Status::kBadIndex);
  EXPECT_EQ(run({{0, 0}, {1, 1}}, make_shape(6)), Status::kShapeMismatch);
  Words own = counted(12);
  EXPECT_EQ(reference::strided_slice({{0, 0}, {1, 1}}, kWord, {in, bytes(own)}, {in, writable(own)}), Status::kOverlap);
}

TEST(Transpose, EveryPermutationOfFourDimensions) {
  const Shape in = make_shape(2, 3, 4, 5);
  const Words input = counted(element_count(in));
  std::array<std::int32_t, 4> order = {0, 1, 2, 3};
  do {
    Permutation permutation{};
    Shape out = in;
    for (std::size_t i = 0; i < 4; ++i) {
      permutation[i] = order[i];
      out.dims[i] = in.dims[static_cast<std::size_t>(order[i])];
    }
    Words output(input.size());
    ASSERT_EQ(reference::transpose(permutation, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kOk);
    EXPECT_EQ(output, expected(out, [&](const Index& o) {
                Index i(4);
                for (std::size_t d = 0; d < 4; ++d) i[static_cast<std::size_t>(order[d])] = o[d];
                return input[offset(in, i)];
              }));
  } while (std::ranges::next_permutation(order).found);
}

TEST(Transpose, RefusesWhatIsNoPermutation) {
  const Words input = counted(8);
  Words output(8);
  const Shape cube = make_shape(2, 2, 2);
  const auto run = [&](Permutation p) {
    return reference::transpose(p, kWord, {cube, bytes(input)}, {cube, writable(output)});
  };
  EXPECT_EQ(run({0, 0, 1}), Status::kBadAxis);
  EXPECT_EQ(run({0, 1, 3}), Status::kBadAxis);
  EXPECT_EQ(run({0, -1, 2}), Status::kBadAxis);
  EXPECT_EQ(reference::transpose({1, 0}, kWord, {make_shape(2, 4), bytes(input)}, {make_shape(2, 4), writable(output)}),
            Status::kShapeMismatch);
}

TEST(Pad, PutsTheInputIntoAFieldOfTheValue) {
  const Shape in = make_shape(2, 3, 2);
  const Shape out = make_shape(4, 3, 5);
  const Words input = counted(element_count(in));
  const Words value = {-9};
  Words output(static_cast<std::size_t>(element_count(out)));
  PadParams params{{1, 0, 3}, bytes(value)};
  ASSERT_EQ(reference::pad(params, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kOk);
  EXPECT_EQ(output, expected(out, [&](const Index& o) {
              const bool inside = o[0] >= 1 && o[0] < 3 && o[2] >= 3;
              return inside ? input[offset(in, {o[0] - 1, o[1], o[2] - 3})] : value[0];
            }));
  params.before = {3, 0, 0};
  EXPECT_EQ(reference::pad(params, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kShapeMismatch);
  params.before = {0, -1, 0};
  EXPECT_EQ(reference::pad(params, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kBadPadding);
  params = {{1, 0, 3}, bytes(value).first(1)};
  EXPECT_EQ(reference::pad(params, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kBufferSize);
}

TEST(Concatenation, JoinsAlongEveryAxis) {
  for (std::int32_t axis = 0; axis < 3; ++axis) {
    const auto along = static_cast<std::size_t>(axis);
    std::array<Shape, 3> shapes;
    shapes.fill(make_shape(2, 3, 4));
    shapes[1].dims[along] = 1;
    shapes[2].dims[along] = 5;
    Shape out = shapes[0];
    out.dims[along] = shapes[0].dims[along] + 6;
    std::vector<Words> parts;
    std::vector<Tensor<const std::byte>> inputs;
    for (const Shape& shape : shapes) {
      parts.push_back(counted(element_count(shape)));
      for (std::int16_t& word : parts.back()) word = static_cast<std::int16_t>(word + 100 * std::ssize(parts));
    }
    for (std::size_t i = 0; i < parts.size(); ++i) inputs.push_back({shapes[i], bytes(parts[i])});
    Words output(static_cast<std::size_t>(element_count(out)));
    ASSERT_EQ(reference::concatenation(axis, kWord, inputs, {out, writable(output)}), Status::kOk);
    EXPECT_EQ(output, expected(out, [&](Index o) {
                std::size_t part = 0;
                while (o[along] >= shapes[part].dims[along]) o[along] -= shapes[part++].dims[along];
                return parts[part][offset(shapes[part], o)];
              }));
    EXPECT_EQ(reference::concatenation(3, kWord, inputs, {out, writable(output)}), Status::kBadAxis);
    inputs.pop_back();
    EXPECT_EQ(reference::concatenation(axis, kWord, inputs, {out, writable(output)}), Status::kShapeMismatch);
    EXPECT_EQ(reference::concatenation(axis, kWord, {}, {out, writable(output)}), Status::kShapeMismatch);
  }
}

TEST(Gather, PicksWithinEachBatch) {
  const Shape in = make_shape(2, 3, 4, 2);
  const Shape picks = make_shape(2, 5);
  const Shape out = make_shape(2, 3, 5, 2);
  const Words input = counted(element_count(in));
  const std::vector<std::int64_t> indices = {3, 0, 0, 2, 1, 1, 1, 3, 0, 2};
  Words output(static_cast<std::size_t>(element_count(out)));
  ASSERT_EQ(reference::gather({2, 1}, kWord, {in, bytes(input)}, Tensor<const std::int64_t>{picks, indices},
                              {out, writable(output)}),
            Status::kOk);
  EXPECT_EQ(output, expected(out, [&](const Index& o) {
              const auto picked = indices[offset(picks, {o[0], o[2]})];
              return input[offset(in, {o[0], o[1], static_cast<std::int32_t>(picked), o[3]})];
            }));
}

TEST(Gather, RefusesIndicesOutsideBeforeWriting) {
  const Words input = counted(6);
  for (const std::int32_t bad : {-1, 3, std::numeric_limits<std::int32_t>::min()}) {
    const std::array<std::int32_t, 2> indices = {0, bad};
    Words output(4, 77);
    EXPECT_EQ(
        reference::gather({0, 0}, kWord, {make_shape(3, 2), bytes(input)},
                          Tensor<const std::int32_t>{make_shape(2), indices}, {make_shape(2, 2), writable(output)}),
        Status::kBadIndex);
    EXPECT_EQ(output, Words(4, 77));
  }
}

TEST(SpaceDepth, BlocksFollowTheDefinition) {
  constexpr std::int32_t kBlock = 3;
  const Shape4 deep{2, 2, 3, 18};
  const Shape4 wide{2, 6, 9, 2};
  const Words input = counted(element_count(deep));
  Words output(input.size());
  ASSERT_EQ(reference::depth_to_space(kBlock, kWord, {deep, bytes(input)}, {wide, writable(output)}), Status::kOk);
  EXPECT_EQ(output, expected(make_shape(2, 6, 9, 2), [&](const Index& o) {
              const std::int32_t channel = ((o[1] % kBlock) * kBlock + o[2] % kBlock) * 2 + o[3];
              return input[element_index(deep, o[0], o[1] / kBlock, o[2] / kBlock, channel)];
            }));
  Words back(input.size());
  ASSERT_EQ(reference::space_to_depth(kBlock, kWord, {wide, bytes(output)}, {deep, writable(back)}), Status::kOk);
  EXPECT_EQ(back, input);
  EXPECT_EQ(reference::depth_to_space(2, kWord, {deep, bytes(input)}, {wide, writable(output)}), Status::kBadBlock);
  EXPECT_EQ(reference::depth_to_space(0, kWord, {deep, bytes(input)}, {wide, writable(output)}), Status::kBadBlock);
}

TEST(SpaceDepth, BatchesFollowTheDefinitionAndComeBack) {
  const Shape4 image{2, 4, 5, 3};
  const Shape4 many{12, 3, 3, 3};  // Blocks of 2 x 3, the image padded to 6 x 9.
  const BatchBlocks blocks{2, 3, 1, 2};
  const Words input = counted(element_count(image));
  const Words value = {-4};
  Words batches(static_cast<std::size_t>(element_count(many)));
  ASSERT_EQ(reference::space_to_batch(blocks, bytes(value), kWord, {image, bytes(input)}, {many, writable(batches)}),
            Status::kOk);
  EXPECT_EQ(batches, expected(make_shape(12, 3, 3, 3), [&](const Index& o) {
              const std::int32_t position = o[0] / 2;
              const std::int32_t y = o[1] * 2 + position / 3 - 1;
              const std::int32_t x = o[2] * 3 + position % 3 - 2;
              const bool inside = y >= 0 && y < 4 && x >= 0 && x < 5;
              return inside ? input[element_index(image, o[0] % 2, y, x, o[3])] : value[0];
            }));
  Words back(input.size());
  ASSERT_EQ(reference::batch_to_space(blocks, kWord, {many, bytes(batches)}, {image, writable(back)}), Status::kOk);
  EXPECT_EQ(back, input);
  EXPECT_EQ(reference::batch_to_space({2, 3, 3, 2}, kWord, {many, bytes(batches)}, {image, writable(back)}),
            Status::kShapeMismatch);
  EXPECT_EQ(reference::batch_to_space({5, 1, 0, 0}, kWord, {many, bytes(batches)}, {image, writable(back)}),
            Status::kShapeMismatch);
}

TEST(Resize, NearestAtWholeFactorsRepeatsPixels) {
  const Shape4 in{1, 3, 2, 2};
  const Shape4 out{1, 12, 6, 2};
  const Words input = counted(element_count(in));
  for (const auto coordinates : {ResizeCoordinates::kAsymmetric, ResizeCoordinates::kHalfPixel}) {
    Words output(static_cast<std::size_t>(element_count(out)));
    ASSERT_EQ(reference::resize_nearest(coordinates, kWord, {in, bytes(input)}, {out, writable(output)}), Status::kOk);
    EXPECT_EQ(output, expected(make_shape(1, 12, 6, 2),
                               [&](const Index& o) { return input[element_index(in, 0, o[1] / 4, o[2] / 3, o[3])]; }));
  }
}

// Against interpolation in double: the fixed point has 10 fraction bits in each direction.
TEST(Resize, BilinearIsNearRealInterpolation) {
  const Shape4 in{1, 5, 7, 1};
  std::vector<std::int8_t> input(35);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::int8_t>((i * 89 + 13) % 256 - 128);
  for (const auto coordinates :
       {ResizeCoordinates::kAsymmetric, ResizeCoordinates::kAlignCorners, ResizeCoordinates::kHalfPixel}) {
    const Shape4 out{1, 11, 4, 1};
    std::vector<std::int8_t> output(44);
    ASSERT_EQ(reference::resize_bilinear(coordinates, {in, input}, {out, output}), Status::kOk);
    const auto position = [&](int o, int from, int to) {
      const double scale =
          coordinates == ResizeCoordinates::kAlignCorners ? (from - 1.0) / (to - 1.0) : 1.0 * from / to;
      const double at = coordinates == ResizeCoordinates::kHalfPixel ? (o + 0.5) * scale - 0.5 : o * scale;
      return std::clamp(at, 0.0, from - 1.0);
    };
    for (int y = 0; y < 11; ++y) {
      for (int x = 0; x < 4; ++x) {
        const double py = position(y, 5, 11);
        const double px = position(x, 7, 4);
        const auto pixel = [&](double r, double c) {
          return 1.0 * input[static_cast<std::size_t>(std::min(r, 4.0) * 7 + std::min(c, 6.0))];
        };
        const double r = std::floor(py);
        const double c = std::floor(px);
        const double top = pixel(r, c) * (1 - (px - c)) + pixel(r, c + 1) * (px - c);
        const double bottom = pixel(r + 1, c) * (1 - (px - c)) + pixel(r + 1, c + 1) * (px - c);
        EXPECT_NEAR(output[static_cast<std::size_t>(y * 4 + x)], top * (1 - (py - r)) + bottom * (py - r), 3.0)
            << y << ", " << x;
      }
    }
  }
}

// The rounded scale of this size would read one row behind the image.
TEST(Resize, BilinearStaysInsideTheImage) {
  const Shape4 in{1, 3, 1, 1};
  const Shape4 out{1, 2048, 1, 1};
  const std::vector<std::int8_t> input = {-100, 20, 100};
  for (const auto coordinates : {ResizeCoordinates::kAsymmetric, ResizeCoordinates::kHalfPixel}) {
    std::vector<std::int8_t> output(2048);
    ASSERT_EQ(reference::resize_bilinear(coordinates, {in, input}, {out, output}), Status::kOk);
    EXPECT_EQ(output.front(), -100);
    EXPECT_EQ(output.back(), 100);
  }
}

}  // namespace
}  // namespace auklet::kernels::test
