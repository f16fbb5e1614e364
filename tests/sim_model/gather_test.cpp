// GATHER: rows, windows, and indices that are in no table.
#include <algorithm>

#include "fixture.hpp"
#include "naive.hpp"

namespace auklet::test {
namespace {

constexpr std::uint32_t kIndices = 0x8000;       // SRAM address
constexpr std::uint32_t kIndicesFrom = 0x30000;  // Offset in the data.

void put_indices(Device& device, const std::vector<std::int32_t>& indices) {
  std::memcpy(&device.data[kIndicesFrom], indices.data(), indices.size() * 4);
}

/// Loads the indices, then gathers; nothing but the load engine's order makes the GATHER wait.
JobOutcome run_gather(Device& device, const spec::GatherCommand& c, std::uint32_t* at = nullptr) {
  spec::DmaCommand load{.header = {.opcode = spec::Opcode::kLoad}};
  load.offset = kIndicesFrom;
  load.ax_len = load.sp_len = c.n * 4;
  load.ax_rows = 1;
  load.sp_base = c.idx_base;
  StreamBuilder builder;
  builder.add(load);
  const std::uint32_t offset = builder.add(c);
  if (at != nullptr) *at = offset;
  builder.end();
  return device.run(builder);
}

spec::GatherCommand table(std::uint32_t rows, std::uint32_t bytes, std::uint32_t n) {
  spec::GatherCommand c{.header = {.opcode = spec::Opcode::kGather}};
  c.ax_rows = rows;
  c.ax_len = c.ax_stride = bytes;
  c.n = n;
  c.sp_stride = (bytes + 15) / 16 * 16;
  c.idx_base = kIndices;
  return c;
}

void reset(Device& device) {
  device.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
  ASSERT_TRUE(wait_until_idle(device.model));
}

TEST(SimModelGather, TakesTheRowsThatTheIndicesName) {
  Device device;
  Random random(21);
  random.fill(device.data);
  device.load_sram();
  for (int i = 0; i < 300; ++i) {
    spec::GatherCommand c = table(random.in(1, 300), random.in(1, 100), random.in(1, 60));
    c.offset = random.up_to(4096);
    c.ax_stride = random.one_in(2) ? c.ax_len : random.up_to(600);
    c.sp_stride += 16 * random.up_to(2);
    c.sp_base = (kIndices + 256 + 16 * random.up_to(4095)) & 0xffffff;
    if (c.sp_base + c.n * c.sp_stride > kIndices + kSmallConfig.sram_bytes) c.sp_base = 0;  // Not onto the indices.
    std::vector<std::int32_t> indices;
    for (std::uint32_t j = 0; j < c.n; ++j) indices.push_back(static_cast<std::int32_t>(random.up_to(c.ax_rows - 1)));
    put_indices(device, indices);
    naive::Bytes before = device.sram();
    std::fill_n(before.begin() + kIndices, (c.n * 4 + 15) / 16 * 16, std::int8_t{0});
    std::memcpy(&before[kIndices], indices.data(), indices.size() * 4);
    const naive::Bytes expected = naive::gather(before, device.data, c);
    ASSERT_TRUE(run_gather(device, c).done);
    ASSERT_TRUE(device.sram() == expected) << "gather " << i;
  }
}

TEST(SimModelGather, AnIndexOutsideTheTableIsAFault) {
  Device device;
  Random random(22);
  random.fill(device.data);
  for (const std::int32_t bad : {-1, INT32_MIN, 5, 6, 65'535, 65'536, INT32_MAX}) {
    for (const std::uint32_t place : {0U, 3U, 4U, 9U}) {
      std::vector<std::int32_t> indices(10, 4);
      put_indices(device, indices);
      EXPECT_TRUE(run_gather(device, table(5, 32, 10)).done) << "4 is the last row";
      const auto sram = device.sram();
      indices[place] = bad;
      put_indices(device, indices);
      std::uint32_t at = 0;
      const JobOutcome outcome = run_gather(device, table(5, 32, 10), &at);
      EXPECT_TRUE(outcome.faulted);
      EXPECT_FALSE(outcome.done);
      EXPECT_EQ(outcome.fault, spec::Fault::kIndex);
      EXPECT_EQ(outcome.channel, spec::Channel::kLoad);
      EXPECT_EQ(outcome.code, spec::CommandError::kNone);
      EXPECT_EQ(outcome.fault_address, place);
      EXPECT_EQ(outcome.fault_offset, at);
      EXPECT_TRUE(std::equal(sram.begin() + 320, sram.begin() + kIndices, device.sram().begin() + 320));
      reset(device);
    }
  }
}

// Every row of the table must be in the window, whether an index names it or not.
TEST(SimModelGather, RefusesATableThatLeavesTheWindow) {
  Device device;
  Random random(23);
  random.fill(device.data);
  put_indices(device, {0});
  set_window(device.model, 1, Device::kDataBase, 100);
  set_window(device.model, 2, Device::kDataBase, 100, false, true);
  spec::GatherCommand c = table(10, 10, 1);
  c.window = 1;
  EXPECT_TRUE(run_gather(device, c).done) << "the last bytes of the window are inside";
  const auto expect_refused = [&](const spec::GatherCommand& wrong) {
    const auto sram = device.sram();
    std::uint32_t at = 0;
    const JobOutcome outcome = run_gather(device, wrong, &at);
    EXPECT_EQ(outcome.fault, spec::Fault::kAddress);
    EXPECT_EQ(outcome.channel, spec::Channel::kLoad);
    EXPECT_EQ(outcome.fault_address, wrong.offset);
    EXPECT_EQ(outcome.fault_offset, at);
    EXPECT_TRUE(std::equal(sram.begin(), sram.begin() + kIndices, device.sram().begin()));
    reset(device);
  };
  spec::GatherCommand wrong = c;
  wrong.offset = 1;
  expect_refused(wrong);
  wrong = c;
  wrong.ax_stride = 0x8000'0000;  // Two strides wrap 32 bits.
  expect_refused(wrong);
  wrong = c;
  wrong.ax_rows = 11;
  expect_refused(wrong);
  wrong = c;
  wrong.window = 2;  // Not to be read.
  expect_refused(wrong);
}

TEST(SimModelGather, ARowThatTheBusRefusesIsItsFault) {
  Device device;
  put_indices(device, {0, 3, 2});
  device.model.inject_error(Device::kDataBase + 3 * 256, 1, sim::AxiResponse::kSlaveError);
  const JobOutcome outcome = run_gather(device, table(4, 256, 3));
  EXPECT_EQ(outcome.fault, spec::Fault::kAxiSlverr);
  EXPECT_EQ(outcome.channel, spec::Channel::kLoad);
  EXPECT_EQ(outcome.fault_address, Device::kDataBase + 3 * 256);
}

}  // namespace
}  // namespace auklet::test
