#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/npu_runner.hpp>
#include <auklet/app/run.hpp>
#include <auklet/app/session.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/segment.hpp>
#include <utility>

#include "layers.hpp"

namespace auklet::app {
namespace {

using compiler::Bytes;
using compiler::Model;

// The configuration that the segments of a compiled model, one at least, are for.
Result<spec::HardwareConfig> configuration_of(const std::string& name, const compiler::Graph& graph,
                                              const std::string& wanted) {
  spec::HardwareConfig found = spec::kDefaultConfiguration;
  bool first = true;
  for (const std::size_t index : compiler::find_segments(graph)) {
    const auto view = compiler::read_segment(graph, graph.operators[index]);
    if (!view) return tl::unexpected(from_compiler(name, view.error()));
    if (!first && found.macs != view->config.macs) {
      return fail(ExitCode::kModelRefused, name + ": its segments are for different hardware; compile it again");
    }
    found = view->config;
    first = false;
  }
  if (!wanted.empty() && wanted != found.name) {
    return fail(ExitCode::kModelRefused,
                fmt::format("{} is compiled for {}, not {}; leave --config out or compile it for {}", name, found.name,
                            wanted, wanted));
  }
  return found;
}

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

// Runs the frames on an executor in its initial state and puts the outputs one after the other. `failed` is asked after
// an error whether a hook has a better account of it.
Result<std::vector<Bytes>> run_frames(const std::string& name, const compiler::Graph& graph,
                                      compiler::Executor& executor, std::span<const Bytes> inputs, std::size_t steps,
                                      const compiler::ExecutorHooks& hooks, const std::optional<Failure>& failed) {
  if (Outcome ok = check_inputs(graph, inputs, steps); !ok) return tl::unexpected(ok.error());
  executor.reset();
  std::vector<Bytes> outputs(graph.outputs.size());
  for (std::size_t step = 0; step < steps; ++step) {
    std::vector<std::span<const std::byte>> frame;
    for (const Bytes& input : inputs) {
      const std::size_t bytes = input.size() / steps;
      frame.push_back(std::span(input).subspan(step * bytes, bytes));
    }
    auto results = executor.run(frame, hooks);
    if (!results) return tl::unexpected(failed ? *failed : from_compiler(name, results.error()));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i].insert(outputs[i].end(), (*results)[i].begin(), (*results)[i].end());
    }
  }
  return outputs;
}

}  // namespace

struct Session::State {
  std::string name;
  SessionOptions options;
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  sim::MemoryProfile profile;
  bool was_compiled = false;
  Model source;
  Model executable;  // The source itself where nothing was compiled.
  Layers layers;
  std::unique_ptr<SimulatedNpu> npu;
  std::unique_ptr<NpuRunner> runner;  // Refers to npu.
  std::unique_ptr<compiler::Executor> executor;

  // Of the current run.
  RunReport report;
  std::optional<Failure> failure;
  double weight_done = 0;
  double weight_all = 1;
  double weight_now = 0;

  Outcome prepare();
  Outcome prepare_cpu();
  Outcome prepare_npu();
  Outcome create_executor();
  compiler::Outcome run_segment(const compiler::CustomCall& call);
  void begin_report(std::size_t steps);
  void progress(double share_of_step) const {
    if (options.on_progress) options.on_progress((weight_done + weight_now * share_of_step) / weight_all);
  }
};

Outcome Session::State::prepare() {
  was_compiled = !compiler::find_segments(source.main()).empty();
  auto found_profile = profile_called(options.profile);
  if (!found_profile) return tl::unexpected(found_profile.error());
  profile = *found_profile;
  auto found = was_compiled             ? configuration_of(name, source.main(), options.config)
               : options.config.empty() ? Result<spec::HardwareConfig>(spec::kDefaultConfiguration)
                                        : configuration_called(options.config);
  if (!found) return tl::unexpected(found.error());
  config = *found;
  if (Outcome ok = options.backend == Backend::kCpu ? prepare_cpu() : prepare_npu(); !ok) return ok;
  return create_executor();
}

Outcome Session::State::prepare_cpu() {
  if (was_compiled) {
    return fail(
        ExitCode::kModelRefused,
        name + " is compiled for the NPU, the CPU cannot run its segments; give the model that it was compiled from");
  }
  if (options.trace) return fail(ExitCode::kUsage, "only the RTL has waveforms; use --trace with --backend rtl");
  // Compiled only for what it says about the layers.
  auto compiled = compiler::compile(source, {.config = config});
  if (!compiled) return tl::unexpected(from_compiler(name, compiled.error()));
  executable = source;
  layers = cpu_layers_of(compiled->report);
  return {};
}

