#include <algorithm>
#include <auklet/app/backend.hpp>
#include <auklet/sim/functional_model.hpp>

#include "backend_rtl.hpp"

namespace auklet::app {
namespace {

class ModelNpu : public SimulatedNpu {
 public:
  explicit ModelNpu(const spec::HardwareConfig& configuration) : model_({.config = configuration}) {}

  sim::Target& target() override { return model_; }

 private:
  sim::FunctionalModel model_;
};

}  // namespace

const BackendName& describe(Backend backend) { return *std::ranges::find(kBackends, backend, &BackendName::backend); }

bool is_available(Backend backend) { return backend != Backend::kRtl || rtl_available(); }

const spec::HardwareConfig* find_configuration(std::string_view name) {
  for (const spec::HardwareConfig& configuration : spec::kConfigurations) {
    if (configuration.name == name) return &configuration;
  }
  return nullptr;
}

const spec::HardwareConfig* find_configuration(std::uint32_t macs) {
  for (const spec::HardwareConfig& configuration : spec::kConfigurations) {
    if (configuration.macs == macs) return &configuration;
  }
  return nullptr;
}

Result<std::unique_ptr<SimulatedNpu>> make_simulated_npu(Backend backend, const spec::HardwareConfig& configuration,
                                                         const std::optional<WaveRequest>& wave) {
  if (backend == Backend::kRtl) return make_rtl(configuration, wave);
  if (wave) return fail(ExitCode::kUsage, "only the RTL has waveforms; use --wave with --backend rtl");
  if (backend == Backend::kCpu) return fail(ExitCode::kUsage, "backend cpu has no NPU; use rtl or model");
  return std::make_unique<ModelNpu>(configuration);
}

}  // namespace auklet::app
