// What a model is compiled for.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstdint>

namespace auklet::compiler::passes {

/// The hardware, and how much of its SRAM may be used.
struct Hardware {
  spec::HardwareConfig config;
  std::uint32_t sram_limit = 0;
};

}  // namespace auklet::compiler::passes
