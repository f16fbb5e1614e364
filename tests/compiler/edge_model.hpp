// Unusual models by hand: what they are made with, and how compiled ones are compared with the CPU.
#pragma once

#include <gtest/gtest.h>

#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/functional_model.hpp>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "random/random.hpp"
#include "random_network.hpp"
#include "sample_model.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler::test {

using Shape = std::vector<std::int32_t>;

inline Quantization quantized(float scale, std::int64_t zero_point) { return {{scale}, {zero_point}, 0}; }

/// A model of INT8 tensors in the making. All activations have one quantisation unless a test changes it.
class Edge {
 public:
  Edge() { model_.graphs.emplace_back(); }

  [[nodiscard]] Graph& graph() { return model_.main(); }
  [[nodiscard]] const Model& model() const { return model_; }

  std::int32_t tensor(Shape shape) {
    return add_tensor(graph(), "t" + std::to_string(graph().tensors.size()), TensorType::kInt8, std::move(shape),
                      quantized(0.25F, -7));
  }
  std::int32_t input(Shape shape) {
    graph().inputs.push_back(tensor(std::move(shape)));
    return graph().inputs.back();
  }
  std::int32_t constant(Shape shape, Quantization quantization) {
    std::size_t elements = 1;
    for (const std::int32_t d : shape) elements *= static_cast<std::size_t>(d);
    const std::int32_t index =
        model_.add_constant(graph(), "c" + std::to_string(graph().tensors.size()), TensorType::kInt8, std::move(shape),
                            bytes_of(random_.int8s(elements)));
    graph().tensor(index).quantization = std::move(quantization);
    return index;
  }
  std::int32_t integers(Shape shape, const std::vector<std::int32_t>& values) {
    return model_.add_constant(graph(), "i" + std::to_string(graph().tensors.size()), TensorType::kInt32,
                               std::move(shape), bytes_of(values));
  }
  std::int32_t add(OpCode code, std::vector<std::int32_t> inputs, std::int32_t output, Options options = NoOptions{}) {
    add(code, std::move(inputs), std::vector{output}, std::move(options));
    return output;
  }
  void add(OpCode code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs, Options options) {
    Operator op;
    op.code = code;
    op.inputs = std::move(inputs);
    op.outputs = std::move(outputs);
    op.options = std::move(options);
    graph().operators.push_back(std::move(op));
  }
  // PAD of an image by `border` on all four sides.
  std::int32_t pad(std::int32_t image, std::int32_t border) {
    Shape shape = graph().tensor(image).shape;
    shape[1] += 2 * border;
    shape[2] += 2 * border;
    const std::int32_t list = integers({4, 2}, {0, 0, border, border, border, border, 0, 0});
    return add(OpCode::kPad, {image, list}, tensor(shape));
  }
  // A CONV_2D without padding of its own.
  std::int32_t conv(std::int32_t image, std::int32_t kernel, std::int32_t channels, std::int32_t stride = 1) {
    const Shape in = graph().tensor(image).shape;
    const std::int32_t filter = constant({channels, kernel, kernel, in[3]}, quantized(0.01F, 0));
    Conv2dOptions o;
    o.padding = Padding::kValid;
    o.stride_h = o.stride_w = stride;
    const std::int32_t out = tensor({in[0], (in[1] - kernel) / stride + 1, (in[2] - kernel) / stride + 1, channels});
    return add(OpCode::kConv2d, {image, filter}, out, o);
  }

 private:
  Model model_;
  Random random_{7};
};

/// What of the operators runs on the NPU, of the whole SRAM: a letter each.
inline std::string places(const Model& model) {
  const auto compiled = compile(model);
  if (!compiled) return compiled.error().message;
  std::string text;
  for (const OperatorReport& op : compiled->report.operators) {
    text += op.place == Place::kNpu ? 'N' : 'c';
    if (op.place == Place::kCpu) std::cout << op.op << ": " << op.reason << '\n';
  }
  return text;
}

/// Runs the model on every hardware with much and with little SRAM.
inline void expect_equal(const Model& model) {
  ASSERT_TRUE(validate(model)) << validate(model).error().message;
  const std::vector<Bytes> inputs = random_inputs(model, 5);
  const auto expected = run_cpu(model, inputs);
  ASSERT_TRUE(expected) << expected.error().message;
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    for (const std::uint32_t limit : {0U, 65536U, 6144U, 2048U}) {
      SCOPED_TRACE(std::string(config.name) + ", SRAM " + std::to_string(limit));
      const auto compiled = compile(model, {.config = config, .sram_limit = limit});
      ASSERT_TRUE(compiled) << compiled.error().message;
      sim::FunctionalModel device({.config = config, .seed = limit + 1});
      SegmentRunner runner(device);
      const auto outputs = run_compiled(compiled->model, inputs, runner);
      ASSERT_TRUE(outputs) << outputs.error().message;
      EXPECT_EQ(*outputs, *expected);
    }
  }
}

}  // namespace auklet::compiler::test
