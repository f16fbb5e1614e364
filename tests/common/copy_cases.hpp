// The copies that operators are made of, by name.
#pragma once

#include <string>
#include <vector>

#include "run_copy.hpp"

namespace auklet::test {

using Shape = std::vector<std::uint32_t>;

/// Bytes between neighbours of each dimension of a compact array.
inline std::vector<std::int32_t> compact_steps(const Shape& shape) {
  std::vector<std::int32_t> steps(shape.size(), 1);
  for (std::size_t k = shape.size(); k-- > 1;) steps[k - 1] = steps[k] * static_cast<std::int32_t>(shape[k]);
  return steps;
}

inline plan::CopyOp copy_op(const Shape& extents, const std::vector<std::int32_t>& from,
                            const std::vector<std::int32_t>& to) {
  plan::CopyOp op;
  const std::size_t first = plan::kCopyRank - extents.size();
  for (std::size_t k = 0; k < extents.size(); ++k) op.axes[first + k] = {extents[k], from[k], to[k]};
  return op;
}

/// Output dimension k is input dimension permutation[k].
inline plan::CopyOp transpose_op(const Shape& input, const std::vector<std::size_t>& permutation) {
  const std::vector<std::int32_t> steps = compact_steps(input);
  Shape extents;
  std::vector<std::int32_t> from;
  for (const std::size_t k : permutation) {
    extents.push_back(input[k]);
    from.push_back(steps[k]);
  }
  return copy_op(extents, from, compact_steps(extents));
}

/// The whole of `part`, within a larger source, destination, or both.
inline plan::CopyOp window_op(const Shape& part, const Shape& source, const Shape& destination) {
  return copy_op(part, compact_steps(source), compact_steps(destination));
}

struct NamedCopy {
  const char* name;
  plan::CopyOp op;
};

inline std::vector<NamedCopy> named_copies() {
  const plan::CopyOp nearest = copy_op({8, 2, 10, 2, 64}, {640, 0, 64, 0, 1}, {2560, 1280, 128, 64, 1});
  const plan::CopyOp space_to_depth = copy_op({8, 8, 2, 2, 12}, {384, 24, 192, 12, 1}, {384, 48, 24, 12, 1});
  return {
      {"whole_256K", window_op({1 << 18}, {1 << 18}, {1 << 18})},
      {"transpose_1_24_3_16", transpose_op({1, 24, 3, 16}, {0, 2, 1, 3})},
      {"transpose_7_33", transpose_op({7, 33}, {1, 0})},
      {"transpose_128_512", transpose_op({128, 512}, {1, 0})},
      {"transpose_nchw_nhwc_3_96_96", transpose_op({3, 96, 96}, {1, 2, 0})},
      {"transpose_nhwc_nchw_24_24_32", transpose_op({24, 24, 32}, {2, 0, 1})},
      {"transpose_reversed_2_3_4_5_6_7", transpose_op({2, 3, 4, 5, 6, 7}, {5, 4, 3, 2, 1, 0})},
      {"transpose_attention_128_12_32", transpose_op({128, 12, 32}, {1, 0, 2})},
      {"pad_inside_30_40_48", window_op({30, 40, 48}, {30, 40, 48}, {32, 42, 48})},
      {"pad_top_of_42_48", copy_op({1, 42 * 48}, {0, 1}, {42 * 48, 1})},
      {"pad_sides_of_30_48", copy_op({30, 2 * 48}, {0, 1}, {42 * 48, 1})},
      {"pad_channels_3_of_4", window_op({48, 48, 3}, {48, 48, 3}, {48, 48, 4})},
      {"slice_channels_10_of_30", window_op({24, 24, 10}, {24, 24, 30}, {24, 24, 10})},
      {"concat_channels_16_of_48", window_op({24, 24, 16}, {24, 24, 16}, {24, 24, 48})},
      {"nearest_x2_8_10_64", nearest},
      {"space_to_depth_16_16_12", space_to_depth},
      {"strided_slice_every_2nd_byte", copy_op({4096}, {2}, {1})},
      {"interleave_every_2nd_byte", copy_op({4096}, {1}, {2})},
      {"strided_slice_every_2nd_row", copy_op({32, 32, 16}, {2048, 32, 1}, {512, 16, 1})},
      {"reverse_rows_64_64", copy_op({64, 64}, {-64, 1}, {64, 1})},
      {"reverse_bytes_1024", copy_op({1024}, {-1}, {1})},
      {"repeat_byte_10000", copy_op({10000}, {0}, {1})},
      {"repeat_channel_49_64", copy_op({49, 64}, {1, 0}, {64, 1})},
  };
}

}  // namespace auklet::test
