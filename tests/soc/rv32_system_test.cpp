// Atomics, cache maintenance, code that changes, semihosting, and what run() and map() promise.
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "rv32_assembler.hpp"
#include "rv32_machine.hpp"

namespace auklet::test {
namespace {

using namespace rv32;  // NOLINT(google-build-using-namespace): programs are written in it.
using sim::soc::CpuStop;

constexpr std::uint32_t kCode = Rv32Machine::kCode;
constexpr std::uint32_t kData = Rv32Machine::kData;

struct Modified {
  std::uint32_t loaded, stored;
  bool operator==(const Modified&) const = default;
};

Modified modify(Atomic what, std::uint32_t memory, std::uint32_t operand) {
  Rv32Machine machine;
  machine.poke(kData, memory);
  machine.cpu.set_x(s0, kData);
  machine.cpu.set_x(a1, operand);
  EXPECT_EQ(machine.execute(atomic(what, a0, s0, a1)), CpuStop::kBudget);
  return {machine.cpu.x(a0), machine.peek(kData)};
}

TEST(Rv32Atomics, ModifyMemory) {
  EXPECT_EQ(modify(Atomic::kSwap, 5, 9), (Modified{5, 9}));
  EXPECT_EQ(modify(Atomic::kAdd, 0xFFFF'FFFF, 3), (Modified{0xFFFF'FFFF, 2}));
  EXPECT_EQ(modify(Atomic::kXor, 0xFF, 0x0F), (Modified{0xFF, 0xF0}));
  EXPECT_EQ(modify(Atomic::kAnd, 0xFF, 0x10F), (Modified{0xFF, 0x0F}));
  EXPECT_EQ(modify(Atomic::kOr, 0xF0, 0x0F), (Modified{0xF0, 0xFF}));
  EXPECT_EQ(modify(Atomic::kMin, 0xFFFF'FFFF, 1), (Modified{0xFFFF'FFFF, 0xFFFF'FFFF}));
  EXPECT_EQ(modify(Atomic::kMax, 0xFFFF'FFFF, 1), (Modified{0xFFFF'FFFF, 1}));
  EXPECT_EQ(modify(Atomic::kMinu, 0xFFFF'FFFF, 1), (Modified{0xFFFF'FFFF, 1}));
  EXPECT_EQ(modify(Atomic::kMaxu, 0xFFFF'FFFF, 1), (Modified{0xFFFF'FFFF, 0xFFFF'FFFF}));
}

TEST(Rv32Atomics, MayUseOneRegisterForAll) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, kData);
  EXPECT_EQ(machine.execute(atomic(Atomic::kSwap, s0, s0, s0)), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(s0), 0U);
  EXPECT_EQ(machine.peek(kData), kData);
}

TEST(Rv32Atomics, ModifyThroughTheBus) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, RecordingBus::kBase);
  machine.cpu.set_x(a1, 3);
  machine.place({atomic(Atomic::kAdd, a0, s0, a1), atomic(Atomic::kLr, a2, s0, 0), atomic(Atomic::kSc, a3, s0, a1)});
  machine.cpu.set_x(a3, 9);
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kBudget);
  constexpr std::uint32_t kBase = RecordingBus::kBase;
  const std::vector<RecordingBus::Access> expected = {
      {'l', kBase, 4, 0}, {'s', kBase, 4, 3}, {'l', kBase, 4, 3}, {'s', kBase, 4, 3}};
  EXPECT_EQ(machine.bus.accesses, expected);
  EXPECT_EQ(machine.cpu.x(a2), 3U);
  EXPECT_EQ(machine.cpu.x(a3), 0U);
}

/// SC's result after the instructions before it; its address is in s0, the next word's in s1.
std::uint32_t conditional(std::initializer_list<std::uint32_t> program) {
  Rv32Machine machine;
  machine.place(program);
  machine.cpu.set_x(s0, kData);
  machine.cpu.set_x(s1, kData + 4);
  machine.cpu.set_x(a1, 7);
  machine.cpu.set_x(t6, Rv32Machine::kHandler);
  machine.place({csrrs(t0, mepc, zero), addi(t0, t0, 4), csrrw(zero, mepc, t0), kMret}, Rv32Machine::kHandler);
  machine.cpu.set_x(a0, 5);
  EXPECT_EQ(machine.cpu.run(20), CpuStop::kSleep);
  EXPECT_EQ(machine.peek(kData), machine.cpu.x(a0) == 0 ? 7U : 0U);
  return machine.cpu.x(a0);
}

