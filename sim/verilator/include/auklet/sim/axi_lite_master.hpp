// Drives single AXI4-Lite reads and writes. Works on pin structs; one call a clock cycle while busy.
#pragma once

#include <cstdint>

#include <auklet/sim/axi_pins.hpp>

namespace auklet::sim {

/// How the master spaces the channels of a transaction, in cycles. All zero is the fastest.
struct AxiLiteTiming {
  std::uint32_t address_delay = 0;   ///< Before AxVALID.
  std::uint32_t data_delay = 0;      ///< Before WVALID.
  std::uint32_t response_delay = 0;  ///< Before BREADY or RREADY, from when the request was accepted.
};

/// One transaction at a time. Not thread-safe.
class AxiLiteMaster {
 public:
  static constexpr std::uint8_t kWholeWord = 0xf;

  AxiLiteMaster() = default;
  explicit AxiLiteMaster(const AxiLiteTiming& timing) : timing_(timing) {}

  /// Starts a read of the word at `address`. Precondition: not busy().
  void start_read(std::uint32_t address);
  /// Starts a write of the word at `address`, or of those of its bytes whose bit `strobe` has. Precondition: not
  /// busy().
  void start_write(std::uint32_t address, std::uint32_t data, std::uint8_t strobe = kWholeWord);
  /// Whether a transaction is under way.
  [[nodiscard]] bool busy() const { return state_ != State::kIdle; }

  /// Whether the last transaction that was started ended with a response, rather than by reset().
  [[nodiscard]] bool finished() const { return finished_; }

  /// Takes the slave's pins of this cycle, against what pins() said for it, and sets pins() for the next.
  void advance(const AxiLiteSlavePins& slave);
  /// What the master drives.
  [[nodiscard]] const AxiLiteMasterPins& pins() const { return pins_; }

  /// Response of the last transaction that ended.
  [[nodiscard]] AxiResponse response() const { return response_; }
  /// Data of the last read that ended; 0 unless its response was OKAY.
  [[nodiscard]] std::uint32_t data() const { return data_; }

  /// Gives up the transaction, as reset does.
  void reset();

 private:
  enum class State : std::uint8_t { kIdle, kRead, kWrite };

  void start(State state);
  void drive();
  void finish(AxiResponse response, std::uint32_t data);

  AxiLiteTiming timing_;
  AxiLiteMasterPins pins_;
  State state_ = State::kIdle;
  std::uint32_t address_ = 0;
  std::uint32_t write_data_ = 0;
  std::uint8_t write_strobe_ = kWholeWord;
  bool address_done_ = false;
  bool data_done_ = false;
  bool finished_ = false;
  std::uint32_t waited_ = 0;           ///< Cycles since the start.
  std::uint32_t waited_response_ = 0;  ///< Cycles since the request was accepted.
  AxiResponse response_ = AxiResponse::kOkay;
  std::uint32_t data_ = 0;
};

}  // namespace auklet::sim
