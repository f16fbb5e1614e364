// Every register of the specification: what it holds, who may touch it and when.
#include "checks.hpp"

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::uint32_t kRegisterBytes = 0x1000;  // The AXI4-Lite slave's range.

/// Calls `visit(info, element, offset)` for every element of every register.
template <typename Visit>
void for_each_register(Visit visit) {
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    for (std::uint32_t i = 0; i < info.count; ++i) visit(info, i, info.offset + i * info.stride);
  }
}

/// A read-write register's bits that read as they were written.
std::uint32_t kept_bits(const spec::RegisterInfo& info) {
  return info.offset == reg::PmuCtrl::kOffset ? info.field_mask & ~reg::PmuCtrl::kClear.mask() : info.field_mask;
}

/// A value that no other register is given, with ones in its high bits and its low ones.
std::uint32_t own_value(std::uint32_t offset) { return (offset * 0x9e37'79b9U) ^ 0xa5c3'000fU; }

void write_own_values(Bench& bench) {
  for_each_register([&](const spec::RegisterInfo& info, std::uint32_t, std::uint32_t offset) {
    if (info.access == spec::Access::kReadWrite) bench.write_at(offset, own_value(offset));
  });
}

void expect_own_values(Bench& bench, const char* what) {
  for_each_register([&](const spec::RegisterInfo& info, std::uint32_t i, std::uint32_t offset) {
    if (info.access != spec::Access::kReadWrite) return;
    bench.expect(what, own_value(offset) & kept_bits(info), bench.read_at(offset) & kept_bits(info), info.name, i);
  });
}

/// A stream that stands still until a reset.
Stream standstill() {
  Stream stream;
  stream.end(1);
  return stream;
}

}  // namespace

void check_identification(Bench& bench) {
  if (!bench.prepare()) return;
  const std::uint32_t version = bench.read<reg::Version>();
  bench.expect("the major hardware version", spec::kHardwareVersionMajor, reg::Version::kMajor.extract(version),
               "VERSION");
  bench.expect("the version of the command stream", spec::kStreamVersion, reg::Version::kStream.extract(version),
               "VERSION");
  bool known = false;
  for (const spec::HardwareConfig& config : spec::kConfigurations) known = known || config.macs == bench.macs();
  bench.expect("the number of MACs is a configuration's", 1, known ? 1 : 0, "CONFIG0");
  bench.expect("there is SRAM", 1, bench.sram_bytes() != 0 ? 1 : 0, "CONFIG1");
  const std::uint32_t config1 = bench.read<reg::Config1>();
  bench.expect("address windows", spec::kWindowCount, reg::Config1::kWindows.extract(config1), "CONFIG1");
  bench.expect("event counters", spec::kPmuCounters, reg::Config1::kCounters.extract(config1), "CONFIG1");
}

void check_reset_values(Bench& bench) {
  const Platform& platform = bench.platform();
  if (platform.hard_reset == nullptr) {
    bench.skip("the platform cannot pulse the reset input");
    return;
  }
  if (!bench.prepare()) return;
  write_own_values(bench);
  platform.hard_reset(platform.context);
  for_each_register([&](const spec::RegisterInfo& info, std::uint32_t i, std::uint32_t offset) {
    if (info.access == spec::Access::kWriteOnly) return;
    bench.expect("the value after reset", info.reset & info.reset_mask, bench.read_at(offset) & info.reset_mask,
                 info.name, i);
  });
  bench.expect_interrupt("the interrupt output after reset", false);
  bench.expect("no fault after reset", 0, bench.read<reg::FaultCause>(), "FAULT_CAUSE");
  bench.await_state(spec::State::kIdle);
}

