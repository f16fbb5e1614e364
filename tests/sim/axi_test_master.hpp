// A small AXI master for tests of the memory: issues what it is told as fast as the memory lets it, records when each
// handshake happened, and watches the port with the protocol checker.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include <auklet/sim/axi_checker.hpp>
#include <auklet/sim/axi_memory.hpp>

namespace auklet::sim::test {

struct ReadEvent {
  std::uint64_t cycle;
  AxiReadData beat;
};

struct ResponseEvent {
  std::uint64_t cycle;
  AxiWriteResponse response;
};

/// An INCR burst of full beats.
inline AxiAddress burst(std::uint64_t address, std::uint32_t beats, std::uint8_t id = 0, std::uint8_t size = 4) {
  AxiAddress result;
  result.address = address;
  result.id = id;
  result.len = static_cast<std::uint8_t>(beats - 1);
  result.size = size;
  return result;
}

class TestMaster {
 public:
  explicit TestMaster(AxiMemory& memory, const AxiCheckerOptions& checker = {}) : memory_(memory), checker_(checker) {
    memory_.advance(pins_, cycle_++);  // leaves the pins of reset
  }

  void read(const AxiAddress& address) { reads_.push_back(address); }
  void write(const AxiAddress& address, std::vector<AxiWriteData> beats) {
    writes_.push_back(address);
    beats.back().last = true;
    data_.insert(data_.end(), beats.begin(), beats.end());
  }
  void set_ready(bool read, bool response) {
    pins_.r_ready = read;
    pins_.b_ready = response;
  }

  void run(std::uint64_t cycles) {
    for (std::uint64_t i = 0; i < cycles; ++i) tick();
  }

  /// The cycle that the next tick() is.
  [[nodiscard]] std::uint64_t cycle() const { return cycle_; }

  std::vector<std::uint64_t> ar_cycles;
  std::vector<std::uint64_t> aw_cycles;
  std::vector<std::uint64_t> w_cycles;
  std::vector<ReadEvent> read_events;
  std::vector<ResponseEvent> response_events;

  [[nodiscard]] const AxiChecker& checker() const { return checker_; }

 private:
  void tick() {
    pins_.ar_valid = !reads_.empty();
    pins_.aw_valid = !writes_.empty();
    pins_.w_valid = !data_.empty();
    if (pins_.ar_valid) pins_.ar = reads_.front();
    if (pins_.aw_valid) pins_.aw = writes_.front();
    if (pins_.w_valid) pins_.w = data_.front();

    const AxiSlavePins slave = memory_.pins();
    checker_.observe(pins_, slave, cycle_);
    if (pins_.ar_valid && slave.ar_ready) take(reads_, ar_cycles);
    if (pins_.aw_valid && slave.aw_ready) take(writes_, aw_cycles);
    if (pins_.w_valid && slave.w_ready) take(data_, w_cycles);
    if (slave.r_valid && pins_.r_ready) read_events.push_back({cycle_, slave.r});
    if (slave.b_valid && pins_.b_ready) response_events.push_back({cycle_, slave.b});
    memory_.advance(pins_, cycle_++);
  }

  template <class Item>
  void take(std::deque<Item>& queue, std::vector<std::uint64_t>& cycles) {
    queue.pop_front();
    cycles.push_back(cycle_);
  }

  AxiMemory& memory_;
  AxiChecker checker_;
  AxiMasterPins pins_{.r_ready = true, .b_ready = true};
  std::deque<AxiAddress> reads_;
  std::deque<AxiAddress> writes_;
  std::deque<AxiWriteData> data_;
  std::uint64_t cycle_ = 1;
};

}  // namespace auklet::sim::test
