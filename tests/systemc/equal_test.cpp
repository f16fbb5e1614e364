// Jobs that end well and jobs that fault, on all four back-ends: the same error codes, and the same interrupts in the
// same order.
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>
#include <auklet/plan/crc32.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/spec/spec.hpp>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "../common/job.hpp"
#include "../common/random.hpp"
#include "four_backends.hpp"

namespace auklet::test {
namespace {

namespace reg = spec::reg;

constexpr std::uint64_t kGood = 0x11'0000'0000;
constexpr std::uint64_t kGone = 0x12'0000'0000;  // Known to the driver, but no memory answers there.

/// What software sees of one interrupt.
struct Seen {
  std::uint32_t causes = 0;
  std::uint32_t fault = 0;
  std::uint64_t address = 0;
  std::uint32_t offset = 0;
  std::uint32_t tag = 0;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << "causes " << seen.causes << " fault " << seen.fault << " at " << seen.address << ", stream offset "
             << seen.offset << ", tag " << seen.tag;
}

Seen look(sim::Target& target) {
  Seen seen;
  seen.causes = target.read32(reg::IrqRaw::kOffset);
  seen.fault = target.read32(reg::FaultCause::kOffset);
  seen.address = target.read32(reg::FaultAddrLo::kOffset);
  seen.address |= std::uint64_t{target.read32(reg::FaultAddrHi::kOffset)} << 32;
  // Of a fault on the bus it is that of the last command dispatched: how far the decoder is by then is a matter of
  // time.
  const spec::Fault kind = reg::FaultCause::kFault.extract(seen.fault);
  const bool on_bus = kind == spec::Fault::kAxiSlverr || kind == spec::Fault::kAxiDecerr;
  if (!on_bus) seen.offset = target.read32(reg::FaultOffset::kOffset);
  seen.tag = target.read32(reg::DoneTag::kOffset);
  return seen;
}

/// A copy of 1 KiB through the SRAM, from window 0 to window 1. Its header has the checksum that the driver demands.
std::vector<std::uint32_t> copy_stream() {
  StreamBuilder builder;
  spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad}};
  load.ax_len = load.sp_len = 1024;
  load.ax_rows = 1;
  builder.add(load);
  spec::DmaCommand store = load;
  store.header.opcode = spec::Opcode::kStore;
  store.header.wait_load = 1;
  store.window = 1;
  builder.add(store);
  builder.end();
  std::vector<std::uint32_t> words = builder.finish(spec::kDefaultConfiguration);
  const std::span<const std::uint32_t> commands = std::span(words).subspan(spec::StreamHeader::kWords);
  spec::StreamHeaderFields::kCrc32.set(words, plan::crc32(commands));
  return words;
}

struct Record {
  std::vector<Seen> interrupts;
  std::vector<std::string> statuses;
  bool operator==(const Record&) const = default;
};

