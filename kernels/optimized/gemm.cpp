#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "optimized/gemm.cpp"  // Found from kernels/, see CMakeLists.txt.
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "gemm.hpp"
#include "gemm_inl.hpp"

#if HWY_ONCE
namespace auklet::kernels::optimized {
namespace {

HWY_EXPORT(gemm_part);

// One call's work, divided by rows where there are more rows than channels, by panels otherwise.
struct Work {
  const Gemm* product = nullptr;
  std::int32_t tasks = 1;
  bool by_rows = true;
};

constexpr std::int32_t kRowGrain = 6;
constexpr std::int32_t kChannelGrain = 64;

// Where part `index` of `tasks` begins; parts begin at multiples of `grain`.
constexpr std::int32_t part_begin(std::int32_t count, std::int32_t grain, std::int32_t tasks, std::int32_t index) {
  const std::int64_t grains = (std::int64_t{count} + grain - 1) / grain;
  const std::int64_t begin = grains * index / tasks * grain;
  return begin < count ? static_cast<std::int32_t>(begin) : count;
}

void run_part(void* argument, std::int32_t index) {
  const Work& work = *static_cast<const Work*>(argument);
  GemmPart part{0, work.product->row_count, 0, work.product->channels};
  if (work.tasks == 1) {
    HWY_DYNAMIC_DISPATCH(gemm_part)(*work.product, part);
    return;
  }
  std::int32_t& begin = work.by_rows ? part.row_begin : part.channel_begin;
  std::int32_t& end = work.by_rows ? part.row_end : part.channel_end;
  const std::int32_t grain = work.by_rows ? kRowGrain : kChannelGrain;
  const std::int32_t count = end;
  begin = part_begin(count, grain, work.tasks, index);
  end = part_begin(count, grain, work.tasks, index + 1);
  if (begin < end) HWY_DYNAMIC_DISPATCH(gemm_part)(*work.product, part);
}

}  // namespace

void gemm(const Gemm& product, const ParallelFor& parallel) {
  Gemm whole = product;
  if (whole.line_step == whole.rows_per_line * whole.row_step) whole.rows_per_line = whole.row_count;
  Work work{&whole, parallel.threads < 1 ? 1 : parallel.threads, whole.row_count >= whole.channels};
  parallel(run_part, &work, work.tasks);
}

}  // namespace auklet::kernels::optimized
#endif  // HWY_ONCE
