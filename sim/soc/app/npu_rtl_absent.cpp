#include <stdexcept>

#include "npu_choice.hpp"

namespace auklet::sim::soc {

std::unique_ptr<OwnedNpu> make_rtl_npu(const std::string& /*configuration*/) {
  throw std::invalid_argument(
      "this build has no RTL simulation; use --npu model, or configure with AUKLET_VERILATOR=ON");
}

}  // namespace auklet::sim::soc
