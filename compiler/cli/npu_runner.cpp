#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/npu_runner.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>
#include <auklet/sim/bus.hpp>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "fault_text.hpp"

namespace auklet::app {
namespace {

using compiler::SegmentWindow;
using compiler::WindowRole;

// Cycles simulated at a stretch between two calls of on_progress: a fraction of a second.
constexpr std::uint64_t kSlice = 262'144;

// The simulated platform, with a look at the clock now and then. A turn of a polling loop costs one cycle, so that an
// interrupt is taken in the cycle in which it rises, however the wait for it is sliced.
class RunnerPort : public sim::TargetPort {
 public:
  RunnerPort(sim::Target& target, std::function<void()> on_slice)
      : TargetPort(target, 1), on_slice_(std::move(on_slice)) {}

  void wait_for_interrupt(std::uint64_t max_cycles) {
    TargetPort::wait_for_interrupt(std::min(max_cycles, kSlice));
    on_slice_();
  }

 private:
  std::function<void()> on_slice_;
};

// Memory that the device sees. Unused pages lie between blocks, so that a transfer past a block's end meets nothing.
class DeviceMemory {
 public:
  explicit DeviceMemory(sim::TargetPort& port) : port_(port) {}
  ~DeviceMemory() {
    for (const Block& block : blocks_) port_.unmap(block.base);
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // `bytes` zero bytes, at least word-aligned on both sides.
  std::span<std::byte> allocate(std::size_t bytes, sim::MemoryTiming timing) {
    if (bytes == 0) return {};
    Block& block = blocks_.emplace_back();
    block.base = next_;
    // Whole beats: a read fetches the last one whole, whatever of it the window grants.
    block.words.resize((bytes + kBeat - 1) / kBeat * (kBeat / sizeof(std::uint32_t)));
    const std::span<std::byte> all = std::as_writable_bytes(std::span(block.words));
    port_.map(block.base, all, timing);
    next_ = (next_ + all.size() + kPage - 1) / kPage * kPage + kPage;
    return all.first(bytes);
  }

 private:
  static constexpr std::uint64_t kPage = 4096;
  static constexpr std::size_t kBeat = 16;  // Bytes of the widest AXI data bus.

  struct Block {
    std::uint64_t base = 0;
    std::vector<std::uint32_t> words;
  };

  sim::TargetPort& port_;
  std::deque<Block> blocks_;
  std::uint64_t next_ = 0x8000'0000;
};

// A segment with its memory.
struct Placement {
  compiler::SegmentView view;
  std::span<const std::uint32_t> stream;      ///< The copy that the device fetches.
  std::vector<std::span<std::byte>> windows;  ///< By window number.
  std::vector<npu::Buffer> buffers;           ///< The same for the driver.
};

npu::Access access_of(const SegmentWindow& window) {
  return static_cast<npu::Access>((window.read ? static_cast<unsigned>(npu::Access::kRead) : 0U) |
                                  (window.write ? static_cast<unsigned>(npu::Access::kWrite) : 0U));
}

class DriverRunner : public NpuRunner {
 public:
  DriverRunner(sim::Target& target, NpuRunnerOptions options)
      : target_(target),
        options_(std::move(options)),
        bus_(target),
        port_(target, [this] { report_progress(); }),
        device_(bus_, port_),
        queue_(device_, port_),
        memory_(port_) {}
  ~DriverRunner() override {
    port_.set_interrupt_handler({});
    // A device that does not stop is not waited for: nobody looks at its memory any more.
    static_cast<void>(queue_.close());
  }

  Outcome open();
  Result<SegmentRun> run(const compiler::CustomCall& call) override;
  [[nodiscard]] std::optional<WindowByte> find_address(std::size_t operator_index,
                                                       std::uint64_t address) const override;
  [[nodiscard]] const npu::Configuration& configuration() const override { return device_.configuration(); }
  [[nodiscard]] double cycles_per_second() const override {
    return seconds_ > 0 ? static_cast<double>(simulated_cycles_) / seconds_ : 0;
  }

