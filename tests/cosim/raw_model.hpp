// Makes the functional model in a file of its own: its header and the RTL's each have an AxiResponse.
#pragma once

#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <memory>

namespace auklet::test {

/// The functional model, with check bits in its SRAM when `sram_ecc`; `seed` chooses the order in which its engines
/// run.
std::unique_ptr<sim::Target> make_model(const spec::HardwareConfig& config, std::uint64_t seed, bool sram_ecc = false);

}  // namespace auklet::test
