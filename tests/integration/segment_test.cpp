// The reader on the target reads what the compiler writes, and refuses everything else that the compiler's reader does.
#include <gtest/gtest.h>

#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/integration/segment.hpp>
#include <auklet/plan/crc32.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>

namespace auklet::test {
namespace {

using integration::SegmentStatus;

/// A payload that uses all there is.
compiler::Segment example() {
  compiler::Segment segment;
  segment.macs = spec::kDefaultConfiguration.macs;
  segment.sram_bytes = 4096;
  segment.windows = {{compiler::WindowRole::kConstants, true, false, 0, 640},
                     {compiler::WindowRole::kScratch, true, true, 0, 256},
                     {compiler::WindowRole::kInput, true, false, 2, 100},
                     {compiler::WindowRole::kInput, false, false, 3, 8},
                     {compiler::WindowRole::kOutput, true, true, 0, 12}};
  segment.layers = {{.name = "a"}, {.name = ""}, {.name = "conv2"}};
  return segment;
}

SegmentStatus read(const std::vector<std::byte>& payload) {
  integration::Segment segment;
  return integration::read_segment(payload, segment);
}

/// The payload with a checksum that is right for what it holds.
void seal(std::vector<std::byte>& payload) {
  std::vector<std::uint32_t> words(payload.size() / 4 - 4);
  std::memcpy(words.data(), payload.data() + 16, words.size() * 4);
  const std::uint32_t crc = plan::crc32(words);
  std::memcpy(payload.data() + 12, &crc, sizeof crc);
}

void expect_equal(const integration::Segment& actual, const compiler::Segment& expected) {
  EXPECT_EQ(actual.macs, expected.macs);
  EXPECT_EQ(actual.sram_bytes, expected.sram_bytes);
  EXPECT_EQ(actual.scratch_bytes(), expected.scratch_bytes());
  ASSERT_EQ(actual.window_count, expected.windows.size());
  for (std::size_t i = 0; i < expected.windows.size(); ++i) {
    const compiler::SegmentWindow& window = expected.windows[i];
    EXPECT_EQ(static_cast<int>(actual.windows[i].role), static_cast<int>(window.role));
    EXPECT_EQ(static_cast<int>(actual.windows[i].access), (window.read ? 1 : 0) + (window.write ? 2 : 0));
    EXPECT_EQ(actual.windows[i].index, window.index);
    EXPECT_EQ(actual.windows[i].bytes, window.bytes);
  }
}

TEST(SegmentTest, NamesAreTheCompilers) {
  EXPECT_STREQ(integration::kCustomCode, compiler::kNpuCustomCode);
  EXPECT_EQ(integration::kSegmentVersion, compiler::kSegmentVersion);
  EXPECT_EQ(integration::kStreamInput, compiler::kSegmentStreamInput);
  EXPECT_EQ(integration::kConstantsInput, compiler::kSegmentConstantsInput);
  EXPECT_EQ(integration::kFirstActivation, compiler::kSegmentFirstActivation);
  EXPECT_EQ(integration::kScratchWindow, compiler::kSegmentScratchWindow);
}

TEST(SegmentTest, ReadsWhatTheCompilerWrites) {
  const std::vector<std::byte> payload = compiler::write_segment(example());
  integration::Segment segment;
  ASSERT_EQ(integration::read_segment(payload, segment), SegmentStatus::kOk);
  expect_equal(segment, example());
  // At any address.
  for (std::size_t skew = 1; skew < 4; ++skew) {
    std::vector<std::byte> moved(payload.size() + skew);
    std::memcpy(moved.data() + skew, payload.data(), payload.size());
    EXPECT_EQ(integration::read_segment(std::span(moved).subspan(skew), segment), SegmentStatus::kOk);
  }
}

TEST(SegmentTest, ReadsACompiledNetwork) {
  const std::filesystem::path path = std::string(std::getenv("AUKLET_SOURCE_DIR")) + "/models/keyword/keyword.tflite";
  const auto model = compiler::read_tflite_file(path);
  ASSERT_TRUE(model);
  const auto compiled = compiler::compile(*model, {});
  ASSERT_TRUE(compiled);
  const compiler::Graph& graph = compiled->model.main();
  const auto segments = compiler::find_segments(graph);
  ASSERT_FALSE(segments.empty());
  for (const std::size_t index : segments) {
    const auto view = compiler::read_segment(graph, graph.operators[index]);
    ASSERT_TRUE(view);
    integration::Segment segment;
    ASSERT_EQ(integration::read_segment(graph.operators[index].custom_options, segment), SegmentStatus::kOk);
    expect_equal(segment, view->segment);
  }
}

TEST(SegmentTest, EveryDefectHasItsStatus) {
  const std::vector<std::byte> good = compiler::write_segment(example());
  const auto with = [&](std::size_t at, int value, bool sealed = true) {
    std::vector<std::byte> bad = good;
    bad.at(at) = static_cast<std::byte>(value);
    if (sealed) seal(bad);
    return read(bad);
  };
  constexpr std::size_t kWindows = 28;
  constexpr std::size_t kInput = kWindows + 16;
  EXPECT_EQ(read({}), SegmentStatus::kNoSegment);
  EXPECT_EQ(with(0, 0), SegmentStatus::kNoSegment);
  EXPECT_EQ(with(4, 2), SegmentStatus::kVersion);
  EXPECT_EQ(with(6, 1), SegmentStatus::kDamaged);
  EXPECT_EQ(with(8, 0), SegmentStatus::kLength);
  EXPECT_EQ(with(20, 1, false), SegmentStatus::kChecksum);
  EXPECT_EQ(with(16, 7), SegmentStatus::kHardware);
  EXPECT_EQ(with(24, 4), SegmentStatus::kDamaged) << "a window too few: the layers do not fill the payload";
  EXPECT_EQ(with(26, 4), SegmentStatus::kDamaged) << "a layer too many";
  EXPECT_EQ(with(25, 0xff), SegmentStatus::kDamaged) << "more windows than fit";
  EXPECT_EQ(with(kInput, 4), SegmentStatus::kDamaged) << "no such role";
  EXPECT_EQ(with(kInput + 1, 4), SegmentStatus::kDamaged) << "no such access";
  EXPECT_EQ(with(kWindows, 1), SegmentStatus::kContradiction) << "no constants";
  EXPECT_EQ(with(kWindows + 8, 2), SegmentStatus::kContradiction) << "no scratch";
  EXPECT_EQ(with(kInput, 0), SegmentStatus::kContradiction) << "constants twice";
  EXPECT_EQ(with(kWindows + 1, 3), SegmentStatus::kContradiction) << "writes constants";
  EXPECT_EQ(with(kInput + 1, 2), SegmentStatus::kContradiction) << "writes an input";
  EXPECT_EQ(with(kInput + 2, 1), SegmentStatus::kContradiction) << "an input that is no activation";
  EXPECT_EQ(with(kInput + 2, 3), SegmentStatus::kContradiction) << "an input twice";
  compiler::Segment few = example();
  few.windows.resize(1);
  EXPECT_EQ(read(compiler::write_segment(few)), SegmentStatus::kContradiction);
  compiler::Segment many = example();
  many.windows.resize(spec::kWindowCount + 1, many.windows.back());
  EXPECT_EQ(read(compiler::write_segment(many)), SegmentStatus::kContradiction);
  for (int value = 0; value < 256; ++value)
    EXPECT_NE(integration::to_string(static_cast<SegmentStatus>(value)), nullptr);
}

TEST(SegmentTest, EveryCutIsRefused) {
  const std::vector<std::byte> good = compiler::write_segment(example());
  for (std::size_t size = 0; size < good.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees a read beyond it.
    EXPECT_NE(read({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}), SegmentStatus::kOk);
  }
}

TEST(SegmentTest, DamageBehindAGoodChecksumIsJudgedAsTheCompilerDoes) {
  const std::vector<std::byte> good = compiler::write_segment(example());
  int accepted = 0;
  for (std::uint32_t round = 0; round < 20'000; ++round) {
    std::mt19937 random(round);
    std::vector<std::byte> bad = good;
    for (unsigned i = 0; i <= random() % 3; ++i)
      bad.at(16 + random() % (bad.size() - 16)) ^= std::byte{1} << (random() % 8);
    seal(bad);
    const auto theirs = compiler::parse_segment(bad);
    const SegmentStatus ours = read(bad);
    // What only people read (layers) and what the tensors decide (the same one twice) is looked at by one of them
    // alone.
    if (ours == SegmentStatus::kOk) ++accepted;
    if (!theirs) continue;
    EXPECT_TRUE(ours == SegmentStatus::kOk || ours == SegmentStatus::kContradiction) << integration::to_string(ours);
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace auklet::test
