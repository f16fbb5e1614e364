// A processor that runs the driver: registers and memory through its initiator socket, the NPU's interrupt at its pin.
#pragma once

#include <algorithm>
#include <auklet/npu/port.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <utility>

#include <systemc>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm>

namespace example {

class Cpu : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Cpu> socket;
  sc_core::sc_in<bool> irq;

  /// `program` runs in the processor's thread; the simulation stops at its end.
  Cpu(const sc_core::sc_module_name& name, std::function<void(Cpu&)> program)
      : sc_module(name), socket("socket"), irq("irq"), program_(std::move(program)) {
    SC_HAS_PROCESS(Cpu);
    SC_THREAD(run);
    set_stack_size(std::size_t{4} << 20);
  }

  /// A 32-bit access; throws std::runtime_error when it is answered with an error.
  std::uint32_t access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value) {
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    transaction.set_data_length(sizeof value);
    transaction.set_streaming_width(sizeof value);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(transaction, delay);
    wait(delay);
    if (transaction.is_response_error()) throw std::runtime_error(transaction.get_response_string());
    return value;
  }

  /// The memory at `address`, as this processor's loads and stores see it.
  std::span<std::byte> memory(std::uint64_t address) {
    tlm::tlm_generic_payload transaction;
    transaction.set_address(address);
    tlm::tlm_dmi range;
    if (!socket->get_direct_mem_ptr(transaction, range)) throw std::runtime_error("no memory that can be pointed to");
    const std::uint64_t skip = address - range.get_start_address();
    return {reinterpret_cast<std::byte*>(range.get_dmi_ptr()) + skip, range.get_end_address() + 1 - address};
  }

 private:
  void run() {
    program_(*this);
    sc_core::sc_stop();
  }

  std::function<void(Cpu&)> program_;
};

/// The NPU's registers as the driver's bus.
class SocketBus {
 public:
  SocketBus(Cpu& cpu, std::uint64_t base) : cpu_(cpu), base_(base) {}
  [[nodiscard]] std::uint32_t read32(std::uint32_t offset) {
    return cpu_.access(tlm::TLM_READ_COMMAND, base_ + offset, 0);
  }
  void write32(std::uint32_t offset, std::uint32_t value) {
    cpu_.access(tlm::TLM_WRITE_COMMAND, base_ + offset, value);
  }

 private:
  Cpu& cpu_;
  std::uint64_t base_;
};

/// The processor as the driver's port. A tick is a nanosecond; memory is one range, coherent, at `address` for the NPU.
class SocketPort : public auklet::npu::PortDefaults {
 public:
  SocketPort(Cpu& cpu, std::span<const std::byte> memory, std::uint64_t address)
      : cpu_(cpu), memory_(memory), address_(address) {}

  /// What the processor does on the NPU's interrupt.
  void set_interrupt_handler(std::function<void()> handler) { handler_ = std::move(handler); }

  [[nodiscard]] auklet::npu::Ticks now() const {
    return sc_core::sc_time_stamp().value() / sc_core::sc_time(1, sc_core::SC_NS).value();
  }
  void relax() { sc_core::wait(sc_core::sc_time(100, sc_core::SC_NS)); }
  void wait_for_interrupt(auklet::npu::Ticks max) {
    if (!cpu_.irq.read()) {
      sc_core::wait(sc_core::sc_time(static_cast<double>(max), sc_core::SC_NS), cpu_.irq.posedge_event());
    }
  }
  [[nodiscard]] auklet::npu::CriticalState enter_critical() { return depth_++; }
  void leave_critical(auklet::npu::CriticalState state) {
    depth_ = state;
    if (depth_ != 0 || in_handler_ || !handler_ || !cpu_.irq.read()) return;
    in_handler_ = true;
    handler_();
    in_handler_ = false;
  }
  [[nodiscard]] bool translate(const void* data, std::size_t size, auklet::npu::BusAddress& address) const {
    const auto first = reinterpret_cast<std::uintptr_t>(data);
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.data());
    if (first < begin || first - begin > memory_.size() || size > memory_.size() - (first - begin)) return false;
    address = address_ + (first - begin);
    return true;
  }

 private:
  Cpu& cpu_;
  std::span<const std::byte> memory_;
  std::uint64_t address_;
  std::function<void()> handler_;
  auklet::npu::CriticalState depth_ = 0;
  bool in_handler_ = false;
};

}  // namespace example
