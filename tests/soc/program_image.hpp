// The programs of tests/soc/programs: images for the processors, and what they return on the host.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
std::uint32_t program_crc();
std::uint32_t program_divide();
std::uint32_t program_recursion();
std::uint32_t program_sort();
std::uint32_t program_strings();
}

namespace auklet::test {

struct Program {
  const char* name;
  std::uint32_t (*on_host)();
};

inline constexpr std::array kPrograms = {Program{"crc", program_crc}, Program{"divide", program_divide},
                                         Program{"recursion", program_recursion}, Program{"sort", program_sort},
                                         Program{"strings", program_strings}};
inline const std::array<std::string, 2> kLevels = {"O2", "Os"};  ///< Optimisation levels that there are images of.

inline constexpr std::size_t kProgramBytes = 0x40000;  ///< Memory that a program expects, where its image begins.

/// Memory with an image of folder AUKLET_PROGRAMS, which the build defines. Throws std::runtime_error without it.
inline std::vector<std::byte> load_program(const std::string& name, const std::string& level) {
  const std::string path = std::string(AUKLET_PROGRAMS) + "/" + name + "." + level + ".bin";
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty() || bytes.size() > kProgramBytes) throw std::runtime_error("No image of a program: " + path);
  std::vector<std::byte> memory(kProgramBytes);
  std::memcpy(memory.data(), bytes.data(), bytes.size());
  return memory;
}

/// How GoogleTest prints a program.
inline void PrintTo(const Program& program, std::ostream* out) {  // NOLINT(readability-identifier-naming): its name.
  *out << program.name;
}

}  // namespace auklet::test
