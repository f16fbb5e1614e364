#include "trace_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "text_table.hpp"

namespace auklet::app {
namespace {

using nlohmann::ordered_json;

constexpr int kNpu = 1;  // Processes.
constexpr int kHost = 2;

// Tracks of the NPU, from top to bottom.
enum Track : int {
  kCounterTrack,
  kLayerTrack,
  kArrayTrack,
  kVectorTrack,
  kLoadTrack,
  kStoreTrack,
  kFetchTrack,
  kCpuTrack
};
constexpr std::array<std::pair<Track, const char*>, 7> kTracks{{{kLayerTrack, "jobs and layers"},
                                                                {kArrayTrack, "array"},
                                                                {kVectorTrack, "vector unit"},
                                                                {kLoadTrack, "load DMA"},
                                                                {kStoreTrack, "store DMA"},
                                                                {kFetchTrack, "command fetch"},
                                                                {kCpuTrack, "CPU"}}};

Track track_of(const CommandRun& run) {
  if (run.engine == spec::Engine::kLoad) return kLoadTrack;
  if (run.engine == spec::Engine::kStore) return kStoreTrack;
  switch (run.opcode) {
    case spec::Opcode::kConv:
    case spec::Opcode::kDwconv:
    case spec::Opcode::kDwrows:
      return kArrayTrack;
    default:
      return kVectorTrack;
  }
}

// An object of one value. A list of one pair is an array to some compilers.
template <typename Value>
ordered_json one(const char* key, const Value& value) {
  ordered_json json = ordered_json::object();
  json[key] = value;
  return json;
}

ordered_json metadata(const char* what, int process, int track, ordered_json args) {
  return {{"name", what}, {"ph", "M"}, {"pid", process}, {"tid", track}, {"ts", 0}, {"args", std::move(args)}};
}

ordered_json slice(std::string name, int process, int track, std::uint64_t begin, std::uint64_t duration,
                   ordered_json args) {
  return {{"name", std::move(name)}, {"ph", "X"}, {"pid", process}, {"tid", track}, {"ts", begin}, {"dur", duration},
          {"args", std::move(args)}};
}

// The report's row of a layer of a job; null for a layer that the segment does not have.
const LayerRow* row_of(const JobTimeline& job, std::span<const LayerRow> layers, std::uint32_t layer) {
  return layer < job.rows.size() && job.rows[layer] < layers.size() ? &layers[job.rows[layer]] : nullptr;
}

// Which layer it is, as arguments of a slice.
ordered_json layer_args(const JobTimeline& job, std::span<const LayerRow> layers, std::uint32_t layer) {
  const LayerRow* row = row_of(job, layers, layer);
  if (row == nullptr) return one("layer", "?");
  return {{"layer", job.rows[layer]}, {"operator", row->op}};
}

// Cycles by cause, those that there are.
ordered_json cause_args(const Causes& causes) {
  ordered_json args = ordered_json::object();
  for (std::size_t i = 0; i < causes.size(); ++i) {
    if (causes[i] != 0) args[spec::to_string(static_cast<spec::Cause>(i + 1))] = causes[i];
  }
  return args;
}

void add(Causes& causes, spec::Cause cause, std::uint64_t cycles) {
  if (cause != spec::Cause::kNone) causes[static_cast<std::size_t>(cause) - 1] += cycles;
}

// Sums up causes over stretches of a job that are asked for in order.
class CauseSums {
 public:
  explicit CauseSums(std::span<const ActivityRun> activity) : activity_(activity) {}

  Causes between(std::uint64_t begin, std::uint64_t end) {
    while (next_ < activity_.size() && activity_[next_].from + activity_[next_].cycles <= begin) ++next_;
    Causes causes{};
    for (std::size_t i = next_; i < activity_.size() && activity_[i].from < end; ++i) {
      const ActivityRun& run = activity_[i];
      add(causes, run.activity.cause, std::min(run.from + run.cycles, end) - std::max(run.from, begin));
    }
    return causes;
  }

