#include <auklet/runtime/context.hpp>

namespace auklet::runtime {

spec::HardwareConfig hardware_config(const npu::Configuration& found) noexcept {
  for (spec::HardwareConfig config : spec::kConfigurations) {
    if (config.macs != found.macs) continue;
    config.sram_bytes = found.sram_bytes();
    config.axi_data_bits = found.axi_data_bits;
    return config;
  }
  return {};
}

Reason reason_of(npu::Status status) noexcept {
  switch (status) {
    case npu::Status::kOk:
      return Reason::kNone;
    case npu::Status::kNotProbed:
      return Reason::kNoDevice;
    case npu::Status::kQueueFull:
    case npu::Status::kBusy:
    case npu::Status::kReentered:
      return Reason::kDeviceBusy;
    case npu::Status::kBufferUnreachable:
      return Reason::kBufferUnreachable;
    case npu::Status::kBufferSharesCacheLine:
      return Reason::kBufferSharesCacheLine;
    case npu::Status::kWindowRange:
      return Reason::kBufferOutsideWindow;
    case npu::Status::kStreamMisaligned:
      return Reason::kWorkspaceMisaligned;
    default:
      break;
  }
  const bool about_stream = status >= npu::Status::kStreamLength && status <= npu::Status::kStreamDeadlock;
  return about_stream ? Reason::kStreamRefused : Reason::kDeviceLost;
}

}  // namespace auklet::runtime
