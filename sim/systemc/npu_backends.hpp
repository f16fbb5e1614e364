// What simulates the NPU. In two versions, so that nothing else of the component knows which one was built:
// npu_verilated.cpp and, for builds without Verilator, npu_verilated_absent.cpp.
#pragma once

#include <auklet/sim/target.hpp>
#include <memory>
#include <string>

namespace auklet::sim {

[[nodiscard]] bool has_verilated();
/// Throws std::invalid_argument when this build holds no verilated model of that configuration.
[[nodiscard]] std::unique_ptr<Target> make_verilated(const std::string& configuration);

}  // namespace auklet::sim
