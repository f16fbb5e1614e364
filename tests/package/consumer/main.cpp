// Uses something of each installed library; exit code 0 when all of it works.
#include <auklet_npu.h>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/conformance/conformance.hpp>
#include <auklet/npu/device.hpp>
#include <auklet/plan/crc32.hpp>
#include <auklet/runtime/context.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstdio>
#include <vector>

#if HAS_VERILATED
#include <auklet/sim/verilated_npu.hpp>
#endif
#if HAS_OPTIMIZED_KERNELS
#include <array>
#include <auklet/kernels/lookup.hpp>
#endif

namespace {

/// Whether the driver finds the device and the conformance suite's known answers hold on it.
bool works(auklet::sim::Target& target, const char* name) {
  namespace conformance = auklet::conformance;
  auklet::sim::TargetBus bus(target);
  auklet::sim::TargetPort port(target);
  auklet::npu::Device device(bus, port);
  auklet::npu::Configuration found;
  if (device.probe(found) != auklet::npu::Status::kOk) return false;

  std::vector<std::byte> memory(conformance::kMemoryBytes);
  target.map(0x8000'0000, memory, {});
  conformance::Platform platform;
  platform.bus = conformance::bus_table(bus);
  platform.memory = {.cpu = memory.data(), .device = 0x8000'0000};
  platform.context = &target;
  platform.wait = [](void* context, std::uint32_t cycles) { static_cast<auklet::sim::Target*>(context)->step(cycles); };
  const conformance::Summary summary = conformance::run_all(platform, {});
  target.unmap(0x8000'0000);
  std::printf("%s: %u MACs, conformance: %u passed, %u failed, %u skipped\n", name, unsigned{found.macs},
              summary.passed, summary.failed, summary.skipped);
  return summary.failed == 0 && summary.passed > 50;
}

}  // namespace

int main(int argc, char** argv) {
  auklet::sim::FunctionalModel model;
  bool good = works(model, "functional model");
#if HAS_VERILATED
  good = works(*auklet::sim::make_verilated_npu({}), "verilated RTL") && good;
#endif
#if HAS_OPTIMIZED_KERNELS
  namespace kernels = auklet::kernels;
  std::array<std::int8_t, kernels::kTableSize> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<std::int8_t>(7 * i);
  const std::array<std::int8_t, 5> bytes = {-128, -1, 0, 1, 127};
  std::array<std::int8_t, 5> expected{}, found{};
  good = kernels::reference::lookup(table, bytes, expected) == kernels::Status::kOk && good;
  good = kernels::optimized::lookup(table, bytes, found, {}) == kernels::Status::kOk && found == expected && good;
#endif
  good = auklet_npu_status_text(AUKLET_NPU_OK) != nullptr && good;
  good = auklet::plan::crc32({}) == 0 && good;
  good = auklet::runtime::to_string(auklet::runtime::Where::kNpu) != nullptr && good;
  const auto network = auklet::compiler::read_tflite_file(argc > 1 ? argv[1] : "");
  good = network && auklet::compiler::compile(*network, {}) && good;
  return good ? 0 : 1;
}
