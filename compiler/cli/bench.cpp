#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <auklet/app/bench.hpp>
#include <auklet/app/run.hpp>
#include <auklet/app/session.hpp>
#include <auklet/app/tensor_file.hpp>
#include <auklet/compiler/segment.hpp>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <utility>

#include "bench_detail.hpp"
#include "bench_results.hpp"
#include "version.hpp"

namespace auklet::app {
namespace {

using compiler::Bytes;
using nlohmann::ordered_json;

struct NamedModel {
  std::string name;
  std::filesystem::path path;
  compiler::Model model;
};

// One benchmark.
struct Case {
  const NamedModel* model = nullptr;
  Backend backend = Backend::kRtl;
  std::string config;   ///< Empty: the model's own. On the CPU neither this nor the profile matters.
  std::string profile;  ///< Name of a memory profile.

  [[nodiscard]] std::string name() const {
    if (backend == Backend::kCpu) return fmt::format("{}/{}", model->name, describe(backend).name);
    return fmt::format("{}/{}/{}/{}", model->name, config, profile, describe(backend).name);
  }
};

Result<std::vector<NamedModel>> load_models(const std::vector<std::string>& arguments) {
  std::vector<NamedModel> models;
  std::set<std::string> names;
  for (const std::string& argument : arguments) {
    const std::size_t sign = argument.find('=');
    NamedModel named;
    named.path = sign == std::string::npos ? argument : argument.substr(sign + 1);
    named.name = sign == std::string::npos ? named.path.stem().string() : argument.substr(0, sign);
    if (named.name.empty()) return fail(ExitCode::kUsage, fmt::format("'{}' has no name before its '='", argument));
    if (!names.insert(named.name).second) {
      return fail(ExitCode::kUsage,
                  fmt::format("two models are called '{}'; give them names, as NAME=FILE", named.name));
    }
    auto model = load_model(named.path);
    if (!model) return tl::unexpected(model.error());
    named.model = std::move(*model);
    models.push_back(std::move(named));
  }
  return models;
}

// What is asked for, without repetition.
template <typename T>
std::vector<T> distinct(const std::vector<T>& values) {
  std::vector<T> result;
  for (const T& value : values) {
    if (std::ranges::find(result, value) == result.end()) result.push_back(value);
  }
  return result;
}

Outcome check_names(const BenchRequest& request) {
  for (const std::string& profile : request.profiles) {
    if (const auto found = profile_called(profile); !found) return tl::unexpected(found.error());
  }
  for (const std::string& config : request.configs) {
    const auto found = configuration_called(config);
    if (!found) return tl::unexpected(found.error());
    for (const Backend backend : request.backends) {
      if (backend == Backend::kCpu) continue;
      if (const auto device = make_simulated_npu(backend, *found); !device) return tl::unexpected(device.error());
    }
  }
  for (const Backend backend : request.backends) {
    if (backend == Backend::kCpu || !request.configs.empty()) continue;
    const auto device = make_simulated_npu(backend, spec::kDefaultConfiguration);
    if (!device) return tl::unexpected(device.error());
  }
  return {};
}

// The configuration that a compiled model is for, else the default.
std::string own_configuration(const compiler::Model& model) {
  for (const std::size_t index : compiler::find_segments(model.main())) {
    if (const auto view = compiler::read_segment(model.main(), model.main().operators[index])) return view->config.name;
  }
  return spec::kDefaultConfiguration.name;
}

std::vector<Case> cases_of(const BenchRequest& request, const std::vector<NamedModel>& models) {
  std::vector<Case> cases;
  for (const NamedModel& model : models) {
    const std::vector<std::string> configs =
        request.configs.empty() ? std::vector{own_configuration(model.model)} : distinct(request.configs);
    bool on_cpu = false;
    for (const std::string& config : configs) {
      for (const std::string& profile : distinct(request.profiles)) {
        for (const Backend backend : distinct(request.backends)) {
          if (backend == Backend::kCpu && std::exchange(on_cpu, true)) continue;
          cases.push_back({&model, backend, config, profile});
        }
      }
    }
  }
  return cases;
}

class CaseRunner {
 public:
  CaseRunner(const BenchRequest& request, const Case& what, std::function<void(double)> on_progress)
      : request_(request), case_(what), on_progress_(std::move(on_progress)) {}

  Result<Measured> run() {
    auto inputs = random_inputs(case_.model->model.main(), 1, request_.seed);
    if (!inputs) return tl::unexpected(inputs.error());
    Measured measured{.name = case_.name(), .runs = {}};
    UnitTimeline timeline;
    auto session = open(&timeline);
    if (!session) return tl::unexpected(session.error());
    auto first = session->run(*inputs);
    if (!first) return tl::unexpected(first.error());
    if (Outcome equal = check(*first, *inputs); !equal) return tl::unexpected(equal.error());
    for (std::size_t i = 0; i < request_.repetitions; ++i) {
      ++runs_done_;
      auto timed = run_timed(*inputs, *first);
      if (!timed) return tl::unexpected(timed.error());
      measured.runs.push_back(*timed);
    }
    auto details = describe_run(*session, *first, timeline);
    if (!details) return tl::unexpected(details.error());
    measured.counters = std::move(details->counters);
    measured.detail = std::move(details->json);
    return measured;
  }

