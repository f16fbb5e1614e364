#include "padded_image.hpp"

#include <cstring>

namespace auklet::kernels::optimized {
namespace {

struct Work {
  const PadImage* job = nullptr;
  std::int32_t tasks = 1;
};

void copy_pixels(const PadImage& job, const std::int8_t* from, std::int64_t pixels, std::int8_t* to) {
  const auto channels = static_cast<std::size_t>(job.shape.channels);
  if (job.pixel == job.shape.channels) {
    std::memcpy(to, from, static_cast<std::size_t>(pixels) * channels);
    return;
  }
  const auto repeat = static_cast<std::size_t>(job.repeat);
  for (; pixels > 0; --pixels, from += channels, to += job.pixel) {
    if (repeat == 1) std::memcpy(to, from, channels);
    for (std::size_t c = 0; c < channels && repeat != 1; ++c) std::memset(to + c * repeat, from[c], repeat);
  }
}

void pad_row(const PadImage& job, std::int64_t row) {
  const std::int64_t pixel = job.pixel;
  const std::int64_t y = row - job.pad_top;
  std::int8_t* const to = job.to + row * job.reach.width * pixel;
  const auto fill = [&](std::int64_t begin, std::int64_t end) {
    if (begin < end) std::memset(to + begin * pixel, job.zero_point, static_cast<std::size_t>((end - begin) * pixel));
  };
  // Columns [begin, end) lie in the image.
  std::int64_t begin = job.reach.width;
  std::int64_t end = job.reach.width;
  if (y >= 0 && y < job.shape.height && job.pad_left < job.reach.width) {
    begin = job.pad_left;
    const std::int64_t last = std::int64_t{job.pad_left} + job.shape.width;
    end = last < job.reach.width ? last : job.reach.width;
    copy_pixels(job, job.image + y * job.shape.width * job.shape.channels, end - begin, to + begin * pixel);
  }
  fill(0, begin);
  fill(end, job.reach.width);
}

void pad_rows(void* argument, std::int32_t index) {
  const Work& work = *static_cast<const Work*>(argument);
  const std::int64_t end = work.job->reach.height * (index + 1) / work.tasks;
  for (std::int64_t row = work.job->reach.height * index / work.tasks; row < end; ++row) pad_row(*work.job, row);
}

}  // namespace

void pad_image(const PadImage& job, const ParallelFor& parallel) {
  Work work{&job, parallel.threads < 1 ? 1 : parallel.threads};
  parallel(pad_rows, &work, work.tasks);
  const std::int64_t bytes = job.reach.height * job.reach.width * job.pixel;
  std::memset(job.to + bytes, 0, 3);
}

}  // namespace auklet::kernels::optimized
