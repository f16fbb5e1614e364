// auklet-soc: runs firmware on the simulated system. The processor is what this executable was linked with: see
// processor.hpp.
#include <cxxabi.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <auklet/sim/soc/elf.hpp>
#include <auklet/sim/soc/machine.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "npu_choice.hpp"
#include "processor.hpp"
#include "register_trace.hpp"

namespace auklet::sim::soc {
namespace {

// The firmware's own exit code is passed on; these are this program's, and what stands for all codes beyond 118.
constexpr int kOtherExit = 119;
constexpr int kUsage = 120;
constexpr int kHalted = 121;
constexpr int kDeadline = 122;

constexpr std::uint32_t kCyclesFraction = 256;
constexpr std::uint32_t kSampleQuantum = 61;  // A prime, so that no loop is met at the same place each time.

struct Arguments {
  std::string program;
  NpuChoice npu;
  std::string profile = std::string(kMemoryProfiles[0].name);
  double cycles_per_instruction = 1;
  bool data_cache = false;
  std::uint64_t max_cycles = 2'000'000'000;
  bool report = false;
  std::size_t hot = 0;
  std::string trace;
};

int complain(int code, const std::string& message) {
  fmt::print(stderr, "{}: {}\n", kProgramName, message);
  return code;
}

std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
  CLI::App app(fmt::format("Runs firmware on a simulated {} with the Auklet NPU.", kProcessorName), kProgramName);
  app.footer(
      fmt::format("Exit codes: the firmware's own up to 118; {} any other of it; {} wrong arguments or files; {} the "
                  "processor halted;\n"
                  "{} the cycles given have passed.",
                  kOtherExit, kUsage, kHalted, kDeadline));
  app.add_option("PROGRAM", arguments.program, "An ELF file")->required();
  app.add_option("--npu", arguments.npu.kind, "What the NPU is: rtl (verilated), or model (functional model)")
      ->check(CLI::IsMember({"rtl", "model"}))
      ->capture_default_str();
  app.add_option("--config", arguments.npu.configuration, "Hardware configuration of the NPU")->capture_default_str();
  app.add_option("--profile", arguments.profile, "Memory: sram, or flash (flash at 1 byte a cycle)")
      ->capture_default_str();
  app.add_option("--cpi", arguments.cycles_per_instruction, "Clock cycles an instruction takes, 0.01 to 1000")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  app.add_flag("--data-cache", arguments.data_cache, "A write-back data cache that the NPU does not see");
  app.add_option("--max-cycles", arguments.max_cycles, "Clock cycles after which the run is given up")
      ->capture_default_str();
  app.add_option("--mmio-trace", arguments.trace, "Write the accesses of the NPU's registers to this file");
  app.add_option("--hot", arguments.hot, "Print so many of the functions that most instructions are in, on stderr");
  app.add_flag("--report", arguments.report, "Print instructions, cycles and what else was counted on stderr");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kUsage;
  }
  return std::nullopt;
}

void print_report(const MachineStatistics& statistics, bool data_cache) {
  fmt::print(stderr, "{} instructions, {} cycles ({} asleep), {} NPU register accesses, {} NPU interrupts\n",
             statistics.instructions, statistics.cycles, statistics.sleep_cycles, statistics.npu_accesses,
             statistics.npu_interrupts);
  if (data_cache) {
    fmt::print(stderr, "{} data cache misses, {} write-backs\n", statistics.cache_misses, statistics.cache_write_backs);
  }
}

// A C++ function's name for people; others as they are.
std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 ? text.get() : name;
}

// Where the processor was found, quantum by quantum.
class HotFunctions {
 public:
  explicit HotFunctions(const ElfProgram& program) : program_(program) {}

