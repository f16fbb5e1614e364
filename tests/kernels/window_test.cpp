// SAME and VALID against their definitions, by counting windows.
#include <auklet/kernels/window.hpp>

#include <limits>

#include <gtest/gtest.h>

namespace auklet::kernels::test {
namespace {

constexpr std::int32_t kHuge = std::numeric_limits<std::int32_t>::max();

TEST(Padding, ValidCountsTheWindowsThatFit) {
  for (std::int32_t input = 1; input <= 12; ++input) {
    for (std::int32_t filter = 1; filter <= 5; ++filter) {
      for (std::int32_t stride = 1; stride <= 4; ++stride) {
        for (std::int32_t dilation = 1; dilation <= 3; ++dilation) {
          std::int32_t fitting = 0;
          for (std::int32_t start = 0; start + (filter - 1) * dilation < input; start += stride) ++fitting;
          PaddedExtent extent{-1, -1, -1};
          const Status status = resolve_padding(Padding::kValid, input, filter, stride, dilation, extent);
          if (fitting == 0) {
            ASSERT_EQ(status, Status::kBadWindow);
            ASSERT_EQ(extent.output, -1);
          } else {
            ASSERT_EQ(status, Status::kOk);
            ASSERT_EQ(extent.output, fitting);
            ASSERT_EQ(extent.pad_before, 0);
            ASSERT_EQ(extent.pad_after, 0);
          }
        }
      }
    }
  }
}

TEST(Padding, SameCoversTheInputWithTheLeastPadding) {
  for (std::int32_t input = 1; input <= 12; ++input) {
    for (std::int32_t filter = 1; filter <= 6; ++filter) {
      for (std::int32_t stride = 1; stride <= 4; ++stride) {
        for (std::int32_t dilation = 1; dilation <= 3; ++dilation) {
          PaddedExtent extent;
          ASSERT_EQ(resolve_padding(Padding::kSame, input, filter, stride, dilation, extent), Status::kOk);
          std::int32_t outputs = 0;
          for (std::int32_t start = 0; start < input; start += stride) ++outputs;
          ASSERT_EQ(extent.output, outputs);
          const std::int32_t reached = (outputs - 1) * stride + (filter - 1) * dilation + 1;
          const std::int32_t total = extent.pad_before + extent.pad_after;
          ASSERT_EQ(total, reached > input ? reached - input : 0);
          ASSERT_TRUE(extent.pad_after == extent.pad_before || extent.pad_after == extent.pad_before + 1);
        }
      }
    }
  }
}

TEST(Padding, RefusesWhatHasNoMeaning) {
  PaddedExtent extent{7, 8, 9};
  EXPECT_EQ(resolve_padding(Padding::kSame, 0, 1, 1, 1, extent), Status::kBadShape);
  EXPECT_EQ(resolve_padding(Padding::kSame, 1, 0, 1, 1, extent), Status::kBadWindow);
  EXPECT_EQ(resolve_padding(Padding::kSame, 1, 1, 0, 1, extent), Status::kBadStride);
  EXPECT_EQ(resolve_padding(Padding::kSame, 1, 1, 1, 0, extent), Status::kBadDilation);
  EXPECT_EQ(resolve_padding(Padding::kSame, 1, kHuge, 1, kHuge, extent), Status::kSizeOverflow);
  EXPECT_EQ(extent.output, 7);
  EXPECT_EQ(extent.pad_before, 8);
  EXPECT_EQ(extent.pad_after, 9);
}

TEST(Padding, HoldsAtTheEndOfTheRange) {
  PaddedExtent extent;
  ASSERT_EQ(resolve_padding(Padding::kSame, kHuge, 3, kHuge, 1, extent), Status::kOk);
  EXPECT_EQ(extent.output, 1);
  ASSERT_EQ(resolve_padding(Padding::kValid, kHuge, kHuge, 1, 1, extent), Status::kOk);
  EXPECT_EQ(extent.output, 1);
}

}  // namespace
}  // namespace auklet::kernels::test
