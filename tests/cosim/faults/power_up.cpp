#include "power_up.hpp"

#include <algorithm>
#include <auklet/sim/axi_watcher.hpp>

#include "sweep_bench.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

// FNV-1a, a value at a time.
class Hash {
 public:
  void add(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3; }
  void add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) add(std::to_integer<std::uint64_t>(byte));
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

class PinHash final : public sim::AxiWatcher {
 public:
  void on_cycle(const sim::AxiMasterPins& master, const sim::AxiSlavePins& /*slave*/, bool irq,
                std::uint64_t cycle) override {
    hash_.add(cycle);
    hash_.add(std::uint64_t{irq} | std::uint64_t{master.r_ready} << 1 | std::uint64_t{master.b_ready} << 2);
    if (master.ar_valid) add(master.ar);
    if (master.aw_valid) add(master.aw);
    if (!master.w_valid) return;
    hash_.add(std::uint64_t{master.w.strobe} | std::uint64_t{master.w.last} << 16);
    for (std::size_t i = 0; i < master.w.data.size(); ++i) {
      if ((master.w.strobe >> i & 1) != 0) hash_.add(std::to_integer<std::uint64_t>(master.w.data[i]));
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_.value(); }

 private:
  void add(const sim::AxiAddress& address) {
    hash_.add(address.address);
    hash_.add(address.id);
    hash_.add(address.len);
    hash_.add(std::uint64_t{address.size} | std::uint64_t{address.burst} << 8 | std::uint64_t{address.cache} << 16 |
              std::uint64_t{address.prot} << 24);
  }

  Hash hash_;
};

// NONE and what follows it.
constexpr std::uint32_t kEvents = static_cast<std::uint32_t>(spec::Event::kStallCommand) + 1;

constexpr std::string_view kAfterReset = "after reset: ";

void see_registers(sim::Target& target, const std::string& when, std::vector<Observation>& seen) {
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    // What the log shows depends on which layers ran: see_log().
    if (info.access == spec::Access::kWriteOnly || info.offset == reg::PmuLogData::kOffset) continue;
    for (std::uint32_t i = 0; i < info.count; ++i) {
      seen.push_back({when + info.name + '[' + std::to_string(i) + ']', target.read32(info.offset + i * info.stride)});
    }
  }
}

// The log of layer 0, which all commands of short jobs belong to.
void see_log(sim::Target& target, const std::string& when, std::vector<Observation>& seen) {
  for (std::uint32_t item = 0; item <= spec::kCauses; ++item) {
    target.write32(reg::PmuLogIndex::kOffset, item << 8);
    seen.push_back({when + "log item " + std::to_string(item), target.read32(reg::PmuLogData::kOffset)});
  }
}

// Counts the events from `first` on, modulo all there are.
void choose_events(sim::Target& target, std::uint32_t first) {
  for (std::uint32_t i = 0; i < spec::kPmuCounters; ++i) {
    target.write32(reg::PmuEvent::offset(i), (first + i) % kEvents);
  }
  target.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kEnable.mask() | reg::PmuCtrl::kClear.mask());
}

// Stores the SRAM, as it was before the first job.
void see_sram(sim::VerilatedNpu& npu, std::vector<Observation>& seen) {
  const spec::HardwareConfig config = config_of(npu.configuration());
  StreamBuilder builder;
  builder.add(spec::DmaCommand{.header = {.opcode = spec::Opcode::kStore},
                               .ax_len = config.sram_bytes,
                               .ax_rows = 1,
                               .sp_len = config.sram_bytes});
  builder.end();
  std::vector<std::uint32_t> stream = builder.finish(config);
  std::vector<std::byte> sram(config.sram_bytes, std::byte{0xff});
  constexpr std::uint64_t kSram = 1 << 20, kStream = 1 << 24;
  npu.map(kSram, sram, {.latency_cycles = 1, .bytes_per_cycle = 16});
  npu.map(kStream, std::as_writable_bytes(std::span(stream)), {});
  set_window(npu, 0, kSram, config.sram_bytes);
  const JobOutcome outcome = run_job(npu, kStream, static_cast<std::uint32_t>(stream.size() * 4), 1, 200'000);
  npu.unmap(kSram);
  npu.unmap(kStream);
  seen.push_back({"store of the SRAM: done", outcome.done ? 1U : 0U});
  seen.push_back(
      {"bytes of the SRAM that are not zero",
       static_cast<std::uint64_t>(sram.size() - static_cast<std::size_t>(std::ranges::count(sram, std::byte{0})))});
}

}  // namespace

std::vector<Observation> observe_power_up(sim::VerilatedNpu& npu, const std::vector<ShortJob>& jobs) {
  std::vector<Observation> seen;
  PinHash pins;
  npu.watch(&pins);
  seen.push_back({"the device is idle", wait_until_idle(npu) ? 1U : 0U});
  seen.push_back({"cycles to IDLE", npu.cycle()});
  see_registers(npu, std::string(kAfterReset), seen);
  see_sram(npu, seen);
  std::uint32_t event = 0;
  for (const ShortJob& job : jobs) {
    PlacedJob placed(npu, job, SweepBench::kTiming);
    placed.open_windows(npu);
    choose_events(npu, event += spec::kPmuCounters);
    const JobOutcome outcome =
        run_job(npu, PlacedJob::kStreamBase, static_cast<std::uint32_t>(placed.stream().size_bytes()), 2, 20'000);
    const std::string when = job.name + ": ";
    seen.push_back({when + "cycles", outcome.cycles});
    seen.push_back({when + "done", outcome.done ? 1U : 0U});
    seen.push_back({when + "right output", placed.wrong_output().empty() ? 1U : 0U});
    see_registers(npu, when, seen);
    see_log(npu, when, seen);
    seen.push_back({when + "pins", pins.value()});
  }
  seen.push_back({"breaches of the protocol", npu.protocol_violations()});
  npu.watch(nullptr);
  return seen;
}

std::string difference(const std::vector<Observation>& a, const std::vector<Observation>& b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  if (in_a == a.end() && in_b == b.end()) return "";
  if (in_a == a.end() || in_b == b.end()) return "one is longer";
  return in_a->what + ": " + std::to_string(in_a->value) + " and " + std::to_string(in_b->value);
}

std::string wrong_reset_values(const std::vector<Observation>& seen) {
  for (const spec::RegisterInfo& info : spec::kRegisters) {
    const std::string prefix = std::string(kAfterReset) + info.name + '[';
    for (const Observation& observation : seen) {
      if (!observation.what.starts_with(prefix)) continue;
      if ((observation.value & info.reset_mask) != info.reset) return observation.what;
    }
  }
  return "";
}

}  // namespace auklet::test
