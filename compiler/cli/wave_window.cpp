#include "wave_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "text_table.hpp"

namespace auklet::app {
namespace {

// The whole text as a number; none if it is anything else.
template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Cycles from the first that is charged to each row to the end of its last command. Loads that run ahead, beside other
// layers, are before it: weights may come a dozen layers early.
class RowCycles final : public TimelineSink {
 public:
  struct Range {
    std::uint64_t begin = UINT64_MAX;
    std::uint64_t end = 0;

    void include(std::uint64_t from, std::uint64_t to) {
      begin = std::min(begin, from);
      end = std::max(end, to);
    }
  };

  void on_job(const JobTimeline& job, std::span<const LayerRow> layers) override {
    ranges_.resize(layers.size());
    std::vector<Range> charged(layers.size());
    for (const ActivityRun& run : job.activity) {
      const std::size_t layer = run.activity.layer.value_or(0);
      if (layer < job.rows.size()) charged[job.rows[layer]].include(run.from, run.from + run.cycles);
    }
    for (const CommandRun& run : job.commands) {
      if (run.layer < job.rows.size()) ranges_[job.rows[run.layer]].include(run.begin, run.end);
    }
    for (const std::size_t row : job.rows) {
      if (charged[row].end != 0) ranges_[row].begin = charged[row].begin;
    }
  }
  void on_cpu_operator(const CpuRun& /*run*/, std::span<const LayerRow> /*layers*/) override {}

  [[nodiscard]] Range of(std::size_t row) const { return row < ranges_.size() ? ranges_[row] : Range{}; }

 private:
  std::vector<Range> ranges_;
};

// The cycles in the first frame of the layers that `texts` mean; an empty text means none.
Result<std::array<RowCycles::Range, 2>> layer_cycles(const std::array<std::string, 2>& texts, const RunRequest& request,
                                                     const compiler::Model& model,
                                                     std::span<const compiler::Bytes> inputs) {
  RowCycles cycles;
  SessionOptions options = request.session;
  options.timeline = &cycles;
  auto session = Session::open(request.model.string(), model, options);
  if (!session) return tl::unexpected(session.error());
  std::array<std::size_t, 2> rows{};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    const auto row = find_layer(texts[i], session->layers());
    if (!row) return tl::unexpected(row.error());
    rows[i] = *row;
  }
  std::vector<compiler::Bytes> frame;
  for (const compiler::Bytes& input : inputs) {
    frame.emplace_back(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(input.size() / request.steps));
  }
  if (const auto report = session->run(frame); !report) return tl::unexpected(report.error());
  std::array<RowCycles::Range, 2> ranges{};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    ranges[i] = cycles.of(rows[i]);
    if (ranges[i].end != 0) continue;
    return fail(ExitCode::kUsage,
                fmt::format("layer {} ('{}') has no command on the NPU, so no cycle to begin or end at; give another",
                            rows[i], session->layers()[rows[i]].name));
  }
  return ranges;
}

}  // namespace

Result<std::size_t> find_layer(const std::string& text, std::span<const LayerRow> layers) {
  constexpr std::string_view kNumbered = "layer:";
  std::vector<std::size_t> full;
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name == text) full.push_back(i);
    if (layer_name(layers[i].name) == text) shown.push_back(i);
  }
  const std::vector<std::size_t>& found = full.empty() ? shown : full;
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return fail(ExitCode::kUsage,
                fmt::format("'{}' names several layers, layer:{} is the first; give a number", text, found.front()));
  }
  if (text.starts_with(kNumbered)) {
    const auto row = number_in<std::size_t>(std::string_view(text).substr(kNumbered.size()));
    if (row && *row < layers.size()) return *row;
  }
  return fail(ExitCode::kUsage,
              fmt::format("'{}' is neither a cycle nor a layer; give a layer's name, or layer:0 to layer:{}", text,
                          layers.empty() ? 0 : layers.size() - 1));
}

Result<WaveRequest> wave_window(const RunRequest& request, const compiler::Model& model,
                                std::span<const compiler::Bytes> inputs) {
  if (request.session.backend != Backend::kRtl) {
    return fail(ExitCode::kUsage, "only the RTL has waveforms; use --wave with --backend rtl");
  }
  const auto from = number_in<std::uint64_t>(request.wave.from);
  const auto to = number_in<std::uint64_t>(request.wave.to);
  WaveRequest window{request.wave.path.string(), from.value_or(0), to.value_or(UINT64_MAX)};
  const std::array<std::string, 2> layers{from ? "" : request.wave.from, to ? "" : request.wave.to};
  if (!layers[0].empty() || !layers[1].empty()) {
    const auto ranges = layer_cycles(layers, request, model, inputs);
    if (!ranges) return tl::unexpected(ranges.error());
    if (!layers[0].empty()) window.from = (*ranges)[0].begin;
    if (!layers[1].empty()) window.to = (*ranges)[1].end;
  }
  if (window.from >= window.to) {
    return fail(ExitCode::kUsage,
                fmt::format("the waveform would end in cycle {}, before its beginning in cycle {}; give a later --to",
                            window.to, window.from));
  }
  return window;
}

}  // namespace auklet::app
