// The AXI traffic of a simulated NPU, burst by burst, as its pins show it.
#pragma once

#include <algorithm>
#include <array>
#include <auklet/sim/axi_watcher.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace auklet::test {

class AxiRecorder final : public sim::AxiWatcher {
 public:
  struct Burst {
    sim::AxiAddress address;
    std::uint64_t asked = 0;  ///< First cycle with its address VALID.
    bool accepted = false;    ///< The address handshake took place.
    std::uint32_t beats = 0;  ///< Data beats so far.
    bool responded = false;   ///< Of a write: B came.
    [[nodiscard]] bool full() const { return beats == std::uint32_t{address.len} + 1; }
  };
  /// A handshake on R, W or B.
  struct Beat {
    std::uint64_t cycle;
    std::size_t burst;  ///< In reads or writes.
    sim::AxiResponse response = sim::AxiResponse::kOkay;
  };

  std::vector<Burst> reads, writes;  ///< In the order in which they were asked for.
  std::vector<Beat> read_beats, write_beats, responses;
  std::array<std::uint64_t, sim::kAxiChannels> handshakes{};
  std::uint64_t last_beat = 0;            ///< Cycle of the last handshake on R, W or B.
  std::vector<std::uint64_t> interrupts;  ///< Cycles in which the interrupt output rose.

  /// Forgets all traffic. Nothing may be in flight.
  void clear() {
    reads.clear();
    writes.clear();
    read_beats.clear();
    responses.clear();
    write_beats.clear();
    handshakes = {};
    last_beat = 0;
    interrupts.clear();
    asking_ = {};
  }

  [[nodiscard]] std::uint64_t handshakes_of(sim::AxiChannel channel) const {
    return handshakes[static_cast<std::size_t>(channel)];
  }
  /// Bursts asked for after `cycle`, of either direction.
  [[nodiscard]] std::size_t asked_after(std::uint64_t cycle) const {
    const auto late = [cycle](const Burst& burst) { return burst.asked > cycle; };
    return static_cast<std::size_t>(std::ranges::count_if(reads, late) + std::ranges::count_if(writes, late));
  }
  /// R, W and B handshakes that the bursts asked for so far still owe.
  [[nodiscard]] std::uint64_t owed() const {
    std::uint64_t sum = 0;
    for (const std::vector<Burst>* bursts : {&reads, &writes}) {
      for (const Burst& burst : *bursts) sum += std::uint64_t{burst.address.len} + 1 - burst.beats;
    }
    return sum + writes.size() - responses.size();
  }
  /// R, W and B handshakes after `cycle`.
  [[nodiscard]] std::uint64_t beats_after(std::uint64_t cycle) const {
    std::uint64_t sum = 0;
    for (const std::vector<Beat>* beats : {&read_beats, &write_beats, &responses}) {
      sum +=
          static_cast<std::uint64_t>(std::ranges::count_if(*beats, [cycle](const Beat& b) { return b.cycle > cycle; }));
    }
    return sum;
  }

  void on_cycle(const sim::AxiMasterPins& master, const sim::AxiSlavePins& slave, bool irq,
                std::uint64_t cycle) override {
    if (irq && !irq_) interrupts.push_back(cycle);
    irq_ = irq;
    address(sim::AxiChannel::kAr, master.ar_valid, slave.ar_ready, master.ar, reads, cycle);
    address(sim::AxiChannel::kAw, master.aw_valid, slave.aw_ready, master.aw, writes, cycle);
    if (master.w_valid && slave.w_ready) on_write_beat(cycle);
    if (slave.r_valid && master.r_ready) on_read_beat(slave.r, cycle);
    if (slave.b_valid && master.b_ready) on_response(slave.b, cycle);
  }

 private:
  void count(sim::AxiChannel channel) { ++handshakes[static_cast<std::size_t>(channel)]; }

  void address(sim::AxiChannel channel, bool valid, bool ready, const sim::AxiAddress& payload,
               std::vector<Burst>& bursts, std::uint64_t cycle) {
    bool& asking = asking_[channel == sim::AxiChannel::kAr ? 0 : 1];
    if (!valid) {
      asking = false;
      return;
    }
    if (!asking) bursts.push_back({.address = payload, .asked = cycle});
    asking = !ready;
    if (!ready) return;
    bursts.back().accepted = true;
    count(channel);
  }
  void on_write_beat(std::uint64_t cycle) {
    count(sim::AxiChannel::kW);
    last_beat = cycle;
    const auto burst = std::ranges::find_if(writes, [](const Burst& write) { return !write.full(); });
    if (burst == writes.end()) return;  // The protocol checker reports it.
    ++burst->beats;
    write_beats.push_back({cycle, static_cast<std::size_t>(burst - writes.begin())});
  }
  void on_read_beat(const sim::AxiReadData& beat, std::uint64_t cycle) {
    count(sim::AxiChannel::kR);
    last_beat = cycle;
    const auto burst =
        std::ranges::find_if(reads, [&](const Burst& read) { return read.address.id == beat.id && !read.full(); });
    if (burst == reads.end()) return;
    ++burst->beats;
    read_beats.push_back({cycle, static_cast<std::size_t>(burst - reads.begin()), beat.response});
  }
  void on_response(const sim::AxiWriteResponse& response, std::uint64_t cycle) {
    count(sim::AxiChannel::kB);
    last_beat = cycle;
    const auto burst = std::ranges::find_if(writes, [](const Burst& write) { return !write.responded; });
    if (burst == writes.end()) return;
    burst->responded = true;
    responses.push_back({cycle, static_cast<std::size_t>(burst - writes.begin()), response.response});
  }

  std::array<bool, 2> asking_{};  ///< An address waits for READY: AR, AW.
  bool irq_ = false;
};

}  // namespace auklet::test
