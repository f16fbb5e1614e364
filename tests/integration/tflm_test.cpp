// The kernel for TensorFlow Lite for Microcontrollers: the shipped network through Init, Prepare and Eval, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/compiler/segment.hpp>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "auklet_kernel.hpp"
#include "simulated_npu.hpp"
#include "tensorflow/lite/micro/micro_context.h"
#include "tensorflow/lite/micro/micro_log.h"

namespace auklet::test {
namespace {

using compiler::Bytes;

std::string& log() {
  static std::string lines;
  return lines;
}

/// One operator in an interpreter: its node, its tensors, its memory.
class Interpreter {
 public:
  explicit Interpreter(SimulatedNpu& npu) : npu_(npu) {
    context.impl_ = &micro;
    context.AllocatePersistentBuffer = [](TfLiteContext* c, std::size_t bytes) -> void* {
      auto& persistent = tflite::GetMicroContext(c)->persistent;
      persistent.emplace_back((bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
      return persistent.back().data();
    };
    context.RequestScratchBufferInArena = [](TfLiteContext* c, std::size_t bytes, int* index) {
      tflite::GetMicroContext(c)->scratch_bytes = bytes;
      *index = 0;
      return kTfLiteOk;
    };
    context.GetScratchBuffer = [](TfLiteContext* c, int) { return tflite::GetMicroContext(c)->scratch; };
    context.GetEvalTensor = [](const TfLiteContext* c, int tensor) {
      return &tflite::GetMicroContext(c)->eval_tensors.at(static_cast<std::size_t>(tensor));
    };
  }

  /// The operator's tensors, placed in the device's memory.
  void place(const compiler::CustomCall& call) {
    npu_.free_all();
    micro.tensors.clear();
    micro.eval_tensors.clear();
    inputs_.size = outputs_.size = 0;
    for (const auto& input : call.inputs) add(npu_.copy(input), inputs_);
    for (const auto& output : call.outputs) add(npu_.allocate(output.size()), outputs_);
    node.inputs = &inputs_;
    node.outputs = &outputs_;
  }

  TfLiteStatus prepare(std::span<const std::byte> payload) {
    const TFLMRegistration& kernel = *tflite::Register_AUKLET();
    node.user_data = kernel.init(&context, reinterpret_cast<const char*>(payload.data()), payload.size());
    const TfLiteStatus status = kernel.prepare(&context, &node);
    EXPECT_EQ(micro.temporary_tensors, 0) << "each is to be given back";
    if (micro.scratch_bytes != 0) micro.scratch = npu_.allocate(micro.scratch_bytes).data();
    return status;
  }
  TfLiteStatus invoke() { return tflite::Register_AUKLET()->invoke(&context, &node); }

  [[nodiscard]] std::span<const std::byte> output(std::size_t index) const {
    const TfLiteTensor& tensor = micro.tensors.at(static_cast<std::size_t>(outputs_.data[index]));
    return {static_cast<const std::byte*>(tensor.data.data), tensor.bytes};
  }

  tflite::MicroContext micro;
  TfLiteContext context{};
  TfLiteNode node{};

 private:
  void add(std::span<std::byte> bytes, TfLiteIntArray& list) {
    list.data[list.size++] = static_cast<int>(micro.tensors.size());
    micro.tensors.push_back({kTfLiteInt8, {bytes.data()}, bytes.size()});
    micro.eval_tensors.push_back({{bytes.data()}, nullptr, kTfLiteInt8});
  }

  SimulatedNpu& npu_;
  TfLiteIntArray inputs_{};
  TfLiteIntArray outputs_{};
};

std::filesystem::path keyword() { return std::filesystem::path(std::getenv("AUKLET_SOURCE_DIR")) / "models/keyword"; }

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class TflmTest : public testing::Test {
 protected:
  void SetUp() override {
    auto source = compiler::read_tflite_file(keyword() / "keyword.tflite");
    ASSERT_TRUE(source);
    auto result = compiler::compile(*source, {});
    ASSERT_TRUE(result);
    compiled = std::move(*result);
    auklet_npu_configuration configuration;
    ASSERT_EQ(auklet_npu_init(&npu, &simulated.bus, &simulated.port), AUKLET_NPU_OK);
    ASSERT_EQ(auklet_npu_probe(&npu, &configuration), AUKLET_NPU_OK);
    ASSERT_EQ(auklet_npu_open(&npu, AUKLET_NPU_POLLING, 1'000'000), AUKLET_NPU_OK);
    tflite::SetAukletDevice(&npu, 10'000'000);
    log().clear();
  }
  void TearDown() override { tflite::SetAukletDevice(nullptr, 0); }

  /// Runs one example; `each` does what an interpreter does with a segment.
  compiler::Result<std::vector<Bytes>> run(const Bytes& input,
                                           const std::function<compiler::Outcome(const compiler::CustomCall&)>& each) {
    auto executor = compiler::Executor::create(compiled.model, {.custom_codes = {compiler::kNpuCustomCode}});
    compiler::ExecutorHooks hooks;
    hooks.run_custom = each;
    const std::span<const std::byte> inputs[] = {input};
    return executor->run(inputs, hooks);
  }
  /// The first segment, placed in an interpreter; `act` sees it.
  void with_segment(const std::function<void(Interpreter&, std::span<const std::byte> payload)>& act) {
    bool seen = false;
    const auto input = read_file(keyword() / "inputs/yes_0.bin");
    static_cast<void>(run(input, [&](const compiler::CustomCall& call) -> compiler::Outcome {
      Interpreter interpreter(simulated);
      interpreter.place(call);
      act(interpreter, call.op().custom_options);
      seen = true;
      return compiler::fail(compiler::ErrorCode::kExecution, "this was all");
    }));
    EXPECT_TRUE(seen);
  }

  compiler::CompiledModel compiled;
  SimulatedNpu simulated;
  auklet_npu npu{};
};

TEST_F(TflmTest, TheShippedNetworkIsBitExact) {
  int jobs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(keyword() / "inputs")) {
    if (entry.path().extension() != ".bin") continue;
    const auto outputs = run(read_file(entry.path()), [&](const compiler::CustomCall& call) -> compiler::Outcome {
      Interpreter interpreter(simulated);
      interpreter.place(call);
      if (interpreter.prepare(call.op().custom_options) != kTfLiteOk || interpreter.invoke() != kTfLiteOk) {
        return compiler::fail(compiler::ErrorCode::kExecution, log());
      }
      for (std::size_t i = 0; i < call.outputs.size(); ++i) {
        std::ranges::copy(interpreter.output(i), call.outputs[i].begin());
      }
      ++jobs;
      return {};
    });
    ASSERT_TRUE(outputs) << outputs.error().message;
    EXPECT_EQ(outputs->at(0), read_file(keyword() / "expected" / entry.path().filename())) << entry.path();
  }
  EXPECT_GE(jobs, 24);
  EXPECT_EQ(simulated.model.bus_errors(), 0U);
  EXPECT_EQ(log(), "");
}

TEST_F(TflmTest, APayloadThatIsNoneIsRefusedByPrepare) {
  with_segment([](Interpreter& interpreter, std::span<const std::byte> payload) {
    EXPECT_EQ(interpreter.prepare(payload.first(payload.size() - 4)), kTfLiteError);
    EXPECT_EQ(log(), "auklet-npu: the NPU segment has another length than its header says\n");
    EXPECT_EQ(interpreter.prepare({}), kTfLiteError);
  });
}

TEST_F(TflmTest, TensorsHaveToFitTheirWindows) {
  with_segment([](Interpreter& interpreter, std::span<const std::byte> payload) {
    for (std::size_t i = 0; i < interpreter.micro.tensors.size(); ++i) {
      interpreter.micro.tensors[i].bytes += 1;
      EXPECT_EQ(interpreter.prepare(payload), kTfLiteError) << i;
      interpreter.micro.tensors[i].bytes -= 1;
    }
    for (TfLiteIntArray* list : {interpreter.node.inputs, interpreter.node.outputs}) {
      --list->size;
      EXPECT_EQ(interpreter.prepare(payload), kTfLiteError);
      ++list->size;
    }
    const int inputs = std::exchange(interpreter.node.inputs->size, 1);
    EXPECT_EQ(interpreter.prepare(payload), kTfLiteError);
    interpreter.node.inputs->size = inputs;
    EXPECT_EQ(interpreter.prepare(payload), kTfLiteOk);
  });
}

TEST_F(TflmTest, WhatGoesWrongOnTheDeviceIsLogged) {
  with_segment([&](Interpreter& interpreter, std::span<const std::byte> payload) {
    ASSERT_EQ(interpreter.prepare(payload), kTfLiteOk);
    tflite::SetAukletDevice(nullptr, 0);
    EXPECT_EQ(interpreter.invoke(), kTfLiteError);
    tflite::SetAukletDevice(&npu, 10);
    EXPECT_EQ(interpreter.invoke(), kTfLiteError);
    EXPECT_NE(log().find("the job did not end within its deadline"), std::string::npos) << log();
    tflite::SetAukletDevice(&npu, 10'000'000);
    auto* stream = static_cast<std::uint32_t*>(interpreter.micro.tensors[0].data.data);
    stream[8] ^= 1U;
    EXPECT_EQ(interpreter.invoke(), kTfLiteError);
    EXPECT_NE(log().find("not submitted: "), std::string::npos) << log();
    stream[8] ^= 1U;
    EXPECT_EQ(interpreter.invoke(), kTfLiteOk);
  });
}

TEST_F(TflmTest, NoMemoryIsAnError) {
  with_segment([](Interpreter& interpreter, std::span<const std::byte> payload) {
    interpreter.context.AllocatePersistentBuffer = [](TfLiteContext*, std::size_t) -> void* { return nullptr; };
    EXPECT_EQ(interpreter.prepare(payload), kTfLiteError);
  });
}

TEST(TflmScratchTest, IsAskedOfTheArena) {
  compiler::Segment segment;
  segment.macs = spec::kDefaultConfiguration.macs;
  segment.windows = {{compiler::WindowRole::kConstants, true, false, 0, 16},
                     {compiler::WindowRole::kScratch, true, true, 0, 4096},
                     {compiler::WindowRole::kInput, true, false, 2, 8},
                     {compiler::WindowRole::kOutput, false, true, 0, 8}};
  SimulatedNpu simulated;
  Interpreter interpreter(simulated);
  TfLiteIntArray inputs{3, {0, 1, 2}};
  TfLiteIntArray outputs{1, {3}};
  interpreter.node.inputs = &inputs;
  interpreter.node.outputs = &outputs;
  for (const std::size_t bytes : {64U, 16U, 8U, 8U}) interpreter.micro.tensors.push_back({kTfLiteInt8, {}, bytes});
  EXPECT_EQ(interpreter.prepare(compiler::write_segment(segment)), kTfLiteOk);
  EXPECT_EQ(interpreter.micro.scratch_bytes, 4096U);
}

TEST(TflmNameTest, IsTheCompilers) { EXPECT_STREQ(tflite::GetString_AUKLET(), compiler::kNpuCustomCode); }

}  // namespace
}  // namespace auklet::test

// NOLINTNEXTLINE(cert-dcl50-cpp,readability-identifier-naming): as TensorFlow Lite declares it.
void MicroPrintf(const char* format, ...) {
  char line[256];
  std::va_list arguments;
  va_start(arguments, format);
  (void)std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  auklet::test::log() += std::string(line) + "\n";
}
