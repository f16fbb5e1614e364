// The payload of segments: what is written comes back, and nothing else is taken for a segment.
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/segment.hpp>

#include <gtest/gtest.h>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

Segment sample_segment() {
  Segment segment;
  segment.macs = spec::kDefaultConfiguration.macs;
  segment.sram_bytes = 12'345;
  segment.windows = {{.role = WindowRole::kConstants, .read = true, .bytes = 4096},
                     {.role = WindowRole::kScratch, .read = true, .write = true, .bytes = 77},
                     {.role = WindowRole::kInput, .read = true, .index = 2, .bytes = 490},
                     {.role = WindowRole::kOutput, .write = true, .index = 0, .bytes = 12}};
  segment.layers = {{.source_operator = 3,
                     .code = OpCode::kConv2d,
                     .name = "stem/conv",
                     .commands = 4,
                     .macs = std::uint64_t{1} << 40,
                     .loaded_bytes = 5,
                     .stored_bytes = 6,
                     .weight_bytes = 7,
                     .compute_cycles = 8},
                    {.source_operator = 4, .code = OpCode::kReshape, .name = ""}};
  return segment;
}

TEST(SegmentPayload, ComesBackAsItWas) {
  const Segment segment = sample_segment();
  const auto read = parse_segment(write_segment(segment));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, segment);
  EXPECT_EQ(segment.scratch_bytes(), 77U);
}

TEST(SegmentPayload, NoSingleByteMayChange) {
  const std::vector<std::byte> good = write_segment(sample_segment());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      std::vector<std::byte> bad = good;
      bad[i] ^= static_cast<std::byte>(flip);
      EXPECT_FALSE(parse_segment(bad)) << "byte " << i << " changed by " << flip;
    }
  }
}

TEST(SegmentPayload, NoLengthButTheRightOneIsTaken) {
  const std::vector<std::byte> good = write_segment(sample_segment());
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parse_segment(std::span(good).first(length))) << length << " bytes";
  }
  for (std::size_t extra = 1; extra <= 8; ++extra) {
    std::vector<std::byte> longer = good;
    longer.resize(good.size() + extra);
    EXPECT_FALSE(parse_segment(longer)) << extra << " bytes more";
  }
}

struct Contradiction {
  const char* what;
  void (*make)(Segment&);
};

class Contradictory : public testing::TestWithParam<Contradiction> {};

// The checksum is right: these are payloads that a program with a mistake would write.
TEST_P(Contradictory, ContentsAreRefused) {
  Segment segment = sample_segment();
  GetParam().make(segment);
  EXPECT_FALSE(parse_segment(write_segment(segment))) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    , Contradictory,
    testing::Values(
        Contradiction{"NoSuchHardware", [](Segment& s) { s.macs = 100; }},
        Contradiction{"MoreSramThanThereIs", [](Segment& s) { s.sram_bytes = 1U << 30; }},
        Contradiction{"NoWindows", [](Segment& s) { s.windows.clear(); }},
        Contradiction{"TooManyWindows", [](Segment& s) { s.windows.resize(spec::kWindowCount + 1, s.windows.back()); }},
        Contradiction{"ConstantsTwice", [](Segment& s) { s.windows[3].role = WindowRole::kConstants; }},
        Contradiction{"NoScratch", [](Segment& s) { s.windows[1].role = WindowRole::kInput; }},
        Contradiction{"ConstantsWritten", [](Segment& s) { s.windows[0].write = true; }},
        Contradiction{"InputWritten", [](Segment& s) { s.windows[2].write = true; }},
        Contradiction{"StreamAsActivation", [](Segment& s) { s.windows[2].index = 0; }},
        Contradiction{"MoreLayersThanTheLog", [](Segment& s) { s.layers.resize(spec::kLogEntries + 1, s.layers[0]); }},
        Contradiction{"UnknownRole", [](Segment& s) { s.windows[2].role = static_cast<WindowRole>(4); }}),
    [](const auto& contradiction) { return std::string(contradiction.param.what); });

// A compiled sample with its only segment at operator 0.
Model compiled_sample() { return compile(sample_model()).value().model; }

TEST(SegmentView, ReadsWhatTheCompilerWrote) {
  const Model model = compiled_sample();
  ASSERT_EQ(find_segments(model.main()), std::vector<std::size_t>{0});
  const auto view = read_segment(model.main(), model.main().operators[0]);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_STREQ(view->config.name, spec::kDefaultConfiguration.name);
  EXPECT_EQ(view->stream[0], spec::kStreamMagic);
  EXPECT_EQ(view->constants.size(), view->segment.windows[kSegmentConstantsWindow].bytes);
}

struct Mismatch {
  const char* what;
  void (*make)(Graph&);
};

class Mismatched : public testing::TestWithParam<Mismatch> {};

TEST_P(Mismatched, OperatorIsRefused) {
  Model model = compiled_sample();
  GetParam().make(model.main());
  EXPECT_FALSE(read_segment(model.main(), model.main().operators[0])) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    , Mismatched,
    testing::Values(
        Mismatch{"OtherCode", [](Graph& g) { g.operators[0].custom_code = "other"; }},
        Mismatch{"NoPayload", [](Graph& g) { g.operators[0].custom_options.clear(); }},
        Mismatch{"FewerInputs", [](Graph& g) { g.operators[0].inputs.pop_back(); }},
        Mismatch{"NoInputs", [](Graph& g) { g.operators[0].inputs.clear(); }},
        Mismatch{"MoreInputs", [](Graph& g) { g.operators[0].inputs.push_back(g.operators[0].inputs.back()); }},
        Mismatch{"FewerOutputs", [](Graph& g) { g.operators[0].outputs.clear(); }},
        Mismatch{"OtherInput", [](Graph& g) { g.operators[0].inputs.back() = g.outputs[0]; }},
        Mismatch{"IndexBeyondTheTensors", [](Graph& g) { g.operators[0].inputs.back() = 1000; }},
        Mismatch{"NegativeIndex", [](Graph& g) { g.operators[0].outputs.back() = -7; }},
        Mismatch{"StreamForConstants", [](Graph& g) { g.operators[0].inputs[1] = g.operators[0].inputs[0]; }},
        Mismatch{"ConstantsForStream", [](Graph& g) { g.operators[0].inputs[0] = g.operators[0].inputs[1]; }},
        Mismatch{"StreamCutOff",
                 [](Graph& g) {
                   Tensor& stream = g.tensor(g.operators[0].inputs[0]);
                   stream.shape[0] -= 16;
                   stream.data = stream.data.first(stream.data.size() - 16);
                 }}),
    [](const auto& mismatch) { return std::string(mismatch.param.what); });

}  // namespace
}  // namespace auklet::compiler::test
