// RESIZE_BILINEAR as a copy and an average: where all weights are multiples of 1/m, an output pixel is the average of
// m x m pixels, each neighbour as often as its weight says. AVGPOOL rounds as TensorFlow Lite's kernel does, halves
// away from zero.
#include <algorithm>
#include <auklet/kernels/resize.hpp>
#include <limits>
#include <numeric>

#include "copies.hpp"
#include "lowering.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;

// Most samples of an output pixel in one dimension: beyond it there would be more copying than the CPU has to do.
constexpr u32 kMostSamples = 8;
constexpr u32 kUnit = kernels::kResizeUnit;
// Axes of a copy along one side of the image; two sides, the batch and the channels make kCopyRank.
constexpr std::size_t kSideAxes = 2;
static_assert(2 * kSideAxes + 2 == plan::kCopyRank);

// The input coordinates of all samples of all outputs of one dimension; the same number for each output.
struct Samples {
  std::vector<u32> at;
  u32 each = 1;
};

Result<Samples> samples_of(kernels::ResizeCoordinates coordinates, std::int32_t input, std::int32_t output) {
  std::vector<kernels::ResizeNeighbours> all;
  all.reserve(unsigned_of(output));
  u32 step = kUnit;  // What all weights are multiples of.
  for (std::int32_t o = 0; o < output; ++o) {
    kernels::ResizeNeighbours n = kernels::resize_neighbours(coordinates, o, input, output);
    if (n.first == n.second) n.weight = 0;
    if (n.weight < 0 || n.weight > std::int64_t{kUnit}) {
      return fail(ErrorCode::kUnsupported, "weighs pixels by less than nothing");
    }
    step = std::gcd(step, static_cast<u32>(n.weight));
    all.push_back(n);
  }
  Samples samples;
  samples.each = kUnit / step;
  if (samples.each > kMostSamples) {
    return fail(ErrorCode::kUnsupported, "weighs pixels in parts of 1/" + std::to_string(samples.each) +
                                             "; the NPU averages up to " + std::to_string(kMostSamples) + " of them");
  }
  for (const kernels::ResizeNeighbours& n : all) {
    const u32 second = static_cast<u32>(n.weight) / step;
    samples.at.insert(samples.at.end(), samples.each - second, unsigned_of(n.first));
    samples.at.insert(samples.at.end(), second, unsigned_of(n.second));
  }
  return samples;
}

// Copies of the samples of one side, in pixels. Those of one number of all outputs follow the image evenly, or nearly
// so; one after the other they do not.
std::vector<plan::CopyOp> side_copies(const Samples& samples) {
  std::vector<plan::CopyOp> copies;
  for (u32 number = 0; number < samples.each; ++number) {
    std::vector<Move> moves;
    moves.reserve(samples.at.size() / samples.each);
    for (u32 to = number; to < samples.at.size(); to += samples.each) moves.push_back({to, samples.at[to]});
    const std::vector<plan::CopyOp> some = copies_of(moves, kSideAxes);
    copies.insert(copies.end(), some.begin(), some.end());
  }
  return copies;
}

// Sizes of an image in bytes. All are below 2^31.
struct Pitches {
  std::int32_t pixel = 0, row = 0, image = 0;
};

// The rows that `y` copies times the columns that `x` does, of every image.
plan::CopyOp crossed(const plan::CopyOp& y, const plan::CopyOp& x, u32 batch, const Pitches& from, const Pitches& to) {
  const auto scaled = [](plan::CopyAxis axis, std::int32_t from_step, std::int32_t to_step) {
    return plan::CopyAxis{axis.extent, axis.from_step * from_step, axis.to_step * to_step};
  };
  plan::CopyOp copy;
  copy.from_offset = y.from_offset * unsigned_of(from.row) + x.from_offset * unsigned_of(from.pixel);
  copy.to_offset = y.to_offset * unsigned_of(to.row) + x.to_offset * unsigned_of(to.pixel);
  copy.axes[0] = {batch, from.image, to.image};
  for (std::size_t i = 0; i < kSideAxes; ++i) {
    const std::size_t inner = plan::kCopyRank - kSideAxes + i;
    copy.axes[1 + i] = scaled(y.axes[inner], from.row, to.row);
    copy.axes[1 + kSideAxes + i] = scaled(x.axes[inner], from.pixel, to.pixel);
  }
  copy.axes.back() = {unsigned_of(from.pixel), 1, 1};
  return copy;
}

