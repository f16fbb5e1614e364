// The driver's queue on the functional model, under a script of calls, faults and bad streams. Whatever the script
// does: every call ends in time with a status that it may have, nothing outside of the granted buffers changes, and the
// next good job is right to the last bit.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace auklet::test {

/// Runs the script that any bytes are, at most 64 steps of it. What should not have happened; empty when all is well.
[[nodiscard]] std::string run_script(std::span<const std::uint8_t> bytes);

}  // namespace auklet::test
