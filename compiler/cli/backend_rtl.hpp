// The RTL backend, in two versions: backend_rtl.cpp and, for builds without Verilator, backend_rtl_absent.cpp. Apart
// from backend.cpp, so that nothing else of the program knows which one was built.
#pragma once

#include <auklet/app/backend.hpp>
#include <memory>
#include <optional>

namespace auklet::app {

[[nodiscard]] bool rtl_available();
[[nodiscard]] Result<std::unique_ptr<SimulatedNpu>> make_rtl(const spec::HardwareConfig& configuration,
                                                             const std::optional<WaveRequest>& wave);

}  // namespace auklet::app
