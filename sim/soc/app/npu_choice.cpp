#include "npu_choice.hpp"

#include <algorithm>
#include <auklet/sim/functional_model.hpp>
#include <stdexcept>

namespace auklet::sim::soc {
namespace {

class ModelNpu : public OwnedNpu {
 public:
  explicit ModelNpu(const spec::HardwareConfig& configuration) : model_({.config = configuration}) {}

  Npu npu() override { return {.target = model_}; }

 private:
  FunctionalModel model_;
};

}  // namespace

std::unique_ptr<OwnedNpu> make_npu(const NpuChoice& choice) {
  if (choice.kind == "rtl") return make_rtl_npu(choice.configuration);
  const auto* found = std::ranges::find(spec::kConfigurations, choice.configuration, &spec::HardwareConfig::name);
  if (found == spec::kConfigurations.end()) {
    throw std::invalid_argument("no hardware configuration is called '" + choice.configuration +
                                "'; choose npu64, npu256 or npu1024");
  }
  return std::make_unique<ModelNpu>(*found);
}

}  // namespace auklet::sim::soc
