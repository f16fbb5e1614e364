// The interrupt: its causes, its masks, when it rises and what clears it.
#include "checks.hpp"

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::uint32_t kDone = reg::IrqRaw::kDone.mask();
constexpr std::uint32_t kFault = reg::IrqRaw::kFault.mask();
static_assert(reg::IrqMask::kDone.mask() == kDone && reg::IrqMask::kFault.mask() == kFault);

Stream good_stream() {
  Stream stream;
  stream.end();
  return stream;
}

/// Starts a job and waits for its cause, which stays.
bool finish(Bench& bench, bool well) {
  if (well) {
    bench.place(good_stream());
  } else {
    bench.place_words(std::array<std::uint32_t, 8>{}, 32);
  }
  bench.start();
  return bench.await_end();
}

}  // namespace

void check_done_interrupt(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::IrqMask>(kDone | kFault);
  bench.expect_interrupt("no interrupt before a job", false);
  if (!finish(bench, true)) return;
  bench.expect("done, and nothing else", kDone, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("an interrupt at the job's end", true);
  bench.write<reg::IrqRaw>(kDone);
  bench.expect("cleared", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("no interrupt when its cause is cleared", false);
}

void check_fault_interrupt(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::IrqMask>(kDone | kFault);
  if (!finish(bench, false)) return;
  bench.expect("fault, and nothing else", kFault, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("an interrupt at the fault", true);
  bench.soft_reset();
  bench.expect("a soft reset clears the cause", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("a soft reset takes the interrupt back", false);
  bench.expect("a soft reset keeps the mask", kDone | kFault, bench.read<reg::IrqMask>(), "IRQ_MASK");
}

void check_masks(Bench& bench) {
  if (!bench.prepare()) return;
  for (const bool well : {true, false}) {
    const std::uint32_t cause = well ? kDone : kFault;
    bench.write<reg::IrqMask>(0);
    if (!finish(bench, well)) return;
    for (const std::uint32_t mask : std::initializer_list<std::uint32_t>{0, kDone, kFault, kDone | kFault, 0}) {
      bench.write<reg::IrqMask>(mask);
      bench.expect_interrupt("an interrupt just when its cause is enabled", (mask & cause) != 0);
      bench.expect("the mask does not change the cause", cause, bench.read<reg::IrqRaw>(), "IRQ_RAW", mask);
    }
    bench.write<reg::IrqRaw>(kDone | kFault);
  }
  bench.soft_reset();
}

void check_interrupt_clear(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::IrqMask>(kDone | kFault);
  if (!finish(bench, true)) return;
  bench.write<reg::IrqRaw>(0);
  bench.expect("writing zero clears nothing", kDone, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.write<reg::IrqRaw>(~kDone);
  bench.expect("writing another bit clears nothing", kDone, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("the interrupt stays with its cause", true);
  bench.write<reg::IrqRaw>(kDone);
  bench.expect("writing one clears", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  // What was cleared is there for the next job.
  if (!finish(bench, true)) return;
  bench.expect_interrupt("the next job's interrupt", true);
  bench.write<reg::IrqRaw>(0xffff'ffff);
  bench.expect("writing all ones clears", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
}

void check_interrupt_stays(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::IrqMask>(kDone);
  if (!finish(bench, true)) return;
  bench.write<reg::Watchdog>(0);
  Stream forever;
  forever.end(1);
  bench.place(forever);
  bench.start();
  bench.pass_time(256);
  bench.expect_state(spec::State::kRunning);
  bench.expect("a job's start leaves an old cause", kDone, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("and its interrupt", true);
  bench.write<reg::IrqRaw>(kDone);
  bench.pass_time(256);
  bench.expect("a running job has no cause", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
  bench.expect_interrupt("nor an interrupt", false);
  bench.soft_reset();
  bench.expect("a job that was reset has no cause", 0, bench.read<reg::IrqRaw>(), "IRQ_RAW");
}

void check_interrupt_order(Bench& bench) {
  if (!bench.prepare()) return;
  bench.write<reg::IrqMask>(kDone | kFault);
  bench.open(0, kInputAt, 1024, npu::Access::kRead);
  bench.open(1, kOutputAt, 1024, npu::Access::kWrite);
  for (std::uint32_t round = 0; round < 4; ++round) {
    const std::byte value{static_cast<std::uint8_t>(0x40 + round)};
    bench.fill(kInputAt, 1024, value);
    Stream stream;
    stream.add(load(0, 0, 1024, 0));
    stream.add(store(1, 0, 1024, 0, 1));
    stream.end();
    bench.place(stream);
    bench.start();
    // The first look at the registers after the cause has risen sees all that comes before it.
    if (!bench.await_end()) return;
    bench.expect("the tag is there when done rises", bench.tag(), bench.read<reg::DoneTag>(), "DONE_TAG");
    bench.expect_state(spec::State::kIdle);
    const std::uint32_t completed = bench.read<reg::Completed>();
    bench.expect("all loads completed", 1, reg::Completed::kLoad.extract(completed), "COMPLETED");
    bench.expect("all stores completed", 1, bench.read<reg::CompletedStore>(), "COMPLETED_STORE");
    bench.expect_filled("results are in memory when done rises", kOutputAt, 1024, value);
    bench.write<reg::IrqRaw>(kDone);
  }
}

}  // namespace auklet::conformance
