#include <auklet/sim/axi_checker.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axi_test_master.hpp"

namespace auklet::sim::test {
namespace {

using ::testing::HasSubstr;

// Pins that the tests set and present to the checker, cycle by cycle.
class AxiCheckerTest : public ::testing::Test {
 protected:
  AxiCheckerTest() {
    slave_.ar_ready = slave_.aw_ready = slave_.w_ready = true;
    master_.r_ready = master_.b_ready = true;
  }

  void tick() { checker_.observe(master_, slave_, cycle_++); }

  void send_read(const AxiAddress& address) {
    master_.ar_valid = true;
    master_.ar = address;
    tick();
    master_.ar_valid = false;
  }
  void send_write(const AxiAddress& address) {
    master_.aw_valid = true;
    master_.aw = address;
    tick();
    master_.aw_valid = false;
  }
  void send_data(bool last, std::uint16_t strobe = 0xffff) {
    master_.w_valid = true;
    master_.w.last = last;
    master_.w.strobe = strobe;
    tick();
    master_.w_valid = false;
  }
  void answer_read(std::uint8_t id, bool last) {
    slave_.r_valid = true;
    slave_.r.id = id;
    slave_.r.last = last;
    tick();
    slave_.r_valid = false;
  }
  void answer_write(std::uint8_t id) {
    slave_.b_valid = true;
    slave_.b.id = id;
    tick();
    slave_.b_valid = false;
  }

  void expect_only(AxiRule rule, AxiChannel channel) {
    ASSERT_EQ(checker_.count(), 1U);
    EXPECT_EQ(checker_.violations()[0].rule, rule) << checker_.violations()[0].sentence();
    EXPECT_EQ(checker_.violations()[0].channel, channel);
  }

  static constexpr std::uint8_t kStore = 2;

