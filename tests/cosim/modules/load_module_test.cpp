// The load engine against what LOAD, UNPACK and GATHER move: which bursts they ask for, and which words they write.
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <Vmodule_load.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"
#include "transfer_bench.hpp"

namespace auklet::test {
namespace {

/// A command, with all that it is to do.
struct Transfer {
  spec::Opcode opcode = spec::Opcode::kLoad;
  std::array<std::uint32_t, spec::DmaCommand::kWords> words{};
  std::uint64_t address = 0;
  std::uint32_t layer = 0;
  std::deque<Bursts::Burst> bursts;
  struct Write {
    std::uint32_t address = 0;
    Word word{};
  };
  std::deque<Write> writes;
  std::deque<std::pair<std::uint32_t, Word>> index_words;  ///< GATHER: what it reads first.
  std::optional<std::uint32_t> wrong_index;                ///< Its place; nothing behind it is to happen.
};

std::uint32_t aligned(Numbers& numbers) { return static_cast<std::uint32_t>(numbers.edgy(24)) & ~15U; }

class Transfers {
 public:
  Transfers(Numbers& numbers, std::uint64_t salt) : numbers_(numbers), salt_(salt) {}

  Transfer any() {
    switch (numbers_.below(4)) {
      case 0:
        return gather();
      case 1:
        return unpack();
      default:
        return load();
    }
  }

 private:
  template <class Command>
  Command with_header(Transfer& transfer, spec::Opcode opcode) {
    Command command;
    command.header.opcode = transfer.opcode = opcode;
    command.header.layer = static_cast<std::uint32_t>(numbers_.bits(16));
    command.offset = static_cast<std::uint32_t>(numbers_.bits(32));
    command.window = static_cast<std::uint32_t>(numbers_.below(8));
    command.ax_stride = static_cast<std::uint32_t>(numbers_.edgy(32));
    command.sp_base = aligned(numbers_);
    command.sp_stride = aligned(numbers_);
    transfer.address = numbers_.edgy(40);
    transfer.layer = command.header.layer & 0xFF;
    return command;
  }

  void row(Transfer& transfer, std::uint64_t address, std::uint64_t length, std::vector<std::uint8_t>& bytes) {
    for (Bursts rows(address, length, 1, 0); !rows.done(); rows.pop()) {
      transfer.bursts.push_back(rows.front());
      for (std::uint64_t i = 0; i < rows.front().bytes; ++i)
        bytes.push_back(byte_at((rows.front().address + i) & kAddressMask, salt_));
    }
  }

  static void put_rows(Transfer& transfer, const std::vector<std::uint8_t>& bytes, SramWords words) {
    for (std::size_t at = 0; at < bytes.size(); words.pop()) {
      Transfer::Write write{words.address(), {}};
      for (std::uint32_t i = 0; i < words.bytes() && at < bytes.size(); ++i) write.word.at(i) = bytes[at++];
      transfer.writes.push_back(write);
    }
  }

  Transfer load() {
    Transfer transfer;
    auto command = with_header<spec::DmaCommand>(transfer, spec::Opcode::kLoad);
    const bool many = numbers_.one_in(64);
    command.ax_rows = static_cast<std::uint32_t>(1 + numbers_.below(many ? 600 : 5));
    if (numbers_.one_in(3)) command.ax_rows = 1;
    command.ax_len = static_cast<std::uint32_t>(1 + numbers_.below(numbers_.one_in(3) && !many ? 700 : 40));
    if (numbers_.one_in(32)) command.ax_len = static_cast<std::uint32_t>(1 + numbers_.edgy(13));
    command.sp_len = static_cast<std::uint32_t>(1 + numbers_.below(numbers_.one_in(2) ? 16 : 100));
    if (numbers_.one_in(4)) command.sp_len = static_cast<std::uint32_t>(std::max<std::uint64_t>(numbers_.edgy(24), 1));
    std::vector<std::uint8_t> bytes;
    for (std::uint64_t i = 0; i < command.ax_rows; ++i)
      row(transfer, (transfer.address + i * command.ax_stride) & kAddressMask, command.ax_len, bytes);
    put_rows(transfer, bytes, SramWords(command.sp_base, command.sp_len, command.sp_stride));
    put_command(command, transfer.words);
    return transfer;
  }

