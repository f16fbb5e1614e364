// Helpers for tests that put a command stream in front of a simulated device, register by register, without the driver.
#pragma once

#include <array>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace auklet::test {

/// Builds a command stream word by word. Not for the driver's streams: the header's CRC-32, which hardware does not
/// look at, is 0.
class StreamBuilder {
 public:
  /// Appends a command and returns its stream offset in bytes. Throws std::invalid_argument naming the field that
  /// breaks a limit of the specification; use add_raw for commands that are wrong on purpose.
  template <typename Command>
  std::uint32_t add(const Command& command) {
    std::array<std::uint32_t, Command::kWords> words{};
    if (const spec::CommandField* wrong = spec::encode(command, words)) throw std::invalid_argument(wrong->name);
    return add_raw(words);
  }

  std::uint32_t add_raw(std::span<const std::uint32_t> words) {
    const std::uint32_t offset = bytes();
    for (const std::uint32_t word : words) words_.push_back(word);
    ++commands_;
    return offset;
  }

  /// Appends END with the given waits (none by default).
  std::uint32_t end(spec::CommandHeader header = {}) {
    header.opcode = spec::Opcode::kEnd;
    return add(spec::EndCommand{header});
  }

  /// Bytes so far, header included.
  [[nodiscard]] std::uint32_t bytes() const { return static_cast<std::uint32_t>(words_.size() * 4); }

  /// The stream, with a header for `config`.
  [[nodiscard]] std::vector<std::uint32_t> finish(const spec::HardwareConfig& config) const {
    std::vector<std::uint32_t> stream = words_;
    spec::StreamHeader header;
    header.macs = config.macs;
    header.length = bytes();
    header.commands = commands_;
    header.sram = config.sram_bytes;
    const std::span<std::uint32_t, spec::StreamHeader::kWords> words(stream.data(), spec::StreamHeader::kWords);
    if (const spec::CommandField* wrong = spec::encode(header, words)) throw std::invalid_argument(wrong->name);
    return stream;
  }

 private:
  std::vector<std::uint32_t> words_ = std::vector<std::uint32_t>(spec::StreamHeader::kWords);
  std::uint32_t commands_ = 0;
};

/// What the registers say after a job.
struct JobOutcome {
  bool interrupted = false;  ///< The interrupt came before the deadline.
  bool done = false;
  bool faulted = false;
  spec::Fault fault = spec::Fault::kNone;
  spec::Channel channel = spec::Channel::kFetch;
  spec::CommandError code = spec::CommandError::kNone;
  std::uint64_t fault_address = 0;
  std::uint32_t fault_offset = 0;
  std::uint32_t progress = 0;
  std::uint32_t done_tag = 0;
  std::uint64_t cycles = 0;  ///< From start to interrupt.
};

inline spec::State state_of(sim::Target& target) {
  return spec::reg::Status::kState.extract(target.read32(spec::reg::Status::kOffset));
}

/// Lets the device finish clearing its SRAM. False when it is not IDLE within `max_cycles`.
inline bool wait_until_idle(sim::Target& target, std::uint64_t max_cycles = 100'000) {
  constexpr std::uint64_t kStep = 64;
  for (std::uint64_t waited = 0; waited < max_cycles && state_of(target) == spec::State::kClearing; waited += kStep) {
    target.step(kStep);
  }
  return state_of(target) == spec::State::kIdle;
}

/// Opens window `index` on [base, base + size).
inline void set_window(sim::Target& target, std::uint32_t index, std::uint64_t base, std::uint32_t size,
                       bool read = true, bool write = true) {
  namespace reg = spec::reg;
  target.write32(reg::WindowBaseLo::offset(index), static_cast<std::uint32_t>(base));
  target.write32(reg::WindowBaseHi::offset(index), static_cast<std::uint32_t>(base >> 32));
  target.write32(reg::WindowSize::offset(index), size);
  target.write32(reg::WindowAttr::offset(index),
                 reg::WindowAttr::kRead.make(read ? 1 : 0) | reg::WindowAttr::kWrite.make(write ? 1 : 0));
}

/// Starts the stream of `size` bytes at `base`, with both interrupts enabled.
inline void start_job(sim::Target& target, std::uint64_t base, std::uint32_t size, std::uint32_t tag = 1) {
  namespace reg = spec::reg;
  target.write32(reg::IrqMask::kOffset, reg::IrqMask::kDone.mask() | reg::IrqMask::kFault.mask());
  target.write32(reg::CmdBaseLo::kOffset, static_cast<std::uint32_t>(base));
  target.write32(reg::CmdBaseHi::kOffset, static_cast<std::uint32_t>(base >> 32));
  target.write32(reg::CmdSize::kOffset, size);
  target.write32(reg::JobTag::kOffset, tag);
  target.write32(reg::Control::kOffset, reg::Control::kStart.mask());
}

/// Reads what a job left in the registers.
inline JobOutcome outcome_of(sim::Target& target) {
  namespace reg = spec::reg;
  const std::uint32_t raw = target.read32(reg::IrqRaw::kOffset);
  const std::uint32_t cause = target.read32(reg::FaultCause::kOffset);
  JobOutcome outcome;
  outcome.interrupted = target.irq();
  outcome.done = reg::IrqRaw::kDone.extract(raw) != 0;
  outcome.faulted = reg::IrqRaw::kFault.extract(raw) != 0;
  outcome.fault = reg::FaultCause::kFault.extract(cause);
  outcome.channel = reg::FaultCause::kChannel.extract(cause);
  outcome.code = reg::FaultCause::kCode.extract(cause);
  outcome.fault_address =
      (std::uint64_t{target.read32(reg::FaultAddrHi::kOffset)} << 32) | target.read32(reg::FaultAddrLo::kOffset);
  outcome.fault_offset = target.read32(reg::FaultOffset::kOffset);
  outcome.progress = target.read32(reg::Progress::kOffset);
  outcome.done_tag = target.read32(reg::DoneTag::kOffset);
  return outcome;
}

/// Runs the stream at `base` to its interrupt and acknowledges that.
inline JobOutcome run_job(sim::Target& target, std::uint64_t base, std::uint32_t size, std::uint32_t tag = 1,
                          std::uint64_t max_cycles = std::uint64_t{1} << 27) {
  start_job(target, base, size, tag);
  const std::uint64_t cycles = target.step_until_irq(max_cycles);
  JobOutcome outcome = outcome_of(target);
  outcome.cycles = cycles;
  target.write32(spec::reg::IrqRaw::kOffset, spec::reg::IrqRaw::kDone.mask() | spec::reg::IrqRaw::kFault.mask());
  return outcome;
}

}  // namespace auklet::test
