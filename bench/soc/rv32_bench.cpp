// Instructions a second of Rv32Cpu on loops like those that firmware spends its time in.
#include <benchmark/benchmark.h>

#include <auklet/sim/soc/rv32_cpu.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "rv32_assembler.hpp"

namespace auklet::bench {
namespace {

using namespace test::rv32;  // NOLINT(google-build-using-namespace): programs are written in it.

constexpr std::uint32_t kCode = 0x8000'0000;
constexpr std::uint32_t kData = kCode + 0x8000;
constexpr std::uint32_t kDevice = 0x4000'0000;

class ConstantBus final : public sim::soc::CpuBus {
 public:
  bool load(std::uint32_t, std::uint32_t, std::uint32_t& value) override {
    value = 0;
    return true;
  }
  bool store(std::uint32_t, std::uint32_t, std::uint32_t) override { return true; }
  bool maintain(sim::soc::CacheOperation, std::uint32_t) override { return true; }
};

/// Runs an endless program, a million instructions at a time, and reports instructions a second.
void run(benchmark::State& state, std::initializer_list<std::uint32_t> program) {
  std::vector<std::byte> memory(0x10000);
  std::memcpy(memory.data(), program.begin(), program.size() * sizeof(std::uint32_t));
  ConstantBus bus;
  sim::soc::Rv32Cpu cpu(bus);
  cpu.map(kCode, memory, true);
  cpu.reset(kCode);
  for ([[maybe_unused]] auto iteration : state) {
    if (cpu.run(1'000'000) != sim::soc::CpuStop::kBudget) {
      state.SkipWithError("the program stopped");
      break;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(cpu.retired()));
}

/// An int8 dot product as a compiler writes it: 64 products, then again.
void dot_product(benchmark::State& state) {
  run(state, {lui(s0, kData >> 12), addi(a0, s0, 0), addi(a1, s0, 1024), addi(a2, a0, 64), addi(a3, zero, 0),  //
              lb(t0, a0, 0), lb(t1, a1, 0), addi(a0, a0, 1), addi(a1, a1, 1), r_type(0x33, 0, 1, t0, t0, t1),  // MUL
              add(a3, a3, t0), bne(a0, a2, -24), jal(zero, -48)});
}
BENCHMARK(dot_product);

/// Words copied, four at a time.
void copy_words(benchmark::State& state) {
  run(state, {lui(s0, kData >> 12), addi(a0, s0, 0), addi(a1, s0, 1024), addi(a2, a0, 1024),  //
              lw(t0, a0, 0), lw(t1, a0, 4), lw(t2, a0, 8), lw(t3, a0, 12), sw(t0, a1, 0), sw(t1, a1, 4), sw(t2, a1, 8),
              sw(t3, a1, 12), addi(a0, a0, 16), addi(a1, a1, 16), bne(a0, a2, -40), jal(zero, -60)});
}
BENCHMARK(copy_words);

/// A function that does next to nothing, called again and again.
void calls(benchmark::State& state) {
  run(state, {lui(sp, kData >> 12), jal(ra, 8), jal(zero, -4),  //
              addi(sp, sp, -16), sw(ra, sp, 12), addi(a0, a0, 1), lw(ra, sp, 12), addi(sp, sp, 16), jalr(zero, ra, 0)});
}
BENCHMARK(calls);

/// A register of a device polled: one instruction of three goes through the bus.
void poll(benchmark::State& state) {
  run(state, {lui(s0, kDevice >> 12), lw(a0, s0, 0), i_type(0x13, 7, a0, a0, 1), beq(a0, zero, -8)});
}
BENCHMARK(poll);

}  // namespace
}  // namespace auklet::bench

BENCHMARK_MAIN();
