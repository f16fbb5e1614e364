// Performance counters: what must be exact on every implementation, whatever its speed.
#include "checks.hpp"

namespace auklet::conformance {

namespace reg = spec::reg;

namespace {

constexpr std::uint32_t kEnable = reg::PmuCtrl::kEnable.mask();
constexpr std::uint32_t kClear = reg::PmuCtrl::kClear.mask();
constexpr std::uint32_t kFirstLayer = 5;
constexpr std::uint32_t kSecondLayer = 261;  // Entry 5 as well.
constexpr std::uint32_t kThirdLayer = 255;

void select(Bench& bench, std::uint32_t counter, spec::Event event) {
  bench.write_at(reg::PmuEvent::offset(counter), reg::PmuEvent::kSelect.make(event));
}

std::uint32_t count(Bench& bench, std::uint32_t counter) { return bench.read_at(reg::PmuCount::offset(counter)); }

std::uint64_t cycles(Bench& bench) {
  const std::uint64_t low = bench.read<reg::PmuCyclesLo>();
  return (std::uint64_t{bench.read<reg::PmuCyclesHi>()} << 32) | low;
}

std::uint32_t log_entry(Bench& bench, std::uint32_t entry, std::uint32_t item) {
  bench.write<reg::PmuLogIndex>(reg::PmuLogIndex::kValue.make(entry) |
                                reg::PmuLogIndex::kItem.make(static_cast<spec::Cause>(item)));
  return bench.read<reg::PmuLogData>();
}

/// Load, compute and store, in three layers of two entries; five commands.
Stream layered() {
  Stream stream;
  spec::DmaCommand in = load(0, 0, 256, 0);
  in.header.layer = kFirstLayer;
  stream.add(in);
  spec::GeomCommand work = busy(64, 8, 0x400);
  work.header.layer = kFirstLayer;
  work.header.wait_load = 1;
  stream.add(work);
  work.header.layer = kSecondLayer;
  stream.add(work);
  spec::DmaCommand out = store(1, 0, 256, 0x400, 1, 2);
  out.header.layer = kThirdLayer;
  stream.add(out);
  spec::EndCommand end{{.opcode = spec::Opcode::kEnd, .layer = kThirdLayer}};
  stream.add(end);
  return stream;
}

bool prepare(Bench& bench) {
  if (!bench.prepare()) return false;
  bench.open(0, kInputAt, 1024, npu::Access::kRead);
  bench.open(1, kOutputAt, 1024, npu::Access::kWrite);
  return true;
}

}  // namespace

void check_pmu_off(Bench& bench) {
  if (!prepare(bench)) return;
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) select(bench, i, spec::Event::kRunning);
  bench.run(layered());
  bench.expect("counts nothing while it is off", 0, cycles(bench), "PMU_CYCLES");
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    bench.expect("counts nothing while it is off", 0, count(bench, i), "PMU_COUNT", i);
  }
  for (std::uint32_t item = 1; item <= spec::kCauses; ++item) {
    bench.expect("counts nothing while it is off", 0, log_entry(bench, kFirstLayer, item), "PMU_LOG_DATA", item);
  }
}

void check_pmu_clear(Bench& bench) {
  if (!prepare(bench)) return;
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) select(bench, i, spec::Event::kRunning);
  bench.write<reg::PmuCtrl>(kEnable);
  bench.run(layered());
  bench.expect("counts while it is on", 1, cycles(bench) != 0 ? 1 : 0, "PMU_CYCLES");
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    bench.expect("counts while it is on", 1, count(bench, i) != 0 ? 1 : 0, "PMU_COUNT", i);
  }
  bench.write<reg::PmuCtrl>(kClear | kEnable);
  bench.expect("clear reads as zero, enable stays", kEnable, bench.read<reg::PmuCtrl>(), "PMU_CTRL");
  bench.expect("cleared", 0, cycles(bench), "PMU_CYCLES");
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    bench.expect("cleared", 0, count(bench, i), "PMU_COUNT", i);
    bench.expect("clearing keeps the selection", static_cast<std::uint64_t>(spec::Event::kRunning),
                 bench.read_at(reg::PmuEvent::offset(i)), "PMU_EVENT", i);
  }
  for (std::uint32_t item = 1; item <= spec::kCauses; ++item) {
    bench.expect("cleared", 0, log_entry(bench, kFirstLayer, item), "PMU_LOG_DATA", item);
  }
  bench.pass_time(1000);
  bench.expect("nothing counts without a job", 0, cycles(bench), "PMU_CYCLES");
}

void check_pmu_commands(Bench& bench) {
  if (!prepare(bench)) return;
  const Stream stream = layered();
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    select(bench, i, i % 2 == 0 ? spec::Event::kCommands : spec::Event::kNone);
  }
  bench.write<reg::PmuCtrl>(kClear | kEnable);
  // Counts go on from job to job, but for what runs while counting is off.
  for (std::uint32_t jobs = 1; jobs <= 3; ++jobs) {
    bench.run(stream);
    for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
      bench.expect("commands completed, END included", i % 2 == 0 ? jobs * stream.commands() : 0, count(bench, i),
                   "PMU_COUNT", i);
    }
    bench.write<reg::PmuCtrl>(0);
    bench.run(stream);
    bench.write<reg::PmuCtrl>(kEnable);
  }
}

