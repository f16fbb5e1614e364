// What the driver's own check says of a planned stream.
#pragma once

#include <auklet/npu/stream.hpp>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <span>

namespace auklet::test {

inline npu::StreamReport driver_check(std::span<const std::uint32_t> words, const spec::HardwareConfig& config,
                                      std::span<const npu::Window> windows) {
  npu::Configuration configuration;
  configuration.id = spec::kIdMagic;
  configuration.major = spec::kHardwareVersionMajor;
  configuration.minor = spec::kHardwareVersionMinor;
  configuration.stream_version = spec::kStreamVersion;
  configuration.macs = static_cast<std::uint16_t>(config.macs);
  configuration.sram_kib = static_cast<std::uint16_t>(config.sram_bytes / 1024);
  configuration.windows = spec::kWindowCount;
  return npu::validate_stream(words, configuration, windows);
}

}  // namespace auklet::test
