// Seeded bugs in the RTL: the lock-step must stop at each, in the right operator and at an element that is really
// wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <auklet/app/replay_case.hpp>
#include <auklet/app/session.hpp>
#include <auklet/app/tensor_file.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edge_model.hpp"
#include "verilated_registry.hpp"

namespace auklet::sim {

std::unique_ptr<Core> make_core_npu64_mutants(Bench& bench, std::uint32_t random_reset_seed);

}  // namespace auklet::sim

namespace auklet::app {
namespace {

using compiler::Bytes;
using compiler::Graph;
using compiler::Model;
using compiler::OpCode;
using compiler::test::Edge;
using compiler::test::quantized;
using Kind = sim::Divergence::Kind;

constexpr std::array kMutants{
#include "mutants.inc"
};

// Its number in the list, from 1 on.
int number_of(std::string_view mutant) {
  const auto found = std::ranges::find(kMutants, mutant);
  return found == kMutants.end() ? 0 : static_cast<int>(found - kMutants.begin()) + 1;
}

// An operator of every kind that a mutant touches.
enum Layer : std::size_t {
  kConv,
  kDepthwise,
  kMaxPool,
  kPointwise,
  kAdd,
  kTanh,
  kAveragePool,
  kReshape,
  kDense,
  kSoftmax
};

Model network() {
  Edge edge;
  const std::int32_t image = edge.input({1, 12, 12, 8});
  compiler::Conv2dOptions conv;
  conv.padding = compiler::Padding::kSame;
  const auto a = edge.add(OpCode::kConv2d, {image, edge.constant({32, 3, 3, 8}, quantized(0.004F, 0))},
                          edge.tensor({1, 12, 12, 32}), conv);
  compiler::DepthwiseConv2dOptions depthwise;
  depthwise.padding = compiler::Padding::kSame;
  const auto b = edge.add(OpCode::kDepthwiseConv2d, {a, edge.constant({1, 3, 3, 32}, quantized(0.01F, 0))},
                          edge.tensor({1, 12, 12, 32}), depthwise);
  compiler::Pool2dOptions pool;
  pool.padding = compiler::Padding::kValid;
  pool.stride_h = pool.stride_w = pool.filter_h = pool.filter_w = 2;
  const auto c = edge.add(OpCode::kMaxPool2d, {b}, edge.tensor({1, 6, 6, 32}), pool);
  const auto d = edge.add(OpCode::kConv2d, {c, edge.constant({32, 1, 1, 32}, quantized(0.004F, 0))},
                          edge.tensor({1, 6, 6, 32}), conv);
  const auto e = edge.add(OpCode::kAdd, {c, d}, edge.tensor({1, 6, 6, 32}), compiler::AddOptions{});
  const auto f = edge.add(OpCode::kTanh, {e}, edge.tensor({1, 6, 6, 32}));
  edge.graph().tensor(f).quantization = quantized(1.0F / 128, 0);
  pool.stride_h = pool.stride_w = pool.filter_h = pool.filter_w = 3;
  const auto g = edge.add(OpCode::kAveragePool2d, {f}, edge.tensor({1, 2, 2, 32}), pool);
  edge.graph().tensor(g).quantization = quantized(1.0F / 128, 0);
  const auto h = edge.add(OpCode::kReshape, {g, edge.integers({2}, {1, 128})}, edge.tensor({1, 128}));
  edge.graph().tensor(h).quantization = quantized(1.0F / 128, 0);
  const auto i = edge.add(OpCode::kFullyConnected, {h, edge.constant({20, 128}, quantized(0.05F, 0))},
                          edge.tensor({1, 20}), compiler::FullyConnectedOptions{});
  const auto j = edge.add(OpCode::kSoftmax, {i}, edge.tensor({1, 20}), compiler::SoftmaxOptions{1.0F});
  edge.graph().tensor(j).quantization = quantized(1.0F / 256, -128);
  edge.graph().outputs = {j};
  return edge.model();
}

SessionOptions options_for(int mutant) {
  SessionOptions options;
  options.config = "npu64";
  options.lockstep = true;
  options.deadline_cycles = 10'000'000;
  options.make_device = [mutant](const spec::HardwareConfig& config,
                                 const std::optional<WaveRequest>& wave) -> Result<std::unique_ptr<SimulatedNpu>> {
    const sim::VerilatedConfiguration built{config.name, config.macs, config.sram_bytes / 1024, config.axi_data_bits,
                                            false};
    sim::VerilatedOptions rtl;
    rtl.plusargs = {"+mutant=" + std::to_string(mutant)};
    if (wave) rtl.trace = sim::TraceWindow{wave->path, wave->from, wave->to};
    return simulated_npu(sim::make_verilated_npu(built, sim::make_core_npu64_mutants, rtl));
  };
  return options;
}

#if !AUKLET_RTL_ASSERTIONS  // Some mutants would break an assertion first.

// The values of all tensors on the CPU.
std::map<std::int32_t, Bytes> reference_values(const Model& model, const std::vector<Bytes>& inputs) {
  std::map<std::int32_t, Bytes> values;
  auto executor = compiler::Executor::create(model);
  if (!executor) return values;
  compiler::ExecutorHooks hooks;
  hooks.on_tensor = [&](const Graph&, std::int32_t tensor, std::span<const std::byte> value) {
    values[tensor].assign(value.begin(), value.end());
  };
  const std::vector<std::span<const std::byte>> frame(inputs.begin(), inputs.end());
  EXPECT_TRUE(executor->run(frame, hooks));
  return values;
}

// The byte of a tensor at an element.
std::optional<int> value_at(const Graph& graph, const std::map<std::int32_t, Bytes>& values, const std::string& name,
                            const std::vector<std::int64_t>& element) {
  const auto tensor = std::ranges::find(graph.tensors, name, &compiler::Tensor::name);
  if (tensor == graph.tensors.end() || element.size() != tensor->shape.size()) return std::nullopt;
  const auto value = values.find(static_cast<std::int32_t>(tensor - graph.tensors.begin()));
  if (value == values.end()) return std::nullopt;
  std::size_t index = 0;
  for (std::size_t i = 0; i < element.size(); ++i) {
    index = index * static_cast<std::size_t>(tensor->shape[i]) + static_cast<std::size_t>(element[i]);
  }
  return std::to_integer<int>(value->second.at(index));
}

struct Expectation {
  const char* mutant;
  Kind kind;
  std::optional<Layer> layer;  ///< None for what belongs to no command.
  const char* opcode;
};

void PrintTo(const Expectation& expectation, std::ostream* out) { *out << expectation.mutant; }

class LockstepMutants : public testing::TestWithParam<Expectation> {};

TEST_P(LockstepMutants, AreFoundWhereTheyAre) {
  const Expectation& expected = GetParam();
  const int mutant = number_of(expected.mutant);
  ASSERT_NE(mutant, 0);
  const Model model = network();
  const std::vector<Bytes> inputs = compiler::test::random_inputs(model, 3);
  auto session = Session::open("network", model, options_for(mutant));
  ASSERT_TRUE(session) << session.error().message;
  const auto run = session->run(inputs);
  ASSERT_FALSE(run) << "nothing was found";
  ASSERT_TRUE(session->divergence()) << run.error().message;
  const DivergenceReport& found = *session->divergence();
  SCOPED_TRACE(run.error().message);
  EXPECT_EQ(run.error().code, ExitCode::kMismatch);
  EXPECT_EQ(found.what.kind, expected.kind);
  EXPECT_EQ(found.opcode, expected.opcode);
  const std::optional<std::size_t> layer = expected.layer;
  EXPECT_EQ(found.source_operator, layer);
  if (found.what.kind != Kind::kSram && found.what.kind != Kind::kStore) return;
  if (found.opcode == std::string("LOAD") || found.opcode == std::string("UNPACK")) return;
  // What should be there is what the CPU computes for that very element.
  const auto value = value_at(model.main(), reference_values(model, inputs), found.tensor, found.element);
  ASSERT_TRUE(value) << found.tensor;
  EXPECT_EQ(static_cast<int>(found.what.expected), *value);
}

INSTANTIATE_TEST_SUITE_P(, LockstepMutants,
                         testing::Values(Expectation{"requantiser_rounding", Kind::kSram, kConv, "CONV"},
                                         Expectation{"output_zero_point", Kind::kSram, kConv, "CONV"},
                                         Expectation{"padding_value", Kind::kSram, kConv, "CONV"},
                                         Expectation{"padding_columns", Kind::kSram, kConv, "CONV"},
                                         Expectation{"depthwise_padding", Kind::kSram, kDepthwise, "DWCONV"},
                                         Expectation{"accumulator_clear", Kind::kSram, kConv, "CONV"},
                                         Expectation{"max_pooling", Kind::kSram, kMaxPool, "MAXPOOL"},
                                         Expectation{"average_rounding", Kind::kSram, kAveragePool, "AVGPOOL"},
                                         Expectation{"add_zero_point", Kind::kSram, kAdd, "ADD"},
                                         Expectation{"table_index", Kind::kSram, kTanh, "TABLE"},
                                         Expectation{"softmax_reciprocal", Kind::kSram, kSoftmax, "SOFTMAX"},
                                         Expectation{"load_length", Kind::kSram, kConv, "LOAD"},
                                         Expectation{"store_strobes", Kind::kStore, kSoftmax, "STORE"},
                                         Expectation{"window_limit", Kind::kOrder, kConv, "LOAD"},
                                         Expectation{"compute_wait", Kind::kStore, kSoftmax, "STORE"},
                                         // The watchdog ends it.
                                         Expectation{"load_hangs", Kind::kOrder, kConv, "LOAD"},
                                         Expectation{"interrupt", Kind::kInterrupt, std::nullopt, ""},
                                         Expectation{"completed_stores", Kind::kRegister, std::nullopt, ""},
                                         Expectation{"done_tag", Kind::kRegister, std::nullopt, ""}),
                         [](const auto& setup) { return std::string(setup.param.mutant); });

// What is written for a mutant of an operator in the middle: that operator, which differs again, and a waveform.
TEST(Lockstep, WritesACaseThatRepeatsTheDifference) {
  const std::filesystem::path folder = testing::TempDir() + "lockstep_case";
  std::filesystem::remove_all(folder);
  const SessionOptions options = options_for(number_of("max_pooling"));
  const Model model = network();
  const std::vector<Bytes> inputs = compiler::test::random_inputs(model, 3);
  auto session = Session::open("network", model, options);
  ASSERT_TRUE(session) << session.error().message;
  ASSERT_FALSE(session->run(inputs));
  const DivergenceReport found = *session->divergence();
  const auto written = write_replay_case(model, inputs, 1, found, options, folder);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_TRUE(written->repeats);
  EXPECT_EQ(written->what, "the operator alone");
  EXPECT_EQ(written->waveform, sim::VerilatedNpu::trace_available());
  EXPECT_EQ(std::filesystem::exists(folder / "wave.fst"), written->waveform);

  const auto alone = compiler::read_tflite_file(folder / "model.tflite");
  ASSERT_TRUE(alone) << alone.error().message;
  ASSERT_EQ(alone->main().operators.size(), 1U);
  EXPECT_EQ(alone->main().operators[0].code, OpCode::kMaxPool2d);
  const auto input = read_tensor_file(folder / "in0.bin", alone->main().tensor(alone->main().inputs[0]), 1);
  ASSERT_TRUE(input) << input.error().message;
  auto again = Session::open("case", *alone, options);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again->run(std::vector<Bytes>{*input}));
  ASSERT_TRUE(again->divergence());
  EXPECT_EQ(again->divergence()->tensor, found.tensor);
  EXPECT_EQ(again->divergence()->element, found.element);
  EXPECT_EQ(again->divergence()->what.got, found.what.got);
  std::filesystem::remove_all(folder);
}

#endif

// A read request that does not wait to be taken breaks an assertion of the RTL and a rule of AXI: whoever watches says
// so. Assertions see values from before the edge, which is worth a test: see VerilatedCore::both_edges().
TEST(Assertions, AndTheProtocolCheckerSeeABrokenHandshake) {
  sim::VerilatedOptions rtl;
  rtl.plusargs = {"+mutant=" + std::to_string(number_of("read_request_drops"))};
  rtl.back_pressure = sim::BackPressure::uniform(0.5, 1);
  const spec::HardwareConfig& config = *find_configuration("npu64");
  const sim::VerilatedConfiguration built{config.name, config.macs, config.sram_bytes / 1024, config.axi_data_bits,
                                          false};
  const auto run = [&] {
    auto npu = sim::make_verilated_npu(built, sim::make_core_npu64_mutants, rtl);
    sim::VerilatedNpu& watched = *npu;
    SessionOptions options;
    options.config = config.name;
    options.make_device = [&](const auto&, const auto&) { return simulated_npu(std::move(npu)); };
    auto session = Session::open("network", network(), options);
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_FALSE(session->run(compiler::test::random_inputs(network(), 3)));
    EXPECT_GT(watched.protocol_violations(), 0U);
  };
#if AUKLET_RTL_ASSERTIONS
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGABRT), "");  // Verilator says which one on standard output.
#else
  run();
#endif
}

// The mutants themselves change nothing as long as none is switched on, and each has its test.
TEST(Lockstep, FindsNothingWithoutMutant) {
  const Model model = network();
  auto session = Session::open("network", model, options_for(0));
  ASSERT_TRUE(session) << session.error().message;
  const std::vector<Bytes> inputs = compiler::test::random_inputs(model, 3);
  const auto run = session->run(inputs);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_FALSE(session->divergence());
  EXPECT_EQ(run->outputs, *run_reference("network", model, inputs));
  EXPECT_TRUE(std::ranges::none_of(
      run->layers, [](const LayerRow& row) { return !row.op.empty() && row.place != compiler::Place::kNpu; }));
}

}  // namespace
}  // namespace auklet::app
