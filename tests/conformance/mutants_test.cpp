// The suite can fail: a device with one defect each, made by a bus that lies, is caught by the check that is about it.
#include <gtest/gtest.h>

#include <auklet/sim/functional_model.hpp>
#include <map>
#include <memory>

#include "subject.hpp"

namespace auklet::conformance {
namespace {

namespace reg = spec::reg;

using Read = std::function<std::uint32_t(sim::Target& device, std::uint32_t offset)>;
using Write = std::function<void(sim::Target& device, std::uint32_t offset, std::uint32_t value)>;

/// A device with a defect between it and the bus.
struct Mutant {
  const char* name;
  std::vector<std::string> caught_by;  ///< Checks that have to fail.
  Read read = [](sim::Target& device, std::uint32_t offset) { return device.read32(offset); };
  Write write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) { device.write32(offset, value); };
  std::function<void(Platform&)> change = [](Platform&) {};  ///< Of what else the platform sees.
};

class MutantBus {
 public:
  MutantBus(sim::Target& device, const Mutant& mutant) : device_(device), mutant_(mutant) {}
  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) { return mutant_.read(device_, offset); }
  void write32(std::uint32_t offset, std::uint32_t value) { mutant_.write(device_, offset, value); }

 private:
  sim::Target& device_;
  const Mutant& mutant_;
};

std::uint32_t plain(sim::Target& device, std::uint32_t offset) { return device.read32(offset); }

/// Reads of `offset` through `change`.
Read read_changed(std::uint32_t at, std::function<std::uint32_t(std::uint32_t)> change) {
  return [at, change](sim::Target& device, std::uint32_t offset) {
    const std::uint32_t value = device.read32(offset);
    return offset == at ? change(value) : value;
  };
}

Write write_changed(std::uint32_t at, std::function<std::uint32_t(std::uint32_t)> change) {
  return [at, change](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
    device.write32(offset, offset == at ? change(value) : value);
  };
}

/// Window sizes off by `by` in the hardware, though they read as they were written.
Mutant window_size(const char* name, std::uint32_t by, std::vector<std::string> caught_by) {
  const auto is_size = [](std::uint32_t offset) {
    const spec::RegisterInfo* info = spec::find_register(offset);
    return info != nullptr && info->offset == reg::WindowSize::kOffset;
  };
  return {.name = name,
          .caught_by = std::move(caught_by),
          .read =
              [=](sim::Target& device, std::uint32_t offset) {
                const std::uint32_t value = device.read32(offset);
                return is_size(offset) && value != 0 ? value - by : value;
              },
          .write =
              [=](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                device.write32(offset, is_size(offset) && value != 0 ? value + by : value);
              }};
}

