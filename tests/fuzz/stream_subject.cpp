#include "stream_subject.hpp"

#include <algorithm>
#include <auklet/sim/functional_model.hpp>
#include <cstring>

#include "../common/job.hpp"

namespace auklet::test {
namespace {

constexpr std::uint64_t kFillerBase = 0x80'0000, kTop = std::uint64_t{1} << 40;
constexpr unsigned kWindowSpacing = 34;  // Bits: every window of 2^32 - 1 bytes has room around it.
constexpr std::uint32_t kIndexWindow = 6;
constexpr std::uint32_t kWindowBytes = 6, kFixedBytes = spec::kWindowCount * kWindowBytes + 8;
constexpr std::size_t kMostWords = 1024;
constexpr std::uint64_t kMostCycles = std::uint64_t{1} << 15;

std::uint64_t base_of(const SubjectWindow& window, std::size_t index) {
  if (window.skew == 0xff && index + 1 == spec::kWindowCount) return kTop - window.size;
  return (std::uint64_t{index + 1} << kWindowSpacing) + window.skew;
}

/// Everything that a run leaves behind.
struct Trace {
  JobOutcome job;
  bool running = false;
  std::uint64_t digest = 0;
  std::string violation;
  std::vector<std::int8_t> sram;
};

class Run {
 public:
  explicit Run(const StreamSubject& subject)
      : subject_(subject),
        model_({.config = kFuzzConfig, .seed = subject.seed, .job_cycle_limit = kMostCycles}),
        claim_(static_cast<std::uint32_t>(spec::StreamHeaderFields::kSram.get(subject.words))) {
    model_.connect(&memory_, {.latency_cycles = 1, .bytes_per_cycle = 16});
  }

  Trace run(bool noise) {
    Trace trace;
    if (!wait_until_idle(model_)) trace.violation = "the device is not ready";
    fill_sram(noise);
    memory_.begin(subject_.grant(model_), subject_.error_at,
                  subject_.decode_error ? sim::AxiResponse::kDecodeError : sim::AxiResponse::kSlaveError);
    trace.job = run_job(model_, kStreamBase, static_cast<std::uint32_t>(subject_.words.size() * 4), 1, kMostCycles * 8);
    trace.running = state_of(model_) == spec::State::kRunning;
    trace.digest = memory_.digest();
    if (trace.violation.empty()) trace.violation = memory_.violation();
    trace.sram.assign(model_.sram().begin(), model_.sram().end());
    const auto rest = std::span(trace.sram).subspan(claim_);
    if (trace.violation.empty() && !std::ranges::equal(rest, std::span(before_).subspan(claim_))) {
      trace.violation = "SRAM beyond what the header asks for has changed";
    }
    return trace;
  }

  [[nodiscard]] std::uint32_t claim() const { return claim_; }

 private:
  /// Fills the SRAM, by a job: noise, but beyond the claim zeros if not `noise`.
  void fill_sram(bool noise) {
    constexpr std::uint32_t kBytes = kFuzzConfig.sram_bytes;
    std::vector<std::byte> image(kBytes);
    for (std::uint32_t i = 0; i < (noise ? kBytes : claim_); ++i)
      image[i] = static_cast<std::byte>(i * 0x9e3779b1U >> 13);
    place_parameters(image);
    StreamBuilder builder;
    builder.add(
        spec::DmaCommand{.header = {.opcode = spec::Opcode::kLoad}, .ax_len = kBytes, .ax_rows = 1, .sp_len = kBytes});
    builder.end();
    const std::vector<std::uint32_t> words = builder.finish(kFuzzConfig);
    memory_.begin({{kFillerBase, kBytes, true, false, image},
                   {kStreamBase, words.size() * 4, true, false, std::as_bytes(std::span(words))}});
    set_window(model_, 0, kFillerBase, kBytes);
    (void)run_job(model_, kStreamBase, static_cast<std::uint32_t>(words.size() * 4));
    before_.assign(model_.sram().begin(), model_.sram().end());
  }

  /// Numbers with which a convolution's result depends on its input, where it will look for them.
  void place_parameters(std::vector<std::byte>& image) const {
    const std::span<const std::uint32_t> words(subject_.words);
    for (const std::size_t at : find_commands(subject_.words)) {
      const std::span<const std::uint32_t> command = words.subspan(at);
      if (spec::command_info(command[0] & 0xffU)->format != spec::Format::kGeom) continue;
      std::array<std::int32_t, spec::kParamBlock / 4> block{};
      std::fill_n(block.begin() + spec::kLanes, spec::kLanes, 1 << 28);  // The multipliers; shifts are zero.
      const auto base = static_cast<std::size_t>(spec::GeomFields::kPBase.get(command));
      for (std::size_t i = 0; i < 8; ++i) {
        const std::size_t place = base + i * sizeof block;
        if (place + sizeof block <= claim_) std::memcpy(image.data() + place, block.data(), sizeof block);
      }
    }
  }

