// The portable kernels are one target, which no machine lacks.
#include <kernels/optimized/targets.hpp>

namespace auklet::kernels::optimized {

std::int32_t target_count() { return 1; }
const char* target_name(std::int32_t /*index*/) { return "Portable"; }
void force_target(std::int32_t /*index*/) {}
void release_target() {}

}  // namespace auklet::kernels::optimized
