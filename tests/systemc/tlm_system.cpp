#include "tlm_system.hpp"

#include <cstring>
#include <stdexcept>

namespace auklet::test {
namespace {

constexpr std::size_t kStackBytes = std::size_t{4} << 20;  // Tests run in a thread of SystemC's.

std::map<std::pair<sim::TlmAccuracy, std::string>, std::unique_ptr<TlmSystem>>& systems() {
  static std::map<std::pair<sim::TlmAccuracy, std::string>, std::unique_ptr<TlmSystem>> all;
  return all;
}

std::vector<std::string>& refused() {
  static std::vector<std::string> all;
  return all;
}

tlm::tlm_response_status to_tlm(sim::AxiResponse response) {
  switch (response) {
    case sim::AxiResponse::kSlaveError:
      return tlm::TLM_GENERIC_ERROR_RESPONSE;
    case sim::AxiResponse::kDecodeError:
      return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    default:
      return tlm::TLM_OK_RESPONSE;
  }
}

}  // namespace

// ---- RegionMemory ----

RegionMemory::RegionMemory(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
  socket.register_b_transport(this, &RegionMemory::transport);
  socket.register_get_direct_mem_ptr(this, &RegionMemory::direct);
}

void RegionMemory::map(std::uint64_t base, std::span<std::byte> bytes) { regions_[base] = bytes; }

void RegionMemory::unmap(std::uint64_t base) {
  const auto found = regions_.find(base);
  if (found == regions_.end()) return;
  socket->invalidate_direct_mem_ptr(base, base + found->second.size() - 1);
  regions_.erase(found);
}

void RegionMemory::offer_dmi(bool offer) {
  offer_dmi_ = offer;
  socket->invalidate_direct_mem_ptr(0, ~sc_dt::uint64{0});
}

std::span<std::byte> RegionMemory::find(std::uint64_t address, std::size_t bytes, std::uint64_t& base) const {
  auto found = regions_.upper_bound(address);
  if (found == regions_.begin()) return {};
  --found;
  const std::uint64_t skip = address - found->first;
  if (skip >= found->second.size() || bytes > found->second.size() - skip) return {};
  base = found->first;
  return found->second.subspan(skip);
}

void RegionMemory::transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& /*delay*/) {
  ++transactions;
  if (waits != sc_core::SC_ZERO_TIME) wait(waits);
  const std::size_t bytes = transaction.get_data_length();
  const std::span<std::byte> data(reinterpret_cast<std::byte*>(transaction.get_data_ptr()), bytes);
  std::uint64_t base = 0;
  const std::span<std::byte> here = find(transaction.get_address(), bytes, base);
  if (here.empty()) {
    sim::AxiResponse response = sim::AxiResponse::kDecodeError;
    if (port_ != nullptr) {
      response = transaction.is_read() ? port_->read(transaction.get_address(), data)
                                       : port_->write(transaction.get_address(), data);
    }
    transaction.set_response_status(to_tlm(response));
    return;
  }
  if (transaction.is_read()) {
    std::memcpy(data.data(), here.data(), bytes);
  } else {
    std::memcpy(here.data(), data.data(), bytes);
  }
  transaction.set_dmi_allowed(offer_dmi_);
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool RegionMemory::direct(tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& range) {
  ++direct_requests;
  std::uint64_t base = 0;
  if (!offer_dmi_ || find(transaction.get_address(), 1, base).empty()) return false;
  const std::span<std::byte> bytes = regions_.at(base);
  range.set_dmi_ptr(reinterpret_cast<unsigned char*>(bytes.data()));
  range.set_start_address(base);
  range.set_end_address(base + bytes.size() - 1);
  range.allow_read_write();
  return true;
}

// ---- TlmSystem ----

TlmSystem::TlmSystem(const sc_core::sc_module_name& name, const sim::NpuTlmOptions& options)
    : sc_module(name),
      npu("npu", options),
      memory("memory"),
      registers_("registers"),
      irq_("irq"),
      period_(options.clock_period) {
  registers_.bind(npu.registers);
  npu.memory.bind(memory.socket);
  npu.irq.bind(irq_);
  SC_HAS_PROCESS(TlmSystem);
  SC_THREAD(cpu_thread);
  set_stack_size(kStackBytes);
}

bool TlmSystem::is_available(sim::TlmAccuracy accuracy) {
  return accuracy == sim::TlmAccuracy::kLooselyTimed || sim::NpuTlm::has_cycle_accuracy();
}

void TlmSystem::build_all() {
  const auto build = [](sim::TlmAccuracy accuracy, const char* name) {
    sim::NpuTlmOptions options;
    options.accuracy = accuracy;
    options.configuration = "npu256";
    systems()[{accuracy, options.configuration}] = std::make_unique<TlmSystem>(name, options);
  };
  for (const sim::TlmAccuracy accuracy : {sim::TlmAccuracy::kLooselyTimed, sim::TlmAccuracy::kCycleAccurate}) {
    sim::NpuTlmOptions options;
    options.accuracy = accuracy;
    options.configuration = "npu7";
    try {
      const sim::NpuTlm npu("refused", options);
    } catch (const std::invalid_argument& error) {
      refused().emplace_back(error.what());
    }
  }
  build(sim::TlmAccuracy::kLooselyTimed, "loosely_timed");
  if (is_available(sim::TlmAccuracy::kCycleAccurate)) build(sim::TlmAccuracy::kCycleAccurate, "cycle_accurate");
}

const std::vector<std::string>& TlmSystem::refusals() { return refused(); }

TlmSystem& TlmSystem::get(sim::TlmAccuracy accuracy, const std::string& configuration) {
  return *systems().at({accuracy, configuration});
}

void TlmSystem::run(const std::function<void()>& body) {
  body_ = body;
  error_ = nullptr;
  begin_.notify(sc_core::SC_ZERO_TIME);
  sc_core::sc_start();
  if (body_) throw std::logic_error("the simulation ran dry before the test's end");
  if (error_) std::rethrow_exception(error_);
}

void TlmSystem::cpu_thread() {
  for (;;) {
    if (!body_) wait(begin_);
    try {
      hard_reset();
      body_();
    } catch (...) {
      error_ = std::current_exception();
    }
    body_ = nullptr;
    sc_core::sc_pause();
  }
}

tlm::tlm_response_status TlmSystem::access(tlm::tlm_generic_payload& transaction) {
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  registers_->b_transport(transaction, delay);
  wait(delay);
  return transaction.get_response_status();
}

std::uint32_t TlmSystem::read32(std::uint32_t offset) {
  std::uint32_t value = 0;
  tlm::tlm_generic_payload transaction;
  transaction.set_command(tlm::TLM_READ_COMMAND);
  transaction.set_address(offset);
  transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  transaction.set_data_length(sizeof value);
  transaction.set_streaming_width(sizeof value);
  if (access(transaction) == tlm::TLM_OK_RESPONSE) return value;
  ++bus_errors_;
  return 0;
}

void TlmSystem::write32(std::uint32_t offset, std::uint32_t value) {
  tlm::tlm_generic_payload transaction;
  transaction.set_command(tlm::TLM_WRITE_COMMAND);
  transaction.set_address(offset);
  transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  transaction.set_data_length(sizeof value);
  transaction.set_streaming_width(sizeof value);
  if (access(transaction) != tlm::TLM_OK_RESPONSE) ++bus_errors_;
}

void TlmSystem::step(std::uint64_t cycles) {
  if (cycles != 0) wait(time_of(cycles));
}

std::uint64_t TlmSystem::step_until_irq(std::uint64_t max_cycles) {
  if (irq() || max_cycles == 0) return 0;
  const std::uint64_t begin = cycle();
  // Time has 64 bits, of picoseconds as a rule.
  wait(time_of(std::min(max_cycles, std::uint64_t{1} << 40)), irq_.posedge_event());
  return cycle() - begin;
}

std::uint64_t TlmSystem::cycle() const { return sc_core::sc_time_stamp().value() / period_.value(); }

void TlmSystem::hard_reset() {
  npu.reset();
  wait(period_);
}

}  // namespace auklet::test
