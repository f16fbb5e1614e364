// Rows of the table a layer: every operator of a compiled model has one.
#include "layers.hpp"

#include <gtest/gtest.h>

namespace auklet::app {
namespace {

// ASSIGN_VARIABLE and CALL_ONCE have none.
TEST(Layers, OperatorsNeedNoOutput) {
  compiler::Graph graph;
  graph.tensors.resize(2);
  graph.tensors[0].name = "variable";
  graph.tensors[1].name = "sum";
  graph.operators.resize(2);
  graph.operators[0].code = compiler::OpCode::kAssignVariable;
  graph.operators[0].inputs = {0};
  graph.operators[1].code = compiler::OpCode::kAdd;
  graph.operators[1].inputs = {0, 0};
  graph.operators[1].outputs = {1};
  const auto layers = layers_of("model", graph);
  ASSERT_TRUE(layers) << layers.error().message;
  ASSERT_EQ(layers->rows.size(), 2U);
  EXPECT_EQ(layers->rows[0].name, "");
  EXPECT_EQ(layers->rows[0].op, "ASSIGN_VARIABLE");
  EXPECT_EQ(layers->rows[1].name, "sum");
}

}  // namespace
}  // namespace auklet::app
