#include "unit_timeline.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

bool computes_in_array(spec::Opcode opcode) {
  return opcode == spec::Opcode::kConv || opcode == spec::Opcode::kDwconv || opcode == spec::Opcode::kDwrows;
}

std::vector<UnitSlice> merge_up_to(const std::vector<UnitSlice>& slices, std::uint64_t longest) {
  std::vector<UnitSlice> merged;
  std::uint64_t longest_busy = 0;  // Of those that the last one stands for.
  for (const UnitSlice& slice : slices) {
    if (merged.empty() || slice.end - merged.back().begin > longest) {
      merged.push_back(slice);
      longest_busy = slice.busy;
      continue;
    }
    UnitSlice& last = merged.back();
    last.end = slice.end;
    last.busy += slice.busy;
    last.commands += slice.commands;
    if (slice.busy > longest_busy) {
      longest_busy = slice.busy;
      last.row = slice.row;
    }
  }
  return merged;
}

}  // namespace

std::vector<UnitSlice> merge_slices(std::vector<UnitSlice> slices, std::size_t most) {
  if (slices.size() <= most) return slices;
  const std::uint64_t whole = slices.back().end - slices.front().begin;
  std::vector<UnitSlice> merged;
  for (std::uint64_t longest = 2;; longest *= 2) {
    merged = merge_up_to(slices, longest);
    if (merged.size() <= most || longest >= whole) return merged;
  }
}

void UnitTimeline::add(Track track, std::uint64_t begin, std::uint64_t end, std::size_t row) {
  tracks_[track].push_back({.begin = since_start(begin), .end = since_start(end), .row = row, .busy = end - begin});
}

void UnitTimeline::on_job(const JobTimeline& job, std::span<const LayerRow> /*layers*/) {
  if (jobs_.empty()) start_ = job.begin;
  jobs_.emplace_back(since_start(job.begin), since_start(job.end));
  add_layers(job);
  add_fetch_waits(job);
  for (const CommandRun& run : job.commands) {
    if (run.layer >= job.rows.size()) continue;
    Track track = kLoad;
    if (run.engine == spec::Engine::kStore) track = kStore;
    if (run.engine == spec::Engine::kCompute) track = computes_in_array(run.opcode) ? kArray : kVector;
    add(track, run.begin, run.end, job.rows[run.layer]);
  }
}

void UnitTimeline::add_layers(const JobTimeline& job) {
  const std::vector<ActivityRun>& activity = job.activity;
  for (std::size_t i = 0; i < activity.size();) {
    const std::uint8_t layer = activity[i].activity.layer.value_or(0);
    const std::uint64_t begin = activity[i].from;
    std::uint64_t end = begin;
    for (; i < activity.size() && activity[i].activity.layer.value_or(0) == layer; ++i) {
      end = activity[i].from + activity[i].cycles;
    }
    if (layer < job.rows.size()) add(kLayers, begin, end, job.rows[layer]);
  }
}

void UnitTimeline::add_fetch_waits(const JobTimeline& job) {
  for (const ActivityRun& run : job.activity) {
    const std::size_t layer = run.activity.layer.value_or(0);
    if (!run.activity.fetch_wait || layer >= job.rows.size()) continue;
    std::vector<UnitSlice>& waits = tracks_[kFetch];
    const std::uint64_t begin = since_start(run.from);
    if (!waits.empty() && waits.back().end == begin) {
      waits.back().end += run.cycles;
      waits.back().busy += run.cycles;
    } else {
      add(kFetch, run.from, run.from + run.cycles, job.rows[layer]);
    }
  }
}

void UnitTimeline::on_cpu_operator(const CpuRun& run, std::span<const LayerRow> /*layers*/) {
  if (run.cycle) cpu_.emplace_back(jobs_.empty() ? 0 : since_start(*run.cycle), run.row);
}

ordered_json UnitTimeline::to_json() const {
  ordered_json jobs = ordered_json::array();
  for (const auto& [begin, end] : jobs_) jobs.push_back({begin, end});
  ordered_json tracks = ordered_json::array();
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    ordered_json slices = ordered_json::array();
    std::uint64_t busy = 0;
    for (const UnitSlice& slice : merge_slices(tracks_[i], kMostSlices)) {
      busy += slice.busy;
      slices.push_back({slice.begin, slice.end, slice.row, slice.busy, slice.commands});
    }
    tracks.push_back(
        {{"unit", kNames[i]}, {"busy", busy}, {"commands", tracks_[i].size()}, {"slices", std::move(slices)}});
  }
  ordered_json cpu = ordered_json::array();
  for (const auto& [cycle, row] : cpu_) cpu.push_back({cycle, row});
  return {{"jobs", std::move(jobs)}, {"tracks", std::move(tracks)}, {"cpu", std::move(cpu)}};
}

}  // namespace auklet::app
