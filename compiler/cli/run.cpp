#include <fmt/format.h>

#include <auklet/app/replay_case.hpp>
#include <auklet/app/run.hpp>
#include <auklet/app/tensor_file.hpp>
#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/compiler/segment.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "trace_writer.hpp"
#include "wave_window.hpp"

namespace auklet::app {
namespace {

using compiler::Bytes;
using compiler::Graph;

Result<std::vector<Bytes>> gather_inputs(const Graph& graph, const RunRequest& request) {
  const std::size_t count = graph.inputs.size();
  if (!request.inputs.empty() && request.inputs.size() != count) {
    return fail(ExitCode::kUsage, fmt::format("{} has {} inputs, but {} --input files are given",
                                              request.model.string(), count, request.inputs.size()));
  }
  if (request.inputs.empty()) {
    auto random = random_inputs(graph, request.steps, request.seed);
    if (!random) return fail(random.error().code, random.error().message + "; give --input");
    return random;
  }
  std::vector<Bytes> inputs;
  for (std::size_t i = 0; i < count; ++i) {
    auto input = read_tensor_file(request.inputs[i], graph.tensor(graph.inputs[i]), request.steps);
    if (!input) return tl::unexpected(input.error());
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

Result<std::vector<Bytes>> gather_expected(const Graph& graph, const RunRequest& request) {
  if (!request.expected.empty() && request.expected.size() != graph.outputs.size()) {
    return fail(ExitCode::kUsage, fmt::format("{} has {} outputs, but {} --expect files are given",
                                              request.model.string(), graph.outputs.size(), request.expected.size()));
  }
  std::vector<Bytes> expected;
  for (std::size_t i = 0; i < request.expected.size(); ++i) {
    auto output = read_tensor_file(request.expected[i], graph.tensor(graph.outputs[i]), request.steps);
    if (!output) return tl::unexpected(output.error());
    expected.push_back(std::move(*output));
  }
  return expected;
}

// Compares with one set of outputs; the first difference of all stays in the report.
void check_against(RunReport& report, const Graph& graph, const std::vector<Bytes>& expected,
                   const std::function<std::string(std::size_t)>& against) {
  if (report.verdict == Verdict::kUnchecked) report.verdict = Verdict::kBitExact;
  for (std::size_t i = 0; i < expected.size() && !report.difference; ++i) {
    report.difference = compare(report.outputs[i], expected[i], graph.tensor(graph.outputs[i]), i, against(i));
  }
  if (report.difference) report.verdict = Verdict::kMismatch;
}

// The model whose reference outputs count: the model itself, or the one that a compiled model was made from.
Result<std::vector<Bytes>> reference_outputs(const RunRequest& request, const compiler::Model& model,
                                             const std::vector<Bytes>& inputs) {
  if (request.reference.empty()) return run_reference(request.model.string(), model, inputs, request.steps);
  auto plain = load_model(request.reference);
  if (!plain) return tl::unexpected(plain.error());
  auto outputs = run_reference(request.reference.string(), *plain, inputs, request.steps);
  if (outputs && outputs->size() != model.main().outputs.size()) {
    return fail(
        ExitCode::kUsage,
        fmt::format("{} has {} outputs, but {} has {}; --reference is the model that was compiled",
                    request.reference.string(), outputs->size(), request.model.string(), model.main().outputs.size()));
  }
  return outputs;
}

// Why outputs are not compared with the CPU reference; empty when they are.
std::string why_unreferenced(const RunRequest& request, bool was_compiled) {
  if (!request.check) return "--no-check";
  if (is_reference(request.session.backend, request.session.kernels))
    return "the CPU reference itself; --expect compares it with files";
  if (was_compiled && request.reference.empty())
    return "a compiled model has no reference; give --reference or --expect";
  return "";
}

Outcome check(RunReport& report, const RunRequest& request, const compiler::Model& model, bool was_compiled,
              const std::vector<Bytes>& inputs, const std::vector<Bytes>& expected) {
  const std::string reason = why_unreferenced(request, was_compiled);
  if (reason.empty()) {
    const auto reference = reference_outputs(request, model, inputs);
    if (!reference) return tl::unexpected(reference.error());
    report.checked = "against the CPU reference";
    check_against(report, model.main(), *reference, [](std::size_t) { return "the CPU reference"; });
  }
  if (!expected.empty()) {
    report.checked = report.checked.empty() ? "against the expected files" : report.checked + " and the expected files";
    check_against(report, model.main(), expected, [&](std::size_t i) { return request.expected[i].string(); });
  }
  if (report.checked.empty()) report.checked = reason;
  return {};
}

Outcome write_outputs(const RunReport& report, const std::filesystem::path& folder) {
  for (std::size_t i = 0; i < report.outputs.size(); ++i) {
    const auto path = folder / fmt::format("out{}.bin", i);
    if (Outcome written = write_file(path, report.outputs[i]); !written) return written;
  }
  return {};
}

Result<RunReport> run_and_check(const RunRequest& request, const compiler::Model& model,
                                const std::vector<Bytes>& inputs, const std::vector<Bytes>& expected,
                                const SessionOptions& options) {
  auto session = Session::open(request.model.string(), model, options);
  if (!session) return tl::unexpected(session.error());
  auto report = session->run(inputs, request.steps);
  const std::optional<DivergenceReport>& divergence = session->divergence();
  if (divergence && !request.case_dir.empty()) {
    const auto written = write_replay_case(model, inputs, request.steps, *divergence, options, request.case_dir);
    if (!written) return tl::unexpected(written.error());
    return fail(report.error().code, report.error().message + "; " + written->sentence);
  }
  if (!report) return report;
  if (request.repeat != 0) {
    const auto seconds = session->time_cpu(inputs, request.steps, request.repeat);
    if (!seconds) return tl::unexpected(seconds.error());
    report->inference_seconds = *seconds;
  }
  if (!request.output_dir.empty()) {
    if (Outcome written = write_outputs(*report, request.output_dir); !written) return tl::unexpected(written.error());
  }
  if (Outcome ok = check(*report, request, model, session->was_compiled(), inputs, expected); !ok) {
    return tl::unexpected(ok.error());
  }
  return report;
}

// What a trace says about itself: the counters that its slices add up to, or why it ends early.
nlohmann::ordered_json about(const RunRequest& request, const Result<RunReport>& report) {
  nlohmann::ordered_json json{
      {"model", request.model.string()},
      {"backend", describe(request.session.backend).name},
      {"time", request.session.backend == Backend::kModel ? "1 us is 1 cycle, estimated" : "1 us is 1 cycle"}};
  if (!report) {
    json["failure"] = report.error().message;
    return json;
  }
  const nlohmann::ordered_json whole = to_json(*report);
  for (const char* key : {"config", "profile", "steps", "cycles", "job_cycles", "causes", "events"})
    json[key] = whole[key];
  return json;
}

}  // namespace

Result<compiler::Model> load_model(const std::filesystem::path& path) {
  auto model = compiler::read_tflite_file(path);
  if (!model) {
    Failure failure = from_compiler(path.string(), model.error());
    // The reader's own message may begin with the path.
    if (model.error().message.find(path.string()) != std::string::npos) {
      failure = from_compiler("cannot load the model", model.error());
    }
    return tl::unexpected(std::move(failure));
  }
  return std::move(*model);
}

Result<sim::MemoryProfile> profile_called(const std::string& name) {
  if (const sim::MemoryProfile* profile = sim::find_memory_profile(name)) return *profile;
  std::string names;
  for (const sim::MemoryProfile& profile : sim::kMemoryProfiles)
    names += (names.empty() ? "" : ", ") + std::string(profile.name);
  return fail(ExitCode::kUsage, fmt::format("no memory profile is called '{}'; choose one of {}", name, names));
}

Result<spec::HardwareConfig> configuration_called(const std::string& name) {
  if (const spec::HardwareConfig* found = find_configuration(name)) return *found;
  std::string names;
  for (const spec::HardwareConfig& known : spec::kConfigurations)
    names += (names.empty() ? "" : ", ") + std::string(known.name);
  return fail(ExitCode::kUsage, fmt::format("no configuration is called '{}'; choose one of {}", name, names));
}

Result<RunReport> run_model(const RunRequest& request) {
  auto model = load_model(request.model);
  if (!model) return tl::unexpected(model.error());
  // Files first: what is wrong with them should not come to light after minutes of simulation.
  const auto inputs = gather_inputs(model->main(), request);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto expected = gather_expected(model->main(), request);
  if (!expected) return tl::unexpected(expected.error());
  if (!request.trace.empty() && request.trace == request.wave.path) {
    return fail(ExitCode::kUsage, "--trace and --wave name the same file; give each its own");
  }
  SessionOptions options = request.session;
  if (!request.wave.path.empty()) {
    auto window = wave_window(request, *model, *inputs);
    if (!window) return tl::unexpected(window.error());
    if (const auto file = create_file(request.wave.path); !file) return tl::unexpected(file.error());
    options.wave = std::move(*window);
  }
  if (request.trace.empty()) return run_and_check(request, *model, *inputs, *expected, options);
  auto file = create_file(request.trace);
  if (!file) return tl::unexpected(file.error());
  TraceWriter trace(*file);
  options.timeline = &trace;
  auto report = run_and_check(request, *model, *inputs, *expected, options);
  trace.finish(about(request, report));
  file->close();
  if (report && !*file) return cannot_write(request.trace);
  return report;
}

Result<compiler::CompileReport> compile_model(const std::filesystem::path& input, const std::filesystem::path& output,
                                              const std::string& config) {
  auto configuration = configuration_called(config);
  if (!configuration) return tl::unexpected(configuration.error());
  auto model = load_model(input);
  if (!model) return tl::unexpected(model.error());
  if (!compiler::find_segments(model->main()).empty()) {
    return fail(ExitCode::kModelRefused,
                input.string() + " has NPU segments already; give the model that it was compiled from");
  }
  auto compiled = compiler::compile(*model, {.config = *configuration});
  if (!compiled) return tl::unexpected(from_compiler(input.string(), compiled.error()));
  if (const auto written = compiler::write_tflite_file(compiled->model, output); !written) {
    return tl::unexpected(from_compiler(output.string(), written.error()));
  }
  return std::move(compiled->report);
}

}  // namespace auklet::app
