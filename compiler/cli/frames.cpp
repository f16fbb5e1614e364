#include "frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/session.hpp>
#include <utility>

namespace auklet::app {
namespace {

using compiler::Bytes;

// Checks the inputs of a run of `steps` frames against a graph.
Outcome check_inputs(const compiler::Graph& graph, std::span<const Bytes> inputs, std::size_t steps) {
  if (steps == 0) return fail(ExitCode::kUsage, "there must be at least one step");
  if (inputs.size() != graph.inputs.size()) {
    return fail(ExitCode::kUsage, fmt::format("the model has {} inputs, not {}", graph.inputs.size(), inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t wanted = graph.tensor(graph.inputs[i]).bytes() * steps;
    if (inputs[i].size() == wanted) continue;
    return fail(ExitCode::kUsage, fmt::format("input {} has {} bytes, but {} steps of '{}' need {}", i,
                                              inputs[i].size(), steps, graph.tensor(graph.inputs[i]).name, wanted));
  }
  return {};
}

}  // namespace

Result<FramesRun> run_frames(const std::string& name, const compiler::Graph& graph, compiler::Executor& executor,
                             std::span<const Bytes> inputs, std::size_t steps, const compiler::ExecutorHooks& hooks,
                             const std::optional<Failure>& failed) {
  if (Outcome ok = check_inputs(graph, inputs, steps); !ok) return tl::unexpected(ok.error());
  executor.reset();
  FramesRun run{.outputs = std::vector<Bytes>(graph.outputs.size())};
  for (std::size_t step = 0; step < steps; ++step) {
    std::vector<std::span<const std::byte>> frame;
    for (const Bytes& input : inputs) {
      const std::size_t bytes = input.size() / steps;
      frame.push_back(std::span(input).subspan(step * bytes, bytes));
    }
    const auto began = std::chrono::steady_clock::now();
    auto results = executor.run(frame, hooks);
    run.took += std::chrono::steady_clock::now() - began;
    if (!results) return tl::unexpected(failed ? *failed : from_compiler(name, results.error()));
    for (std::size_t i = 0; i < run.outputs.size(); ++i) {
      run.outputs[i].insert(run.outputs[i].end(), (*results)[i].begin(), (*results)[i].end());
    }
  }
  return run;
}

Result<double> time_frames(const std::string& name, const compiler::Graph& graph, compiler::Executor& executor,
                           std::span<const Bytes> inputs, std::size_t steps, std::size_t repetitions) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < repetitions; ++i) {
    const auto frames = run_frames(name, graph, executor, inputs, steps, {}, std::nullopt);
    if (!frames) return tl::unexpected(frames.error());
    seconds.push_back(frames->took.count());
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(repetitions / 2);
  std::ranges::nth_element(seconds, middle);
  return *middle;
}

bool is_reference(Backend backend, compiler::CpuKernels kernels) {
  if (backend != Backend::kCpu) return false;
  return kernels == compiler::CpuKernels::kReference || !compiler::has_optimized_kernels();
}

Result<std::vector<Bytes>> run_reference(const std::string& name, const compiler::Model& model,
                                         std::span<const Bytes> inputs, std::size_t steps) {
  auto executor = compiler::Executor::create(model);
  if (!executor) return tl::unexpected(from_compiler(name, executor.error()));
  auto frames = run_frames(name, model.main(), *executor, inputs, steps, {}, std::nullopt);
  if (!frames) return tl::unexpected(frames.error());
  return std::move(frames->outputs);
}

}  // namespace auklet::app
