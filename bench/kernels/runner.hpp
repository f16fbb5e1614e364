// One implementation of one layer, ready to run: weights packed, memory allocated, nothing left but the computation.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "layers.hpp"

namespace auklet::bench {

class Runner {
 public:
  Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  virtual ~Runner() = default;

  virtual void run() = 0;
  /// What the last run computed, as int8 NHWC; empty where it is not meant to equal the others'.
  [[nodiscard]] virtual std::vector<std::int8_t> output() = 0;
};

/// Null where an implementation has no such operator. The problem must outlive the runner.
using MakeRunner = std::unique_ptr<Runner>(const Problem& problem);

MakeRunner make_reference, make_optimized;
// Each is there when its library is, by AUKLET_BENCH_XNNPACK, _ONEDNN and _GEMMLOWP.
MakeRunner make_xnnpack, make_onednn, make_gemmlowp;

}  // namespace auklet::bench
