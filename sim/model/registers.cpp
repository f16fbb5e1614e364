#include "registers.hpp"

#include <algorithm>
#include <bit>

namespace auklet::sim::model {

namespace reg = spec::reg;

namespace {

/// The event that counts a cause over whole jobs.
spec::Event event_of(spec::Cause cause) {
  switch (cause) {
    case spec::Cause::kArray:
      return spec::Event::kMacActive;
    case spec::Cause::kVector:
      return spec::Event::kVectorActive;
    case spec::Cause::kWeights:
      return spec::Event::kStallWeights;
    case spec::Cause::kDrain:
      return spec::Event::kStallDrain;
    case spec::Cause::kBank:
      return spec::Event::kStallBank;
    case spec::Cause::kWindow:
      return spec::Event::kStallWindow;
    case spec::Cause::kFill:
      return spec::Event::kStallFill;
    case spec::Cause::kLoad:
      return spec::Event::kStallLoad;
    case spec::Cause::kStore:
      return spec::Event::kStallStore;
    case spec::Cause::kCommand:
      return spec::Event::kStallCommand;
    default:
      return spec::Event::kNone;
  }
}

}  // namespace

Registers::Registers(const spec::HardwareConfig& config, bool sram_ecc, SramFlips& flips)
    : config_(config), sram_ecc_(sram_ecc), flips_(flips) {
  hard_reset();
}

void Registers::hard_reset() {
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    if (info.access != spec::Access::kReadWrite) continue;
    for (std::uint32_t i = 0; i < info.count; ++i) values_[(info.offset + i * info.stride) / 4] = info.reset;
  }
  soft_reset();
  done_tag_ = 0;
  begin_job();
  pmu_cycles_ = 0;
  pmu_cycles_high_ = 0;
  pmu_counts_.fill(0);
  pmu_log_.fill(0);
  flips_.reset_counts();
}

void Registers::soft_reset() {
  state_ = spec::State::kClearing;
  irq_raw_ = 0;
  fault_ = {};
}

bool Registers::read(std::uint32_t offset, std::uint32_t& value) {
  const spec::RegisterInfo* info = spec::find_register(offset);
  const bool allowed = info != nullptr && info->access != spec::Access::kWriteOnly;
  value = allowed ? value_of(*info, offset) : 0;
  return allowed;
}

std::uint32_t Registers::value_of(const spec::RegisterInfo& info, std::uint32_t offset) {
  switch (info.offset) {
    case reg::Id::kOffset:
      return spec::kIdMagic;
    case reg::Version::kOffset:
      return reg::Version::kStream.make(spec::kStreamVersion) | reg::Version::kMinor.make(spec::kHardwareVersionMinor) |
             reg::Version::kMajor.make(spec::kHardwareVersionMajor);
    case reg::Config0::kOffset:
      return reg::Config0::kMacs.make(config_.macs) | reg::Config0::kAxiDataBits.make(config_.axi_data_bits);
    case reg::Config1::kOffset:
      return reg::Config1::kSramKib.make(config_.sram_bytes / 1024) | reg::Config1::kWindows.make(spec::kWindowCount) |
             reg::Config1::kCounters.make(spec::kPmuCounters) | reg::Config1::kSramEcc.make(sram_ecc_ ? 1 : 0);
    case reg::Status::kOffset:
      return reg::Status::kState.make(state_) | reg::Status::kIrq.make(irq() ? 1 : 0);
    case reg::IrqRaw::kOffset:
      return irq_raw_;
    case reg::DoneTag::kOffset:
      return done_tag_;
    case reg::FaultCause::kOffset:
      return reg::FaultCause::kFault.make(fault_.fault) | reg::FaultCause::kChannel.make(fault_.channel) |
             reg::FaultCause::kCode.make(fault_.code);
    case reg::FaultAddrLo::kOffset:
      return static_cast<std::uint32_t>(fault_.address);
    case reg::FaultAddrHi::kOffset:
      return static_cast<std::uint32_t>(fault_.address >> 32) & info.field_mask;
    case reg::FaultOffset::kOffset:
      return fault_.offset;
    case reg::Progress::kOffset:
      return progress_;
    case reg::Completed::kOffset:
      return reg::Completed::kLoad.make(completed_[static_cast<std::size_t>(spec::Engine::kLoad)]) |
             reg::Completed::kCompute.make(completed_[static_cast<std::size_t>(spec::Engine::kCompute)]);
    case reg::CompletedStore::kOffset:
      return completed_[static_cast<std::size_t>(spec::Engine::kStore)];
    case reg::IntegrityCorrected::kOffset:
      return flips_.corrected();
    case reg::IntegrityAddr::kOffset:
      return flips_.corrected_address();
    default:
      return read_pmu(info, offset);
  }
}

std::uint32_t Registers::read_pmu(const spec::RegisterInfo& info, std::uint32_t offset) {
  switch (info.offset) {
    case reg::PmuCyclesLo::kOffset:
      pmu_cycles_high_ = static_cast<std::uint32_t>(pmu_cycles_ >> 32);
      return static_cast<std::uint32_t>(pmu_cycles_);
    case reg::PmuCyclesHi::kOffset:
      return pmu_cycles_high_;
    case reg::PmuLogData::kOffset:
      return log_item();
    case reg::PmuCount::kOffset:
      return pmu_counts_[(offset - info.offset) / info.stride];
    default:
      return stored(offset);
  }
}

