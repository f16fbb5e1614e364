// Instructions a second of CortexM4Cpu, and what a short run() costs.
#include <benchmark/benchmark.h>

#include <auklet/sim/soc/cortex_m4_cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "recording_bus.hpp"
#include "thumb_assembler.hpp"

namespace auklet::bench {
namespace {

using namespace test::thumb;  // NOLINT(google-build-using-namespace): programs are written in it.

constexpr std::uint32_t kBase = 0x2000'0000;
constexpr std::uint32_t kStart = kBase + 0x100;

/// Runs an endless loop of `code`, as many instructions at a time as the argument says, and reports instructions a
/// second.
void run(benchmark::State& state, const Code& code) {
  std::vector<std::byte> memory(0x10000);
  const std::uint32_t vectors[] = {kBase + 0x8000, kStart | 1};
  std::memcpy(memory.data(), vectors, sizeof(vectors));
  const auto back = static_cast<std::uint32_t>(-static_cast<std::int32_t>(code.size()) - 2);
  const Code loop = join({code, half(0xE000 | (back & 0x7FF))});  // B
  std::memcpy(&memory[kStart - kBase], loop.data(), 2 * loop.size());
  test::RecordingBus bus;
  sim::soc::CortexM4Cpu cpu(bus);
  cpu.map(kBase, memory, true);
  cpu.reset(kBase);
  for ([[maybe_unused]] auto iteration : state) {
    if (cpu.run(static_cast<std::uint64_t>(state.range(0))) != sim::soc::CpuStop::kBudget) {
      state.SkipWithError("the program stopped");
      break;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(cpu.retired()));
}

void arithmetic(benchmark::State& state) { run(state, join({adds(0, 1), adds(1, 2), adds(2, 3), cmp(0, 9)})); }
BENCHMARK(arithmetic)->Arg(1'000'000)->Arg(1'000);

void memory(benchmark::State& state) {
  run(state, join({load_constant(0, kBase + 0x4000), ldr(1, 0, 0), adds(1, 1), str(1, 0, 0)}));
}
BENCHMARK(memory)->Arg(1'000'000)->Arg(1'000);

}  // namespace
}  // namespace auklet::bench

BENCHMARK_MAIN();
