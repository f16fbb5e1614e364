// The representation itself: names, sizes, equality.
#include <auklet/compiler/ir.hpp>

#include <gtest/gtest.h>

#include "sample_model.hpp"

namespace auklet::compiler::test {
namespace {

TEST(OpCode, NamesAreTensorFlowLites) {
  EXPECT_EQ(name(OpCode::kAdd), "ADD");
  EXPECT_EQ(name(OpCode::kDepthwiseConv2d), "DEPTHWISE_CONV_2D");
  EXPECT_EQ(name(static_cast<OpCode>(114)), "QUANTIZE");
  EXPECT_EQ(name(static_cast<OpCode>(160)), "BITWISE_XOR");
  EXPECT_EQ(name(static_cast<OpCode>(9999)), "operator code 9999");
}

TEST(Tensor, Sizes) {
  Tensor tensor;
  tensor.shape = {2, 3, 5};
  tensor.type = TensorType::kInt32;
  EXPECT_EQ(tensor.elements(), 30U);
  EXPECT_EQ(tensor.bytes(), 120U);
  tensor.type = TensorType::kInt4;
  tensor.shape = {7};
  EXPECT_EQ(tensor.bytes(), 4U);
  tensor.type = TensorType::kResource;
  EXPECT_EQ(tensor.bytes(), 0U);
  tensor.type = TensorType::kFloat32;
  tensor.shape = {};
  EXPECT_EQ(tensor.bytes(), 4U) << "a scalar is one element";
}

TEST(Graph, DescriptionsAreShort) {
  Graph graph;
  add_tensor(graph, std::string(500, 'x'), TensorType::kInt8, {1});
  add_tensor(graph, "", TensorType::kInt8, {1});
  EXPECT_LT(graph.describe_tensor(0).size(), 100U);
  EXPECT_EQ(graph.describe_tensor(1), "tensor 1");
}

TEST(Equal, SeesEveryPart) {
  const Model a = sample_model();
  EXPECT_TRUE(equal(a, sample_model()));
  Model b = sample_model();
  b.main().tensor(kLogits).quantization.scales[0] = 0.25F;
  EXPECT_FALSE(equal(a, b)) << "scale";
  b = sample_model();
  std::get<Pool2dOptions>(b.main().operators[kPool].options).stride_w = 1;
  EXPECT_FALSE(equal(a, b)) << "option";
  b = sample_model();
  std::vector<std::byte> bias(b.main().tensor(kBias).data.begin(), b.main().tensor(kBias).data.end());
  bias[4] ^= std::byte{1};
  b.main().tensor(kBias).data = b.storage->add(bias);
  EXPECT_FALSE(equal(a, b)) << "constant";
  b = sample_model();
  b.metadata.clear();
  EXPECT_FALSE(equal(a, b)) << "metadata";
  b = sample_model();
  b.signatures[0].inputs[0].name = "other";
  EXPECT_FALSE(equal(a, b)) << "signature";
}

TEST(Model, CopiesShareConstantsAndNothingElse) {
  Model copy;
  {
    const Model original = sample_model();
    copy = original;
    EXPECT_EQ(copy.main().tensor(kFilter).data.data(), original.main().tensor(kFilter).data.data());
  }
  EXPECT_TRUE(equal(copy, sample_model())) << "the constants outlive the model that they came from";
}

}  // namespace
}  // namespace auklet::compiler::test
