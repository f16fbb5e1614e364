#include <stdexcept>

#include "npu_backends.hpp"

namespace auklet::sim {

bool has_verilated() { return false; }

std::unique_ptr<Target> make_verilated(const std::string& /*configuration*/) {
  throw std::invalid_argument("this build has no verilated RTL, so the NPU is loosely timed only");
}

}  // namespace auklet::sim
