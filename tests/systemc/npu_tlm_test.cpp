// The TLM component itself: its sockets, its memory traffic, its interrupt and its time.
#include <auklet/spec/spec.hpp>

#include <gtest/gtest.h>

#include "../common/job.hpp"
#include "tlm_system.hpp"

#if AUKLET_HAS_RTL
#include <auklet/sim/verilated_npu.hpp>
#endif

namespace auklet::test {
namespace {

namespace reg = spec::reg;
using sim::TlmAccuracy;

constexpr std::uint64_t kMemory = 0x12'3400'0000;
constexpr std::uint32_t kStreamAt = 0x8000;

class NpuTlm : public testing::TestWithParam<TlmAccuracy> {
 protected:
  void SetUp() override {
    system = &TlmSystem::get(GetParam());
    system->memory.offer_dmi(true);
    system->memory.waits = sc_core::SC_ZERO_TIME;
  }
  void TearDown() override {
    if (system != nullptr) system->memory.unmap(kMemory);
  }

  /// Brings `target` to where copy_job() can run.
  static void prepare(sim::Target& target, std::span<std::byte> memory, std::uint32_t size) {
    target.map(kMemory, memory, {});
    ASSERT_TRUE(wait_until_idle(target));
    set_window(target, 0, kMemory, size);
  }
  /// Copies 4 KiB within window 0; the stream goes to `memory`.
  static std::uint32_t place_copy(std::span<std::byte> memory) {
    StreamBuilder builder;
    spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad}};
    load.ax_len = load.sp_len = 4096;
    load.ax_rows = 1;
    builder.add(load);
    spec::DmaCommand store = load;
    store.header.opcode = spec::Opcode::kStore;
    store.header.wait_load = 1;
    store.offset = 0x4000;
    builder.add(store);
    builder.end();
    const std::vector<std::uint32_t> words = builder.finish(spec::kDefaultConfiguration);
    std::memcpy(&memory[kStreamAt], words.data(), words.size() * 4);
    return static_cast<std::uint32_t>(words.size() * 4);
  }
  /// What a job cost, by the NPU's own counter.
  struct Copied {
    JobOutcome outcome;
    std::uint32_t cycles = 0;
  };
  static Copied copy(sim::Target& target, std::span<std::byte> memory) {
    for (std::size_t i = 0; i < 4096; ++i) memory[i] = static_cast<std::byte>(i * 7 + 1);
    const std::uint32_t size = place_copy(memory);
    target.write32(reg::PmuCtrl::kOffset, reg::PmuCtrl::kClear.mask() | reg::PmuCtrl::kEnable.mask());
    Copied copied{run_job(target, kMemory + kStreamAt, size), 0};
    copied.cycles = target.read32(reg::PmuCyclesLo::kOffset);
    return copied;
  }
  [[nodiscard]] bool is_copied() const {
    return std::equal(memory.begin(), memory.begin() + 4096, memory.begin() + 0x4000);
  }

  TlmSystem* system = nullptr;
  std::vector<std::byte> memory = std::vector<std::byte>(64 * 1024);
};

TEST(NpuTlmOptions, RefuseAConfigurationThatThereIsNoneOf) {
  const std::vector<std::string>& refusals = TlmSystem::refusals();
  ASSERT_EQ(refusals.size(), 2U) << "one for each accuracy";
  EXPECT_EQ(refusals[0], "the specification has no configuration npu7");
  EXPECT_NE(refusals[1].find(sim::NpuTlm::has_cycle_accuracy() ? "npu7" : "no verilated RTL"), std::string::npos)
      << refusals[1];
}

TEST_P(NpuTlm, RefusesWhatIsNoRegisterAccess) {
  system->run([&] {
    const auto access = [&](tlm::tlm_command command, std::uint64_t address, unsigned bytes, bool byte_enables) {
      std::array<unsigned char, 8> data{};
      unsigned char enable = TLM_BYTE_ENABLED;
      tlm::tlm_generic_payload transaction;
      transaction.set_command(command);
      transaction.set_address(address);
      transaction.set_data_ptr(data.data());
      transaction.set_data_length(bytes);
      transaction.set_streaming_width(bytes);
      if (byte_enables) {
        transaction.set_byte_enable_ptr(&enable);
        transaction.set_byte_enable_length(1);
      }
      transaction.set_dmi_allowed(true);
      const tlm::tlm_response_status status = system->access(transaction);
      EXPECT_FALSE(transaction.is_dmi_allowed()) << "registers have side effects";
      return status;
    };
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, 0, 4, false), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_IGNORE_COMMAND, 0, 4, false), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, 0x1000, 4, false), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, std::uint64_t{1} << 32, 4, false), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, 0, 4, true), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, 0, 8, false), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, 0x1c, 2, false), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, 2, 4, false), tlm::TLM_BURST_ERROR_RESPONSE);
    const std::uint64_t refused = system->npu.refused_accesses();
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, reg::Id::kOffset, 4, false), tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, 0xffc, 4, false), tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(system->npu.refused_accesses(), refused + 2);
  });
}

TEST_P(NpuTlm, MovesEverythingOverItsSocket) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    system->memory.offer_dmi(false);
    const std::uint64_t before = system->memory.transactions;
    EXPECT_TRUE(copy(*system, memory).outcome.done);
    EXPECT_TRUE(is_copied());
    // Sixteen bursts of 256 bytes each way, and the stream.
    EXPECT_GE(system->memory.transactions - before, 33U);
  });
}

