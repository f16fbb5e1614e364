#include <auklet/sim/axi_lite_master.hpp>

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include <auklet/sim/memory_profile.hpp>

namespace auklet::sim::test {
namespace {

// A slave with four registers; each channel becomes ready after a number of cycles of its own.
class Slave {
 public:
  std::uint32_t address_wait = 0;
  std::uint32_t data_wait = 0;
  std::uint32_t answer_wait = 0;
  AxiResponse response = AxiResponse::kOkay;
  std::array<std::uint32_t, 4> registers{};

  AxiLiteSlavePins pins;

  void advance(const AxiLiteMasterPins& master) {
    ++cycle_;
    if (master.ar_valid && pins.ar_ready) take_address(master.ar_address, true);
    if (master.aw_valid && pins.aw_ready) take_address(master.aw_address, false);
    if (master.w_valid && pins.w_ready) {
      data_ = master.w_data;
      strobe_ = master.w_strobe;
      has_data_ = true;
    }
    if ((pins.r_valid && master.r_ready) || (pins.b_valid && master.b_ready)) *this = fresh();
    pins.ar_ready = pins.aw_ready = !has_address_ && cycle_ >= address_wait;
    pins.w_ready = !has_data_ && cycle_ >= data_wait;
    if (has_address_ && (reading_ || has_data_) && cycle_ >= answer_wait) answer();
  }

 private:
  void take_address(std::uint32_t address, bool reading) {
    index_ = address / 4;
    reading_ = reading;
    has_address_ = true;
  }

  void answer() {
    if (reading_) {
      pins.r_valid = true;
      pins.r_data = registers.at(index_);
      pins.r_response = response;
    } else {
      pins.b_valid = true;
      pins.b_response = response;
      if (response == AxiResponse::kOkay && strobe_ == 0xf) registers.at(index_) = data_;
    }
  }

  [[nodiscard]] Slave fresh() const {
    Slave result;
    result.address_wait = address_wait;
    result.data_wait = data_wait;
    result.answer_wait = answer_wait;
    result.response = response;
    result.registers = registers;
    return result;
  }

  std::uint32_t cycle_ = 0;
  std::uint32_t index_ = 0;
  std::uint32_t data_ = 0;
  std::uint8_t strobe_ = 0;
  bool reading_ = false;
  bool has_address_ = false;
  bool has_data_ = false;
};

int finish(AxiLiteMaster& master, Slave& slave) {
  int cycles = 0;
  for (; master.busy() && cycles < 100; ++cycles) {
    const AxiLiteMasterPins driven = master.pins();
    master.advance(slave.pins);
    slave.advance(driven);
  }
  return cycles;
}

TEST(AxiLiteMaster, WritesAndReadsBack) {
  AxiLiteMaster master;
  Slave slave;
  master.start_write(8, 0x12345678);
  finish(master, slave);
  EXPECT_TRUE(master.finished());
  EXPECT_EQ(master.response(), AxiResponse::kOkay);
  EXPECT_EQ(slave.registers[2], 0x12345678U);
  master.start_read(8);
  EXPECT_FALSE(master.finished());
  finish(master, slave);
  EXPECT_EQ(master.data(), 0x12345678U);
}

TEST(AxiLiteMaster, WorksWithEveryOrderOfAcceptance) {
  for (const std::uint32_t address_wait : {0U, 5U}) {
    for (const std::uint32_t data_wait : {0U, 5U}) {
      for (const std::uint32_t skew : {0U, 7U}) {
        AxiLiteMaster master({.address_delay = skew, .data_delay = 7 - skew, .response_delay = skew});
        Slave slave;
        slave.address_wait = address_wait;
        slave.data_wait = data_wait;
        master.start_write(4, 99);
        finish(master, slave);
        EXPECT_TRUE(master.finished());
        EXPECT_EQ(slave.registers[1], 99U);
        master.start_read(4);
        finish(master, slave);
        EXPECT_EQ(master.data(), 99U);
      }
    }
  }
}

TEST(AxiLiteMaster, ErrorResponseGivesZero) {
  AxiLiteMaster master;
  Slave slave;
  slave.registers[0] = 5;
  slave.response = AxiResponse::kSlaveError;
  master.start_read(0);
  finish(master, slave);
  EXPECT_TRUE(master.finished());
  EXPECT_EQ(master.response(), AxiResponse::kSlaveError);
  EXPECT_EQ(master.data(), 0U);
  master.start_write(0, 7);
  finish(master, slave);
  EXPECT_EQ(master.response(), AxiResponse::kSlaveError);
  EXPECT_EQ(slave.registers[0], 5U);
}

TEST(AxiLiteMaster, ResetGivesUp) {
  AxiLiteMaster master;
  Slave slave;
  slave.answer_wait = 1000;
  master.start_read(0);
  EXPECT_EQ(finish(master, slave), 100);
  master.reset();
  EXPECT_FALSE(master.busy());
  EXPECT_FALSE(master.finished());
  EXPECT_FALSE(master.pins().ar_valid);
}

TEST(AxiLiteMaster, DelaysAreCounted) {
  Slave plain;
  AxiLiteMaster fast;
  fast.start_write(0, 1);
  const int base = finish(fast, plain);
  Slave other;
  AxiLiteMaster slow({.address_delay = 4, .data_delay = 4, .response_delay = 0});
  slow.start_write(0, 1);
  EXPECT_EQ(finish(slow, other), base + 4 - 1);  // the fresh slave is ready one cycle late
}

TEST(MemoryProfile, AreFoundByName) {
  ASSERT_NE(find_memory_profile("sram"), nullptr);
  EXPECT_EQ(find_memory_profile("sram")->weights.bytes_per_cycle, 8U);
  ASSERT_NE(find_memory_profile("flash"), nullptr);
  EXPECT_EQ(find_memory_profile("flash")->weights.latency_cycles, 64U);
  EXPECT_EQ(find_memory_profile("flash")->data.latency_cycles, 32U);
  EXPECT_EQ(find_memory_profile("dram"), nullptr);
}

}  // namespace
}  // namespace auklet::sim::test