 private:
  using Device = npu::Device<sim::TargetBus, RunnerPort>;

  Result<Placement*> placement_of(const compiler::CustomCall& call);
  Placement place(const compiler::SegmentView& view, const compiler::CustomCall& call);
  Outcome run_job(const std::string& where, const Placement& placement);
  SegmentRun measure(const Placement& placement);
  void report_progress() const {
    if (options_.on_progress) options_.on_progress(target_.cycle() - submitted_);
  }

  sim::Target& target_;
  NpuRunnerOptions options_;
  sim::TargetBus bus_;
  RunnerPort port_;
  Device device_;
  npu::Queue<sim::TargetBus, RunnerPort, 1> queue_;
  DeviceMemory memory_;
  std::map<std::size_t, Placement> placements_;  ///< By operator index.
  std::uint64_t submitted_ = 0;                  ///< Cycle of the last submission.
  std::uint64_t interrupted_ = 0;                ///< Cycle of the last interrupt.
  std::uint64_t bus_errors_ = 0;                 ///< Refused register accesses that were reported.
  std::uint64_t simulated_cycles_ = 0;
  double seconds_ = 0;
};

Outcome DriverRunner::open() {
  npu::Configuration found;
  npu::Status status = device_.probe(found);
  if (status == npu::Status::kOk) status = queue_.open({.completion = npu::Completion::kInterrupt});
  for (std::uint32_t i = 0; status == npu::Status::kOk && i < kCountedEvents.size(); ++i) {
    status = device_.select_event(i, kCountedEvents[i]);
  }
  if (status != npu::Status::kOk) {
    return fail(ExitCode::kNpuFault, fmt::format("the driver cannot open the NPU: {}", npu::to_string(status)));
  }
  port_.set_interrupt_handler([this] {
    interrupted_ = target_.cycle();
    static_cast<void>(queue_.on_interrupt());  // An interrupt without a cause is counted by the queue.
  });
  return {};
}

Result<Placement*> DriverRunner::placement_of(const compiler::CustomCall& call) {
  if (const auto known = placements_.find(call.operator_index); known != placements_.end()) return &known->second;
  const std::string where = call.graph.describe_operator(call.operator_index);
  auto view = compiler::read_segment(call.graph, call.op());
  if (!view) return tl::unexpected(from_compiler(where, view.error()));
  if (view->segment.macs != configuration().macs) {
    return fail(ExitCode::kModelRefused,
                fmt::format("{} is compiled for {} MACs, but the NPU has {}; compile it for the other configuration",
                            where, view->segment.macs, configuration().macs));
  }
  return &placements_.emplace(call.operator_index, place(*view, call)).first->second;
}

std::optional<WindowByte> DriverRunner::find_address(std::size_t operator_index, std::uint64_t address) const {
  const auto placement = placements_.find(operator_index);
  if (placement == placements_.end()) return std::nullopt;
  const std::vector<std::span<std::byte>>& windows = placement->second.windows;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    std::uint64_t base = 0;
    if (windows[i].empty() || !port_.translate(windows[i].data(), windows[i].size(), base)) continue;
    if (address >= base && address - base < windows[i].size()) return WindowByte{i, address - base};
  }
  return std::nullopt;
}

Placement DriverRunner::place(const compiler::SegmentView& view, const compiler::CustomCall& call) {
  Placement placement;
  placement.view = view;
  const std::span<std::byte> stream = memory_.allocate(view.stream.size_bytes(), options_.profile.data);
  std::ranges::copy(std::as_bytes(view.stream), stream.begin());
  placement.stream = {reinterpret_cast<const std::uint32_t*>(stream.data()), view.stream.size()};
  for (const SegmentWindow& window : view.segment.windows) {
    const bool constants = window.role == WindowRole::kConstants;
    const std::span<std::byte> bytes =
        memory_.allocate(window.bytes, constants ? options_.profile.weights : options_.profile.data);
    if (constants) std::ranges::copy(call.inputs[compiler::kSegmentConstantsInput], bytes.begin());
    placement.windows.push_back(bytes);
    // A window that the stream does not use stays closed.
    const npu::Access access = access_of(window);
    placement.buffers.push_back({bytes.data(), access == npu::Access::kNone ? 0 : bytes.size(), access});
  }
  return placement;
}

Outcome DriverRunner::run_job(const std::string& where, const Placement& placement) {
  const auto start = std::chrono::steady_clock::now();
  submitted_ = target_.cycle();
  interrupted_ = 0;
  npu::JobTag tag = 0;
  npu::StreamReport report;
  const npu::Status refused = queue_.submit({placement.stream, placement.buffers}, tag, &report);
  if (refused != npu::Status::kOk) {
    return fail(ExitCode::kNpuFault, describe_refusal(where, placement.view, refused, report));
  }
  npu::JobResult result;
  const npu::Status taken = queue_.wait(tag, options_.deadline_cycles, result);
  simulated_cycles_ += target_.cycle() - submitted_;
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (const std::uint64_t refusals = target_.bus_errors() - bus_errors_; refusals != 0) {
    bus_errors_ += refusals;
    return fail(ExitCode::kNpuFault,
                fmt::format("{}: the NPU refused {} register accesses of the driver", where, refusals));
  }
  if (taken != npu::Status::kOk) {
    return fail(ExitCode::kInternal, fmt::format("{}: the driver lost the job: {}", where, npu::to_string(taken)));
  }
  if (result.status == npu::Status::kOk && result.outputs_valid && interrupted_ != 0) return {};
  if (result.status == npu::Status::kOk) {
    return fail(ExitCode::kNpuFault, fmt::format("{}: the job ended without its interrupt", where));
  }
  return fail(result.status == npu::Status::kTimeout ? ExitCode::kDeadline : ExitCode::kNpuFault,
              describe_result(where, placement.view, result, options_.deadline_cycles));
}

SegmentRun DriverRunner::measure(const Placement& placement) {
  const std::vector<compiler::SegmentLayer>& layers = placement.view.segment.layers;
  SegmentRun run;
  run.submitted = submitted_;
  run.cycles = interrupted_ - submitted_;
  run.job_cycles = device_.cycles();
  // A segment has no more layers than the log has entries.
  run.layers.resize(layers.size());
  for (std::uint32_t i = 0; i < layers.size(); ++i) {
    if (layers[i].commands != 0) run.layers[i] = device_.layer_causes(i);
  }
  for (std::uint32_t i = 0; i < run.events.size(); ++i) {
    static_cast<void>(device_.event_count(i, run.events[i]));  // The index exists and the device is probed.
  }
  return run;
}

Result<SegmentRun> DriverRunner::run(const compiler::CustomCall& call) {
  const auto found = placement_of(call);
  if (!found) return tl::unexpected(found.error());
  const Placement& placement = **found;
  const std::vector<SegmentWindow>& windows = placement.view.segment.windows;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i].role == WindowRole::kInput) {
      std::ranges::copy(call.inputs[windows[i].index], placement.windows[i].begin());
    } else if (windows[i].role == WindowRole::kOutput) {
      std::ranges::fill(placement.windows[i], std::byte{0});  // Results of the run before must not pass for this one's.
    }
  }
  device_.reset_counters(true);
  if (Outcome ended = run_job(call.graph.describe_operator(call.operator_index), placement); !ended) {
    return tl::unexpected(ended.error());
  }
  device_.enable_counters(false);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i].role == WindowRole::kOutput) {
      std::ranges::copy(placement.windows[i], call.outputs[windows[i].index].begin());
    }
  }
  return measure(placement);
}

}  // namespace

Result<std::unique_ptr<NpuRunner>> NpuRunner::create(sim::Target& target, const NpuRunnerOptions& options) {
  auto runner = std::make_unique<DriverRunner>(target, options);
  if (Outcome opened = runner->open(); !opened) return tl::unexpected(opened.error());
  return runner;
}

}  // namespace auklet::app
