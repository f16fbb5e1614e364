// A virtual platform around the NPU: a processor, a memory and an address decoder. The processor runs a whole network
// with Auklet's driver and compares the outputs with expected ones.
//
//   npu_platform loosely_timed|cycle_accurate MODEL.tflite INPUT.bin EXPECTED.bin [INPUT.bin EXPECTED.bin]...
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/sim/npu_tlm.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "cpu.hpp"
#include "memory.hpp"
#include "router.hpp"
#include "segment_runner.hpp"

namespace example {
namespace {

// [snippet: map]
constexpr std::uint64_t kRegisters = 0x4000'0000;
constexpr std::uint64_t kMemory = 0x8000'0000;
constexpr std::size_t kMemoryBytes = std::size_t{16} << 20;
// [end]

std::vector<std::byte> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return {data, data + bytes.size()};
}

struct Case {
  std::string name;
  std::vector<std::byte> input;
  std::vector<std::byte> expected;
};

/// The processor's program. Returns how many outputs differ.
int run_network(Cpu& cpu, const auklet::compiler::CompiledModel& compiled, const std::vector<Case>& cases) {
  SegmentRunner runner(cpu, kRegisters, kMemory);
  if (!runner.open()) throw std::runtime_error("the driver finds no NPU");
  auto executor =
      auklet::compiler::Executor::create(compiled.model, {.custom_codes = {auklet::compiler::kNpuCustomCode}});
  if (!executor) throw std::runtime_error(executor.error().message);
  auklet::compiler::ExecutorHooks hooks;
  hooks.run_custom = [&](const auklet::compiler::CustomCall& call) { return runner.run(call); };
  int different = 0;
  for (const Case& one : cases) {
    const std::vector<std::span<const std::byte>> inputs{one.input};
    const auto outputs = executor->run(inputs, hooks);
    if (!outputs) throw std::runtime_error(outputs.error().message);
    const bool equal = std::ranges::equal(outputs->at(0), one.expected);
    std::cout << one.name << ": " << (equal ? "bit-exact" : "DIFFERS") << '\n';
    if (!equal) ++different;
  }
  std::cout << runner.jobs() << " NPU jobs, " << sc_core::sc_time_stamp() << '\n';
  return different;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 4 || arguments.size() % 2 != 0) {
    std::cerr << "usage: npu_platform loosely_timed|cycle_accurate MODEL INPUT EXPECTED [INPUT EXPECTED]...\n";
    return 2;
  }
  std::vector<Case> cases;
  for (std::size_t i = 2; i + 1 < arguments.size(); i += 2) {
    cases.push_back({arguments[i], read_file(arguments[i]), read_file(arguments[i + 1])});
  }
  const auto model = auklet::compiler::read_tflite_file(arguments[1]);
  if (!model) throw std::runtime_error(model.error().message);
  const auto compiled = auklet::compiler::compile(*model, {});
  if (!compiled) throw std::runtime_error(compiled.error().message);

  int different = 1;
  std::string failure;
  // [snippet: platform]
  auklet::sim::NpuTlmOptions options;
  options.accuracy = arguments[0] == "cycle_accurate" ? auklet::sim::TlmAccuracy::kCycleAccurate
                                                      : auklet::sim::TlmAccuracy::kLooselyTimed;
  auklet::sim::NpuTlm npu("npu", options);
  Memory memory("memory", kMemoryBytes);
  Router router("router");
  Cpu cpu("cpu", [&](Cpu& self) {
    try {
      different = run_network(self, *compiled, cases);
    } catch (const std::exception& error) {
      failure = error.what();
    }
  });
  sc_core::sc_signal<bool> irq("irq");

  cpu.socket.bind(router.initiators);
  npu.memory.bind(router.initiators);
  router.map(kRegisters, 0x1000, npu.registers);
  router.map(kMemory, kMemoryBytes, memory.socket);
  npu.irq.bind(irq);
  cpu.irq.bind(irq);
  sc_core::sc_start();
  // [end]

  if (!failure.empty()) throw std::runtime_error(failure);
  std::cout << npu.cycles() << " cycles of the NPU's clock\n";
  return different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace example

int sc_main(int argc, char* argv[]) {
  // The end of the processor's program is no news.
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  try {
    return example::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "npu_platform: " << error.what() << '\n';
    return 1;
  }
}
