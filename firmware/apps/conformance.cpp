// The conformance suite as firmware (docs/conformance.md): every check of what an Auklet NPU does, on this board's.
#include <array>
#include <auklet/board/console.hpp>
#include <auklet/board/port.hpp>
#include <auklet/conformance/conformance.hpp>
#include <cstddef>
#include <cstdint>

namespace {

using namespace auklet;

// The suite reads and writes it as the NPU does; it owns its cache lines.
alignas(conformance::kMemoryAlignment) std::array<std::byte, conformance::kMemoryBytes> memory;

board::Console console;
board::Port port;
std::uint32_t refused = 0;

void pulse_reset(void* /*context*/) { board::fault_switch(AUKLET_SOC_BOARD_NPU_RESET) = 1; }

conformance::Platform platform_of(npu::MmioBus& bus) {
  conformance::Platform platform;
  platform.bus = conformance::bus_table(bus);
  platform.memory = {.cpu = memory.data(), .device = reinterpret_cast<std::uintptr_t>(memory.data())};
  platform.memory.clean = [](void*, std::size_t offset, std::size_t size) { port.clean(&memory[offset], size); };
  platform.memory.invalidate = [](void*, std::size_t offset, std::size_t size) {
    port.invalidate(&memory[offset], size);
  };
  platform.wait = [](void*, std::uint32_t cycles) {
    const std::uint64_t start = board::cycles();
    while (board::cycles() - start < cycles) {
    }
  };
  platform.hard_reset = pulse_reset;
  if (board::survives_bus_errors()) {
    platform.refused_accesses = [](void*) {
      refused += board::bus_errors(true);
      return refused;
    };
  }
  platform.decode_error_address = AUKLET_SOC_HOLE_BASE;
  return platform;
}

void print_failure(void* /*context*/, const conformance::Check& check, const conformance::Failure& failure) {
  std::array<char, 192> line;
  conformance::describe(check, failure, line);
  console << line.data() << '\n';
}

void print_result(void* /*context*/, const conformance::Check& check, const conformance::Result& result) {
  if (result.verdict == conformance::Verdict::kPassed) return;
  console << (result.verdict == conformance::Verdict::kSkipped ? "skipped " : "FAILED ") << check.area << '.'
          << check.name << ": " << (result.verdict == conformance::Verdict::kSkipped ? result.reason : check.what)
          << '\n';
}

}  // namespace

int main() {
  npu::MmioBus bus = board::npu_bus();
  (void)board::bus_errors(board::survives_bus_errors());
  const conformance::Summary summary = conformance::run_all(platform_of(bus), {nullptr, print_failure, print_result});
  console << "conformance: " << summary.passed << " passed, " << summary.failed << " failed, " << summary.skipped
          << " skipped\n"
          << (summary.failed == 0 ? "PASS\n" : "FAIL\n");
  return summary.failed == 0 ? 0 : 1;
}
