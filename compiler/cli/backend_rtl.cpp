#include "backend_rtl.hpp"

#include <auklet/sim/verilated_npu.hpp>
#include <exception>

namespace auklet::app {
namespace {

class RtlNpu : public SimulatedNpu {
 public:
  explicit RtlNpu(std::unique_ptr<sim::VerilatedNpu> npu) : npu_(std::move(npu)) {}

  sim::Target& target() override { return *npu_; }
  [[nodiscard]] std::vector<std::string> protocol_violations() const override { return npu_->protocol_report(); }

 private:
  std::unique_ptr<sim::VerilatedNpu> npu_;
};

}  // namespace

bool rtl_available() { return true; }

Result<std::unique_ptr<SimulatedNpu>> make_rtl(const spec::HardwareConfig& configuration,
                                               const std::optional<WaveRequest>& wave) {
  if (wave && !sim::VerilatedNpu::trace_available()) {
    return fail(ExitCode::kNoBackend, "this build cannot record waveforms; configure again with AUKLET_TRACE=ON");
  }
  sim::VerilatedOptions options;
  options.configuration = configuration.name;
  if (wave) options.trace = sim::TraceWindow{wave->path, wave->from, wave->to};
  try {
    return std::make_unique<RtlNpu>(sim::make_verilated_npu(options));
  } catch (const std::exception& error) {
    return fail(ExitCode::kNoBackend, error.what());
  }
}

}  // namespace auklet::app
