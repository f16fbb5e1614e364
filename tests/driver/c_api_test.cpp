// The C interface: equal to the C++ one, number by number and call by call, on the functional model.
#include <gtest/gtest.h>

#include <array>
#include <auklet/npu/status.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstring>
#include <numeric>
#include <string>

#include <auklet/spec/auklet_spec.h>

#include "c_api_c99.h"
#include "stream_builder.hpp"

namespace auklet::test {
namespace {

using npu::Status;

TEST(CApiTest, NumbersAreThoseOfCpp) {
  const std::pair<Status, auklet_npu_status> pairs[] = {
      {Status::kOk, AUKLET_NPU_OK},
      {Status::kPending, AUKLET_NPU_PENDING},
      {Status::kTooManyWindows, AUKLET_NPU_TOO_MANY_WINDOWS},
      {Status::kWindowRange, AUKLET_NPU_WINDOW_RANGE},
      {Status::kWindowAccess, AUKLET_NPU_WINDOW_ACCESS},
      {Status::kBufferUnreachable, AUKLET_NPU_BUFFER_UNREACHABLE},
      {Status::kBufferSharesCacheLine, AUKLET_NPU_BUFFER_SHARES_CACHE_LINE},
      {Status::kStreamMisaligned, AUKLET_NPU_STREAM_MISALIGNED},
      {Status::kCounterRange, AUKLET_NPU_COUNTER_RANGE},
      {Status::kEventUnknown, AUKLET_NPU_EVENT_UNKNOWN},
      {Status::kAxiAttributeRange, AUKLET_NPU_AXI_ATTRIBUTE_RANGE},
      {Status::kUnknownTag, AUKLET_NPU_UNKNOWN_TAG},
      {Status::kNullArgument, AUKLET_NPU_NULL_ARGUMENT},
      {Status::kNotProbed, AUKLET_NPU_NOT_PROBED},
      {Status::kNoDevice, AUKLET_NPU_NO_DEVICE},
      {Status::kHardwareVersion, AUKLET_NPU_HARDWARE_VERSION},
      {Status::kStreamVersionUnsupported, AUKLET_NPU_STREAM_VERSION_UNSUPPORTED},
      {Status::kHardwareConfig, AUKLET_NPU_HARDWARE_CONFIG},
      {Status::kBusy, AUKLET_NPU_BUSY},
      {Status::kQueueFull, AUKLET_NPU_QUEUE_FULL},
      {Status::kDeviceFaulted, AUKLET_NPU_DEVICE_FAULTED},
      {Status::kStartRefused, AUKLET_NPU_START_REFUSED},
      {Status::kBadState, AUKLET_NPU_BAD_STATE},
      {Status::kPowerRefused, AUKLET_NPU_POWER_REFUSED},
      {Status::kReentered, AUKLET_NPU_REENTERED},
      {Status::kTimeout, AUKLET_NPU_TIMEOUT},
      {Status::kCancelled, AUKLET_NPU_CANCELLED},
      {Status::kResetTimeout, AUKLET_NPU_RESET_TIMEOUT},
      {Status::kPortIsolated, AUKLET_NPU_PORT_ISOLATED},
      {Status::kClearTimeout, AUKLET_NPU_CLEAR_TIMEOUT},
      {Status::kFaultCommand, AUKLET_NPU_FAULT_COMMAND},
      {Status::kFaultAddress, AUKLET_NPU_FAULT_ADDRESS},
      {Status::kFaultAxiSlverr, AUKLET_NPU_FAULT_AXI_SLVERR},
      {Status::kFaultAxiDecerr, AUKLET_NPU_FAULT_AXI_DECERR},
      {Status::kFaultWatchdog, AUKLET_NPU_FAULT_WATCHDOG},
      {Status::kFaultUnknown, AUKLET_NPU_FAULT_UNKNOWN},
      {Status::kFaultIndex, AUKLET_NPU_FAULT_INDEX},
      {Status::kFaultIntegrity, AUKLET_NPU_FAULT_INTEGRITY},
      {Status::kStreamLength, AUKLET_NPU_STREAM_LENGTH},
      {Status::kStreamMagic, AUKLET_NPU_STREAM_MAGIC},
      {Status::kStreamVersion, AUKLET_NPU_STREAM_VERSION},
      {Status::kStreamMacs, AUKLET_NPU_STREAM_MACS},
      {Status::kStreamSram, AUKLET_NPU_STREAM_SRAM},
      {Status::kStreamChecksum, AUKLET_NPU_STREAM_CHECKSUM},
      {Status::kStreamReserved, AUKLET_NPU_STREAM_RESERVED},
      {Status::kStreamOpcode, AUKLET_NPU_STREAM_OPCODE},
      {Status::kStreamWords, AUKLET_NPU_STREAM_WORDS},
      {Status::kStreamTruncated, AUKLET_NPU_STREAM_TRUNCATED},
      {Status::kStreamField, AUKLET_NPU_STREAM_FIELD},
      {Status::kStreamNoEnd, AUKLET_NPU_STREAM_NO_END},
      {Status::kStreamTrailing, AUKLET_NPU_STREAM_TRAILING},
      {Status::kStreamCommandCount, AUKLET_NPU_STREAM_COMMAND_COUNT},
      {Status::kStreamTooManyCommands, AUKLET_NPU_STREAM_TOO_MANY_COMMANDS},
      {Status::kStreamWindowUnset, AUKLET_NPU_STREAM_WINDOW_UNSET},
      {Status::kStreamWindowAccess, AUKLET_NPU_STREAM_WINDOW_ACCESS},
      {Status::kStreamWindowRange, AUKLET_NPU_STREAM_WINDOW_RANGE},
      {Status::kStreamSramRange, AUKLET_NPU_STREAM_SRAM_RANGE},
      {Status::kStreamWait, AUKLET_NPU_STREAM_WAIT},
      {Status::kStreamDeadlock, AUKLET_NPU_STREAM_DEADLOCK},
  };
  int known = 0;
  for (int value = 0; value < 256; ++value) {
    known += std::string(npu::to_string(static_cast<Status>(value))) != "unknown status" ? 1 : 0;
  }
  EXPECT_EQ(static_cast<std::size_t>(known), std::size(pairs)) << "a status is missing in auklet_npu.h or here";
  for (const auto& [cpp, c] : pairs) {
    EXPECT_EQ(static_cast<int>(cpp), static_cast<int>(c));
    EXPECT_STREQ(auklet_npu_status_text(c), npu::to_string(cpp));
  }
}

class CApiModelTest : public testing::Test {
 protected:
  CApiModelTest() {
    target_port.map(0x1000, std::as_writable_bytes(std::span(stream)));
    target_port.map(0x10000, std::as_writable_bytes(std::span(input)));
    target_port.map(0x20000, std::as_writable_bytes(std::span(output)));
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(3 * i + 1);
    bus = {&model, [](void* c, std::uint32_t offset) { return static_cast<sim::FunctionalModel*>(c)->read32(offset); },
           [](void* c, std::uint32_t offset, std::uint32_t value) {
             static_cast<sim::FunctionalModel*>(c)->write32(offset, value);
           }};
    port = {};
    port.context = &target_port;
    port.now = [](void* c) { return static_cast<sim::TargetPort*>(c)->now(); };
    port.relax = [](void* c) { static_cast<sim::TargetPort*>(c)->relax(); };
    port.translate = [](void* c, const void* data, std::size_t size, std::uint64_t* address) {
      return static_cast<sim::TargetPort*>(c)->translate(data, size, *address) ? 1 : 0;
    };
  }

