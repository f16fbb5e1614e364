// Random RV32IMAC programs that stay inside their code and their data.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace auklet::test {

/// A program and the state to start it in. It never ends: its last instruction jumps to its first.
struct RandomProgram {
  static constexpr std::uint32_t kCode = 0x8000'0000;  ///< Where the code goes, and starts.
  static constexpr std::uint32_t kData = 0x8010'0000;  ///< Where the data goes, and what loads and stores stay in.

  std::vector<std::uint16_t> code;
  std::array<std::uint32_t, 32> registers{};
  std::array<std::uint32_t, 1024> data{};
};

/// Makes the program of a `seed`: ALU, M, C, A, loads, stores, forward branches and jumps of all kinds, counted loops,
/// CSR mscratch, fences. Values are often corner cases. Reserved registers: s0 and sp (data), s1 (loop counter).
RandomProgram make_random_program(std::uint64_t seed);

}  // namespace auklet::test
