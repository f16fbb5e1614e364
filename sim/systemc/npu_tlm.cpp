#include <algorithm>
#include <auklet/sim/functional_model.hpp>
#include <auklet/sim/npu_tlm.hpp>
#include <auklet/spec/spec.hpp>
#include <cstring>
#include <stdexcept>

#include "npu_backends.hpp"

namespace auklet::sim {

namespace reg = spec::reg;

namespace {

constexpr std::uint32_t kRegisterBytes = 0x1000;
constexpr std::size_t kStackBytes = std::size_t{1} << 20;  // The models' call trees are deeper than a thread's default.
constexpr std::uint32_t kAllCauses = reg::IrqMask::kDone.mask() | reg::IrqMask::kFault.mask();

std::unique_ptr<Target> make_functional(const std::string& name) {
  if (name.empty()) return std::make_unique<FunctionalModel>();
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (name == config.name) return std::make_unique<FunctionalModel>(FunctionalModelOptions{.config = config});
  }
  throw std::invalid_argument("the specification has no configuration " + name);
}

/// Holds a mutex for its own lifetime.
class Lock {
 public:
  explicit Lock(sc_core::sc_mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  sc_core::sc_mutex& mutex_;
};

}  // namespace

bool NpuTlm::has_cycle_accuracy() { return has_verilated(); }

NpuTlm::NpuTlm(const sc_core::sc_module_name& name, const NpuTlmOptions& options)
    : sc_module(name),
      registers("registers"),
      memory("memory"),
      irq("irq"),
      npu_(options.accuracy == TlmAccuracy::kLooselyTimed ? make_functional(options.configuration)
                                                          : make_verilated(options.configuration)),
      period_(options.clock_period),
      quantum_(std::max(options.quantum_cycles, 1U)),
      port_(*this, options.use_dmi),
      first_cycle_(npu_->cycle()) {
  if (period_ == sc_core::SC_ZERO_TIME) throw std::invalid_argument("the NPU's clock period is zero");
  npu_->connect(&port_, options.memory_timing);
  registers.register_b_transport(this, &NpuTlm::transport);
  memory.register_invalidate_direct_mem_ptr(this, &NpuTlm::invalidate);
  SC_HAS_PROCESS(NpuTlm);
  SC_THREAD(clock_thread);
  set_stack_size(kStackBytes);
}

NpuTlm::~NpuTlm() = default;

// The NPU runs ahead, up to its next interrupt or the end of a quantum; then the thread waits for SystemC's time.
void NpuTlm::clock_thread() {
  for (;;) {
    if (idle_) wait(wake_);
    wait_until_now();  // What a register access did to the interrupt shows before anything else happens.
    // A mutex is not fair: where memory's waits leave the NPU nothing to wait for, it would take it again at once.
    while (waiting_ != 0) wait(sc_core::SC_ZERO_TIME);
    {
      const Lock lock(busy_);
      if (!idle_) {
        if (npu_->irq()) {
          npu_->step(quantum_);
        } else {
          npu_->step_until_irq(quantum_);
        }
        look_whether_idle();
      }
    }
    wait_until_now();
  }
}

void NpuTlm::wait_until_now() {
  for (;;) {
    const sc_core::sc_time& now = sc_core::sc_time_stamp();
    const sc_core::sc_time reached = device_time();
    if (now >= reached) {
      // A target waited inside of b_transport, or the clock stood still.
      epoch_ += now - reached;
      irq.write(npu_->irq());
      return;
    }
    // A rise is still to come; a fall, by a register access, has been.
    if (!npu_->irq()) irq.write(false);
    wait(reached - now, wake_);
  }
}

// Looking at STATUS takes cycles in which an interrupt could rise unseen: it is looked at only where none can.
void NpuTlm::look_whether_idle() {
  const bool can_rise = started_ && irq_mask_ != 0 && !npu_->irq();
  if (can_rise) return;
  const std::uint32_t status = npu_->read32(reg::Status::kOffset);
  const spec::State state = reg::Status::kState.extract(status);
  started_ = state == spec::State::kRunning || state == spec::State::kDraining;
  const bool rests = state == spec::State::kIdle || state == spec::State::kFault;
  idle_ = rests && reg::Status::kIsolated.extract(status) == 0;
}

void NpuTlm::catch_up(const sc_core::sc_time& time) {
  const sc_core::sc_time reached = device_time();
  if (time <= reached) return;
  if (idle_) {
    epoch_ += time - reached;
    return;
  }
  npu_->step((time - reached + period_ - sc_core::sc_time::from_value(1)).value() / period_.value());
}

void NpuTlm::transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  transaction.set_dmi_allowed(false);
  const std::uint64_t address = transaction.get_address();
  if (address >= kRegisterBytes) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (transaction.get_byte_enable_ptr() != nullptr) {
    transaction.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (address % 4 != 0 || transaction.get_data_length() != 4 || transaction.get_streaming_width() < 4) {
    transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  ++waiting_;
  const Lock lock(busy_);
  --waiting_;
  catch_up(sc_core::sc_time_stamp() + delay);
  access(transaction, static_cast<std::uint32_t>(address));
  // A cycle later, so that who looks at the interrupt after an access sees what that did to it.
  const sc_core::sc_time end = std::max(sc_core::sc_time_stamp() + delay, device_time()) + period_;
  delay = end - sc_core::sc_time_stamp();
  wake_.notify(sc_core::SC_ZERO_TIME);
}

void NpuTlm::access(tlm::tlm_generic_payload& transaction, std::uint32_t offset) {
  const std::uint64_t before = npu_->bus_errors();
  std::uint32_t word = 0;
  switch (transaction.get_command()) {
    case tlm::TLM_READ_COMMAND:
      word = npu_->read32(offset);
      std::memcpy(transaction.get_data_ptr(), &word, sizeof word);
      break;
    case tlm::TLM_WRITE_COMMAND:
      std::memcpy(&word, transaction.get_data_ptr(), sizeof word);
      npu_->write32(offset, word);
      if (npu_->bus_errors() == before) observe_write(offset, word);
      break;
    case tlm::TLM_IGNORE_COMMAND:
      break;
  }
  const bool refused = npu_->bus_errors() != before;
  if (refused) ++refused_;
  transaction.set_response_status(refused ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
}

void NpuTlm::observe_write(std::uint32_t offset, std::uint32_t value) {
  idle_ = false;
  if (offset == reg::IrqMask::kOffset) irq_mask_ = value & kAllCauses;
  if (offset == reg::Control::kOffset && value != 0) started_ = reg::Control::kStart.extract(value) != 0;
}

void NpuTlm::reset() {
  ++waiting_;
  const Lock lock(busy_);
  --waiting_;
  catch_up(sc_core::sc_time_stamp());
  npu_->hard_reset();
  idle_ = false;
  started_ = false;
  irq_mask_ = 0;
  wake_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace auklet::sim