  Transfer unpack() {
    Transfer transfer;
    auto command = with_header<spec::DmaCommand>(transfer, spec::Opcode::kUnpack);
    command.ax_rows = 1;
    const std::uint64_t count = 1 + numbers_.below(numbers_.one_in(16) ? 100 : 12);
    command.sp_len = static_cast<std::uint32_t>(16 * count);
    // Bytes may be missing, or too many.
    command.ax_len = static_cast<std::uint32_t>(1 + numbers_.below(20 * count));
    std::vector<std::uint8_t> bytes;
    row(transfer, transfer.address, command.ax_len, bytes);
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? bytes[at] : std::uint8_t{0}; };
    std::size_t at = 0;
    unsigned second_width = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      unsigned width = second_width;
      if (i % 2 == 0) {
        width = std::min<unsigned>(byte(at) & 15U, 8U);
        second_width = std::min<unsigned>(byte(at) >> 4U, 8U);
        ++at;
      }
      Transfer::Write write{(command.sp_base / 16 + i) & kWordMask, {}};
      for (unsigned lane = 0; lane < 16; ++lane) {
        int value = 0;
        for (unsigned bit = 0; bit < width; ++bit) {
          const int set = byte(at + (lane * width + bit) / 8) >> ((lane * width + bit) % 8) & 1;
          value += (bit + 1 == width ? -set : set) << bit;
        }
        write.word.at(lane) = static_cast<std::uint8_t>(value);
      }
      at += 2UL * width;
      transfer.writes.push_back(write);
    }
    put_command(command, transfer.words);
    return transfer;
  }

  Transfer gather() {
    Transfer transfer;
    auto command = with_header<spec::GatherCommand>(transfer, spec::Opcode::kGather);
    command.ax_rows = static_cast<std::uint32_t>(std::max<std::uint64_t>(numbers_.edgy(16), 1));
    command.ax_len = static_cast<std::uint32_t>(1 + numbers_.below(numbers_.one_in(4) ? 300 : 20));
    command.n = static_cast<std::uint32_t>(1 + numbers_.below(10));
    command.idx_base = aligned(numbers_);
    SramWords rows(command.sp_base, command.ax_len, command.sp_stride);
    std::vector<std::uint8_t> all;
    for (std::uint32_t i = 0; i < command.n && !transfer.wrong_index; ++i) {
      std::uint64_t index = numbers_.one_in(3) ? command.ax_rows - 1 : numbers_.below(command.ax_rows);
      if (numbers_.one_in(40)) index = numbers_.one_in(2) ? command.ax_rows : index | 1UL << (16 + numbers_.below(16));
      if (i % 4 == 0)
        transfer.index_words.emplace_back((command.idx_base / 16 + i / 4) & kWordMask, random_word(numbers_));
      for (unsigned byte = 0; byte < 4; ++byte)
        transfer.index_words.back().second.at(i % 4 * 4 + byte) = static_cast<std::uint8_t>(index >> (8 * byte));
      if (index >= command.ax_rows) {
        transfer.wrong_index = i;
      } else {
        row(transfer, (transfer.address + index * command.ax_stride) & kAddressMask, command.ax_len, all);
      }
    }
    put_rows(transfer, all, rows);
    put_command(command, transfer.words);
    return transfer;
  }

  Numbers& numbers_;
  std::uint64_t salt_;
};

class Load {
 public:
  explicit Load(Numbers& numbers) : numbers_(numbers), salt_(numbers.bits(40)), transfers_(numbers, salt_) {
    model_->abort_i = model_->start_i = 0;
  }

