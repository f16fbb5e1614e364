// libFuzzer's target for command streams: what npu::validate_stream() accepts must be harmless (stream_subject.hpp).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "libfuzzer.hpp"
#include "stream_mutator.hpp"

namespace {

using auklet::test::find_commands;
using auklet::test::kFuzzConfig;
using auklet::test::mutate_subject;
using auklet::test::parse_subject;
using auklet::test::Random;
using auklet::test::repair_stream;
using auklet::test::run_subject;
using auklet::test::sound_subject;
using auklet::test::StreamSubject;
using auklet::test::SubjectOutcome;
using auklet::test::write_subject;

std::size_t store_subject(const StreamSubject& subject, std::uint8_t* data, std::size_t limit) {
  const std::vector<std::uint8_t> bytes = write_subject(subject);
  const std::size_t size = std::min(bytes.size(), limit);
  std::memcpy(data, bytes.data(), size);
  return size;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SubjectOutcome outcome = run_subject(parse_subject({data, size}));
  if (!outcome.complaint.empty()) {
    (void)std::fprintf(stderr, "accepted, but: %s\n", outcome.complaint.c_str());
    std::abort();
  }
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed) {
  Random random(seed);
  if (random.one_in(16)) return LLVMFuzzerMutate(data, size, limit);
  StreamSubject subject = size < 64 ? sound_subject(random) : parse_subject({data, size});
  for (std::uint32_t steps = random.in(1, 4); steps != 0; --steps) mutate_subject(subject, random);
  return store_subject(subject, data, limit);
}

/// The first one's windows, the commands of both.
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                                      std::size_t b_size, std::uint8_t* out, std::size_t limit, unsigned seed) {
  Random random(seed);
  StreamSubject subject = parse_subject({a, a_size});
  const StreamSubject other = parse_subject({b, b_size});
  repair_stream(subject.words, kFuzzConfig);
  for (const std::size_t at : find_commands(other.words)) {
    const std::size_t count = auklet::spec::command_info(other.words[at] & 0xffU)->words;
    const std::vector<std::size_t> starts = find_commands(subject.words);
    const std::size_t place = starts[random.in<std::size_t>(0, static_cast<std::int64_t>(starts.size()) - 1)];
    if (random.one_in(2) || subject.words.size() + count > 1000) continue;
    const auto from = other.words.begin() + static_cast<std::ptrdiff_t>(at);
    subject.words.insert(subject.words.begin() + static_cast<std::ptrdiff_t>(place), from,
                         from + static_cast<std::ptrdiff_t>(count));
  }
  repair_stream(subject.words, kFuzzConfig);
  return store_subject(subject, out, limit);
}
