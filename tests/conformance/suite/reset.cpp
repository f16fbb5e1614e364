// Resets at rest and in the middle of things, and the watchdog.
#include "checks.hpp"

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::byte kPattern{0x69};
constexpr std::byte kCanary{0xa5};
constexpr std::uint32_t kBlock = 1024;

void open_windows(Bench& bench) {
  bench.fill(kInputAt, kBlock, kPattern);
  bench.fill(kOutputAt, 2 * kBlock, kCanary);
  bench.open(0, kInputAt, kBlock, npu::Access::kRead);
  bench.open(1, kOutputAt, kBlock, npu::Access::kWrite);
}

/// Brings kPattern into the SRAM.
void fill_sram(Bench& bench) {
  Stream stream;
  for (std::uint32_t i = 0; i < 4; ++i) stream.add(load(0, 0, kBlock, i * 0x1000));
  stream.end();
  bench.run(stream);
}

/// Expects what the SRAM holds where fill_sram() wrote.
void expect_sram(Bench& bench, const char* what, std::byte value) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    Stream stream;
    stream.add(store(1, 0, kBlock, i * 0x1000));
    stream.end();
    bench.run(stream);
    bench.expect_filled(what, kOutputAt, kBlock, value);
  }
}

/// A whole job through memory and back, whatever came before it.
void expect_sound(Bench& bench) {
  open_windows(bench);
  Stream stream;
  stream.add(load(0, 0, kBlock, 0x2000));
  stream.add(store(1, 0, kBlock, 0x2000, 1));
  stream.end();
  bench.run(stream);
  bench.expect_filled("the next job's results", kOutputAt, kBlock, kPattern);
  bench.expect_filled("nothing outside its window", kOutputAt + kBlock, kBlock, kCanary);
}

/// Takes 16,384 cycles or more: 1,024 outputs of 16 taps.
Stream long_job() {
  Stream stream;
  stream.add(busy(1024, 16, 0x4000));
  stream.end();
  return stream;
}

void expect_at_rest(Bench& bench) {
  bench.expect("no cause", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect("no fault", 0, bench.read<reg::FaultCause>(), "FAULT_CAUSE");
  bench.expect("not isolated", 0, reg::Status::kIsolated.extract(bench.read<reg::Status>()), "STATUS");
  bench.expect_interrupt("no interrupt", false);
}

ExpectedFault watchdog_fault(spec::Channel channel, std::uint32_t offset) {
  return {.kind = spec::Fault::kWatchdog, .channel = channel, .offset = offset};
}

/// Memory stops in the middle of `stream`; the watchdog says who waited, and when memory answers again a reset helps.
void expect_stall(Bench& bench, Stall stall, const Stream& stream, spec::Channel channel, std::uint32_t offset) {
  const Platform& platform = bench.platform();
  bench.write<reg::Watchdog>(2000);
  bench.place(stream);
  platform.stall_memory(platform.context, stall);
  bench.start();
  if (bench.await_end()) {
    const std::uint32_t cause = bench.read<reg::FaultCause>();
    bench.expect("the fault", static_cast<std::uint64_t>(spec::Fault::kWatchdog),
                 static_cast<std::uint64_t>(reg::FaultCause::kFault.extract(cause)), "FAULT_CAUSE.fault");
    bench.expect("its channel", static_cast<std::uint64_t>(channel),
                 static_cast<std::uint64_t>(reg::FaultCause::kChannel.extract(cause)), "FAULT_CAUSE.channel");
    bench.expect("its stream offset", offset, bench.read<reg::FaultOffset>(), "FAULT_OFFSET");
    bench.expect_state(spec::State::kFault);
    // The port cannot drain, so it is cut off.
    bench.expect("isolated", 1, reg::Status::kIsolated.extract(bench.read<reg::Status>()), "STATUS");
    bench.write<reg::Control>(reg::Control::kSoftReset.mask());
    bench.pass_time(2 * spec::kDrainCycles);
    bench.expect("still isolated while memory is silent", 1, reg::Status::kIsolated.extract(bench.read<reg::Status>()),
                 "STATUS");
  }
  platform.stall_memory(platform.context, Stall::kNone);
  bench.pass_time(2000);  // What memory still owed comes in.
  bench.soft_reset();
  expect_at_rest(bench);
  expect_sound(bench);
}

bool can_stall(Bench& bench) {
  if (bench.platform().stall_memory != nullptr) return true;
  bench.skip("the platform cannot stop its memory");
  return false;
}

}  // namespace

