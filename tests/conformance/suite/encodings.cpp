// The decoder's checks of every command, from the generated tables: what no table allows is refused as itself.
#include "checks.hpp"

namespace auklet::conformance {

namespace {

using Words = std::array<std::uint32_t, spec::GeomCommand::kWords>;
using Fields = spec::GeomFields;

/// The smallest command with this opcode: each field has the least value that is allowed, but for those where the
/// opcode demands more.
std::span<std::uint32_t> smallest(const spec::CommandInfo& info, Words& buffer) {
  buffer.fill(0);
  const std::span<std::uint32_t> words = std::span(buffer).first(info.words);
  spec::CommandHeaderFields::kOpcode.set(words, static_cast<std::int64_t>(info.opcode));
  spec::CommandHeaderFields::kWords.set(words, info.words);
  for (const spec::CommandField& field : info.fields) field.set(words, field.min);
  if (info.format == spec::Format::kGeom) {
    Fields::kR0.set(words, 0);
    Fields::kStrideX.set(words, 1);
    Fields::kInW.set(words, 1);
  }
  if (info.opcode == spec::Opcode::kUnpack) spec::DmaFields::kSpLen.set(words, 16);
  return words;
}

/// The stream [LOAD, `words`, END].
Stream stream_of(std::span<const std::uint32_t> words) {
  Stream stream;
  stream.add(load(0, 0, 16, 0x100));
  stream.add_raw(words);
  stream.end();
  return stream;
}

constexpr std::uint32_t kCommandAt = (spec::StreamHeader::kWords + spec::DmaCommand::kWords) * 4;

/// Expects that the command is refused so; names it in a failure.
void expect_error(Bench& bench, const spec::CommandInfo& info, std::span<const std::uint32_t> words,
                  spec::CommandError code, const char* field) {
  const bool good = bench.run(stream_of(words), {.kind = spec::Fault::kCommand, .code = code, .offset = kCommandAt});
  bench.expect(field, 1, good ? 1 : 0, info.name, static_cast<std::uint32_t>(info.opcode));
}

bool prepare(Bench& bench) {
  if (!bench.prepare()) return false;
  bench.fill(kInputAt, 256, std::byte{0});
  bench.open(0, kInputAt, 256);
  return true;
}

/// Sets one field of the smallest command and expects FIELD.
void expect_field_error(Bench& bench, spec::Opcode opcode, std::initializer_list<const spec::CommandField*> fields,
                        std::initializer_list<std::int64_t> values) {
  const spec::CommandInfo& info = *spec::command_info(opcode);
  Words buffer;
  const std::span<std::uint32_t> words = smallest(info, buffer);
  const std::int64_t* value = values.begin();
  for (const spec::CommandField* field : fields) field->set(words, *value++);
  expect_error(bench, info, words, spec::CommandError::kField, (*fields.begin())->name);
}

}  // namespace

void check_unknown_opcodes(Bench& bench) {
  if (!prepare(bench)) return;
  for (std::uint32_t opcode = 0; opcode < 256; ++opcode) {
    if (spec::command_info(opcode) != nullptr) continue;
    std::array<std::uint32_t, 4> words{};
    spec::CommandHeaderFields::kOpcode.set(words, opcode);
    spec::CommandHeaderFields::kWords.set(words, words.size());
    const bool good = bench.run(
        stream_of(words), {.kind = spec::Fault::kCommand, .code = spec::CommandError::kOpcode, .offset = kCommandAt});
    bench.expect("no such opcode", 1, good ? 1 : 0, "opcode", opcode);
  }
}

void check_command_words(Bench& bench) {
  if (!prepare(bench)) return;
  for (const spec::CommandInfo& info : spec::kCommands) {
    for (const std::uint32_t length :
         std::initializer_list<std::uint32_t>{0, info.words - 4, info.words + 4, info.words + 1, 255}) {
      Words buffer;
      const std::span<std::uint32_t> words = smallest(info, buffer);
      spec::CommandHeaderFields::kWords.set(words, length);
      expect_error(bench, info, words, spec::CommandError::kWords, "a wrong length is refused");
    }
  }
}

void check_reserved_bits(Bench& bench) {
  if (!prepare(bench)) return;
  for (const spec::CommandInfo& info : spec::kCommands) {
    for (std::size_t i = 0; i < info.reserved.size(); ++i) {
      const std::uint32_t mask = info.reserved[i];
      if (mask == 0) continue;
      // The lowest and the highest bit of the word that must be zero.
      std::uint32_t high = mask;
      for (std::uint32_t rest = mask; rest != 0; rest &= rest - 1) high = rest;
      for (const std::uint32_t bit : {mask & (~mask + 1), high}) {
        Words buffer;
        const std::span<std::uint32_t> words = smallest(info, buffer);
        words[i] |= bit;
        expect_error(bench, info, words, spec::CommandError::kReserved, "a reserved bit is refused");
      }
    }
  }
}

void check_field_limits(Bench& bench) {
  if (!prepare(bench)) return;
  for (const spec::CommandInfo& info : spec::kCommands) {
    Words buffer;
    const bool good = bench.run(stream_of(smallest(info, buffer)));
    bench.expect("the smallest command is accepted", 1, good ? 1 : 0, info.name);
    for (const spec::CommandField& field : info.fields) {
      // What still fits the field, but is below, above or beside what is allowed.
      const std::int64_t lowest = field.is_signed ? -(std::int64_t{1} << (field.width - 1)) : 0;
      const std::int64_t highest = lowest + (std::int64_t{1} << field.width) - 1;
      for (const std::int64_t value : {field.min - 1, field.max + 1, field.min + 1, field.min + field.align / 2}) {
        if (value < lowest || value > highest || field.allows(value)) continue;
        const std::span<std::uint32_t> words = smallest(info, buffer);
        field.set(words, value);
        expect_error(bench, info, words, spec::CommandError::kField, field.name);
      }
    }
  }
}

void check_opcode_rules(Bench& bench) {
  if (!prepare(bench)) return;
  using Dma = spec::DmaFields;
  using spec::Opcode;
  expect_field_error(bench, Opcode::kUnpack, {&Dma::kAxRows}, {2});
  expect_field_error(bench, Opcode::kUnpack, {&Dma::kSpLen}, {24});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kKh}, {spec::kDwRows + 1});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kKxN}, {spec::kDwCols + 1});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kPadTop}, {1});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kPadLeft}, {1});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kInW}, {spec::kDwLineMax + 1});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kInW}, {0});
  expect_field_error(bench, Opcode::kDwconv, {&Fields::kStrideX}, {0});
  expect_field_error(bench, Opcode::kDwrows, {&Fields::kKxN}, {spec::kDwrowsCols + 1});
  expect_field_error(bench, Opcode::kDwrows, {&Fields::kPadLeft}, {1});
  expect_field_error(bench, Opcode::kDwrows, {&Fields::kInW}, {0});
  expect_field_error(bench, Opcode::kDwrows, {&Fields::kStrideX}, {0});
  expect_field_error(bench, Opcode::kDwrows, {&Fields::kStripe}, {2});
  expect_field_error(bench, Opcode::kAvgpool, {&Fields::kKh, &Fields::kKxN}, {32, 33});
}

}  // namespace auklet::conformance
