// The AXI4 and AXI4-Lite ports as plain structs, one value a signal. Everything in the harness but one adapter file
// works on these, so that memory, checker and register master can be tested without a verilated model.
//
// A struct holds the values of one clock cycle, as both sides see them just before the rising edge.
#pragma once

#include <array>
#include <auklet/sim/axi_response.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::sim {

/// The five AXI channels.
enum class AxiChannel : std::uint8_t { kAr, kR, kAw, kW, kB };
inline constexpr std::size_t kAxiChannels = 5;

/// Encoding of AxBURST that the harness serves.
inline constexpr std::uint8_t kAxiBurstIncrement = 1;
/// Bytes that no burst may cross.
inline constexpr std::uint64_t kAxiBoundary = 4096;
/// Bytes of the widest data bus that the structs hold. Narrower buses use the low bytes.
inline constexpr std::size_t kAxiMaxDataBytes = 16;

using AxiData = std::array<std::byte, kAxiMaxDataBytes>;

/// Payload of AR and AW, with the signals' own encodings (`len` is beats - 1, `size` is log2 of a beat's bytes).
struct AxiAddress {
  std::uint64_t address = 0;
  std::uint8_t id = 0;
  std::uint8_t len = 0;
  std::uint8_t size = 0;
  std::uint8_t burst = kAxiBurstIncrement;
  std::uint8_t cache = 0;
  std::uint8_t prot = 0;

  bool operator==(const AxiAddress&) const = default;
};

/// Payload of W.
struct AxiWriteData {
  AxiData data{};
  std::uint16_t strobe = 0;  ///< Bit i: byte lane i is written.
  bool last = false;

  bool operator==(const AxiWriteData&) const = default;
};

/// Payload of R.
struct AxiReadData {
  AxiData data{};
  std::uint8_t id = 0;
  AxiResponse response = AxiResponse::kOkay;
  bool last = false;

  bool operator==(const AxiReadData&) const = default;
};

/// Payload of B.
struct AxiWriteResponse {
  std::uint8_t id = 0;
  AxiResponse response = AxiResponse::kOkay;

  bool operator==(const AxiWriteResponse&) const = default;
};

/// What an AXI4 master drives. A payload is meaningful only while its valid is high.
struct AxiMasterPins {
  bool ar_valid = false;
  bool aw_valid = false;
  bool w_valid = false;
  bool r_ready = false;
  bool b_ready = false;
  AxiAddress ar{};
  AxiAddress aw{};
  AxiWriteData w{};
};

/// What an AXI4 slave drives. A payload is meaningful only while its valid is high.
struct AxiSlavePins {
  bool ar_ready = false;
  bool aw_ready = false;
  bool w_ready = false;
  bool r_valid = false;
  bool b_valid = false;
  AxiReadData r{};
  AxiWriteResponse b{};
};

/// What an AXI4-Lite master drives (32-bit data).
struct AxiLiteMasterPins {
  bool ar_valid = false;
  bool aw_valid = false;
  bool w_valid = false;
  bool r_ready = false;
  bool b_ready = false;
  std::uint32_t ar_address = 0;
  std::uint32_t aw_address = 0;
  std::uint32_t w_data = 0;
  std::uint8_t w_strobe = 0;
};

/// What an AXI4-Lite slave drives.
struct AxiLiteSlavePins {
  bool ar_ready = false;
  bool aw_ready = false;
  bool w_ready = false;
  bool r_valid = false;
  bool b_valid = false;
  std::uint32_t r_data = 0;
  AxiResponse r_response = AxiResponse::kOkay;
  AxiResponse b_response = AxiResponse::kOkay;
};

/// Bytes of a full beat.
[[nodiscard]] constexpr std::uint64_t beat_size(const AxiAddress& burst) { return std::uint64_t{1} << burst.size; }

/// Address of the first byte of beat `index` of an INCR burst: only beat 0 may be unaligned.
[[nodiscard]] constexpr std::uint64_t beat_address(const AxiAddress& burst, std::uint32_t index) {
  const std::uint64_t aligned = burst.address & ~(beat_size(burst) - 1);
  return index == 0 ? burst.address : aligned + index * beat_size(burst);
}

/// Bytes that beat `index` carries: fewer than beat_size() only for an unaligned beat 0.
[[nodiscard]] constexpr std::uint64_t beat_bytes(const AxiAddress& burst, std::uint32_t index) {
  return beat_size(burst) - (beat_address(burst, index) & (beat_size(burst) - 1));
}

/// Byte lanes that beat `index` may use on a bus of `data_bytes` bytes, as a strobe mask.
[[nodiscard]] constexpr std::uint16_t beat_lanes(const AxiAddress& burst, std::uint32_t index,
                                                 std::uint32_t data_bytes) {
  const std::uint64_t first = beat_address(burst, index) & (data_bytes - 1);
  return static_cast<std::uint16_t>(((std::uint64_t{1} << beat_bytes(burst, index)) - 1) << first);
}

}  // namespace auklet::sim
