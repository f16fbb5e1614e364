#include <gtest/gtest.h>

#include <string>

#include "npy_header.hpp"

namespace auklet::app {
namespace {

std::string file_with(const std::string& dictionary, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>((dictionary.size() >> (8 * i)) & 0xff);
  return text + dictionary;
}

Result<NpyHeader> parse(const std::string& file) {
  return parse_npy_header(std::as_bytes(std::span<const char>(file.data(), file.size())));
}

const std::string kPlain = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n";

TEST(Npy, ReadsWhatNumpyWrites) {
  for (const int version : {1, 2, 3}) {
    const auto header = parse(file_with(kPlain, version));
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->descr, "<f4");
    EXPECT_FALSE(header->fortran_order);
    EXPECT_EQ(header->shape, (std::vector<std::uint64_t>{3, 4}));
    EXPECT_EQ(header->data_offset, kPlain.size() + (version == 1 ? 10U : 12U));
  }
}

TEST(Npy, ReadsScalarsVectorsAndOtherOrders) {
  EXPECT_TRUE(parse(file_with("{'descr': '|i1', 'fortran_order': True, 'shape': ()}"))->shape.empty());
  EXPECT_EQ(parse(file_with("{'shape': (7,), 'fortran_order': True, \"descr\": '|i1'}"))->shape.size(), 1U);
}

TEST(Npy, EveryTruncationIsRefused) {
  const std::string file = file_with(kPlain);
  for (std::size_t length = 0; length < file.size(); ++length) {
    EXPECT_FALSE(parse(file.substr(0, length))) << length;
  }
}

TEST(Npy, RefusesWhatIsNoPlainArray) {
  for (const char* dictionary :
       {"", "{}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': ''}"}) {
    EXPECT_FALSE(parse(file_with(dictionary))) << dictionary;
  }
  EXPECT_FALSE(parse(file_with(kPlain, 4)));
  EXPECT_FALSE(parse(file_with(std::string(2 * kMaxNpyHeader, ' ') + kPlain)));
}

}  // namespace
}  // namespace auklet::app
