// The store engine against the bytes that a STORE moves: which words it reads, and what it puts into which burst.
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <deque>
#include <optional>

#include <Vmodule_store.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"
#include "transfer_bench.hpp"

namespace auklet::test {
namespace {

/// Mostly short; or of a length that the bench does not wait for.
spec::DmaCommand random_store(Numbers& numbers) {
  spec::DmaCommand store;
  store.header.opcode = spec::Opcode::kStore;
  store.ax_rows = static_cast<std::uint32_t>(1 + numbers.below(6));
  store.ax_len = static_cast<std::uint32_t>(1 + numbers.below(numbers.one_in(4) ? 700 : 40));
  if (numbers.one_in(8)) store.ax_len = static_cast<std::uint32_t>(std::max<std::uint64_t>(numbers.edgy(24), 1));
  if (numbers.one_in(8)) store.ax_rows = static_cast<std::uint32_t>(std::max<std::uint64_t>(numbers.edgy(16), 1));
  if (numbers.one_in(4)) store.ax_rows = 1;
  store.ax_stride = static_cast<std::uint32_t>(numbers.edgy(32));
  store.sp_base = static_cast<std::uint32_t>(numbers.edgy(24)) & ~15U;
  store.sp_len = static_cast<std::uint32_t>(1 + numbers.below(numbers.one_in(2) ? 16 : 100));
  if (numbers.one_in(4)) store.sp_len = static_cast<std::uint32_t>(std::max<std::uint64_t>(numbers.edgy(24), 1));
  store.sp_stride = static_cast<std::uint32_t>(numbers.edgy(24)) & ~15U;
  store.offset = static_cast<std::uint32_t>(numbers.bits(32));
  store.window = static_cast<std::uint32_t>(numbers.below(8));
  return store;
}

class Store {
 public:
  explicit Store(Numbers& numbers) : numbers_(numbers) { idle_inputs(); }

  /// One command, until it has ended, or was aborted or reset after about `budget` cycles.
  void run(const spec::DmaCommand& command, std::uint64_t address, std::uint64_t budget) {
    start(command, address);
    std::uint64_t quiet = 0;
    for (std::uint64_t cycle = 0; busy_ && !testing::Test::HasFatalFailure(); ++cycle) {
      const bool moved = clock();
      quiet = moved ? 0 : quiet + 1;
      ASSERT_LT(quiet, 300U) << "nothing moves";
      if (cycle != budget) continue;
      if (numbers_.one_in(4)) {
        reset();
      } else {
        abort();
      }
      return;
    }
  }

  std::uint64_t completed = 0, aborted = 0;

 private:
  void idle_inputs() {
    model_->abort_i = model_->flush_i = model_->start_i = 0;
    model_->req_ready_i = model_->data_ready_i = model_->sram_gnt_i = 0;
    model_->port_idle_i = 1;
  }

  void start(const spec::DmaCommand& command, std::uint64_t address) {
    salt_ = numbers_.bits(40);
    pace_ = Pace(numbers_);
    bursts_ = Bursts(address, command.ax_len, command.ax_rows, command.ax_stride);
    asked_ = delivered_ = SramWords(command.sp_base, command.sp_len, command.sp_stride);
    to_read_ = std::uint64_t{command.ax_len} * command.ax_rows;
    at_ = 0;
    put_command(command, model_->cmd_i);
    model_->addr_i = address;
    model_->start_i = 1;
    put_word(random_word(numbers_), model_->sram_data_i);
    model_->eval();
    ASSERT_FALSE(model_->busy_o);
    ASSERT_FALSE(model_->done_o);
    ASSERT_FALSE(model_->req_valid_o);
    ASSERT_FALSE(model_->sram_valid_o);
    model_.clock();
    model_->start_i = 0;
    model_->addr_i = numbers_.bits(40);
    busy_ = true;
  }

  /// Whether anything moved. A burst that is taken goes to the port, which pops its beats when it likes.
  bool clock() {
    model_->port_idle_i = beats_left_ == 0 && unanswered_ == 0;
    model_->req_ready_i = model_->abort_i == 0 && beats_left_ < 64 && numbers_.one_in(pace_.request);
    model_->data_ready_i = beats_left_ != 0 && numbers_.one_in(pace_.data);
    model_->sram_gnt_i = numbers_.one_in(pace_.sram);
    put_word(word_ ? *word_ : random_word(numbers_), model_->sram_data_i);
    word_.reset();
    model_->eval();
    check_outputs();
    bool moved = false;
    if (model_->data_ready_i) {
      check_beat();
      --beats_left_;
      moved = true;
      if (beats_left_ == 0) unanswered_ = 1 + numbers_.below(8);
    } else if (beats_left_ == 0 && unanswered_ != 0) {
      --unanswered_;
    }
    if (model_->req_valid_o && model_->req_ready_i) {
      take_burst();
      moved = true;
    }
    if (model_->sram_valid_o && model_->sram_gnt_i) {
      read_word();
      moved = true;
    }
    if (model_->done_o) {
      busy_ = false;
      ++completed;
      moved = true;
    }
    model_.clock();
    return moved;
  }

