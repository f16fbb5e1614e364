// The one place that knows the RTL's port names: copies between a verilated model and the pin structs.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include <auklet/sim/axi_pins.hpp>

namespace auklet::sim {

static_assert(std::endian::native == std::endian::little, "byte lanes are copied as they lie in the model's words");

/// Binds the ports of a verilated `auklet_npu`, whatever its parameters.
template <class Model>
class VerilatedPins {
 public:
  explicit VerilatedPins(Model& model) : model_(model) {}

  void set_clock(bool level) { model_.clk_i = level; }
  void set_reset_n(bool level) { model_.rst_ni = level; }
  [[nodiscard]] bool irq() const { return model_.irq_o != 0; }
  [[nodiscard]] static constexpr std::size_t data_bytes() { return sizeof(model_.axi_rdata_i); }

  void drive(const AxiSlavePins& pins) {
    model_.axi_awready_i = pins.aw_ready;
    model_.axi_wready_i = pins.w_ready;
    model_.axi_arready_i = pins.ar_ready;
    model_.axi_bvalid_i = pins.b_valid;
    model_.axi_rvalid_i = pins.r_valid;
    if (pins.b_valid) {
      model_.axi_bid_i = pins.b.id;
      model_.axi_bresp_i = static_cast<std::uint8_t>(pins.b.response);
    }
    if (pins.r_valid) {
      model_.axi_rid_i = pins.r.id;
      model_.axi_rresp_i = static_cast<std::uint8_t>(pins.r.response);
      model_.axi_rlast_i = pins.r.last;
      std::memcpy(&model_.axi_rdata_i, pins.r.data.data(), data_bytes());
    }
  }

  /// Reads what the master drives; payloads only where valid.
  void sample(AxiMasterPins& pins) const {
    pins.ar_valid = model_.axi_arvalid_o != 0;
    pins.aw_valid = model_.axi_awvalid_o != 0;
    pins.w_valid = model_.axi_wvalid_o != 0;
    pins.r_ready = model_.axi_rready_o != 0;
    pins.b_ready = model_.axi_bready_o != 0;
    if (pins.ar_valid) {
      pins.ar = {.address = model_.axi_araddr_o,
                 .id = model_.axi_arid_o,
                 .len = model_.axi_arlen_o,
                 .size = model_.axi_arsize_o,
                 .burst = model_.axi_arburst_o,
                 .cache = model_.axi_arcache_o,
                 .prot = model_.axi_arprot_o};
    }
    if (pins.aw_valid) {
      pins.aw = {.address = model_.axi_awaddr_o,
                 .id = model_.axi_awid_o,
                 .len = model_.axi_awlen_o,
                 .size = model_.axi_awsize_o,
                 .burst = model_.axi_awburst_o,
                 .cache = model_.axi_awcache_o,
                 .prot = model_.axi_awprot_o};
    }
    if (pins.w_valid) {
      std::memcpy(pins.w.data.data(), &model_.axi_wdata_o, data_bytes());
      pins.w.strobe = model_.axi_wstrb_o;
      pins.w.last = model_.axi_wlast_o != 0;
    }
  }

  void drive(const AxiLiteMasterPins& pins) {
    model_.axil_arvalid_i = pins.ar_valid;
    model_.axil_araddr_i = static_cast<std::uint16_t>(pins.ar_address);
    model_.axil_arprot_i = 0;
    model_.axil_rready_i = pins.r_ready;
    model_.axil_awvalid_i = pins.aw_valid;
    model_.axil_awaddr_i = static_cast<std::uint16_t>(pins.aw_address);
    model_.axil_awprot_i = 0;
    model_.axil_wvalid_i = pins.w_valid;
    model_.axil_wdata_i = pins.w_data;
    model_.axil_wstrb_i = pins.w_strobe;
    model_.axil_bready_i = pins.b_ready;
  }

  void sample(AxiLiteSlavePins& pins) const {
    pins.ar_ready = model_.axil_arready_o != 0;
    pins.aw_ready = model_.axil_awready_o != 0;
    pins.w_ready = model_.axil_wready_o != 0;
    pins.r_valid = model_.axil_rvalid_o != 0;
    pins.b_valid = model_.axil_bvalid_o != 0;
    pins.r_data = model_.axil_rdata_o;
    pins.r_response = AxiResponse{model_.axil_rresp_o};
    pins.b_response = AxiResponse{model_.axil_bresp_o};
  }

 private:
  Model& model_;
};

}  // namespace auklet::sim