/// Submits good and bad jobs, as many at a time as the queue holds.
Record run_queue(sim::Target& target) {
  using Device = npu::Device<sim::TargetBus, sim::TargetPort>;
  Record record;
  std::vector<std::byte> good(64 * 1024);
  std::vector<std::byte> gone(4096);
  std::vector<std::uint32_t> stream = copy_stream();
  sim::TargetBus bus(target);
  sim::TargetPort port(target);
  Device device(bus, port);
  npu::Queue<sim::TargetBus, sim::TargetPort> queue(device, port);
  port.map(kGood, good);
  port.map(kGone, gone);
  port.map(kGone + 0x10'0000, std::as_writable_bytes(std::span(stream)));
  target.unmap(kGone);
  npu::Configuration found;
  EXPECT_EQ(device.probe(found), npu::Status::kOk);
  EXPECT_EQ(queue.open({.completion = npu::Completion::kInterrupt, .reset_timeout = 100'000}), npu::Status::kOk);
  port.set_interrupt_handler([&] {
    record.interrupts.push_back(look(target));
    queue.on_interrupt();
  });
  Random random(7);
  for (std::uint32_t round = 0; round < 12; ++round) {
    std::vector<npu::JobTag> tags;
    for (std::uint32_t i = 0; i < 4; ++i) {
      // Three in five end well; of the others the load or the store meets no memory.
      const std::uint32_t kind = random.in(0, 4);
      const void* from = kind == 3 ? gone.data() : good.data();
      const void* to = kind == 4 ? gone.data() + 2048 : good.data() + 4096 * (i + 1);
      const std::array<npu::Buffer, 2> buffers{npu::Buffer{from, 1024, npu::Access::kRead},
                                               npu::Buffer{to, 1024, npu::Access::kWrite}};
      npu::JobTag tag = 0;
      EXPECT_EQ(queue.submit({stream, buffers}, tag), npu::Status::kOk);
      tags.push_back(tag);
    }
    for (const npu::JobTag tag : tags) {
      npu::JobResult result;
      EXPECT_EQ(queue.wait(tag, 1'000'000, result), npu::Status::kOk);
      record.statuses.emplace_back(npu::to_string(result.status));
    }
  }
  port.set_interrupt_handler({});
  EXPECT_EQ(queue.close(), npu::Status::kOk);
  return record;
}

TEST(FourBackends, InterruptInTheSameOrder) {
  Record first;
  for (const char* backend : kFourBackends) {
    Record record;
    if (!with_backend(backend, [&](sim::Target& target) { record = run_queue(target); })) continue;
    EXPECT_EQ(record.statuses.size(), 48U) << backend;
    EXPECT_EQ(record.interrupts.size(), 48U) << backend << ": one a job";
    if (first.statuses.empty()) first = record;
    EXPECT_EQ(record.statuses, first.statuses) << backend;
    EXPECT_EQ(record.interrupts, first.interrupts) << backend;
  }
}

/// Breaks one bit of a sound stream's commands or header, and says what each back-end makes of it.
TEST(FourBackends, GiveTheSameErrorCodes) {
  constexpr std::uint32_t kStreams = 150;
  std::vector<std::vector<JobOutcome>> outcomes;
  for (const char* backend : kFourBackends) {
    std::vector<JobOutcome> mine;
    const bool there = with_backend(backend, [&](sim::Target& target) {
      std::vector<std::byte> memory(64 * 1024);
      target.map(kGood, memory, {});
      EXPECT_TRUE(wait_until_idle(target));
      target.write32(reg::Watchdog::kOffset, 20'000);
      Random random(11);
      for (std::uint32_t i = 0; i < kStreams; ++i) {
        std::vector<std::uint32_t> words = copy_stream();
        // Of the first command's wait counts and what is behind it nothing: it would be a race.
        const std::uint32_t last = spec::StreamHeader::kWords + spec::DmaCommand::kWords;
        words[random.in(0, last - 1)] ^= std::uint32_t{1} << random.in(0, 31);
        std::memcpy(&memory[0x8000], words.data(), words.size() * 4);
        set_window(target, 0, kGood, 4096);
        set_window(target, 1, kGood + 4096, 4096);
        mine.push_back(run_job(target, kGood + 0x8000, static_cast<std::uint32_t>(words.size() * 4), i + 1));
        target.write32(reg::Control::kOffset, reg::Control::kSoftReset.mask());
        EXPECT_TRUE(wait_until_idle(target) || state_of(target) == spec::State::kIdle);
      }
      target.unmap(kGood);
    });
    if (there) outcomes.push_back(std::move(mine));
  }
  std::uint32_t faults = 0;
  for (std::uint32_t i = 0; i < kStreams; ++i) {
    const JobOutcome& first = outcomes[0][i];
    faults += first.faulted ? 1U : 0U;
    for (std::size_t b = 1; b < outcomes.size(); ++b) {
      const JobOutcome& other = outcomes[b][i];
      SCOPED_TRACE(testing::Message() << "stream " << i << ", back-end " << kFourBackends[b]);
      EXPECT_EQ(other.done, first.done);
      EXPECT_EQ(other.faulted, first.faulted);
      EXPECT_STREQ(to_string(other.fault), to_string(first.fault));
      EXPECT_STREQ(to_string(other.channel), to_string(first.channel));
      EXPECT_STREQ(to_string(other.code), to_string(first.code));
      EXPECT_EQ(other.fault_address, first.fault_address);
      EXPECT_EQ(other.fault_offset, first.fault_offset);
      EXPECT_EQ(other.done_tag, first.done_tag);
    }
  }
  EXPECT_GT(faults, kStreams / 2);
}

}  // namespace
}  // namespace auklet::test
