#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/replay_case.hpp>
#include <auklet/app/tensor_file.hpp>
#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/extract.hpp>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace auklet::app {
namespace {

using compiler::Bytes;
using compiler::Model;

// Cycles that the waveform shows before and after the difference.
constexpr std::uint64_t kBefore = 400;
constexpr std::uint64_t kAfter = 100;

// A model with the inputs to run it on.
struct Candidate {
  const char* what;
  Model model;
  std::vector<Bytes> inputs;
  std::size_t steps = 1;
};

// The values that tensors have in a frame, by name: numbers differ from one model to the other.
using Values = std::map<std::string, Bytes>;

std::vector<std::span<const std::byte>> frame_of(std::span<const Bytes> inputs, std::size_t steps, std::size_t frame) {
  std::vector<std::span<const std::byte>> values;
  for (const Bytes& input : inputs) {
    const std::size_t bytes = input.size() / steps;
    values.push_back(std::span(input).subspan(frame * bytes, bytes));
  }
  return values;
}

// Empty when the CPU cannot run the model, as one that was compiled.
Values values_in_frame(const Model& model, std::span<const Bytes> inputs, std::size_t steps, std::size_t frame) {
  Values values;
  auto executor = compiler::Executor::create(model);
  if (!executor) return values;
  compiler::ExecutorHooks hooks;
  hooks.on_tensor = [&](const compiler::Graph& graph, std::int32_t tensor, std::span<const std::byte> value) {
    values[graph.tensor(tensor).name].assign(value.begin(), value.end());
  };
  for (std::size_t i = 0; i <= frame; ++i) {
    const auto given = frame_of(inputs, steps, i);
    if (!executor->run(given, hooks)) return {};
    for (std::size_t k = 0; k < given.size(); ++k) {
      values[model.main().tensor(model.main().inputs[k]).name].assign(given[k].begin(), given[k].end());
    }
  }
  return values;
}

std::optional<Candidate> part_of(const char* what, const Model& model, std::size_t first, std::size_t count,
                                 const Values& values) {
  Candidate part{what, compiler::extract(model, first, count), {}};
  if (!compiler::validate(part.model)) return std::nullopt;
  for (const std::int32_t input : part.model.main().inputs) {
    const auto value = values.find(part.model.main().tensor(input).name);
    if (value == values.end()) return std::nullopt;
    part.inputs.push_back(value->second);
  }
  return part;
}

// The least first.
std::vector<Candidate> candidates(const Model& model, std::span<const Bytes> inputs, std::size_t steps,
                                  const DivergenceReport& divergence) {
  std::vector<Candidate> result;
  const Values values = values_in_frame(model, inputs, steps, divergence.frame);
  if (divergence.source_operator && *divergence.source_operator < model.main().operators.size() && !values.empty()) {
    const std::size_t last = *divergence.source_operator;
    if (auto part = part_of("the operator alone", model, last, 1, values)) result.push_back(std::move(*part));
    if (auto part = part_of("the model up to the operator", model, 0, last + 1, values)) {
      result.push_back(std::move(*part));
    }
  }
  result.push_back({"the whole model", model, {inputs.begin(), inputs.end()}, steps});
  return result;
}

// What differs when the candidate runs.
Result<std::optional<DivergenceReport>> run_again(const Candidate& candidate, SessionOptions options) {
  options.on_progress = {};
  options.timeline = nullptr;
  auto session = Session::open("the case", candidate.model, std::move(options));
  if (!session) return tl::unexpected(session.error());
  const auto run = session->run(candidate.inputs, candidate.steps);
  if (!run && !session->divergence()) return tl::unexpected(run.error());
  return session->divergence();
}

// Whether a run of the candidate left a waveform.
bool record(const Candidate& candidate, std::uint64_t cycle, SessionOptions options,
            const std::filesystem::path& folder) {
  if (options.backend != Backend::kRtl) return false;
  options.wave = WaveRequest{(folder / "wave.fst").string(), cycle - std::min(cycle, kBefore), cycle + kAfter};
  return run_again(candidate, std::move(options)).has_value();
}

std::string command_for(const Candidate& candidate, const SessionOptions& options,
                        const std::filesystem::path& folder) {
  std::string command = fmt::format("auklet run {}", (folder / "model.tflite").string());
  if (!candidate.inputs.empty()) command += " --input";
  for (std::size_t i = 0; i < candidate.inputs.size(); ++i) {
    command += ' ' + (folder / fmt::format("in{}.bin", i)).string();
  }
  if (!options.config.empty()) command += " --config " + options.config;
  command += " --profile " + options.profile;
  if (candidate.steps != 1) command += fmt::format(" --steps {}", candidate.steps);
  return command + " --check model";
}

Outcome write_files(const Candidate& candidate, const std::filesystem::path& folder) {
  const auto bytes = compiler::write_tflite(candidate.model);
  if (!bytes) return tl::unexpected(from_compiler((folder / "model.tflite").string(), bytes.error()));
  if (Outcome written = write_file(folder / "model.tflite", *bytes); !written) return written;
  for (std::size_t i = 0; i < candidate.inputs.size(); ++i) {
    if (Outcome written = write_file(folder / fmt::format("in{}.bin", i), candidate.inputs[i]); !written)
      return written;
  }
  return {};
}

}  // namespace

Result<ReplayCase> write_replay_case(const Model& model, std::span<const Bytes> inputs, std::size_t steps,
                                     const DivergenceReport& divergence, const SessionOptions& options,
                                     const std::filesystem::path& folder) {
  const std::vector<Candidate> all = candidates(model, inputs, steps, divergence);
  const Candidate* chosen = &all.back();
  std::optional<DivergenceReport> again;
  for (const Candidate& candidate : all) {
    const auto found = run_again(candidate, options);
    if (!found) continue;
    const std::optional<DivergenceReport>& differs = *found;
    if (!differs || differs->what.kind != divergence.what.kind) continue;
    chosen = &candidate;
    again = differs;
    break;
  }
  if (Outcome written = write_files(*chosen, folder); !written) return tl::unexpected(written.error());
  ReplayCase result;
  result.what = chosen->what;
  result.repeats = again.has_value();
  result.command = command_for(*chosen, options, folder);
  result.waveform = again && record(*chosen, again->what.cycle, options, folder);
  result.sentence = fmt::format("{} is in {}{}: {}{}", result.what, folder.string(),
                                result.waveform ? ", with a waveform of the cycles around the difference" : "",
                                result.command, result.repeats ? "" : " (but it was equal when run again)");
  const std::string readme =
      fmt::format("The RTL and the functional model differ {}.\n\nHere: {}.\n{}\n", divergence.sentence,
                  result.sentence, again ? fmt::format("It differs {}.", again->sentence) : "");
  if (Outcome written = write_file(folder / "README.txt", std::as_bytes(std::span(readme))); !written) {
    return tl::unexpected(written.error());
  }
  return result;
}

}  // namespace auklet::app
