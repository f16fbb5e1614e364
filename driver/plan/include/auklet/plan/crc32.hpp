// CRC-32 of command streams.
#pragma once

#include <cstdint>
#include <span>

namespace auklet::plan {

/// CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320, start and final complement) of the words' bytes in
/// little-endian order. `before`: the CRC-32 of what stands before them; 0 when nothing does. Source: IEEE 802.3,
/// clause 3.2.9.
[[nodiscard]] std::uint32_t crc32(std::span<const std::uint32_t> words, std::uint32_t before = 0) noexcept;

}  // namespace auklet::plan
