// Changes to model files that keep them model files: the numbers in tables that the FlatBuffers verifier cannot judge,
// and the payloads and streams of NPU segments, with their checksums made good again.
#pragma once

#include <cstdint>
#include <vector>

#include "../common/random.hpp"

namespace auklet::test {

/// A valid model: one operator or a small network, half of them compiled.
[[nodiscard]] std::vector<std::uint8_t> random_model_file(Random& random);

/// Changes one thing. No effect on what is no model file.
void mutate_model_file(std::vector<std::uint8_t>& file, Random& random);

}  // namespace auklet::test
