// What can execute a model, and how to build the simulated ones.
#pragma once

#include <array>
#include <auklet/app/failure.hpp>
#include <auklet/sim/lockstep.hpp>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace auklet::app {

enum class Backend : std::uint8_t {
  kRtl,    ///< The verilated RTL; cycles are exact.
  kModel,  ///< The functional model; results are exact, cycles are estimates.
  kCpu,    ///< The CPU's kernels alone, without an NPU.
};

/// A backend as the command line calls it.
struct BackendName {
  Backend backend;
  const char* name;
  const char* description;
};

inline constexpr std::array<BackendName, 3> kBackends{{
    {Backend::kRtl, "rtl", "RTL simulation"},
    {Backend::kModel, "model", "functional model, cycles estimated"},
    {Backend::kCpu, "cpu", "CPU kernels"},
}};

[[nodiscard]] const BackendName& describe(Backend backend);

/// Whether this build holds the backend at all.
[[nodiscard]] bool is_available(Backend backend);

/// The hardware configuration called `name` in the specification, or nullptr.
[[nodiscard]] const spec::HardwareConfig* find_configuration(std::string_view name);
/// The one with `macs` multipliers, or nullptr.
[[nodiscard]] const spec::HardwareConfig* find_configuration(std::uint32_t macs);

/// Cycles [from, to) to record as a waveform; of the RTL only.
struct WaveRequest {
  std::string path;
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;
};

/// A simulated NPU out of reset.
class SimulatedNpu {
 public:
  virtual ~SimulatedNpu() = default;
  [[nodiscard]] virtual sim::Target& target() = 0;
  /// Breaches of the AXI protocol so far, a sentence each: none, if the hardware is right.
  [[nodiscard]] virtual std::vector<std::string> protocol_violations() const { return {}; }
  /// Where it first differed from what it is checked against; nothing when it did not, or runs unchecked.
  [[nodiscard]] virtual std::optional<sim::Divergence> divergence() const { return std::nullopt; }
};

/// What records no waveform and breaks no protocol.
[[nodiscard]] std::unique_ptr<SimulatedNpu> simulated_npu(std::unique_ptr<sim::Target> target);
/// `device` in lock-step with the functional model.
[[nodiscard]] std::unique_ptr<SimulatedNpu> check_against_model(std::unique_ptr<SimulatedNpu> device,
                                                                const spec::HardwareConfig& configuration);

/// Builds a simulated NPU. Errors: kNoBackend when this build lacks the backend, the configuration or tracing; kUsage
/// for Backend::kCpu, which has no NPU, and for a waveform from anything but the RTL.
[[nodiscard]] Result<std::unique_ptr<SimulatedNpu>> make_simulated_npu(Backend backend,
                                                                       const spec::HardwareConfig& configuration,
                                                                       const std::optional<WaveRequest>& wave = {});

}  // namespace auklet::app
