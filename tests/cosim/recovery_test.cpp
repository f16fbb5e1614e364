// Faults met in the middle of real operators on the RTL, through the driver: each is reported as itself within its
// deadline, and the next job on the same device is bit-exact.
#include <array>
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/verilated_npu.hpp>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "../common/run_operator.hpp"

namespace auklet::test {
namespace {

using detail::DeviceMemory;

std::string name(npu::Status status) { return to_string(status); }

constexpr npu::Ticks kDeadline = 2'000'000;
constexpr std::uint32_t kWatchdog = 3'000;

// A planned operator with its buffers, ready to be submitted any number of times.
class OperatorJob {
 public:
  // The first operator at or after `seed` that fits the SRAM.
  OperatorJob(sim::TargetPort& port, const spec::HardwareConfig& config, std::uint64_t seed) : port_(port) {
    while (!plan(config, seed)) ++seed;
    expected_ = reference_output(case_);
    set_size(DeviceMemory::kOutput, expected_.size());
    for (std::uint32_t i = 0; i < DeviceMemory::kStream; ++i) {
      if (!areas_[i].empty()) port_.map(DeviceMemory::base(i), areas_[i]);
      buffers_[i] = {areas_[i].data(), sizes_[i],
                     i == DeviceMemory::kOutput ? npu::Access::kWrite : npu::Access::kRead};
    }
    port_.map(DeviceMemory::base(DeviceMemory::kStream), std::as_writable_bytes(std::span(stream_)));
  }
  ~OperatorJob() {
    for (std::uint32_t i = 0; i < DeviceMemory::kAreas; ++i) port_.unmap(DeviceMemory::base(i));
  }
  OperatorJob(const OperatorJob&) = delete;
  OperatorJob& operator=(const OperatorJob&) = delete;

  [[nodiscard]] npu::Job job() const { return {stream_, buffers_}; }
  [[nodiscard]] std::string text() const { return describe(case_); }
  [[nodiscard]] const std::vector<std::uint32_t>& stream() const { return stream_; }
  void forget_output() { std::ranges::fill(areas_[DeviceMemory::kOutput], std::byte{0x5a}); }
  [[nodiscard]] bool output_is_right() const {
    return std::memcmp(areas_[DeviceMemory::kOutput].data(), expected_.data(), expected_.size()) == 0;
  }

 private:
  // Memory answers whole beats, so it ends at a beat's end.
  void set_size(std::uint32_t area, std::size_t bytes) {
    areas_[area].resize((bytes + 15) / 16 * 16);
    sizes_[area] = bytes;
  }
  bool plan(const spec::HardwareConfig& config, std::uint64_t seed) {
    case_ = random_operator(seed);
    const RunOptions options;
    detail::OperatorPlanner planner(case_, config, options);
    if (!planner.prepare().ok()) return false;
    plan::StreamWriter counter = plan::StreamWriter::counting(config);
    plan::Cost cost;
    if (!planner.write(counter, cost).ok() || !counter.finish().ok()) return false;
    stream_.resize(counter.words());
    plan::StreamWriter writer(stream_, config);
    if (!planner.write(writer, cost).ok() || !writer.finish().ok()) return false;
    planner.for_each_input([&](std::uint32_t area, const auto& data) {
      set_size(area, data.size());
      std::memcpy(areas_[area].data(), data.data(), data.size());
    });
    return true;
  }