void check_soft_reset_keeps(Bench& bench) {
  if (!bench.prepare()) return;
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    if (info.access != spec::Access::kReadWrite) continue;
    for (std::uint32_t i = 0; i < info.count; ++i) bench.write_at(info.offset + i * info.stride, 0xc3c3'c3c1U + i);
  }
  bench.soft_reset();
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    if (info.access != spec::Access::kReadWrite) continue;
    const std::uint32_t kept = info.offset == reg::PmuCtrl::kOffset ? reg::PmuCtrl::kEnable.mask() : info.field_mask;
    for (std::uint32_t i = 0; i < info.count; ++i) {
      bench.expect("a soft reset keeps it", (0xc3c3'c3c1U + i) & kept, bench.read_at(info.offset + i * info.stride),
                   info.name, i);
    }
  }
  expect_at_rest(bench);
}

void check_soft_reset_clears_sram(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  fill_sram(bench);
  expect_sram(bench, "what was loaded stays from job to job", kPattern);
  bench.soft_reset();
  expect_sram(bench, "a soft reset clears the SRAM", std::byte{0});
}

void check_clear_sram(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  fill_sram(bench);
  bench.write<reg::Control>(reg::Control::kClearSram.mask());
  bench.await_state(spec::State::kIdle);
  expect_at_rest(bench);
  expect_sram(bench, "clear_sram clears the SRAM", std::byte{0});
}

void check_security_switch(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  // Jobs run with the platform's own protection: a firewall might refuse another.
  const auto set_prot = [&bench](std::uint32_t prot, std::uint32_t cache) {
    bench.write<reg::AxiAttr>(reg::AxiAttr::kProt.make(prot) | reg::AxiAttr::kCache.make(cache));
    bench.await_state(spec::State::kIdle);
  };
  constexpr std::uint32_t kCache = 3;
  for (const std::uint32_t changed : {1U, 2U}) {  // Privileged, non-secure.
    fill_sram(bench);
    set_prot(0b100, kCache + 1);
    set_prot(0, kCache);
    expect_sram(bench, "other attributes leave the SRAM as it is", kPattern);
    set_prot(changed, kCache);
    expect_at_rest(bench);
    set_prot(0, kCache);
    expect_sram(bench, "a change of the privileged or non-secure bit clears the SRAM", std::byte{0});
  }
}