TEST(Rv32Atomics, ConditionalStoresNeedAReservation) {
  const std::uint32_t lr = atomic(Atomic::kLr, a2, s0, 0);
  const std::uint32_t sc = atomic(Atomic::kSc, a0, s0, a1);
  EXPECT_EQ(conditional({lr, kNop, sc, kWfi}), 0U);
  EXPECT_EQ(conditional({sc, kWfi}), 1U);
  EXPECT_EQ(conditional({lr, atomic(Atomic::kLr, a2, s1, 0), sc, kWfi}), 1U);
  EXPECT_EQ(conditional({lr, atomic(Atomic::kSc, a2, s1, a1), sc, kWfi}), 1U);
  EXPECT_EQ(conditional({csrrw(zero, mtvec, t6), lr, kEcall, sc, kWfi}), 1U);
}

TEST(Rv32Atomics, AReservationServesOnce) {
  Rv32Machine machine;
  machine.place({atomic(Atomic::kLr, a2, s0, 0), atomic(Atomic::kSc, a0, s0, a1), atomic(Atomic::kSc, a1, s0, zero)});
  machine.cpu.set_x(s0, kData);
  machine.cpu.set_x(a1, 7);
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 0U);
  EXPECT_EQ(machine.cpu.x(a1), 1U);
  EXPECT_EQ(machine.peek(kData), 7U);
}

TEST(Rv32System, MaintainsCaches) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, RecordingBus::kBase + 5);
  machine.place({cbo(0, s0), cbo(1, s0), cbo(2, s0)});
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kBudget);
  const std::uint32_t address = RecordingBus::kBase + 5;
  const std::vector<RecordingBus::Access> expected = {{'i', address, 0, 0}, {'c', address, 0, 0}, {'f', address, 0, 0}};
  EXPECT_EQ(machine.bus.accesses, expected);
}

TEST(Rv32System, SeesNewCodeAfterFencei) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, kCode + 0x100);
  machine.cpu.set_x(a1, addi(a0, a0, 16));
  machine.place({jalr(ra, s0, 0), sw(a1, s0, 0), kFencei, jalr(ra, s0, 0)});
  machine.place({addi(a0, a0, 1), jalr(zero, ra, 0)}, kCode + 0x100);
  EXPECT_EQ(machine.cpu.run(8), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 17U);
  EXPECT_EQ(machine.cpu.pc(), kCode + 16);
  EXPECT_EQ(machine.cpu.retired(), 8U);
}

TEST(Rv32System, SeesNewCodeAfterReset) {
  Rv32Machine machine;
  machine.place({addi(a0, a0, 1)});
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  machine.place({addi(a0, a0, 2)});
  machine.cpu.reset(kCode);
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 2U);
}

constexpr std::uint32_t kBefore = 0x01F01013;  // SLLI x0, x0, 31
constexpr std::uint32_t kBehind = 0x40705013;  // SRAI x0, x0, 7

TEST(Rv32System, StopsForSemihosting) {
  Rv32Machine machine;
  machine.cpu.set_x(a0, 4);
  machine.cpu.set_x(a1, 0x8000'1234);
  machine.place({kNop, kBefore, kEbreak, kBehind, addi(a1, a0, 1)});
  EXPECT_EQ(machine.cpu.run(100), CpuStop::kSemihosting);
  EXPECT_EQ(machine.cpu.pc(), kCode + 8);
  EXPECT_EQ(machine.cpu.retired(), 2U);
  EXPECT_EQ(machine.cpu.semihosting_call().operation, 4U);
  EXPECT_EQ(machine.cpu.semihosting_call().parameter, 0x8000'1234U);
  EXPECT_EQ(machine.cpu.run(100), CpuStop::kSemihosting);  // Not served yet.
  machine.cpu.finish_semihosting(41);
  EXPECT_EQ(machine.cpu.retired(), 3U);
  EXPECT_EQ(machine.cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 41U);
  EXPECT_EQ(machine.cpu.x(a1), 42U);
}

TEST(Rv32System, AnyOtherEbreakTraps) {
  Rv32Machine machine;
  machine.place({kBefore, kEbreak, kNop});
  EXPECT_EQ(machine.cpu.run(100), CpuStop::kHalted);
  EXPECT_EQ(machine.cpu.csr(mcause), 3U);
}

TEST(Rv32System, YieldsBehindTheAccessThatAskedForIt) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, RecordingBus::kBase);
  machine.place({sw(zero, s0, 0), kNop, kNop});
  machine.bus.on_access = [&] { machine.cpu.request_yield(); };
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kYield);
  EXPECT_EQ(machine.cpu.pc(), kCode + 4);
  EXPECT_EQ(machine.cpu.retired(), 1U);
  EXPECT_EQ(machine.cpu.run(2), CpuStop::kBudget);
}

