#include <gtest/gtest.h>

#include <auklet/app/report.hpp>
#include <cstring>

namespace auklet::app {
namespace {

using compiler::Bytes;

compiler::Tensor tensor_of(compiler::TensorType type) {
  compiler::Tensor tensor;
  tensor.type = type;
  return tensor;
}

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

TEST(Compare, EqualBytesDoNotDiffer) {
  const Bytes bytes = bytes_of({1, 2, 3});
  EXPECT_FALSE(compare(bytes, bytes, tensor_of(compiler::TensorType::kInt8), 0, "x"));
}

TEST(Compare, NamesTheFirstOfSeveralDifferences) {
  const auto difference =
      compare(bytes_of({1, -2, 3, 9}), bytes_of({1, 2, 3, 4}), tensor_of(compiler::TensorType::kInt8), 3, "x");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->output, 3U);
  EXPECT_EQ(difference->element, 1U);
  EXPECT_EQ(difference->got, "-2");
  EXPECT_EQ(difference->expected, "2");
  EXPECT_EQ(difference->differing, 2U);
  EXPECT_EQ(difference->elements, 4U);
}

TEST(Compare, CountsElementsNotBytes) {
  const float one = 1.5F;
  const float other = -0.25F;
  Bytes got(2 * sizeof(float));
  std::memcpy(&got[sizeof(float)], &one, sizeof(float));
  Bytes expected(2 * sizeof(float));
  std::memcpy(&expected[sizeof(float)], &other, sizeof(float));
  const auto difference = compare(got, expected, tensor_of(compiler::TensorType::kFloat32), 0, "x");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->element, 1U);
  EXPECT_EQ(difference->got, "1.5");
  EXPECT_EQ(difference->expected, "-0.25");
  EXPECT_EQ(difference->elements, 2U);
}

TEST(Compare, AShorterOutputDiffersWhereItEnds) {
  const auto difference =
      compare(bytes_of({1, 2}), bytes_of({1, 2, 3}), tensor_of(compiler::TensorType::kInt8), 0, "x");
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->element, 2U);
  EXPECT_EQ(difference->got, "nothing");
  EXPECT_EQ(difference->expected, "3");
}

TEST(Utilisation, IsTheShareOfTheArray) {
  const spec::HardwareConfig* npu256 = find_configuration("npu256");
  ASSERT_NE(npu256, nullptr);
  EXPECT_DOUBLE_EQ(utilisation(256 * 50, 100, *npu256), 0.5);
  EXPECT_DOUBLE_EQ(utilisation(1, 0, *npu256), 0);
}

}  // namespace
}  // namespace auklet::app
