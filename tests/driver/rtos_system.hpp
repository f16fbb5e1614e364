// Several threads, their buffers, and one NPU behind a queue: what the tests of the driver under threads share.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/queue.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include "host_rtos.hpp"
#include "stream_builder.hpp"

namespace auklet::test {

inline constexpr npu::Ticks kLong = 20'000'000;  // Nothing that works takes this long.

/// One thread's buffers and stream: a copy through the NPU's SRAM.
struct alignas(64) Workplace {
  std::array<std::uint32_t, 64> stream{};
  std::array<std::uint8_t, 64> input{};
  std::array<std::uint8_t, 64> output{};
  std::array<npu::Buffer, 2> buffers{};
  std::size_t words = 0;

  void prepare() {
    const std::vector<std::uint32_t> copied = StreamBuilder().add(load()).add(store()).end().seal();
    words = copied.size();
    std::memcpy(stream.data(), copied.data(), words * sizeof(std::uint32_t));
    buffers = {npu::Buffer{input.data(), input.size(), npu::Access::kRead},
               npu::Buffer{output.data(), output.size(), npu::Access::kWrite}};
  }
  void fill(std::uint32_t seed) {
    std::mt19937 random(seed);
    for (std::uint8_t& value : input) value = static_cast<std::uint8_t>(random());
    output.fill(0);
  }
  [[nodiscard]] npu::Job job() const { return {std::span(stream).first(words), buffers}; }
};

/// A processor with threads and one NPU. P: RtosPort, or what replaces some of its hooks.
template <typename P>
class RtosSystem {
 public:
  explicit RtosSystem(npu::QueueOptions options) {
    for (Workplace& place : places) place.prepare();
    hardware.start([this] { queue.on_interrupt(); });
    npu::Configuration found;
    EXPECT_EQ(device.probe(found), npu::Status::kOk);
    EXPECT_EQ(queue.open(options), npu::Status::kOk);
  }
  ~RtosSystem() {
    EXPECT_EQ(queue.close(), npu::Status::kOk);
    hardware.stop();
    EXPECT_FALSE(port.powered());
    EXPECT_EQ(port.begun, port.ended);
  }

  /// Submits as soon as there is room.
  npu::JobTag submit(const Workplace& place) {
    npu::JobTag tag = 0;
    npu::Status status = queue.submit(place.job(), tag);
    while (status == npu::Status::kQueueFull) {
      std::this_thread::yield();
      status = queue.submit(place.job(), tag);
    }
    EXPECT_EQ(status, npu::Status::kOk) << npu::to_string(status);
    return tag;
  }

  std::array<Workplace, 8> places{};
  std::span<std::byte> memory{reinterpret_cast<std::byte*>(places.data()), sizeof places};
  HardwareThread hardware{memory};
  P port{memory};
  npu::Device<HardwareThread, P> device{hardware, port};
  npu::Queue<HardwareThread, P> queue{device, port};
};

/// Runs one function in each of `count` threads and waits for all.
template <typename Body>
void in_threads(std::size_t count, Body body) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace auklet::test