std::vector<Mutant> mutants() {
  std::vector<Mutant> all;
  const auto security = std::make_shared<std::uint32_t>(0);
  all.push_back({.name = "RegisterLostABit",
                 .caught_by = {"registers.held_values"},
                 .read = read_changed(reg::JobTag::kOffset, [](std::uint32_t v) { return v & ~0x0010'0000U; })});
  all.push_back({.name = "RegisterShowsReservedBits",
                 .caught_by = {"registers.held_values"},
                 .read = read_changed(reg::CmdBaseLo::kOffset, [](std::uint32_t v) { return v | 1U; })});
  all.push_back({.name = "TwoRegistersAreOne",
                 .caught_by = {"registers.held_values"},
                 .read = [](sim::Target& device, std::uint32_t offset) {
                   return device.read32(offset == reg::PmuEvent::offset(6) ? reg::PmuEvent::offset(2) : offset);
                 }});
  all.push_back({.name = "WrongResetValue",
                 .caught_by = {"registers.reset_values"},
                 .read = read_changed(reg::AxiAttr::kOffset, [](std::uint32_t v) { return v == 0x830 ? 0x820 : v; })});
  all.push_back({.name = "UnlockedWhileRunning",
                 .caught_by = {"registers.locked"},
                 .write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                   // As if it had been written: neither refused nor, to the eye, unchanged.
                   if (offset != reg::AxiAttr::kOffset) device.write32(offset, value);
                 }});
  all.push_back({.name = "WriteOnlyRegisterReads",
                 .caught_by = {"registers.write_only"},
                 .read = [](sim::Target& device, std::uint32_t offset) {
                   return offset == reg::Control::kOffset ? 0 : device.read32(offset);
                 }});
  all.push_back({.name = "ReadOnlyRegisterAcceptsWrites",
                 .caught_by = {"registers.read_only"},
                 .write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                   if (offset != reg::DoneTag::kOffset) device.write32(offset, value);
                 }});
  all.push_back(
      {.name = "UnknownOffsetAnswers",
       .caught_by = {"registers.unknown_offsets"},
       .read = [](sim::Target& device, std::uint32_t offset) { return offset == 0xffc ? 0 : device.read32(offset); }});
  all.push_back(window_size("WindowOneByteTooLong", 1,
                            {"windows.load_limit", "windows.store_limit", "windows.gather_limit",
                             "windows.unpack_limit", "windows.row_limit"}));
  all.push_back(window_size("WindowOneByteTooShort", 0xffff'ffff,
                            {"windows.load_limit", "windows.store_limit", "windows.gather_limit",
                             "windows.unpack_limit", "windows.row_limit"}));
  all.push_back({.name = "WindowAlwaysWritable",
                 .caught_by = {"windows.write_permission"},
                 .write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                   const bool attributes = offset >= reg::WindowAttr::kOffset && (offset & 0xf) == 0xc;
                   device.write32(offset, attributes ? value | reg::WindowAttr::kWrite.mask() : value);
                 }});
  all.push_back({.name = "WindowBaseLosesLowBits",
                 .caught_by = {"windows.base"},
                 .write = write_changed(reg::WindowBaseLo::offset(1), [](std::uint32_t v) { return v & ~0xfU; })});
  all.push_back({.name = "InterruptNotMasked",
                 .caught_by = {"interrupts.masks"},
                 .read = [](sim::Target& device, std::uint32_t offset) {
                   const std::uint32_t value = plain(device, offset);
                   if (offset != reg::Status::kOffset) return value;
                   return reg::Status::kIrq.insert(value, plain(device, reg::IrqRaw::kOffset) != 0 ? 1 : 0);
                 }});
  all.push_back({.name = "InterruptPinStuckLow",
                 .caught_by = {"interrupts.done", "interrupts.fault", "interrupts.masks"},
                 .change = [](Platform& platform) { platform.interrupt = [](void*) { return false; }; }});
  all.push_back({.name = "AnyWriteClearsCauses",
                 .caught_by = {"interrupts.clear"},
                 .write = write_changed(reg::IrqRaw::kOffset, [](std::uint32_t) { return 3U; })});
  all.push_back({.name = "FaultsOnTheWrongChannel",
                 .caught_by = {"windows.store_limit", "watchdog.channel", "errors.decode_error"},
                 .read = read_changed(reg::FaultCause::kOffset, [](std::uint32_t v) {
                   return reg::FaultCause::kChannel.extract(v) == spec::Channel::kStore
                              ? reg::FaultCause::kChannel.insert(v, spec::Channel::kLoad)
                              : v;
                 })});
  all.push_back({.name = "FaultOffsetOfTheNextCommand",
                 .caught_by = {"errors.reserved_bits", "errors.field_limits", "windows.load_limit"},
                 .read = read_changed(reg::FaultOffset::kOffset, [](std::uint32_t v) { return v == 0 ? v : v + 48; })});
  all.push_back({.name = "FaultAddressWithoutHighHalf",
                 .caught_by = {"errors.decode_error", "errors.slave_error"},
                 .read = read_changed(reg::FaultAddrHi::kOffset, [](std::uint32_t) { return 0U; })});
  all.push_back({.name = "OneCommandErrorForAll",
                 .caught_by = {"errors.header", "errors.length", "errors.truncated", "errors.command_words"},
                 .read = read_changed(reg::FaultCause::kOffset, [](std::uint32_t v) {
                   return reg::FaultCause::kFault.extract(v) == spec::Fault::kCommand
                              ? reg::FaultCause::kCode.insert(v, spec::CommandError::kField)
                              : v;
                 })});
  all.push_back({.name = "SoftResetForgetsTheMask",
                 .caught_by = {"interrupts.fault", "reset.soft_keeps_registers"},
                 .write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                   device.write32(offset, value);
                   const bool reset = offset == reg::Control::kOffset && reg::Control::kSoftReset.extract(value) != 0;
                   if (reset) device.write32(reg::IrqMask::kOffset, 0);
                 }});
  all.push_back({.name = "SoftResetDoesNothing",
                 .caught_by = {"reset.mid_job", "reset.soft_clears_sram", "errors.fault_state"},
                 .write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                   const bool reset = offset == reg::Control::kOffset && reg::Control::kSoftReset.extract(value) != 0;
                   if (!reset) device.write32(offset, value);
                 }});
  all.push_back({.name = "ClearSramDoesNothing",
                 .caught_by = {"reset.clear_sram"},
                 .write = [](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                   const bool clear = offset == reg::Control::kOffset && reg::Control::kClearSram.extract(value) != 0;
                   if (!clear) device.write32(offset, value);
                 }});
  all.push_back({.name = "SecuritySwitchClearsNothing",
                 .caught_by = {"reset.security_switch"},
                 .read =
                     [shown = security](sim::Target& device, std::uint32_t offset) {
                       return device.read32(offset) | (offset == reg::AxiAttr::kOffset ? *shown : 0);
                     },
                 .write =
                     [shown = security](sim::Target& device, std::uint32_t offset, std::uint32_t value) {
                       const std::uint32_t hidden = offset == reg::AxiAttr::kOffset ? value & 3 : 0;
                       if (offset == reg::AxiAttr::kOffset) *shown = hidden;
                       device.write32(offset, value & ~hidden);
                     }});
  all.push_back({.name = "WatchdogStaysOff",
                 .caught_by = {"watchdog.fires", "watchdog.channel"},
                 .read = read_changed(reg::Watchdog::kOffset, [](std::uint32_t) { return 0x10000U; }),
                 .write = write_changed(reg::Watchdog::kOffset, [](std::uint32_t) { return 0U; })});
  all.push_back({.name = "WatchdogCannotBeTurnedOff",
                 .caught_by = {"watchdog.off"},
                 .write = write_changed(reg::Watchdog::kOffset,
                                        [](std::uint32_t v) { return v == 0 ? std::uint32_t{0x1000} : v; })});
  all.push_back({.name = "CountsWithoutBeingAsked",
                 .caught_by = {"pmu.off", "pmu.commands"},
                 .write = write_changed(reg::PmuCtrl::kOffset, [](std::uint32_t v) { return v | 1U; })});
  all.push_back({.name = "CounterDoesNotClear",
                 .caught_by = {"pmu.clear"},
                 .write = write_changed(reg::PmuCtrl::kOffset, [](std::uint32_t v) { return v & 1U; })});
  all.push_back({.name = "CounterMissesEnd",
                 .caught_by = {"pmu.commands"},
                 .read = read_changed(reg::PmuCount::offset(2), [](std::uint32_t v) { return v == 0 ? v : v - 1; })});
  all.push_back({.name = "LogLosesACycle",
                 .caught_by = {"pmu.causes"},
                 .read = read_changed(reg::PmuCyclesLo::kOffset, [](std::uint32_t v) { return v == 0 ? v : v - 1; })});
  all.push_back({.name = "CompletedCountsStick",
                 .caught_by = {"jobs.progress", "interrupts.order"},
                 .read = read_changed(reg::CompletedStore::kOffset, [](std::uint32_t) { return 2U; })});
  all.push_back({.name = "TagOfTheJobBefore",
                 .caught_by = {"interrupts.order", "jobs.back_to_back", "jobs.after_error"},
                 .read = read_changed(reg::DoneTag::kOffset, [](std::uint32_t v) { return v - 1; })});
  return all;
}

