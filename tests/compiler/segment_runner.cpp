#include "segment_runner.hpp"

#include <algorithm>
#include <auklet/compiler/segment.hpp>
#include <auklet/npu/stream.hpp>
#include <cstddef>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>

#include "../common/job.hpp"

namespace auklet::compiler::test {
namespace {

constexpr std::uint64_t kSpacing = std::uint64_t{1} << 32;
constexpr std::size_t kMargin = 64;
constexpr std::byte kCanary{0x5a};
constexpr std::byte kStale{0x77};  // What outputs and scratch memory hold before.
constexpr std::uint64_t kMaxCycles = std::uint64_t{1} << 34;

// Memory behind one window, with canaries on both sides.
class Area {
 public:
  Area(sim::Target& target, std::uint64_t number, std::span<const std::byte> value, std::size_t size)
      : target_(target), base_((number + 1) * kSpacing), size_(size), bytes_(room_for(size), kCanary) {
    std::fill_n(bytes_.begin() + kMargin, size, kStale);
    std::ranges::copy(value, bytes_.begin() + kMargin);
    target_.map(base_, bytes_, sim::MemoryTiming{});
  }
  ~Area() { target_.unmap(base_); }
  Area(const Area&) = delete;
  Area& operator=(const Area&) = delete;

  [[nodiscard]] std::uint64_t base() const { return base_ + kMargin; }
  [[nodiscard]] std::span<const std::byte> value() const { return std::span(bytes_).subspan(kMargin, size_); }
  [[nodiscard]] bool canaries_alive() const {
    const auto alive = [](std::byte b) { return b == kCanary; };
    return std::all_of(bytes_.begin(), bytes_.begin() + kMargin, alive) &&
           std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(kMargin + size_), bytes_.end(), alive);
  }

 private:
  // Memory answers whole beats, so it ends at a beat's end.
  static std::size_t room_for(std::size_t size) {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    if (size > kMost) throw std::length_error("a window of more than 1 GiB");
    return (size + 2 * kMargin + 15) / 16 * 16;
  }

  sim::Target& target_;
  std::uint64_t base_;
  std::size_t size_;
  std::vector<std::byte> bytes_;
};

npu::Access access_of(const SegmentWindow& window) {
  return static_cast<npu::Access>((window.read ? 1 : 0) | (window.write ? 2 : 0));
}

Outcome check_stream(const SegmentView& view, std::span<const npu::Window> windows) {
  npu::Configuration hardware;
  hardware.macs = static_cast<std::uint16_t>(view.config.macs);
  hardware.sram_kib = static_cast<std::uint16_t>(view.config.sram_bytes / 1024);
  hardware.stream_version = static_cast<std::uint16_t>(spec::kStreamVersion);
  const npu::StreamReport report = npu::validate_stream(view.stream, hardware, windows);
  if (report.ok()) return {};
  return fail(ErrorCode::kExecution, "the driver would refuse the stream at byte " + std::to_string(report.offset) +
                                         ": status " + std::to_string(static_cast<int>(report.status)));
}

}  // namespace

Outcome SegmentRunner::run(const CustomCall& call) {
  auto view = read_segment(call.graph, call.op());
  if (!view) return tl::unexpected(view.error());
  std::deque<Area> areas;
  std::vector<npu::Window> windows;
  for (const SegmentWindow& window : view->segment.windows) {
    std::span<const std::byte> value;
    if (window.role == WindowRole::kConstants) value = view->constants;
    if (window.role == WindowRole::kInput) value = call.inputs[window.index];
    const Area& area = areas.emplace_back(target_, areas.size(), value, window.bytes);
    windows.push_back({area.base(), window.bytes, access_of(window)});
  }
  if (Outcome ok = check_stream(*view, windows); !ok) return ok;
  const Area stream(target_, areas.size(), std::as_bytes(view->stream), view->stream.size_bytes());
  if (!auklet::test::wait_until_idle(target_)) return fail(ErrorCode::kExecution, "the device does not become idle");
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
    const npu::Window window = i < windows.size() ? windows[i] : npu::Window{};
    auklet::test::set_window(target_, i, window.base, window.size, npu::allows(window.access, npu::Access::kRead),
                             npu::allows(window.access, npu::Access::kWrite));
  }
  const auto outcome = auklet::test::run_job(target_, stream.base(),
                                             static_cast<std::uint32_t>(view->stream.size_bytes()), 1, kMaxCycles);
  if (!outcome.done || outcome.faulted) {
    return fail(ErrorCode::kExecution, std::string("the job ended with ") + spec::to_string(outcome.fault));
  }
  runs_.push_back({outcome.cycles});
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const SegmentWindow& window = view->segment.windows[i];
    if (!areas[i].canaries_alive())
      return fail(ErrorCode::kExecution, "the job wrote beside window " + std::to_string(i));
    if (window.role == WindowRole::kOutput) std::ranges::copy(areas[i].value(), call.outputs[window.index].begin());
  }
  return {};
}

Result<std::vector<Bytes>> run_compiled(const Model& model, std::span<const Bytes> inputs, SegmentRunner& runner) {
  ExecutorHooks hooks;
  hooks.run_custom = [&runner](const CustomCall& call) { return runner.run(call); };
  ExecutorOptions options;
  options.custom_codes = {kNpuCustomCode};
  return run_cpu(model, inputs, hooks, options);
}

}  // namespace auklet::compiler::test
