// The NPU's memory traffic over its initiator socket.
#include <auklet/sim/npu_tlm.hpp>
#include <cstring>

namespace auklet::sim {
namespace {

AxiResponse to_axi(tlm::tlm_response_status status) {
  switch (status) {
    case tlm::TLM_OK_RESPONSE:
      return AxiResponse::kOkay;
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
      return AxiResponse::kDecodeError;
    default:
      return AxiResponse::kSlaveError;
  }
}

}  // namespace

AxiResponse NpuTlm::Port::read(std::uint64_t address, std::span<std::byte> bytes) {
  if (const tlm::tlm_dmi* direct = find(address, bytes.size(), false)) {
    std::memcpy(bytes.data(), direct->get_dmi_ptr() + (address - direct->get_start_address()), bytes.size());
    return AxiResponse::kOkay;
  }
  return transport(tlm::TLM_READ_COMMAND, address, bytes.data(), bytes.size());
}

AxiResponse NpuTlm::Port::write(std::uint64_t address, std::span<const std::byte> bytes) {
  if (const tlm::tlm_dmi* direct = find(address, bytes.size(), true)) {
    std::memcpy(direct->get_dmi_ptr() + (address - direct->get_start_address()), bytes.data(), bytes.size());
    return AxiResponse::kOkay;
  }
  // A payload has one pointer for both directions; a target does not write to a write's data.
  return transport(tlm::TLM_WRITE_COMMAND, address, const_cast<std::byte*>(bytes.data()), bytes.size());
}

const tlm::tlm_dmi* NpuTlm::Port::find(std::uint64_t address, std::size_t bytes, bool write) const {
  for (const tlm::tlm_dmi& range : direct_) {
    const bool inside = address >= range.get_start_address() && address + (bytes - 1) <= range.get_end_address();
    if (inside && (write ? range.is_write_allowed() : range.is_read_allowed())) return &range;
  }
  return nullptr;
}

AxiResponse NpuTlm::Port::transport(tlm::tlm_command command, std::uint64_t address, std::byte* data,
                                    std::size_t bytes) {
  tlm::tlm_generic_payload transaction;
  transaction.set_command(command);
  transaction.set_address(address);
  transaction.set_data_ptr(reinterpret_cast<unsigned char*>(data));
  transaction.set_data_length(static_cast<unsigned>(bytes));
  transaction.set_streaming_width(static_cast<unsigned>(bytes));
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  owner_.memory->b_transport(transaction, delay);
  const AxiResponse response = to_axi(transaction.get_response_status());
  if (response != AxiResponse::kOkay || !use_dmi_ || !transaction.is_dmi_allowed()) return response;
  tlm::tlm_dmi range;
  transaction.set_address(address);  // Interconnects may have changed it.
  transaction.set_dmi_allowed(false);
  if (owner_.memory->get_direct_mem_ptr(transaction, range)) direct_.push_back(range);
  return response;
}

void NpuTlm::Port::forget(std::uint64_t first, std::uint64_t last) {
  std::erase_if(direct_, [first, last](const tlm::tlm_dmi& range) {
    return range.get_start_address() <= last && range.get_end_address() >= first;
  });
}

}  // namespace auklet::sim