void check_held_values(Bench& bench) {
  if (!bench.prepare()) return;
  for (const std::uint32_t value : {0xffff'ffffU, 0x5555'5555U, 0xaaaa'aaaaU, 0U}) {
    for_each_register([&](const spec::RegisterInfo& info, std::uint32_t i, std::uint32_t offset) {
      if (info.access != spec::Access::kReadWrite) return;
      bench.write_at(offset, value);
      bench.expect("the bits that were written, others zero", value & kept_bits(info), bench.read_at(offset), info.name,
                   i);
    });
  }
  // All at once, so that no two of them are one.
  write_own_values(bench);
  expect_own_values(bench, "its own value, whatever others hold");
}

void check_read_only(Bench& bench) {
  if (!bench.can_refuse() || !bench.prepare()) return;
  for_each_register([&](const spec::RegisterInfo& info, std::uint32_t i, std::uint32_t offset) {
    if (info.access != spec::Access::kReadOnly) return;
    const std::uint32_t before = bench.read_at(offset);
    bench.expect("a write is refused", 1, bench.write_is_refused(offset, ~before) ? 1 : 0, info.name, i);
    bench.expect("and changes nothing", before, bench.read_at(offset), info.name, i);
    bench.expect("a read is not refused", 0, bench.read_is_refused(offset) ? 1 : 0, info.name, i);
  });
}

void check_write_only(Bench& bench) {
  if (!bench.can_refuse() || !bench.prepare()) return;
  for_each_register([&](const spec::RegisterInfo& info, std::uint32_t i, std::uint32_t offset) {
    if (info.access != spec::Access::kWriteOnly) return;
    bench.expect("a read is refused", 1, bench.read_is_refused(offset) ? 1 : 0, info.name, i);
    bench.expect("a write of zero is not", 0, bench.write_is_refused(offset, 0) ? 1 : 0, info.name, i);
  });
  bench.expect_state(spec::State::kIdle);
}

void check_unknown_offsets(Bench& bench) {
  if (!bench.can_refuse() || !bench.prepare()) return;
  write_own_values(bench);
  for (std::uint32_t offset = 0; offset < kRegisterBytes; offset += 4) {
    if (spec::find_register(offset) != nullptr) continue;
    bench.expect("a read is refused", 1, bench.read_is_refused(offset) ? 1 : 0, "no register", offset);
    bench.expect("a write is refused", 1, bench.write_is_refused(offset, 0xffff'ffff) ? 1 : 0, "no register", offset);
  }
  expect_own_values(bench, "what it held before accesses elsewhere");
  bench.await_state(spec::State::kIdle);  // AXI_ATTR may have cleared the SRAM.
}

void check_locked(Bench& bench) {
  if (!bench.can_refuse() || !bench.prepare()) return;
  bench.write<reg::Watchdog>(0);
  bench.place(standstill());
  bench.start();
  bench.pass_time(256);
  bench.expect_state(spec::State::kRunning);
  for_each_register([&](const spec::RegisterInfo& info, std::uint32_t i, std::uint32_t offset) {
    if (info.access != spec::Access::kReadWrite) return;
    const std::uint32_t before = bench.read_at(offset);
    const bool refused = bench.write_is_refused(offset, ~before & ~reg::PmuCtrl::kClear.mask());
    bench.expect("a write while a job runs is refused where locked", info.locked ? 1 : 0, refused ? 1 : 0, info.name,
                 i);
    if (info.locked) bench.expect("and changes nothing", before, bench.read_at(offset), info.name, i);
  });
  bench.expect_state(spec::State::kRunning);
  bench.soft_reset();
  bench.expect("is writable again", 0, bench.write_is_refused(reg::Watchdog::kOffset, 1) ? 1 : 0, "WATCHDOG");
}

void check_control_refusals(Bench& bench) {
  if (!bench.can_refuse() || !bench.prepare()) return;
  constexpr std::uint32_t kStart = reg::Control::kStart.mask();
  constexpr std::uint32_t kSoftReset = reg::Control::kSoftReset.mask();
  constexpr std::uint32_t kClearSram = reg::Control::kClearSram.mask();
  const auto expect_refused = [&bench](const char* what, std::uint32_t value) {
    bench.expect(what, 1, bench.write_is_refused(reg::Control::kOffset, value) ? 1 : 0, "CONTROL", value);
  };
  expect_refused("two bits at once are refused", kStart | kSoftReset);
  expect_refused("two bits at once are refused", kStart | kClearSram);
  expect_refused("two bits at once are refused", kSoftReset | kClearSram);
  expect_refused("three bits at once are refused", kStart | kSoftReset | kClearSram);
  bench.expect_state(spec::State::kIdle);

  bench.write<reg::Watchdog>(0);
  bench.place(standstill());
  bench.start();
  bench.pass_time(256);
  expect_refused("start is refused while a job runs", kStart);
  expect_refused("clear_sram is refused while a job runs", kClearSram);
  bench.expect_state(spec::State::kRunning);
  bench.soft_reset();

  bench.place_words(std::array<std::uint32_t, 8>{}, 32);  // No stream: fault COMMAND.
  bench.start();
  bench.await_end();
  bench.expect_state(spec::State::kFault);
  expect_refused("start is refused after a fault", kStart);
  expect_refused("clear_sram is refused after a fault", kClearSram);
  bench.expect_state(spec::State::kFault);
  bench.soft_reset();
}

}  // namespace auklet::conformance