  std::vector<std::uint32_t> stream = StreamBuilder().add(load()).add(store()).end().seal();
  std::array<std::uint8_t, 64> input{};
  std::array<std::uint8_t, 64> output{};
  std::array<auklet_npu_buffer, 2> buffers{auklet_npu_buffer{input.data(), input.size(), AUKLET_NPU_ACCESS_READ},
                                           auklet_npu_buffer{output.data(), output.size(), AUKLET_NPU_ACCESS_WRITE}};
  auklet_npu_job job{stream.data(), stream.size(), buffers.data(), buffers.size()};
  sim::FunctionalModel model;
  sim::TargetPort target_port{model};
  auklet_npu_bus bus{};
  auklet_npu_port port{};
  auklet_npu_result result{};
};

TEST_F(CApiModelTest, AC99ProgramRunsAJob) {
  ASSERT_EQ(auklet_c99_run(&bus, &port, &job, &result), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_OK);
  EXPECT_EQ(result.outputs_valid, 1);
  EXPECT_EQ(input, output);
  EXPECT_EQ(model.bus_errors(), 0U);
}

TEST_F(CApiModelTest, ErrorsComeThroughWithTheirDetails) {
  buffers[1].access = AUKLET_NPU_ACCESS_READ;
  EXPECT_EQ(auklet_c99_run(&bus, &port, &job, &result), AUKLET_NPU_STREAM_WINDOW_ACCESS);
  buffers[1].access = 9;  // No such right.
  EXPECT_EQ(auklet_c99_run(&bus, &port, &job, &result), AUKLET_NPU_STREAM_WINDOW_ACCESS);
  buffers[1].access = AUKLET_NPU_ACCESS_WRITE;
  model.inject_error(0x20000, 64, sim::AxiResponse::kSlaveError);
  ASSERT_EQ(auklet_c99_run(&bus, &port, &job, &result), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_FAULT_AXI_SLVERR);
  EXPECT_EQ(result.fault.kind, static_cast<std::uint32_t>(spec::Fault::kAxiSlverr));
  EXPECT_EQ(result.fault.channel, static_cast<std::uint32_t>(spec::Channel::kStore));
  EXPECT_EQ(result.fault.address, 0x20000U);
  EXPECT_EQ(result.outputs_valid, 0);
}

TEST_F(CApiModelTest, EveryCallByItself) {
  static auklet_npu npu;
  auklet_npu_configuration configuration;
  auklet_npu_statistics statistics;
  auklet_npu_fault fault;
  std::uint32_t tag = 0;
  std::uint32_t word = 99;
  std::uint64_t cycles = 0;
  int isolated = 1;
  ASSERT_EQ(auklet_npu_init(&npu, &bus, &port), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_set_watchdog(&npu, 1), AUKLET_NPU_NOT_PROBED);
  ASSERT_EQ(auklet_npu_probe(&npu, &configuration), AUKLET_NPU_OK);
  EXPECT_EQ(configuration.macs, 256);
  EXPECT_EQ(configuration.stream_version, spec::kStreamVersion);
  ASSERT_EQ(auklet_npu_open(&npu, AUKLET_NPU_INTERRUPT, 1000000), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_state(&npu, &word, &isolated), AUKLET_NPU_OK);
  EXPECT_EQ(word, static_cast<std::uint32_t>(spec::State::kIdle));
  EXPECT_EQ(isolated, 0);
  EXPECT_EQ(auklet_npu_clear_sram(&npu, 1000000), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_set_watchdog(&npu, 5000), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_set_axi_attributes(&npu, 0, 3, 8, 1), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_set_axi_attributes(&npu, 0, 3, 0, 1), AUKLET_NPU_AXI_ATTRIBUTE_RANGE);
  EXPECT_EQ(auklet_npu_select_event(&npu, 0, static_cast<std::uint32_t>(spec::Event::kCommands)), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_select_event(&npu, 0, 31), AUKLET_NPU_EVENT_UNKNOWN);
  EXPECT_EQ(auklet_npu_enable_counters(&npu, 1, 1), AUKLET_NPU_OK);
  ASSERT_EQ(auklet_npu_submit(&npu, &job, &tag, nullptr), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_poll(&npu, tag, &result), AUKLET_NPU_PENDING);
  model.step_until_irq(1000000);
  EXPECT_EQ(auklet_npu_interrupt(&npu), 1);
  EXPECT_EQ(auklet_npu_interrupt(&npu), 0);
  EXPECT_EQ(auklet_npu_poll(&npu, tag, &result), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_enable_counters(&npu, 0, 0), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_cycles(&npu, &cycles), AUKLET_NPU_OK);
  EXPECT_GT(cycles, 0U);
  EXPECT_EQ(auklet_npu_event_count(&npu, 0, &word), AUKLET_NPU_OK);
  EXPECT_GE(word, 2U) << "the load and the store";
  EXPECT_EQ(auklet_npu_layer_cycles(&npu, 0, &word), AUKLET_NPU_OK);
  std::array<std::uint32_t, AUKLET_CAUSES> causes{};
  EXPECT_EQ(auklet_npu_layer_causes(&npu, 0, causes.data()), AUKLET_NPU_OK);
  EXPECT_EQ(std::reduce(causes.begin(), causes.end()), cycles) << "the job has no other layer";
  EXPECT_GT(causes[AUKLET_CAUSE_LOAD - 1], 0U);
  EXPECT_EQ(auklet_npu_fault_cause(&npu, &fault), AUKLET_NPU_OK);
  EXPECT_EQ(fault.kind, 0U);
  ASSERT_EQ(auklet_npu_submit(&npu, &job, &tag, nullptr), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_cancel(&npu, tag), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_wait(&npu, tag, 10, &result), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_CANCELLED);
  EXPECT_EQ(auklet_npu_reset(&npu), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_get_statistics(&npu, &statistics), AUKLET_NPU_OK);
  EXPECT_EQ(statistics.jobs_started, 2U);
  EXPECT_EQ(statistics.spurious_interrupts, 1U);
  EXPECT_EQ(auklet_npu_close(&npu), AUKLET_NPU_OK);
  EXPECT_EQ(model.bus_errors(), 0U);
}

TEST_F(CApiModelTest, TheSynchronousCallWaits) {
  static auklet_npu npu;
  auklet_npu_configuration configuration;
  ASSERT_EQ(auklet_npu_init(&npu, &bus, &port), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_run(&npu, &job, 1000000, &result, nullptr), AUKLET_NPU_NOT_PROBED);
  ASSERT_EQ(auklet_npu_probe(&npu, &configuration), AUKLET_NPU_OK);
  ASSERT_EQ(auklet_npu_open(&npu, AUKLET_NPU_POLLING, 1000000), AUKLET_NPU_OK);
  for (std::uint8_t i = 0; i < 10; ++i) {
    input[0] = i;
    ASSERT_EQ(auklet_npu_run(&npu, &job, 1000000, &result, nullptr), AUKLET_NPU_OK);
    EXPECT_EQ(result.status, AUKLET_NPU_OK);
    EXPECT_EQ(input, output);
  }
  ASSERT_EQ(auklet_npu_run(&npu, &job, 0, &result, nullptr), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_TIMEOUT);
  EXPECT_EQ(auklet_npu_close(&npu), AUKLET_NPU_OK);
}

/// What the hooks of a C platform were called for.
struct Hooks {
  sim::TargetPort* target;
  int locks = 0;
  int takes = 0;
  int gives = 0;
  int powered = 0;
  int power_ons = 0;
  bool refuses_power = false;
  std::uint32_t begun = 0;
  std::uint32_t ended = 0;
  auklet_npu_status last = AUKLET_NPU_PENDING;
  auklet_npu* npu = nullptr;
};

TEST_F(CApiModelTest, EveryHookIsReached) {
  static auklet_npu npu;
  Hooks hooks{.target = &target_port, .npu = &npu};
  static constexpr auto kHooks = [](void* context) -> Hooks& { return *static_cast<Hooks*>(context); };
  port = {};
  port.context = &hooks;
  port.now = [](void* c) { return kHooks(c).target->now(); };
  port.relax = [](void* c) { kHooks(c).target->relax(); };
  port.translate = [](void* c, const void* data, std::size_t size, std::uint64_t* address) {
    return kHooks(c).target->translate(data, size, *address) ? 1 : 0;
  };
  port.lock = [](void* c) { EXPECT_EQ(++kHooks(c).locks % 2, 1); };
  port.unlock = [](void* c) { EXPECT_EQ(++kHooks(c).locks % 2, 0); };
  port.semaphore_take = [](void* c, std::uint32_t slot, std::uint64_t max) {
    EXPECT_EQ(slot, 0U);
    ++kHooks(c).takes;
    kHooks(c).target->wait_for_interrupt(max);
    return auklet_npu_interrupt(kHooks(c).npu);
  };
  port.semaphore_give = [](void* c, std::uint32_t /*slot*/) { ++kHooks(c).gives; };
  port.power_on = [](void* c) {
    if (kHooks(c).refuses_power) return 0;
    ++kHooks(c).power_ons;
    return ++kHooks(c).powered;
  };
  port.power_off = [](void* c) { --kHooks(c).powered; };
  port.power_keeps_registers = 1;
  port.job_begin = [](void* c, std::uint32_t tag) { kHooks(c).begun = tag; };
  port.job_end = [](void* c, std::uint32_t tag, auklet_npu_status status) {
    kHooks(c).ended = tag;
    kHooks(c).last = status;
  };
  auklet_npu_configuration configuration;
  const auklet_npu_options options{AUKLET_NPU_INTERRUPT, 1000000, 1};
  ASSERT_EQ(auklet_npu_init(&npu, &bus, &port), AUKLET_NPU_OK);
  ASSERT_EQ(auklet_npu_probe(&npu, &configuration), AUKLET_NPU_OK);
  ASSERT_EQ(auklet_npu_open_with(&npu, &options), AUKLET_NPU_OK);
  EXPECT_EQ(hooks.powered, 0);
  ASSERT_EQ(auklet_npu_run(&npu, &job, 1000000, &result, nullptr), AUKLET_NPU_OK);
  EXPECT_EQ(result.status, AUKLET_NPU_OK);
  EXPECT_EQ(input, output);
  EXPECT_EQ(hooks.takes, 1);
  EXPECT_EQ(hooks.gives, 1);
  EXPECT_EQ(hooks.power_ons, 3) << "probe, open, run";
  EXPECT_NE(hooks.begun, 0U);
  EXPECT_EQ(hooks.begun, hooks.ended);
  EXPECT_EQ(hooks.last, AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_hold_power(&npu), AUKLET_NPU_OK);
  EXPECT_EQ(hooks.powered, 1);
  EXPECT_EQ(auklet_npu_release_power(&npu), AUKLET_NPU_OK);
  EXPECT_EQ(hooks.powered, 0);
  hooks.refuses_power = true;
  EXPECT_EQ(auklet_npu_run(&npu, &job, 1000000, &result, nullptr), AUKLET_NPU_POWER_REFUSED);
  hooks.refuses_power = false;
  EXPECT_EQ(auklet_npu_close(&npu), AUKLET_NPU_OK);
  EXPECT_EQ(hooks.powered, 0);
}

TEST_F(CApiModelTest, HalfOfAPairIsRefused) {
  static auklet_npu npu;
  const auto refused = [&](auto change) {
    auklet_npu_port half = port;
    change(half);
    EXPECT_EQ(auklet_npu_init(&npu, &bus, &half), AUKLET_NPU_NULL_ARGUMENT);
  };
  refused([](auklet_npu_port& half) { half.enter_critical = [](void*) { return 0U; }; });
  refused([](auklet_npu_port& half) { half.leave_critical = [](void*, std::uint32_t) {}; });
  refused([](auklet_npu_port& half) { half.lock = [](void*) {}; });
  refused([](auklet_npu_port& half) { half.unlock = [](void*) {}; });
  refused([](auklet_npu_port& half) { half.semaphore_take = [](void*, std::uint32_t, std::uint64_t) { return 1; }; });
  refused([](auklet_npu_port& half) { half.semaphore_give = [](void*, std::uint32_t) {}; });
  refused([](auklet_npu_port& half) { half.power_on = [](void*) { return 1; }; });
  refused([](auklet_npu_port& half) { half.power_off = [](void*) {}; });
}

TEST_F(CApiModelTest, NullPointersAreRefused) {
  static auklet_npu npu;
  const auklet_npu_configuration configuration{};
  auklet_npu_stream_report report;
  std::uint32_t tag = 0;
  const auklet_npu_bus no_bus{};
  const auklet_npu_port no_port{};
  EXPECT_EQ(auklet_npu_init(nullptr, &bus, &port), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_init(&npu, nullptr, &port), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_init(&npu, &bus, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_init(&npu, &no_bus, &port), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_init(&npu, &bus, &no_port), AUKLET_NPU_NULL_ARGUMENT);
  ASSERT_EQ(auklet_npu_init(&npu, &bus, &port), AUKLET_NPU_OK);
  EXPECT_EQ(auklet_npu_probe(&npu, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_submit(&npu, nullptr, &tag, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_submit(&npu, &job, nullptr, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  job.buffers = nullptr;
  EXPECT_EQ(auklet_npu_submit(&npu, &job, &tag, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_validate(&job, &configuration, &report), AUKLET_NPU_NULL_ARGUMENT);
  job.buffers = buffers.data();
  job.buffer_count = spec::kWindowCount + 1;
  EXPECT_EQ(auklet_npu_validate(&job, &configuration, &report), AUKLET_NPU_TOO_MANY_WINDOWS);
  EXPECT_EQ(auklet_npu_submit(&npu, &job, &tag, nullptr), AUKLET_NPU_TOO_MANY_WINDOWS);
  EXPECT_EQ(auklet_npu_wait(&npu, tag, 1, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_poll(nullptr, tag, &result), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_layer_causes(nullptr, 0, &tag), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_layer_causes(&npu, 0, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_open_with(&npu, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_run(&npu, &job, 1, nullptr, nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_hold_power(nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_release_power(nullptr), AUKLET_NPU_NULL_ARGUMENT);
  EXPECT_EQ(auklet_npu_interrupt(nullptr), 0);
}

}  // namespace
}  // namespace auklet::test
