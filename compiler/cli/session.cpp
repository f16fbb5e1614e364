#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/npu_runner.hpp>
#include <auklet/app/run.hpp>
#include <auklet/app/session.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/segment.hpp>
#include <chrono>
#include <utility>

#include "frames.hpp"
#include "job_recorder.hpp"
#include "layers.hpp"
#include "operations.hpp"

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

std::int32_t tensor_called(const compiler::Graph& graph, const std::string& name) {
  const auto found = std::ranges::find(graph.tensors, name, &compiler::Tensor::name);
  return found == graph.tensors.end() ? compiler::kAbsent : static_cast<std::int32_t>(found - graph.tensors.begin());
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
  std::vector<compiler::SegmentReport> segments;  // Of what was compiled here.
  JobRecorder recorder;                           // Used with options.timeline only.
  std::unique_ptr<SimulatedNpu> npu;
  std::unique_ptr<NpuRunner> runner;  // Refers to npu.
  std::unique_ptr<compiler::Executor> executor;

  // Of the current run.
  RunReport report;
  std::optional<Failure> failure;
  std::optional<DivergenceReport> divergence;
  std::size_t frame = 0;  // That runs.
  double weight_done = 0;
  double weight_all = 1;
  double weight_now = 0;
  std::chrono::steady_clock::time_point operator_began;

  Outcome prepare();
  Outcome prepare_cpu();
  Outcome prepare_npu();
  Outcome create_executor();
  compiler::Outcome run_segment(const compiler::CustomCall& call);
  // What the lock-step has found by now, as a failure.
  Outcome check_lockstep(const compiler::CustomCall& call);
  DivergenceReport explain(const sim::Divergence& found, const compiler::CustomCall& call) const;
  void report_job(const compiler::CustomCall& call, std::uint64_t begin, std::uint64_t end);
  void report_cpu_operator(std::size_t index);
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
  if (options.wave) return fail(ExitCode::kUsage, "only the RTL has waveforms; use --wave with --backend rtl");
  // Compiled only for what it says about the layers.
  auto compiled = compiler::compile(source, {.config = config});
  if (!compiled) return tl::unexpected(from_compiler(name, compiled.error()));
  executable = source;
  layers = cpu_layers_of(compiled->report);
  return {};
}

Outcome Session::State::prepare_npu() {
  auto made = options.make_device ? options.make_device(config, options.wave)
                                  : make_simulated_npu(options.backend, config, options.wave);
  if (!made) return tl::unexpected(made.error());
  npu = std::move(*made);
  if (options.lockstep) npu = check_against_model(std::move(npu), config);
  if (options.timeline != nullptr && !npu->target().observe(&recorder)) {
    return fail(ExitCode::kNoBackend, "this backend does not tell what it does; leave --trace out");
  }
  if (was_compiled) {
    executable = source;
    auto found = layers_of(name, executable.main());
    if (!found) return tl::unexpected(found.error());
    layers = std::move(*found);
  } else {
    auto compiled = compiler::compile(source, {.config = config});
    if (!compiled) return tl::unexpected(from_compiler(name, compiled.error()));
    layers = layers_of(*compiled);
    segments = std::move(compiled->report.segments);
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
  compiler::ExecutorOptions executor_options{.kernels = options.kernels};
  if (runner) executor_options.custom_codes = {compiler::kNpuCustomCode};
  auto created = compiler::Executor::create(executable, executor_options);
  if (!created) return tl::unexpected(from_compiler(name, created.error()));
  executor = std::make_unique<compiler::Executor>(std::move(*created));
  return {};
}

void Session::State::report_job(const compiler::CustomCall& call, std::uint64_t begin, std::uint64_t end) {
  if (options.timeline == nullptr) return;
  const auto view = compiler::read_segment(call.graph, call.op());
  if (!view) return;
  JobTimeline job = recorder.take(view->stream, begin, end);
  job.segment = call.graph.describe_operator(call.operator_index);
  job.rows = layers.steps[call.operator_index].rows;
  job.beat_bytes = config.axi_data_bits / 8;
  job.has_beats = options.backend == Backend::kRtl;
  options.timeline->on_job(job, report.layers);
}

void Session::State::report_cpu_operator(std::size_t index) {
  if (options.timeline == nullptr || layers.steps[index].is_segment) return;
  const auto took = std::chrono::ceil<std::chrono::microseconds>(std::chrono::steady_clock::now() - operator_began);
  CpuRun run{.row = layers.steps[index].rows.front(),
             .microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1))};
  if (npu) run.cycle = npu->target().cycle();
  options.timeline->on_cpu_operator(run, report.layers);
}

