// The first thing to run on new hardware: says what the NPU is, then multiplies two matrices on it and on the
// processor.
#include <array>
#include <auklet/board/npu_session.hpp>
#include <auklet/kernels/fully_connected.hpp>
#include <auklet/runtime/context.hpp>
#include <cstddef>
#include <cstdint>

namespace {

using namespace auklet;

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

int multiply(board::NpuSession<>& npu) {
  fill(a, 1);
  fill(b, 2);
  const kernels::QuantizedMultiplier scale{.value = 1 << 30, .shift = -8};
  const kernels::FullyConnectedParams params{.multipliers = {&scale, 1}, .activation = {}};
  runtime::Context context(npu.device(), npu.queue(), {.policy = runtime::Policy::kNpuOnly});
  const runtime::Report report =
      context.matmul(params, {kRows, kDepth, a}, {kColumns, kDepth, b}, {kRows, kColumns, found},
                     {.workspace = workspace, .timeout = kTimeout});
  if (!report.ok()) return board::fail(console, "matmul on the NPU", runtime::explain(report));
  const kernels::Status status = kernels::reference::fully_connected(params, {kRows, kDepth, a}, {kColumns, kDepth, b},
                                                                     {}, {kRows, kColumns, expected});
  if (status != kernels::Status::kOk) {
    return board::fail(console, "matmul on the processor", kernels::describe(status));
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == expected[i]) continue;
    console << "element " << i << ": expected " << expected[i] << ", got " << found[i] << '\n';
    return board::fail(console, "matmul", "NPU and processor differ");
  }
  console << "matmul " << kRows << 'x' << kDepth << 'x' << kColumns << ": " << found.size() << " elements equal, "
          << report.cycles << " NPU cycles\nPASS\n";
  return 0;
}

}  // namespace

int main() {
  board::NpuSession npu;
  if (const npu::Status status = npu.open(); status != npu::Status::kOk) {
    return board::fail(console, "open", npu::to_string(status));
  }
  board::print(console, npu.configuration());
  return multiply(npu);
}
