// Dividing work whose parts do not depend on each other among a caller's threads.
#pragma once

#include <algorithm>
#include <auklet/kernels/resources.hpp>
#include <cstddef>
#include <cstdint>

namespace auklet::kernels::optimized {

/// Calls function(begin, end) for parts that cover [0, units), each of `least` units or more (but the only one).
template <class Function>
void split(const ParallelFor& parallel, std::size_t units, std::size_t least, const Function& function) {
  const auto threads = static_cast<std::size_t>(std::max(parallel.threads, std::int32_t{1}));
  struct Work {
    const Function& function;
    std::size_t units;
    std::size_t tasks;
  };
  Work work{function, units, std::clamp(units / std::max(least, std::size_t{1}), std::size_t{1}, threads)};
  const auto run = [](void* argument, std::int32_t index) {
    const Work& w = *static_cast<const Work*>(argument);
    const auto i = static_cast<std::uint64_t>(index);
    const auto begin = static_cast<std::size_t>(w.units * i / w.tasks);
    const auto end = static_cast<std::size_t>(w.units * (i + 1) / w.tasks);
    w.function(begin, end);
  };
  parallel(run, &work, static_cast<std::int32_t>(work.tasks));
}

/// Elements that are worth a task of their own.
inline constexpr std::size_t kElementsPerTask = std::size_t{1} << 15;

}  // namespace auklet::kernels::optimized
