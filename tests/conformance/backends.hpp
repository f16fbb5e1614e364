// Everything simulated that the suite runs on, in this build.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "subject.hpp"

namespace auklet::conformance {

struct Backend {
  std::string name;  ///< As "model_npu256".
  /// Makes a fresh device and calls `use` with it.
  std::function<void(const std::function<void(Subject&)>& use)> with;
};

/// The functional model and the verilated RTL, in every configuration that there is.
[[nodiscard]] std::vector<Backend> backends();

}  // namespace auklet::conformance
