#include "job_recorder.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace auklet::app {
namespace {

// Bytes that a command moves from or to memory.
std::uint64_t bytes_of(const spec::CommandInfo& info, std::span<const std::uint32_t> words) {
  if (info.format == spec::Format::kDma) {
    const auto dma = spec::decode_dma(words.first<spec::DmaCommand::kWords>());
    return std::uint64_t{dma.ax_len} * dma.ax_rows;
  }
  if (info.format == spec::Format::kGather) {
    const auto gather = spec::decode_gather(words.first<spec::GatherCommand::kWords>());
    return std::uint64_t{gather.ax_len} * gather.n;
  }
  return 0;
}

// What the stream says about the command at its offset.
void describe(CommandRun& run, std::span<const std::uint32_t> stream) {
  const std::size_t first = run.offset / sizeof(std::uint32_t);
  if (first >= stream.size()) return;
  const std::span<const std::uint32_t> words = stream.subspan(first);
  const spec::CommandInfo* info = spec::command_info(words[0] & spec::CommandHeaderFields::kOpcode.mask());
  if (info == nullptr || words.size() < info->words) return;
  const spec::CommandHeader header = spec::decode_header(words);
  run.opcode = header.opcode;
  run.layer = header.layer;
  run.bytes = bytes_of(*info, words);
}

}  // namespace

void JobRecorder::begin() {
  job_ = {};
  running_ = {};
}

JobTimeline JobRecorder::take(std::span<const std::uint32_t> stream, std::uint64_t begin, std::uint64_t end) {
  job_.begin = begin;
  job_.end = end;
  for (CommandRun& run : job_.commands) {
    describe(run, stream);
    run.begin = std::clamp(run.begin, begin, end);
    if (run.end > end) run.completed = false;
    run.end = run.completed ? std::max(run.end, run.begin) : end;
  }
  // What never got to run for a cycle, as a command whose window check fails, is not there.
  std::erase_if(job_.commands, [](const CommandRun& run) { return run.begin == run.end; });
  // A functional model reports engine by engine as it likes.
  std::ranges::sort(job_.commands, {}, [](const CommandRun& run) { return std::tuple(run.begin, run.offset); });
  for (ActivityRun& run : job_.activity) {
    const std::uint64_t until = std::clamp(run.from + run.cycles, begin, end);
    run.from = std::clamp(run.from, begin, end);
    run.cycles = until - run.from;
  }
  std::erase_if(job_.activity, [](const ActivityRun& run) { return run.cycles == 0; });
  const auto first =
      std::ranges::find_if(job_.activity, [](const ActivityRun& run) { return run.activity.layer.has_value(); });
  const std::uint8_t first_layer = first != job_.activity.end() ? first->activity.layer.value_or(0) : std::uint8_t{0};
  for (auto run = job_.activity.begin(); run != first; ++run) run->activity.layer = first_layer;
  return std::exchange(job_, {});
}

void JobRecorder::on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) {
  std::optional<std::size_t>& running = running_[static_cast<std::size_t>(engine)];
  running = job_.commands.size();
  job_.commands.push_back({.engine = engine, .offset = offset, .begin = cycle, .end = UINT64_MAX, .completed = false});
}

void JobRecorder::on_command_end(spec::Engine engine, std::uint32_t /*offset*/, std::uint64_t cycle) {
  std::optional<std::size_t>& running = running_[static_cast<std::size_t>(engine)];
  if (!running) return;
  job_.commands[*running].end = cycle;
  job_.commands[*running].completed = true;
  running.reset();
}

void JobRecorder::on_activity(const sim::Activity& activity, std::uint64_t from, std::uint64_t cycles) {
  if (!job_.activity.empty()) {
    // The RTL reports when its clock loop ends as well, whether anything changed or not.
    ActivityRun& last = job_.activity.back();
    if (last.activity == activity && last.from + last.cycles == from) {
      last.cycles += cycles;
      return;
    }
  }
  job_.activity.push_back({activity, from, cycles});
}

}  // namespace auklet::app
