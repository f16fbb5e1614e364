#include "malformed_stream.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace auklet::test {
namespace {

using spec::CommandHeaderFields;
using spec::GeomFields;
using spec::StreamHeaderFields;

std::span<std::uint32_t> command_at(MalformedStream& bad, std::size_t index) {
  return std::span(bad.stream.words).subspan(bad.stream.offsets[index] / 4);
}

spec::Opcode opcode_at(MalformedStream& bad, std::size_t index) {
  return static_cast<spec::Opcode>(CommandHeaderFields::kOpcode.get(command_at(bad, index)));
}

std::size_t any_command(const MalformedStream& bad, Random& random) {
  return random.in<std::size_t>(0, static_cast<std::int64_t>(bad.stream.offsets.size()) - 1);
}

/// A command for which `accept(opcode)` holds, if there is one.
template <class Accept>
std::optional<std::size_t> find_command(MalformedStream& bad, Random& random, Accept accept) {
  const std::size_t count = bad.stream.offsets.size();
  const std::size_t first = any_command(bad, random);
  for (std::size_t i = 0; i < count; ++i) {
    if (accept(opcode_at(bad, (first + i) % count))) return (first + i) % count;
  }
  return std::nullopt;
}

/// A LOAD, STORE or GATHER: every stream has the first two. They have their memory side's fields in common.
std::size_t any_transfer(MalformedStream& bad, Random& random) {
  return find_command(bad, random,
                      [](spec::Opcode opcode) {
                        return opcode == spec::Opcode::kLoad || opcode == spec::Opcode::kStore ||
                               opcode == spec::Opcode::kGather;
                      })
      .value();
}

void cut(MalformedStream& bad, std::uint32_t bytes) {
  bad.stream.words.resize(bytes / 4);
  bad.size = bytes;
  StreamHeaderFields::kLength.set(bad.stream.words, bytes);
}

void break_header(MalformedStream& bad, Random& random) {
  const spec::CommandField field =
      random.pick({StreamHeaderFields::kMagic, StreamHeaderFields::kVersion, StreamHeaderFields::kMacs,
                   StreamHeaderFields::kSram, StreamHeaderFields::kLength});
  bad.what = std::string("header ") + field.name;
  field.set(bad.stream.words, field.get(bad.stream.words) + random.in(1, 0x4000));
}

void break_size(MalformedStream& bad, Random& random) {
  bad.what = "CMD_SIZE";
  bad.size = random.pick<std::uint32_t>({0, 16, 31, bad.size + 16, bad.size - 16, bad.size + 1, bad.size - 4, 1U << 24,
                                         (1U << 24) + bad.size, 0xfffffff0, UINT32_MAX});
}

void break_opcode(MalformedStream& bad, Random& random) {
  const std::size_t at = any_command(bad, random);
  std::uint32_t opcode = 0;
  while (spec::command_info(opcode) != nullptr) opcode = random.in(0, 255);
  bad.what = "opcode of command " + std::to_string(at);
  CommandHeaderFields::kOpcode.set(command_at(bad, at), opcode);
}

void break_words(MalformedStream& bad, Random& random) {
  const std::size_t at = any_command(bad, random);
  const std::uint32_t right = spec::command_info(opcode_at(bad, at))->words;
  bad.what = "words of command " + std::to_string(at);
  CommandHeaderFields::kWords.set(command_at(bad, at), right ^ random.in(1, 255));
}

void break_reserved(MalformedStream& bad, Random& random) {
  const std::size_t at = any_command(bad, random);
  const spec::CommandInfo& info = *spec::command_info(opcode_at(bad, at));
  while (true) {
    const std::uint32_t word = random.in(0, info.words - 1), bit = 1U << random.in(0, 31);
    if ((info.reserved[word] & bit) == 0) continue;
    bad.what = "reserved bit in word " + std::to_string(word) + " of command " + std::to_string(at);
    command_at(bad, at)[word] |= bit;
    return;
  }
}

void break_field(MalformedStream& bad, Random& random) {
  const std::size_t at =
      find_command(bad, random, [](spec::Opcode opcode) { return opcode != spec::Opcode::kEnd; }).value();
  const spec::CommandInfo& info = *spec::command_info(opcode_at(bad, at));
  const std::span<std::uint32_t> words = command_at(bad, at);
  while (true) {
    const spec::CommandField& field =
        info.fields[random.in<std::size_t>(0, static_cast<std::int64_t>(info.fields.size()) - 1)];
    const std::int64_t old = field.get(words);
    field.set(words, random.pick<std::int64_t>({field.min - 1, field.max + 1, old + random.in(1, 31)}));
    bad.what = std::string(field.name) + " of command " + std::to_string(at);
    if (!field.allows(field.get(words))) return;
    field.set(words, old);
  }
}

/// Breaks what a DWCONV alone must keep to.
void break_depthwise(MalformedStream& bad, Random& random, std::size_t at) {
  const std::span<std::uint32_t> words = command_at(bad, at);
  struct Limit {
    spec::CommandField field;
    std::int64_t value;
  };
  const auto limit = random.pick<Limit>({
      {GeomFields::kKh, random.in(spec::kDwRows + 1, 255)},
      {GeomFields::kKxN, random.in(spec::kDwCols + 1, 255)},
      {GeomFields::kPadTop, random.in(GeomFields::kKh.get(words), 255)},
      {GeomFields::kPadLeft, random.in(GeomFields::kKxN.get(words), 255)},
      {GeomFields::kInW, random.in(spec::kDwLineMax + 1, 65535)},
      {GeomFields::kInW, 0},
      {GeomFields::kStrideX, 0},
  });
  bad.what = std::string("limit of ") + limit.field.name + " of command " + std::to_string(at);
  limit.field.set(words, limit.value);
}

/// Breaks what a DWROWS alone must keep to.
void break_depthwise_rows(MalformedStream& bad, Random& random, std::size_t at) {
  const std::span<std::uint32_t> words = command_at(bad, at);
  struct Limit {
    spec::CommandField field;
    std::int64_t value;
  };
  const std::int64_t stripe = GeomFields::kStripe.get(words);
  const auto limit = random.pick<Limit>({
      {GeomFields::kKxN, random.in(spec::kDwrowsCols + 1, 255)},
      {GeomFields::kPadLeft, random.in(GeomFields::kKxN.get(words), 255)},
      {GeomFields::kInW, 0},
      {GeomFields::kStrideX, 0},
      {GeomFields::kStripe, stripe == 1 ? 2 : stripe - 1},
      {GeomFields::kOutW, stripe + random.in(1, 256)},
  });
  bad.what = std::string("limit of ") + limit.field.name + " of command " + std::to_string(at);
  limit.field.set(words, limit.value);
}

/// Breaks what only one opcode demands; a stream without such a command loses its END.
void break_limit(MalformedStream& bad, Random& random) {
  const auto at = find_command(bad, random, [](spec::Opcode opcode) {
    return opcode == spec::Opcode::kDwconv || opcode == spec::Opcode::kUnpack || opcode == spec::Opcode::kDwrows ||
           opcode == spec::Opcode::kAvgpool;
  });
  if (!at) {
    bad.what = "no END";
    cut(bad, bad.stream.offsets.back());
  } else if (opcode_at(bad, *at) == spec::Opcode::kDwconv) {
    break_depthwise(bad, random, *at);
  } else if (opcode_at(bad, *at) == spec::Opcode::kUnpack) {
    using Dma = spec::DmaFields;
    const std::span<std::uint32_t> words = command_at(bad, *at);
    bad.what = "limit of command " + std::to_string(*at);
    random.one_in(2) ? Dma::kAxRows.set(words, random.in(2, 100))
                     : Dma::kSpLen.set(words, Dma::kSpLen.get(words) + random.in(1, 15));
  } else if (opcode_at(bad, *at) == spec::Opcode::kDwrows) {
    break_depthwise_rows(bad, random, *at);
  } else {
    bad.what = "taps of command " + std::to_string(*at);
    GeomFields::kKxN.set(command_at(bad, *at), random.pick({41, 255, 33}));
    GeomFields::kKh.set(command_at(bad, *at), random.pick({32, 255, 100}));
  }
}

void truncate(MalformedStream& bad, Random& random) {
  const std::size_t at = random.in<std::size_t>(1, static_cast<std::int64_t>(bad.stream.offsets.size()) - 1);
  const std::uint32_t inside = opcode_at(bad, at) == spec::Opcode::kEnd ? 0 : 16 * random.in(0, 2);
  bad.what = "cut " + std::to_string(inside) + " bytes into command " + std::to_string(at);
  cut(bad, bad.stream.offsets[at] + inside);
}

void leave_window(MalformedStream& bad, Random& random) {
  using Fields = spec::DmaFields;
  const std::size_t at = any_transfer(bad, random);
  const std::span<std::uint32_t> words = command_at(bad, at);
  const std::uint32_t size = bad.stream.windows[static_cast<std::size_t>(Fields::kWindow.get(words))].size;
  const std::int64_t all_but_one = Fields::kAxLen.get(words) - 1;
  const std::uint32_t forbidden =
      opcode_at(bad, at) == spec::Opcode::kStore ? RawMemory::kTableWindow : RawMemory::kDumpWindow;
  bad.what = "window of command " + std::to_string(at);
  switch (random.in(0, 4)) {
    case 0:
      Fields::kOffset.set(words, random.one_in(2) ? size : size - all_but_one);
      break;
    case 1:
      Fields::kOffset.set(words, UINT32_MAX - (random.one_in(2) ? 0 : all_but_one));
      break;
    case 2:
      Fields::kWindow.set(words, forbidden);
      break;
    case 3:
      Fields::kAxRows.set(words, random.in(2, 65535));
      Fields::kAxStride.set(words, UINT32_MAX - random.in(0, 100));
      break;
    default:
      // The transfer would lie in the address space; its window does not.
      Fields::kWindow.set(words, RawMemory::kSpareWindow);
      Fields::kOffset.set(words, 0);
      bad.stream.windows[RawMemory::kSpareWindow] = {(std::uint64_t{1} << spec::kAxiAddrBits) - 0x10'0000, 0x10'0001,
                                                     true, true};
  }
}

void miss_memory(MalformedStream& bad, Random& random) {
  bad.what = "unmapped memory";
  if (random.one_in(4)) {
    bad.base = 0x55'0000'0000;
    return;
  }
  const std::size_t at = any_transfer(bad, random);
  const std::span<std::uint32_t> words = command_at(bad, at);
  spec::DmaFields::kWindow.set(words, RawMemory::kSpareWindow);
  bad.stream.windows[RawMemory::kSpareWindow] = {std::uint64_t{0x66'0000'0000} + random.in(0, 5000), UINT32_MAX, true,
                                                 true};
}

/// Loads other indices for a GATHER: zeros, and somewhere one that is in no table. A stream without one leaves a
/// window.
void break_index(MalformedStream& bad, Random& random) {
  const auto at = find_command(bad, random, [](spec::Opcode opcode) { return opcode == spec::Opcode::kGather; });
  if (!at) {
    leave_window(bad, random);
    return;
  }
  const auto count = static_cast<std::uint32_t>(spec::GatherFields::kN.get(command_at(bad, *at)));
  const std::uint32_t place = random.in(0, count - 1);
  bad.what = "index " + std::to_string(place) + " of command " + std::to_string(*at);
  spec::DmaFields::kOffset.set(command_at(bad, *at - 1),
                               RawMemory::kBadIndexOffset + (RawMemory::kMostIndices - place) * 4);
}

void wait_forever(MalformedStream& bad, Random& random) {
  const std::size_t at = any_command(bad, random);
  bad.what = "command " + std::to_string(at) + " waits for ever";
  bad.watchdog = 3000;
  random.pick({CommandHeaderFields::kWaitLoad, CommandHeaderFields::kWaitCompute, CommandHeaderFields::kWaitStore})
      .set(command_at(bad, at), random.in(1000, 32767));
}

}  // namespace

MalformedStream break_stream(const RawStream& sound, Random& random) {
  MalformedStream bad;
  bad.stream = sound;
  bad.size = static_cast<std::uint32_t>(sound.words.size() * 4);
  const auto way =
      random.pick({break_header, break_size, break_opcode, break_words, break_reserved, break_field, break_limit,
                   truncate, leave_window, miss_memory, wait_forever, break_index, break_index});
  way(bad, random);
  return bad;
}

}  // namespace auklet::test
