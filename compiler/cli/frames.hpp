// Internal to the command line: a model's frames on an executor, whatever its custom operators run on.
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/ir.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace auklet::app {

struct FramesRun {
  std::vector<compiler::Bytes> outputs;   ///< Of the graph, frames one after the other.
  std::chrono::duration<double> took{0};  ///< In the executor.
};

/// Runs `steps` frames, inputs as in Session::run(), on an executor of `graph`, which is set to its initial state
/// first. `failed` is asked after an error whether a hook has a better account of it. Errors: kUsage (number or size of
/// inputs), that of `failed`, else the executor's.
[[nodiscard]] Result<FramesRun> run_frames(const std::string& name, const compiler::Graph& graph,
                                           compiler::Executor& executor, std::span<const compiler::Bytes> inputs,
                                           std::size_t steps, const compiler::ExecutorHooks& hooks,
                                           const std::optional<Failure>& failed);

/// Session::time_cpu() without its checks: `repetitions` is at least 1.
[[nodiscard]] Result<double> time_frames(const std::string& name, const compiler::Graph& graph,
                                         compiler::Executor& executor, std::span<const compiler::Bytes> inputs,
                                         std::size_t steps, std::size_t repetitions);

}  // namespace auklet::app