  const StreamSubject& subject_;
  TracingMemory memory_;
  sim::FunctionalModel model_;
  std::uint32_t claim_;
  std::vector<std::int8_t> before_;
};

SubjectOutcome judge(const StreamSubject& subject, const Trace& trace) {
  if (!trace.violation.empty()) return {SubjectEnd::kDone, trace.violation};
  const JobOutcome& job = trace.job;
  if (job.done && !job.faulted) return {SubjectEnd::kDone, {}};
  if (job.faulted && !job.done) {
    if (job.fault == spec::Fault::kIndex) return {SubjectEnd::kIndexFault, {}};
    const bool axi = job.fault == spec::Fault::kAxiSlverr || job.fault == spec::Fault::kAxiDecerr;
    if (axi && subject.error_at != 0) return {SubjectEnd::kAxiFault, {}};
    return {SubjectEnd::kDone, std::string("fault ") + spec::to_string(job.fault) + ' ' + spec::to_string(job.code) +
                                   " at stream offset " + std::to_string(job.fault_offset)};
  }
  if (!job.interrupted && trace.running) return {SubjectEnd::kCutOff, {}};
  return {SubjectEnd::kDone, "neither done nor faulted"};
}

bool same(const Trace& a, const Trace& b, std::uint32_t claim) {
  return a.digest == b.digest && a.job.done == b.job.done && a.job.fault == b.job.fault &&
         std::equal(a.sram.begin(), a.sram.begin() + claim, b.sram.begin());
}

}  // namespace

std::array<npu::Window, spec::kWindowCount> StreamSubject::granted() const {
  std::array<npu::Window, spec::kWindowCount> result;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    result[i] = {base_of(windows[i], i), windows[i].size, static_cast<npu::Access>(windows[i].access & 3U)};
  }
  return result;
}

std::vector<Grant> StreamSubject::grant(sim::Target& target) const {
  std::vector<Grant> grants{
      {kStreamBase, std::uint64_t{words.size()} * 4, true, false, std::as_bytes(std::span(words))}};
  const auto opened = granted();
  for (std::uint32_t i = 0; i < opened.size(); ++i) {
    const bool read = allows(opened[i].access, npu::Access::kRead);
    const bool write = allows(opened[i].access, npu::Access::kWrite);
    set_window(target, i, opened[i].base, opened[i].size, read, write);
    grants.push_back({opened[i].base, opened[i].size, read, write, {}, i == kIndexWindow});
  }
  return grants;
}

std::vector<std::size_t> find_commands(std::span<const std::uint32_t> words) {
  std::vector<std::size_t> starts;
  for (std::size_t at = spec::StreamHeader::kWords; at < words.size();) {
    const spec::CommandInfo* info = spec::command_info(words[at] & 0xffU);
    if (info == nullptr || info->words > words.size() - at) break;
    starts.push_back(at);
    at += info->words;
  }
  return starts;
}

npu::StreamReport StreamSubject::validate() const { return npu::validate_stream(words, kFuzzConfiguration, granted()); }

StreamSubject parse_subject(std::span<const std::uint8_t> bytes) {
  StreamSubject subject;
  std::array<std::uint8_t, kFixedBytes> fixed{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), fixed.size()), fixed.begin());
  const std::uint8_t* at = fixed.data();
  for (SubjectWindow& window : subject.windows) {
    std::memcpy(&window.size, at, sizeof window.size);
    window.access = at[4];
    window.skew = at[5];
    at += kWindowBytes;
  }
  std::memcpy(&subject.seed, at, sizeof subject.seed);
  std::memcpy(&subject.error_at, at + 4, sizeof subject.error_at);
  subject.decode_error = (at[6] & 1U) != 0;
  if (bytes.size() > kFixedBytes) {
    subject.words.resize(std::min((bytes.size() - kFixedBytes) / 4, kMostWords));
    if (!subject.words.empty()) {
      std::memcpy(subject.words.data(), bytes.data() + kFixedBytes, subject.words.size() * 4);
    }
  }
  return subject;
}

std::vector<std::uint8_t> write_subject(const StreamSubject& subject) {
  std::vector<std::uint8_t> bytes(kFixedBytes + subject.words.size() * 4);
  std::uint8_t* at = bytes.data();
  for (const SubjectWindow& window : subject.windows) {
    std::memcpy(at, &window.size, sizeof window.size);
    at[4] = window.access;
    at[5] = window.skew;
    at += kWindowBytes;
  }
  std::memcpy(at, &subject.seed, sizeof subject.seed);
  std::memcpy(at + 4, &subject.error_at, sizeof subject.error_at);
  at[6] = subject.decode_error ? 1 : 0;
  if (!subject.words.empty()) std::memcpy(bytes.data() + kFixedBytes, subject.words.data(), subject.words.size() * 4);
  return bytes;
}

SubjectOutcome run_subject(const StreamSubject& subject) {
  if (!subject.validate().ok()) return {};
  Run first(subject);
  const Trace trace = first.run(false);
  SubjectOutcome outcome = judge(subject, trace);
  if (!outcome.complaint.empty() || outcome.end == SubjectEnd::kCutOff || first.claim() == kFuzzConfig.sram_bytes) {
    return outcome;
  }
  const Trace other = Run(subject).run(true);
  outcome.complaint = other.violation;
  if (outcome.complaint.empty() && !same(trace, other, first.claim()))
    outcome.complaint = "what lies in SRAM beyond the header's claim matters";
  return outcome;
}

}  // namespace auklet::test
