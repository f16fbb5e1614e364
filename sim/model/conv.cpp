// CONV as a matrix product: the reduction of each position is gathered into one row of int16, the weights of a tile are
// transposed to one row of int16 for each lane, and every accumulator is the dot product of two rows. Long reductions
// are cut into segments, so that memory stays bounded for every command that can be encoded.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compute.hpp"
#include "input_view.hpp"
#include "requantiser.hpp"

namespace auklet::sim::model {
namespace {

constexpr std::uint64_t kSegmentSteps = 128;  // 128 * 16 * 2^14 < 2^31: a segment's dot product cannot overflow int32.
constexpr std::uint64_t kBlockPositions = 256;  // Positions that share one transposed segment of weights.

/// What stays the same for the whole command.
struct ConvShape {
  explicit ConvShape(const Geom& geom)
      : steps(std::uint64_t{geom.kh} * geom.kx_n * geom.chunks), positions(std::uint64_t{geom.out_h} * geom.out_w) {}
  std::uint64_t steps;
  std::uint64_t positions;
};

/// Weights of steps [first, first + count) of one tile, transposed: lane o's are out[o * count * 16 ...].
class WeightSegment {
 public:
  void load(const Sram& sram, const Geom& geom, const ConvShape& shape, std::uint32_t groups, std::uint32_t tile,
            std::uint64_t first, std::uint64_t count) {
    const std::uint32_t set = tile / groups * groups;
    const std::uint32_t set_tiles = std::min<std::uint32_t>(groups, geom.oc_tiles - set);
    length_ = static_cast<std::size_t>(count) * spec::kReduce;
    rows_.resize(length_ * kLanes);
    for (std::uint64_t s = 0; s < count; ++s) {
      const std::uint64_t block = set * shape.steps + (first + s) * set_tiles + tile % groups;
      std::array<std::int8_t, spec::kWeightBlock> bytes;
      sram.read(geom.w_base + static_cast<std::uint32_t>(block * spec::kWeightBlock), bytes);
      for (std::size_t i = 0; i < spec::kReduce; ++i) {
        for (std::size_t o = 0; o < kLanes; ++o) {
          rows_[o * length_ + static_cast<std::size_t>(s) * spec::kReduce + i] =
              geom.w_columns != 0 ? bytes[o * spec::kReduce + i] : bytes[i * kLanes + o];
        }
      }
    }
  }

  /// acc[o] += activations . weights of lane o.
  void accumulate(std::span<const std::int16_t> activations, Accumulators& acc) const {
    for (std::size_t o = 0; o < kLanes; ++o) {
      const std::int16_t* weights = rows_.data() + o * length_;
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < length_; ++k) sum += activations[k] * weights[k];
      acc[o] += static_cast<std::uint32_t>(sum);
    }
  }

 private:
  std::size_t length_ = 0;
  std::vector<std::int16_t> rows_;
};

/// Gathers the reduction bytes of steps [first, first + count) of output position (oy, ox).
void gather(const InputView& input, const Geom& geom, std::uint32_t oy, std::uint32_t ox, std::uint64_t first,
            std::uint64_t count, std::vector<std::int8_t>& bytes, std::vector<std::int16_t>& wide) {
  bytes.resize(static_cast<std::size_t>(count) * spec::kReduce);
  for (std::uint64_t s = 0; s < count;) {
    const std::uint64_t column = (first + s) / geom.chunks;  // ky * kx_n + kx
    const std::uint64_t chunk = (first + s) % geom.chunks;
    const std::uint64_t run = std::min<std::uint64_t>(count - s, geom.chunks - chunk);
    const auto ky = static_cast<std::uint32_t>(column / geom.kx_n);
    const auto kx = static_cast<std::uint32_t>(column % geom.kx_n);
    const std::int64_t r = input_byte(geom, ox, kx) + static_cast<std::int64_t>(chunk * spec::kReduce);
    input.fetch(input_row(geom, oy, ky), r,
                std::span(bytes).subspan(static_cast<std::size_t>(s) * spec::kReduce,
                                         static_cast<std::size_t>(run) * spec::kReduce));
    s += run;
  }
  wide.assign(bytes.begin(), bytes.end());
}

}  // namespace

void run_conv(Sram& sram, const Geom& geom, std::uint32_t array_groups) {
  const std::uint32_t groups = concurrent_tiles(geom, array_groups);
  const ConvShape shape(geom);
  WeightSegment weights;
  std::vector<std::int8_t> bytes;
  std::vector<std::int16_t> activations;
  std::vector<Accumulators> block(static_cast<std::size_t>(std::min(kBlockPositions, shape.positions)));

  for (std::uint32_t tile = 0; tile < geom.oc_tiles; ++tile) {
    const InputView input(sram, geom, tile);
    const Requantiser requantise(sram, geom, tile);
    for (std::uint64_t begin = 0; begin < shape.positions; begin += kBlockPositions) {
      const std::uint64_t end = std::min(begin + kBlockPositions, shape.positions);
      std::ranges::fill(block, Accumulators{});
      for (std::uint64_t first = 0; first < shape.steps; first += kSegmentSteps) {
        const std::uint64_t count = std::min(kSegmentSteps, shape.steps - first);
        if (begin == 0 || shape.steps > kSegmentSteps) weights.load(sram, geom, shape, groups, tile, first, count);
        for (std::uint64_t p = begin; p < end; ++p) {
          const auto oy = static_cast<std::uint32_t>(p / geom.out_w);
          const auto ox = static_cast<std::uint32_t>(p % geom.out_w);
          gather(input, geom, oy, ox, first, count, bytes, activations);
          weights.accumulate(activations, block[static_cast<std::size_t>(p - begin)]);
        }
      }
      for (std::uint64_t p = begin; p < end; ++p) {
        const auto oy = static_cast<std::uint32_t>(p / geom.out_w);
        const auto ox = static_cast<std::uint32_t>(p % geom.out_w);
        sram.write_word(output_address(geom, tile, oy, ox), requantise(block[static_cast<std::size_t>(p - begin)]));
      }
    }
  }
}

}  // namespace auklet::sim::model
