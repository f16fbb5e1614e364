// What a process adds to the RTL's coverage. Included only in builds that count it (AUKLET_RTL_COVERAGE).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

#include <unistd.h>
#include <verilated.h>
#include <verilated_cov.h>

namespace auklet::sim {

/// The counters of all models of one class that this process had. Each model counts on its own and is gone at the end
/// of its test; so their sums are kept, and written at the end of the process into the folder that the environment
/// variable AUKLET_RTL_COVERAGE names, as NAME-PROCESS.dat for verilator_coverage. Without the variable nothing is
/// written. May be used by several threads.
template <class Model>
class CoverageTotals {
 public:
  /// The totals of class Model, to be asked for before the first model is made: they end after it.
  static CoverageTotals& of(const char* name) {
    static CoverageTotals totals(name);
    return totals;
  }

  /// Adds the counters of a model that ends. Where toggles are counted, in pairs: what a bit does once, a constant that
  /// becomes 1 or a register that leaves its first value, is half a toggle.
  void add(Model& model) {
    const std::lock_guard lock(mutex_);
    constexpr std::uint32_t kCounted = AUKLET_RTL_TOGGLES ? ~std::uint32_t{1} : ~std::uint32_t{0};
    auto& counters = model.rootp->vlSymsp->__Vcoverage;
    std::transform(
        std::begin(counters), std::end(counters), sums_.begin(), sums_.begin(),
        [](const std::atomic<std::uint32_t>& counter, std::uint64_t sum) { return sum + (counter.load() & kCounted); });
    any_ = true;
  }

  CoverageTotals(const CoverageTotals&) = delete;
  CoverageTotals& operator=(const CoverageTotals&) = delete;

 private:
  explicit CoverageTotals(const char* name) : name_(name) {}

  ~CoverageTotals() {
    const char* folder = std::getenv("AUKLET_RTL_COVERAGE");
    if (folder == nullptr || !any_) return;
    VerilatedContext context;
    Model model(&context, "npu");  // knows what each counter stands for
    auto& counters = model.rootp->vlSymsp->__Vcoverage;
    std::transform(sums_.begin(), sums_.end(), std::begin(counters), [](std::uint64_t sum) {
      return static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, std::numeric_limits<std::uint32_t>::max()));
    });
    const std::string path = std::string(folder) + "/" + name_ + "-" + std::to_string(getpid()) + ".dat";
    context.coveragep()->write(path.c_str());
  }

  using Counters = std::remove_reference_t<decltype(std::declval<Model&>().rootp->vlSymsp->__Vcoverage)>;

  const char* name_;
  std::mutex mutex_;
  std::array<std::uint64_t, std::extent_v<Counters>> sums_{};
  bool any_ = false;
};

}  // namespace auklet::sim
