// The model of the RTL with the seeded bugs of mutants.yaml: npu64, in which +mutant=N switches one of them on.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/sim/verilated_npu.hpp>
#include <auklet/spec/spec.hpp>
#include <memory>
#include <string_view>

#include "verilated_registry.hpp"

namespace auklet::sim {

std::unique_ptr<Core> make_core_npu64_mutants(Bench& bench, std::uint32_t random_reset_seed);

}  // namespace auklet::sim

namespace auklet::test {

inline constexpr std::array kMutants{
#include "mutants.inc"
};

/// Its number in the list, from 1 on; 0 when it is not there.
inline int mutant_number(std::string_view mutant) {
  const auto found = std::ranges::find(kMutants, mutant);
  return found == kMutants.end() ? 0 : static_cast<int>(found - kMutants.begin()) + 1;
}

/// What the model is built for.
inline const spec::HardwareConfig* mutant_configuration() {
  return std::ranges::find(spec::kConfigurations, std::string_view("npu64"), &spec::HardwareConfig::name);
}

/// `options` but for the configuration, which is the model's.
inline std::unique_ptr<sim::VerilatedNpu> make_mutant_npu(const sim::VerilatedOptions& options) {
  const spec::HardwareConfig& config = *mutant_configuration();
  const sim::VerilatedConfiguration built{config.name, config.macs, config.sram_bytes / 1024, config.axi_data_bits,
                                          false};
  return sim::make_verilated_npu(built, sim::make_core_npu64_mutants, options);
}

}  // namespace auklet::test
