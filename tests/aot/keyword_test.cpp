// The keyword network as `auklet compile --emit cpp` writes it, compiled for the host and run on the functional model:
// exact on every recorded clip, and every failure named.
#include <auklet/sim/functional_model.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "../runtime/platform.hpp"
#include "firmware.hpp"
#include "network_memory.hpp"

namespace auklet::test {
namespace {

namespace fs = std::filesystem;
namespace keyword = auklet_models::keyword;

template <class Queue>
int classify(Queue& queue, std::span<std::byte> arena, std::span<const std::int8_t, keyword::Input0::kElements> clip) {
  std::ranges::copy(clip, keyword::Input0::of(arena).begin());
  const runtime::NetworkReport report = keyword::run(queue, arena, /*timeout=*/1'000'000);
  const auto scores = keyword::Output0::of(arena);
  return report.ok() ? static_cast<int>(std::ranges::max_element(scores) - scores.begin()) : -1;
}

std::vector<std::int8_t> read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  return {bytes.begin(), bytes.end()};
}

fs::path model_folder() {
  const char* source = std::getenv("AUKLET_SOURCE_DIR");
  return fs::path(source != nullptr ? source : ".") / "models" / "keyword";
}

class AotKeyword : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(platform_.open(npu::Completion::kInterrupt));
    platform_.port.cache_line = runtime::kArenaAlignment;  // Buffers must own their lines.
    map_network(platform_.port, keyword::kNetwork);
    arena_ = platform_.take(keyword::kArenaBytes);
    clip_ = read(model_folder() / "inputs" / "yes_0.bin");
    ASSERT_EQ(clip_.size(), keyword::Input0::kElements);
  }
  [[nodiscard]] std::span<const std::int8_t, keyword::Input0::kElements> clip() const {
    return std::span(clip_).first<keyword::Input0::kElements>();
  }

  sim::FunctionalModel model_;
  Platform platform_{model_};
  std::span<std::byte> arena_;
  std::vector<std::int8_t> clip_;
};

TEST_F(AotKeyword, IsExactOnEveryClip) {
  std::size_t clips = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(model_folder() / "inputs")) {
    if (entry.path().extension() != ".bin") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const std::vector<std::int8_t> input = read(entry.path());
    const std::vector<std::int8_t> expected = read(model_folder() / "expected" / entry.path().filename());
    const int word = classify(platform_.queue, arena_, std::span(input).first<keyword::Input0::kElements>());
    EXPECT_EQ(word, std::ranges::max_element(expected) - expected.begin());
    EXPECT_TRUE(std::ranges::equal(keyword::Output0::of(arena_), expected));
    EXPECT_TRUE(platform_.margins_alive(std::as_bytes(arena_)));
    ++clips;
  }
  EXPECT_EQ(clips, 24U);
}

TEST_F(AotKeyword, SaysWhatItIs) {
  EXPECT_STREQ(keyword::kNetwork.name, "keyword");
  EXPECT_STREQ(keyword::kNetwork.hardware, "npu256");
  EXPECT_EQ(keyword::kNetwork.arena_bytes, keyword::kArenaBytes);
  EXPECT_EQ(keyword::kNetwork.inputs.size(), 1U);
  EXPECT_EQ(keyword::kNetwork.outputs[0].offset, keyword::Output0::kOffset);
  EXPECT_EQ(keyword::Input0::kShape, (std::array<std::int32_t, 4>{1, 49, 10, 1}));
  EXPECT_EQ(keyword::Output0::kScale, 1.0F / 256);
  EXPECT_EQ(keyword::Output0::kZeroPoint, -128);
}

TEST_F(AotKeyword, RefusesAnArenaThatDoesNotFit) {
  const runtime::NetworkReport small = keyword::run(platform_.queue, arena_.first(keyword::kArenaBytes - 1), 1000);
  EXPECT_EQ(small.status, runtime::NetworkStatus::kArenaTooSmall);
  const std::span<std::byte> askew = platform_.take(keyword::kArenaBytes, 16);
  const runtime::NetworkReport misaligned = keyword::run(platform_.queue, askew, 1000);
  EXPECT_EQ(misaligned.status, runtime::NetworkStatus::kArenaMisaligned);
  EXPECT_EQ(platform_.queue.statistics().jobs_started, 0U);
}

