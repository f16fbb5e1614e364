#include "stream_mutator.hpp"

#include <algorithm>
#include <auklet/plan/crc32.hpp>
#include <span>

#include "../driver/stream_builder.hpp"

namespace auklet::test {
namespace {

using Words = std::vector<std::uint32_t>;
using Header = spec::StreamHeaderFields;
using spec::CommandHeaderFields;
constexpr std::size_t kHeaderWords = spec::StreamHeader::kWords;
constexpr std::size_t kMostWords = 1000;
constexpr unsigned kAddressWidth = 24;  // Of SRAM addresses, steps and lengths; every command has some.

template <class Command>
Words encoded(const Command& command) {
  Words words(Command::kWords);
  if (spec::encode(command, std::span<std::uint32_t, Command::kWords>(words)) != nullptr) words.clear();
  return words;
}

const spec::CommandInfo& info_at(const Words& words, std::size_t at) { return *spec::command_info(words[at] & 0xffU); }

std::ptrdiff_t signed_index(std::size_t index) { return static_cast<std::ptrdiff_t>(index); }

template <class T>
const T& any_of(const std::vector<T>& list, Random& random) {
  return list[random.in<std::size_t>(0, static_cast<std::int64_t>(list.size()) - 1)];
}

/// Values at which something ends, and others.
std::int64_t interesting(const spec::CommandField& field, std::int64_t old, Random& random) {
  const std::int64_t sram = kFuzzConfig.sram_bytes;
  switch (random.in(0, 9)) {
    case 0:
      return field.min;
    case 1:
      return field.max;
    case 2:
      return random.one_in(2) ? field.min - 1 : field.max + 1;
    case 3:
      return old + random.in<std::int64_t>(-4, 4) * field.align;
    case 4:
      return old ^ (std::int64_t{1} << random.in(0, field.width - 1U));
    case 5:
      return (sram >> random.in(0, 10)) + random.in<std::int64_t>(-1, 1) * std::max<std::int64_t>(16, field.align);
    case 6:
      return (std::int64_t{1} << random.in(0, field.width - 1U)) - random.in(0, 1);
    case 7:
      return random.in<std::int64_t>(field.min, field.max);
    default:
      return random.in<std::int64_t>(0, 8) * std::max<std::int64_t>(field.align, random.pick({1, 16, 64}));
  }
}

void set_field(Words& words, std::size_t at, Random& random) {
  const spec::CommandInfo& info = info_at(words, at);
  if (info.fields.empty()) return;
  const spec::CommandField& field =
      info.fields[random.in<std::size_t>(0, static_cast<std::int64_t>(info.fields.size()) - 1)];
  const auto command = std::span(words).subspan(at);
  field.set(command, interesting(field, field.get(command), random));
}

void set_waits(Words& words, std::size_t at, Random& random) {
  const auto command = std::span(words).subspan(at);
  const spec::CommandField& field =
      random.pick({CommandHeaderFields::kWaitLoad, CommandHeaderFields::kWaitCompute, CommandHeaderFields::kWaitStore});
  field.set(command, random.one_in(8) ? random.in<std::int64_t>(0, 0xffff) : random.in<std::int64_t>(0, 3));
}

void insert(Words& words, std::size_t at, const Words& command) {
  if (words.size() + command.size() <= kMostWords) {
    words.insert(words.begin() + signed_index(at), command.begin(), command.end());
  }
}

Words command_at(const Words& words, std::size_t at) {
  return {words.begin() + signed_index(at), words.begin() + signed_index(at + info_at(words, at).words)};
}

void erase(Words& words, std::size_t at) {
  const std::size_t count = info_at(words, at).words;
  words.erase(words.begin() + signed_index(at), words.begin() + signed_index(at + count));
}

/// Calls `accepts(value)` for values between `good` and `bad`; returns the last accepted one on the way to `bad`.
template <class Accepts>
std::int64_t bisect(std::int64_t good, std::int64_t bad, Accepts accepts) {
  if (accepts(bad)) return bad;
  while (good + 1 < bad || bad + 1 < good) {
    const std::int64_t middle = good + (bad - good) / 2;
    (accepts(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace

Words sound_command(Random& random) {
  using spec::Opcode;
  switch (random.in(0, 9)) {
    case 0:
      return encoded(store(random.in(1, 64), 0));
    case 1:
      return encoded(gather());
    case 2: {
      spec::DmaCommand unpack = load();
      unpack.header.opcode = Opcode::kUnpack;
      return encoded(unpack);
    }
    case 3:
      return encoded(conv());
    case 4:
      return encoded(pool(random.one_in(2) ? Opcode::kMaxpool : Opcode::kAvgpool));
    case 5:
      return encoded(random.one_in(2) ? depthwise() : depthwise_rows());
    case 6:
    case 7: {
      spec::EltwiseCommand command = add();
      command.header.opcode =
          random.pick({Opcode::kAdd, Opcode::kMul, Opcode::kSqdiff, Opcode::kMin, Opcode::kMax, Opcode::kTable});
      return encoded(command);
    }
    case 8:
      return encoded(spec::SoftmaxCommand{.header = {.opcode = Opcode::kSoftmax},
                                          .table_base = 1024,
                                          .out_base = 2048,
                                          .n = 20,
                                          .rows = 3,
                                          .a_step = 32,
                                          .out_step = 32});
    default:
      return encoded(load(random.in(1, 64)));
  }
}

void mutate_commands(Words& words, Random& random) {
  words.resize(std::max(words.size(), kHeaderWords));
  const std::vector<std::size_t> starts = find_commands(words);
  const std::size_t at = starts.empty() ? kHeaderWords : any_of(starts, random);
  const std::uint32_t way = starts.empty() ? 20 : random.in(0, 23);
  if (way < 14) {
    set_field(words, at, random);
  } else if (way < 17) {
    set_waits(words, at, random);
  } else if (way < 18) {
    erase(words, at);
  } else if (way < 19) {
    insert(words, any_of(starts, random), command_at(words, at));
  } else if (way < 22) {
    insert(words, at, sound_command(random));
  } else if (way < 23) {
    CommandHeaderFields::kOpcode.set(std::span(words).subspan(at), random.in(0, 0x41));
  } else {
    words[random.in<std::size_t>(0, static_cast<std::int64_t>(words.size()) - 1)] ^= 1U << random.in(0, 31);
  }
}

void seal_stream(Words& words) {
  words.resize(std::max(words.size(), kHeaderWords));
  Header::kLength.set(words, static_cast<std::int64_t>(words.size() * 4));
  Header::kCommands.set(words, static_cast<std::int64_t>(find_commands(words).size()));
  Header::kCrc32.set(words, plan::crc32(std::span(words).subspan(kHeaderWords)));
}

void repair_stream(Words& words, const spec::HardwareConfig& config) {
  words.resize(std::max(words.size(), kHeaderWords));
  std::size_t end = kHeaderWords;
  for (const std::size_t at : find_commands(words)) {
    const spec::CommandInfo& info = info_at(words, at);
    CommandHeaderFields::kWords.set(std::span(words).subspan(at), info.words);
    for (std::size_t i = 0; i < info.words; ++i) words[at + i] &= ~info.reserved[i];
    if (info.opcode == spec::Opcode::kEnd) break;
    end = at + info.words;
  }
  words.resize(end);
  const Words finish = encoded(spec::EndCommand{.header = {.opcode = spec::Opcode::kEnd}});
  words.insert(words.end(), finish.begin(), finish.end());
  for (std::size_t i = 0; i < kHeaderWords; ++i) words[i] &= ~Header::kReserved[i];
  Header::kMagic.set(words, spec::kStreamMagic);
  Header::kVersion.set(words, spec::kStreamVersion);
  Header::kMacs.set(words, config.macs);
  if (Header::kSram.get(words) > config.sram_bytes) Header::kSram.set(words, config.sram_bytes);
  seal_stream(words);
}

StreamSubject sound_subject(Random& random) {
  StreamSubject subject;
  subject.seed = random.in(1, 1000);
  for (SubjectWindow& window : subject.windows) {
    window = {random.pick<std::uint32_t>({64, 4096, 70000}), random.in<std::uint8_t>(1, 3),
              random.in<std::uint8_t>(0, 255)};
  }
  subject.windows[0].size = std::max(subject.windows[0].size, 4096U);
  subject.windows[0].access |= 1;
  subject.windows[1].access |= 2;
  subject.words.resize(kHeaderWords);
  Header::kSram.set(subject.words, kFuzzConfig.sram_bytes);
  for (std::uint32_t count = random.in(1, 3); count != 0; --count) {
    insert(subject.words, subject.words.size(), sound_command(random));
  }
  repair_stream(subject.words, kFuzzConfig);
  return subject;
}

void mutate_subject(StreamSubject& subject, Random& random) {
  const std::uint32_t way = random.in(0, 15);
  SubjectWindow& window = subject.windows[random.in(0, spec::kWindowCount - 1)];
  if (way == 0) {
    window.size = random.one_in(4) ? random.in(0, UINT32_MAX) : random.in(0, 5000);
  } else if (way == 1) {
    window.access = random.in<std::uint8_t>(0, 3);
    window.skew = random.one_in(3) ? std::uint8_t{255} : random.in<std::uint8_t>(0, 255);
  } else if (way == 2) {
    subject.seed = random.in(0, UINT32_MAX);
    subject.error_at = random.one_in(2) ? std::uint16_t{0} : random.in<std::uint16_t>(1, 30);
    subject.decode_error = random.one_in(2);
  } else if (way == 3) {
    subject.words.resize(std::max(subject.words.size(), kHeaderWords));
    Header::kSram.set(subject.words, random.in(0, kFuzzConfig.sram_bytes));
  } else if (way < 6) {
    push_to_edge(subject, random);
  } else if (way == 6) {
    tighten(subject);
  } else {
    mutate_commands(subject.words, random);
  }
  if (!random.one_in(32)) {
    repair_stream(subject.words, kFuzzConfig);
  } else if (!random.one_in(4)) {
    seal_stream(subject.words);
  }
}

void push_to_edge(StreamSubject& subject, Random& random) {
  const std::vector<std::size_t> starts = find_commands(subject.words);
  if (starts.empty() || !subject.validate().ok()) return;
  const std::size_t at = any_of(starts, random);
  const spec::CommandInfo& info = info_at(subject.words, at);
  if (info.fields.empty()) return;
  const bool any = random.one_in(3);
  const auto chosen = [&]() -> const spec::CommandField& {
    return info.fields[random.in<std::size_t>(0, static_cast<std::int64_t>(info.fields.size()) - 1)];
  };
  const spec::CommandField* picked = &chosen();
  while (!any && picked->width < kAddressWidth) picked = &chosen();
  const spec::CommandField& field = *picked;
  const auto accepts = [&](std::int64_t steps) {
    field.set(std::span(subject.words).subspan(at), steps * field.align);
    seal_stream(subject.words);
    return subject.validate().ok();
  };
  const std::int64_t old = field.get(std::span(subject.words).subspan(at)) / field.align;
  (void)accepts(bisect(old, (random.one_in(4) ? field.min : field.max) / field.align, accepts));
}

void tighten(StreamSubject& subject) {
  if (!subject.validate().ok()) return;
  const std::int64_t sram = Header::kSram.get(subject.words);
  const auto enough = [&](std::int64_t bytes) {
    Header::kSram.set(subject.words, bytes);
    return subject.validate().ok();
  };
  (void)enough(bisect(sram, 0, enough));
  for (SubjectWindow& window : subject.windows) {
    const auto fits = [&](std::int64_t bytes) {
      window.size = static_cast<std::uint32_t>(bytes);
      return subject.validate().ok();
    };
    (void)fits(bisect(window.size, 0, fits));
  }
}

StreamSubject accepted_subject(std::uint64_t seed) {
  Random random(seed);
  StreamSubject subject = sound_subject(random);
  for (std::uint32_t steps = random.in(1, 24); steps != 0; --steps) {
    StreamSubject next = subject;
    mutate_subject(next, random);
    if (next.validate().ok()) subject = std::move(next);
  }
  for (std::uint32_t pushes = random.in(0, 4); pushes != 0; --pushes) push_to_edge(subject, random);
  if (!random.one_in(3)) tighten(subject);
  return subject;
}

}  // namespace auklet::test
