// The glue to Zephyr, on the functional model: what its init function, hooks and handler do.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "../driver/stream_builder.hpp"
#include "auklet_zephyr.h"
#include "simulated_npu.hpp"
#include "zephyr/cache.h"
#include "zephyr/irq.h"
#include "zephyr/logging/log.h"
#include "zephyr/pm/device_runtime.h"
#include "zephyr/sys/device_mmio.h"
#include "zephyr/sys/sys_io.h"

namespace auklet::test {
namespace {

constexpr std::size_t kLine = 32;

/// The system that the stand-in's functions below are about.
struct Board {
  SimulatedNpu npu;
  std::string log;
  void (*handler)(const void*) = nullptr;
  const void* argument = nullptr;
  bool irq_enabled = false;
  unsigned int locked = 0;
  bool in_handler = false;
  int power = 0;
  bool refuses_power = false;
  bool absent = false;
  int cleaned = 0;
  int invalidated = 0;
  int yields = 0;
  int taken = 0;

  /// The interrupt, where a processor would take it.
  void take_interrupt() {
    if (locked != 0 || in_handler || !irq_enabled || !npu.model.irq()) return;
    in_handler = true;
    handler(argument);
    in_handler = false;
  }
};
std::unique_ptr<Board> board;

class ZephyrTest : public testing::Test {
 protected:
  ZephyrTest() {
    board = std::make_unique<Board>();
    const std::vector<std::uint32_t> words = StreamBuilder().add(load()).add(store()).end().seal();
    stream = board->npu.copy(std::as_bytes(std::span(words)));
    input = board->npu.allocate(64);
    output = board->npu.allocate(64);
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::byte>(5 * i + 1);
    buffers = {auklet_npu_buffer{input.data(), 64, AUKLET_NPU_ACCESS_READ},
               auklet_npu_buffer{output.data(), 64, AUKLET_NPU_ACCESS_WRITE}};
  }
  void TearDown() override { board.reset(); }

  [[nodiscard]] auklet_npu_job job() const {
    return {reinterpret_cast<const std::uint32_t*>(stream.data()), stream.size() / 4, buffers.data(), buffers.size()};
  }

