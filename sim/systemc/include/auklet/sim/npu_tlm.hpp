// The NPU as a SystemC TLM-2.0 component: registers behind a target socket, memory through an initiator socket, one
// interrupt. docs/systemc.md tells how to put it into a platform.
#pragma once

#include <auklet/sim/target.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <systemc>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <tlm>

namespace auklet::sim {

/// What simulates the NPU behind the sockets.
enum class TlmAccuracy : std::uint8_t {
  kLooselyTimed,   ///< The functional model: results are exact, time is an estimate.
  kCycleAccurate,  ///< The verilated RTL: every cycle is the hardware's.
};

struct NpuTlmOptions {
  TlmAccuracy accuracy = TlmAccuracy::kLooselyTimed;
  std::string configuration;  ///< A name of the specification's; empty: its default.
  sc_core::sc_time clock_period{10, sc_core::SC_NS};
  /// Latency and bandwidth of memory as the NPU's AXI port sees it. Delays that targets annotate play no part; while a
  /// target waits in b_transport, the NPU's clock stands still.
  MemoryTiming memory_timing{};
  /// The NPU runs ahead of SystemC's time by at most so many cycles, at least 1: it then touches memory so much
  /// earlier, and a register access during a job may last so much longer. Interrupts rise in their very cycle.
  std::uint32_t quantum_cycles = 100;
  bool use_dmi = true;  ///< Take direct memory pointers where targets offer them.
};

/// The component. Register accesses are 4 bytes at a multiple of 4, by b_transport from a thread; the NPU is at address
/// 0 of its socket. A refused access answers TLM_GENERIC_ERROR_RESPONSE, one beyond the 4 KiB
/// TLM_ADDRESS_ERROR_RESPONSE. Each takes a clock cycle at least.
///
/// Of memory's answers TLM_OK_RESPONSE is OKAY, TLM_ADDRESS_ERROR_RESPONSE is DECERR, any other SLVERR.
///
/// Registers cannot be accessed while the NPU is inside memory's b_transport: an access then waits, so a memory must
/// not wait for one.
class NpuTlm : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<NpuTlm> registers;
  tlm_utils::simple_initiator_socket<NpuTlm> memory;
  sc_core::sc_out<bool> irq;  ///< Level.

  /// Throws std::invalid_argument, with a sentence, when there is no such configuration, or it is not in this build.
  NpuTlm(const sc_core::sc_module_name& name, const NpuTlmOptions& options);
  ~NpuTlm() override;
  NpuTlm(const NpuTlm&) = delete;
  NpuTlm& operator=(const NpuTlm&) = delete;

  /// Pulses the reset input. From a thread process.
  void reset();
  /// Cycles of the NPU's clock so far. It does not run while nothing in the NPU can change.
  [[nodiscard]] std::uint64_t cycles() const { return npu_->cycle(); }
  /// Register accesses that were answered with an error.
  [[nodiscard]] std::uint64_t refused_accesses() const { return refused_; }
  /// Whether this build has TlmAccuracy::kCycleAccurate.
  [[nodiscard]] static bool has_cycle_accuracy();

 private:
  /// Memory behind the initiator socket, directly where it allows that.
  class Port : public MemoryPort {
   public:
    Port(NpuTlm& owner, bool use_dmi) : owner_(owner), use_dmi_(use_dmi) {}
    AxiResponse read(std::uint64_t address, std::span<std::byte> bytes) override;
    AxiResponse write(std::uint64_t address, std::span<const std::byte> bytes) override;
    void forget(std::uint64_t first, std::uint64_t last);

   private:
    [[nodiscard]] const tlm::tlm_dmi* find(std::uint64_t address, std::size_t bytes, bool write) const;
    AxiResponse transport(tlm::tlm_command command, std::uint64_t address, std::byte* data, std::size_t bytes);

    NpuTlm& owner_;
    bool use_dmi_;
    std::vector<tlm::tlm_dmi> direct_;
  };

  void clock_thread();
  void wait_until_now();
  void invalidate(sc_dt::uint64 first, sc_dt::uint64 last) { port_.forget(first, last); }
  void transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  void access(tlm::tlm_generic_payload& transaction, std::uint32_t offset);
  void observe_write(std::uint32_t offset, std::uint32_t value);
  /// SystemC time that the NPU has reached.
  [[nodiscard]] sc_core::sc_time device_time() const {
    return epoch_ + sc_core::sc_time::from_value(period_.value() * (npu_->cycle() - first_cycle_));
  }
  /// Lets the NPU reach `time`.
  void catch_up(const sc_core::sc_time& time);
  void look_whether_idle();

  std::unique_ptr<Target> npu_;
  sc_core::sc_time period_;
  std::uint32_t quantum_;
  Port port_;
  sc_core::sc_mutex busy_;      ///< Held by who calls npu_, which may wait inside of memory's b_transport.
  std::uint32_t waiting_ = 0;   ///< Processes that want it for a register access or a reset.
  sc_core::sc_event wake_;      ///< A register was accessed.
  std::uint64_t first_cycle_;   ///< The one that SystemC's time began in.
  sc_core::sc_time epoch_;      ///< When that was, moved on by the time in which the clock stood still.
  bool idle_ = false;           ///< Nothing in the NPU can change without a register access.
  bool started_ = false;        ///< A job may run.
  std::uint32_t irq_mask_ = 0;  ///< IRQ_MASK.
  std::uint64_t refused_ = 0;
};

}  // namespace auklet::sim
