// LOAD and STORE: bytes, windows and what the bus may answer.
#include <algorithm>

#include "fixture.hpp"
#include "naive.hpp"

namespace auklet::test {
namespace {

using sim::AxiResponse;

spec::DmaCommand transfer(spec::Opcode opcode, std::uint32_t bytes, std::uint32_t offset = 0) {
  spec::DmaCommand c{.header = {.opcode = opcode}};
  c.offset = offset;
  c.ax_len = c.sp_len = bytes;
  c.ax_rows = 1;
  return c;
}

/// A transfer whose rows are of unrelated odd lengths on the two sides.
spec::DmaCommand random_transfer(Random& random, spec::Opcode opcode) {
  spec::DmaCommand c = transfer(opcode, random.in(1, 700), random.up_to(4096));
  c.ax_rows = random.in(1, 12);
  // STORE rows must not overlap in memory: the order of their bytes would matter. LOAD rows may.
  const bool overlap = opcode == spec::Opcode::kLoad && random.one_in(2);
  c.ax_stride = overlap ? random.up_to(900) : c.ax_len + random.up_to(300);
  const std::uint32_t total = c.ax_len * c.ax_rows;
  c.sp_len = random.one_in(4) ? random.in(total, total + 40) : random.in(1, 600);
  c.sp_stride = (c.sp_len + 15) / 16 * 16 + 16 * random.up_to(2);
  c.sp_base = 16 * random.up_to(kSmallConfig.sram_bytes / 16 - 1);
  return c;
}

bool fits(const spec::DmaCommand& c) {
  const std::uint32_t rows = (c.ax_len * c.ax_rows + c.sp_len - 1) / c.sp_len;
  return rows * c.sp_stride <= kSmallConfig.sram_bytes;  // Else a row would overwrite an earlier one.
}

JobOutcome run_one(Device& device, const spec::DmaCommand& c) {
  StreamBuilder builder;
  builder.add(c);
  builder.end();
  return device.run(builder);
}

spec::DmaCommand draw(Random& random, spec::Opcode opcode) {
  spec::DmaCommand c = random_transfer(random, opcode);
  while (!fits(c)) c = random_transfer(random, opcode);
  return c;
}

TEST(SimModelDma, LoadCutsAndFillsRows) {
  Device device;
  Random random(11);
  random.fill(device.data);
  device.load_sram();
  for (int i = 0; i < 300; ++i) {
    const spec::DmaCommand c = draw(random, spec::Opcode::kLoad);
    const naive::Bytes expected = naive::load(device.sram(), device.data, c);
    ASSERT_TRUE(run_one(device, c).done);
    ASSERT_TRUE(device.sram() == expected) << "transfer " << i;
  }
}

TEST(SimModelDma, StoreWritesExactlyItsBytes) {
  Device device;
  Random random(12);
  random.fill(device.data);
  device.load_sram();
  for (int i = 0; i < 300; ++i) {
    random.fill(std::span(device.data).first(32 * 1024));
    const spec::DmaCommand c = draw(random, spec::Opcode::kStore);
    const naive::Bytes expected = naive::store(device.sram(), device.data, c);
    ASSERT_TRUE(run_one(device, c).done);
    ASSERT_TRUE(device.data == expected) << "transfer " << i;
  }
}

/// Expects an ADDRESS fault by the second command of a stream, and that the command did nothing.
void expect_refused(Device& device, const spec::DmaCommand& c, spec::Channel channel) {
  const auto data = device.data;
  const auto sram = device.sram();
  StreamBuilder builder;
  spec::DmaCommand harmless = transfer(spec::Opcode::kLoad, 16);
  harmless.sp_base = 0;
  builder.add(harmless);
  spec::DmaCommand last = c;
  last.header.wait_load = 1;
  const std::uint32_t at = builder.add(last);
  builder.end();
  const JobOutcome outcome = device.run(builder);
  EXPECT_TRUE(outcome.faulted);
  EXPECT_FALSE(outcome.done);
  EXPECT_EQ(outcome.fault, spec::Fault::kAddress);
  EXPECT_EQ(outcome.channel, channel);
  EXPECT_EQ(outcome.code, spec::CommandError::kNone);
  EXPECT_EQ(outcome.fault_address, c.offset);
  EXPECT_EQ(outcome.fault_offset, at);
  EXPECT_EQ(state_of(device.model), spec::State::kFault);
  EXPECT_TRUE(device.data == data);
  EXPECT_TRUE(std::equal(sram.begin() + 16, sram.end(), device.sram().begin() + 16));
  device.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
  ASSERT_TRUE(wait_until_idle(device.model));
}

TEST(SimModelDma, RefusesWhatLeavesTheWindow) {
  Device device;
  Random random(13);
  random.fill(device.data);
  for (const auto& [opcode, channel] :
       {std::pair{spec::Opcode::kLoad, spec::Channel::kLoad}, std::pair{spec::Opcode::kStore, spec::Channel::kStore}}) {
    spec::DmaCommand c = transfer(opcode, 32);
    c.offset = Device::kDataBytes - 32;
    EXPECT_TRUE(run_one(device, c).done) << "the last bytes of the window are inside";
    c.offset += 1;
    expect_refused(device, c, channel);
    c.offset = 0xffff'fff0;  // Wraps 32 bits.
    expect_refused(device, c, channel);
    c.offset = 0;
    c.ax_rows = 3;
    c.ax_stride = 0x8000'0000;  // Two strides wrap 32 bits.
    expect_refused(device, c, channel);
    c.ax_stride = (Device::kDataBytes - 32) / 2;
    EXPECT_TRUE(run_one(device, c).done);
    c.ax_stride += 1;
    expect_refused(device, c, channel);
  }
}

TEST(SimModelDma, StrideOfOneRowIsNotLookedAt) {
  Device device;
  spec::DmaCommand c = transfer(spec::Opcode::kLoad, 32);
  c.ax_stride = 0xffff'ffff;
  EXPECT_TRUE(run_one(device, c).done);
}

TEST(SimModelDma, RefusesTheForbiddenDirection) {
  Device device;
  set_window(device.model, 1, Device::kDataBase, 64, true, false);
  set_window(device.model, 2, Device::kDataBase, 64, false, true);
  spec::DmaCommand load = transfer(spec::Opcode::kLoad, 16);
  spec::DmaCommand store = transfer(spec::Opcode::kStore, 16);
  load.window = 1;
  store.window = 2;
  EXPECT_TRUE(run_one(device, load).done);
  EXPECT_TRUE(run_one(device, store).done);
  load.window = 2;
  store.window = 1;
  expect_refused(device, load, spec::Channel::kLoad);
  expect_refused(device, store, spec::Channel::kStore);
  load.window = 3;  // Never set: size 0 grants nothing.
  expect_refused(device, load, spec::Channel::kLoad);
}

TEST(SimModelDma, RefusesAWindowThatWrapsTheAddressSpace) {
  Device device;
  set_window(device.model, 1, 0xff'ffff'ffc0, 0x1000);
  for (const std::uint32_t bytes : {1U, 64U, 65U}) {  // Wherever the transfer itself would end.
    spec::DmaCommand load = transfer(spec::Opcode::kLoad, bytes);
    load.window = 1;
    expect_refused(device, load, spec::Channel::kLoad);
  }
}

TEST(SimModelDma, UnmappedMemoryIsADecodeError) {
  Device device;
  set_window(device.model, 1, Device::kDataBase, 0x10'0000);
  for (const auto& [opcode, channel] :
       {std::pair{spec::Opcode::kLoad, spec::Channel::kLoad}, std::pair{spec::Opcode::kStore, spec::Channel::kStore}}) {
    spec::DmaCommand c = transfer(opcode, 1000, Device::kDataBytes - 600);
    c.window = 1;
    const JobOutcome outcome = run_one(device, c);
    EXPECT_TRUE(outcome.faulted);
    EXPECT_EQ(outcome.fault, spec::Fault::kAxiDecerr);
    EXPECT_EQ(outcome.channel, channel);
    EXPECT_EQ(outcome.code, spec::CommandError::kNone);
    EXPECT_EQ(outcome.fault_address, Device::kDataBase + Device::kDataBytes) << "the first burst beyond the memory";
    device.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
    ASSERT_TRUE(wait_until_idle(device.model));
  }
}

TEST(SimModelDma, InjectedErrorsAreLatchedOnEachChannel) {
  Device device;
  struct Case {
    spec::Opcode opcode;
    std::uint64_t base;
    AxiResponse response;
    spec::Fault fault;
    spec::Channel channel;
  };
  constexpr std::uint64_t kFailing = Device::kDataBase + 512;
  const Case cases[] = {
      {spec::Opcode::kLoad, kFailing, AxiResponse::kSlaveError, spec::Fault::kAxiSlverr, spec::Channel::kLoad},
      {spec::Opcode::kStore, kFailing, AxiResponse::kSlaveError, spec::Fault::kAxiSlverr, spec::Channel::kStore},
      {spec::Opcode::kLoad, kFailing, AxiResponse::kDecodeError, spec::Fault::kAxiDecerr, spec::Channel::kLoad},
      {spec::Opcode::kLoad, Device::kStreamBase, AxiResponse::kSlaveError, spec::Fault::kAxiSlverr,
       spec::Channel::kFetch},
      {spec::Opcode::kLoad, Device::kStreamBase, AxiResponse::kDecodeError, spec::Fault::kAxiDecerr,
       spec::Channel::kFetch},
  };
  for (const Case& test : cases) {
    device.model.inject_error(test.base, 1, test.response);
    const JobOutcome outcome = run_one(device, transfer(test.opcode, 2048));
    EXPECT_TRUE(outcome.faulted);
    EXPECT_FALSE(outcome.done);
    EXPECT_EQ(outcome.fault, test.fault);
    EXPECT_EQ(outcome.channel, test.channel);
    EXPECT_EQ(outcome.fault_address, test.base);
    device.model.clear_injected_errors();
    device.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
    ASSERT_TRUE(wait_until_idle(device.model));
    EXPECT_TRUE(run_one(device, transfer(test.opcode, 2048)).done) << "the next job is good";
  }
}

TEST(SimModelDma, MappingsMayNotOverlapAndMayAdjoin) {
  Device device;
  std::vector<std::byte> bytes(64);
  const std::uint64_t end = Device::kDataBase + Device::kDataBytes;
  EXPECT_THROW(device.model.map(end - 1, bytes, {}), std::invalid_argument);
  EXPECT_THROW(device.model.map(Device::kDataBase - 63, bytes, {}), std::invalid_argument);
  device.model.map(end, bytes, {});
  set_window(device.model, 1, Device::kDataBase, 0x10'0000);
  bytes[0] = std::byte{42};
  spec::DmaCommand load = transfer(spec::Opcode::kLoad, 32, Device::kDataBytes - 16);
  load.window = 1;
  EXPECT_TRUE(run_one(device, load).done);
  EXPECT_EQ(device.sram()[16], 42) << "one burst across two regions";
  device.model.unmap(end);
  EXPECT_EQ(run_one(device, load).fault, spec::Fault::kAxiDecerr);
}

}  // namespace
}  // namespace auklet::test