compiler::Outcome Session::State::run_segment(const compiler::CustomCall& call) {
  recorder.begin();
  const std::uint64_t begin = npu->target().cycle();
  const auto run = runner->run(call);
  // A job that failed has no interrupt to count to.
  report_job(call, run ? run->submitted : begin, run ? run->submitted + run->cycles : npu->target().cycle());
  if (Outcome equal = check_lockstep(call); !equal) {
    failure = equal.error();
    return compiler::fail(compiler::ErrorCode::kExecution, failure->message);
  }
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

Outcome Session::State::check_lockstep(const compiler::CustomCall& call) {
  const std::optional<sim::Divergence> found = npu->divergence();
  if (!found) return {};
  divergence = explain(*found, call);
  divergence->frame = frame;
  return fail(ExitCode::kMismatch, fmt::format("{}: the {} and the functional model differ {}", name,
                                               describe(options.backend).description, divergence->sentence));
}

DivergenceReport Session::State::explain(const sim::Divergence& found, const compiler::CustomCall& call) const {
  const auto segment = compiler::read_segment(call.graph, call.op());  // It has run, so there is one.
  if (!segment) {
    DivergenceReport unknown;
    unknown.what = found;
    unknown.sentence = segment.error().message;
    return unknown;
  }
  std::span<const compiler::CommandMark> marks;
  for (const compiler::SegmentReport& compiled : segments) {
    if (compiled.operator_index == call.operator_index) marks = compiled.marks;
  }
  // Tensors have other numbers in the source, but the same names and shapes.
  std::vector<std::int32_t> window_tensors;
  for (const compiler::SegmentWindow& window : segment->segment.windows) {
    std::int32_t tensor = compiler::kAbsent;
    if (window.role == compiler::WindowRole::kInput) tensor = call.op().inputs[window.index];
    if (window.role == compiler::WindowRole::kOutput) tensor = call.op().outputs[window.index];
    if (tensor != compiler::kAbsent) tensor = tensor_called(source.main(), call.graph.tensor(tensor).name);
    window_tensors.push_back(tensor);
  }
  return locate(found, {.source = source.main(),
                        .segment = *segment,
                        .marks = marks,
                        .window_tensors = window_tensors,
                        .memory = runner->find_address(call.operator_index, found.address)});
}

void Session::State::begin_report(std::size_t steps) {
  report = {};
  failure.reset();
  divergence.reset();
  frame = 0;
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
const std::optional<DivergenceReport>& Session::divergence() const { return state_->divergence; }
bool Session::was_compiled() const { return state_->was_compiled; }
const std::vector<LayerRow>& Session::layers() const { return state_->layers.rows; }
const sim::MemoryProfile& Session::profile() const { return state_->profile; }

Result<std::vector<LayerOperations>> Session::operations() const {
  return operations_of(state_->name, state_->executable.main(), state_->layers);
}

std::vector<SessionSegment> Session::segments() const {
  std::vector<SessionSegment> segments;
  for (const compiler::SegmentReport& report : state_->segments) {
    segments.push_back({&report, &state_->layers.steps[report.operator_index].rows});
  }
  return segments;
}

Result<RunReport> Session::run(std::span<const Bytes> inputs, std::size_t steps) {
  State& state = *state_;
  state.begin_report(steps);
  compiler::ExecutorHooks hooks;
  hooks.before_operator = [&](const compiler::Graph&, std::size_t index) {
    state.weight_now = state.layers.steps[index].weight;
    state.progress(0);
    state.operator_began = std::chrono::steady_clock::now();
  };
  hooks.after_operator = [&](const compiler::Graph& graph, std::size_t index) {
    state.report_cpu_operator(index);
    state.weight_done += state.weight_now;
    if (index + 1 == graph.operators.size()) ++state.frame;
  };
  hooks.run_custom = [&](const compiler::CustomCall& call) { return state.run_segment(call); };
  auto frames = run_frames(state.name, state.source.main(), *state.executor, inputs, steps, hooks, state.failure);
  if (!frames) return tl::unexpected(frames.error());
  if (state.npu) {
    if (const auto violations = state.npu->protocol_violations(); !violations.empty()) {
      return fail(ExitCode::kNpuFault,
                  fmt::format("{}: the RTL broke the AXI protocol: {}", state.name, violations.front()));
    }
    if (state.options.wave && state.npu->target().cycle() <= state.options.wave->from) {
      return fail(
          ExitCode::kUsage,
          fmt::format("{}: the run ended in cycle {}, before the waveform's beginning in cycle {}; give an earlier "
                      "--from",
                      state.name, state.npu->target().cycle(), state.options.wave->from));
    }
    state.report.sim_cycles_per_second = state.runner->cycles_per_second();
  }
  state.report.inference_seconds = frames->took.count();
  state.report.outputs = std::move(frames->outputs);
  return std::move(state.report);
}

Result<double> Session::time_cpu(std::span<const Bytes> inputs, std::size_t steps, std::size_t repetitions) {
  State& state = *state_;
  if (state.runner || repetitions == 0) return fail(ExitCode::kUsage, "only runs on the CPU are timed, once at least");
  return time_frames(state.name, graph(), *state.executor, inputs, steps, repetitions);
}

}  // namespace auklet::app
