// What a libFuzzer target defines, and what the library gives it.
#pragma once

#include <cstddef>
#include <cstdint>

// NOLINTBEGIN(readability-identifier-naming): the names are the library's.
extern "C" {
/// Runs one input; a crash, a sanitizer's report or abort() is a finding.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// Changes data[0, size) to something new of at most `limit` bytes; returns its size.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed);
/// Writes a mixture of two inputs to `out`, of at most `limit` bytes; returns its size.
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                      std::size_t b_size, std::uint8_t* out, std::size_t limit, unsigned seed);
/// The library's own mutations, of bytes.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t limit);
}
// NOLINTEND(readability-identifier-naming)
