#include <auklet/sim/verilated_npu.hpp>

#include "npu_backends.hpp"

namespace auklet::sim {

bool has_verilated() { return true; }

std::unique_ptr<Target> make_verilated(const std::string& configuration) {
  VerilatedOptions options;
  options.configuration = configuration;
  return make_verilated_npu(options);
}

}  // namespace auklet::sim