// The samples of all output pixels, next to each other.
Result<CopyWork> gather_samples(const std::vector<std::int32_t>& in, const Samples& y, const Samples& x) {
  const auto height = static_cast<std::int64_t>(y.at.size());
  const auto width = static_cast<std::int64_t>(x.at.size());
  // No product here is beyond 64 bits: sides and samples of them are few.
  const std::int64_t pixels = std::int64_t{in[0]} * height;
  if (pixels > std::numeric_limits<std::int32_t>::max() / (width * in[3])) {
    return fail(ErrorCode::kUnsupported, "would have samples of 2 GiB or more");
  }
  const auto pitches = [&](std::int64_t rows, std::int64_t columns) {
    return Pitches{in[3], static_cast<std::int32_t>(columns * in[3]),
                   static_cast<std::int32_t>(rows * columns * in[3])};
  };
  const std::vector<plan::CopyOp> rows = side_copies(y);
  const std::vector<plan::CopyOp> columns = side_copies(x);
  if (rows.size() * columns.size() > kMostCopies) {
    return fail(ErrorCode::kUnsupported, "samples its image too irregularly for the NPU");
  }
  CopyWork gather;
  for (const plan::CopyOp& row : rows) {
    for (const plan::CopyOp& column : columns) {
      const plan::CopyOp copy = crossed(row, column, unsigned_of(in[0]), pitches(in[1], in[2]), pitches(height, width));
      if (Outcome ok = accepted(plan::check(copy)); !ok) return tl::unexpected(ok.error());
      gather.parts.push_back({0, copy});
    }
  }
  return gather;
}

}  // namespace

Outcome lower_resize_bilinear(Lowering& to) {
  const exec::Context& c = to.c;
  const auto input = computed(c.in(0), c.in_name(0));
  if (!input) return tl::unexpected(input.error());
  if (const auto output = activation(c.out(), c.out_name()); !output) return tl::unexpected(output.error());
  if (!c.in(1).is_constant) return unsupported("has an output size that is computed");
  const auto& o = std::get<ResizeBilinearOptions>(c.op.options);
  const auto coordinates = o.align_corners        ? kernels::ResizeCoordinates::kAlignCorners
                           : o.half_pixel_centers ? kernels::ResizeCoordinates::kHalfPixel
                                                  : kernels::ResizeCoordinates::kAsymmetric;
  const std::vector<std::int32_t>& in = c.in(0).shape;
  const std::vector<std::int32_t>& out = c.out().shape;
  const auto y = samples_of(coordinates, in[1], out[1]);
  if (!y) return tl::unexpected(y.error());
  const auto x = samples_of(coordinates, in[2], out[2]);
  if (!x) return tl::unexpected(x.error());

  auto gather = gather_samples(in, *y, *x);
  if (!gather) return tl::unexpected(gather.error());
  const u32 channels = unsigned_of(in[3]);
  const View view{unsigned_of(in[0]) * static_cast<u32>(y->at.size()) * static_cast<u32>(x->at.size()), channels};
  const Operand image = operand_of(c.op.inputs[0], image_view(c.in(0)), false);
  if (y->each == 1 && x->each == 1) {
    to.add(std::move(*gather), {image}, to.output(), view);
    return {};
  }
  PoolWork average;
  average.op.kind = plan::PoolKind::kAverage;
  average.op.batch = unsigned_of(in[0]);
  average.op.in_h = static_cast<u32>(y->at.size());
  average.op.in_w = static_cast<u32>(x->at.size());
  average.op.channels = channels;
  average.op.out_h = unsigned_of(out[1]);
  average.op.out_w = unsigned_of(out[2]);
  average.op.kernel_h = average.op.stride_h = y->each;
  average.op.kernel_w = average.op.stride_w = x->each;
  if (Outcome ok = accepted(plan::check(average.op)); !ok) return ok;
  const std::int32_t samples = to.internal();
  to.add(std::move(*gather), {image}, samples, view);
  to.add(average, {operand_of(samples, view, true)}, to.output(), image_view(c.out()));
  return {};
}

}  // namespace auklet::compiler::passes
