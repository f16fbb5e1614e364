// Every decode error, its stream offset, and the order in which the checks are made.
#include <functional>

#include "fixture.hpp"

namespace auklet::test {
namespace {

using spec::CommandError;
using spec::Opcode;

spec::DmaCommand valid_load() {
  spec::DmaCommand c{.header = {.opcode = Opcode::kLoad}};
  c.ax_len = c.sp_len = 16;
  c.ax_rows = 1;
  return c;
}

spec::GeomCommand valid_geometry(Opcode opcode) {
  spec::GeomCommand c{.header = {.opcode = opcode}};
  c.row_pitch = c.row_bytes = 16;
  c.kh = c.kx_n = c.in_h = c.stride_y = c.dil_y = c.chunks = c.out_w = c.out_h = c.oc_tiles = c.stripe = 1;
  c.stride_x = c.in_w = 1;
  c.kx_stride = 16;
  c.out_base = 1024;
  return c;
}

spec::EltwiseCommand valid_add() {
  spec::EltwiseCommand c{.header = {.opcode = Opcode::kAdd}};
  c.n0 = c.n1 = 1;
  return c;
}

template <typename Command>
std::vector<std::uint32_t> words_of(const Command& command) {
  std::array<std::uint32_t, Command::kWords> words{};
  EXPECT_EQ(spec::encode(command, words), nullptr);
  return {words.begin(), words.end()};
}

/// One valid command of every opcode, as words.
std::vector<std::vector<std::uint32_t>> one_of_each() {
  spec::DmaCommand store = valid_load();
  store.header.opcode = Opcode::kStore;
  return {words_of(spec::EndCommand{{.opcode = Opcode::kEnd}}),
          words_of(valid_load()),
          words_of(store),
          words_of(valid_geometry(Opcode::kConv)),
          words_of(valid_geometry(Opcode::kDwconv)),
          words_of(valid_geometry(Opcode::kMaxpool)),
          words_of(valid_geometry(Opcode::kAvgpool)),
          words_of(valid_add())};
}

/// A device that is put back after every fault.
class SimModelDecode : public testing::Test {
 protected:
  /// Expects that `stream` faults with `code` at `offset`, for several orders of execution.
  void expect_error(std::span<const std::uint32_t> stream, CommandError code, std::uint32_t offset) {
    const JobOutcome outcome = device_.run(stream, ++tag_);
    EXPECT_TRUE(outcome.faulted);
    EXPECT_FALSE(outcome.done);
    EXPECT_EQ(spec::to_string(outcome.fault), std::string("COMMAND"));
    EXPECT_EQ(outcome.channel, spec::Channel::kFetch);
    EXPECT_EQ(spec::to_string(outcome.code), std::string(spec::to_string(code)));
    EXPECT_EQ(outcome.fault_offset, offset);
    EXPECT_EQ(outcome.fault_address, 0U);
    EXPECT_EQ(outcome.done_tag, tag_);
    reset();
  }

  /// Expects that a stream of a good LOAD, `words` and END faults with `code` at `words`.
  void expect_command_error(std::span<const std::uint32_t> words, CommandError code) {
    StreamBuilder builder;
    builder.add(valid_load());
    const std::uint32_t at = builder.add_raw(words);
    builder.end();
    expect_error(builder.finish(device_.config), code, at);
  }

  void expect_good(std::span<const std::uint32_t> words) {
    StreamBuilder builder;
    builder.add_raw(words);
    builder.end();
    const JobOutcome outcome = device_.run(builder);
    EXPECT_TRUE(outcome.done) << spec::to_string(outcome.fault) << ' ' << spec::to_string(outcome.code);
    reset();
  }

  std::vector<std::uint32_t> good_stream() {
    StreamBuilder builder;
    builder.add(valid_load());
    builder.end();
    return builder.finish(device_.config);
  }

  void reset() {
    device_.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
    ASSERT_TRUE(wait_until_idle(device_.model));
  }

