#include "backend_rtl.hpp"

namespace auklet::app {

bool rtl_available() { return false; }

Result<std::unique_ptr<SimulatedNpu>> make_rtl(const spec::HardwareConfig& /*configuration*/,
                                               const std::optional<WaveRequest>& /*wave*/) {
  return fail(
      ExitCode::kNoBackend,
      "this build has no RTL simulation; install Verilator and configure again with AUKLET_VERILATOR=ON, or use "
      "--backend model or cpu");
}

}  // namespace auklet::app
