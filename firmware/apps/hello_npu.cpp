// The first thing to run on new hardware: says what the NPU is, then multiplies two matrices on it and on the
// processor.
#include <array>
#include <auklet/board/console.hpp>
#include <auklet/board/port.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/npu/queue.hpp>
#include <auklet/runtime/context.hpp>
#include <cstddef>
#include <cstdint>

namespace {

using namespace auklet;
using Device = npu::Device<npu::MmioBus, board::Port>;
using Queue = npu::Queue<npu::MmioBus, board::Port>;

constexpr std::int32_t kRows = 24;
constexpr std::int32_t kColumns = 20;
constexpr std::int32_t kDepth = 48;
constexpr npu::Ticks kTimeout = 1'000'000;

// Each on its own cache lines, since the NPU writes one of them.
alignas(64) std::array<std::int8_t, kRows * kDepth> a;
alignas(64) std::array<std::int8_t, kColumns * kDepth> b;
alignas(64) std::array<std::int8_t, kRows * kColumns> expected;
alignas(64) std::array<std::int8_t, kRows * kColumns> found;
alignas(64) std::array<std::byte, 8192> workspace;

board::Console console;

// Any numbers, the same in every run.
void fill(std::span<std::int8_t> values, std::uint32_t seed) {
  for (std::int8_t& value : values) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    value = static_cast<std::int8_t>(seed >> 24);
  }
}

int fail(const char* what, const char* why) {
  console << what << ": " << why << '\n';
  return 1;
}

int multiply(Device& device, Queue& queue) {
  fill(a, 1);
  fill(b, 2);
  const kernels::QuantizedMultiplier scale{.value = 1 << 30, .shift = -8};
  const kernels::FullyConnectedParams params{.multipliers = {&scale, 1}, .activation = {}};
  runtime::Context context(device, queue, {.policy = runtime::Policy::kNpuOnly});
  const runtime::Report report =
      context.matmul(params, {kRows, kDepth, a}, {kColumns, kDepth, b}, {kRows, kColumns, found},
                     {.workspace = workspace, .timeout = kTimeout});
  if (!report.ok()) return fail("matmul on the NPU", runtime::explain(report));
  const kernels::Status status = kernels::reference::fully_connected(params, {kRows, kDepth, a}, {kColumns, kDepth, b},
                                                                     {}, {kRows, kColumns, expected});
  if (status != kernels::Status::kOk) return fail("matmul on the processor", kernels::describe(status));
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == expected[i]) continue;
    console << "element " << i << ": expected " << int{expected[i]} << ", got " << int{found[i]} << '\n';
    return 1;
  }
  console << "matmul " << kRows << "x" << kDepth << "x" << kColumns << ": " << found.size() << " elements equal, "
          << report.cycles << " NPU cycles\n";
  return 0;
}

}  // namespace

int main() {
  board::Port port;
  npu::MmioBus bus = board::npu_bus();
  Device device(bus, port);
  npu::Configuration found_device;
  if (const npu::Status status = device.probe(found_device); status != npu::Status::kOk) {
    return fail("probe", npu::to_string(status));
  }
  console << "Auklet " << int{found_device.major} << '.' << int{found_device.minor} << ", " << found_device.macs
          << " MACs, " << found_device.sram_kib << " KiB SRAM, AXI " << found_device.axi_data_bits << " bits\n";
  Queue queue(device, port);
  if (const npu::Status status = queue.open({.completion = npu::Completion::kInterrupt}); status != npu::Status::kOk) {
    return fail("open", npu::to_string(status));
  }
  board::on_npu_interrupt([](void* context) { static_cast<Queue*>(context)->on_interrupt(); }, &queue);
  const int code = multiply(device, queue);
  if (queue.close() != npu::Status::kOk) return fail("close", "the NPU does not stop");
  board::on_npu_interrupt(nullptr, nullptr);
  console << (code == 0 ? "PASS\n" : "FAIL\n");
  return code;
}
