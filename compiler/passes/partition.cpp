#include "partition.hpp"

#include <algorithm>
#include <auklet/compiler/segment.hpp>
#include <utility>

#include "program.hpp"

namespace auklet::compiler::passes {
namespace {

constexpr std::size_t kActivationWindows = spec::kWindowCount - kSegmentFirstActivationWindow;

// One attempt. It ends early when an operator that took something over from another (folds.hpp) turns out not to fit:
// then the other has to be lowered anew, which may lie in an earlier segment.
class Attempt {
 public:
  Attempt(const Graph& graph, const Hardware& hardware, std::vector<bool>& refused)
      : graph_(graph), hardware_(hardware), refused_(refused), folds_(find_folds(graph, refused)) {
    result_.reasons.resize(graph.operators.size());
  }

  // False when refused operators have made it void.
  bool run() {
    lower_all();
    for (std::size_t at = 0; at < steps_.size() && valid_;) {
      if (!steps_[at]) {
        ++at;
        continue;
      }
      at = cut(at);
    }
    return valid_;
  }
  [[nodiscard]] Partition take() { return std::move(result_); }

 private:
  void refuse(std::size_t op, std::string reason) {
    steps_[op].reset();
    reads_[op] = graph_.operators[op].inputs;
    result_.reasons[op] = std::move(reason);
    if (!refused_[op] && (folds_.of[op] || folds_.gone[op])) valid_ = false;
    refused_[op] = true;
  }

  void lower_all() {
    for (std::size_t i = 0; i < graph_.operators.size(); ++i) {
      auto lowered = lower(graph_, i, folds_, hardware_);
      steps_.emplace_back();
      reads_.emplace_back();
      if (!lowered) {
        refuse(i, lowered.error().message);
        continue;
      }
      for (const NpuOperator& step : *lowered) {
        for (const Operand& operand : step.inputs) reads_[i].push_back(operand.tensor);
      }
      steps_[i] = std::move(*lowered);
    }
    reads_.push_back(graph_.outputs);
  }

  // The operators [first, end) in a row.
  [[nodiscard]] Run run_of(std::size_t first, std::size_t end) const {
    Run run{.first = first, .count = end - first, .steps = {}};
    for (std::size_t i = first; i < end; ++i) {
      if (const auto& steps = steps_[i]; steps) run.steps.insert(run.steps.end(), steps->begin(), steps->end());
    }
    return run;
  }

  // The end of the longest run from `first` on that has few enough layers, inputs and outputs; `first` when not even
  // a single operator has.
  [[nodiscard]] std::size_t longest_run(std::size_t first) const {
    std::size_t end = first;
    while (end < steps_.size() && steps_[end] && end - first < spec::kLogEntries) ++end;
    for (; end > first; --end) {
      const Run run = run_of(first, end);
      const Program program = make_program(graph_, run, reads_);
      if (program.inputs.size() + program.outputs.size() <= kActivationWindows) break;
    }
    return end;
  }

  // Makes a segment that begins at `first`, or refuses an operator; returns where to go on.
  std::size_t cut(std::size_t first) {
    std::size_t end = longest_run(first);
    if (end == first) {
      refuse(first, "has more inputs and outputs than a job has windows");
      return first + 1;
    }
    for (;;) {
      const Run run = run_of(first, end);
      const bool works = std::ranges::any_of(
          run.steps, [](const NpuOperator& op) { return !std::holds_alternative<RenameWork>(op.work); });
      if (!works) {
        for (std::size_t i = first; i < end; ++i) refuse(i, "only renames bytes, which is not worth a job of its own");
        return end;
      }
      auto compiled = compile_segment(graph_, run, reads_, hardware_);
      if (compiled) {
        result_.parts.push_back({first, std::move(*compiled)});
        return end;
      }
      const std::size_t failing = run.steps[compiled.error().node].source;
      if (compiled.error().too_many_commands && failing > first) {
        end = failing;  // It may fit into a segment of its own.
        continue;
      }
      refuse(failing, compiled.error().reason);
      if (failing == first) return first + 1;
      end = failing;
    }
  }

  const Graph& graph_;
  const Hardware& hardware_;
  std::vector<bool>& refused_;
  Folds folds_;
  std::vector<std::optional<std::vector<NpuOperator>>> steps_;  // By operator.
  Reads reads_;
  bool valid_ = true;
  Partition result_;
};

}  // namespace

Partition partition(const Graph& graph, const Hardware& hardware) {
  std::vector<bool> refused(graph.operators.size());
  for (;;) {
    Attempt attempt(graph, hardware, refused);
    if (attempt.run()) return attempt.take();
  }
}

}  // namespace auklet::compiler::passes
