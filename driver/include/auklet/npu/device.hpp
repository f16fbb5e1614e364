// The NPU's registers as operations. Knows nothing of jobs: that is queue.hpp.
#pragma once

#include <array>
#include <cstdint>

#include <auklet/npu/bus.hpp>
#include <auklet/npu/port.hpp>
#include <auklet/npu/registers.hpp>
#include <auklet/npu/status.hpp>
#include <auklet/npu/types.hpp>
#include <auklet/spec/spec.hpp>

namespace auklet::npu {

/// One NPU. Bus and port are referred to and must outlive it.
///
/// Not thread-safe: one thread at a time. From an interrupt handler only acknowledge(), done_tag(), fault(),
/// progress(), state() and what start() and set_window() do for a queue's next job may be called, and only while the
/// thread is not itself inside one of these (the queue takes the port's critical section around them). Every call ends
/// after a fixed number of register accesses, but soft_reset(), clear_sram(), set_axi_attributes() and request_power(),
/// which end at their deadline. Beside a queue that other threads use, a call needs the port's Lock.
///
/// Registers are accessible while power is on: from request_power() to release_power(). An open queue sees to that by
/// itself, see QueueOptions; on a port that does not switch power there is nothing to do.
template <Bus B, Port P>
class Device {
 public:
  Device(B& bus, P& port) noexcept : registers_(bus), port_(port) {}
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // ---- Identification ----

  /// Reads what the hardware is and compares it with what this driver was generated for. To be called first, and again
  /// after every hard reset. Nothing is written. `found` gets what was read, also on errors, as far as it was read.
  /// Power is on during the call. Errors: kPowerRefused (nothing was read), kNoDevice, kHardwareVersion (another major
  /// version), kStreamVersionUnsupported, kHardwareConfig.
  [[nodiscard]] Status probe(Configuration& found);

  [[nodiscard]] bool probed() const noexcept { return probed_; }
  /// What probe() found; all zero before it succeeded.
  [[nodiscard]] const Configuration& configuration() const noexcept { return configuration_; }

  // ---- Power; not from an interrupt handler ----

  /// Powers the device, unless it is on already, and counts: each call that returns kOk needs one release_power().
  /// Where registers do not survive without power, it waits for the end of the reset and writes watchdog, AXI
  /// attributes and interrupt mask as they were set; counters and what they count are lost. Errors: kNotProbed,
  /// kPowerRefused: nothing happened; kResetTimeout: not IDLE within `timeout` ticks, and powered off again.
  [[nodiscard]] Status request_power(Ticks timeout);
  /// Masks the interrupt and powers the device off when this was the last of the counted requests; it must be idle
  /// then.
  void release_power();
  [[nodiscard]] bool powered() const noexcept { return power_requests_ != 0; }

  // ---- State ----

  /// STATUS.state; a value that spec::State does not name is possible on defective hardware only.
  [[nodiscard]] spec::State state() {
    return spec::reg::Status::kState.extract(registers_.template read<spec::reg::Status>());
  }
  /// Whether the AXI port is cut off because transfers never completed.
  [[nodiscard]] bool isolated() {
    return spec::reg::Status::kIsolated.extract(registers_.template read<spec::reg::Status>()) != 0;
  }
  /// The first fault since reset; kind is kNone when there was none.
  [[nodiscard]] Fault fault();
  /// Corrected bits of the SRAM; zeros without Configuration::sram_ecc.
  [[nodiscard]] Integrity integrity();
  /// How far the job is, or the last one was.
  [[nodiscard]] Progress progress();
  /// The tag of the last job that ended, by done or by fault.
  [[nodiscard]] JobTag done_tag() { return registers_.template read<spec::reg::DoneTag>(); }

  // ---- Configuration; kBusy while a job runs, and then nothing happened ----

  /// Grants the NPU a range of addresses as window `index`; a window of size 0 closes it. Registers that hold the
  /// values already are not written again. Errors: kNotProbed, kTooManyWindows, kWindowRange, kWindowAccess, kBusy.
  [[nodiscard]] Status set_window(std::uint32_t index, const Window& window);
  /// Closes window `index`. Errors: as set_window().
  [[nodiscard]] Status clear_window(std::uint32_t index) { return set_window(index, Window{}); }
  /// The checks of set_window() alone.
  [[nodiscard]] Status check_window(std::uint32_t index, const Window& window) const noexcept;

  /// Cycles without progress until the hardware faults; 0 turns the watchdog off. Errors: kNotProbed, kBusy.
  [[nodiscard]] Status set_watchdog(std::uint32_t cycles);
  /// A change of the privileged or non-secure bit (prot, bits 0 and 1) clears the SRAM; the call waits for the end of
  /// that, for at most `timeout` ticks of the port. Errors: kNotProbed, kAxiAttributeRange, kBusy; kClearTimeout: the
  /// attributes are set, the device clears on.
  [[nodiscard]] Status set_axi_attributes(const AxiAttributes& attributes, Ticks timeout);

