// The instruction sets that optimised kernels were compiled for and this machine has. For tests and benchmarks.
#pragma once

#include <cstdint>

namespace auklet::kernels::optimized {

/// How many there are; the best is number 0.
[[nodiscard]] std::int32_t target_count();

/// The name of target `index`, as Highway calls it: "AVX3_DL" is AVX-512 with VNNI. Precondition: 0 <= index <
/// target_count().
[[nodiscard]] const char* target_name(std::int32_t index);

/// Lets all kernels use target `index` from now on. Not thread-safe: no kernel may run meanwhile. Precondition as
/// above.
void force_target(std::int32_t index);

/// Back to the best target.
void release_target();

}  // namespace auklet::kernels::optimized
