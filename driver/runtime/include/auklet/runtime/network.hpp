// A network that was compiled ahead of time: what `auklet compile --emit cpp` writes is data of these types and nothing
// more, so that the same code runs every one of them. docs/aot.md tells how to use it.
//
//   arena    one block of the caller's memory that holds every tensor that is not constant, at offsets that the
//   compiler
//            chose; tensors that are never needed at one time share bytes
//   segment  a command stream and its constants, both read-only words; windows say what memory the NPU may touch
//   step     one segment on the NPU, or one operator on the CPU; steps run in order
#pragma once

#include <array>
#include <auklet/kernels/status.hpp>
#include <auklet/npu/queue.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::runtime {

static_assert(std::endian::native == std::endian::little, "tensors, streams and constants are little-endian");

/// Alignment of an arena and of every tensor in it, in bytes: the longest cache line that a platform may have. A tensor
/// that the NPU writes owns its lines.
inline constexpr std::size_t kArenaAlignment = 64;

/// Memory for a network's tensors. As a static variable it costs no start-up code.
template <std::size_t Bytes>
struct alignas(kArenaAlignment) Arena {
  static_assert(Bytes % kArenaAlignment == 0, "a network's arena is a whole number of cache lines");
  std::array<std::byte, Bytes> bytes{};

  constexpr operator std::span<std::byte>() noexcept { return bytes; }  // NOLINT(google-explicit-constructor): a view.
};

/// `Count` elements of an arena from byte `offset` on. Precondition: the arena holds them, and is aligned as
/// kArenaAlignment says.
template <class T, std::size_t Count>
[[nodiscard]] std::span<T, Count> view(std::span<std::byte> arena, std::size_t offset) noexcept {
  return std::span<T, Count>{reinterpret_cast<T*>(arena.data() + offset), Count};
}

/// The memory behind one address window of a segment; its number is its place in NetworkSegment::windows.
struct NetworkWindow {
  enum class Place : std::uint8_t { kConstants, kArena };

  Place place = Place::kArena;
  npu::Access access = npu::Access::kNone;
  std::uint32_t offset = 0;  ///< From the start of the constants or of the arena, in bytes.
  std::uint32_t bytes = 0;   ///< 0 leaves the window closed.
};

/// Operators that the NPU runs as one job. All of it may lie in flash, if the NPU's AXI master reaches that.
struct NetworkSegment {
  std::span<const std::uint32_t> stream;     ///< Header and commands; 16-byte aligned.
  std::span<const std::uint32_t> constants;  ///< Packed weights and parameters; 16-byte aligned.
  std::span<const NetworkWindow> windows;    ///< At most spec::kWindowCount.
};

/// One step: exactly one of `segment` and `kernel` is set.
struct NetworkStep {
  const char* name = "";                                            ///< Of the layers that it computes, for messages.
  const NetworkSegment* segment = nullptr;                          ///< On the NPU.
  kernels::Status (*kernel)(std::span<std::byte> arena) = nullptr;  ///< On the CPU.
};

/// An input or output of a network, for code that serves any network. Code for one has types: Input0, Output0, …
struct NetworkTensor {
  const char* name = "";
  std::uint32_t offset = 0;  ///< In the arena, in bytes; a multiple of kArenaAlignment.
  std::uint32_t bytes = 0;
};

/// A network. Lives in read-only memory; several queues may run it at a time, each with an arena of its own.
struct Network {
  const char* name = "";
  const char* hardware = "";               ///< The configuration that it was compiled for, as `npu256`.
  std::size_t arena_bytes = 0;             ///< That a run needs.
  std::span<const NetworkTensor> inputs;   ///< In the model's order.
  std::span<const NetworkTensor> outputs;  ///< In the model's order.
  std::span<const NetworkStep> steps;      ///< In the order in which they run.
  kernels::Status (*reset)(std::span<std::byte> arena) = nullptr;  ///< Sets the variables; null when there are none.
};

/// How a run ended.
enum class NetworkStatus : std::uint8_t {
  kOk = 0,           ///< Every output is written and right.
  kArenaTooSmall,    ///< The arena is shorter than Network::arena_bytes; nothing happened.
  kArenaMisaligned,  ///< The arena does not begin at a multiple of kArenaAlignment; nothing happened.
  kNoStep,           ///< run_step(): the network has no such step; nothing happened.
  kRefused,          ///< The driver refused a step's job (NetworkReport::device says why); this step changed nothing.
  kFailed,           ///< The NPU faulted or missed the deadline (NetworkReport::job).
  kKernel,  ///< A CPU kernel refused its arguments (NetworkReport::kernel); the arena does not fit the network.
};

