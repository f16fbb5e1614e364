#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <auklet/spec/spec.hpp>
#include <set>
#include <string>

#include "version.hpp"

namespace auklet::app {
namespace {

constexpr const char* kOptimizedKernels = "optimized";
constexpr const char* kReferenceKernels = "reference";

constexpr const char* kFooter =
    "Exit codes: 0 ok; 1 an output differs; 2 wrong arguments or files; 3 the model is refused;\n"
    "4 the NPU or its driver reports a fault; 5 a deadline passed; 6 this build lacks the backend;\n"
    "7 a defect of the program. Errors are one sentence on stderr.";

std::string version_text() {
  std::string backends;
  for (const BackendName& backend : kBackends) {
    if (is_available(backend.backend)) backends += std::string(" ") + backend.name;
  }
  return fmt::format("auklet {} (hardware {}.{}.{}, command stream {}; backends:{})", kVersion,
                     spec::kHardwareVersionMajor, spec::kHardwareVersionMinor, spec::kHardwareVersionPatch,
                     spec::kStreamVersion, backends);
}

std::string configuration_names() {
  std::string names;
  for (const spec::HardwareConfig& config : spec::kConfigurations)
    names += (names.empty() ? "" : ", ") + std::string(config.name);
  return names;
}

std::string backend_names() {
  std::string backends;
  for (const BackendName& backend : kBackends)
    backends += fmt::format("{}{} ({})", backends.empty() ? "" : ", ", backend.name, backend.description);
  return backends;
}

// Where CLI11 puts what it reads.
struct Arguments {
  RunCommand run;
  CompileCommand compile{.config = spec::kDefaultConfiguration.name};
  InfoCommand info;
  BenchCommand bench;
  ReportCommand report;
  std::string backend = describe(Backend::kRtl).name;
  std::string kernels = kOptimizedKernels;
  std::vector<std::string> backends{backend};
  bool no_check = false;
  std::string check;
};

constexpr const char* kCaseDirectory = "lockstep-case";

CLI::App* add_run(CLI::App& app, Arguments& arguments) {
  CLI::App* run = app.add_subcommand("run", "Run a model and compare it with the CPU reference");
  RunRequest& request = arguments.run.request;
  SessionOptions& session = request.session;
  request.case_dir = kCaseDirectory;
  run->add_option("MODEL", request.model, "A .tflite file, plain or compiled")->required();
  run->add_option("--input", request.inputs,
                  "One file an input, in order: raw little-endian bytes or .npy; without any, random values");
  run->add_option("--backend", arguments.backend, "What runs it: " + backend_names())->capture_default_str();
  run->add_option("--kernels", arguments.kernels, "Of operators on the CPU: optimized, or reference")
      ->capture_default_str();
  run->add_option("--config", session.config,
                  "Hardware: " + configuration_names() + "; default: the compiled model's, else " +
                      spec::kDefaultConfiguration.name);
  run->add_option("--profile", session.profile, "Memory: sram, or flash (weights at 1 byte a cycle)")
      ->capture_default_str();
  run->add_option("--steps", request.steps,
                  "Frames in each input file, fed one after the other to a model that keeps its state")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->capture_default_str();
  run->add_option("--repeat", request.repeat,
                  "Backend cpu: run it that often once more and report the median time (--json: inference_seconds)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  run->add_option("--deadline", session.deadline_cycles, "Simulated cycles that one NPU job may take")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 48))
      ->capture_default_str();
  run->add_option("--seed", request.seed, "Of the random inputs")->capture_default_str();
  run->add_option("--output-dir", request.output_dir, "Folder to write every output to, as outK.bin (raw)");
  run->add_option("--expect", request.expected, "One file an output to compare with, in order");
  run->add_option("--reference", request.reference, "The plain model that a compiled one is checked against");
  run->add_option("--check", arguments.check,
                  "Also run this backend (model) in lock-step with the RTL and stop at the first difference");
  run->add_option("--case-dir", request.case_dir,
                  "Folder for what --check finds: the operator alone, its inputs, a waveform of the cycles around it")
      ->capture_default_str();
  run->add_flag("--no-check", arguments.no_check, "Do not run the CPU reference");
  run->add_option("--trace", request.trace, "Write what ran when, for Perfetto (JSON)");
  run->add_option("--wave", request.wave.path, "Record a waveform of the RTL (FST)");
  run->add_option("--from", request.wave.from, "Where the waveform begins: a cycle, layer:N, or a layer's name")
      ->needs("--wave");
  run->add_option("--to", request.wave.to, "Where it ends: likewise; a cycle is the first one not recorded")
      ->needs("--wave");
  run->add_flag("--stalls", arguments.run.stalls, "Print where each layer's NPU cycles went, too");
  run->add_flag("--json", arguments.run.json, "Print one JSON object instead of the table");
  return run;
}

CLI::App* add_compile(CLI::App& app, CompileCommand& command) {
  CLI::App* compile = app.add_subcommand("compile", "Compile a model's NPU segments");
  compile->add_option("MODEL", command.model, "A plain .tflite file")->required();
  compile->add_option("-o,--output", command.output, "The .tflite file to write; with --emit cpp the folder")
      ->required();
  compile->add_option("--emit", command.emit, "What to write: tflite, or cpp (NAME.hpp and NAME.cpp, for firmware)")
      ->capture_default_str();
  compile->add_option("--name", command.name, "With --emit cpp: NAME; default: from the model's file name");
  compile->add_option("--config", command.config, "Hardware: " + configuration_names())->capture_default_str();
  compile->add_flag("--json", command.json, "Print one JSON object");
  return compile;
}

CLI::App* add_info(CLI::App& app, InfoCommand& command) {
  CLI::App* info = app.add_subcommand("info", "Show a model's operators and where they would run");
  info->add_option("MODEL", command.model, "A .tflite file, plain or compiled")->required();
  info->add_option("--config", command.config, "Hardware: " + configuration_names());
  info->add_option("--profile", command.profile, "Memory that cycles are estimated for: sram, or flash")
      ->capture_default_str();
  info->add_flag("--json", command.json, "Print one JSON object");
  return info;
}

CLI::App* add_bench(CLI::App& app, Arguments& arguments) {
  CLI::App* bench = app.add_subcommand("bench", "Measure models in several settings, for 'auklet report' and others");
  BenchRequest& request = arguments.bench.request;
  bench->add_option("MODEL", request.models, ".tflite files, plain or compiled; NAME=FILE names one")->required();
  bench->add_option("-o,--output", arguments.bench.output, "The results to write (JSON, Google Benchmark's format)")
      ->required();
  bench->add_option("--backend", arguments.backends, "One or several of: " + backend_names())
      ->delimiter(',')
      ->capture_default_str();
  bench
      ->add_option("--config", request.configs,
                   "Hardware, one or several of: " + configuration_names() + "; default: the compiled model's, else " +
                       spec::kDefaultConfiguration.name)
      ->delimiter(',');
  bench->add_option("--profile", request.profiles, "Memory, one or several of: sram, flash")
      ->delimiter(',')
      ->capture_default_str();
  bench->add_option("--repetitions", request.repetitions, "Timed runs of each")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
      ->capture_default_str();
  bench->add_option("--seed", request.seed, "Of the random inputs")->capture_default_str();
  bench->add_option("--deadline", request.deadline_cycles, "Simulated cycles that one NPU job may take")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 48))
      ->capture_default_str();
  bench->add_flag("--no-check", arguments.no_check, "Do not run the CPU reference");
  return bench;
}

CLI::App* add_report(CLI::App& app, ReportCommand& command) {
  CLI::App* report = app.add_subcommand("report", "Make a page of what 'auklet bench' has measured");
  report->add_option("RESULTS", command.request.results, "Files that 'auklet bench' wrote")->required();
  report->add_option("-o,--output", command.output, "The page to write (HTML)")->required();
  report->add_option("--energy-table", command.request.energy_table,
                     "Picojoules of each operation (JSON, docs/energy.md) in place of the built-in table");
  report->add_option("--title", command.request.title, "Of the page")->capture_default_str();
  return report;
}

// The backend of that name, or a mistake in words.
tl::expected<Backend, Finished> backend_called(const std::string& name) {
  for (const BackendName& backend : kBackends) {
    if (name == backend.name) return backend.backend;
  }
  return tl::unexpected(
      Finished{ExitCode::kUsage, fmt::format("no backend is called '{}'; choose rtl, model or cpu", name)});
}

Command finish_bench(Arguments& arguments) {
  BenchRequest& request = arguments.bench.request;
  request.check = !arguments.no_check;
  request.backends.clear();
  for (const std::string& name : arguments.backends) {
    const auto backend = backend_called(name);
    if (!backend) return backend.error();
    request.backends.push_back(*backend);
  }
  return arguments.bench;
}

Command finish_run(Arguments& arguments) {
  RunRequest& request = arguments.run.request;
  request.check = !arguments.no_check;
  if (!arguments.check.empty() && arguments.check != describe(Backend::kModel).name) {
    return Finished{ExitCode::kUsage, fmt::format("cannot check against '{}'; --check takes model", arguments.check)};
  }
  if (arguments.kernels != kOptimizedKernels && arguments.kernels != kReferenceKernels) {
    return Finished{ExitCode::kUsage,
                    fmt::format("no kernels are called '{}'; choose optimized or reference", arguments.kernels)};
  }
  request.session.kernels =
      arguments.kernels == kReferenceKernels ? compiler::CpuKernels::kReference : compiler::CpuKernels::kOptimized;
  request.session.lockstep = !arguments.check.empty();
  if (request.session.lockstep && arguments.backend != describe(Backend::kRtl).name) {
    return Finished{ExitCode::kUsage,
                    "--check model compares the RTL with the functional model; use it with --backend rtl"};
  }
  if (request.repeat != 0 && arguments.backend != describe(Backend::kCpu).name) {
    return Finished{ExitCode::kUsage, "--repeat times the CPU kernels; use it with --backend cpu"};
  }
  const auto backend = backend_called(arguments.backend);
  if (!backend) return backend.error();
  request.session.backend = *backend;
  return arguments.run;
}

Command finish_compile(const CompileCommand& command) {
  if (command.emit != kEmitTflite && command.emit != kEmitCpp) {
    return Finished{ExitCode::kUsage, fmt::format("cannot emit '{}'; --emit takes tflite or cpp", command.emit)};
  }
  if (command.emit != kEmitCpp && !command.name.empty()) {
    return Finished{ExitCode::kUsage, "only C++ code has a name; use --name with --emit cpp"};
  }
  return command;
}

// CLI11's message as one sentence.
std::string sentence(const std::string& message) {
  std::string text = message.substr(0, message.find('\n'));
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text + "; see 'auklet --help'";
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app("Compile and run int8 models for the Auklet NPU.", "auklet");
  app.footer(kFooter);
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  const CLI::App* run = add_run(app, arguments);
  const CLI::App* compile = add_compile(app, arguments.compile);
  add_info(app, arguments.info);
  const CLI::App* bench = add_bench(app, arguments);
  const CLI::App* report = add_report(app, arguments.report);
  std::set<std::string> names;
  for (CLI::App* command : app.get_subcommands({})) {
    command->footer(kFooter);
    names.insert(command->get_name());
  }
  // CLI11 would only say that a command is missing.
  const std::string first = argc > 1 ? argv[1] : "--help";
  if (!first.starts_with('-') && !names.contains(first)) {
    return Finished{ExitCode::kUsage,
                    fmt::format("no command is called '{}'; choose run, compile, info, bench or report", first)};
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Finished{ExitCode::kOk, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Finished{ExitCode::kOk, std::string(version.what()) + '\n'};
  } catch (const CLI::ParseError& error) {
    return Finished{ExitCode::kUsage, sentence(error.what())};
  }
  if (run->parsed()) return finish_run(arguments);
  if (compile->parsed()) return finish_compile(arguments.compile);
  if (bench->parsed()) return finish_bench(arguments);
  if (report->parsed()) return arguments.report;
  return arguments.info;
}

}  // namespace auklet::app
