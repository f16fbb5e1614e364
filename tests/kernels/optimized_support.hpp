// What tests of optimised kernels share: every target of this machine, random arguments, guarded buffers, threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <auklet/kernels/fixed_point.hpp>
#include <auklet/kernels/resources.hpp>
#include <kernels/optimized/targets.hpp>

namespace auklet::kernels::test {

/// A suite run once for every target that the machine has: ForEveryTarget.
class OptimizedTest : public testing::TestWithParam<std::int32_t> {
 protected:
  void SetUp() override { optimized::force_target(GetParam()); }
  void TearDown() override { optimized::release_target(); }
};

/// The instances of an OptimizedTest suite.
inline auto every_target() { return testing::Range(0, optimized::target_count()); }
inline std::string name_of_target(const testing::TestParamInfo<std::int32_t>& info) {
  return optimized::target_name(info.param);
}

/// Memory of an exact size at an odd address between guards that must stay as they are.
class GuardedBytes {
 public:
  explicit GuardedBytes(std::size_t size) : bytes_(size + 2 * kGuard + 1, kPattern), size_(size) {}
  [[nodiscard]] std::span<std::byte> span() { return std::span(bytes_).subspan(kGuard + 1, size_); }
  [[nodiscard]] bool intact() const {
    const auto is_pattern = [](std::byte b) { return b == kPattern; };
    return std::all_of(bytes_.begin(), bytes_.begin() + kGuard + 1, is_pattern) &&
           std::all_of(bytes_.end() - kGuard, bytes_.end(), is_pattern);
  }

 private:
  static constexpr std::ptrdiff_t kGuard = 128;
  static constexpr std::byte kPattern{0x5a};
  std::vector<std::byte> bytes_;
  std::size_t size_;
};

/// Random arguments, extremes among them.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::int32_t between(std::int32_t low, std::int32_t high) {
    return std::uniform_int_distribution<std::int32_t>(low, high)(engine_);
  }
  bool one_in(std::int32_t n) { return between(1, n) == 1; }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[between(0, static_cast<std::int32_t>(values.size()) - 1)];
  }
  /// int8, at times all extremes.
  std::vector<std::int8_t> int8s(std::size_t count) {
    std::vector<std::int8_t> values(count);
    const bool extremes = one_in(8);
    for (std::int8_t& v : values) {
      v = static_cast<std::int8_t>(extremes ? pick({-128, 127}) : between(-128, 127));
    }
    return values;
  }
  std::int32_t zero_point() { return one_in(3) ? pick({-128, 127, 0}) : between(-128, 127); }
  ActivationRange activation() {
    if (one_in(2)) return {};
    const std::int32_t a = between(-128, 127);
    const std::int32_t b = between(-128, 127);
    return {std::min(a, b), std::max(a, b)};
  }
  /// None, small, or so large that sums wrap.
  std::vector<std::int32_t> bias(std::int32_t channels) {
    if (one_in(4)) return {};
    constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
    const std::int32_t reach = one_in(4) ? kHighest : 5000;
    std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
    for (std::int32_t& v : values) v = between(-reach, reach);
    return values;
  }
  /// One or one a channel; mostly as models have them, at times anything that kernels accept.
  std::vector<QuantizedMultiplier> multipliers(std::int32_t channels) {
    const bool wild = one_in(3);
    std::vector<QuantizedMultiplier> values(one_in(4) ? 1 : static_cast<std::size_t>(channels));
    for (QuantizedMultiplier& m : values) m = wild ? wild_multiplier() : usual_multiplier();
    return values;
  }
  QuantizedMultiplier usual_multiplier() {
    return {between(1 << 30, std::numeric_limits<std::int32_t>::max()), between(-12, -4)};
  }
  QuantizedMultiplier wild_multiplier() {
    constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
    return {one_in(4) ? pick({0, 1, 1 << 30, kHighest}) : between(0, kHighest),
            one_in(2) ? pick({kMinShift, kMaxShift, 0, -1, 1, -30}) : between(kMinShift, kMaxShift)};
  }

 private:
  std::mt19937 engine_;
};

/// Tasks last to first on the calling thread: whatever depends on their order fails.
inline ParallelFor backwards(std::int32_t threads) {
  const auto run = [](void* /*context*/, ParallelFor::Task task, void* argument, std::int32_t tasks) {
    while (tasks > 0) task(argument, --tasks);
  };
  return {run, nullptr, threads};
}

}  // namespace auklet::kernels::test
