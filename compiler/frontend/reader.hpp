// Internal to the frontend: from verified FlatBuffers tables to the model representation.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <auklet/compiler/ir.hpp>

#include "tflite_subset_generated.h"

namespace auklet::compiler::frontend {

/// Counts the memory that a conversion takes. Tables and vectors may be referred to any number of times, so that a
/// small file can describe a huge model; nothing is copied that this has not allowed.
class Budget {
 public:
  explicit Budget(std::size_t bytes) : left_(bytes) {}

  /// Whether `count` elements of `size` bytes may be taken; from the first refusal on, nothing may.
  [[nodiscard]] bool take(std::size_t count, std::size_t size) {
    if (exhausted_ || count > left_ / size) {
      exhausted_ = true;
      return false;
    }
    left_ -= count * size;
    return true;
  }
  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  std::size_t left_;
  bool exhausted_ = false;
};

/// A copy of a FlatBuffers string; empty when it is absent or the budget is exhausted.
[[nodiscard]] std::string copy(const flatbuffers::String* string, Budget& budget);

/// A copy of a FlatBuffers vector of numbers, which need not be aligned; empty when it is absent or the budget is
/// exhausted.
template <typename T>
[[nodiscard]] std::vector<T> copy(const flatbuffers::Vector<T>* vector, Budget& budget) {
  if (vector == nullptr || !budget.take(vector->size(), sizeof(T))) return {};
  std::vector<T> values(vector->size());
  if (!values.empty()) std::memcpy(values.data(), vector->Data(), values.size() * sizeof(T));
  return values;
}

/// The options of an operator.
[[nodiscard]] Options read_options(const schema::Operator& op, Budget& budget);

/// What is damaged in bytes that the verifier refused: the first table whose own verification fails.
[[nodiscard]] std::string diagnose(std::span<const std::byte> bytes);

}  // namespace auklet::compiler::frontend
