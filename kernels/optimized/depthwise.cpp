#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/depthwise.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "depthwise.hpp"
#include "depthwise_inl.hpp"

#if HWY_ONCE
namespace auklet::kernels::optimized {

HWY_EXPORT(depthwise_part);

void depthwise_rows(const Depthwise& work, std::int32_t begin, std::int32_t end) {
  HWY_DYNAMIC_DISPATCH(depthwise_part)(work, begin, end);
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
