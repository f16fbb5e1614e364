// Runs an emitted network, whichever this is linked with, on the functional model:
//
//   run_network STEPS INPUT... OUTPUT...
//
// Each input file holds STEPS frames, and each output file gets as many. Exit code 1 and a sentence on stderr when a
// run fails. The network is that of namespace auklet_models::model.
#include <auklet/npu/queue.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "network_memory.hpp"

namespace auklet_models::model {
extern const auklet::runtime::Network kNetwork;
}

namespace auklet::test {
namespace {

constexpr std::uint64_t kArenaBase = 0x1000'0000;
constexpr npu::Ticks kTimeout = 1'000'000'000;

// A platform whose caches have lines of 64 bytes.
class Port : public sim::TargetPort {
 public:
  using TargetPort::TargetPort;
  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return runtime::kArenaAlignment; }
};

std::vector<char> read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

spec::HardwareConfig config_of(const runtime::Network& network) {
  for (const spec::HardwareConfig& config : spec::kConfigurations) {
    if (std::string(config.name) == network.hardware) return config;
  }
  return spec::kDefaultConfiguration;
}

int complain(const std::string& what) {
  std::cerr << "run_network: " << what << '\n';
  return 1;
}

int run_all(const runtime::Network& network, const std::vector<std::string>& arguments) {
  if (arguments.size() != 1 + network.inputs.size() + network.outputs.size()) return complain("wrong arguments");
  const std::size_t steps = std::stoul(arguments[0]);
  const std::size_t units = network.arena_bytes / runtime::kArenaAlignment;
  // Nothing but zeros would hide what was never written.
  auto storage = std::make_unique<runtime::Arena<runtime::kArenaAlignment>[]>(units);
  const std::span<std::byte> arena{storage[0].bytes.data(), network.arena_bytes};
  std::memset(arena.data(), 0xa5, arena.size());

  sim::FunctionalModel target({.config = config_of(network)});
  sim::TargetBus bus(target);
  Port port(target);
  npu::Device device(bus, port);
  npu::Queue<sim::TargetBus, Port, 1> queue(device, port);
  port.set_interrupt_handler([&] { queue.on_interrupt(); });
  port.map(kArenaBase, arena);
  map_network(port, network);
  npu::Configuration found;
  if (device.probe(found) != npu::Status::kOk) return complain("no device");
  if (queue.open({.completion = npu::Completion::kInterrupt}) != npu::Status::kOk) return complain("cannot open");
  if (const auto report = runtime::reset(network, arena); !report.ok()) return complain(explain(report));

  std::vector<std::vector<char>> inputs;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    inputs.push_back(read(arguments[1 + i]));
    if (inputs.back().size() != network.inputs[i].bytes * steps) return complain("wrong size of " + arguments[1 + i]);
  }
  std::vector<std::ofstream> outputs;
  for (std::size_t i = 0; i < network.outputs.size(); ++i) {
    outputs.emplace_back(arguments[1 + inputs.size() + i], std::ios::binary);
  }
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const runtime::NetworkTensor& input = network.inputs[i];
      std::memcpy(arena.data() + input.offset, inputs[i].data() + step * input.bytes, input.bytes);
    }
    const runtime::NetworkReport report = runtime::run(network, queue, arena, kTimeout);
    if (!report.ok()) {
      const char* name = report.step < network.steps.size() ? network.steps[report.step].name : "";
      return complain("step " + std::to_string(report.step) + " (" + name + "): " + explain(report));
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const runtime::NetworkTensor& output = network.outputs[i];
      outputs[i].write(reinterpret_cast<const char*>(arena.data() + output.offset), output.bytes);
    }
  }
  return 0;
}

}  // namespace
}  // namespace auklet::test

int main(int argc, char** argv) {
  return auklet::test::run_all(auklet_models::model::kNetwork, {argv + 1, argv + argc});
}