void check_pmu_cycles(Bench& bench) {
  if (!prepare(bench)) return;
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) select(bench, i, spec::Event::kRunning);
  bench.write<reg::PmuCtrl>(kClear | kEnable);
  std::uint64_t before = 0;
  for (std::uint32_t jobs = 1; jobs <= 2; ++jobs) {
    bench.run(layered());
    const std::uint64_t now = cycles(bench);
    // 2 x 64 outputs of 8 taps each.
    bench.expect("a job takes its taps' cycles at least", 1, now - before >= 1024 ? 1 : 0, "PMU_CYCLES", jobs);
    for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
      bench.expect("event RUNNING counts PMU_CYCLES", now, count(bench, i), "PMU_COUNT", i);
    }
    bench.pass_time(1000);
    bench.expect("nothing counts without a job", now, cycles(bench), "PMU_CYCLES");
    before = now;
  }
}

void check_pmu_causes(Bench& bench) {
  if (!prepare(bench)) return;
  bench.write<reg::PmuCtrl>(kClear | kEnable);
  select(bench, 0, spec::Event::kVectorActive);
  select(bench, 1, spec::Event::kStallFill);
  select(bench, 2, spec::Event::kStallLoad);
  select(bench, 3, spec::Event::kStallStore);
  select(bench, 4, spec::Event::kStallCommand);
  select(bench, 5, spec::Event::kMacActive);
  select(bench, 6, spec::Event::kStallBank);
  bench.run(layered());
  std::array<std::uint64_t, spec::kCauses + 1> sums{};
  std::uint64_t all = 0;
  for (std::uint32_t entry = 0; entry < spec::kLogEntries; ++entry) {
    for (std::uint32_t item = 1; item <= spec::kCauses; ++item) {
      const std::uint32_t value = log_entry(bench, entry, item);
      sums[item] += value;
      all += value;
      const bool used = entry == kFirstLayer || entry == kThirdLayer;
      if (!used) bench.expect("nothing for layers that did not run", 0, value, "PMU_LOG_DATA", entry);
    }
  }
  if (all == 0) {
    bench.skip("this hardware leaves the causes of the layer log out");
    return;
  }
  bench.expect("all entries and causes add up to the job's cycles", cycles(bench), all, "PMU_LOG_DATA");
  const auto expect_sum = [&](spec::Cause cause, std::uint32_t counter) {
    bench.expect("a cause's event counts what the log holds", sums[static_cast<std::size_t>(cause)],
                 count(bench, counter), "PMU_COUNT", counter);
  };
  expect_sum(spec::Cause::kVector, 0);
  expect_sum(spec::Cause::kFill, 1);
  expect_sum(spec::Cause::kLoad, 2);
  expect_sum(spec::Cause::kStore, 3);
  expect_sum(spec::Cause::kCommand, 4);
  expect_sum(spec::Cause::kArray, 5);
  expect_sum(spec::Cause::kBank, 6);
  bench.expect("no array command, no array cycle", 0, sums[static_cast<std::size_t>(spec::Cause::kArray)],
               "PMU_LOG_DATA");
  bench.expect("the vector unit worked", 1, sums[static_cast<std::size_t>(spec::Cause::kVector)] >= 1024 ? 1 : 0,
               "PMU_LOG_DATA");
  bench.expect("an item that does not exist is zero", 0, log_entry(bench, kFirstLayer, spec::kCauses + 1),
               "PMU_LOG_DATA");
  // The next job's start forgets them.
  bench.write<reg::PmuCtrl>(0);
  Stream empty;
  empty.end();
  bench.run(empty);
  for (std::uint32_t item = 1; item <= spec::kCauses; ++item) {
    bench.expect("the causes are the last job's", 0, log_entry(bench, kFirstLayer, item), "PMU_LOG_DATA", item);
  }
}

void check_pmu_log(Bench& bench) {
  if (!prepare(bench)) return;
  bench.write<reg::PmuCtrl>(kClear | kEnable);
  bench.run(layered());
  const std::uint32_t first = log_entry(bench, kFirstLayer, 0);
  const std::uint32_t third = log_entry(bench, kThirdLayer, 0);
  // Layers 5 and 261 share an entry, which tells of the last command of both.
  bench.expect("a layer completes after its cycles", 1, first >= 1024 ? 1 : 0, "PMU_LOG_DATA", kFirstLayer);
  bench.expect("a later layer completes later", 1, third > first ? 1 : 0, "PMU_LOG_DATA", kThirdLayer);
  bench.expect("within the job", 1, third <= cycles(bench) ? 1 : 0, "PMU_LOG_DATA", kThirdLayer);
  Stream empty;
  empty.end();
  bench.run(empty);
  bench.expect("a layer that did not run keeps its time", first, log_entry(bench, kFirstLayer, 0), "PMU_LOG_DATA",
               kFirstLayer);
}

void check_pmu_traffic(Bench& bench) {
  if (!prepare(bench)) return;
  select(bench, 0, spec::Event::kAxiWriteBeats);
  select(bench, 1, spec::Event::kRequantActive);
  bench.write<reg::PmuCtrl>(kClear | kEnable);
  Stream stream;
  stream.add(store(1, 0, 512, 0));
  // Four positions of one tile.
  spec::GeomCommand conv = busy(4, 1, 0x400);
  conv.header.opcode = spec::Opcode::kConv;
  stream.add(conv);
  stream.end();
  bench.run(stream);
  bench.expect("write beats of 512 bytes", 512 / bench.bus_bytes(), count(bench, 0), "PMU_COUNT", 0);
  bench.expect("a vector a position enters the requantiser", 4, count(bench, 1), "PMU_COUNT", 1);
}

}  // namespace auklet::conformance
