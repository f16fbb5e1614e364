// The addresses of a GATHER's rows against what its indices say, with neighbours that let it wait.
#include <algorithm>
#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <optional>

#include <Vmodule_gather.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"

namespace auklet::test {
namespace {

constexpr std::uint64_t kAddressEnd = std::uint64_t{1} << 40;
constexpr unsigned kWordBits = 15;  // Of an SRAM word's address: the module's default.
constexpr std::uint32_t kIndicesPerWord = 4;

/// A command, and indices that follow from their place alone.
struct Table {
  spec::GatherCommand command;
  std::uint64_t address = 0;  ///< Of row 0.
  std::uint64_t salt = 0;
  std::optional<std::uint32_t> wrong_at;  ///< Place of the one index that is outside of the table.
  std::uint32_t wrong_index = 0;

  [[nodiscard]] std::uint32_t index(std::uint32_t at) const {
    if (at == wrong_at) return wrong_index;
    Numbers numbers(salt + at);
    return numbers.one_in(4) ? command.ax_rows - 1 : static_cast<std::uint32_t>(numbers.below(command.ax_rows));
  }
  [[nodiscard]] std::uint64_t row(std::uint32_t at) const {
    return (address + std::uint64_t{index(at)} * command.ax_stride) % kAddressEnd;
  }
  [[nodiscard]] std::uint32_t word_address(std::uint32_t at) const {
    return (command.idx_base / spec::kLanes + at / kIndicesPerWord) % (1U << kWordBits);
  }
};

Table random_table(Numbers& numbers, bool is_long) {
  Table table;
  spec::GatherCommand& c = table.command;
  c.header.opcode = spec::Opcode::kGather;
  c.offset = static_cast<std::uint32_t>(numbers.bits(32));
  c.ax_len = static_cast<std::uint32_t>(numbers.below(0xFFFFFF) + 1);
  c.window = static_cast<std::uint32_t>(numbers.below(spec::kWindowCount));
  c.ax_stride = static_cast<std::uint32_t>(numbers.edgy(32));
  c.ax_rows = static_cast<std::uint32_t>(std::max<std::uint64_t>(numbers.edgy(16), 1));
  c.n = static_cast<std::uint32_t>(is_long ? std::max<std::uint64_t>(numbers.edgy(16), 1) : numbers.below(20) + 1);
  c.sp_base = static_cast<std::uint32_t>(numbers.bits(20)) * spec::kLanes;
  c.idx_base = static_cast<std::uint32_t>(numbers.edgy(20)) * spec::kLanes;
  c.sp_stride = static_cast<std::uint32_t>(numbers.bits(20)) * spec::kLanes;
  table.address = numbers.edgy(40);
  table.salt = numbers.bits(64);
  if (numbers.one_in(4)) {
    table.wrong_at = static_cast<std::uint32_t>(numbers.below(c.n));
    // The first behind the table, or one that is inside but for a high bit.
    table.wrong_index = c.ax_rows;
    if (numbers.one_in(2)) {
      const std::uint64_t low = numbers.below(c.ax_rows);
      table.wrong_index = static_cast<std::uint32_t>(low | std::uint64_t{1} << (16 + numbers.below(16)));
    }
  }
  return table;
}

class GatherBench {
 public:
  explicit GatherBench(std::uint64_t seed) : numbers_(seed) {}

  /// One command from start to end, error, abort or reset. The module may take three cycles from a word's grant to its
  /// first row, two from a row to the next of the same word, one from the last row of a word to the request of the
  /// next.
  void run(bool is_long) {
    table_ = random_table(numbers_, is_long);
    is_long_ = is_long;
    start();
    std::uint32_t at = 0;
    bool have_word = false;
    // 0: never. A long command is left alone: what counts is how far it counts.
    const std::uint64_t stop_at = !is_long && numbers_.one_in(4) ? numbers_.below(60) + 1 : 0;
    std::uint64_t cycle = 0;
    int quiet = 0;  // Cycles without anything to see.
    while (at < table_.command.n) {
      if (++cycle == stop_at) return stop();
      set_inputs();
      model_->eval();
      ASSERT_TRUE(model_->active_o);
      const bool asks = model_->idx_valid_o != 0;
      const bool starts = model_->row_start_o != 0;
      if (model_->error_o != 0) {
        ASSERT_TRUE(have_word);
        ASSERT_EQ(at, table_.wrong_at) << "no error";
        return check_error(at);
      }
      ASSERT_FALSE(have_word && at == table_.wrong_at && starts) << "a row outside of the table, place " << at;
      if (asks) {
        ASSERT_FALSE(have_word) << "place " << at;
        ASSERT_EQ(model_->idx_addr_o, table_.word_address(at)) << "place " << at;
      }
      if (starts) {
        ASSERT_TRUE(have_word && model_->row_ready_i != 0) << "place " << at;
        ASSERT_EQ(model_->row_addr_o, table_.row(at)) << "place " << at << ", index " << table_.index(at);
      }
      const bool granted = asks && model_->idx_gnt_i != 0;
      const bool waits = (asks && !granted) || (have_word && model_->row_ready_i == 0);
      quiet = granted || starts || waits ? 0 : quiet + 1;
      ASSERT_LE(quiet, have_word ? kMostQuiet : 0) << "nothing happens, place " << at;
      model_.clock();
      answer_ = granted;
      if (granted) {
        have_word = true;
        offer(at);
      }
      if (starts && ++at % kIndicesPerWord == 0) have_word = false;
    }
    set_inputs();
    model_->row_ready_i = 1;
    model_->eval();
    ASSERT_FALSE(model_->active_o || model_->idx_valid_o || model_->row_start_o || model_->error_o)
        << "behind the last row";
    ++ended_;
  }

