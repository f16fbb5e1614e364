// The NPU that a run of firmware gets.
#pragma once

#include <auklet/sim/soc/machine.hpp>
#include <auklet/spec/spec.hpp>
#include <memory>
#include <string>
#include <vector>

namespace auklet::sim::soc {

struct NpuChoice {
  std::string kind = "rtl";  ///< `rtl` or `model`.
  std::string configuration = std::string(spec::kDefaultConfiguration.name);
};

class OwnedNpu {
 public:
  virtual ~OwnedNpu() = default;
  [[nodiscard]] virtual Npu npu() = 0;
  /// Breaches of the AXI protocol so far, a sentence each.
  [[nodiscard]] virtual std::vector<std::string> protocol_violations() const { return {}; }
};

/// Throws std::invalid_argument, with a sentence, when there is no such NPU in this build.
[[nodiscard]] std::unique_ptr<OwnedNpu> make_npu(const NpuChoice& choice);

/// `rtl`; where this build has none it throws std::invalid_argument.
[[nodiscard]] std::unique_ptr<OwnedNpu> make_rtl_npu(const std::string& configuration);

}  // namespace auklet::sim::soc