  /// Some cycles of commands one behind the other, then an abort or a reset.
  void run(std::uint64_t cycles) {
    pace_ = Pace(numbers_);
    quiet_ = 0;
    const bool pauses = numbers_.one_in(2);
    for (std::uint64_t cycle = 0; cycle < cycles && !testing::Test::HasFatalFailure(); ++cycle) {
      if (clock(pauses)) break;
      ASSERT_LT(++quiet_, 200U) << "nothing moves";
    }
    model_->start_i = 0;
    if (numbers_.one_in(4)) {
      model_.reset();
    } else {
      model_->abort_i = 1;
      for (std::uint64_t i = 1 + numbers_.below(3); i != 0; --i) {
        set_inputs();
        model_->data_valid_i = 0;
        model_.clock();
      }
      model_->abort_i = 0;
    }
    asking_.reset();
    arriving_.reset();
    started_ = moved_ = false;
    beats_.clear();
    index_word_.reset();
    model_->data_valid_i = 0;
    model_->eval();
    ASSERT_FALSE(model_->busy_o || model_->arriving_o || model_->req_valid_o || model_->sram_valid_o ||
                 model_->done_o || model_->taken_o || model_->error_o);
  }

  std::uint64_t completed = 0, refused = 0;

 private:
  struct Beat {
    Word word{};
    bool last = false;  ///< Of its command.
  };

  void set_inputs() {
    model_->req_ready_i = numbers_.one_in(pace_.request);
    model_->sram_gnt_i = numbers_.one_in(pace_.sram);
    put_word(index_word_ ? *index_word_ : random_word(numbers_), model_->sram_data_i);
    index_word_.reset();
  }

  /// Whether the job is over: an index was wrong, and was for some cycles.
  bool clock(bool pauses) {
    if (!asking_) {
      asking_ = transfers_.any();
      for (std::size_t i = 0; i < asking_->words.size(); ++i) model_->cmd_i[i] = asking_->words.at(i);
      model_->addr_i = asking_->address;
    }
    set_inputs();
    model_->start_i = 0;
    model_->data_valid_i = 0;
    model_->eval();
    EXPECT_EQ(model_->ready_o != 0, asking_->opcode != spec::Opcode::kGather || !arriving_);
    if (testing::Test::HasFailure()) return true;
    const bool start = !started_ && model_->ready_o && !(pauses && numbers_.one_in(2));
    model_->start_i = start;
    const bool beat = !beats_.empty() && model_->data_ready_o && numbers_.one_in(pace_.data);
    put_word(beat ? beats_.front().word : random_word(numbers_), model_->data_i);
    model_->data_valid_i = beat;
    model_->eval();
    check_flags();
    const bool over = check_index();
    const bool done = model_->done_o != 0;
    const bool taken = model_->taken_o != 0;
    take_request();
    access_sram();
    if (beat) {
      if (beats_.front().last) arriving_->all_here = true;
      beats_.pop_front();
      quiet_ = 0;
    }
    advance(start, done, taken);
    model_.clock();
    return over;
  }

  void check_flags() {
    ASSERT_EQ(model_->busy_o != 0, started_ || arriving_);
    ASSERT_EQ(model_->arriving_o != 0, arriving_.has_value());
    ASSERT_EQ(model_->taken_o != 0, started_ && moved_ && asking_->bursts.empty() && !asking_->wrong_index);
    if (arriving_) {
      ASSERT_EQ(model_->layer_o, arriving_->layer);
      // At the end, and soon: what an UNPACK leaves over is dropped in a cycle more.
      const bool complete = arriving_->all_here && arriving_->writes.empty();
      if (model_->done_o) {
        ASSERT_TRUE(complete);
      }
      late_ = complete && !model_->done_o ? late_ + 1 : 0;
      ASSERT_LT(late_, 3U);
    } else {
      ASSERT_FALSE(model_->done_o);
    }
  }

