// When each unit of the NPU was busy, in so few slices that a page can show them.
#pragma once

#include <array>
#include <auklet/app/timeline.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace auklet::app {

/// Cycles [begin, end) of a unit, counted from the first job's submission.
struct UnitSlice {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::size_t row = 0;         ///< Of the report. Of several that were merged, the one that was busy longest.
  std::uint64_t busy = 0;      ///< Of these cycles, those in which the unit worked: all, if nothing was merged.
  std::uint64_t commands = 1;  ///< Or stretches of a layer, or waits, that it stands for.
};

/// Merges neighbours until at most `most` slices are left, with the smallest power of two that suffices as the longest
/// cycles of a merged one. Sums of busy cycles and of commands stay. `slices` are in order and do not overlap.
[[nodiscard]] std::vector<UnitSlice> merge_slices(std::vector<UnitSlice> slices, std::size_t most);

/// Gathers a run.
class UnitTimeline final : public TimelineSink {
 public:
  static constexpr std::size_t kMostSlices = 512;  ///< Of a track, in what to_json() gives.

  void on_job(const JobTimeline& job, std::span<const LayerRow> layers) override;
  void on_cpu_operator(const CpuRun& run, std::span<const LayerRow> layers) override;

  /// The object that docs/report.md calls `timeline`.
  [[nodiscard]] nlohmann::ordered_json to_json() const;

 private:
  enum Track : std::uint8_t { kLayers, kArray, kVector, kLoad, kStore, kFetch };
  static constexpr std::array<std::string_view, 6> kNames{"layers", "array", "vector", "load", "store", "fetch"};

  [[nodiscard]] std::uint64_t since_start(std::uint64_t cycle) const { return cycle - start_; }
  void add(Track track, std::uint64_t begin, std::uint64_t end, std::size_t row);
  void add_layers(const JobTimeline& job);
  void add_fetch_waits(const JobTimeline& job);

  std::array<std::vector<UnitSlice>, kNames.size()> tracks_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> jobs_;
  std::vector<std::pair<std::uint64_t, std::size_t>> cpu_;  ///< Cycle and row.
  std::uint64_t start_ = 0;                                 ///< Of the first job.
};

}  // namespace auklet::app
