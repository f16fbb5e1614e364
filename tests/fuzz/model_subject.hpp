// A model file, as a fuzzer hands it over, and what is asked of it: reading, compiling and writing it end with a result
// or an error that says something, and what the compiler makes is accepted by whoever gets it next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace auklet::test {

/// What should not have happened; empty when all is well.
[[nodiscard]] std::string exercise_model(std::span<const std::uint8_t> file);

}  // namespace auklet::test