  bool check_index() {
    const bool may = started_ && asking_->wrong_index && asking_->index_words.empty();
    if (!model_->error_o) return false;
    EXPECT_TRUE(may) << "no index is wrong";
    if (may) {
      EXPECT_EQ(model_->error_at_o, *asking_->wrong_index);
    }
    quiet_ = 0;
    ++refused;
    // It stays until the abort.
    return !may || numbers_.one_in(8);
  }

  void take_request() {
    if (!model_->req_valid_o) return;
    ASSERT_TRUE(started_ && !asking_->bursts.empty());
    const Bursts::Burst burst = asking_->bursts.front();
    ASSERT_EQ(model_->req_addr_o, burst.address);
    ASSERT_EQ(model_->req_len_o, burst.beats() - 1);
    if (!model_->req_ready_i) return;
    asking_->bursts.pop_front();
    quiet_ = 0;
    const std::uint64_t first = burst.address / kBeat;
    for (std::uint64_t i = 0; i < burst.beats(); ++i) {
      // Bytes of a beat that are not asked for are of any value.
      Beat beat{random_word(numbers_), asking_->bursts.empty() && !asking_->wrong_index && i + 1 == burst.beats()};
      for (std::uint64_t lane = 0; lane < kBeat; ++lane) {
        const std::uint64_t address = (first + i) * kBeat + lane;
        if (address >= burst.address && address < burst.address + burst.bytes) {
          beat.word.at(lane) = byte_at(address & kAddressMask, salt_);
        }
      }
      beats_.push_back(beat);
    }
  }

  void access_sram() {
    if (!model_->sram_valid_o) return;
    if (model_->sram_write_o) {
      ASSERT_TRUE(arriving_ && !arriving_->writes.empty());
      ASSERT_EQ(model_->sram_addr_o, arriving_->writes.front().address);
      ASSERT_EQ(word_of(model_->sram_data_o), arriving_->writes.front().word);
      if (!model_->sram_gnt_i) return;
      arriving_->writes.pop_front();
    } else {
      ASSERT_TRUE(started_ && !asking_->index_words.empty());
      ASSERT_EQ(model_->sram_addr_o, asking_->index_words.front().first);
      if (!model_->sram_gnt_i) return;
      index_word_ = asking_->index_words.front().second;
      asking_->index_words.pop_front();
    }
    quiet_ = 0;
  }

  void advance(bool start, bool done, bool taken) {
    const bool move = started_ && !moved_ && (!arriving_ || done);
    if (done) {
      arriving_.reset();
      ++completed;
      quiet_ = 0;
    }
    if (move) {
      arriving_ = Arriving{asking_->layer, std::move(asking_->writes)};
      moved_ = true;
    }
    if (start) {
      started_ = true;
      moved_ = false;
    }
    if (taken) {
      started_ = false;
      asking_.reset();
    }
  }

  /// The command whose bytes arrive.
  struct Arriving {
    std::uint32_t layer = 0;
    std::deque<Transfer::Write> writes;
    bool all_here = false;  ///< Its last beat was taken.
  };

  Numbers& numbers_;
  std::uint64_t salt_;
  Transfers transfers_;
  Clocked<Vmodule_load> model_;
  Pace pace_{1, 1, 1};
  std::optional<Transfer> asking_;  ///< At the command's port,
  bool started_ = false;            ///< begun,
  bool moved_ = false;              ///< and the one that arrives.
  std::optional<Arriving> arriving_;
  std::deque<Beat> beats_;          ///< Asked for.
  std::optional<Word> index_word_;  ///< What was read.
  unsigned late_ = 0;               ///< Cycles since it could have been done.
  std::uint64_t quiet_ = 0;         ///< Cycles in which nothing moved.
};

TEST(RtlModules, LoadsPutBytesIntoWords) {
  Numbers numbers(8);
  Load load(numbers);
  for (int round = 0; round < 400 && !testing::Test::HasFatalFailure(); ++round)
    load.run(numbers.one_in(3) ? numbers.below(100) : 1'500);
  EXPECT_GT(load.completed, 2'000U);
  EXPECT_GT(load.refused, 50U);
}

}  // namespace
}  // namespace auklet::test
