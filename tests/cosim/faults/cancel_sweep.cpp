#include <array>
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>
#include <auklet/plan/stream_writer.hpp>
#include <auklet/sim/bus.hpp>

#include "abort_sweep.hpp"

namespace auklet::test {
namespace {

constexpr npu::Ticks kDeadline = 100'000;

// The device behind the driver, with a job and its memory.
class DriverBench {
 public:
  DriverBench(sim::VerilatedNpu& npu, const ShortJob& job, Finding& finding)
      : npu_(npu),
        bus_(npu),
        port_(npu),
        device_(bus_, port_),
        queue_(device_, port_),
        placed_(port_, job, SweepBench::kTiming) {
    expect_ok(device_.probe(found_), "probe", finding);
    expect_ok(queue_.open({.completion = npu::Completion::kInterrupt, .reset_timeout = kDeadline}), "open", finding);
    port_.set_interrupt_handler([this] { queue_.on_interrupt(); });
    for (std::uint32_t i = 0; i < buffers_.size(); ++i) {
      const std::span<std::byte> bytes = placed_.window(i);
      const bool output = i == ShortJob::Memory::kOutput;
      buffers_[i] = {bytes.data(), bytes.size(), output ? npu::Access::kWrite : npu::Access::kRead};
    }
    used_ = sram_bytes(job);
    make_dump(finding);
  }
  ~DriverBench() {
    (void)queue_.close();
    port_.unmap(kDump);
    port_.unmap(kDumpStream);
  }
  DriverBench(const DriverBench&) = delete;
  DriverBench& operator=(const DriverBench&) = delete;

  [[nodiscard]] npu::JobTag submit(Finding& finding) {
    placed_.forget_output();
    npu::JobTag tag = 0;
    expect_ok(queue_.submit({placed_.stream(), buffers_}, tag), "submit", finding);
    return tag;
  }
  [[nodiscard]] npu::JobResult wait(npu::JobTag tag, Finding& finding) {
    npu::JobResult result;
    expect_ok(queue_.wait(tag, kDeadline, result), "wait", finding);
    return result;
  }

  // Whether the job was cut off.
  bool cancel_at(std::uint64_t cycles, Finding& finding) {
    const npu::JobTag tag = submit(finding);
    npu_.step(cycles);
    const std::uint32_t resets = queue_.statistics().resets;
    expect_ok(queue_.cancel(tag), "cancel", finding);
    const npu::JobResult result = wait(tag, finding);
    const bool ended = result.status == npu::Status::kOk;
    finding.expect(ended || result.status == npu::Status::kCancelled, to_string(result.status));
    finding.expect(result.outputs_valid == ended, "outputs_valid is wrong");
    finding.expect(queue_.statistics().resets == resets + (ended ? 0 : 1), "the device was not reset once");
    finding.expect_none(ended ? placed_.wrong_output() : placed_.strayed());
    return !ended;
  }
  void expect_clear_sram(Finding& finding) {
    std::ranges::fill(dump_, std::byte{0xff});
    const std::array buffer{npu::Buffer{dump_.data(), dump_.size(), npu::Access::kWrite}};
    npu::JobTag tag = 0;
    expect_ok(queue_.submit({dump_stream_, buffer}, tag), "submit", finding);
    expect_ok(wait(tag, finding).status, "the store of the SRAM", finding);
    const bool clear = std::ranges::all_of(dump_, [](std::byte byte) { return byte == std::byte{0}; });
    finding.expect(clear, "the SRAM is not clear");
  }
  void run_good(Finding& finding) {
    const npu::JobResult result = wait(submit(finding), finding);
    expect_ok(result.status, "the next job", finding);
    finding.expect(result.outputs_valid, "the next job's output is not valid");
    finding.expect_none(placed_.wrong_output());
    if (npu_.protocol_violations() != 0) finding.expect_none(npu_.protocol_report().front());
  }

 private:
  static constexpr std::uint64_t kDump = std::uint64_t{3} << 36;
  static constexpr std::uint64_t kDumpStream = std::uint64_t{5} << 36;

  static void expect_ok(npu::Status status, const char* what, Finding& finding) {
    finding.expect(status == npu::Status::kOk, std::string(what) + ": " + to_string(status));
  }

  // A job that stores what the other uses of the SRAM.
  void make_dump(Finding& finding) {
    dump_.resize(used_);
    dump_stream_.resize(spec::StreamHeader::kWords + spec::DmaCommand::kWords + spec::EndCommand::kWords);
    plan::StreamWriter writer(dump_stream_, config_of(npu_.configuration()));
    const spec::DmaCommand store{
        .header = {.opcode = spec::Opcode::kStore}, .ax_len = used_, .ax_rows = 1, .sp_len = used_};
    finding.expect(writer.emit(store, {}).ok() && writer.finish().ok(), "no stream to store the SRAM");
    port_.map(kDump, dump_, {.latency_cycles = 1, .bytes_per_cycle = 16});
    port_.map(kDumpStream, std::as_writable_bytes(std::span(dump_stream_)), {});
  }

  sim::VerilatedNpu& npu_;
  sim::TargetBus bus_;
  sim::TargetPort port_;
  npu::Device<sim::TargetBus, sim::TargetPort> device_;
  npu::Queue<sim::TargetBus, sim::TargetPort> queue_;
  npu::Configuration found_;
  PlacedJob placed_;
  std::array<npu::Buffer, ShortJob::Memory::kStream> buffers_;
  std::uint32_t used_ = 0;
  std::vector<std::byte> dump_;
  std::vector<std::uint32_t> dump_stream_;
};

}  // namespace

SweepResult sweep_cancellations(sim::VerilatedNpu& npu, const ShortJob& job, Slice slice) {
  SweepResult result;
  Finding first;
  DriverBench bench(npu, job, first);
  bench.run_good(first);
  result.finding = first.text();
  // From one place to the next, until the job ends before it can be cut off.
  for (bool cut_off = true; cut_off && result.finding.empty(); ++result.places) {
    if (!slice.take()) continue;
    ++result.tried;
    Finding finding;
    cut_off = bench.cancel_at(result.places, finding);
    if (cut_off && finding.empty()) bench.expect_clear_sram(finding);
    if (finding.empty()) bench.run_good(finding);
    if (!finding.empty()) {
      result.finding = job.name + ", cancelled " + std::to_string(result.places) + " cycles on: " + finding.text();
    }
  }
  return result;
}

}  // namespace auklet::test
