// Lossless compression of constants for UNPACK (docs/command-stream.md): each word of 16 bytes keeps only as many bits
// a byte as its largest needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::plan {

/// Bits that every byte of the word, as int8, fits in: 0 to 8. Precondition: 16 bytes.
[[nodiscard]] unsigned word_width(std::span<const std::uint8_t> word) noexcept;

/// Bytes that compress() makes of `bytes`, whose size is a multiple of 16.
[[nodiscard]] std::size_t compressed_size(std::span<const std::uint8_t> bytes) noexcept;

/// Writes compressed_size(bytes) bytes to `out`, which has exactly that size. Safe in interrupts and from any thread.
void compress(std::span<const std::uint8_t> bytes, std::span<std::uint8_t> out) noexcept;

}  // namespace auklet::plan
