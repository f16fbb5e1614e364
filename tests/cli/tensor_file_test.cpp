#include <gtest/gtest.h>

#include <auklet/app/tensor_file.hpp>
#include <filesystem>
#include <set>
#include <string>

namespace auklet::app {
namespace {

namespace fs = std::filesystem;
using compiler::Bytes;

class TensorFile : public testing::Test {
 protected:
  TensorFile()
      : folder_(fs::path(testing::TempDir()) /
                ("auklet_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    tensor_.name = "in";
    tensor_.shape = {1, 2, 3, 1};
    fs::remove_all(folder_);
  }
  ~TensorFile() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file(folder_ / name, std::as_bytes(std::span<const char>(text.data(), text.size()))));
    return folder_ / name;
  }
  fs::path write_npy(const std::string& descr, const std::string& shape, const std::string& data,
                     bool fortran = false) {
    const std::string dictionary =
        "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" + shape + ")}";
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(dictionary.size());
    file += '\0';
    return write("in.npy", file + dictionary + data);
  }

  fs::path folder_;
  compiler::Tensor tensor_;
};

Bytes bytes_of(const std::string& text) {
  const auto bytes = std::as_bytes(std::span<const char>(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

TEST_F(TensorFile, ReadsRawFrames) {
  EXPECT_EQ(read_tensor_file(write("a.bin", "abcdef"), tensor_, 1), bytes_of("abcdef"));
  EXPECT_EQ(read_tensor_file(write("b.bin", "abcdefghijkl"), tensor_, 2), bytes_of("abcdefghijkl"));
}

TEST_F(TensorFile, ReadsNpyWhateverItsDimensionsOfOne) {
  for (const char* shape : {"1, 2, 3, 1", "2, 3", "2, 3, 1"}) {
    EXPECT_EQ(read_tensor_file(write_npy("|i1", shape, "abcdef"), tensor_, 1), bytes_of("abcdef")) << shape;
  }
  EXPECT_EQ(read_tensor_file(write_npy("<i1", "2, 2, 3, 1", "abcdefghijkl"), tensor_, 2), bytes_of("abcdefghijkl"));
}

TEST_F(TensorFile, RefusesWhatDoesNotFit) {
  const auto refused = [&](const fs::path& path, const std::string& clause) {
    const auto result = read_tensor_file(path, tensor_, 1);
    ASSERT_FALSE(result) << clause;
    EXPECT_EQ(result.error().code, ExitCode::kUsage);
    EXPECT_NE(result.error().message.find(clause), std::string::npos) << result.error().message;
    EXPECT_NE(result.error().message.find(path.string()), std::string::npos) << result.error().message;
  };
  refused(folder_ / "none.bin", "check that the file exists");
  refused(write("short.bin", "abcde"), "has 5 bytes of data");
  refused(write("long.bin", "abcdefg"), "has 7 bytes of data");
  refused(write("not.npy", "abcdef"), "does not begin like a .npy file");
  refused(write_npy("<f4", "2, 3", std::string(24, 'x')), "needs 'i1'");
  refused(write_npy("|i1", "3, 2", "abcdef"), "shape [3, 2]");
  refused(write_npy("|i1", "2, 3", "abcde"), "has 5 bytes of data");
  refused(write_npy("|i1", "2, 3", "abcdef", true), "Fortran order");
  tensor_.type = compiler::TensorType::kInt16;
  refused(write_npy(">i2", "2, 3", "abcdefghijkl"), "not little-endian");
  refused(folder_, "");
}

TEST_F(TensorFile, RandomValuesFollowTheirSeedAlone) {
  tensor_.shape = {4096};
  const auto values = random_tensor(tensor_, 2, 7);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->size(), 8192U);
  EXPECT_EQ(values, random_tensor(tensor_, 2, 7));
  EXPECT_NE(values, random_tensor(tensor_, 2, 8));
  EXPECT_EQ(std::set<std::byte>(values->begin(), values->end()).size(), 256U) << "not all values of a byte occur";
}

TEST_F(TensorFile, RandomIndicesAreNotDrawn) {
  tensor_.type = compiler::TensorType::kInt32;
  EXPECT_FALSE(random_tensor(tensor_, 1, 1));
}

}  // namespace
}  // namespace auklet::app
