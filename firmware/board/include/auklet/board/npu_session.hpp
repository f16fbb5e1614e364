// The board's NPU, opened for jobs with its interrupt: what every application begins with.
#pragma once

#include <auklet/board/board.hpp>
#include <auklet/board/console.hpp>
#include <auklet/board/port.hpp>
#include <auklet/npu/device.hpp>
#include <auklet/npu/queue.hpp>

namespace auklet::board {

/// `SessionPort` is board::Port, or a class that inherits from it to change a hook.
template <class SessionPort = Port>
class NpuSession {
 public:
  using Device = npu::Device<npu::MmioBus, SessionPort>;
  using Queue = npu::Queue<npu::MmioBus, SessionPort>;

  NpuSession() noexcept : bus_(npu_bus()), device_(bus_, port_), queue_(device_, port_) {}
  ~NpuSession() { close(); }
  NpuSession(const NpuSession&) = delete;
  NpuSession& operator=(const NpuSession&) = delete;

  /// Finds the device and takes it over. Errors: those of Device::probe() and Queue::open().
  [[nodiscard]] npu::Status open(npu::Completion completion = npu::Completion::kInterrupt) {
    npu::Status status = device_.probe(configuration_);
    if (status == npu::Status::kOk) status = queue_.open({.completion = completion});
    if (status != npu::Status::kOk || completion != npu::Completion::kInterrupt) return status;
    on_npu_interrupt([](void* context) { static_cast<Queue*>(context)->on_interrupt(); }, &queue_);
    return status;
  }

  void close() noexcept {
    on_npu_interrupt(nullptr, nullptr);
    (void)queue_.close();  // An NPU that does not stop finds its memory in place: all of it is static.
  }

  [[nodiscard]] SessionPort& port() noexcept { return port_; }
  [[nodiscard]] Device& device() noexcept { return device_; }
  [[nodiscard]] Queue& queue() noexcept { return queue_; }
  [[nodiscard]] const npu::Configuration& configuration() const noexcept { return configuration_; }

 private:
  SessionPort port_;
  npu::MmioBus bus_;
  Device device_;
  Queue queue_;
  npu::Configuration configuration_;
};

/// Prints what the device is.
inline void print(Console& console, const npu::Configuration& found) noexcept {
  console << "Auklet " << found.major << '.' << found.minor << ", " << found.macs << " MACs, " << found.sram_kib
          << " KiB SRAM, AXI " << found.axi_data_bits << " bits\n";
}

/// Prints what went wrong; returns 1, the program's exit code.
inline int fail(Console& console, const char* what, const char* why) noexcept {
  console << what << ": " << why << "\nFAIL\n";
  return 1;
}

}  // namespace auklet::board
