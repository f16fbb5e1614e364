// What the benchmarks of operators without a filter share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace auklet::bench {

/// Runs an operator once; false when it refuses. Keeps its own tensors.
using Call = std::function<bool()>;

/// Registers a benchmark that reports `elements` a second.
void add_benchmark(const std::string& name, std::size_t elements, const Call& call);

/// Any bytes, the same in every run.
[[nodiscard]] std::vector<std::int8_t> random_bytes(std::size_t count);

/// Registers XNNPACK's operators under the names of this project's. There with AUKLET_BENCH_XNNPACK.
void add_xnnpack();

}  // namespace auklet::bench
