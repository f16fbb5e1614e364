// What the driver's calls take and return.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <auklet/npu/port.hpp>
#include <auklet/npu/status.hpp>
#include <auklet/spec/spec.hpp>

namespace auklet::npu {

/// What the NPU may do in a window.
enum class Access : std::uint8_t { kNone = 0, kRead = 1, kWrite = 2, kReadWrite = 3 };

[[nodiscard]] constexpr bool allows(Access granted, Access wanted) noexcept {
  return (static_cast<unsigned>(granted) & static_cast<unsigned>(wanted)) == static_cast<unsigned>(wanted);
}

/// A range of device addresses that the NPU may touch. A size of 0 grants nothing.
struct Window {
  BusAddress base = 0;            ///< First byte.
  std::uint32_t size = 0;         ///< Bytes.
  Access access = Access::kNone;  ///< Directions.

  friend bool operator==(const Window&, const Window&) = default;
};

/// What the hardware says that it is. probe() fills it in on errors too, as far as it got: then it is the side of the
/// device; the driver's side is in <auklet/spec/spec.hpp>.
struct Configuration {
  std::uint32_t id = 0;              ///< Register ID.
  std::uint8_t major = 0;            ///< Hardware version.
  std::uint8_t minor = 0;            ///< Hardware version.
  std::uint16_t stream_version = 0;  ///< Version of the command stream that it reads.
  std::uint16_t macs = 0;            ///< 8-bit multipliers.
  std::uint16_t axi_data_bits = 0;   ///< Width of the AXI data bus.
  std::uint16_t sram_kib = 0;        ///< On-chip SRAM in KiB.
  std::uint8_t windows = 0;          ///< Address windows.
  std::uint8_t counters = 0;         ///< Event counters.
  bool sram_ecc = false;             ///< The SRAM has check bits: see Integrity.

  [[nodiscard]] constexpr std::uint32_t sram_bytes() const noexcept { return std::uint32_t{sram_kib} * 1024U; }
  friend bool operator==(const Configuration&, const Configuration&) = default;
};

/// The first fault since reset, decoded. `kind`, `channel` and `error` are the hardware's numbers; values that the
/// specification does not name are handed on as they are.
struct Fault {
  spec::Fault kind = spec::Fault::kNone;                 ///< What happened.
  spec::Channel channel = spec::Channel::kFetch;         ///< Who met it.
  spec::CommandError error = spec::CommandError::kNone;  ///< Why, when kind is kCommand.
  BusAddress address = 0;           ///< As FAULT_ADDR says for the kind: of a burst, in a window, in SRAM.
  std::uint32_t stream_offset = 0;  ///< Bytes: the faulting command, or the last one dispatched.
};

/// Flipped SRAM bits that the hardware corrected, since its reset input. Stays over soft_reset(). More flips than one
/// in a word are a fault, kFaultIntegrity.
struct Integrity {
  std::uint32_t corrected = 0;  ///< Reads of words with a flipped bit, modulo 2^32: one word may count more than once.
  std::uint32_t address = 0;    ///< SRAM address of the last of them, in bytes.
};

/// The Status that stands for a fault's kind; kOk for kNone.
[[nodiscard]] Status to_status(spec::Fault kind) noexcept;

/// How far a job came.
struct Progress {
  std::uint32_t stream_offset = 0;       ///< Bytes: the last command dispatched.
  std::uint16_t loads_completed = 0;     ///< Modulo 2^16.
  std::uint16_t computes_completed = 0;  ///< Modulo 2^16.
  std::uint16_t stores_completed = 0;    ///< Modulo 2^16.
};

/// Where the cycles of one layer went in the last job. Every cycle of a job has one cause and one layer.
struct CauseCycles {
  std::array<std::uint32_t, spec::kCauses> cycles{};  ///< Modulo 2^32; cause c is at index c - 1.

