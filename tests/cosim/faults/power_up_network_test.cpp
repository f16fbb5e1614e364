// The keyword network on devices that were powered up with random contents: the same outputs, cycles, causes and event
// counts. AUKLET_CASES=n takes seeds 1 to n.
#include <auklet/app/backend.hpp>
#include <auklet/app/session.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "../../common/run_seed.hpp"

namespace auklet::app {
namespace {

namespace fs = std::filesystem;

fs::path keyword() { return fs::path(std::getenv("AUKLET_SOURCE_DIR")) / "models/keyword"; }

compiler::Bytes bytes_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(stream), {}};
  compiler::Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

// Seed 0: all zero.
Result<RunReport> run(const compiler::Model& model, std::uint64_t seed) {
  SessionOptions options;
  options.config = sim::verilated_configurations().front().name;
  options.make_device = [seed](const spec::HardwareConfig& config,
                               const std::optional<WaveRequest>&) -> Result<std::unique_ptr<SimulatedNpu>> {
    sim::VerilatedOptions rtl;
    rtl.configuration = config.name;
    rtl.random_reset_seed = static_cast<std::uint32_t>(seed);
    return simulated_npu(sim::make_verilated_npu(rtl));
  };
  auto session = Session::open("keyword", model, options);
  if (!session) return tl::unexpected(session.error());
  return session->run(std::vector<compiler::Bytes>{bytes_of(keyword() / "inputs/yes_0.bin")});
}

TEST(PowerUpNetwork, FromAnyStateIsAlike) {
  const auto model = compiler::read_tflite_file(keyword() / "keyword.tflite");
  ASSERT_TRUE(model) << model.error().message;
  const auto expected = run(*model, 0);
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(expected->outputs.at(0), bytes_of(keyword() / "expected/yes_0.bin"));
  const std::uint64_t seeds = test::environment("AUKLET_CASES", 5);
  for (std::uint64_t seed = 1; seed <= seeds && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto report = run(*model, seed);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->outputs, expected->outputs);
    EXPECT_EQ(report->cycles, expected->cycles);
    EXPECT_EQ(report->job_cycles, expected->job_cycles);
    EXPECT_EQ(report->events, expected->events);
    ASSERT_EQ(report->layers.size(), expected->layers.size());
    for (std::size_t i = 0; i < report->layers.size(); ++i) {
      EXPECT_EQ(report->layers[i].cycles, expected->layers[i].cycles) << report->layers[i].name;
      EXPECT_EQ(report->layers[i].causes, expected->layers[i].causes) << report->layers[i].name;
      EXPECT_EQ(report->layers[i].bytes, expected->layers[i].bytes) << report->layers[i].name;
    }
  }
  std::printf("power-up of %s: %llu seeds of the keyword network, %llu cycles each\n", expected->config.name,
              static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(expected->cycles));
}

}  // namespace
}  // namespace auklet::app
