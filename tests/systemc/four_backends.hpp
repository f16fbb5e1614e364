// The four ways to simulate the NPU, by name, each as a sim::Target out of reset.
#pragma once

#include <array>
#include <auklet/sim/target.hpp>
#include <functional>

namespace auklet::test {

inline constexpr std::array kFourBackends{"model", "rtl", "loosely_timed", "cycle_accurate"};

/// Calls `use` with a fresh npu256 behind back-end `name`. False when this build does not have it.
bool with_backend(const char* name, const std::function<void(sim::Target&)>& use);

}  // namespace auklet::test
