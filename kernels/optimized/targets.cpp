#include "targets.hpp"

#include <hwy/targets.h>

namespace auklet::kernels::optimized {
namespace {

// HWY_TARGETS is what the other files are compiled for, too: they share the definitions that decide it.
std::int64_t usable() { return hwy::SupportedTargets() & HWY_TARGETS; }

std::int64_t target(std::int32_t index) {
  hwy::SetSupportedTargetsForTest(0);
  std::int64_t left = usable();
  for (; index > 0; --index) left &= left - 1;
  return left & -left;
}

std::int32_t count_bits(std::int64_t mask) {
  std::int32_t count = 0;
  for (; mask != 0; mask &= mask - 1) ++count;
  return count;
}

}  // namespace

std::int32_t target_count() {
  hwy::SetSupportedTargetsForTest(0);
  return count_bits(usable());
}

const char* target_name(std::int32_t index) { return hwy::TargetName(target(index)); }

void force_target(std::int32_t index) {
  const std::int64_t only = target(index);
  hwy::SetSupportedTargetsForTest(only);
  hwy::GetChosenTarget().Update(only);
}

void release_target() {
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

}  // namespace auklet::kernels::optimized
