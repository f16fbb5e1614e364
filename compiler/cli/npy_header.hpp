// The header of a .npy file. Internal to tensor_file.cpp and its test.
#pragma once

#include <auklet/app/failure.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace auklet::app {

/// What stands before the elements.
struct NpyHeader {
  std::string descr;  ///< Element type as NumPy writes it: byte order, kind, bytes; `<f4`.
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t data_offset = 0;  ///< Bytes before the first element.
};

/// Longest header that is read; those of plain arrays have 128 bytes.
inline constexpr std::size_t kMaxNpyHeader = 4096;

/// Parses the beginning of a file; `bytes` is the whole file or its first kMaxNpyHeader bytes. The format: 6 bytes of
/// magic, version, the header's length (16 bits in version 1, else 32), a Python dictionary as text (NumPy,
/// numpy.lib.format). Errors: kUsage, a clause that says what is wrong.
[[nodiscard]] Result<NpyHeader> parse_npy_header(std::span<const std::byte> bytes);

}  // namespace auklet::app
