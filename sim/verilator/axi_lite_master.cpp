#include <auklet/sim/axi_lite_master.hpp>

namespace auklet::sim {

void AxiLiteMaster::start_read(std::uint32_t address) {
  address_ = address;
  start(State::kRead);
}

void AxiLiteMaster::start_write(std::uint32_t address, std::uint32_t data, std::uint8_t strobe) {
  address_ = address;
  write_data_ = data;
  write_strobe_ = strobe;
  start(State::kWrite);
}

void AxiLiteMaster::start(State state) {
  state_ = state;
  finished_ = false;
  address_done_ = false;
  data_done_ = state == State::kRead;
  waited_ = 0;
  waited_response_ = 0;
  drive();
}

void AxiLiteMaster::reset() {
  state_ = State::kIdle;
  pins_ = {};
}

void AxiLiteMaster::drive() {
  const bool requested = address_done_ && data_done_;
  const bool address_valid = !address_done_ && waited_ >= timing_.address_delay;
  const bool ready = requested && waited_response_ >= timing_.response_delay;
  pins_ = {};
  if (state_ == State::kRead) {
    pins_.ar_valid = address_valid;
    pins_.ar_address = address_;
    pins_.r_ready = ready;
  } else {
    pins_.aw_valid = address_valid;
    pins_.aw_address = address_;
    pins_.w_valid = !data_done_ && waited_ >= timing_.data_delay;
    pins_.w_data = write_data_;
    pins_.w_strobe = write_strobe_;
    pins_.b_ready = ready;
  }
}

void AxiLiteMaster::finish(AxiResponse response, std::uint32_t data) {
  response_ = response;
  data_ = response == AxiResponse::kOkay ? data : 0;
  reset();
  finished_ = true;
}

void AxiLiteMaster::advance(const AxiLiteSlavePins& slave) {
  if (state_ == State::kIdle) return;
  if (slave.r_valid && pins_.r_ready) {
    finish(slave.r_response, slave.r_data);
    return;
  }
  if (slave.b_valid && pins_.b_ready) {
    finish(slave.b_response, 0);
    return;
  }
  if (address_done_ && data_done_) ++waited_response_;
  address_done_ = address_done_ || (pins_.ar_valid && slave.ar_ready) || (pins_.aw_valid && slave.aw_ready);
  data_done_ = data_done_ || (pins_.w_valid && slave.w_ready);
  ++waited_;
  drive();
}

}  // namespace auklet::sim