 private:
  // A device that comes out of reset, for each run: its cycles are those of `auklet run`.
  Result<Session> open(TimelineSink* timeline) {
    SessionOptions options{.backend = case_.backend, .config = case_.config, .profile = case_.profile};
    options.deadline_cycles = request_.deadline_cycles;
    options.timeline = case_.backend == Backend::kCpu ? nullptr : timeline;
    options.on_progress = [this](double share) {
      const auto runs = static_cast<double>(request_.repetitions + 1);
      if (on_progress_) on_progress_((static_cast<double>(runs_done_) + share) / runs);
    };
    return Session::open(case_.model->name, case_.model->model, std::move(options));
  }

  Outcome check(RunReport& report, const std::vector<Bytes>& inputs) const {
    const compiler::Graph& graph = case_.model->model.main();
    const bool compiled = !compiler::find_segments(graph).empty();
    const bool reference = is_reference(case_.backend, SessionOptions().kernels);
    if (!request_.check || compiled || reference) {
      report.checked = !request_.check ? "--no-check" : compiled ? "a compiled model" : "the CPU reference itself";
      return {};
    }
    const auto expected = run_reference(case_.model->name, case_.model->model, inputs);
    if (!expected) return tl::unexpected(expected.error());
    for (std::size_t i = 0; i < expected->size(); ++i) {
      const auto difference =
          compare(report.outputs[i], (*expected)[i], graph.tensor(graph.outputs[i]), i, "the CPU reference");
      if (!difference) continue;
      return fail(ExitCode::kMismatch,
                  fmt::format("{}: output {} differs from the CPU reference in {} of {} elements, first in element {}",
                              case_.name(), i, difference->differing, difference->elements, difference->element));
    }
    report.verdict = Verdict::kBitExact;
    report.checked = "against the CPU reference";
    return {};
  }

  Result<TimedRun> run_timed(const std::vector<Bytes>& inputs, const RunReport& first) {
    auto session = open(nullptr);
    if (!session) return tl::unexpected(session.error());
    const auto real = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    const auto report = session->run(inputs);
    constexpr double kMilli = 1000;
    TimedRun timed{
        .real_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - real).count(),
        .cpu_ms = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC * kMilli};
    if (!report) return tl::unexpected(report.error());
    timed.simulated_cycles_per_second = report->sim_cycles_per_second;
    if (report->cycles == first.cycles && report->outputs == first.outputs) return timed;
    return fail(ExitCode::kInternal, fmt::format("{}: a run differs from the one before: {} cycles, then {}",
                                                 case_.name(), first.cycles, report->cycles));
  }

  const BenchRequest& request_;
  const Case& case_;
  std::function<void(double)> on_progress_;
  std::size_t runs_done_ = 0;
};

ordered_json context_of(const BenchRequest& request) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  static_cast<void>(gmtime_r(&now, &utc));
  std::array<char, 32> date{};
  const std::size_t length = std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S+00:00", &utc);
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host.front() = '\0';
#ifdef NDEBUG
  constexpr const char* kBuild = "release";
#else
  constexpr const char* kBuild = "debug";
#endif
  return {{"date", std::string(date.data(), length)},
          {"host_name", host.data()},
          {"executable", request.executable},
          {"num_cpus", std::thread::hardware_concurrency()},
          {"library_build_type", kBuild},
          {"json_schema_version", 1},
          {"auklet", {{"version", kResultsVersion}, {"program", kVersion}, {"seed", request.seed}}}};
}

}  // namespace

Result<BenchResults> run_bench(const BenchRequest& request) {
  if (Outcome ok = check_names(request); !ok) return tl::unexpected(ok.error());
  const auto models = load_models(request.models);
  if (!models) return tl::unexpected(models.error());
  const std::vector<Case> cases = cases_of(request, *models);
  BenchResults results;
  std::vector<Measured> all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CaseRunner runner(request, cases[i], [&](double share) {
      if (request.on_progress) {
        request.on_progress((static_cast<double>(i) + share) / static_cast<double>(cases.size()));
      }
    });
    auto measured = runner.run();
    if (!measured && !results.failure) results.failure = measured.error();
    all.push_back(measured ? std::move(*measured)
                           : Measured{.name = cases[i].name(), .runs = {}, .failure = measured.error()});
  }
  results.json = results_json(context_of(request), all);
  results.table = results_table(all);
  return results;
}

}  // namespace auklet::app