/// All that is known of a run. With a status other than kOk the outputs are undefined and the arena may be used for a
/// new run at once, but for a failed job whose `job.recovery` is not kOk: see npu::JobResult.
struct NetworkReport {
  NetworkStatus status = NetworkStatus::kOk;
  std::size_t step = 0;                           ///< The step that failed; after kOk the number of steps that ran.
  npu::Status device = npu::Status::kOk;          ///< kRefused: why. kFailed: how the job ended.
  npu::StreamReport stream{};                     ///< kRefused with a kStream… code: where and what in the stream.
  npu::JobResult job{};                           ///< kFailed: fault, progress, and whether the device came back.
  std::uint32_t repeated = 0;                     ///< Jobs that met fault INTEGRITY and were run once more.
  kernels::Status kernel = kernels::Status::kOk;  ///< kKernel: the kernel's answer.

  [[nodiscard]] constexpr bool ok() const noexcept { return status == NetworkStatus::kOk; }
};

/// A static, one-line English text; never null, also for values that are no enumerator.
[[nodiscard]] constexpr const char* to_string(NetworkStatus status) noexcept {
  switch (status) {
    case NetworkStatus::kOk:
      return "every output is written";
    case NetworkStatus::kArenaTooSmall:
      return "the arena is shorter than the network needs";
    case NetworkStatus::kArenaMisaligned:
      return "the arena is not aligned to kArenaAlignment";
    case NetworkStatus::kNoStep:
      return "the network has no such step";
    case NetworkStatus::kRefused:
      return "the driver refused a job";
    case NetworkStatus::kFailed:
      return "the NPU faulted or missed the deadline";
    case NetworkStatus::kKernel:
      return "a CPU kernel refused its arguments";
  }
  return "unknown status";
}

/// The most specific text for how a run ended: the driver's or the kernel's own where they have one. Static, never
/// null.
[[nodiscard]] inline const char* explain(const NetworkReport& report) noexcept {
  if (report.device != npu::Status::kOk) return npu::to_string(report.device);
  if (report.kernel != kernels::Status::kOk) return kernels::describe(report.kernel);
  return to_string(report.status);
}

/// What a job of a segment needs beside its stream.
using NetworkBuffers = std::array<npu::Buffer, spec::kWindowCount>;

/// The job that runs a segment, for those who submit it themselves, as to do other work meanwhile. `buffers` is filled
/// in and must stay in place until Queue::submit() returns. Precondition: the arena fits the segment's network.
[[nodiscard]] inline npu::Job job_of(const NetworkSegment& segment, std::span<std::byte> arena,
                                     NetworkBuffers& buffers) noexcept {
  const std::size_t count = segment.windows.size() < buffers.size() ? segment.windows.size() : buffers.size();
  for (std::size_t i = 0; i < count; ++i) {
    const NetworkWindow& window = segment.windows[i];
    const std::byte* memory =
        window.place == NetworkWindow::Place::kConstants ? std::as_bytes(segment.constants).data() : arena.data();
    buffers[i] = {memory + window.offset, window.bytes, window.access};
  }
  return {.stream = segment.stream, .buffers = std::span(buffers).first(count)};
}

/// Whether the arena serves the network.
[[nodiscard]] inline NetworkStatus check_arena(const Network& network, std::span<const std::byte> arena) noexcept {
  if (arena.size() < network.arena_bytes) return NetworkStatus::kArenaTooSmall;
  const bool aligned = reinterpret_cast<std::uintptr_t>(arena.data()) % kArenaAlignment == 0;
  return aligned ? NetworkStatus::kOk : NetworkStatus::kArenaMisaligned;
}

/// Gives the variables of a network that keeps state from one run to the next their initial values: before the first
/// run in an arena, and to start afresh. From then on the arena's bytes belong to the network. For others only a check.
[[nodiscard]] inline NetworkReport reset(const Network& network, std::span<std::byte> arena) noexcept {
  NetworkReport report{.status = check_arena(network, arena)};
  if (!report.ok() || network.reset == nullptr) return report;
  report.kernel = network.reset(arena);
  if (report.kernel != kernels::Status::kOk) report.status = NetworkStatus::kKernel;
  return report;
}

