#include <algorithm>
#include <auklet/app/backend.hpp>
#include <auklet/sim/functional_model.hpp>

#include <utility>

#include "backend_rtl.hpp"

namespace auklet::app {
namespace {

class PlainNpu : public SimulatedNpu {
 public:
  explicit PlainNpu(std::unique_ptr<sim::Target> target) : target_(std::move(target)) {}

  sim::Target& target() override { return *target_; }

 private:
  std::unique_ptr<sim::Target> target_;
};

class CheckedNpu : public SimulatedNpu {
 public:
  CheckedNpu(std::unique_ptr<SimulatedNpu> device, const spec::HardwareConfig& configuration)
      : device_(std::move(device)), model_({.config = configuration}), lockstep_(device_->target(), model_) {}

  sim::Target& target() override { return lockstep_; }
  [[nodiscard]] std::vector<std::string> protocol_violations() const override { return device_->protocol_violations(); }
  [[nodiscard]] std::optional<sim::Divergence> divergence() const override { return lockstep_.divergence(); }

 private:
  std::unique_ptr<SimulatedNpu> device_;
  sim::FunctionalModel model_;
  sim::Lockstep lockstep_;
};

}  // namespace

std::unique_ptr<SimulatedNpu> simulated_npu(std::unique_ptr<sim::Target> target) {
  return std::make_unique<PlainNpu>(std::move(target));
}

std::unique_ptr<SimulatedNpu> check_against_model(std::unique_ptr<SimulatedNpu> device,
                                                  const spec::HardwareConfig& configuration) {
  return std::make_unique<CheckedNpu>(std::move(device), configuration);
}

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
  return simulated_npu(std::make_unique<sim::FunctionalModel>(sim::FunctionalModelOptions{.config = configuration}));
}

}  // namespace auklet::app