void check_reset_mid_job(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::IrqMask>(reg::IrqMask::kDone.mask() | reg::IrqMask::kFault.mask());
  bench.place(long_job());
  bench.start();
  bench.expect_state(spec::State::kRunning);
  bench.soft_reset();
  expect_at_rest(bench);
  bench.pass_time(40'000);
  bench.expect("a job that was reset does not end", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_state(spec::State::kIdle);
  expect_sound(bench);
}

void check_reset_mid_transfer(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  Stream stream;
  for (std::uint32_t i = 0; i < 8; ++i) {
    stream.add(load(0, 0, kBlock, 0));
    stream.add(store(1, 0, kBlock, 0));
  }
  stream.end();
  for (const std::uint32_t cycles : {0U, 1U, 20U, 50U, 100U, 150U, 200U, 300U, 400U, 500U}) {
    bench.fill(kOutputAt, 2 * kBlock, kCanary);
    bench.place(stream);
    bench.start();
    if (cycles != 0) bench.pass_time(cycles);
    bench.soft_reset();
    expect_at_rest(bench);
    bench.expect_filled("nothing outside the window", kOutputAt + kBlock, kBlock, kCanary);
    expect_sound(bench);
  }
}

void check_hard_reset_mid_job(Bench& bench) {
  const Platform& platform = bench.platform();
  if (platform.hard_reset == nullptr) {
    bench.skip("the platform cannot pulse the reset input");
    return;
  }
  if (!bench.prepare()) return;
  open_windows(bench);
  fill_sram(bench);
  bench.place(long_job());
  bench.start();
  bench.pass_time(200);
  platform.hard_reset(platform.context);
  bench.await_state(spec::State::kIdle);
  expect_at_rest(bench);
  bench.expect("windows are closed", 0, bench.read_at(reg::WindowSize::offset(0)), "WINDOW_SIZE");
  bench.pass_time(40'000);
  expect_at_rest(bench);
  open_windows(bench);
  expect_sram(bench, "a hard reset clears the SRAM", std::byte{0});
  expect_sound(bench);
}

void check_watchdog_fires(Bench& bench) {
  if (!bench.prepare()) return;
  for (const std::uint32_t cycles : {500U, 3000U}) {
    bench.write<reg::Watchdog>(cycles);
    bench.write<reg::PmuCtrl>(reg::PmuCtrl::kClear.mask() | reg::PmuCtrl::kEnable.mask());
    Stream stream;
    spec::GeomCommand never = busy(1, 1);
    never.header.wait_store = 1;
    stream.add(never);
    const std::uint32_t last = stream.end();
    bench.place(stream);
    bench.start();
    if (!bench.await_end()) return;
    const std::uint32_t ran = bench.read<reg::PmuCyclesLo>();
    bench.expect("not before its cycles have passed", 1, ran >= cycles ? 1 : 0, "PMU_CYCLES", cycles);
    bench.expect("soon after", 1, ran <= cycles + 1000 ? 1 : 0, "PMU_CYCLES", cycles);
    bench.expect_fault(watchdog_fault(spec::Channel::kCompute, last));
  }
  expect_sound(bench);
}

void check_watchdog_channel(Bench& bench) {
  if (!bench.prepare()) return;
  open_windows(bench);
  bench.write<reg::Watchdog>(500);
  // Who waits, by bits: load, store, compute. The first of them is named, the decoder when there is none.
  for (std::uint32_t waits = 0; waits < 8; ++waits) {
    Stream stream;
    spec::DmaCommand in = load(0, 0, 16, 0);
    in.header.wait_compute = 9;
    spec::DmaCommand out = store(1, 0, 16, 0, 0, 9);
    spec::GeomCommand work = busy(1, 1);
    work.header.wait_compute = 9;
    if ((waits & 4) != 0) stream.add(work);
    if ((waits & 2) != 0) stream.add(out);
    if ((waits & 1) != 0) stream.add(in);
    const std::uint32_t last = stream.end(9);
    const spec::Channel channel = (waits & 1) != 0   ? spec::Channel::kLoad
                                  : (waits & 2) != 0 ? spec::Channel::kStore
                                  : (waits & 4) != 0 ? spec::Channel::kCompute
                                                     : spec::Channel::kFetch;
    bench.run(stream, watchdog_fault(channel, last));
  }
}

void check_watchdog_off(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::Watchdog>(0);
  Stream stream;
  stream.end(1);
  bench.place(stream);
  bench.start();
  bench.pass_time(200'000);
  bench.expect_state(spec::State::kRunning);
  bench.expect("a job without a watchdog stands still", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.soft_reset();
  expect_at_rest(bench);
}

void check_watchdog_progress(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::Watchdog>(4096);
  bench.write<reg::PmuCtrl>(reg::PmuCtrl::kClear.mask() | reg::PmuCtrl::kEnable.mask());
  bench.run(long_job());
  bench.expect("the job was longer than the watchdog", 1, bench.read<reg::PmuCyclesLo>() > 2 * 4096 ? 1 : 0,
               "PMU_CYCLES");
}

void check_stalled_reads(Bench& bench) {
  if (!can_stall(bench) || !bench.prepare()) return;
  open_windows(bench);
  Stream stream;
  stream.end();
  expect_stall(bench, Stall::kReads, stream, spec::Channel::kFetch, 0);
}

void check_stalled_writes(Bench& bench) {
  if (!can_stall(bench) || !bench.prepare()) return;
  open_windows(bench);
  Stream stream;
  stream.add(store(1, 0, kBlock, 0));
  const std::uint32_t last = stream.end();
  expect_stall(bench, Stall::kWrites, stream, spec::Channel::kStore, last);
}

}  // namespace auklet::conformance
