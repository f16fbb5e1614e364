// CRC-32 of command streams.
#pragma once

#include <cstdint>
#include <span>

namespace auklet::plan {

/// CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320, start and final complement) of the words' bytes in
/// little-endian order. Source: IEEE 802.3, clause 3.2.9.
[[nodiscard]] std::uint32_t crc32(std::span<const std::uint32_t> words) noexcept;

}  // namespace auklet::plan
