// How a memory answers an access.
#pragma once

#include <cstdint>

namespace auklet::sim {

/// Encodings of RRESP and BRESP.
enum class AxiResponse : std::uint8_t { kOkay = 0, kExclusiveOkay = 1, kSlaveError = 2, kDecodeError = 3 };

}  // namespace auklet::sim
