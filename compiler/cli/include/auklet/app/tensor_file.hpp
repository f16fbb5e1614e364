// Tensor values from and to files: raw little-endian bytes, and NumPy's .npy.
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/ir.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <tl/expected.hpp>
#include <vector>

namespace auklet::app {

/// `frames` values of `tensor`, one after the other.
///
/// A file called *.npy is read as NumPy's format (versions 1 to 3), anything else as raw little-endian bytes. Raw files
/// have exactly frames * tensor.bytes() bytes. The element type of a .npy file is the tensor's; its shape is
/// [frames] + the tensor's shape, dimensions of 1 left out of the comparison; it is in C order, little-endian.
/// Errors: kUsage, with path, what is there and what was expected. Nothing is allocated before the sizes agree.
[[nodiscard]] Result<compiler::Bytes> read_tensor_file(const std::filesystem::path& path,
                                                       const compiler::Tensor& tensor, std::size_t frames);

/// `frames` pseudo-random values of `tensor`: equal seeds give equal bytes on every platform. Integers of 8 and 16 bits
/// take all values, floats lie in [-1, 1), booleans are 0 or 1. Errors: kUsage for other types, whose values may be
/// indices or sizes and so cannot be drawn blindly.
[[nodiscard]] Result<compiler::Bytes> random_tensor(const compiler::Tensor& tensor, std::size_t frames,
                                                    std::uint64_t seed);

/// Pseudo-random values for all inputs of `graph`: of input i those of seed + i, since a swap of equal ones would go
/// unnoticed. Errors: as random_tensor().
[[nodiscard]] Result<std::vector<compiler::Bytes>> random_inputs(const compiler::Graph& graph, std::size_t frames,
                                                                 std::uint64_t seed);

/// Opens the file at `path` to be written anew; its folder is made when it does not exist. Errors: kUsage.
[[nodiscard]] Result<std::ofstream> create_file(const std::filesystem::path& path);

/// The failure to write `path`.
[[nodiscard]] tl::unexpected<Failure> cannot_write(const std::filesystem::path& path);

/// Replaces the file at `path`; its folder is made when it does not exist. Errors: kUsage.
[[nodiscard]] Outcome write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace auklet::app
