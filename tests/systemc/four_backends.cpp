#include "four_backends.hpp"

#include <auklet/sim/functional_model.hpp>
#include <string_view>

#include "tlm_system.hpp"

#if AUKLET_HAS_RTL
#include <auklet/sim/verilated_npu.hpp>
#endif

namespace auklet::test {

bool with_backend(const char* name, const std::function<void(sim::Target&)>& use) {
  if (std::string_view(name) == "model") {
    sim::FunctionalModel model;
    use(model);
    return true;
  }
  if (std::string_view(name) == "rtl") {
#if AUKLET_HAS_RTL
    use(*sim::make_verilated_npu({}));
    return true;
#else
    return false;
#endif
  }
  const bool loose = std::string_view(name) == "loosely_timed";
  const sim::TlmAccuracy accuracy = loose ? sim::TlmAccuracy::kLooselyTimed : sim::TlmAccuracy::kCycleAccurate;
  if (!TlmSystem::is_available(accuracy)) return false;
  TlmSystem& system = TlmSystem::get(accuracy);
  system.memory.offer_dmi(true);
  system.memory.waits = sc_core::SC_ZERO_TIME;
  system.run([&] { use(system); });
  return true;
}

}  // namespace auklet::test