TEST_F(AotKeyword, NamesTheRefusalOfTheDriver) {
  platform_.port.unreachable = arena_.data() + keyword::Input0::kOffset;
  const runtime::NetworkReport report = keyword::run(platform_.queue, arena_, 1000);
  EXPECT_EQ(report.status, runtime::NetworkStatus::kRefused);
  EXPECT_EQ(report.device, npu::Status::kBufferUnreachable);
  EXPECT_STREQ(explain(report), npu::to_string(npu::Status::kBufferUnreachable));
}

TEST_F(AotKeyword, NamesAMissedDeadlineAndGoesOn) {
  const runtime::NetworkReport late = keyword::run(platform_.queue, arena_, 100);
  EXPECT_EQ(late.status, runtime::NetworkStatus::kFailed);
  EXPECT_EQ(late.device, npu::Status::kTimeout);
  EXPECT_EQ(late.step, 0U);
  EXPECT_EQ(late.job.recovery, npu::Status::kOk);
  EXPECT_GE(classify(platform_.queue, arena_, clip()), 0);
}

TEST_F(AotKeyword, NamesAFault) {
  const std::uint64_t input = platform_.address(arena_.data() + keyword::Input0::kOffset);
  model_.inject_error(input, 64, sim::AxiResponse::kSlaveError);
  const runtime::NetworkReport report = keyword::run(platform_.queue, arena_, 1'000'000);
  EXPECT_EQ(report.status, runtime::NetworkStatus::kFailed);
  EXPECT_EQ(report.device, npu::Status::kFaultAxiSlverr);
  EXPECT_EQ(report.job.fault.channel, spec::Channel::kLoad);
}

TEST_F(AotKeyword, IsRefusedByOtherHardware) {
  spec::HardwareConfig other = spec::kDefaultConfiguration;
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (config.macs != keyword::kMacs) other = config;
  }
  sim::FunctionalModel model({.config = other});
  Platform platform(model);
  ASSERT_TRUE(platform.open());
  map_network(platform.port, keyword::kNetwork);
  const runtime::NetworkReport report = keyword::run(platform.queue, platform.take(keyword::kArenaBytes), 1000);
  EXPECT_EQ(report.status, runtime::NetworkStatus::kRefused);
  EXPECT_EQ(report.device, npu::Status::kStreamMacs);
  EXPECT_EQ(report.stream.actual, keyword::kMacs);
}

// [snippet: asynchronous]
/// Starts the only step of the keyword network; other work may follow until Queue::wait() or poll() takes the result.
template <class Queue>
npu::Status start(Queue& queue, std::span<std::byte> arena, npu::JobTag& tag) {
  runtime::NetworkBuffers buffers;
  return queue.submit(runtime::job_of(*keyword::kNetwork.steps[0].segment, arena, buffers), tag);
}
// [end]

TEST_F(AotKeyword, CanBeSubmittedByHand) {
  std::ranges::copy(clip(), keyword::Input0::of(arena_).begin());
  npu::JobTag tag = 0;
  ASSERT_EQ(start(platform_.queue, arena_, tag), npu::Status::kOk);
  npu::JobResult result;
  ASSERT_EQ(platform_.queue.wait(tag, 1'000'000, result), npu::Status::kOk);
  EXPECT_TRUE(result.outputs_valid);
  EXPECT_TRUE(std::ranges::equal(keyword::Output0::of(arena_), read(model_folder() / "expected" / "yes_0.bin")));
}

TEST(AotFirmware, RecognisesAWord) {
  sim::FunctionalModel model;
  TestBus bus(model);
  TestPort port(model);
  port.cache_line = runtime::kArenaAlignment;
  port.map(Platform::kBase, firmware::arena.bytes);
  map_network(port, keyword::kNetwork);
  firmware::Recogniser recogniser(bus, port);
  port.set_interrupt_handler([&] { recogniser.on_interrupt(); });
  ASSERT_EQ(recogniser.open(), npu::Status::kOk);
  const std::vector<std::int8_t> expected = read(model_folder() / "expected" / "stop_0.bin");
  std::ranges::copy(read(model_folder() / "inputs" / "stop_0.bin"), recogniser.features().begin());
  EXPECT_EQ(recogniser.recognise(), std::ranges::max_element(expected) - expected.begin());
}

TEST(AotArena, IsStaticMemoryOfTheRightShape) {
  static keyword::Arena arena;
  EXPECT_EQ(sizeof(arena), keyword::kArenaBytes);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&arena) % runtime::kArenaAlignment, 0U);
  EXPECT_EQ(runtime::check_arena(keyword::kNetwork, arena.bytes), runtime::NetworkStatus::kOk);
  EXPECT_TRUE(runtime::reset(keyword::kNetwork, arena).ok());
}

}  // namespace
}  // namespace auklet::test
