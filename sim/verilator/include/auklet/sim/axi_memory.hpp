// A memory system behind an AXI4 port: mapped regions with latency and bandwidth, several bursts in flight,
// back-pressure and injected faults. Works on pin structs; one call a clock cycle.
//
// Timing. A read burst whose address is accepted in cycle c has its first beat valid in cycle c + latency; a write
// burst whose last beat is accepted in cycle c has its response valid in cycle c + latency (a latency of 0 acts as 1).
// Beats of a region follow each other no faster than its bandwidth, in each direction on its own, and no faster than
// one a cycle.
//
// Order. Reads: beats of one ID come in the order of its addresses; between IDs the oldest burst that has a beat due
// goes first, so a slow region does not hold up another ID. Writes: all responses in the order of their addresses. A
// write reaches memory when its response is raised, as late as AXI allows, so that a master that does not wait for it
// is found out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <auklet/sim/axi_faults.hpp>
#include <auklet/sim/axi_pins.hpp>
#include <auklet/sim/target.hpp>

namespace auklet::sim {

/// Traffic of one channel.
struct AxiChannelStats {
  std::uint64_t handshakes = 0;    ///< Cycles with VALID and READY.
  std::uint64_t stall_cycles = 0;  ///< Cycles with VALID and no READY.
};

/// Traffic since construction or reset_stats().
struct AxiStats {
  std::array<AxiChannelStats, kAxiChannels> channels{};  ///< Indexed by AxiChannel.
  std::uint64_t read_bytes = 0;       ///< Memory's bytes in R beats raised, unused lanes not counted.
  std::uint64_t write_bytes = 0;      ///< Strobed bytes of accepted W beats.
  std::uint64_t error_responses = 0;  ///< R beats and B responses raised that were not OKAY.

  [[nodiscard]] const AxiChannelStats& operator[](AxiChannel channel) const {
    return channels[static_cast<std::size_t>(channel)];
  }
  [[nodiscard]] AxiChannelStats& operator[](AxiChannel channel) { return channels[static_cast<std::size_t>(channel)]; }
};

/// Fixed properties of the port.
struct AxiMemoryOptions {
  std::uint32_t data_bytes = 16;      ///< Width of the data bus: 8 or 16.
  std::uint32_t max_outstanding = 8;  ///< Bursts in flight, each direction on its own.
  BackPressure back_pressure{};
};

/// See the head of this file. Not thread-safe.
class AxiMemory {
 public:
  /// Throws std::invalid_argument when a width, a limit or a probability is out of range.
  explicit AxiMemory(const AxiMemoryOptions& options);

  /// Backs [base, base + bytes.size()) with `bytes`, which must outlive the mapping. Addresses outside all regions
  /// answer DECERR. Throws std::invalid_argument when the region is empty, wraps, overlaps another or has no bandwidth.
  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing);
  /// Removes the region at `base`; what is in flight to it answers DECERR from here on. No effect when there is none.
  void unmap(std::uint64_t base);
  /// Lets `port` answer outside of all regions, with `timing`; null ends that, and what is in flight to it answers
  /// DECERR. The port is asked once a burst: for all bytes of a read when its first beat comes, for each run of strobed
  /// bytes of a write when its response comes. Throws std::invalid_argument when `timing` has no bandwidth.
  void connect(MemoryPort* port, MemoryTiming timing);

  /// Replaces the fault plan and restarts its counts. May change pins().
  void inject(const FaultPlan& plan);
  /// Ends a hang, now or still to come.
  void release_hang();
  /// Whether a channel hangs at the moment.
  [[nodiscard]] bool hanging() const { return hang_active_; }

  /// Drops everything in flight, as the port's reset does. Regions, fault plan and statistics stay.
  void reset();

  /// Takes the master's pins of `cycle`, against what pins() said for that cycle, and sets pins() for the next. Cycles
  /// must increase. Returns false when pins() did not change; free of cost while nothing is in flight.
  bool advance(const AxiMasterPins& master, std::uint64_t cycle) {
    if (!busy_ && !master.ar_valid && !master.aw_valid && !master.w_valid) return false;
    step(master, cycle);
    return true;
  }
  /// What the memory drives.
  [[nodiscard]] const AxiSlavePins& pins() const { return pins_; }

  [[nodiscard]] const AxiStats& stats() const { return stats_; }
  void reset_stats() { stats_ = {}; }

