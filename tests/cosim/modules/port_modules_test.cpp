// The AXI ports against models of what they owe both sides, in every cycle: a memory that answers late, in any order of
// IDs and with errors, clients at any pace, stops and resets at any time.
#include <algorithm>
#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <deque>
#include <vector>

#include <Vmodule_axi_read.h>
#include <Vmodule_axi_write.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"
#include "transfer_bench.hpp"

namespace auklet::test {
namespace {

struct Burst {
  std::uint64_t address = 0;
  std::uint32_t beats = 1;
};

Burst random_burst(Numbers& numbers) {
  return {numbers.bits(40), 1 + static_cast<std::uint32_t>(numbers.one_in(16) ? numbers.bits(8) : numbers.below(8))};
}

/// AXI's responses: OKAY, EXOKAY, SLVERR, DECERR.
std::uint8_t random_response(Numbers& numbers) {
  return numbers.one_in(3) ? static_cast<std::uint8_t>(numbers.bits(2)) : 0;
}

class ReadPort {
 public:
  explicit ReadPort(Numbers& numbers) : numbers_(numbers) { reset(); }

  void run(int cycles) {
    for (Pace* pace : {&clients_, &memory_}) *pace = Pace(numbers_);
    model_->max_bursts_i = static_cast<std::uint8_t>(1 + numbers_.below(8));
    for (int cycle = 0; cycle < cycles && !testing::Test::HasFatalFailure(); ++cycle) clock();
    if (numbers_.one_in(8)) reset();
  }

  std::uint64_t beats = 0, errors = 0;
  std::size_t most_in_flight = 0;

 private:
  void reset() {
    model_.reset();
    for (unsigned client = 0; client < 2; ++client) {
      asking_.at(client) = false;
      in_flight_.at(client).clear();
      in_memory_.at(client).clear();
    }
    pending_ = answering_ = false;
    model_->stop_i = 0;
  }

  void set_inputs() {
    if (numbers_.one_in(model_->stop_i ? 16 : 64)) model_->stop_i = !model_->stop_i;
    for (unsigned client = 0; client < 2; ++client) {
      if (asking_.at(client) || !numbers_.one_in(clients_.request)) continue;
      asking_.at(client) = true;
      wanted_.at(client) = random_burst(numbers_);
    }
    model_->req_valid_i = static_cast<std::uint8_t>(asking_[0] | asking_[1] << 1);
    model_->req_addr0_i = wanted_[0].address;
    model_->req_addr1_i = wanted_[1].address;
    model_->req_len0_i = static_cast<std::uint8_t>(wanted_[0].beats - 1);
    model_->req_len1_i = static_cast<std::uint8_t>(wanted_[1].beats - 1);
    model_->data_ready_i = static_cast<std::uint8_t>(numbers_.one_in(clients_.data) ? 3 : numbers_.bits(2));
    model_->arready_i = numbers_.one_in(memory_.request);
    // A beat that was shown stays until it is taken.
    if (answering_) return;
    put_word(random_word(numbers_), model_->rdata_i);
    model_->rresp_i = random_response(numbers_);
    model_->rid_i = static_cast<std::uint8_t>(numbers_.bits(1));
    answering_ = !in_memory_.at(model_->rid_i).empty() && numbers_.one_in(memory_.data);
    model_->rvalid_i = answering_;
    model_->rlast_i = answering_ ? in_memory_.at(model_->rid_i).front().beats == 1 : numbers_.one_in(2);
  }

  void clock() {
    set_inputs();
    model_->eval();
    const bool stop = model_->stop_i != 0;
    const bool free = !pending_ || model_->arready_i;
    const auto may = [&](unsigned client) {
      return asking_.at(client) && free && !stop && in_flight_.at(client).size() < model_->max_bursts_i;
    };
    // Command fetch goes first.
    const unsigned granted = may(0) ? 1 : may(1) ? 2 : 0;
    const bool ready = stop || model_->data_ready_i == 3;
    const bool beat = answering_ && ready;
    const unsigned owner = model_->rid_i;
    check(granted, ready, beat);
    if (beat) take_beat(owner);
    if (pending_ && model_->arready_i) {
      in_memory_.at(pending_client_).push_back(pending_burst_);
      pending_ = false;
    }
    if (granted != 0) {
      pending_client_ = granted - 1;
      pending_burst_ = wanted_.at(pending_client_);
      pending_ = true;
      asking_.at(pending_client_) = false;
      in_flight_.at(pending_client_).push_back(pending_burst_.address);
      most_in_flight = std::max(most_in_flight, in_flight_.at(pending_client_).size());
    }
    model_.clock();
  }