TEST(Rv32System, YieldsBehindAFaultToo) {
  Rv32Machine machine;
  machine.cpu.set_x(s0, RecordingBus::kRefused);
  machine.cpu.set_x(t6, Rv32Machine::kHandler);
  machine.place({csrrw(zero, mtvec, t6), sw(zero, s0, 0)});
  machine.bus.on_access = [&] { machine.cpu.request_yield(); };
  EXPECT_EQ(machine.cpu.run(3), CpuStop::kYield);
  EXPECT_EQ(machine.cpu.pc(), Rv32Machine::kHandler);
}

TEST(Rv32System, RunsNothingWithoutABudget) {
  Rv32Machine machine;
  machine.place({kNop});
  EXPECT_EQ(machine.cpu.run(0), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.pc(), kCode);
}

TEST(Rv32System, FetchesFromReadOnlyMemoryThatStoresPassBy) {
  std::vector<std::byte> rom(4096);
  Rv32Machine machine;
  machine.cpu.map(RecordingBus::kBase, rom, false);
  machine.cpu.set_x(s0, RecordingBus::kBase);
  machine.cpu.set_x(a0, 9);
  machine.place({sw(a0, s0, 0), lw(a1, s0, 0)});
  EXPECT_EQ(machine.cpu.run(2), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a1), 0U);
  EXPECT_EQ(machine.bus.accesses.size(), 1U);
}

TEST(Rv32System, FetchesWhatLoadsSeeThroughTheBus) {
  std::vector<std::byte> code(4096);
  const std::uint32_t word = lw(a0, s0, 0);
  std::memcpy(code.data(), &word, sizeof(word));
  Rv32Machine machine;
  machine.cpu.map_fetch(RecordingBus::kBase, code);
  machine.cpu.reset(RecordingBus::kBase);
  machine.cpu.set_x(s0, RecordingBus::kBase);
  EXPECT_EQ(machine.cpu.run(1), CpuStop::kBudget);
  EXPECT_EQ(machine.cpu.x(a0), 0U);  // The device's word, not the instruction.
  EXPECT_EQ(machine.bus.accesses.size(), 1U);
}

TEST(Rv32System, RefusesWhatCannotBeMapped) {
  std::vector<std::byte> bytes(0x2000);
  Rv32Machine machine;
  const std::span<std::byte> page = std::span(bytes).first(0x1000);
  EXPECT_THROW(machine.cpu.map(0x100, page, true), std::invalid_argument);
  EXPECT_THROW(machine.cpu.map(0x1000, std::span(bytes).first(0x800), true), std::invalid_argument);
  EXPECT_THROW(machine.cpu.map(0x1000, {}, true), std::invalid_argument);
  EXPECT_THROW(machine.cpu.map(kCode + 0xF000, bytes, true), std::invalid_argument);
  EXPECT_THROW(machine.cpu.map_fetch(kCode - 0x1000, bytes), std::invalid_argument);
  EXPECT_THROW(machine.cpu.map(0xFFFF'F000, bytes, true), std::invalid_argument);
  EXPECT_NO_THROW(machine.cpu.map(0xFFFF'F000, page, true));
  EXPECT_NO_THROW(machine.cpu.map_fetch(kCode - 0x1000, std::span(bytes).last(0x1000)));
}

}  // namespace
}  // namespace auklet::test
