// Bus and port from tables of function pointers: for C, and for C++ that chooses its platform at run time.
#pragma once

#include "auklet_npu.h"

#include <auklet/npu/bus.hpp>
#include <auklet/npu/port.hpp>

namespace auklet::npu {

/// A bus from the C interface's table, which is copied and must be complete.
class FunctionBus {
 public:
  explicit FunctionBus(const auklet_npu_bus& table) noexcept : table_(table) {}

  [[nodiscard]] static bool is_complete(const auklet_npu_bus& table) noexcept {
    return table.read32 != nullptr && table.write32 != nullptr;
  }

  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) { return table_.read32(table_.context, offset); }
  void write32(std::uint32_t offset, std::uint32_t value) { table_.write32(table_.context, offset, value); }

 private:
  auklet_npu_bus table_;
};

/// A port from the C interface's table, which is copied and must be complete. Hooks that are null act as PortDefaults'.
class FunctionPort {
 public:
  explicit FunctionPort(const auklet_npu_port& table) noexcept : table_(table) {}

  [[nodiscard]] static bool is_complete(const auklet_npu_port& table) noexcept {
    return table.now != nullptr && (table.enter_critical == nullptr) == (table.leave_critical == nullptr) &&
           (table.lock == nullptr) == (table.unlock == nullptr) &&
           (table.semaphore_take == nullptr) == (table.semaphore_give == nullptr) &&
           (table.power_on == nullptr) == (table.power_off == nullptr);
  }

  [[nodiscard]] Ticks now() { return table_.now(table_.context); }
  void relax() {
    if (table_.relax != nullptr) table_.relax(table_.context);
  }
  void wait_for_interrupt(Ticks max) {
    if (table_.wait_for_interrupt != nullptr) table_.wait_for_interrupt(table_.context, max);
  }
  void barrier() { table_.barrier != nullptr ? table_.barrier(table_.context) : PortDefaults{}.barrier(); }
  [[nodiscard]] std::size_t cache_line_bytes() const noexcept {
    return table_.cache_line_bytes != 0 ? table_.cache_line_bytes : PortDefaults{}.cache_line_bytes();
  }
  void clean(const void* data, std::size_t size) {
    if (table_.clean != nullptr) table_.clean(table_.context, data, size);
  }
  void invalidate(const void* data, std::size_t size) {
    if (table_.invalidate != nullptr) table_.invalidate(table_.context, data, size);
  }
  [[nodiscard]] CriticalState enter_critical() {
    return table_.enter_critical != nullptr ? table_.enter_critical(table_.context) : 0;
  }
  void leave_critical(CriticalState state) {
    if (table_.leave_critical != nullptr) table_.leave_critical(table_.context, state);
  }
  [[nodiscard]] bool translate(const void* data, std::size_t size, BusAddress& address) {
    if (table_.translate == nullptr) return PortDefaults{}.translate(data, size, address);
    return table_.translate(table_.context, data, size, &address) != 0;
  }
  void lock() {
    if (table_.lock != nullptr) table_.lock(table_.context);
  }
  void unlock() {
    if (table_.unlock != nullptr) table_.unlock(table_.context);
  }
  [[nodiscard]] bool semaphore_take(std::uint32_t slot, Ticks max) {
    return table_.semaphore_take != nullptr && table_.semaphore_take(table_.context, slot, max) != 0;
  }
  void semaphore_give(std::uint32_t slot) {
    if (table_.semaphore_give != nullptr) table_.semaphore_give(table_.context, slot);
  }
  [[nodiscard]] bool power_on() { return table_.power_on == nullptr || table_.power_on(table_.context) != 0; }
  void power_off() {
    if (table_.power_off != nullptr) table_.power_off(table_.context);
  }
  [[nodiscard]] bool keeps_registers() const noexcept {
    return table_.power_off == nullptr || table_.power_keeps_registers != 0;
  }
  void job_begin(JobTag tag) {
    if (table_.job_begin != nullptr) table_.job_begin(table_.context, tag);
  }
  void job_end(JobTag tag, Status status) {
    if (table_.job_end != nullptr) table_.job_end(table_.context, tag, static_cast<auklet_npu_status>(status));
  }

 private:
  auklet_npu_port table_;
};

static_assert(Bus<FunctionBus> && Port<FunctionPort>);

}  // namespace auklet::npu