  Device device_;
  std::uint32_t tag_ = 0;
};

TEST_F(SimModelDecode, AcceptsOneOfEach) {
  for (const auto& words : one_of_each()) expect_good(words);
}

TEST_F(SimModelDecode, HeaderChecksInTheirOrder) {
  using Fields = spec::StreamHeaderFields;
  std::vector<std::uint32_t> stream = good_stream();
  // Broken from the last check to the first: each error hides the ones before it.
  Fields::kLength.set(stream, Fields::kLength.get(stream) + 16);
  expect_error(stream, CommandError::kLength, 0);
  Fields::kSram.set(stream, kSmallConfig.sram_bytes + 1);
  expect_error(stream, CommandError::kConfig, 0);
  Fields::kVersion.set(stream, spec::kStreamVersion + 1);
  expect_error(stream, CommandError::kVersion, 0);
  Fields::kMagic.set(stream, spec::kStreamMagic ^ 1);
  expect_error(stream, CommandError::kMagic, 0);
  stream.push_back(0);  // No multiple of 16 bytes.
  expect_error(stream, CommandError::kLength, 0);
}

TEST_F(SimModelDecode, HeaderFieldsAloneAreChecked) {
  using Fields = spec::StreamHeaderFields;
  const auto with = [this](const spec::CommandField& field, std::int64_t value) {
    std::vector<std::uint32_t> stream = good_stream();
    field.set(stream, value);
    return stream;
  };
  expect_error(with(Fields::kMacs, 1024), CommandError::kConfig, 0);
  expect_error(with(Fields::kMacs, 0), CommandError::kConfig, 0);
  expect_error(with(Fields::kVersion, 0), CommandError::kVersion, 0);
  EXPECT_TRUE(device_.run(with(Fields::kSram, 1)).done) << "less SRAM than there is will do";
  EXPECT_TRUE(device_.run(with(Fields::kCommands, 0)).done) << "the number of commands is software's affair";
  EXPECT_TRUE(device_.run(with(Fields::kCrc32, 1)).done) << "so is the CRC";
}

TEST_F(SimModelDecode, StreamTooShort) {
  const std::vector<std::uint32_t> stream = good_stream();
  expect_error(std::span(stream).first(0), CommandError::kLength, 0);
  expect_error(std::span(stream).first(4), CommandError::kLength, 0);
  expect_error(std::span(stream).first(7), CommandError::kLength, 0);
}

TEST_F(SimModelDecode, StreamTooLong) {
  device_.place(good_stream());
  for (const std::uint32_t size : {16U << 20, 0xffff'fff0U}) {
    const JobOutcome outcome = run_job(device_.model, Device::kStreamBase, size);
    EXPECT_TRUE(outcome.faulted);
    EXPECT_EQ(outcome.code, CommandError::kLength);
    device_.model.write32(spec::reg::Control::kOffset, spec::reg::Control::kSoftReset.mask());
    ASSERT_TRUE(wait_until_idle(device_.model));
  }
}

TEST_F(SimModelDecode, StreamWithoutEnd) {
  StreamBuilder builder;
  expect_error(builder.finish(device_.config), CommandError::kTruncated, builder.bytes());
  builder.add(valid_load());
  expect_error(builder.finish(device_.config), CommandError::kTruncated, builder.bytes());
}

TEST_F(SimModelDecode, EveryTruncationOfEveryCommand) {
  for (const auto& words : one_of_each()) {
    for (std::size_t kept = 4; kept < words.size(); kept += 4) {
      StreamBuilder builder;
      builder.add(valid_load());
      const std::uint32_t at = builder.add_raw(std::span(words).first(kept));
      expect_error(builder.finish(device_.config), CommandError::kTruncated, at);
    }
  }
}

TEST_F(SimModelDecode, EveryUnknownOpcode) {
  for (std::uint32_t opcode = 0; opcode < 256; ++opcode) {
    if (spec::command_info(opcode) != nullptr) continue;
    std::vector<std::uint32_t> words = words_of(valid_load());
    spec::CommandHeaderFields::kOpcode.set(words, opcode);
    spec::CommandHeaderFields::kWords.set(words, 0);  // OPCODE comes first.
    expect_command_error(words, CommandError::kOpcode);
  }
}

TEST_F(SimModelDecode, WrongLength) {
  for (const auto& good : one_of_each()) {
    for (const std::int64_t wrong : {0, 3, 5, 8, 16, 24, 255}) {
      std::vector<std::uint32_t> words = good;
      if (wrong == static_cast<std::int64_t>(words.size())) continue;
      spec::CommandHeaderFields::kWords.set(words, wrong);
      words.back() |= 0xffff'ffff;  // Whatever else is wrong, WORDS comes first.
      expect_command_error(words, CommandError::kWords);
    }
  }
}

TEST_F(SimModelDecode, EveryReservedBit) {
  for (const auto& good : one_of_each()) {
    const spec::CommandInfo& info = *spec::command_info(spec::decode_header(good).opcode);
    for (std::size_t word = 0; word < good.size(); ++word) {
      for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((info.reserved[word] & bit) == 0) continue;
        std::vector<std::uint32_t> words = good;
        words[word] |= bit;
        if (!info.fields.empty()) info.fields.back().set(words, 0);  // Perhaps wrong too, but FIELD comes later.
        expect_command_error(words, CommandError::kReserved);
      }
    }
  }
}

// The limits are derived from the table that the specification gives, one step beyond each.
TEST_F(SimModelDecode, EveryLimitOfEveryField) {
  int limits = 0;
  for (const auto& good : one_of_each()) {
    const spec::CommandInfo& info = *spec::command_info(spec::decode_header(good).opcode);
    for (const spec::CommandField& field : info.fields) {
      const std::int64_t lowest = field.is_signed ? -(std::int64_t{1} << (field.width - 1)) : 0;
      const std::int64_t highest = (std::int64_t{1} << (field.width - (field.is_signed ? 1 : 0))) - 1;
      std::vector<std::int64_t> wrong;
      if (field.min > lowest) wrong.push_back(field.min - 1);
      if (field.max < highest) wrong.push_back(field.max + 1);
      for (std::int64_t bit = 1; bit < field.align; bit *= 2) wrong.push_back(field.get(good) | bit);
      for (const std::int64_t value : wrong) {
        SCOPED_TRACE(testing::Message() << info.name << '.' << field.name << " = " << value);
        std::vector<std::uint32_t> words = good;
        field.set(words, value);
        expect_command_error(words, CommandError::kField);
        ++limits;
      }
    }
  }
  EXPECT_GT(limits, 100) << "the table was not read";
}

TEST_F(SimModelDecode, DepthwiseLimits) {
  const std::function<void(spec::GeomCommand&)> wrong[] = {[](auto& c) { c.kh = spec::kDwRows + 1; },
                                                           [](auto& c) { c.kx_n = spec::kDwCols + 1; },
                                                           [](auto& c) { c.in_w = 0; },
                                                           [](auto& c) { c.in_w = spec::kDwLineMax + 1; },
                                                           [](auto& c) { c.stride_x = 0; },
                                                           [](auto& c) { c.pad_top = c.kh; },
                                                           [](auto& c) { c.pad_left = c.kx_n; }};
  for (const auto& change : wrong) {
    spec::GeomCommand c = valid_geometry(Opcode::kDwconv);
    change(c);
    expect_command_error(words_of(c), CommandError::kField);
    for (const Opcode other : {Opcode::kConv, Opcode::kMaxpool, Opcode::kAvgpool}) {
      c.header.opcode = other;
      expect_good(words_of(c));  // The limits are DWCONV's alone.
    }
  }
  spec::GeomCommand most = valid_geometry(Opcode::kDwconv);
  most.kh = spec::kDwRows;
  most.kx_n = spec::kDwCols;
  most.in_w = spec::kDwLineMax;
  most.kx_stride = 7;
  most.pad_top = most.kh - 1;
  most.pad_left = most.kx_n - 1;
  expect_good(words_of(most));
}

TEST_F(SimModelDecode, DepthwiseRowsLimits) {
  const auto valid = [] {
    spec::GeomCommand c = valid_geometry(Opcode::kDwrows);
    c.stripe = c.out_w;
    return c;
  };
  const std::function<void(spec::GeomCommand&)> wrong[] = {
      [](auto& c) { c.kx_n = spec::kDwrowsCols + 1; }, [](auto& c) { c.in_w = 0; }, [](auto& c) { c.stride_x = 0; },
      [](auto& c) { c.pad_left = c.kx_n; }, [](auto& c) { c.stripe = c.out_w + 1; }};
  for (const auto& change : wrong) {
    spec::GeomCommand c = valid();
    change(c);
    expect_command_error(words_of(c), CommandError::kField);
  }
  spec::GeomCommand most = valid();
  most.kh = 255;
  most.kx_n = spec::kDwrowsCols;
  most.in_w = 65535;
  most.pad_top = 255;
  most.pad_left = most.kx_n - 1;
  most.stripe = most.out_w = spec::kStripeMax;
  expect_good(words_of(most));
}

TEST_F(SimModelDecode, AverageLimit) {
  spec::GeomCommand c = valid_geometry(Opcode::kAvgpool);
  c.kh = 32;
  c.kx_n = spec::kPoolTapsMax / 32;
  expect_good(words_of(c));
  ++c.kx_n;
  expect_command_error(words_of(c), CommandError::kField);
  c.header.opcode = Opcode::kMaxpool;
  expect_good(words_of(c));
}

TEST_F(SimModelDecode, NothingAfterEndIsLookedAt) {
  StreamBuilder builder;
  const std::uint32_t at = builder.end();
  builder.add_raw(std::vector<std::uint32_t>(8, 0xffff'ffff));
  const JobOutcome outcome = device_.run(builder);
  EXPECT_TRUE(outcome.done);
  EXPECT_EQ(outcome.progress, at);
}

TEST_F(SimModelDecode, AMalformedCommandDoesNothing) {
  Random random(21);
  random.fill(device_.data);
  device_.load_sram();
  const auto before = device_.sram();
  StreamBuilder builder;
  std::vector<std::uint32_t> words = words_of(valid_load());
  words.back() |= 1;  // A reserved bit.
  builder.add_raw(words);
  builder.add(valid_load());
  builder.end();
  EXPECT_TRUE(device_.run(builder).faulted);
  EXPECT_TRUE(device_.sram() == before);
}

}  // namespace
}  // namespace auklet::test
