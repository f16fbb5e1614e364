// Ways to break a sound raw stream, each with one fault that does not depend on timing.
#pragma once

#include <cstdint>
#include <string>

#include "raw_stream.hpp"

namespace auklet::test {

struct MalformedStream {
  RawStream stream;
  std::uint32_t size = 0;                       ///< For CMD_SIZE.
  std::uint64_t base = RawMemory::kStreamBase;  ///< For CMD_BASE.
  std::uint32_t watchdog = 1U << 20;            ///< For WATCHDOG.
  std::string what;                             ///< What was done to it.
};

/// Breaks `sound` in one random way.
MalformedStream break_stream(const RawStream& sound, Random& random);

}  // namespace auklet::test