class Mutants : public testing::TestWithParam<std::size_t> {};

TEST_P(Mutants, AreCaught) {
  const std::vector<Mutant> all = mutants();
  const Mutant& mutant = all[GetParam()];
  for (const std::string& name : mutant.caught_by) {
    sim::FunctionalModel model;
    Subject subject(model);
    subject.platform.patience = 4000;
    const Check& check = find_check(name);
    EXPECT_EQ(run_check(check, subject.platform).result.verdict, Verdict::kPassed) << name << " on a sound device";

    MutantBus bus(model, mutant);
    subject.use_bus(bus);
    mutant.change(subject.platform);
    const Report report = run_check(check, subject.platform);
    EXPECT_EQ(report.result.verdict, Verdict::kFailed) << name << " on " << mutant.name;
    EXPECT_FALSE(report.failures.empty()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Mutants, testing::Range(std::size_t{0}, mutants().size()),
                         [](const auto& chosen) { return std::string(mutants()[chosen.param].name); });

/// Results that come out wrong: memory that loses a bit of what the NPU writes.
TEST(MutantMemory, IsCaughtByEveryJob) {
  for (const Check& check : checks()) {
    const bool computes = std::string(check.area) == "jobs" && std::string(check.name) != "progress";
    if (!computes) continue;
    sim::FunctionalModel model;
    Subject subject(model);
    struct Hooks {
      std::byte* bytes;
    } hooks{subject.platform.memory.cpu};
    Platform platform = subject.platform;
    platform.memory.context = &hooks;
    platform.memory.write = [](void* context, std::size_t offset, const std::byte* from, std::size_t size) {
      std::copy_n(from, size, static_cast<Hooks*>(context)->bytes + offset);
    };
    platform.memory.read = [](void* context, std::size_t offset, std::byte* to, std::size_t size) {
      std::copy_n(static_cast<Hooks*>(context)->bytes + offset, size, to);
      for (std::size_t i = 0; i < size; ++i) to[i] &= std::byte{0xfb};
    };
    EXPECT_EQ(run_check(check, platform).result.verdict, Verdict::kFailed) << check.name;
  }
}

}  // namespace
}  // namespace auklet::conformance
