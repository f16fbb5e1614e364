// Runs emitted networks on the functional model:
//
//   run_network NAME STEPS INPUT... OUTPUT...
//
// Each input file holds STEPS frames, and each output file gets as many. Exit code 1 and a sentence on stderr when a
// run fails. The networks are those that `emitted_networks` lists, which is linked with this.
#include "run_network.hpp"

#include <auklet/npu/queue.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "network_memory.hpp"

namespace auklet::test {
namespace {

// A platform whose caches have lines of 64 bytes, so that written buffers must own theirs.
class Port : public sim::TargetPort {
 public:
  using TargetPort::TargetPort;
  [[nodiscard]] std::size_t cache_line_bytes() const noexcept { return runtime::kArenaAlignment; }
};

spec::HardwareConfig config_of(const runtime::Network& network) {
  const auto* const found = std::ranges::find_if(
      spec::kConfigurations, [&](const auto& config) { return std::string(config.name) == network.hardware; });
  return found == std::end(spec::kConfigurations) ? spec::kDefaultConfiguration : *found;
}

// One network with its arena and its device.
class Runner {
 public:
  explicit Runner(const runtime::Network& network) : network_(network), target_({.config = config_of(network)}) {
    // What was never written must not pass for zero.
    std::memset(arena_.data(), 0xa5, arena_.size());
    port_.set_interrupt_handler([this] { queue_.on_interrupt(); });
    port_.map(0x1000'0000, arena_);
    map_network(port_, network);
    npu::Configuration found;
    if (device_.probe(found) != npu::Status::kOk) throw std::runtime_error("there is no device");
    if (queue_.open({.completion = npu::Completion::kInterrupt}) != npu::Status::kOk) {
      throw std::runtime_error("the queue cannot be opened");
    }
    require(runtime::reset(network, arena_));
  }

  void run() {
    constexpr npu::Ticks kTimeout = 1'000'000'000;
    require(runtime::run(network_, queue_, arena_, kTimeout));
  }
  [[nodiscard]] char* data(const runtime::NetworkTensor& tensor) {
    return reinterpret_cast<char*>(arena_.data() + tensor.offset);
  }

 private:
  void require(const runtime::NetworkReport& report) const {
    if (report.ok()) return;
    const char* name = report.step < network_.steps.size() ? network_.steps[report.step].name : "";
    throw std::runtime_error("step " + std::to_string(report.step) + " (" + name + "): " + explain(report));
  }

  using Line = runtime::Arena<runtime::kArenaAlignment>;

  const runtime::Network& network_;
  std::unique_ptr<Line[]> lines_ = std::make_unique<Line[]>(network_.arena_bytes / sizeof(Line));
  std::span<std::byte> arena_{reinterpret_cast<std::byte*>(lines_.get()), network_.arena_bytes};
  sim::FunctionalModel target_;
  sim::TargetBus bus_{target_};
  Port port_{target_};
  npu::Device<sim::TargetBus, Port> device_{bus_, port_};
  npu::Queue<sim::TargetBus, Port, 1> queue_{device_, port_};
};

void run_frames(const runtime::Network& network, std::size_t steps, std::span<const std::string> paths) {
  if (paths.size() != network.inputs.size() + network.outputs.size()) throw std::runtime_error("wrong number of files");
  std::vector<std::ifstream> inputs;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) inputs.emplace_back(paths[i], std::ios::binary);
  std::vector<std::ofstream> outputs;
  for (std::size_t i = inputs.size(); i < paths.size(); ++i) outputs.emplace_back(paths[i], std::ios::binary);
  Runner runner(network);
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].read(runner.data(network.inputs[i]), network.inputs[i].bytes)) {
        throw std::runtime_error(paths[i] + " is too short");
      }
    }
    runner.run();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i].write(runner.data(network.outputs[i]), network.outputs[i].bytes);
    }
  }
}

int run_all(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) throw std::runtime_error("wrong arguments");
  for (const runtime::Network* network : emitted_networks()) {
    if (network->name != arguments[0]) continue;
    run_frames(*network, std::stoul(arguments[1]), std::span(arguments).subspan(2));
    return 0;
  }
  throw std::runtime_error("no network is called " + arguments[0]);
}

}  // namespace
}  // namespace auklet::test

int main(int argc, char** argv) {
  try {
    return auklet::test::run_all({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "run_network: " << error.what() << '\n';
    return 1;
  }
}