Request Registers::write(std::uint32_t offset, std::uint32_t value) {
  const spec::RegisterInfo* info = spec::find_register(offset);
  if (info == nullptr || info->access == spec::Access::kReadOnly) return Request::kRefused;
  const bool running = state_ == spec::State::kRunning || state_ == spec::State::kDraining;
  if (info->locked && running) return Request::kRefused;
  value &= info->field_mask;
  switch (info->offset) {
    case reg::Control::kOffset:
      return write_control(value);
    case reg::AxiAttr::kOffset:
      return write_attributes(value);
    case reg::IrqRaw::kOffset:
      irq_raw_ &= ~value;
      return Request::kNone;
    case reg::PmuCtrl::kOffset:
      if (reg::PmuCtrl::kClear.extract(value) != 0) {
        pmu_cycles_ = 0;
        pmu_counts_.fill(0);
        pmu_causes_ = {};
      }
      values_[offset / 4] = reg::PmuCtrl::kClear.insert(value, 0);
      return Request::kNone;
    default:
      values_[offset / 4] = value;
      return Request::kNone;
  }
}

Request Registers::write_control(std::uint32_t value) {
  if (value == 0) return Request::kNone;
  if (!std::has_single_bit(value)) return Request::kRefused;
  if (reg::Control::kSoftReset.extract(value) != 0) return Request::kSoftReset;
  if (state_ != spec::State::kIdle) return Request::kRefused;
  return reg::Control::kStart.extract(value) != 0 ? Request::kStart : Request::kClearSram;
}

Request Registers::write_attributes(std::uint32_t value) {
  constexpr std::uint32_t kSecurity = 0b011;  // Privileged and non-secure.
  std::uint32_t& attributes = values_[reg::AxiAttr::kOffset / 4];
  const bool switched =
      ((reg::AxiAttr::kProt.extract(attributes) ^ reg::AxiAttr::kProt.extract(value)) & kSecurity) != 0;
  attributes = value;
  return switched && state_ == spec::State::kIdle ? Request::kClearSram : Request::kNone;
}

std::uint64_t Registers::address_at(std::uint32_t low_offset) const {
  return (std::uint64_t{stored(low_offset + 4)} << 32) | stored(low_offset);
}

JobSetup Registers::job_setup() const {
  constexpr std::uint64_t kBaseAlignment = 16;
  JobSetup setup;
  setup.cmd_base = address_at(reg::CmdBaseLo::kOffset) & ~(kBaseAlignment - 1);
  setup.cmd_size = stored(reg::CmdSize::kOffset);
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
    const std::uint32_t attributes = stored(reg::WindowAttr::offset(i));
    setup.windows[i] = {.base = address_at(reg::WindowBaseLo::offset(i)),
                        .size = stored(reg::WindowSize::offset(i)),
                        .read = reg::WindowAttr::kRead.extract(attributes) != 0,
                        .write = reg::WindowAttr::kWrite.extract(attributes) != 0};
  }
  return setup;
}

bool Registers::counting() const { return reg::PmuCtrl::kEnable.extract(stored(reg::PmuCtrl::kOffset)) != 0; }

std::uint32_t Registers::log_item() const {
  const std::uint32_t shown = stored(reg::PmuLogIndex::kOffset);
  const std::size_t entry = reg::PmuLogIndex::kValue.extract(shown);
  const auto cause = static_cast<std::size_t>(reg::PmuLogIndex::kItem.extract(shown));
  if (cause == 0) return pmu_log_[entry];
  return cause <= spec::kCauses ? pmu_causes_[entry][cause - 1] : 0;
}

void Registers::begin_job() {
  progress_ = 0;
  completed_ = {};
  pmu_causes_ = {};
  set_causes({});
}

void Registers::set_causes(const std::vector<CauseRun>& runs) {
  runs_ = runs;
  run_ = 0;
  run_cycles_ = 0;
}

void Registers::count_event(spec::Event event, std::uint64_t cycles) {
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    if (reg::PmuEvent::kSelect.extract(stored(reg::PmuEvent::offset(i))) == event) {
      pmu_counts_[i] += static_cast<std::uint32_t>(cycles);
    }
  }
}

void Registers::count_running(std::uint64_t cycles) {
  if (counting()) {
    pmu_cycles_ += cycles;
    count_event(spec::Event::kRunning, cycles);
  }
  while (cycles != 0 && run_ < runs_.size()) {
    const CauseRun& run = runs_[run_];
    const bool last = run_ + 1 == runs_.size();
    const std::uint64_t now = last ? cycles : std::min(cycles, run.cycles - run_cycles_);
    if (counting()) {
      pmu_causes_[run.layer][static_cast<std::size_t>(run.cause) - 1] += static_cast<std::uint32_t>(now);
      count_event(event_of(run.cause), now);
    }
    cycles -= now;
    run_cycles_ += now;
    if (last || run_cycles_ < run.cycles) continue;
    ++run_;
    run_cycles_ = 0;
  }
}

void Registers::record_progress(const JobReport& report) {
  progress_ = report.progress;
  completed_ = report.completed;
  for (std::size_t i = 0; i < pmu_log_.size(); ++i) pmu_log_[i] = report.log[i].value_or(pmu_log_[i]);
  if (!counting()) return;
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    const spec::Event select = reg::PmuEvent::kSelect.extract(stored(reg::PmuEvent::offset(i)));
    pmu_counts_[i] += static_cast<std::uint32_t>(report.events[static_cast<std::size_t>(select)]);
  }
}

void Registers::end_job(const FaultRecord& fault) {
  const bool done = fault.fault == spec::Fault::kNone;
  done_tag_ = stored(reg::JobTag::kOffset);
  if (!done) fault_ = fault;
  irq_raw_ |= done ? reg::IrqRaw::kDone.mask() : reg::IrqRaw::kFault.mask();
  state_ = done ? spec::State::kIdle : spec::State::kFault;
}

}  // namespace auklet::sim::model
