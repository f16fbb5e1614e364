#include <auklet/sim/verilated_npu.hpp>

#include "npu_choice.hpp"

namespace auklet::sim::soc {
namespace {

class RtlNpu : public OwnedNpu {
 public:
  explicit RtlNpu(std::unique_ptr<VerilatedNpu> npu) : npu_(std::move(npu)) {}

  Npu npu() override {
    return {.target = *npu_,
            .rtl = true,
            .hang =
                [this](std::uint32_t after) {
                  npu_->inject({.hang = ChannelHang{.channel = AxiChannel::kAr, .after_handshakes = after}});
                },
            .release = [this] { npu_->release_hang(); }};
  }
  [[nodiscard]] std::vector<std::string> protocol_violations() const override { return npu_->protocol_report(); }

 private:
  std::unique_ptr<VerilatedNpu> npu_;
};

}  // namespace

std::unique_ptr<OwnedNpu> make_rtl_npu(const std::string& configuration) {
  VerilatedOptions options;
  options.configuration = configuration;
  return std::make_unique<RtlNpu>(make_verilated_npu(options));
}

}  // namespace auklet::sim::soc
