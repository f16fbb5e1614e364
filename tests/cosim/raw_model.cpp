#include "raw_model.hpp"

#include <auklet/sim/functional_model.hpp>

namespace auklet::test {

std::unique_ptr<sim::Target> make_model(const spec::HardwareConfig& config, std::uint64_t seed, bool sram_ecc) {
  return std::make_unique<sim::FunctionalModel>(
      sim::FunctionalModelOptions{.config = config, .seed = seed, .sram_ecc = sram_ecc});
}

}  // namespace auklet::test
