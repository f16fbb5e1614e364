#include <gtest/gtest.h>

#include <sstream>

#include "text_table.hpp"

namespace auklet::app {
namespace {

TEST(Text, GroupsDigitsByThree) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567890), "1,234,567,890");
}

TEST(Text, ShortensInTheMiddle) {
  EXPECT_EQ(shortened("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(shortened("abcdefghij", 8), "abc..hij");
}

TEST(Text, NamesLayersByTheEndOfTheirPath) {
  EXPECT_EQ(layer_name("conv"), "conv");
  EXPECT_EQ(layer_name("net/block/conv/Relu;net/block/bn"), "conv/Relu");
  EXPECT_EQ(layer_name("/x"), "/x");
  EXPECT_EQ(layer_name(""), "");
}

TEST(TextTable, AlignsColumns) {
  TextTable table({{"n", true}, {"name", false}});
  table.add({"1", "a"});
  table.rule();
  table.add({"12", ""});
  EXPECT_EQ(table.text(), " n  name\n--------\n 1  a\n--------\n12\n");
}

TEST(TextTable, FlexibleColumnsGiveWay) {
  TextTable table({{"a", false, true}, {"b", false, true}, {"c", false}});
  table.add({std::string(90, 'x'), std::string(20, 'y'), std::string(10, 'z')});
  std::istringstream lines(table.text());
  std::string last;
  for (std::string line; std::getline(lines, line); last = line) EXPECT_LE(line.size(), kLineWidth);
  EXPECT_NE(last.find(std::string(20, 'y')), std::string::npos) << "the widest column has to give way first";
  EXPECT_NE(last.find(std::string(10, 'z')), std::string::npos) << "an inflexible column was shortened";
}

}  // namespace
}  // namespace auklet::app