 private:
  /// Spaces the beats of one direction of a region. Time is counted in bytes that could have passed.
  class Meter {
   public:
    explicit Meter(std::uint32_t bytes_per_cycle) : rate_(bytes_per_cycle) {}
    [[nodiscard]] bool available(std::uint64_t cycle) const { return cycle * rate_ >= free_at_; }
    void take(std::uint64_t cycle, std::uint64_t bytes);

   private:
    std::uint64_t rate_;
    std::uint64_t free_at_ = 0;
  };

  struct Region {
    std::uint64_t base;
    std::span<std::byte> bytes;
    MemoryTiming timing;
    Meter read_meter;
    Meter write_meter;

    [[nodiscard]] bool contains(std::uint64_t address, std::uint64_t count) const;
  };

  struct ReadBurst {
    AxiAddress address;
    Region* region;                           ///< Null: DECERR.
    std::uint64_t due_cycle;                  ///< First beat not before.
    std::uint32_t beat;                       ///< Next one to present.
    AxiResponse answer = AxiResponse::kOkay;  ///< Of a port, from the first beat on.
    std::vector<std::byte> data{};            ///< What the port read.
  };

  static constexpr std::size_t kMaxBeats = 256;

  struct WriteBurst {
    AxiAddress address;
    Region* region = nullptr;     ///< Null: DECERR.
    std::uint64_t due_cycle = 0;  ///< Response not before; set with the last beat.
    std::uint32_t beat = 0;       ///< Next one to accept.
    std::array<AxiData, kMaxBeats> data{};
    std::array<std::uint16_t, kMaxBeats> strobes{};

    [[nodiscard]] bool complete() const { return beat > address.len; }
  };

  void step(const AxiMasterPins& master, std::uint64_t cycle);
  void account(const AxiMasterPins& master);
  void accept_read(const AxiAddress& address, std::uint64_t cycle);
  void accept_write(const AxiAddress& address);
  void accept_write_data(const AxiWriteData& beat, std::uint64_t cycle);
  void present_read(std::uint64_t cycle);
  void fill_read_beat(ReadBurst& burst);
  void present_response(std::uint64_t cycle);
  /// Whether a burst of `region` is a port's to answer.
  [[nodiscard]] bool is_port(const Region* region) const { return region != nullptr && region == port_region_.get(); }
  /// What answers a read's next beat; in `bytes` its data when that is kOkay.
  [[nodiscard]] AxiResponse answer_beat(ReadBurst& burst, const std::byte*& bytes);
  [[nodiscard]] AxiResponse answer_write(const WriteBurst& burst);
  [[nodiscard]] AxiResponse write_port(const WriteBurst& burst);
  void forget(const Region* gone);
  void commit(const WriteBurst& burst) const;

  [[nodiscard]] Region* find_region(std::uint64_t address);
  [[nodiscard]] bool refused(AxiChannel channel, std::uint64_t cycle) const;
  [[nodiscard]] bool can_accept_write_data(std::uint64_t cycle);
  [[nodiscard]] AxiResponse faulted(const std::optional<ResponseFault>& fault, std::uint64_t& count, std::uint8_t id,
                                    AxiResponse good) const;
  void update_hang(std::uint64_t cycle);
  [[nodiscard]] WriteBurst& write_at(std::size_t index) { return writes_[(write_head_ + index) % writes_.size()]; }

  AxiMemoryOptions options_;
  std::array<std::uint64_t, kAxiChannels> refusal_threshold_{};  ///< Of 2^32.
  bool random_ = false;

  std::vector<std::unique_ptr<Region>> regions_;
  MemoryPort* port_ = nullptr;
  std::unique_ptr<Region> port_region_;  ///< Everything that is in no region, without bytes; null without a port.
  std::vector<ReadBurst> reads_;         ///< Oldest first; leaves with its last beat presented.
  std::vector<WriteBurst> writes_;       ///< Ring of max_outstanding; leaves with its response presented.
  std::size_t write_head_ = 0;
  std::size_t write_count_ = 0;
  std::size_t write_filled_ = 0;  ///< Of these, how many have all their data.

  FaultPlan faults_;
  std::uint64_t fault_read_count_ = 0;
  std::uint64_t fault_write_count_ = 0;
  std::uint64_t hang_handshakes_ = 0;
  std::uint64_t hang_since_ = 0;
  bool hang_active_ = false;

  AxiSlavePins pins_;
  AxiStats stats_;
  bool busy_ = true;  ///< Something other than the master's valids can change pins().
};

}  // namespace auklet::sim