TEST_P(NpuTlm, TakesDirectPointersWhereOffered) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    const std::uint64_t transactions = system->memory.transactions;
    const std::uint64_t requests = system->memory.direct_requests;
    EXPECT_TRUE(copy(*system, memory).outcome.done);
    EXPECT_TRUE(is_copied());
    EXPECT_EQ(system->memory.transactions - transactions, 1U) << "the first says that there is a pointer";
    EXPECT_EQ(system->memory.direct_requests - requests, 1U);
  });
}

TEST_P(NpuTlm, ForgetsPointersThatAreTakenBack) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    EXPECT_TRUE(copy(*system, memory).outcome.done);
    system->unmap(kMemory);
    const JobOutcome outcome = run_job(*system, kMemory + kStreamAt, place_copy(memory));
    EXPECT_TRUE(outcome.faulted);
    EXPECT_EQ(outcome.fault, spec::Fault::kAxiDecerr);
    EXPECT_EQ(outcome.fault_address, kMemory + kStreamAt);
  });
}

TEST_P(NpuTlm, StandsStillWhileMemoryWaits) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    const Copied fast = copy(*system, memory);
    system->memory.offer_dmi(false);
    system->memory.waits = sc_core::sc_time(100, sc_core::SC_US);
    const sc_core::sc_time begin = sc_core::sc_time_stamp();
    const Copied slow = copy(*system, memory);
    EXPECT_TRUE(slow.outcome.done);
    EXPECT_TRUE(is_copied());
    EXPECT_EQ(slow.cycles, fast.cycles) << "the NPU's clock stands still";
    EXPECT_GT(sc_core::sc_time_stamp() - begin, sc_core::sc_time(33 * 100, sc_core::SC_US));
  });
}

TEST_P(NpuTlm, AnswersRegisterAccessesOnceMemoryHasReturned) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    system->memory.offer_dmi(false);
    system->memory.waits = sc_core::sc_time(10, sc_core::SC_US);
    const std::uint64_t errors = system->bus_errors();
    start_job(*system, kMemory + kStreamAt, place_copy(memory));
    std::uint32_t polls = 0;
    while (state_of(*system) == spec::State::kRunning && polls < 100'000) {
      ++polls;
      system->step(8);
    }
    EXPECT_GT(polls, 0U);
    EXPECT_EQ(state_of(*system), spec::State::kIdle);
    EXPECT_TRUE(system->irq());
    EXPECT_EQ(system->bus_errors(), errors);
    EXPECT_TRUE(is_copied());
  });
}

TEST_P(NpuTlm, InterruptsWhenTheJobHasEnded) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    const Copied copied = copy(*system, memory);
    // Of the register accesses that begin and end it, a few cycles.
    EXPECT_GE(copied.outcome.cycles + 16, copied.cycles);
    EXPECT_LE(copied.outcome.cycles, copied.cycles + 16);
    EXPECT_FALSE(system->irq()) << "acknowledged";
  });
}

TEST_P(NpuTlm, RestsWhileNothingCanChange) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    EXPECT_TRUE(copy(*system, memory).outcome.done);
    system->step(1000);
    const std::uint64_t cycles = system->npu.cycles();
    sc_core::wait(sc_core::sc_time(100, sc_core::SC_SEC));
    EXPECT_LE(system->npu.cycles(), cycles + 1000);
    EXPECT_TRUE(copy(*system, memory).outcome.done) << "and wakes up";
  });
}

TEST_P(NpuTlm, ResetsInTheMiddleOfAJob) {
  system->run([&] {
    prepare(*system, memory, 0x8000);
    start_job(*system, kMemory + kStreamAt, place_copy(memory));
    system->step(50);
    system->hard_reset();
    EXPECT_EQ(system->read32(reg::WindowSize::offset(0)), 0U);
    EXPECT_EQ(system->read32(reg::IrqMask::kOffset), 0U);
    ASSERT_TRUE(wait_until_idle(*system));
    set_window(*system, 0, kMemory, 0x8000);
    EXPECT_TRUE(copy(*system, memory).outcome.done);
    EXPECT_TRUE(is_copied());
  });
}

INSTANTIATE_TEST_SUITE_P(All, NpuTlm, testing::ValuesIn(accuracies()), [](const auto& chosen) {
  return chosen.param == TlmAccuracy::kLooselyTimed ? "LooselyTimed" : "CycleAccurate";
});

#if AUKLET_HAS_RTL
class NpuTlmCycles : public NpuTlm {};

TEST_P(NpuTlmCycles, TakesTheCyclesOfThePlainRtl) {
  const auto plain = sim::make_verilated_npu({});
  std::vector<std::byte> other(memory.size());
  prepare(*plain, other, 0x8000);
  const Copied expected = copy(*plain, other);
  for (const bool dmi : {true, false}) {
    system->run([&] {
      prepare(*system, memory, 0x8000);
      system->memory.offer_dmi(dmi);
      EXPECT_EQ(copy(*system, memory).cycles, expected.cycles) << (dmi ? "direct" : "blocking");
      EXPECT_TRUE(is_copied());
    });
  }
}

INSTANTIATE_TEST_SUITE_P(CycleAccurate, NpuTlmCycles, testing::Values(TlmAccuracy::kCycleAccurate));
#endif

}  // namespace
}  // namespace auklet::test
