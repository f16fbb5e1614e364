// What an inference costs the processor, whichever way it waits: cycles of the NPU, of the whole, and asleep, for the
// first run and for later ones; and for two jobs that are in the queue at a time.
#include <array>
#include <auklet/board/npu_session.hpp>
#include <auklet/runtime/network.hpp>
#include <cstddef>
#include <cstdint>

#include NETWORK_HEADER

namespace {

using namespace auklet;
namespace network = auklet_models::NETWORK;

constexpr npu::Ticks kTimeout = 1'000'000'000;
constexpr int kRuns = 4;

// Counts what it sleeps, beside the port's own work.
class CountingPort : public board::Port {
 public:
  void wait_for_interrupt(npu::Ticks max) noexcept {
    const std::uint64_t start = board::cycles();
    board::Port::wait_for_interrupt(max);
    slept += board::cycles() - start;
  }
  std::uint64_t slept = 0;
};

constinit std::array<network::Arena, 2> arenas;
constinit network::Tickets tickets;

board::Console console;

void print_line(const char* what, std::uint64_t cycles, std::uint64_t npu, std::uint64_t slept) {
  console << what << ": " << cycles << " cycles, NPU " << npu << ", asleep " << slept << ", processor "
          << cycles - slept << '\n';
}

// One inference, checked or not; false when it fails.
bool infer(board::NpuSession<CountingPort>& npu, std::span<npu::StreamTicket> checks, const char* what) {
  npu.port().slept = 0;
  npu.device().reset_counters(true);
  const std::uint64_t start = board::cycles();
  const runtime::NetworkReport report = network::run(npu.queue(), arenas[0], kTimeout, checks);
  const std::uint64_t cycles = board::cycles() - start;
  if (!report.ok()) {
    console << what << ": " << runtime::explain(report) << '\n';
    return false;
  }
  print_line(what, cycles, npu.device().cycles(), npu.port().slept);
  return true;
}

bool run_with(npu::Completion completion, const char* name) {
  board::NpuSession<CountingPort> npu;
  if (const npu::Status status = npu.open(completion); status != npu::Status::kOk) {
    console << name << ": " << npu::to_string(status) << '\n';
    return false;
  }
  tickets = {};
  console << name << '\n';
  bool good = infer(npu, {}, "  without a ticket ") && infer(npu, tickets, "  first with one   ");
  for (int i = 1; i < kRuns && good; ++i) good = infer(npu, tickets, "  again            ");
  return good;
}

// Two inferences at once: the second waits in the queue, and the handler starts it.
bool run_two() {
  const runtime::NetworkSegment* segment = network::kNetwork.steps[0].segment;
  if (network::kNetwork.steps.size() != 1 || segment == nullptr) return true;  // Only where one job is the network.
  board::NpuSession<CountingPort> npu;
  if (npu.open() != npu::Status::kOk) return false;
  npu.device().reset_counters(true);
  const std::uint64_t start = board::cycles();
  std::array<npu::JobTag, 2> tags{};
  for (std::size_t i = 0; i < tags.size(); ++i) {
    runtime::NetworkBuffers buffers;
    npu::Job job = runtime::job_of(*segment, arenas[i], buffers);
    job.ticket = &tickets[0];
    if (npu.queue().submit(job, tags[i]) != npu::Status::kOk) return false;
  }
  for (const npu::JobTag tag : tags) {
    npu::JobResult result;
    if (npu.queue().wait(tag, kTimeout, result) != npu::Status::kOk || result.status != npu::Status::kOk) return false;
  }
  console << "two in the queue\n";
  print_line("  both             ", board::cycles() - start, npu.device().cycles(), npu.port().slept);
  return true;
}

}  // namespace

int main() {
  const bool good =
      run_with(npu::Completion::kInterrupt, "interrupt") && run_with(npu::Completion::kPolling, "polling") && run_two();
  console << (good ? "PASS\n" : "FAIL\n");
  return good ? 0 : 1;
}