  AxiChecker checker_{AxiCheckerOptions{}};
  AxiMasterPins master_;
  AxiSlavePins slave_;
  std::uint64_t cycle_ = 100;
};

TEST_F(AxiCheckerTest, AcceptsALegalExchange) {
  send_read(burst(0xff0, 1, 0));
  send_read(burst(0x1000, 16, 1));
  for (int i = 0; i < 16; ++i) answer_read(1, i == 15);
  answer_read(0, true);
  send_write(burst(0x1003, 2, kStore));
  send_data(false, 0xfff8);
  send_data(true, 0x0001);
  answer_write(kStore);
  EXPECT_EQ(checker_.count(), 0U);
}

TEST_F(AxiCheckerTest, AcceptsValidThatWaitsUnchanged) {
  slave_.ar_ready = false;
  master_.ar_valid = true;
  master_.ar = burst(0x100, 1);
  for (int i = 0; i < 5; ++i) tick();
  slave_.ar_ready = true;
  tick();
  EXPECT_EQ(checker_.count(), 0U);
}

TEST_F(AxiCheckerTest, ValidDropped) {
  slave_.ar_ready = false;
  send_read(burst(0x100, 1));
  tick();
  expect_only(AxiRule::kValidDropped, AxiChannel::kAr);
}

TEST_F(AxiCheckerTest, WriteDataValidDropped) {
  slave_.w_ready = false;
  send_data(true);
  tick();
  expect_only(AxiRule::kValidDropped, AxiChannel::kW);
}

TEST_F(AxiCheckerTest, PayloadChanged) {
  slave_.aw_ready = false;
  send_write(burst(0x100, 1, kStore));
  send_write(burst(0x200, 1, kStore));
  expect_only(AxiRule::kPayloadChanged, AxiChannel::kAw);
}

TEST_F(AxiCheckerTest, SlavePayloadChanged) {
  send_read(burst(0x100, 2));
  master_.r_ready = false;
  answer_read(0, false);
  slave_.r.data[3] = std::byte{1};
  answer_read(0, false);
  expect_only(AxiRule::kPayloadChanged, AxiChannel::kR);
}

TEST_F(AxiCheckerTest, CrossesBoundary) {
  send_read(burst(0xff8, 2));
  EXPECT_EQ(checker_.count(), 1U) << "0xff8 + 8 + 16 bytes leave the page";
  expect_only(AxiRule::kCrossesBoundary, AxiChannel::kAr);
}

TEST_F(AxiCheckerTest, BurstTooLong) {
  send_read(burst(0, 17));
  expect_only(AxiRule::kBurstTooLong, AxiChannel::kAr);
}

TEST_F(AxiCheckerTest, BurstType) {
  AxiAddress wrap = burst(0, 4);
  wrap.burst = 2;
  send_read(wrap);
  expect_only(AxiRule::kBurstType, AxiChannel::kAr);
}

TEST_F(AxiCheckerTest, BeatTooWide) {
  send_read(burst(0, 1, 0, 5));
  expect_only(AxiRule::kBeatTooWide, AxiChannel::kAr);
}

TEST_F(AxiCheckerTest, MasterId) {
  send_write(burst(0, 1, 1));
  expect_only(AxiRule::kMasterId, AxiChannel::kAw);
}

TEST_F(AxiCheckerTest, TooManyOutstanding) {
  for (int i = 0; i < 8; ++i) send_read(burst(0, 1));
  EXPECT_EQ(checker_.count(), 0U);
  send_read(burst(0, 1));
  expect_only(AxiRule::kTooManyOutstanding, AxiChannel::kAr);
}

TEST_F(AxiCheckerTest, WriteDataUnannounced) {
  send_data(true);
  expect_only(AxiRule::kWriteDataUnannounced, AxiChannel::kW);
}

TEST_F(AxiCheckerTest, WriteLastTooEarly) {
  send_write(burst(0, 2, kStore));
  send_data(true);
  expect_only(AxiRule::kWriteLast, AxiChannel::kW);
}

TEST_F(AxiCheckerTest, WriteLastMissing) {
  send_write(burst(0, 2, kStore));
  send_data(false);
  send_data(false);
  expect_only(AxiRule::kWriteLast, AxiChannel::kW);
}

TEST_F(AxiCheckerTest, StrobeLanes) {
  send_write(burst(0x104, 1, kStore));
  send_data(true, 0xfff8);
  expect_only(AxiRule::kStrobeLanes, AxiChannel::kW);
}

TEST_F(AxiCheckerTest, ValidInReset) {
  master_.w_valid = true;
  checker_.observe_in_reset(master_, cycle_);
  expect_only(AxiRule::kValidInReset, AxiChannel::kW);
}

TEST_F(AxiCheckerTest, UnexpectedRead) {
  send_read(burst(0, 1, 1));
  answer_read(0, true);
  expect_only(AxiRule::kUnexpectedRead, AxiChannel::kR);
}

TEST_F(AxiCheckerTest, ReadLast) {
  send_read(burst(0, 2));
  answer_read(0, true);
  expect_only(AxiRule::kReadLast, AxiChannel::kR);
}

TEST_F(AxiCheckerTest, ResponseBeforeTheData) {
  send_write(burst(0, 1, kStore));
  answer_write(kStore);
  expect_only(AxiRule::kUnexpectedResponse, AxiChannel::kB);
}

TEST_F(AxiCheckerTest, ResetForgetsWhatWasInFlight) {
  slave_.ar_ready = false;
  send_read(burst(0x100, 1));
  checker_.reset();
  tick();
  EXPECT_EQ(checker_.count(), 0U);
}

TEST_F(AxiCheckerTest, ReportsASentenceWithCycleAndAddress) {
  send_read(burst(0x1234'5000, 17));
  const std::string sentence = checker_.violations().at(0).sentence();
  EXPECT_THAT(sentence, HasSubstr("AXI AR at cycle 100"));
  EXPECT_THAT(sentence, HasSubstr("0x12345000"));
}

TEST_F(AxiCheckerTest, KeepsTheFirstViolationsAndCountsAll) {
  for (int i = 0; i < 100; ++i) send_data(true);
  EXPECT_EQ(checker_.count(), 100U);
  EXPECT_EQ(checker_.violations().size(), AxiChecker::kKept);
}

}  // namespace
}  // namespace auklet::sim::test