 private:
  std::span<const ActivityRun> activity_;
  std::size_t next_ = 0;
};

// A counter's amounts by bucket, spread evenly over the cycles that they were told for.
class Buckets {
 public:
  Buckets(std::uint64_t begin, std::uint64_t end)
      : begin_(begin), amounts_((end - begin + kTraceBucketCycles - 1) / kTraceBucketCycles) {}

  void add(std::uint64_t from, std::uint64_t cycles, double each_cycle) {
    for (std::uint64_t at = from - begin_; cycles != 0;) {
      const std::uint64_t here = std::min(cycles, kTraceBucketCycles - at % kTraceBucketCycles);
      amounts_[at / kTraceBucketCycles] += each_cycle * static_cast<double>(here);
      at += here;
      cycles -= here;
    }
  }
  [[nodiscard]] std::span<const double> amounts() const { return amounts_; }

 private:
  std::uint64_t begin_;
  std::vector<double> amounts_;
};

}  // namespace

TraceWriter::TraceWriter(std::ostream& out) : out_(out) {
  out_ << "{\"traceEvents\":[\n";
  write(metadata("process_name", kNpu, 0, one("name", "NPU (1 us is 1 cycle)")));
  for (const auto& [track, name] : kTracks) {
    write(metadata("thread_name", kNpu, track, one("name", name)));
    write(metadata("thread_sort_index", kNpu, track, one("sort_index", static_cast<int>(track))));
  }
}

void TraceWriter::write(const ordered_json& event) {
  if (!std::exchange(empty_, false)) out_ << ",\n";
  // Names in models need not be UTF-8.
  out_ << event.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void TraceWriter::finish(const ordered_json& about) {
  out_ << "\n],\n\"displayTimeUnit\":\"ms\",\n\"otherData\":"
       << about.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << "}\n";
}

void TraceWriter::on_job(const JobTimeline& job, std::span<const LayerRow> layers) {
  write(slice(fmt::format("job {}: {}", jobs_++, job.segment), kNpu, kLayerTrack, job.begin, job.end - job.begin,
              {{"cycles", job.end - job.begin}, {"commands", job.commands.size()}}));
  write_layers(job, layers);
  write_commands(job, layers);
  write_fetch_waits(job);
  write_counters(job);
}

void TraceWriter::on_cpu_operator(const CpuRun& run, std::span<const LayerRow> layers) {
  if (!std::exchange(has_host_, true)) {
    write(metadata("process_name", kHost, 0, one("name", "CPU operators (us of the host, one after the other)")));
    write(metadata("thread_name", kHost, kCpuTrack, one("name", "CPU")));
  }
  const LayerRow& row = layers[run.row];
  const std::string name = fmt::format("{} {} {}", run.row, row.op, layer_name(row.name));
  ordered_json args{{"layer", run.row},     {"name", row.name},       {"operator", row.op},
                    {"reason", row.reason}, {"bytes", row.cpu_bytes}, {"host_us", run.microseconds}};
  if (run.cycle) {
    write({{"name", name},
           {"ph", "i"},
           {"s", "t"},
           {"pid", kNpu},
           {"tid", static_cast<int>(kCpuTrack)},
           {"ts", *run.cycle},
           {"args", args}});
    args["cycle"] = *run.cycle;
  }
  write(slice(name, kHost, kCpuTrack, host_microseconds_, run.microseconds, std::move(args)));
  host_microseconds_ += run.microseconds;
}

// Every cycle of a job is charged to one layer, so that a layer has a slice for each of its turns.
void TraceWriter::write_layers(const JobTimeline& job, std::span<const LayerRow> layers) {
  const std::span<const ActivityRun> activity = job.activity;
  const auto layer_at = [&](std::size_t i) { return std::uint32_t{activity[i].activity.layer.value_or(0)}; };
  for (std::size_t i = 0; i < activity.size();) {
    const std::uint32_t layer = layer_at(i);
    const std::uint64_t begin = activity[i].from;
    std::uint64_t end = begin;
    Causes causes{};
    for (; i < activity.size() && layer_at(i) == layer; ++i) {
      add(causes, activity[i].activity.cause, activity[i].cycles);
      end = activity[i].from + activity[i].cycles;
    }
    const LayerRow* row = row_of(job, layers, layer);
    ordered_json args = layer_args(job, layers, layer);
    std::string name = "?";
    if (row != nullptr) {
      name = fmt::format("{} {} {}", job.rows[layer], row->op, layer_name(row->name));
      args["name"] = row->name;
    }
    args["cycles"] = end - begin;
    args["causes"] = cause_args(causes);
    write(slice(std::move(name), kNpu, kLayerTrack, begin, end - begin, std::move(args)));
  }
}

void TraceWriter::write_commands(const JobTimeline& job, std::span<const LayerRow> layers) {
  CauseSums sums(job.activity);
  for (const CommandRun& run : job.commands) {
    const LayerRow* row = row_of(job, layers, run.layer);
    ordered_json args = layer_args(job, layers, run.layer);
    args["offset"] = run.offset;
    args["cycles"] = run.end - run.begin;
    if (run.engine == spec::Engine::kCompute) {
      args["causes"] = cause_args(sums.between(run.begin, run.end));
    } else {
      args["bytes"] = run.bytes;
    }
    if (!run.completed) args["completed"] = false;
    write(slice(fmt::format("{} {}", spec::to_string(run.opcode), row == nullptr ? "?" : layer_name(row->name)), kNpu,
                track_of(run), run.begin, run.end - run.begin, std::move(args)));
  }
}

void TraceWriter::write_fetch_waits(const JobTimeline& job) {
  const std::vector<ActivityRun>& activity = job.activity;
  for (std::size_t i = 0; i < activity.size(); ++i) {
    if (!activity[i].activity.fetch_wait) continue;
    const std::uint64_t begin = activity[i].from;
    std::uint64_t cycles = 0;
    for (; i < activity.size() && activity[i].activity.fetch_wait; ++i) cycles += activity[i].cycles;
    write(slice("wait for commands", kNpu, kFetchTrack, begin, cycles, one("cycles", cycles)));
  }
}

void TraceWriter::write_counters(const JobTimeline& job) {
  if (job.activity.empty()) return;
  const std::uint64_t begin = job.activity.front().from;
  const std::uint64_t end = job.activity.back().from + job.activity.back().cycles;
  constexpr double kPercent = 100;
  Buckets array(begin, end);
  Buckets read(begin, end);
  Buckets written(begin, end);
  const double beat = job.has_beats ? job.beat_bytes : 0;
  for (const auto& [activity, from, cycles] : job.activity) {
    if (activity.cause == spec::Cause::kArray) array.add(from, cycles, kPercent);
    if (activity.read_beat) read.add(from, cycles, beat);
    if (activity.write_beat) written.add(from, cycles, beat);
  }
  for (const CommandRun& run : job.commands) {
    if (job.has_beats || run.engine == spec::Engine::kCompute) continue;
    const std::uint64_t from = std::clamp(run.begin, begin, end);
    const std::uint64_t cycles = std::clamp(run.end, begin, end) - from;
    const double each_cycle = static_cast<double>(run.bytes) / static_cast<double>(run.end - run.begin);
    (run.engine == spec::Engine::kLoad ? read : written).add(from, cycles, each_cycle);
  }
  write_counter("array utilisation (%)", array.amounts(), begin, end);
  write_counter("bytes read a cycle", read.amounts(), begin, end);
  write_counter("bytes written a cycle", written.amounts(), begin, end);
}

// A counter keeps its value until its next event: only changes are written, and the return to 0 at the job's end.
void TraceWriter::write_counter(const char* name, std::span<const double> buckets, std::uint64_t begin,
                                std::uint64_t end) {
  const auto value_from = [&](std::uint64_t at, double value) {
    write({{"name", name},
           {"ph", "C"},
           {"pid", kNpu},
           {"tid", static_cast<int>(kCounterTrack)},
           {"ts", at},
           {"args", one("value", value)}});
  };
  double last = -1;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const std::uint64_t at = begin + i * kTraceBucketCycles;
    const double value = buckets[i] / static_cast<double>(std::min(kTraceBucketCycles, end - at));
    if (value != last) value_from(at, value);
    last = value;
  }
  if (last != 0) value_from(end, 0);
}

}  // namespace auklet::app