  /// Cycles with `cause`; 0 for kNone and for what is no cause.
  [[nodiscard]] constexpr std::uint32_t operator[](spec::Cause cause) const noexcept {
    const auto index = static_cast<std::uint32_t>(cause) - 1U;
    return index < cycles.size() ? cycles[index] : 0;
  }
  [[nodiscard]] constexpr std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint32_t count : cycles) sum += count;
    return sum;
  }
};

/// Attributes of the AXI master (register AXI_ATTR).
struct AxiAttributes {
  std::uint8_t prot = 0;             ///< AxPROT, 3 bits.
  std::uint8_t cache = 3;            ///< AxCACHE, 4 bits.
  std::uint8_t max_outstanding = 8;  ///< Bursts in flight a channel, 1 to 8.
};

/// Memory that a job uses, as the CPU sees it. It stays in place, and written ranges untouched, from submit() until the
/// result is taken.
struct Buffer {
  const void* data = nullptr;     ///< First byte. May be null when size is 0.
  std::size_t size = 0;           ///< Bytes, less than 2^32; 0 leaves the window of this number closed.
  Access access = Access::kNone;  ///< What the NPU may do. Written ranges must own their cache lines.
};

/// Remembers for which device, place, and sizes and rights of windows a stream was found good, so that a job that is
/// repeated need not be checked again: checking takes a processor longer than the NPU takes for a small network. The
/// caller promises that the stream's words stay as they were, as in flash. If they do not, the hardware still checks
/// every command and keeps every transfer inside its window.
///
/// A plain value; not to be used by two calls at a time.
class StreamTicket {
 public:
  constexpr StreamTicket() noexcept = default;

  /// Whether that stream was found good for that device and those windows (bases do not matter).
  [[nodiscard]] constexpr bool covers(std::span<const std::uint32_t> stream, const Configuration& configuration,
                                      std::span<const Window, spec::kWindowCount> windows) const noexcept {
    if (words_ == 0 || stream_ != stream.data() || words_ != stream.size() || configuration_ != configuration)
      return false;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (sizes_[i] != windows[i].size || rights_[i] != windows[i].access) return false;
    }
    return true;
  }

  /// Precondition: the stream was found good.
  constexpr void remember(std::span<const std::uint32_t> stream, const Configuration& configuration,
                          std::span<const Window, spec::kWindowCount> windows) noexcept {
    stream_ = stream.data();
    words_ = stream.size();
    configuration_ = configuration;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      sizes_[i] = windows[i].size;
      rights_[i] = windows[i].access;
    }
  }

 private:
  const std::uint32_t* stream_ = nullptr;
  std::size_t words_ = 0;  ///< 0: nothing was found good yet.
  Configuration configuration_{};
  std::array<std::uint32_t, spec::kWindowCount> sizes_{};
  std::array<Access, spec::kWindowCount> rights_{};
};

/// One run of a command stream. Buffer i becomes window i. The spans are read by submit() alone, what they point to
/// until the job's end.
struct Job {
  std::span<const std::uint32_t> stream;  ///< Header and commands; its device address must be a multiple of 16.
  std::span<const Buffer> buffers;        ///< At most spec::kWindowCount.
  /// Optional: checks the stream only when this ticket does not cover it, and then writes the ticket.
  StreamTicket* ticket = nullptr;
};

/// How a job ended.
struct JobResult {
  Status status = Status::kPending;  ///< kOk, kTimeout, kCancelled, a kFault… code, or why it could not be started.
  bool started = false;              ///< The device ran it, at least in part.
  bool outputs_valid = false;        ///< The written buffers hold the results; only with kOk.
  Fault fault;                       ///< With a kFault… status: who, where, what.
  Progress progress;                 ///< With every status but kOk of a started job: how far it came.
  Status recovery = Status::kOk;  ///< After a fault, timeout or cancellation: kOk when the device is ready again. Else
                                  ///< kPortIsolated, or kResetTimeout: then the NPU may still touch the job's buffers,
                                  ///< which must stay in place until Queue::reset() has succeeded.
};

}  // namespace auklet::npu