  sim::TargetPort& port_;
  OperatorCase case_;
  std::vector<std::int8_t> expected_;
  std::vector<std::uint32_t> stream_;
  std::array<std::vector<std::byte>, DeviceMemory::kStream> areas_;
  std::array<std::size_t, DeviceMemory::kStream> sizes_{};
  std::array<npu::Buffer, DeviceMemory::kStream> buffers_;
};

class Recovery : public testing::Test {
 protected:
  Recovery()
      : npu_(sim::make_verilated_npu({})), bus_(*npu_), port_(*npu_), device_(bus_, port_), queue_(device_, port_) {
    npu::Configuration found;
    EXPECT_EQ(device_.probe(found), npu::Status::kOk);
    EXPECT_EQ(device_.set_watchdog(kWatchdog), npu::Status::kOk);
    EXPECT_EQ(queue_.open({.completion = npu::Completion::kInterrupt, .reset_timeout = 100'000}), npu::Status::kOk);
    port_.set_interrupt_handler([this] { queue_.on_interrupt(); });
  }
  ~Recovery() override {
    EXPECT_EQ(npu_->protocol_violations(), 0U) << testing::PrintToString(npu_->protocol_report());
  }

  npu::JobResult run(OperatorJob& job) {
    job.forget_output();
    npu::JobTag tag = 0;
    npu::JobResult result;
    npu::StreamReport report;
    EXPECT_EQ(queue_.submit(job.job(), tag, &report), npu::Status::kOk) << name(report.status);
    const std::uint64_t begin = npu_->cycle();
    EXPECT_EQ(queue_.wait(tag, kDeadline, result), npu::Status::kOk);
    EXPECT_LE(npu_->cycle() - begin, kDeadline + spec::kDrainCycles + 100'000);
    return result;
  }
  void expect_good(OperatorJob& job) {
    const npu::JobResult result = run(job);
    EXPECT_EQ(name(result.status), name(npu::Status::kOk));
    EXPECT_TRUE(result.outputs_valid);
    EXPECT_TRUE(job.output_is_right()) << job.text();
  }
  // Handshakes of a channel that the job takes when nothing is wrong.
  std::uint64_t handshakes(OperatorJob& job, sim::AxiChannel channel) {
    npu_->reset_stats();
    expect_good(job);
    return npu_->stats()[channel].handshakes;
  }

  std::unique_ptr<sim::VerilatedNpu> npu_;
  sim::TargetBus bus_;
  sim::TargetPort port_;
  npu::Device<sim::TargetBus, sim::TargetPort> device_;
  npu::Queue<sim::TargetBus, sim::TargetPort> queue_;
};

constexpr std::uint64_t kOperators = 12;

TEST_F(Recovery, ErrorResponseAtAnyBeat) {
  Random random(1);
  for (std::uint64_t seed = 1; seed <= kOperators; ++seed) {
    OperatorJob job(port_, spec::kDefaultConfiguration, seed);
    SCOPED_TRACE(std::to_string(seed) + ": " + job.text());
    const auto reads = static_cast<std::uint32_t>(handshakes(job, sim::AxiChannel::kR));
    const auto writes = static_cast<std::uint32_t>(handshakes(job, sim::AxiChannel::kB));
    for (const bool read : {true, false}) {
      for (const sim::AxiResponse response : {sim::AxiResponse::kSlaveError, sim::AxiResponse::kDecodeError}) {
        const sim::ResponseFault fault{.response = response, .index = random.in(0, (read ? reads : writes) - 1)};
        npu_->inject(read ? sim::FaultPlan{.read = fault} : sim::FaultPlan{.write = fault});
        const npu::JobResult result = run(job);
        EXPECT_EQ(name(result.status),
                  to_string(response == sim::AxiResponse::kSlaveError ? npu::Status::kFaultAxiSlverr
                                                                      : npu::Status::kFaultAxiDecerr));
        EXPECT_EQ(result.fault.channel == spec::Channel::kStore, !read);
        EXPECT_FALSE(result.outputs_valid);
        EXPECT_EQ(name(result.recovery), name(npu::Status::kOk));
        npu_->inject({});
        expect_good(job);
      }
    }
    if (HasFailure()) return;
  }
}

TEST_F(Recovery, EveryChannelHungAtAnyHandshake) {
  using sim::AxiChannel;
  Random random(2);
  for (std::uint64_t seed = 1; seed <= kOperators; ++seed) {
    OperatorJob job(port_, spec::kDefaultConfiguration, seed);
    for (const AxiChannel channel :
         {AxiChannel::kAr, AxiChannel::kR, AxiChannel::kAw, AxiChannel::kW, AxiChannel::kB}) {
      SCOPED_TRACE(std::to_string(seed) + ": " + job.text() + ", channel " + std::to_string(static_cast<int>(channel)));
      const auto total = static_cast<std::uint32_t>(handshakes(job, channel));
      npu_->inject({.hang = sim::ChannelHang{.channel = channel, .after_handshakes = random.in(0, total - 1)}});
      const npu::JobResult result = run(job);
      EXPECT_EQ(name(result.status), name(npu::Status::kFaultWatchdog));
      EXPECT_FALSE(result.outputs_valid);
      // The port cannot drain while the channel stands still, unless nothing was in flight on it.
      if (result.recovery != npu::Status::kOk) {
        EXPECT_EQ(name(result.recovery), name(npu::Status::kPortIsolated));
        EXPECT_TRUE(device_.isolated());
      }
      npu_->release_hang();
      npu_->inject({});
      npu_->step(1000);  // Late answers come in.
      EXPECT_EQ(name(queue_.reset()), name(npu::Status::kOk));
      expect_good(job);
      if (HasFailure()) return;
    }
  }
}

TEST_F(Recovery, CancelledAtAnyCycle) {
  Random random(3);
  for (std::uint64_t seed = 1; seed <= 2 * kOperators; ++seed) {
    OperatorJob job(port_, spec::kDefaultConfiguration, seed);
    SCOPED_TRACE(std::to_string(seed) + ": " + job.text());
    const std::uint64_t begin = npu_->cycle();
    expect_good(job);
    const auto length = static_cast<std::uint32_t>(npu_->cycle() - begin);
    for (int i = 0; i < 4; ++i) {
      npu::JobTag tag = 0;
      npu::JobResult result;
      ASSERT_EQ(queue_.submit(job.job(), tag), npu::Status::kOk);
      npu_->step(random.in(0, length / 2));
      const npu::Status cancelled = queue_.cancel(tag);
      ASSERT_EQ(queue_.wait(tag, kDeadline, result), npu::Status::kOk);
      EXPECT_TRUE(result.status == npu::Status::kCancelled || result.status == npu::Status::kOk)
          << name(result.status) << ", cancel " << name(cancelled);
      expect_good(job);
    }
    if (HasFailure()) return;
  }
}

TEST_F(Recovery, TruncatedStreamIsRefusedByDriverAndByHardware) {
  for (std::uint64_t seed = 1; seed <= kOperators; ++seed) {
    OperatorJob job(port_, spec::kDefaultConfiguration, seed);
    SCOPED_TRACE(std::to_string(seed) + ": " + job.text());
    const std::span<const std::uint32_t> whole = job.stream();
    npu::JobTag tag = 0;
    npu::Job cut = job.job();
    cut.stream = whole.first(whole.size() - 4);
    npu::StreamReport report;
    EXPECT_EQ(name(queue_.submit(cut, tag, &report)), name(npu::Status::kStreamLength));

    // The same past the driver, with a header that claims the shorter length: END is missing.
    expect_good(job);  // Leaves the windows open.
    std::vector<std::uint32_t> shorter(whole.begin(), whole.end() - 4);
    shorter[spec::StreamHeaderFields::kLength.word] = static_cast<std::uint32_t>(shorter.size() * 4);
    constexpr std::uint64_t kElsewhere = 0x70'0000'0000;
    npu_->map(kElsewhere, std::as_writable_bytes(std::span(shorter)), {});
    port_.set_interrupt_handler({});
    const JobOutcome outcome = run_job(*npu_, kElsewhere, static_cast<std::uint32_t>(shorter.size() * 4), 0x1234);
    EXPECT_TRUE(outcome.faulted);
    EXPECT_STREQ(spec::to_string(outcome.fault), "COMMAND");
    EXPECT_STREQ(spec::to_string(outcome.code), "TRUNCATED");
    EXPECT_EQ(outcome.fault_offset, shorter.size() * 4);
    npu_->unmap(kElsewhere);
    port_.set_interrupt_handler([this] { queue_.on_interrupt(); });
    EXPECT_EQ(name(queue_.reset()), name(npu::Status::kOk));
    expect_good(job);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace auklet::test
