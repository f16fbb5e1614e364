// A functional model with memory, as the C interface's tables.
#pragma once

#include "auklet_npu.h"

#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

namespace auklet::test {

class SimulatedNpu {
 public:
  static constexpr std::uint64_t kBase = 0x8000'0000;
  static constexpr std::size_t kBytes = std::size_t{1} << 20;

  SimulatedNpu() {
    port_.map(kBase, std::as_writable_bytes(std::span(memory_)));
    bus.context = this;
    bus.read32 = [](void* self, std::uint32_t offset) { return of(self).model.read32(offset); };
    bus.write32 = [](void* self, std::uint32_t offset, std::uint32_t value) { of(self).model.write32(offset, value); };
    port.context = this;
    port.now = [](void* self) { return of(self).port_.now(); };
    port.relax = [](void* self) { of(self).port_.relax(); };
    port.translate = [](void* self, const void* data, std::size_t size, std::uint64_t* address) {
      return of(self).port_.translate(data, size, *address) ? 1 : 0;
    };
  }

  /// Memory of the device's, aligned to 64 bytes; free_all() takes all of it back.
  std::span<std::byte> allocate(std::size_t bytes) {
    const std::size_t begin = (used_ + kAlignment - 1) / kAlignment * kAlignment;
    if (begin + bytes > kBytes) throw std::length_error("the test's memory is too small");
    used_ = begin + bytes;
    return std::as_writable_bytes(std::span(memory_)).subspan(begin, bytes);
  }
  std::span<std::byte> copy(std::span<const std::byte> bytes) {
    const std::span<std::byte> place = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(place.data(), bytes.data(), bytes.size());
    return place;
  }
  void free_all() { used_ = 0; }

  sim::FunctionalModel model;
  auklet_npu_bus bus{};
  auklet_npu_port port{};

 private:
  static constexpr std::size_t kAlignment = 64;
  struct alignas(kAlignment) Line {
    std::byte bytes[kAlignment];
  };

  static SimulatedNpu& of(void* self) { return *static_cast<SimulatedNpu*>(self); }

  std::vector<Line> memory_ = std::vector<Line>(kBytes / kAlignment);
  sim::TargetPort port_{model};
  std::size_t used_ = 0;
};

}  // namespace auklet::test
