// Compares a compiled model with its source on a simulated device, counts what ran where, and keeps what differs.
#pragma once

#include <array>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace auklet::compiler::test {

/// How many operators of each kind ran on the NPU and on the CPU, and why there.
class Places {
 public:
  void count(const CompileReport& report);
  void merge(const Places& other);
  [[nodiscard]] std::size_t on_npu() const;
  [[nodiscard]] std::size_t on_cpu() const;
  /// A line an operator; under it a line a reason, without what names a tensor.
  void print(std::ostream& out) const;

  struct Count {
    std::size_t npu = 0;
    std::size_t cpu = 0;
    std::map<std::string, std::size_t> reasons{};  ///< Why on the CPU: how often.
  };
  [[nodiscard]] const std::map<std::string, Count>& by_operator() const { return counts_; }

 private:
  std::map<std::string, Count> counts_;
};

/// A refusal's reason without the number and name of the tensor in it, so that equal reasons are equal texts.
[[nodiscard]] std::string without_names(const std::string& reason);

/// A model, how to compile it, and what to feed it.
struct CompiledCase {
  std::string name;  ///< Folder of its files, should it fail.
  Model model;
  std::vector<Bytes> inputs;
  CompileOptions options;
};

/// Runs the source on the CPU and its compiled form on `target`, which is the device that `auklet run --backend
/// BACKEND` builds, and compares the outputs byte for byte. Returns nothing when they are equal. Else what went wrong;
/// the source, its compiled form and the inputs are then in `failure_folder() / c.name`, and the text ends with the
/// command that runs them again.
[[nodiscard]] std::string check_compiled(const CompiledCase& c, sim::Target& target, const std::string& backend,
                                         Places& places);

/// build/failures in the source tree, or $AUKLET_FAILURES.
[[nodiscard]] std::string failure_folder();

/// The bytes of an int8 .npy file (NumPy's format, version 1.0).
[[nodiscard]] std::vector<std::byte> npy_of(const std::vector<std::int32_t>& shape, const Bytes& value);

}  // namespace auklet::compiler::test