  void take_beat(unsigned owner) {
    ++beats;
    errors += model_->rresp_i >= 2;
    answering_ = false;
    if (--in_memory_.at(owner).front().beats != 0) return;
    in_memory_.at(owner).pop_front();
    in_flight_.at(owner).pop_front();
  }

  void check(unsigned granted, bool ready, bool beat) {
    ASSERT_EQ(model_->req_ready_o, granted);
    ASSERT_EQ(model_->arvalid_o != 0, pending_);
    if (pending_) {
      ASSERT_EQ(model_->arid_o, pending_client_);
      ASSERT_EQ(model_->araddr_o, pending_burst_.address);
      ASSERT_EQ(model_->arlen_o, pending_burst_.beats - 1);
    }
    ASSERT_EQ(model_->idle_o != 0, in_flight_[0].empty() && in_flight_[1].empty());
    ASSERT_EQ(model_->rready_o != 0, ready);
    ASSERT_EQ(model_->beat_o != 0, beat);
    ASSERT_EQ(model_->data_valid_o, beat && !model_->stop_i ? 1U << model_->rid_i : 0U);
    if (beat) {
      ASSERT_EQ(word_of(model_->data_o), word_of(model_->rdata_i));
    }
    ASSERT_EQ(model_->error_o != 0, beat && model_->rresp_i >= 2);
    if (model_->error_o) {
      ASSERT_EQ(model_->error_decode_o != 0, model_->rresp_i == 3);
      ASSERT_EQ(model_->error_client_o, model_->rid_i);
      ASSERT_EQ(model_->error_addr_o, in_flight_.at(model_->rid_i).front());
    }
  }

