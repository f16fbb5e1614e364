// Watches an AXI4 port and reports what breaks the protocol. Works on pin structs; one call a clock cycle, always on.
//
// The rules are those of the AMBA AXI specification (Arm IHI 0022) for a master that issues INCR bursts, plus the
// limits that this NPU promises (burst length, IDs, bursts in flight).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <auklet/sim/axi_pins.hpp>

namespace auklet::sim {

/// What a violation broke.
enum class AxiRule : std::uint8_t {
  kValidDropped,          ///< VALID fell before READY.
  kPayloadChanged,        ///< A payload changed while VALID waited for READY.
  kCrossesBoundary,       ///< A burst crosses a 4 KiB boundary.
  kBurstTooLong,          ///< A burst is longer than the master's limit.
  kBurstType,             ///< A burst is not INCR.
  kBeatTooWide,           ///< AxSIZE exceeds the data bus.
  kMasterId,              ///< An address carries an ID that the master does not own.
  kTooManyOutstanding,    ///< More bursts in flight than the limit.
  kWriteDataUnannounced,  ///< A W beat was accepted before the address that it belongs to.
  kWriteLast,             ///< WLAST is not exactly on the last beat.
  kStrobeLanes,           ///< WSTRB selects lanes outside the beat's address range.
  kValidInReset,          ///< The master drives VALID during reset.
  kUnexpectedRead,        ///< An R beat for which no burst is in flight (slave).
  kReadLast,              ///< RLAST is not exactly on the last beat (slave).
  kUnexpectedResponse,    ///< A B response for which no write is complete (slave).
};

/// The rule in words, as it reads in a report.
[[nodiscard]] std::string_view describe(AxiRule rule);

/// One broken rule.
struct AxiViolation {
  AxiRule rule;
  AxiChannel channel;
  std::uint64_t cycle;
  std::uint64_t address;  ///< Of the burst concerned, 0 where there is none.

  /// A sentence for people.
  [[nodiscard]] std::string sentence() const;
};

/// What the checked master promises.
struct AxiCheckerOptions {
  std::uint32_t data_bytes = 16;
  std::uint64_t max_burst_bytes = 256;
  std::uint32_t max_outstanding = 8;  ///< Each direction on its own.
  std::uint32_t read_ids = 0b0011;    ///< Bit i: ID i may appear on AR.
  std::uint32_t write_ids = 0b0100;   ///< Bit i: ID i may appear on AW.
};

/// See the head of this file. Not thread-safe.
class AxiChecker {
 public:
  explicit AxiChecker(const AxiCheckerOptions& options) : options_(options) {}

  /// Looks at the pins of `cycle`. Nearly free while no VALID is high.
  void observe(const AxiMasterPins& master, const AxiSlavePins& slave, std::uint64_t cycle) {
    if (!waiting_ && !master.ar_valid && !master.aw_valid && !master.w_valid && !slave.r_valid && !slave.b_valid)
      return;
    check(master, slave, cycle);
  }
  /// Looks at the master's pins while reset is low.
  void observe_in_reset(const AxiMasterPins& master, std::uint64_t cycle);
  /// Forgets what is in flight, as reset does; violations stay.
  void reset();

  /// Violations since construction.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The first kKept of them.
  [[nodiscard]] const std::vector<AxiViolation>& violations() const { return violations_; }

  static constexpr std::size_t kKept = 16;

 private:
  struct Burst {
    AxiAddress address;
    std::uint32_t beats_done = 0;
  };

  void check(const AxiMasterPins& master, const AxiSlavePins& slave, std::uint64_t cycle);
  void check_address(AxiChannel channel, const AxiAddress& burst, std::uint32_t ids, std::size_t outstanding);
  void on_write_data(const AxiWriteData& beat);
  void on_read_data(const AxiReadData& beat);
  void on_response(const AxiWriteResponse& response);
  void report(AxiRule rule, AxiChannel channel, std::uint64_t address = 0);

  template <class Payload>
  void check_stable(AxiChannel channel, bool valid, bool ready, const Payload& payload, std::optional<Payload>& held);

  AxiCheckerOptions options_;
  std::optional<AxiAddress> held_ar_;
  std::optional<AxiAddress> held_aw_;
  std::optional<AxiWriteData> held_w_;
  std::optional<AxiReadData> held_r_;
  std::optional<AxiWriteResponse> held_b_;
  std::deque<Burst> reads_;   ///< Oldest first.
  std::deque<Burst> writes_;  ///< Oldest first; leaves with its response.
  bool waiting_ = false;      ///< Some VALID waits for READY.
  std::uint64_t cycle_ = 0;
  std::uint64_t count_ = 0;
  std::vector<AxiViolation> violations_;
};

}  // namespace auklet::sim
