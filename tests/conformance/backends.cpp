#include "backends.hpp"

#include <auklet/sim/functional_model.hpp>
#include <memory>

#if AUKLET_HAS_RTL
#include <auklet/sim/verilated_npu.hpp>
#endif

#include <gtest/gtest.h>

namespace auklet::conformance {
namespace {

void with_model(const spec::HardwareConfig& config, const std::function<void(Subject&)>& use) {
  sim::FunctionalModel model({.config = config});
  Subject subject(model);
  use(subject);
}

#if AUKLET_HAS_RTL
void stall(sim::VerilatedNpu& npu, Stall what) {
  npu.release_hang();
  const sim::AxiChannel channel = what == Stall::kReads ? sim::AxiChannel::kR : sim::AxiChannel::kB;
  npu.inject(what == Stall::kNone ? sim::FaultPlan{} : sim::FaultPlan{.hang = sim::ChannelHang{.channel = channel}});
}

void with_rtl(const sim::VerilatedConfiguration& configuration, double refusal,
              const std::function<void(Subject&)>& use) {
  sim::VerilatedOptions options;
  options.configuration = configuration.name;
  options.back_pressure = sim::BackPressure::uniform(refusal, 1);
  options.axi_data_bits = configuration.axi_data_bits;
  const auto npu = sim::make_verilated_npu(options);
  Subject subject(*npu);
  subject.allow_stalls([&npu](Stall what) { stall(*npu, what); });
  use(subject);
  EXPECT_EQ(npu->protocol_violations(), 0U) << testing::PrintToString(npu->protocol_report());
}
#endif

}  // namespace

std::vector<Backend> backends() {
  std::vector<Backend> all;
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    all.push_back({std::string("model_") + config.name, [&config](const auto& use) { with_model(config, use); }});
  }
#if AUKLET_HAS_RTL
  for (const sim::VerilatedConfiguration& configuration : sim::verilated_configurations()) {
    const std::string name =
        "rtl_" + std::string(configuration.name) + "_axi" + std::to_string(configuration.axi_data_bits);
    all.push_back({name, [&configuration](const auto& use) { with_rtl(configuration, 0.0, use); }});
  }
  // What the checks expect must not depend on how soon memory answers.
  const sim::VerilatedConfiguration& first = sim::verilated_configurations().front();
  all.push_back({"rtl_reluctant_memory", [&first](const auto& use) { with_rtl(first, 0.5, use); }});
#endif
  return all;
}

}  // namespace auklet::conformance
