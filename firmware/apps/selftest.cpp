// Every fault that the board can make, one after the other: each has to end in its documented status, and the next good
// job has to be right. With the data cache on, each good job is also one that stale lines would spoil.
#include <array>
#include <auklet/board/npu_session.hpp>
#include <auklet/runtime/context.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace auklet;

constexpr std::int32_t kRows = 16;
constexpr std::int32_t kColumns = 16;
constexpr std::int32_t kDepth = 48;
constexpr npu::Ticks kTimeout = 2'000'000;
constexpr std::uint32_t kWatchdog = 3'000;  // Cycles; longer than anything in a good job.
constexpr std::uint32_t kSlaveError = 0;
constexpr std::uint32_t kDecodeError = 1U << 17;
constexpr std::uint32_t kOfWrites = 1U << 16;

// Each on its own cache lines: the processor writes the inputs, the NPU the output.
alignas(64) std::array<std::int8_t, kRows * kDepth> input;
alignas(64) std::array<std::int8_t, kColumns * kDepth> weights;
alignas(64) std::array<std::int8_t, kRows * kColumns> output;
alignas(64) std::array<std::int8_t, kRows * kColumns> expected;
alignas(64) std::array<std::byte, 8192> workspace;  // Packed weights and the command stream.

board::Console console;

class SelfTest {
 public:
  // Returns the number of tests that failed.
  int run_all();

 private:
  using Operator = runtime::FullyConnected;
  using Test = void (SelfTest::*)();

  npu::Status open();
  void run(const char* name, Test test);

  // One job on new numbers. The report is the driver's; `right_` tells whether the output is.
  runtime::Report job(npu::Ticks timeout = kTimeout);
  void expect_good(const char* when);
  void expect(bool holds, const char* what);
  void expect_status(const runtime::Report& report, npu::Status status);
  // After a fault that may have left memory unable to answer: the board ends it, the driver resets.
  void recover();

  void known_answer();
  void read_error_of_the_fetch();
  void read_error_of_a_load();
  void decode_error();
  void write_error();
  void memory_that_stops();
  void stream_that_waits_for_ever();
  void stream_with_an_unknown_command();
  void corrupt_weights();
  void lost_interrupt();
  void spurious_interrupt();
  void deadline();
  void reset_in_the_middle();

  static void on_interrupt(void* context);

  board::NpuSession<> npu_;
  runtime::Context<npu::MmioBus, board::Port> context_{
      npu_.device(), npu_.queue(), {.policy = runtime::Policy::kNpuOnly}};
  kernels::QuantizedMultiplier scale_{.value = 1 << 30, .shift = -9};
  runtime::Prepared<Operator> prepared_;
  std::uint32_t seed_ = 1;
  bool right_ = false;
  int failures_ = 0;
  const char* test_ = "";
};

// Any numbers, other ones each time.
void fill(std::span<std::int8_t> values, std::uint32_t& seed) {
  for (std::int8_t& value : values) {
    seed = seed * 1'664'525U + 1'013'904'223U;
    value = static_cast<std::int8_t>(seed >> 24);
  }
}

npu::Status SelfTest::open() {
  const npu::Status status = npu_.open();
  return status == npu::Status::kOk ? npu_.device().set_watchdog(kWatchdog) : status;
}

void SelfTest::expect(bool holds, const char* what) {
  if (holds) return;
  ++failures_;
  console << test_ << ": not so: " << what << '\n';
}

void SelfTest::expect_status(const runtime::Report& report, npu::Status status) {
  const npu::Status found = report.ok() ? npu::Status::kOk : report.device;
  if (found == status) return;
  ++failures_;
  console << test_ << ": expected \"" << npu::to_string(status) << "\", got \"" << npu::to_string(found) << "\"\n";
}

runtime::Report SelfTest::job(npu::Ticks timeout) {
  fill(input, seed_);
  const kernels::Status reference = kernels::reference::fully_connected(
      prepared_.op().params, {kRows, kDepth, input}, {kColumns, kDepth, weights}, {}, {kRows, kColumns, expected});
  expect(reference == kernels::Status::kOk, "the processor computes the reference");
  // What the output held before must not pass for a result, neither in memory nor in a cache.
  for (std::int8_t& value : output) value = 0x55;
  const runtime::Report report = context_.run(prepared_, timeout);
  right_ = true;
  for (std::size_t i = 0; i < output.size(); ++i) right_ = right_ && output[i] == expected[i];
  return report;
}

