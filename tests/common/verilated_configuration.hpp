// How a test that runs on several configurations of the verilated RTL names them.
#pragma once

#include <auklet/sim/verilated_npu.hpp>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace auklet::sim {

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest finds it by this name.
inline void PrintTo(const VerilatedConfiguration& configuration, std::ostream* out) {
  *out << configuration.name << " with a " << configuration.axi_data_bits << "-bit AXI";
}

}  // namespace auklet::sim

namespace auklet::test {

/// As `npu256_axi128`.
inline std::string name_of(const sim::VerilatedConfiguration& configuration) {
  return std::string(configuration.name) + "_axi" + std::to_string(configuration.axi_data_bits);
}

/// The last argument of INSTANTIATE_TEST_SUITE_P for tests whose parameter is a configuration.
inline std::string name_of_instance(const testing::TestParamInfo<sim::VerilatedConfiguration>& instance) {
  return name_of(instance.param);
}

}  // namespace auklet::test