  void check_outputs() {
    ASSERT_EQ(model_->busy_o != 0, busy_);
    ASSERT_EQ(model_->done_o != 0, busy_ && bursts_.done() && model_->port_idle_i);
    if (model_->req_valid_o) {
      ASSERT_TRUE(busy_ && !bursts_.done());
      ASSERT_EQ(model_->req_addr_o, bursts_.front().address);
      ASSERT_EQ(model_->req_len_o, bursts_.front().beats() - 1);
    }
    if (model_->sram_valid_o) {
      ASSERT_TRUE(busy_ && to_read_ != 0);
      ASSERT_EQ(model_->sram_addr_o, asked_.address());
    }
  }

  void read_word() {
    Word word = random_word(numbers_);  // Bytes behind a row's end play no part.
    for (std::uint32_t i = 0; i < 16; ++i) word.at(i) = byte_at(asked_.address() * 16U + i, salt_);
    word_ = word;
    to_read_ -= std::min<std::uint64_t>(to_read_, asked_.bytes());
    asked_.pop();
  }

  void take_burst() {
    const Bursts::Burst burst = bursts_.front();
    bursts_.pop();
    std::uint64_t at = burst.address;
    for (std::uint64_t left = burst.bytes; left != 0;) {
      Beat beat;
      for (std::uint64_t lane = at % kBeat; lane < kBeat && left != 0; ++lane, ++at, --left) {
        beat.bytes.at(lane) = next_byte();
        beat.strobe |= 1U << lane;
      }
      beats_.push_back(beat);
    }
    beats_left_ += burst.beats();
  }

  std::uint8_t next_byte() {
    const std::uint8_t byte = byte_at(delivered_.address() * 16U + at_, salt_);
    if (++at_ == delivered_.bytes()) {
      delivered_.pop();
      at_ = 0;
    }
    return byte;
  }

  void check_beat() {
    const Beat beat = beats_.front();
    beats_.pop_front();
    ASSERT_EQ(model_->strb_o, beat.strobe);
    const Word seen = word_of(model_->data_o);
    for (unsigned lane = 0; lane < 16; ++lane) {
      if ((beat.strobe >> lane & 1) != 0) {
        ASSERT_EQ(seen.at(lane), beat.bytes.at(lane)) << lane;
      }
    }
  }

  /// Beats of bursts that were taken still go out; then the rest is flushed.
  void abort() {
    ++aborted;
    model_->abort_i = 1;
    bool first = true;
    while ((first || beats_left_ != 0 || unanswered_ != 0) && !testing::Test::HasFatalFailure()) {
      clock();
      busy_ = first = false;
      ASSERT_FALSE(model_->req_valid_o);
      ASSERT_FALSE(model_->sram_valid_o);
      word_.reset();
    }
    model_->port_idle_i = 1;
    model_->flush_i = 1;
    model_->data_ready_i = 0;
    model_.clock();
    model_->abort_i = model_->flush_i = 0;
    model_->eval();
  }

  void reset() {
    beats_.clear();
    beats_left_ = unanswered_ = 0;
    busy_ = false;
    word_.reset();
    idle_inputs();
    model_.reset();
  }

  struct Beat {
    Word bytes{};
    std::uint32_t strobe = 0;
  };

  Numbers& numbers_;
  Clocked<Vmodule_store> model_;
  Pace pace_{1, 1, 1};
  std::uint64_t salt_ = 0;
  Bursts bursts_;              ///< Not taken yet.
  SramWords asked_;            ///< The next word that is to be read,
  std::uint64_t to_read_ = 0;  ///< with so many bytes in it and behind it.
  SramWords delivered_;        ///< The next word that goes into a burst,
  std::uint32_t at_ = 0;       ///< from this byte on.
  std::optional<Word> word_;   ///< What was read.
  std::deque<Beat> beats_;     ///< Of bursts that were taken.
  std::uint64_t beats_left_ = 0;
  std::uint64_t unanswered_ = 0;  ///< Cycles until the port is idle.
  bool busy_ = false;
};

TEST(RtlModules, StoresPutRowsIntoBursts) {
  Numbers numbers(7);
  Store store(numbers);
  for (int round = 0; round < 1'200 && !testing::Test::HasFatalFailure(); ++round) {
    const bool long_one = round % 100 == 0;
    store.run(random_store(numbers), numbers.edgy(40),
              long_one            ? 30'000
              : numbers.one_in(4) ? numbers.below(60)
                                  : 1'500);
  }
  EXPECT_GT(store.completed, 500U);
  EXPECT_GT(store.aborted, 100U);
}

}  // namespace
}  // namespace auklet::test
