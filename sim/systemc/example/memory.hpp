// A memory as a TLM-2.0 target: blocking transport and direct pointers.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include <systemc>

#include <tlm_utils/simple_target_socket.h>
#include <tlm>

namespace example {

class Memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Memory> socket;

  Memory(const sc_core::sc_module_name& name, std::size_t bytes) : sc_module(name), socket("socket"), bytes_(bytes) {
    socket.register_b_transport(this, &Memory::transport);
    socket.register_get_direct_mem_ptr(this, &Memory::direct);
  }

 private:
  void transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const std::uint64_t address = transaction.get_address();
    const std::size_t size = transaction.get_data_length();
    if (transaction.get_byte_enable_ptr() != nullptr || transaction.get_streaming_width() < size) {
      transaction.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      return;
    }
    if (address >= bytes_.size() || size > bytes_.size() - address) {
      transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    if (transaction.is_read()) std::memcpy(transaction.get_data_ptr(), &bytes_[address], size);
    if (transaction.is_write()) std::memcpy(&bytes_[address], transaction.get_data_ptr(), size);
    delay += sc_core::sc_time(20, sc_core::SC_NS);
    transaction.set_dmi_allowed(true);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  bool direct(tlm::tlm_generic_payload& /*transaction*/, tlm::tlm_dmi& range) {
    range.set_dmi_ptr(bytes_.data());
    range.set_start_address(0);
    range.set_end_address(bytes_.size() - 1);
    range.allow_read_write();
    return true;
  }

  std::vector<unsigned char> bytes_;
};

}  // namespace example