Outcome Session::State::prepare_npu() {
  auto made = make_simulated_npu(options.backend, config, options.trace);
  if (!made) return tl::unexpected(made.error());
  npu = std::move(*made);
  if (was_compiled) {
    executable = source;
    auto found = layers_of(name, executable.main());
    if (!found) return tl::unexpected(found.error());
    layers = std::move(*found);
  } else {
    auto compiled = compiler::compile(source, {.config = config});
    if (!compiled) return tl::unexpected(from_compiler(name, compiled.error()));
    layers = layers_of(*compiled);
    executable = std::move(compiled->model);
  }
  auto opened = NpuRunner::create(
      npu->target(),
      {.profile = profile, .deadline_cycles = options.deadline_cycles, .on_progress = [this](std::uint64_t cycles) {
         constexpr double kNearlyDone = 0.99;
         progress(std::min(static_cast<double>(cycles) / weight_now, kNearlyDone));
       }});
  if (!opened) return tl::unexpected(opened.error());
  runner = std::move(*opened);
  return {};
}

Outcome Session::State::create_executor() {
  compiler::ExecutorOptions executor_options;
  if (runner) executor_options.custom_codes = {compiler::kNpuCustomCode};
  auto created = compiler::Executor::create(executable, executor_options);
  if (!created) return tl::unexpected(from_compiler(name, created.error()));
  executor = std::make_unique<compiler::Executor>(std::move(*created));
  return {};
}

compiler::Outcome Session::State::run_segment(const compiler::CustomCall& call) {
  const auto run = runner->run(call);
  if (!run) {
    failure = Failure{run.error().code, name + ": " + run.error().message};
    return compiler::fail(compiler::ErrorCode::kExecution, run.error().message);
  }
  report.cycles += run->cycles;
  report.job_cycles += run->job_cycles;
  const std::vector<std::size_t>& rows = layers.steps[call.operator_index].rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    LayerRow& row = report.layers[rows[i]];
    row.cycles += run->layers[i].total();
    for (std::size_t c = 0; c < row.causes.size(); ++c) row.causes[c] += run->layers[i].cycles[c];
  }
  report.layers.back().cycles += run->cycles - run->job_cycles;
  for (std::size_t i = 0; i < run->events.size(); ++i) report.events[i] += run->events[i];
  return {};
}

void Session::State::begin_report(std::size_t steps) {
  report = {};
  failure.reset();
  report.model = name;
  report.backend = options.backend;
  report.config = config;
  report.profile = profile.name;
  report.steps = steps;
  report.layers = layers.rows;
  for (LayerRow& row : report.layers) {
    row.macs *= steps;
    row.bytes *= steps;
    report.macs += row.macs;
    if (row.place == compiler::Place::kNpu) report.npu_macs += row.macs;
  }
  weight_done = 0;
  weight_all = 0;
  for (const Step& step : layers.steps) {
    weight_all += step.weight * static_cast<double>(steps);
    report.segments += step.is_segment ? 1 : 0;
  }
  if (report.segments != 0) {
    report.layers.push_back({.name = "start and end", .op = "", .place = compiler::Place::kNpu, .reason = ""});
  }
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::open(std::string name, Model model, SessionOptions options) {
  auto state = std::make_unique<State>();
  state->name = std::move(name);
  state->options = std::move(options);
  state->source = std::move(model);
  if (Outcome ok = state->prepare(); !ok) return tl::unexpected(ok.error());
  return Session(std::move(state));
}

const compiler::Graph& Session::graph() const { return state_->source.main(); }
bool Session::was_compiled() const { return state_->was_compiled; }
const std::vector<LayerRow>& Session::layers() const { return state_->layers.rows; }

Result<RunReport> Session::run(std::span<const Bytes> inputs, std::size_t steps) {
  State& state = *state_;
  state.begin_report(steps);
  compiler::ExecutorHooks hooks;
  hooks.before_operator = [&](const compiler::Graph&, std::size_t index) {
    state.weight_now = state.layers.steps[index].weight;
    state.progress(0);
  };
  hooks.after_operator = [&](const compiler::Graph&, std::size_t) { state.weight_done += state.weight_now; };
  hooks.run_custom = [&](const compiler::CustomCall& call) { return state.run_segment(call); };
  auto outputs = run_frames(state.name, state.source.main(), *state.executor, inputs, steps, hooks, state.failure);
  if (!outputs) return tl::unexpected(outputs.error());
  if (state.npu) {
    if (const auto violations = state.npu->protocol_violations(); !violations.empty()) {
      return fail(ExitCode::kNpuFault,
                  fmt::format("{}: the RTL broke the AXI protocol: {}", state.name, violations.front()));
    }
    state.report.sim_cycles_per_second = state.runner->cycles_per_second();
  }
  state.report.outputs = std::move(*outputs);
  return std::move(state.report);
}

Result<std::vector<Bytes>> run_reference(const std::string& name, const Model& model, std::span<const Bytes> inputs,
                                         std::size_t steps) {
  auto executor = compiler::Executor::create(model);
  if (!executor) return tl::unexpected(from_compiler(name, executor.error()));
  return run_frames(name, model.main(), *executor, inputs, steps, {}, std::nullopt);
}

}  // namespace auklet::app
