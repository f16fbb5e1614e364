// Which layer a waveform's bound means; that its cycles are right is seen in whole runs (cli_test.py).
#include "wave_window.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace auklet::app {
namespace {

LayerRow named(const std::string& name) {
  LayerRow row;
  row.name = name;
  return row;
}

const std::vector<LayerRow> kLayers{named("net/a/conv;net/relu"),
                                    named("net/b/conv"),
                                    named("other/b/conv"),
                                    named("pool"),
                                    named("x/pool"),
                                    named("layer:1")};

void expect_refused(const std::string& text, const std::string& clause) {
  const auto found = find_layer(text, kLayers);
  ASSERT_FALSE(found) << text;
  EXPECT_EQ(found.error().code, ExitCode::kUsage);
  EXPECT_NE(found.error().message.find(clause), std::string::npos) << found.error().message;
}

TEST(FindLayer, ByNumber) {
  EXPECT_EQ(find_layer("layer:0", kLayers), 0U);
  EXPECT_EQ(find_layer("layer:5", kLayers), 5U);
  EXPECT_EQ(find_layer("layer:1", kLayers), 5U);  // A name comes first.
  for (const char* text : {"layer:6", "layer:", "layer:-1", "layer:2x", "layer:99999999999999999999999", "2"}) {
    expect_refused(text, "layer:0 to layer:5");
  }
  EXPECT_FALSE(find_layer("layer:0", {}));
}

TEST(FindLayer, ByName) {
  EXPECT_EQ(find_layer("net/a/conv;net/relu", kLayers), 0U);
  EXPECT_EQ(find_layer("a/conv", kLayers), 0U);
  EXPECT_EQ(find_layer("other/b/conv", kLayers), 2U);
  EXPECT_EQ(find_layer("pool", kLayers), 3U);
  expect_refused("b/conv", "layer:1 is the first");
  expect_refused("conv", "'conv' is neither a cycle nor a layer");
}

}  // namespace
}  // namespace auklet::app