  // ---- Running ----

  /// Starts the stream of `bytes` bytes at device address `stream` under `tag`, after clearing old interrupt causes.
  /// Stream and windows are the caller's responsibility (Queue checks both). Errors: kNotProbed, kStreamMisaligned,
  /// kWindowRange (the address does not exist), kBusy, kDeviceFaulted, kBadState: nothing was written. kStartRefused:
  /// the registers were written, the job does not run.
  [[nodiscard]] Status start(BusAddress stream, std::uint32_t bytes, JobTag tag);

  /// Enables or disables both interrupt causes.
  void enable_interrupts(bool enable);
  /// Reads and clears the interrupt causes; false when there were none, so that the interrupt was not this device's.
  [[nodiscard]] bool acknowledge();

  // ---- Recovery; the device must have been probed ----

  /// Stops what runs, drains AXI, clears the SRAM and leaves FAULT. Windows and settings stay. Allowed in every state,
  /// and again after an error. `timeout` in ticks of the port. Errors: kNotProbed; kPortIsolated: memory still owes
  /// responses, the NPU issues nothing until a later call succeeds; kResetTimeout: not IDLE yet, without being
  /// isolated.
  [[nodiscard]] Status soft_reset(Ticks timeout);
  /// Fills the on-chip SRAM with zeros and waits for the end. Errors: kNotProbed, kBusy, kDeviceFaulted, kBadState:
  /// nothing happened; kClearTimeout: it did not end within `timeout` ticks.
  [[nodiscard]] Status clear_sram(Ticks timeout);

  // ---- Performance counters; allowed at any time ----

  /// Chooses what counter `index` counts. Errors: kNotProbed, kCounterRange, kEventUnknown.
  [[nodiscard]] Status select_event(std::uint32_t index, spec::Event event);
  /// Zeroes all counters and starts or stops counting.
  void reset_counters(bool enable);
  /// Starts or stops counting without changing the counts.
  void enable_counters(bool enable);
  /// Cycles while counting was enabled and a job ran; consistent over all 64 bits, since reading the low half latches
  /// the high one. Not to be called by two contexts at once.
  [[nodiscard]] std::uint64_t cycles();
  /// Counter `index`, modulo 2^32. Errors: kNotProbed, kCounterRange; then `count` is unchanged.
  [[nodiscard]] Status event_count(std::uint32_t index, std::uint32_t& count);
  /// Cycles from the job's start to the completion of layer `layer` modulo LOG_ENTRIES. An entry whose layer did not
  /// run holds an old value.
  [[nodiscard]] std::uint32_t layer_cycles(std::uint32_t layer);
  /// Where the last job's cycles went in layer `layer` modulo LOG_ENTRIES, while counting was enabled: all zero for a
  /// layer that did not run. Over all entries they add up to what the job added to cycles(). The next job's start and
  /// reset_counters() forget them; while a job runs they are incomplete. Hardware without the log gives zeros. Like
  /// layer_cycles() it goes through one index register: not to be called by two contexts at once.
  [[nodiscard]] CauseCycles layer_causes(std::uint32_t layer);

 private:
  using IrqRaw = spec::reg::IrqRaw;

  static constexpr std::uint32_t kAllCauses = IrqRaw::kDone.make(1) | IrqRaw::kFault.make(1);
  static constexpr BusAddress kAddressEnd = BusAddress{1} << spec::kAxiAddrBits;

  [[nodiscard]] Status identify(Configuration& found);
  /// kOk when IDLE, else the error that tells why nothing can be started.
  [[nodiscard]] Status check_idle();
  /// kOk unless locked registers would ignore a write.
  [[nodiscard]] Status check_unlocked();
  [[nodiscard]] bool wait_idle(Ticks timeout);
  /// Brings registers that were reset to what they held before.
  [[nodiscard]] bool restore(Ticks timeout);
  void write_interrupt_mask(bool enable);

  Registers<B> registers_;
  P& port_;
  Configuration configuration_{};
  std::array<Window, spec::kWindowCount> windows_{};  ///< What the window registers hold, where windows_known_ says so.
  std::array<bool, spec::kWindowCount> windows_known_{};
  bool probed_ = false;
  bool interrupts_ = false;           ///< What enable_interrupts() was told last.
  bool watchdog_set_ = false;         ///< Else the register holds its reset value.
  bool attributes_set_ = false;       ///< Likewise.
  std::uint32_t watchdog_ = 0;        ///< Register WATCHDOG.
  std::uint32_t attributes_ = 0;      ///< Register AXI_ATTR.
  std::uint32_t power_requests_ = 0;  ///< That were granted and not released.
};

}  // namespace auklet::npu

#include <auklet/npu/device_impl.hpp>  // IWYU pragma: keep
