// Runs a network that was compiled ahead of time on inputs that are part of the image, and says for each whether its
// outputs are the expected ones, to the byte. NETWORK is its name; embed.py wrote NETWORK_cases.hpp.
#include <array>
#include <auklet/board/npu_session.hpp>
#include <auklet/runtime/network.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

#include NETWORK_HEADER
#include NETWORK_CASES

namespace {

using namespace auklet;
namespace network = auklet_models::NETWORK;
namespace cases = auklet_cases::NETWORK;

constexpr npu::Ticks kTimeout = 1'000'000'000;
// What costs energy on the NPU: multiplications, results, and bytes that come and go.
constexpr std::array kEvents{spec::Event::kMacActive, spec::Event::kRequantActive, spec::Event::kVectorActive,
                             spec::Event::kAxiReadBeats, spec::Event::kAxiWriteBeats};

// Not on the stack: the NPU reads and writes it.
constinit network::Arena arena;
// Streams lie in flash: each is checked once.
constinit network::Tickets tickets;

board::Console console;

struct Measured {
  std::uint64_t npu_cycles = 0;  ///< Of its jobs.
  std::uint64_t cycles = 0;      ///< From the first submission to the last result, the processor's part included.
  std::array<std::uint64_t, kEvents.size()> events{};
};

// One inference, step by step.
runtime::NetworkReport infer(board::NpuSession<>& npu, Measured& measured) {
  runtime::NetworkReport report;
  const std::uint64_t start = board::cycles();
  for (std::size_t step = 0; step < network::kNetwork.steps.size(); ++step) {
    npu.device().reset_counters(true);
    report = runtime::run_step(network::kNetwork, step, npu.queue(), arena, kTimeout, &tickets[step]);
    if (!report.ok()) return report;
    if (network::kNetwork.steps[step].segment == nullptr) continue;
    measured.npu_cycles += npu.device().cycles();
    for (std::uint32_t i = 0; i < kEvents.size(); ++i) {
      std::uint32_t count = 0;
      (void)npu.device().event_count(i, count);  // The counter exists, and the device is probed.
      measured.events[i] += count;
    }
  }
  measured.cycles = board::cycles() - start;
  return report;
}

// The place of the first byte that differs, or the size.
std::size_t first_difference(std::span<const std::int8_t> a, std::span<const std::int8_t> b) {
  std::size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  return i;
}

std::span<std::int8_t> bytes_of(const runtime::NetworkTensor& tensor) {
  return {reinterpret_cast<std::int8_t*>(arena.bytes.data() + tensor.offset), tensor.bytes};
}

// Whether every output is as expected; prints the first byte that is not.
bool check(std::span<const std::int8_t> expected) {
  for (const runtime::NetworkTensor& output : network::kNetwork.outputs) {
    const std::span<const std::int8_t> found = bytes_of(output);
    board::print_bytes(console, "  output ", found);
    const std::size_t at = first_difference(found, expected.first(output.bytes));
    if (at != output.bytes) {
      console << "  " << output.name << '[' << at << "]: expected " << expected[at] << ", got " << found[at] << '\n';
      return false;
    }
    expected = expected.subspan(output.bytes);
  }
  return true;
}

void print(const Measured& measured) {
  console << "  " << measured.npu_cycles << " NPU cycles of " << measured.cycles << ';';
  for (std::size_t i = 0; i < kEvents.size(); ++i) {
    console << (i == 0 ? " " : ", ") << spec::to_string(kEvents[i]) << ' ' << measured.events[i];
  }
  console << '\n';
}

// Whether the case's files have the sizes of the network's tensors.
bool fits(const cases::Case& test) {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  for (const runtime::NetworkTensor& tensor : network::kNetwork.inputs) inputs += tensor.bytes;
  for (const runtime::NetworkTensor& tensor : network::kNetwork.outputs) outputs += tensor.bytes;
  return test.inputs.size() == inputs && test.expected.size() == outputs;
}

// Runs one case; false when the NPU fails or a byte differs.
bool run_case(board::NpuSession<>& npu, const cases::Case& test) {
  if (!fits(test)) {
    console << test.name << ": its files are not of the network's sizes\n";
    return false;
  }
  std::span<const std::int8_t> input = test.inputs;
  for (const runtime::NetworkTensor& tensor : network::kNetwork.inputs) {
    const std::span<std::int8_t> place = bytes_of(tensor);
    for (std::size_t i = 0; i < place.size(); ++i) place[i] = input[i];
    input = input.subspan(place.size());
  }
  Measured measured;
  const runtime::NetworkReport report = infer(npu, measured);
  console << test.name;
  if (!report.ok()) {
    console << ": step " << report.step << ": " << runtime::explain(report) << '\n';
    return false;
  }
  if constexpr (cases::kLabels.size() != 0) {
    const std::span<const std::int8_t> scores = bytes_of(network::kNetwork.outputs[0]);
    std::size_t best = 0;
    for (std::size_t i = 1; i < scores.size(); ++i) best = scores[i] > scores[best] ? i : best;
    console << ": heard \"" << cases::kLabels[best] << "\" (" << (scores[best] + 128) * 100 / 256 << " %)";
  }
  console << '\n';
  const bool exact = check(test.expected);
  print(measured);
  return exact;
}

}  // namespace

int main() {
  board::NpuSession npu;
  if (const npu::Status status = npu.open(); status != npu::Status::kOk) {
    return board::fail(console, "open", npu::to_string(status));
  }
  board::print(console, npu.configuration());
  for (std::uint32_t i = 0; i < kEvents.size(); ++i) (void)npu.device().select_event(i, kEvents[i]);
  if (!runtime::reset(network::kNetwork, arena).ok()) return board::fail(console, network::kNetwork.name, "reset");
  std::size_t exact = 0;
  for (const cases::Case& test : cases::kCases) exact += run_case(npu, test) ? 1U : 0U;
  console << network::kNetwork.name << ": " << exact << " of " << cases::kCases.size() << " bit-exact\n";
  const bool passed = exact == cases::kCases.size();
  console << (passed ? "PASS\n" : "FAIL\n");
  return passed ? 0 : 1;
}