void SelfTest::expect_good(const char* when) {
  const runtime::Report report = job();
  if (!report.ok()) {
    ++failures_;
    console << test_ << ": the job " << when << ": " << runtime::explain(report) << '\n';
    return;
  }
  expect(right_, "the result of a good job is right");
}

void SelfTest::recover() {
  board::fault_switch(AUKLET_SOC_BOARD_FAULTS_OFF) = 1;
  expect(npu_.queue().reset() == npu::Status::kOk, "the driver resets the NPU");
}

void SelfTest::known_answer() {
  expect_good("first");
  expect_good("second");
}

void SelfTest::read_error_of_the_fetch() {
  board::fault_switch(AUKLET_SOC_BOARD_BUS_ERROR) = 0 | kSlaveError;
  const runtime::Report report = job();
  expect_status(report, npu::Status::kFaultAxiSlverr);
  expect(report.fault.channel == spec::Channel::kFetch, "the fetch met it");
}

void SelfTest::read_error_of_a_load() {
  // The first bursts are of the stream; from some on they are of the loads, and then they end.
  bool met = false;
  for (std::uint32_t burst = 1; burst < 16; ++burst) {
    board::fault_switch(AUKLET_SOC_BOARD_BUS_ERROR) = burst | kSlaveError;
    const runtime::Report report = job();
    if (report.ok()) break;  // The job has fewer bursts.
    expect_status(report, npu::Status::kFaultAxiSlverr);
    met = met || report.fault.channel == spec::Channel::kLoad;
    board::fault_switch(AUKLET_SOC_BOARD_FAULTS_OFF) = 1;
    expect_good("after an error");
  }
  expect(met, "a load met one");
}

void SelfTest::decode_error() {
  board::fault_switch(AUKLET_SOC_BOARD_BUS_ERROR) = 2 | kDecodeError;
  expect_status(job(), npu::Status::kFaultAxiDecerr);
}

void SelfTest::write_error() {
  board::fault_switch(AUKLET_SOC_BOARD_BUS_ERROR) = 0 | kSlaveError | kOfWrites;
  const runtime::Report report = job();
  expect_status(report, npu::Status::kFaultAxiSlverr);
  expect(report.fault.channel == spec::Channel::kStore, "the store met it");
}

void SelfTest::memory_that_stops() {
  board::fault_switch(AUKLET_SOC_BOARD_MEMORY_HANG) = 1;
  expect_status(job(), npu::Status::kFaultWatchdog);
}

void SelfTest::stream_that_waits_for_ever() {
  // The first command waits for a load that the stream does not have, as the NPU reads it.
  const std::uint32_t* first = &prepared_.program().stream[spec::StreamHeader::kWords];
  board::fault_switch(AUKLET_SOC_BOARD_CORRUPT_AT) = reinterpret_cast<std::uintptr_t>(first + 1);
  board::fault_switch(AUKLET_SOC_BOARD_CORRUPT_XOR) = 0x7000;
  const runtime::Report report = job();
  expect_status(report, npu::Status::kFaultWatchdog);
}

void SelfTest::stream_with_an_unknown_command() {
  const std::uint32_t* first = &prepared_.program().stream[spec::StreamHeader::kWords];
  board::fault_switch(AUKLET_SOC_BOARD_CORRUPT_AT) = reinterpret_cast<std::uintptr_t>(first);
  board::fault_switch(AUKLET_SOC_BOARD_CORRUPT_XOR) = 0xff;
  const runtime::Report report = job();
  expect_status(report, npu::Status::kFaultCommand);
  expect(report.fault.error == spec::CommandError::kOpcode, "its opcode is what is wrong");
  expect(report.fault.stream_offset == spec::StreamHeader::kWords * sizeof(std::uint32_t), "it is the first command");
}

void SelfTest::corrupt_weights() {
  // Nothing in a result says that weights were wrong: only an answer that is known does.
  board::fault_switch(AUKLET_SOC_BOARD_CORRUPT_AT) =
      reinterpret_cast<std::uintptr_t>(prepared_.program().constants.data());
  board::fault_switch(AUKLET_SOC_BOARD_CORRUPT_XOR) = 0x7f7f'7f7fU;
  const runtime::Report report = job();
  expect_status(report, npu::Status::kOk);
  expect(!right_, "the known answer tells that weights are corrupt");
}

