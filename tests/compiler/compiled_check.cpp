#include "compiled_check.hpp"

#include <algorithm>
#include <auklet/compiler/emit.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <regex>
#include <stdexcept>

#include "segment_runner.hpp"

namespace auklet::compiler::test {
namespace {

namespace fs = std::filesystem;

void write_bytes(const fs::path& path, const std::vector<std::byte>& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream) throw std::runtime_error("cannot write " + path.string());
}

// Writes the case's files; returns the command that runs them. `compiled` is nothing when the compiler failed.
std::string keep(const CompiledCase& c, const Model* compiled, const std::string& backend) {
  const fs::path folder = fs::path(failure_folder()) / c.name;
  fs::create_directories(folder);
  const fs::path source = folder / "model.tflite";
  std::string command = "auklet run ";
  if (Outcome ok = write_tflite_file(c.model, source); !ok) return "nothing: " + ok.error().message;
  if (compiled != nullptr) {
    const fs::path path = folder / "compiled.tflite";
    if (Outcome ok = write_tflite_file(*compiled, path); !ok) return "nothing: " + ok.error().message;
    command += path.string() + " --reference " + source.string() + " --backend " + backend;
  } else {
    command += source.string() + " --backend " + backend + " --config " + c.options.config.name;
  }
  const Graph& graph = c.model.main();
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    const fs::path path = folder / ("in" + std::to_string(i) + ".npy");
    write_bytes(path, npy_of(graph.tensor(graph.inputs[i]).shape, c.inputs[i]));
    command += " --input " + path.string();
  }
  return command;
}

// Where outputs differ first.
std::string difference(const Graph& graph, const std::vector<Bytes>& got, const std::vector<Bytes>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto wrong = std::ranges::mismatch(got[i], expected[i]);
    if (wrong.in2 == expected[i].end()) continue;
    const auto element = [](std::byte b) { return std::to_string(static_cast<int>(static_cast<std::int8_t>(b))); };
    return "output " + std::to_string(i) + " (" + graph.tensor(graph.outputs[i]).name + "), byte " +
           std::to_string(wrong.in2 - expected[i].begin()) + " of " + std::to_string(expected[i].size()) + ": got " +
           element(*wrong.in1) + ", want " + element(*wrong.in2);
  }
  return {};
}

}  // namespace

std::string failure_folder() {
  const char* variable = std::getenv("AUKLET_FAILURES");
  return variable != nullptr ? variable : AUKLET_FAILURE_DIR;
}

std::vector<std::byte> npy_of(const std::vector<std::int32_t>& shape, const Bytes& value) {
  std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (";
  for (const std::int32_t d : shape) header += std::to_string(d) + ",";
  header += "), }";
  constexpr std::size_t kPrefix = 10;     // Magic, version, length.
  constexpr std::size_t kAlignment = 64;  // Of the elements.
  while ((kPrefix + header.size() + 1) % kAlignment != 0) header += ' ';
  header += '\n';
  const std::string prefix = std::string("\x93NUMPY\x01", 7) + '\0' + static_cast<char>(header.size() & 0xffU) +
                             static_cast<char>(header.size() >> 8);
  std::vector<std::byte> file(prefix.size() + header.size() + value.size());
  std::memcpy(file.data(), prefix.data(), prefix.size());
  std::memcpy(file.data() + prefix.size(), header.data(), header.size());
  std::ranges::copy(value, file.begin() + static_cast<std::ptrdiff_t>(prefix.size() + header.size()));
  return file;
}

std::string check_compiled(const CompiledCase& c, sim::Target& target, const std::string& backend, Places& places) {
  const auto report = [&](const std::string& what, const Model* compiled) {
    return c.name + ": " + what + "\nto run it again: " + keep(c, compiled, backend);
  };
  const auto expected = run_cpu(c.model, c.inputs);
  if (!expected) return report("the CPU: " + expected.error().message, nullptr);
  const auto compiled = compile(c.model, c.options);
  if (!compiled) return report("the compiler: " + compiled.error().message, nullptr);
  SegmentRunner runner(target);
  const auto outputs = run_compiled(compiled->model, c.inputs, runner);
  if (!outputs) return report(outputs.error().message, &compiled->model);
  if (runner.runs().size() != compiled->report.segments.size()) {
    return report("not every segment ran", &compiled->model);
  }
  places.count(compiled->report);
  if (*outputs == *expected) return {};
  return report(difference(c.model.main(), *outputs, *expected), &compiled->model);
}

std::string without_names(const std::string& reason) {
  static const std::regex tensor(R"(tensor \d+( \([^)]*\))?)");
  static const std::regex number(R"(\d{3,}|\b\d+(?= bytes)|1/\d+)");
  return std::regex_replace(std::regex_replace(reason, tensor, "a tensor"), number, "N");
}

void Places::count(const CompileReport& report) {
  for (const OperatorReport& op : report.operators) {
    Count& count = counts_[op.op];
    ++(op.place == Place::kNpu ? count.npu : count.cpu);
    if (op.place == Place::kCpu) ++count.reasons[without_names(op.reason)];
  }
}

void Places::merge(const Places& other) {
  for (const auto& [op, theirs] : other.counts_) {
    Count& ours = counts_[op];
    ours.npu += theirs.npu;
    ours.cpu += theirs.cpu;
    for (const auto& [reason, times] : theirs.reasons) ours.reasons[reason] += times;
  }
}

std::size_t Places::on_npu() const {
  std::size_t sum = 0;
  for (const auto& [op, count] : counts_) sum += count.npu;
  return sum;
}

std::size_t Places::on_cpu() const {
  std::size_t sum = 0;
  for (const auto& [op, count] : counts_) sum += count.cpu;
  return sum;
}

void Places::print(std::ostream& out) const {
  for (const auto& [op, count] : counts_) {
    out << std::left << std::setw(26) << op << std::right << std::setw(7) << count.npu << " NPU" << std::setw(7)
        << count.cpu << " CPU\n";
    for (const auto& [reason, times] : count.reasons) out << "    " << times << " times: " << reason << '\n';
  }
  out << std::left << std::setw(26) << "all" << std::right << std::setw(7) << on_npu() << " NPU" << std::setw(7)
      << on_cpu() << " CPU\n";
}

}  // namespace auklet::compiler::test
