// An address decoder between several initiators and several targets. Each target sees addresses from 0 on.
#pragma once

#include <cstdint>
#include <vector>

#include <systemc>

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm>

namespace example {

class Router : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<Router> initiators;
  tlm_utils::multi_passthrough_initiator_socket<Router> targets;

  explicit Router(const sc_core::sc_module_name& name) : sc_module(name), initiators("initiators"), targets("targets") {
    initiators.register_b_transport(this, &Router::transport);
    initiators.register_get_direct_mem_ptr(this, &Router::direct);
    targets.register_invalidate_direct_mem_ptr(this, &Router::invalidate);
  }

  /// Connects a target to addresses [base, base + bytes). Ranges must not overlap.
  template <class Socket>
  void map(std::uint64_t base, std::uint64_t bytes, Socket& socket) {
    targets.bind(socket);
    ranges_.push_back({base, bytes});
  }

 private:
  struct Range {
    std::uint64_t base;
    std::uint64_t bytes;
  };

  /// The number of the target at `address`; that of none when there is none.
  [[nodiscard]] std::size_t find(std::uint64_t address) const {
    std::size_t i = 0;
    while (i < ranges_.size() && (address < ranges_[i].base || address - ranges_[i].base >= ranges_[i].bytes)) ++i;
    return i;
  }

  void transport(int /*from*/, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const std::uint64_t address = transaction.get_address();
    const std::size_t to = find(address);
    if (to == ranges_.size()) {
      transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    transaction.set_address(address - ranges_[to].base);
    targets[static_cast<int>(to)]->b_transport(transaction, delay);
    transaction.set_address(address);
  }

  bool direct(int /*from*/, tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& range) {
    const std::uint64_t address = transaction.get_address();
    const std::size_t to = find(address);
    if (to == ranges_.size()) return false;
    const std::uint64_t base = ranges_[to].base;
    transaction.set_address(address - base);
    const bool granted = targets[static_cast<int>(to)]->get_direct_mem_ptr(transaction, range);
    transaction.set_address(address);
    range.set_start_address(range.get_start_address() + base);
    range.set_end_address(range.get_end_address() + base);
    return granted;
  }

  void invalidate(int from, sc_dt::uint64 first, sc_dt::uint64 last) {
    const std::uint64_t base = ranges_[static_cast<std::size_t>(from)].base;
    for (unsigned i = 0; i < initiators.size(); ++i) {
      initiators[static_cast<int>(i)]->invalidate_direct_mem_ptr(first + base, last + base);
    }
  }

  std::vector<Range> ranges_;
};

}  // namespace example
