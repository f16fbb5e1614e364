// Definitions of Device's members; included by device.hpp alone.
#pragma once

#include <auklet/npu/device.hpp>

namespace auklet::npu {

namespace detail {

constexpr std::uint32_t low_word(BusAddress address) noexcept { return static_cast<std::uint32_t>(address); }
constexpr std::uint32_t high_word(BusAddress address) noexcept { return static_cast<std::uint32_t>(address >> 32); }
constexpr BusAddress join(std::uint32_t low, std::uint32_t high) noexcept { return (BusAddress{high} << 32) | low; }

/// Whether the specification names a configuration like this one. The SRAM's size and the bus's width are parameters of
/// the hardware: any positive size, 64 or 128 bits.
constexpr bool is_known(const Configuration& configuration) noexcept {
  if (configuration.sram_kib == 0 || (configuration.axi_data_bits != 64 && configuration.axi_data_bits != 128))
    return false;
  for (const spec::HardwareConfig& known : spec::kConfigurations) {
    if (known.macs == configuration.macs) return true;
  }
  return false;
}

/// Whether the specification names this event.
constexpr bool is_known(spec::Event event) noexcept { return spec::to_string(event)[0] != '?'; }

}  // namespace detail

template <Bus B, Port P>
Status Device<B, P>::probe(Configuration& found) {
  probed_ = false;
  configuration_ = {};
  windows_known_ = {};
  watchdog_set_ = attributes_set_ = false;
  found = {};
  const bool switch_power = !powered();
  if (switch_power && !port_.power_on()) return Status::kPowerRefused;
  const Status status = identify(found);
  if (switch_power) port_.power_off();
  if (status != Status::kOk) return status;
  configuration_ = found;
  probed_ = true;
  return Status::kOk;
}

template <Bus B, Port P>
Status Device<B, P>::identify(Configuration& found) {
  namespace reg = spec::reg;
  found.id = registers_.template read<reg::Id>();
  if (found.id != spec::kIdMagic) return Status::kNoDevice;
  const std::uint32_t version = registers_.template read<reg::Version>();
  found.major = static_cast<std::uint8_t>(reg::Version::kMajor.extract(version));
  found.minor = static_cast<std::uint8_t>(reg::Version::kMinor.extract(version));
  found.stream_version = static_cast<std::uint16_t>(reg::Version::kStream.extract(version));
  if (found.major != spec::kHardwareVersionMajor) return Status::kHardwareVersion;
  if (found.stream_version != spec::kStreamVersion) return Status::kStreamVersionUnsupported;
  const std::uint32_t config0 = registers_.template read<reg::Config0>();
  const std::uint32_t config1 = registers_.template read<reg::Config1>();
  found.macs = static_cast<std::uint16_t>(reg::Config0::kMacs.extract(config0));
  found.axi_data_bits = static_cast<std::uint16_t>(reg::Config0::kAxiDataBits.extract(config0));
  found.sram_kib = static_cast<std::uint16_t>(reg::Config1::kSramKib.extract(config1));
  found.windows = static_cast<std::uint8_t>(reg::Config1::kWindows.extract(config1));
  found.counters = static_cast<std::uint8_t>(reg::Config1::kCounters.extract(config1));
  found.sram_ecc = reg::Config1::kSramEcc.extract(config1) != 0;
  if (!detail::is_known(found) || found.windows != spec::kWindowCount || found.counters != spec::kPmuCounters) {
    return Status::kHardwareConfig;
  }
  return Status::kOk;
}

template <Bus B, Port P>
Status Device<B, P>::request_power(Ticks timeout) {
  if (!probed_) return Status::kNotProbed;
  if (powered()) {
    ++power_requests_;
    return Status::kOk;
  }
  if (!port_.power_on()) return Status::kPowerRefused;
  if (!port_.keeps_registers() && !restore(timeout)) {
    port_.power_off();
    return Status::kResetTimeout;
  }
  // From here on the interrupt handler may access registers, too.
  const CriticalSection lock(port_);
  power_requests_ = 1;
  if (interrupts_) write_interrupt_mask(true);
  return Status::kOk;
}

template <Bus B, Port P>
void Device<B, P>::release_power() {
  if (power_requests_ > 1) {
    --power_requests_;
    return;
  }
  if (!powered()) return;
  {
    const CriticalSection lock(port_);
    // Without registers nobody could acknowledge an interrupt: none must come.
    if (interrupts_) write_interrupt_mask(false);
    power_requests_ = 0;
  }
  port_.power_off();
}

template <Bus B, Port P>
bool Device<B, P>::restore(Ticks timeout) {
  windows_known_ = {};
  // Attributes first: they may clear the SRAM.
  if (attributes_set_) registers_.template write<spec::reg::AxiAttr>(attributes_);
  if (!wait_idle(timeout)) return false;
  if (watchdog_set_) registers_.template write<spec::reg::Watchdog>(watchdog_);
  return true;
}

template <Bus B, Port P>
Fault Device<B, P>::fault() {
  namespace reg = spec::reg;
  const std::uint32_t cause = registers_.template read<reg::FaultCause>();
  Fault fault;
  fault.kind = reg::FaultCause::kFault.extract(cause);
  if (fault.kind == spec::Fault::kNone) return fault;
  fault.channel = reg::FaultCause::kChannel.extract(cause);
  fault.error = reg::FaultCause::kCode.extract(cause);
  const std::uint32_t low = registers_.template read<reg::FaultAddrLo>();
  fault.address = detail::join(low, registers_.template read<reg::FaultAddrHi>());
  fault.stream_offset = registers_.template read<reg::FaultOffset>();
  return fault;
}

template <Bus B, Port P>
Integrity Device<B, P>::integrity() {
  namespace reg = spec::reg;
  Integrity integrity;
  integrity.corrected = registers_.template read<reg::IntegrityCorrected>();
  integrity.address = registers_.template read<reg::IntegrityAddr>();
  return integrity;
}

template <Bus B, Port P>
Progress Device<B, P>::progress() {
  namespace reg = spec::reg;
  Progress progress;
  progress.stream_offset = registers_.template read<reg::Progress>();
  const std::uint32_t completed = registers_.template read<reg::Completed>();
  progress.loads_completed = static_cast<std::uint16_t>(reg::Completed::kLoad.extract(completed));
  progress.computes_completed = static_cast<std::uint16_t>(reg::Completed::kCompute.extract(completed));
  const std::uint32_t stores = registers_.template read<reg::CompletedStore>();
  progress.stores_completed = static_cast<std::uint16_t>(reg::CompletedStore::kStore.extract(stores));
  return progress;
}

template <Bus B, Port P>
Status Device<B, P>::check_window(std::uint32_t index, const Window& window) const noexcept {
  if (index >= spec::kWindowCount) return Status::kTooManyWindows;
  if (window.size == 0) return Status::kOk;
  if (window.base >= kAddressEnd || window.size > kAddressEnd - window.base) return Status::kWindowRange;
  return window.access == Access::kNone ? Status::kWindowAccess : Status::kOk;
}

template <Bus B, Port P>
Status Device<B, P>::set_window(std::uint32_t index, const Window& window) {
  namespace reg = spec::reg;
  if (!probed_) return Status::kNotProbed;
  if (const Status status = check_window(index, window); status != Status::kOk) return status;
  // All closed windows are alike: one register suffices to close.
  const Window wanted = window.size == 0 ? Window{} : window;
  if (windows_known_[index] && windows_[index] == wanted) return Status::kOk;
  if (const Status status = check_unlocked(); status != Status::kOk) return status;
  // Closed first, so that no mixture of old and new is ever granted.
  windows_known_[index] = false;
  registers_.template write<reg::WindowSize>(index, 0);
  if (wanted.size != 0) {
    const auto access = static_cast<unsigned>(wanted.access);
    registers_.template write<reg::WindowBaseLo>(index, detail::low_word(wanted.base));
    registers_.template write<reg::WindowBaseHi>(index, detail::high_word(wanted.base));
    registers_.template write<reg::WindowAttr>(
        index, reg::WindowAttr::kRead.make(access & 1U) | reg::WindowAttr::kWrite.make(access >> 1));
    registers_.template write<reg::WindowSize>(index, wanted.size);
  }
  windows_[index] = wanted;
  windows_known_[index] = true;
  return Status::kOk;
}

template <Bus B, Port P>
Status Device<B, P>::set_watchdog(std::uint32_t cycles) {
  if (!probed_) return Status::kNotProbed;
  const CriticalSection lock(port_);  // The handler must not start a job, which locks the register, in between.
  if (const Status status = check_unlocked(); status != Status::kOk) return status;
  registers_.template write<spec::reg::Watchdog>(cycles);
  watchdog_ = cycles;
  watchdog_set_ = true;
  return Status::kOk;
}

template <Bus B, Port P>
Status Device<B, P>::set_axi_attributes(const AxiAttributes& attributes, Ticks timeout) {
  using Register = spec::reg::AxiAttr;
  if (!probed_) return Status::kNotProbed;
  if (attributes.prot > Register::kProt.max() || attributes.cache > Register::kCache.max() ||
      attributes.max_outstanding == 0 || attributes.max_outstanding > 8) {
    return Status::kAxiAttributeRange;
  }
  {
    const CriticalSection lock(port_);  // As for the watchdog.
    if (const Status status = check_unlocked(); status != Status::kOk) return status;
    attributes_ = Register::kProt.make(attributes.prot) | Register::kCache.make(attributes.cache) |
                  Register::kMaxOutstanding.make(attributes.max_outstanding);
    attributes_set_ = true;
    registers_.template write<Register>(attributes_);
  }
  return state() != spec::State::kClearing || wait_idle(timeout) ? Status::kOk : Status::kClearTimeout;
}

template <Bus B, Port P>
Status Device<B, P>::start(BusAddress stream, std::uint32_t bytes, JobTag tag) {
  namespace reg = spec::reg;
  if (!probed_) return Status::kNotProbed;
  if (stream % 16 != 0) return Status::kStreamMisaligned;
  if (stream >= kAddressEnd || bytes > kAddressEnd - stream) return Status::kWindowRange;
  if (const Status status = check_idle(); status != Status::kOk) return status;
  registers_.template write<reg::IrqRaw>(kAllCauses);
  registers_.template write<reg::CmdBaseLo>(detail::low_word(stream));
  registers_.template write<reg::CmdBaseHi>(detail::high_word(stream));
  registers_.template write<reg::CmdSize>(bytes);
  registers_.template write<reg::JobTag>(tag);
  // What the CPU wrote to memory must be there before the first fetch.
  port_.barrier();
  registers_.template write<reg::Control>(reg::Control::kStart.make(1));
  // Still IDLE: the job is over already, or never began.
  return state() == spec::State::kIdle && done_tag() != tag ? Status::kStartRefused : Status::kOk;
}

template <Bus B, Port P>
void Device<B, P>::enable_interrupts(bool enable) {
  interrupts_ = enable;
  write_interrupt_mask(enable);
}

template <Bus B, Port P>
void Device<B, P>::write_interrupt_mask(bool enable) {
  using Register = spec::reg::IrqMask;
  registers_.template write<Register>(enable ? Register::kDone.make(1) | Register::kFault.make(1) : 0U);
}

template <Bus B, Port P>
bool Device<B, P>::acknowledge() {
  const std::uint32_t causes = registers_.template read<IrqRaw>() & kAllCauses;
  if (causes == 0) return false;
  registers_.template write<IrqRaw>(causes);
  return true;
}

template <Bus B, Port P>
bool Device<B, P>::wait_idle(Ticks timeout) {
  const Deadline deadline(port_, timeout);
  for (;;) {
    const Ticks left = deadline.left();
    // Looked at once more after the deadline: the wait may have been long for another reason.
    const std::uint32_t status = registers_.template read<spec::reg::Status>();
    if (spec::reg::Status::kState.extract(status) == spec::State::kIdle &&
        spec::reg::Status::kIsolated.extract(status) == 0) {
      return true;
    }
    if (left == 0) return false;
    port_.relax();
  }
}

template <Bus B, Port P>
Status Device<B, P>::soft_reset(Ticks timeout) {
  if (!probed_) return Status::kNotProbed;
  registers_.template write<spec::reg::Control>(spec::reg::Control::kSoftReset.make(1));
  if (wait_idle(timeout)) return Status::kOk;
  return isolated() ? Status::kPortIsolated : Status::kResetTimeout;
}

template <Bus B, Port P>
Status Device<B, P>::clear_sram(Ticks timeout) {
  if (!probed_) return Status::kNotProbed;
  if (const Status status = check_idle(); status != Status::kOk) return status;
  registers_.template write<spec::reg::Control>(spec::reg::Control::kClearSram.make(1));
  return wait_idle(timeout) ? Status::kOk : Status::kClearTimeout;
}

template <Bus B, Port P>
Status Device<B, P>::select_event(std::uint32_t index, spec::Event event) {
  if (!probed_) return Status::kNotProbed;
  if (index >= spec::kPmuCounters) return Status::kCounterRange;
  if (!detail::is_known(event)) return Status::kEventUnknown;
  registers_.template write<spec::reg::PmuEvent>(index, spec::reg::PmuEvent::kSelect.make(event));
  return Status::kOk;
}

template <Bus B, Port P>
void Device<B, P>::reset_counters(bool enable) {
  using Register = spec::reg::PmuCtrl;
  registers_.template write<Register>(Register::kClear.make(1) | Register::kEnable.make(enable ? 1 : 0));
}

template <Bus B, Port P>
void Device<B, P>::enable_counters(bool enable) {
  registers_.template write<spec::reg::PmuCtrl>(spec::reg::PmuCtrl::kEnable.make(enable ? 1 : 0));
}

template <Bus B, Port P>
std::uint64_t Device<B, P>::cycles() {
  const std::uint32_t low = registers_.template read<spec::reg::PmuCyclesLo>();
  return detail::join(low, registers_.template read<spec::reg::PmuCyclesHi>());
}

template <Bus B, Port P>
Status Device<B, P>::event_count(std::uint32_t index, std::uint32_t& count) {
  if (!probed_) return Status::kNotProbed;
  if (index >= spec::kPmuCounters) return Status::kCounterRange;
  count = registers_.template read<spec::reg::PmuCount>(index);
  return Status::kOk;
}

template <Bus B, Port P>
std::uint32_t Device<B, P>::layer_cycles(std::uint32_t layer) {
  registers_.template write<spec::reg::PmuLogIndex>(layer % spec::kLogEntries);
  return registers_.template read<spec::reg::PmuLogData>();
}

template <Bus B, Port P>
CauseCycles Device<B, P>::layer_causes(std::uint32_t layer) {
  using Index = spec::reg::PmuLogIndex;
  CauseCycles causes;
  for (std::uint32_t i = 0; i < causes.cycles.size(); ++i) {
    registers_.template write<Index>(Index::kValue.make(layer % spec::kLogEntries) |
                                     Index::kItem.make(static_cast<spec::Cause>(i + 1)));
    causes.cycles[i] = registers_.template read<spec::reg::PmuLogData>();
  }
  return causes;
}

template <Bus B, Port P>
Status Device<B, P>::check_idle() {
  switch (state()) {
    case spec::State::kIdle:
      return Status::kOk;
    case spec::State::kClearing:
    case spec::State::kRunning:
    case spec::State::kDraining:
      return Status::kBusy;
    case spec::State::kFault:
      return Status::kDeviceFaulted;
  }
  return Status::kBadState;
}

template <Bus B, Port P>
Status Device<B, P>::check_unlocked() {
  const spec::State now = state();
  return now == spec::State::kRunning || now == spec::State::kDraining ? Status::kBusy : Status::kOk;
}

}  // namespace auklet::npu