  [[nodiscard]] int ended() const { return ended_; }
  [[nodiscard]] int errors() const { return errors_; }
  [[nodiscard]] int stopped() const { return stopped_; }

 private:
  /// Behind a grant: the word is taken and looked at.
  static constexpr int kMostQuiet = 2;

  void start() {
    std::array<std::uint32_t, spec::GatherCommand::kWords> words{};
    ASSERT_EQ(spec::encode(table_.command, words), nullptr);
    for (std::size_t i = 0; i < words.size(); ++i) model_->cmd_i[i] = words[i];
    model_->addr_i = table_.address;
    set_inputs();
    model_->eval();
    ASSERT_FALSE(model_->active_o);
    model_->start_i = 1;
    model_.clock();
    model_->start_i = 0;
  }

  void set_inputs() {
    model_->abort_i = 0;
    model_->idx_gnt_i = is_long_ || !numbers_.one_in(3);
    model_->row_ready_i = is_long_ || !numbers_.one_in(3);
    // The answer stands for one cycle.
    if (!answer_) {
      for (std::size_t i = 0; i < 4; ++i) model_->idx_data_i[i] = static_cast<std::uint32_t>(numbers_.bits(32));
    }
    answer_ = false;
  }

  void offer(std::uint32_t at) {
    for (std::uint32_t i = 0; i < kIndicesPerWord; ++i) {
      const std::uint32_t place = at / kIndicesPerWord * kIndicesPerWord + i;
      // Behind the last index lies anything.
      model_->idx_data_i[i] =
          place < table_.command.n ? table_.index(place) : static_cast<std::uint32_t>(numbers_.bits(32));
    }
  }

  /// The error stands, and nothing else happens, until the command is aborted.
  void check_error(std::uint32_t at) {
    for (std::uint64_t cycles = numbers_.below(4) + 1; cycles != 0; --cycles) {
      ASSERT_TRUE(model_->error_o && model_->active_o);
      ASSERT_EQ(model_->error_at_o, at);
      ASSERT_FALSE(model_->row_start_o || model_->idx_valid_o);
      model_.clock();
      set_inputs();
      model_->eval();
    }
    ++errors_;
    stop();
  }

  /// An abort, which wins over a start, or a reset.
  void stop() {
    answer_ = false;
    if (numbers_.one_in(4)) {
      model_.reset();
    } else {
      model_->abort_i = 1;
      model_->start_i = numbers_.one_in(2);
      model_.clock();
      model_->abort_i = 0;
      model_->start_i = 0;
    }
    model_->eval();
    ASSERT_FALSE(model_->active_o || model_->idx_valid_o || model_->row_start_o || model_->error_o);
    ++stopped_;
  }

  Numbers numbers_;
  Clocked<Vmodule_gather> model_;
  Table table_;
  bool is_long_ = false;
  bool answer_ = false;  ///< Whether idx_data_i holds a word that was granted.
  int ended_ = 0, errors_ = 0, stopped_ = 0;
};

TEST(RtlModules, GatherAsksForTheRowsOfItsIndices) {
  GatherBench bench(9);
  for (int round = 0; round < 4'000; ++round) {
    SCOPED_TRACE(round);
    bench.run(false);
    if (HasFailure()) return;
  }
  EXPECT_GT(bench.ended(), 1'500);
  EXPECT_GT(bench.errors(), 500);
  EXPECT_GT(bench.stopped(), 1'000);
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    bench.run(true);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace auklet::test
