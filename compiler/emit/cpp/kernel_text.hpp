// Internal to the C++ emitter: functions that call kernels, and the constants that they take.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "translation.hpp"

namespace auklet::compiler::emit {

/// Constant arrays of the CPU's part, each tensor once.
class ConstantPool {
 public:
  /// The name of a constant tensor's array.
  [[nodiscard]] std::string tensor(const Graph& graph, std::int32_t index);
  /// The name of a new array.
  [[nodiscard]] std::string array(std::string_view type, std::size_t count, std::string_view elements,
                                  std::size_t bytes);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::map<std::pair<const Graph*, std::int32_t>, std::string> tensors_;
  std::string text_;
  std::size_t bytes_ = 0;
  std::size_t count_ = 0;
};

/// Writes the functions. Refers to the translation.
class KernelText {
 public:
  explicit KernelText(const Translation& translation) : translation_(translation) {}

  /// Appends the function of step `step`, one on the CPU; returns its name.
  std::string add_step(std::size_t step);
  /// Appends the function that gives all variables their values; returns its name, or `nullptr` when there are none.
  std::string add_reset();

  [[nodiscard]] const std::string& functions() const { return functions_; }
  [[nodiscard]] const ConstantPool& constants() const { return constants_; }
  /// Headers of the kernels that are called, as `softmax`.
  [[nodiscard]] const std::set<std::string>& headers() const { return headers_; }

 private:
  /// The calls as statements that leave the function at the first failure.
  [[nodiscard]] std::string statements(const CppCalls& calls);
  /// Statements that give a variable its value before the first run.
  [[nodiscard]] std::string initial_text(const CppCalls& calls);

  const Translation& translation_;
  ConstantPool constants_;
  std::set<std::string> headers_;
  std::string functions_;
};

}  // namespace auklet::compiler::emit
