// Every status has a text of its own.
#include <gtest/gtest.h>

#include <auklet/npu/status.hpp>
#include <set>
#include <string>

namespace auklet::test {
namespace {

TEST(StatusTest, EveryValueHasItsOwnTextAndOthersAreUnknown) {
  std::set<std::string> texts;
  int known = 0;
  for (int value = 0; value < 256; ++value) {
    const char* text = npu::to_string(static_cast<npu::Status>(value));
    ASSERT_NE(text, nullptr);
    if (std::string(text) == "unknown status") continue;
    ++known;
    EXPECT_TRUE(texts.insert(text).second) << "used twice: " << text;
  }
  EXPECT_EQ(known, 2 + 11 + 5 + 7 + 5 + 8 + 21) << "a status was added or removed: adapt this count and auklet_npu.h";
}

}  // namespace
}  // namespace auklet::test