  std::span<std::byte> stream;
  std::span<std::byte> input;
  std::span<std::byte> output;
  std::array<auklet_npu_buffer, 2> buffers{};
  const device* dev = &stub_device_0;
  auklet_npu_result result{};
};

TEST_F(ZephyrTest, RunsJobsByInterrupt) {
  ASSERT_EQ(dev->init(dev), 0) << board->log;
  EXPECT_EQ(board->log, "info: npu0: 256 MACs, 512 KiB\n");
  EXPECT_TRUE(board->irq_enabled);
  EXPECT_EQ(board->power, 0) << "idle";
  const auklet_npu_job request = job();
  for (std::uint8_t i = 0; i < 5; ++i) {
    input[0] = std::byte{i};
    ASSERT_EQ(auklet_npu_run(auklet_zephyr_npu(dev), &request, 1'000'000, &result, nullptr), AUKLET_NPU_OK);
    EXPECT_EQ(result.status, AUKLET_NPU_OK);
    EXPECT_TRUE(std::ranges::equal(input, output));
    EXPECT_EQ(board->power, 0);
  }
  EXPECT_EQ(board->taken, 5);
  EXPECT_EQ(board->cleaned, 15);
  EXPECT_EQ(board->invalidated, 5);
  EXPECT_EQ(board->npu.model.bus_errors(), 0U);
}

TEST_F(ZephyrTest, TheWatchdogIsTheDevicetrees) {
  ASSERT_EQ(dev->init(dev), 0) << board->log;
  EXPECT_EQ(board->npu.model.read32(spec::reg::Watchdog::kOffset), 50'000U);
}

TEST_F(ZephyrTest, OutputsOwnTheirCacheLines) {
  ASSERT_EQ(dev->init(dev), 0) << board->log;
  buffers[1] = {output.data() + 4, 32, AUKLET_NPU_ACCESS_WRITE};
  const auklet_npu_job request = job();
  EXPECT_EQ(auklet_npu_run(auklet_zephyr_npu(dev), &request, 1'000'000, &result, nullptr),
            AUKLET_NPU_BUFFER_SHARES_CACHE_LINE);
}

TEST_F(ZephyrTest, ADeadlineEndsTheWait) {
  ASSERT_EQ(dev->init(dev), 0) << board->log;
  const auklet_npu_job request = job();
  ASSERT_EQ(auklet_npu_run(auklet_zephyr_npu(dev), &request, 1, &result, nullptr), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_TIMEOUT);
  EXPECT_EQ(result.recovery, AUKLET_NPU_OK);
  ASSERT_EQ(auklet_npu_run(auklet_zephyr_npu(dev), &request, 1'000'000, &result, nullptr), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_OK);
}

TEST_F(ZephyrTest, WithoutPowerOrDeviceItIsNotReady) {
  board->refuses_power = true;
  EXPECT_EQ(dev->init(dev), -EIO);
  EXPECT_EQ(board->log, "error: npu0: the platform did not power the device\n");
  board->refuses_power = false;
  board->absent = true;
  EXPECT_EQ(dev->init(dev), -ENODEV);
  EXPECT_FALSE(board->irq_enabled);
}

}  // namespace
}  // namespace auklet::test

// ---- The stand-in's functions ----

using auklet::test::board;

std::int64_t k_uptime_ticks() { return static_cast<std::int64_t>(board->npu.model.cycle()); }
std::uint64_t k_ms_to_ticks_ceil64(std::uint64_t ms) { return ms * 10'000; }
void k_yield() {
  ++board->yields;
  board->npu.model.step(8);
  board->take_interrupt();
}
int k_mutex_init(k_mutex* mutex) { return mutex->held = 0; }
int k_mutex_lock(k_mutex* mutex, k_timeout_t timeout) {
  EXPECT_FALSE(board->in_handler);
  EXPECT_EQ(timeout.ticks, -1);
  EXPECT_EQ(mutex->held++, 0);
  return 0;
}
int k_mutex_unlock(k_mutex* mutex) {
  EXPECT_EQ(--mutex->held, 0);
  return 0;
}
int k_sem_init(k_sem* sem, unsigned int initial, unsigned int limit) {
  *sem = {initial, limit};
  return 0;
}
int k_sem_take(k_sem* sem, k_timeout_t timeout) {
  EXPECT_FALSE(board->in_handler);
  EXPECT_EQ(board->locked, 0U);
  ++board->taken;
  if (sem->count == 0) {
    board->npu.model.step_until_irq(static_cast<std::uint64_t>(timeout.ticks));
    board->take_interrupt();
  }
  if (sem->count == 0) return -EAGAIN;
  --sem->count;
  return 0;
}
void k_sem_give(k_sem* sem) {
  EXPECT_EQ(board->locked, 0U);
  sem->count = std::min(sem->count + 1, sem->limit);
}
unsigned int irq_lock() { return board->locked++; }
void irq_unlock(unsigned int key) {
  board->locked = key;
  board->take_interrupt();
}
void irq_enable(unsigned int line) {
  EXPECT_EQ(line, 17U);
  board->irq_enabled = true;
}
void stub_irq_connect(unsigned int line, unsigned int /*priority*/, void (*handler)(const void*),
                      const void* argument) {
  EXPECT_EQ(line, 17U);
  board->handler = handler;
  board->argument = argument;
}
std::size_t sys_cache_data_line_size_get() { return auklet::test::kLine; }
int sys_cache_data_flush_range(void* /*address*/, std::size_t /*size*/) {
  ++board->cleaned;
  return 0;
}
int sys_cache_data_invd_range(void* address, std::size_t size) {
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(address) % auklet::test::kLine, 0U);
  EXPECT_EQ(size % auklet::test::kLine, 0U);
  ++board->invalidated;
  return 0;
}
int pm_device_runtime_enable(const device* /*dev*/) { return -ENOTSUP; }
int pm_device_runtime_get(const device* /*dev*/) {
  if (board->refuses_power) return -EIO;
  ++board->power;
  return 0;
}
int pm_device_runtime_put(const device* /*dev*/) {
  --board->power;
  return 0;
}
std::uint32_t sys_read32(std::uintptr_t address) {
  EXPECT_EQ(board->power, 1);
  return board->absent ? 0 : board->npu.model.read32(static_cast<std::uint32_t>(address - STUB_MMIO_BASE));
}
void sys_write32(std::uint32_t value, std::uintptr_t address) {
  EXPECT_EQ(board->power, 1);
  board->npu.model.write32(static_cast<std::uint32_t>(address - STUB_MMIO_BASE), value);
}
/// As a platform does whose memory lies elsewhere for the NPU.
int auklet_zephyr_translate(const device* /*dev*/, const void* data, std::size_t size, std::uint64_t* bus_address) {
  return board->npu.port.translate(board->npu.port.context, data, size, bus_address);
}
// NOLINTNEXTLINE(cert-dcl50-cpp): as a logger is.
void stub_log(const char* level, const char* format, ...) {
  char line[256];
  std::va_list arguments;
  va_start(arguments, format);
  (void)std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  board->log += std::string(level) + ": " + line + "\n";
}