  Numbers& numbers_;
  Clocked<Vmodule_axi_read> model_;
  Pace clients_{1, 1, 1}, memory_{1, 1, 1};
  std::array<bool, 2> asking_{};
  std::array<Burst, 2> wanted_{};
  bool pending_ = false;  ///< On AR.
  unsigned pending_client_ = 0;
  Burst pending_burst_;
  std::array<std::deque<std::uint64_t>, 2> in_flight_;  ///< Addresses, the pending one's too.
  std::array<std::deque<Burst>, 2> in_memory_;          ///< With the beats that are left.
  bool answering_ = false;                              ///< A beat is on R.
};

TEST(RtlModules, ReadPortKeepsItsBursts) {
  Numbers numbers(9);
  ReadPort port(numbers);
  for (int round = 0; round < 300 && !testing::Test::HasFatalFailure(); ++round) port.run(300);
  EXPECT_GT(port.beats, 10'000U);
  EXPECT_GT(port.errors, 1'000U);
  EXPECT_EQ(port.most_in_flight, 8U);
}

class WritePort {
 public:
  explicit WritePort(Numbers& numbers) : numbers_(numbers) { reset(); }

  void run(int cycles) {
    for (Pace* pace : {&client_, &memory_}) *pace = Pace(numbers_);
    answers_ = 1 + numbers_.below(numbers_.one_in(2) ? 4 : 60);
    model_->max_bursts_i = static_cast<std::uint8_t>(1 + numbers_.below(8));
    for (int cycle = 0; cycle < cycles && !testing::Test::HasFatalFailure(); ++cycle) clock();
    if (numbers_.one_in(8)) reset();
  }

  std::uint64_t bursts = 0, errors = 0;
  std::size_t most_in_flight = 0;

 private:
  struct Beat {
    Word word{};
    std::uint16_t strobe = 0;
    bool last = false;
  };

  void reset() {
    model_.reset();
    asking_ = pending_ = showing_ = false;
    in_flight_.clear();
    to_send_.clear();
    accepted_ = sent_ = 0;
    model_->stop_i = 0;
  }

  void clock() {
    if (numbers_.one_in(model_->stop_i ? 16 : 64)) model_->stop_i = !model_->stop_i;
    if (!asking_ && numbers_.one_in(client_.request)) {
      asking_ = true;
      wanted_ = random_burst(numbers_);
    }
    const Beat next{random_word(numbers_), static_cast<std::uint16_t>(numbers_.bits(16)),
                    !to_send_.empty() && to_send_.front() == 1};
    model_->req_valid_i = asking_;
    model_->req_addr_i = wanted_.address;
    model_->req_len_i = static_cast<std::uint8_t>(wanted_.beats - 1);
    put_word(next.word, model_->data_i);
    model_->strb_i = next.strobe;
    model_->awready_i = numbers_.one_in(memory_.request);
    model_->wready_i = numbers_.one_in(memory_.data);
    model_->bresp_i = random_response(numbers_);
    // A response comes behind its burst's address and last beat.
    model_->bvalid_i = std::min(accepted_, sent_) != 0 && numbers_.one_in(answers_);
    model_->eval();

    const bool grant =
        asking_ && (!pending_ || model_->awready_i) && !model_->stop_i && in_flight_.size() < model_->max_bursts_i;
    const bool take = !to_send_.empty() && (!showing_ || model_->wready_i);
    check(grant, take);
    if (model_->bvalid_i) {
      errors += model_->bresp_i >= 2;
      ++bursts;
      in_flight_.pop_front();
      --accepted_;
      --sent_;
    }
    if (pending_ && model_->awready_i) {
      pending_ = false;
      ++accepted_;
    }
    if (showing_ && model_->wready_i) {
      showing_ = false;
      sent_ += shown_.last;
    }
    if (take) {
      showing_ = true;
      shown_ = next;
      if (--to_send_.front() == 0) to_send_.pop_front();
    }
    if (grant) {
      pending_ = true;
      pending_burst_ = wanted_;
      asking_ = false;
      in_flight_.push_back(wanted_.address);
      to_send_.push_back(wanted_.beats);
      most_in_flight = std::max(most_in_flight, in_flight_.size());
    }
    model_.clock();
  }

  void check(bool grant, bool take) {
    ASSERT_EQ(model_->req_ready_o != 0, grant);
    ASSERT_EQ(model_->data_ready_o != 0, take);
    ASSERT_EQ(model_->awvalid_o != 0, pending_);
    if (pending_) {
      ASSERT_EQ(model_->awaddr_o, pending_burst_.address);
      ASSERT_EQ(model_->awlen_o, pending_burst_.beats - 1);
    }
    ASSERT_EQ(model_->awid_o, static_cast<std::uint32_t>(spec::Channel::kStore));
    ASSERT_EQ(model_->wvalid_o != 0, showing_);
    if (showing_) {
      ASSERT_EQ(word_of(model_->wdata_o), shown_.word);
      ASSERT_EQ(model_->wstrb_o, shown_.strobe);
      ASSERT_EQ(model_->wlast_o != 0, shown_.last);
    }
    ASSERT_TRUE(model_->bready_o);
    ASSERT_EQ(model_->idle_o != 0, in_flight_.empty());
    ASSERT_EQ(model_->beat_o != 0, (showing_ && model_->wready_i) || model_->bvalid_i);
    ASSERT_EQ(model_->error_o != 0, model_->bvalid_i && model_->bresp_i >= 2);
    if (model_->error_o) {
      ASSERT_EQ(model_->error_decode_o != 0, model_->bresp_i == 3);
      ASSERT_EQ(model_->error_addr_o, in_flight_.front());
    }
  }

  Numbers& numbers_;
  Clocked<Vmodule_axi_write> model_;
  Pace client_{1, 1, 1}, memory_{1, 1, 1};
  std::uint64_t answers_ = 1;  ///< A response that may come does so once in so many cycles.
  bool asking_ = false;
  Burst wanted_;
  bool pending_ = false;  ///< On AW.
  Burst pending_burst_;
  std::deque<std::uint64_t> in_flight_;  ///< Addresses of bursts without a response.
  std::deque<std::uint32_t> to_send_;    ///< Beats that are left of bursts that were handed over.
  bool showing_ = false;                 ///< On W.
  Beat shown_;
  std::uint64_t accepted_ = 0, sent_ = 0;  ///< Addresses and whole bursts that the memory has not answered.
};

TEST(RtlModules, WritePortKeepsItsBursts) {
  Numbers numbers(10);
  WritePort port(numbers);
  for (int round = 0; round < 300 && !testing::Test::HasFatalFailure(); ++round) port.run(300);
  EXPECT_GT(port.bursts, 3'000U);
  EXPECT_GT(port.errors, 500U);
  EXPECT_EQ(port.most_in_flight, 8U);
}

}  // namespace
}  // namespace auklet::test