void SelfTest::lost_interrupt() {
  board::fault_switch(AUKLET_SOC_BOARD_IRQ_LOSE) = 1;
  const std::uint32_t before = npu_.queue().statistics().lost_interrupts;
  const runtime::Report report = job(20'000);
  expect_status(report, npu::Status::kOk);
  expect(right_, "the result is right");
  expect(npu_.queue().statistics().lost_interrupts == before + 1, "the loss is counted");
}

void SelfTest::on_interrupt(void* context) {
  (void)static_cast<SelfTest*>(context)->npu_.queue().on_interrupt();
  board::fault_switch(AUKLET_SOC_BOARD_IRQ_FAKE) = 0;  // The driver cannot clear what is not its device's.
}

void SelfTest::spurious_interrupt() {
  board::on_npu_interrupt(on_interrupt, this);
  const std::uint32_t before = npu_.queue().statistics().spurious_interrupts;
  board::fault_switch(AUKLET_SOC_BOARD_IRQ_FAKE) = 1;
  expect(npu_.queue().statistics().spurious_interrupts == before + 1, "it is counted");
  expect_good("after it");
}

void SelfTest::deadline() {
  // Nobody but the driver notices: the watchdog is off.
  expect(npu_.device().set_watchdog(0) == npu::Status::kOk, "the watchdog is off");
  board::fault_switch(AUKLET_SOC_BOARD_MEMORY_HANG) = 1;
  const runtime::Report report = job(5'000);
  expect_status(report, npu::Status::kTimeout);
  recover();
  expect(npu_.device().set_watchdog(kWatchdog) == npu::Status::kOk, "the watchdog is on");
}

void SelfTest::reset_in_the_middle() {
  board::fault_switch(AUKLET_SOC_BOARD_NPU_RESET_IN) = 60'000;
  // It comes in one of these, between two, or while the driver speaks to the NPU.
  npu::Status status = npu::Status::kOk;
  for (int i = 0; i < 100 && status == npu::Status::kOk; ++i) {
    const runtime::Report report = job(20'000);
    status = report.ok() ? npu::Status::kOk : report.device;
    if (report.ok()) expect(right_, "no wrong result passes for a good one");
  }
  // The windows and the interrupt mask are gone, so that a job can only fail; a hard reset wants probe() and open().
  expect(status != npu::Status::kOk, "a job after the reset does not end well");
  expect(open() == npu::Status::kOk, "the driver opens the NPU again");
}

void SelfTest::run(const char* name, Test test) {
  const int before = failures_;
  test_ = name;
  (this->*test)();
  recover();
  expect_good("after the fault");
  console << (failures_ == before ? "ok      " : "FAILED  ") << name << '\n';
}

int SelfTest::run_all() {
  if (const npu::Status status = open(); status != npu::Status::kOk)
    return board::fail(console, "open", to_string(status));
  board::print(console, npu_.configuration());
  fill(weights, seed_);
  const kernels::FullyConnectedParams params{.multipliers = {&scale_, 1}, .activation = {}};
  prepared_ = context_.prepare(
      Operator{params, {kRows, kDepth, input}, {kColumns, kDepth, weights}, {}, {kRows, kColumns, output}}, workspace);
  run("known answer", &SelfTest::known_answer);
  run("read error of the fetch", &SelfTest::read_error_of_the_fetch);
  run("read error of a load", &SelfTest::read_error_of_a_load);
  run("decode error", &SelfTest::decode_error);
  run("write error", &SelfTest::write_error);
  run("memory that stops", &SelfTest::memory_that_stops);
  run("stream that waits for ever", &SelfTest::stream_that_waits_for_ever);
  run("stream with an unknown command", &SelfTest::stream_with_an_unknown_command);
  run("corrupt weights", &SelfTest::corrupt_weights);
  run("lost interrupt", &SelfTest::lost_interrupt);
  run("spurious interrupt", &SelfTest::spurious_interrupt);
  run("deadline", &SelfTest::deadline);
  run("reset in the middle", &SelfTest::reset_in_the_middle);
  return failures_;
}

}  // namespace

int main() {
  SelfTest test;
  const int failures = test.run_all();
  console << (failures == 0 ? "PASS\n" : "FAIL\n");
  return failures == 0 ? 0 : 1;
}
