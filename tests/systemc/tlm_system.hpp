// An NPU behind TLM sockets as a sim::Target, so that what runs on the other back-ends runs on this one: a memory of
// mapped regions, an interrupt line, and a CPU whose thread executes the test.
#pragma once

#include <auklet/sim/npu_tlm.hpp>
#include <auklet/sim/target.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace auklet::test {

/// Memory behind a target socket: host memory at bus addresses, DECERR elsewhere.
class RegionMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegionMemory> socket;

  explicit RegionMemory(const sc_core::sc_module_name& name);

  void map(std::uint64_t base, std::span<std::byte> bytes);
  void unmap(std::uint64_t base);
  void connect(sim::MemoryPort* port) { port_ = port; }
  /// Whether to offer direct pointers; taken ones are taken back.
  void offer_dmi(bool offer);

  std::uint64_t transactions = 0;             ///< By b_transport.
  std::uint64_t direct_requests = 0;          ///< By get_direct_mem_ptr.
  sc_core::sc_time waits{0, sc_core::SC_NS};  ///< What every transaction waits for.

 private:
  void transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
  bool direct(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& range);
  /// The region that holds all of [address, address + bytes), at `address`; empty when there is none.
  [[nodiscard]] std::span<std::byte> find(std::uint64_t address, std::size_t bytes, std::uint64_t& base) const;

  std::map<std::uint64_t, std::span<std::byte>> regions_;
  sim::MemoryPort* port_ = nullptr;
  bool offer_dmi_ = true;
};

/// The kinds of NPU that this build has.
[[nodiscard]] inline std::vector<sim::TlmAccuracy> accuracies() {
  if (!sim::NpuTlm::has_cycle_accuracy()) return {sim::TlmAccuracy::kLooselyTimed};
  return {sim::TlmAccuracy::kLooselyTimed, sim::TlmAccuracy::kCycleAccurate};
}

/// The component with what it needs. All are built before simulation begins, see TlmSystem::get().
class TlmSystem : public sc_core::sc_module, public sim::Target {
 public:
  TlmSystem(const sc_core::sc_module_name& name, const sim::NpuTlmOptions& options);

  /// The system of this accuracy and configuration. Precondition: is_available().
  [[nodiscard]] static TlmSystem& get(sim::TlmAccuracy accuracy, const std::string& configuration = "npu256");
  [[nodiscard]] static bool is_available(sim::TlmAccuracy accuracy);
  /// Builds them all; before the first run().
  static void build_all();
  /// What NpuTlm said, before simulation began, to the request for a configuration that there is none of.
  [[nodiscard]] static const std::vector<std::string>& refusals();

  /// Resets the NPU, runs `body` in the CPU's thread, and returns when it has ended; what it throws is thrown. Only
  /// `body` may use the target.
  void run(const std::function<void()>& body);

  /// Hands a transaction to the NPU's registers and lets its delay pass.
  tlm::tlm_response_status access(tlm::tlm_generic_payload& transaction);

  std::uint32_t read32(std::uint32_t offset) override;
  void write32(std::uint32_t offset, std::uint32_t value) override;
  [[nodiscard]] std::uint64_t bus_errors() const override { return bus_errors_; }
  void map(std::uint64_t base, std::span<std::byte> bytes, sim::MemoryTiming /*timing*/) override {
    memory.map(base, bytes);
  }
  void unmap(std::uint64_t base) override { memory.unmap(base); }
  void connect(sim::MemoryPort* port, sim::MemoryTiming /*timing*/) override { memory.connect(port); }
  void step(std::uint64_t cycles) override;
  std::uint64_t step_until_irq(std::uint64_t max_cycles) override;
  [[nodiscard]] std::uint64_t cycle() const override;
  [[nodiscard]] bool irq() const override { return irq_.read(); }
  void hard_reset() override;

  sim::NpuTlm npu;
  RegionMemory memory;

 private:
  void cpu_thread();
  [[nodiscard]] sc_core::sc_time time_of(std::uint64_t cycles) const {
    return sc_core::sc_time::from_value(period_.value() * cycles);
  }

  tlm_utils::simple_initiator_socket<TlmSystem> registers_;
  sc_core::sc_signal<bool> irq_;
  sc_core::sc_time period_;
  sc_core::sc_event begin_;
  std::function<void()> body_;
  std::exception_ptr error_;
  std::uint64_t bus_errors_ = 0;
};

}  // namespace auklet::test
