// Transfers that are no plain rows of pixels: two halves of one piece of memory, and some channels of each pixel.
#include <auklet/plan/plan.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace auklet::plan {
namespace {

// The only command that `emit(writer)` writes.
template <typename Emit>
spec::DmaCommand only_command(Emit emit) {
  std::vector<std::uint32_t> words(spec::StreamHeader::kWords + spec::DmaCommand::kWords);
  StreamWriter writer(words, spec::kDefaultConfiguration);
  EXPECT_TRUE(emit(writer).ok());
  EXPECT_EQ(writer.words(), words.size());
  const std::span<const std::uint32_t> all(words);
  return spec::decode_dma(all.subspan<spec::StreamHeader::kWords, spec::DmaCommand::kWords>());
}

template <typename Emit>
Status refusal(Emit emit) {
  StreamWriter writer = StreamWriter::counting(spec::kDefaultConfiguration);
  const Status status = emit(writer).status;
  EXPECT_EQ(writer.commands(), 0U);
  return status;
}

TEST(LoadHalves, IsOneLoadOfTwoRows) {
  const spec::DmaCommand c = only_command(
      [](StreamWriter& w) { return plan_load_halves(w, {.window = 2, .offset = 100}, 4096, 1024, 16384, 1184, {}); });
  EXPECT_EQ(c.header.opcode, spec::Opcode::kLoad);
  EXPECT_EQ(c.window, 2U);
  EXPECT_EQ(c.offset, 100U);
  EXPECT_EQ(c.ax_len, 1184U);
  EXPECT_EQ(c.ax_rows, 1U);
  EXPECT_EQ(c.sp_base, 4096U);
  EXPECT_EQ(c.sp_len, 1024U);
  EXPECT_EQ(c.sp_stride, 12288U);
}

TEST(LoadHalves, RefusesWhatIsNoTwoRows) {
  const auto status = [](std::uint32_t at, std::uint32_t first, std::uint32_t rest, std::uint32_t bytes) {
    return refusal([&](StreamWriter& w) { return plan_load_halves(w, {}, at, first, rest, bytes, {}); });
  };
  EXPECT_EQ(status(0, 0, 64, 16), Status::kShapeZero);
  EXPECT_EQ(status(0, 32, 64, 32), Status::kShapeZero) << "nothing is left for the second half";
  EXPECT_EQ(status(0, 32, 64, 80), Status::kPitchTooSmall) << "the second half would be two rows";
  EXPECT_EQ(status(0, 32, 16, 48), Status::kPitchTooSmall) << "the halves overlap";
  EXPECT_EQ(status(64, 32, 0, 48), Status::kPitchTooSmall) << "the second half lies before the first";
  EXPECT_EQ(status(8, 32, 64, 48), Status::kAddressMisaligned);
  EXPECT_EQ(status(0, 40, 64, 48), Status::kAddressMisaligned);
  EXPECT_EQ(status(0, 32, 72, 48), Status::kAddressMisaligned);
  EXPECT_EQ(status(0, 1U << 23U, 1U << 23U, 1U << 24U), Status::kTensorTooLarge);
}

TEST(StoreChannels, IsARowAPixel) {
  const spec::DmaCommand c = only_command(
      [](StreamWriter& w) { return plan_store_channels(w, {.window = 3, .offset = 32}, 60, 512, 12, 28, 64, {}); });
  EXPECT_EQ(c.header.opcode, spec::Opcode::kStore);
  EXPECT_EQ(c.window, 3U);
  EXPECT_EQ(c.offset, 32U);
  EXPECT_EQ(c.ax_len, 28U);
  EXPECT_EQ(c.ax_rows, 12U);
  EXPECT_EQ(c.ax_stride, 60U);
  EXPECT_EQ(c.sp_base, 512U);
  EXPECT_EQ(c.sp_len, 28U);
  EXPECT_EQ(c.sp_stride, 64U);
}

TEST(StoreChannels, RefusesPixelsThatOverlapAndTooMany) {
  const auto status = [](std::uint32_t memory_pitch, std::uint32_t pixels, std::uint32_t pitch) {
    return refusal([&](StreamWriter& w) { return plan_store_channels(w, {}, memory_pitch, 0, pixels, 16, pitch, {}); });
  };
  EXPECT_EQ(status(8, 4, 32), Status::kPitchTooSmall);
  EXPECT_EQ(status(32, 4, 8), Status::kPitchTooSmall);
  EXPECT_EQ(status(32, 4, 24), Status::kAddressMisaligned);
  EXPECT_EQ(status(32, 0, 32), Status::kShapeZero);
  EXPECT_EQ(status(32, 65536, 32), Status::kTensorTooLarge);
}

}  // namespace
}  // namespace auklet::plan