  void sample(std::uint32_t address) {
    ++samples_[program_.function_at(address)];
    ++total_;
  }
  void print(std::size_t most) const {
    std::vector<std::pair<std::uint64_t, std::string_view>> sorted;
    sorted.reserve(samples_.size());
    for (const auto& [name, count] : samples_) sorted.emplace_back(count, name);
    std::ranges::sort(sorted, std::greater());
    if (sorted.size() > most) sorted.resize(most);
    for (const auto& [count, name] : sorted) {
      fmt::print(stderr, "{:5.1f} % {}\n", 100.0 * static_cast<double>(count) / static_cast<double>(total_),
                 demangled(std::string(name)));
    }
  }

 private:
  const ElfProgram& program_;
  std::map<std::string_view, std::uint64_t> samples_;
  std::uint64_t total_ = 0;
};

int execute(const Arguments& arguments) {
  std::ifstream file(arguments.program, std::ios::binary);
  if (!file) return complain(kUsage, fmt::format("cannot read '{}'; check its name", arguments.program));
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const ElfProgram program = read_elf(std::as_bytes(std::span(bytes)));
  if (program.machine != kProcessorElf) {
    return complain(kUsage, fmt::format("'{}' is not for {}", arguments.program, kProcessorName));
  }
  const MemoryProfile* profile = find_memory_profile(arguments.profile);
  if (profile == nullptr) {
    return complain(kUsage, fmt::format("no memory profile is called '{}'; choose sram or flash", arguments.profile));
  }
  const std::unique_ptr<OwnedNpu> npu = make_npu(arguments.npu);
  MachineOptions options;
  options.profile = *profile;
  options.cycles_per_instruction =
      static_cast<std::uint32_t>(std::lround(arguments.cycles_per_instruction * kCyclesFraction));
  options.data_cache = arguments.data_cache;
  options.console = [](char character) { (void)std::fputc(character, stdout); };
  HotFunctions functions(program);
  if (arguments.hot != 0) {
    options.quantum = kSampleQuantum;
    options.sample = [&functions](std::uint32_t address) { functions.sample(address); };
  }
  RegisterTrace trace;
  Machine* itself = nullptr;
  if (!arguments.trace.empty()) options.on_access = [&](const RegisterAccess& access) { trace.add(access, *itself); };
  Machine machine(npu->npu(), options);
  itself = &machine;
  const std::unique_ptr<Cpu> cpu = make_processor(machine);
  machine.attach(*cpu);
  load(program, std::vector<LoadRegion>{{kFlashBase, machine.flash()}, {kRamBase, machine.ram()}});
  const MachineResult result = machine.run(start_of(program), arguments.max_cycles);
  if (std::fflush(stdout) != 0) return complain(kUsage, "cannot write to standard output; check where it goes");
  if (arguments.report) print_report(machine.statistics(), arguments.data_cache);
  functions.print(arguments.hot);
  if (!arguments.trace.empty()) {
    std::ofstream out(arguments.trace);
    trace.write(out);
    if (!out.flush()) return complain(kUsage, fmt::format("cannot write '{}'; check its folder", arguments.trace));
  }
  for (const std::string& violation : npu->protocol_violations()) complain(kHalted, violation);
  if (!npu->protocol_violations().empty()) return kHalted;
  switch (result.end) {
    case MachineEnd::kExit:
      if (result.exit_code < kOtherExit) return static_cast<int>(result.exit_code);
      return complain(kOtherExit,
                      fmt::format("the firmware ended with code {}", static_cast<std::int32_t>(result.exit_code)));
    case MachineEnd::kHalted:
      return complain(kHalted, result.message);
    case MachineEnd::kDeadline:
      break;
  }
  return complain(kDeadline, fmt::format("{} cycles have passed: {} at address {:#010x}, {}", arguments.max_cycles,
                                         result.message, cpu->pc(), program.function_at(cpu->pc())));
}

}  // namespace
}  // namespace auklet::sim::soc

int main(int argc, char** argv) {
  namespace soc = auklet::sim::soc;
  try {
    soc::Arguments arguments;
    if (const std::optional<int> code = soc::parse(argc, argv, arguments)) return *code;
    return soc::execute(arguments);
  } catch (const std::exception& error) {
    return soc::complain(soc::kUsage, error.what());
  }
}
