#include "partition.hpp"

#include <algorithm>
#include <auklet/compiler/segment.hpp>
#include <utility>

#include "program.hpp"

namespace auklet::compiler::passes {
namespace {

constexpr std::size_t kActivationWindows = spec::kWindowCount - kSegmentFirstActivationWindow;

class Partitioner {
 public:
  Partitioner(const Graph& graph, const Hardware& hardware) : graph_(graph), hardware_(hardware) {
    result_.reasons.resize(graph.operators.size());
  }

  Partition run() {
    lower_all();
    for (std::size_t at = 0; at < operators_.size();) {
      if (!operators_[at]) {
        ++at;
        continue;
      }
      at = cut(at);
    }
    return std::move(result_);
  }

 private:
  void refuse(std::size_t op, std::string reason) {
    operators_[op].reset();
    result_.reasons[op] = std::move(reason);
  }

  void lower_all() {
    for (std::size_t i = 0; i < graph_.operators.size(); ++i) {
      auto lowered = lower(graph_, i);
      operators_.emplace_back();
      if (lowered) {
        operators_[i] = std::move(*lowered);
      } else {
        refuse(i, lowered.error().message);
      }
    }
  }

  // The operators [first, end) in a row.
  [[nodiscard]] std::vector<NpuOperator> run_of(std::size_t first, std::size_t end) const {
    std::vector<NpuOperator> run;
    for (std::size_t i = first; i < end; ++i) run.push_back(*operators_[i]);
    return run;
  }

  // The end of the longest run from `first` on that has few enough layers, inputs and outputs. A single operator always
  // has.
  [[nodiscard]] std::size_t longest_run(std::size_t first) const {
    std::size_t end = first;
    while (end < operators_.size() && operators_[end] && end - first < spec::kLogEntries) ++end;
    for (; end > first + 1; --end) {
      const std::vector<NpuOperator> run = run_of(first, end);
      const Program program = make_program(graph_, run);
      if (program.inputs.size() + program.outputs.size() <= kActivationWindows) break;
    }
    return end;
  }

  // Makes a segment that begins at `first`, or refuses an operator; returns where to go on.
  std::size_t cut(std::size_t first) {
    std::size_t end = longest_run(first);
    for (;;) {
      const std::vector<NpuOperator> run = run_of(first, end);
      const bool works =
          std::ranges::any_of(run, [](const NpuOperator& op) { return !std::holds_alternative<RenameWork>(op.work); });
      if (!works) {
        for (std::size_t i = first; i < end; ++i) refuse(i, "only renames bytes, which is not worth a job of its own");
        return end;
      }
      auto compiled = compile_segment(graph_, run, hardware_);
      if (compiled) {
        result_.parts.push_back({first, std::move(*compiled)});
        return end;
      }
      const std::size_t failing = first + compiled.error().node;
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
  std::vector<std::optional<NpuOperator>> operators_;
  Partition result_;
};

}  // namespace

Partition partition(const Graph& graph, const Hardware& hardware) { return Partitioner(graph, hardware).run(); }

}  // namespace auklet::compiler::passes
