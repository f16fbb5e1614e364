// Reads the .vec files of tests/data/ops; scripts/golden_to_vectors.py describes the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <auklet/kernels/tensor.hpp>

namespace auklet::kernels::test {

struct Array {
  std::string type;  ///< int8, uint8, int32 or float32.
  Shape shape;
  std::vector<std::uint8_t> bytes;

  /// The contents as T. Throws std::runtime_error when the type is another.
  template <class T>
  [[nodiscard]] std::vector<T> as() const;
};

/// One operator with its parameters, and inputs and outputs of several cases.
class Vectors {
 public:
  /// Throws std::runtime_error, naming the file, when it is not a whole .vec file.
  explicit Vectors(const std::filesystem::path& path);

  [[nodiscard]] const std::string& op() const { return op_; }
  /// Throws std::out_of_range when there is no such option.
  [[nodiscard]] const std::string& option(const std::string& key) const { return options_.at(key); }
  [[nodiscard]] std::int32_t int_option(const std::string& key) const { return std::stoi(option(key)); }
  /// Whether an operand ("input2") exists.
  [[nodiscard]] bool has(const std::string& role) const { return tensors_.contains(role); }
  [[nodiscard]] const std::string& type(const std::string& role) const { return tensors_.at(role).type; }
  [[nodiscard]] const Shape& shape(const std::string& role) const { return tensors_.at(role).shape; }
  [[nodiscard]] std::vector<float> scales(const std::string& role) const;
  /// 0 where the operand states none.
  [[nodiscard]] std::int32_t zero_point(const std::string& role) const;
  [[nodiscard]] int cases() const { return cases_; }
  /// Contents of an operand in a case: the case's own, or the model's constant.
  template <class T>
  [[nodiscard]] std::vector<T> data(int number, const std::string& role) const;

 private:
  std::string op_;
  std::map<std::string, std::string> options_;
  std::map<std::string, Array> tensors_;  // Without contents.
  std::map<std::string, Array> arrays_;
  int cases_ = 0;
};

/// All .vec files of `directory`, sorted.
[[nodiscard]] std::vector<std::filesystem::path> list_vectors(const std::filesystem::path& directory);

}  // namespace auklet::kernels::test