/// Whether the segment's job can be run again after one that ended anywhere: it writes nothing that it reads.
[[nodiscard]] inline bool repeatable(const NetworkSegment& segment) noexcept {
  const auto in_arena = [](const NetworkWindow& window, npu::Access access) {
    const auto granted = static_cast<unsigned>(window.access) & static_cast<unsigned>(access);
    return window.place == NetworkWindow::Place::kArena && window.bytes != 0 && granted != 0;
  };
  for (const NetworkWindow& out : segment.windows) {
    if (!in_arena(out, npu::Access::kWrite)) continue;
    for (const NetworkWindow& in : segment.windows) {
      if (in_arena(in, npu::Access::kRead) && in.offset < out.offset + out.bytes && out.offset < in.offset + in.bytes) {
        return false;
      }
    }
  }
  return true;
}

namespace detail {

/// Submits a job and waits for its end.
template <npu::Bus B, npu::Port P, std::size_t Depth>
void run_job(npu::Queue<B, P, Depth>& queue, const npu::Job& job, npu::Ticks timeout, NetworkReport& report) {
  npu::JobTag tag = 0;
  report.status = NetworkStatus::kOk;
  report.device = queue.submit(job, tag, &report.stream);
  if (report.device != npu::Status::kOk) {
    report.status = NetworkStatus::kRefused;
    return;
  }
  report.device = queue.wait(tag, timeout, report.job);
  if (report.device == npu::Status::kOk) report.device = report.job.status;
  if (report.device != npu::Status::kOk) report.status = NetworkStatus::kFailed;
}

}  // namespace detail

/// Runs one step and waits for its end; `timeout` as in run(). A job that meets fault INTEGRITY, which says nothing
/// against it, is run once more where it is repeatable(); when the driver refuses that, as for want of power, the step
/// failed with the first job's fault. Those before it must have run since the inputs were written. Between two steps
/// Device::cycles() and the layer log are those of the last job. With a ticket, one for each step, the driver checks
/// the step's stream in the first run only: see npu::StreamTicket.
template <npu::Bus B, npu::Port P, std::size_t Depth>
[[nodiscard]] NetworkReport run_step(const Network& network, std::size_t step, npu::Queue<B, P, Depth>& queue,
                                     std::span<std::byte> arena, npu::Ticks timeout,
                                     npu::StreamTicket* ticket = nullptr) {
  NetworkReport report{.step = step};
  report.status = check_arena(network, arena);
  if (report.ok() && step >= network.steps.size()) report.status = NetworkStatus::kNoStep;
  if (!report.ok()) return report;
  if (const NetworkStep& todo = network.steps[step]; todo.segment != nullptr) {
    NetworkBuffers buffers;
    npu::Job job = job_of(*todo.segment, arena, buffers);
    job.ticket = ticket;
    detail::run_job(queue, job, timeout, report);
    if (report.device == npu::Status::kFaultIntegrity && report.job.recovery == npu::Status::kOk &&
        repeatable(*todo.segment)) {
      detail::run_job(queue, job, timeout, report);
      if (report.status != NetworkStatus::kRefused) {
        report.repeated = 1;
      } else {  // The fault stands; report.job is the first one's still.
        report.status = NetworkStatus::kFailed;
        report.device = report.job.status;
        report.stream = {};
      }
    }
  } else {
    report.kernel = todo.kernel(arena);
    if (report.kernel != kernels::Status::kOk) report.status = NetworkStatus::kKernel;
  }
  return report;
}

/// One inference: every step in order, up to the first that fails. Inputs are in the arena before, outputs after; a run
/// may overwrite its inputs.
///
/// `queue` is open and belongs to this thread; `timeout` is in the port's ticks and holds for each NPU job alone. Not
/// for interrupt handlers: it waits for the NPU, and after a fault or timeout for its reset. `tickets`: none, or one
/// for each step, to be kept from run to run (npu::StreamTicket).
template <npu::Bus B, npu::Port P, std::size_t Depth>
[[nodiscard]] NetworkReport run(const Network& network, npu::Queue<B, P, Depth>& queue, std::span<std::byte> arena,
                                npu::Ticks timeout, std::span<npu::StreamTicket> tickets = {}) {
  std::uint32_t repeated = 0;
  for (std::size_t step = 0; step < network.steps.size(); ++step) {
    npu::StreamTicket* const ticket = step < tickets.size() ? &tickets[step] : nullptr;
    NetworkReport report = run_step(network, step, queue, arena, timeout, ticket);
    repeated += report.repeated;
    report.repeated = repeated;
    if (!report.ok()) return report;
  }
  return {.status = check_arena(network, arena), .step = network.steps.size(), .repeated = repeated};
}

}  // namespace auklet::runtime
