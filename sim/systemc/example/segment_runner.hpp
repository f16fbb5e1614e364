// Runs a compiled model's NPU segments with the driver on the processor of the platform.
#pragma once

#include <algorithm>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "cpu.hpp"

namespace example {

class SegmentRunner {
 public:
  /// `memory` is at `address` for the NPU, whose registers are at `registers`.
  SegmentRunner(Cpu& cpu, std::uint64_t registers, std::uint64_t address)
      : memory_(cpu.memory(address)),
        bus_(cpu, registers),
        port_(cpu, memory_, address),
        device_(bus_, port_),
        queue_(device_, port_) {
    port_.set_interrupt_handler([this] { queue_.on_interrupt(); });
  }
  ~SegmentRunner() {
    try {
      static_cast<void>(queue_.close());
    } catch (...) {  // NOLINT(bugprone-empty-catch): the bus has failed, and nobody is left to be told.
    }
  }
  SegmentRunner(const SegmentRunner&) = delete;
  SegmentRunner& operator=(const SegmentRunner&) = delete;

  /// Finds the NPU. False when there is none that the driver knows.
  bool open() {
    auklet::npu::Configuration found;
    return device_.probe(found) == auklet::npu::Status::kOk &&
           queue_.open({.completion = auklet::npu::Completion::kInterrupt}) == auklet::npu::Status::kOk;
  }

  /// Runs the segment that a custom operator holds.
  auklet::compiler::Outcome run(const auklet::compiler::CustomCall& call) {
    using auklet::compiler::WindowRole;
    const auto view = auklet::compiler::read_segment(call.graph, call.op());
    if (!view) return tl::unexpected(view.error());
    used_ = 0;
    const std::span<std::byte> stream = copy(std::as_bytes(view->stream));
    std::vector<auklet::npu::Buffer> buffers;
    std::vector<std::span<std::byte>> windows;
    for (const auklet::compiler::SegmentWindow& window : view->segment.windows) {
      std::span<std::byte> bytes = take(window.bytes);
      if (window.role == WindowRole::kConstants) bytes = copy(call.inputs[auklet::compiler::kSegmentConstantsInput]);
      if (window.role == WindowRole::kInput) bytes = copy(call.inputs[window.index]);
      const auto access = static_cast<auklet::npu::Access>((window.read ? 1U : 0U) | (window.write ? 2U : 0U));
      const std::size_t size = access == auklet::npu::Access::kNone ? 0 : bytes.size();
      buffers.push_back({bytes.data(), size, access});
      windows.push_back(bytes);
    }

    auklet::npu::JobTag tag = 0;
    auklet::npu::JobResult result;
    const std::span<const std::uint32_t> words(reinterpret_cast<const std::uint32_t*>(stream.data()),
                                               view->stream.size());
    auklet::npu::Status status = queue_.submit({words, buffers}, tag);
    if (status == auklet::npu::Status::kOk) status = queue_.wait(tag, kDeadline, result);
    if (status == auklet::npu::Status::kOk) status = result.status;
    if (status != auklet::npu::Status::kOk) {
      return auklet::compiler::fail(auklet::compiler::ErrorCode::kExecution, auklet::npu::to_string(status));
    }
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const auklet::compiler::SegmentWindow& window = view->segment.windows[i];
      if (window.role == WindowRole::kOutput) std::ranges::copy(windows[i], call.outputs[window.index].begin());
    }
    ++jobs_;
    return {};
  }

  [[nodiscard]] std::size_t jobs() const { return jobs_; }

 private:
  static constexpr auklet::npu::Ticks kDeadline = 1'000'000'000;  // Nanoseconds.

  /// `bytes` of the memory that both see. Each run begins anew.
  std::span<std::byte> take(std::size_t bytes) {
    const std::size_t begin = (used_ + 63) / 64 * 64;
    if (begin + bytes > memory_.size()) throw std::length_error("the platform's memory is too small");
    used_ = begin + bytes;
    return memory_.subspan(begin, bytes);
  }
  std::span<std::byte> copy(std::span<const std::byte> bytes) {
    const std::span<std::byte> to = take(bytes.size());
    std::ranges::copy(bytes, to.begin());
    return to;
  }

  std::span<std::byte> memory_;
  SocketBus bus_;
  SocketPort port_;
  auklet::npu::Device<SocketBus, SocketPort> device_;
  auklet::npu::Queue<SocketBus, SocketPort> queue_;
  std::size_t used_ = 0;
  std::size_t jobs_ = 0;
};

}  // namespace example
