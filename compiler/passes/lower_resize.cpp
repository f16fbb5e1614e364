// RESIZE_BILINEAR as a copy and an average: where all weights are multiples of 1/m, an output pixel is the average of
// m x m pixels, each neighbour as often as its weight says. AVGPOOL rounds as TensorFlow Lite's kernel does, halves
// away from zero.
#include <algorithm>
#include <auklet/kernels/resize.hpp>
#include <numeric>

#include "copies.hpp"
#include "lowering.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;

// Most samples of an output pixel in one dimension: beyond it there would be more copying than the CPU has to do.
constexpr u32 kMostSamples = 8;
constexpr u32 kUnit = kernels::kResizeUnit;

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

  const u32 channels = unsigned_of(in[3]);
  std::vector<u32> from;
  from.reserve(unsigned_of(in[0]) * y->at.size() * x->at.size() * channels);
  for (u32 n = 0; n < unsigned_of(in[0]); ++n) {
    for (const u32 row : y->at) {
      for (const u32 column : x->at) {
        const u32 pixel = (n * unsigned_of(in[1]) + row) * unsigned_of(in[2]) + column;
        for (u32 channel = 0; channel < channels; ++channel) from.push_back(pixel * channels + channel);
      }
    }
  }
  CopyWork gather;
  for (const plan::CopyOp& copy : copies_of(from)) {
    if (Outcome ok = accepted(plan::check(copy)); !ok) return ok;
    gather.parts.push_back({0, copy});
  }
  const View view{static_cast<u32>(from.size()) / channels, channels};
  const Operand image = operand_of(c.op.inputs[0], image_view(c.in(0)), false);
  if (y->each == 1 && x->each == 1) {
    to.add(std::move(gather), {image}, to.output(), view);
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
  to.add(std::move(gather), {image}, samples, view);
  to.add(average, {operand_of(samples, view, true)}, to.output(), image_view(c.out()));
  return {};
}

}  // namespace auklet::compiler::passes
