#include "runtime_subject.hpp"

#include <algorithm>
#include <array>
#include <auklet/npu/queue.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/functional_model.hpp>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "../driver/stream_builder.hpp"
#include "stream_mutator.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::JobResult;
using npu::JobTag;
using npu::Status;

constexpr std::size_t kGuard = 4096, kBufferBytes = 4096, kStreamWords = 1024, kStreams = 4, kMostSteps = 64;
constexpr std::uint8_t kGuardByte = 0xa5;
constexpr std::uint64_t kResetTimeout = 200'000, kSlack = 20'000;
constexpr std::uint64_t kBufferBase = 0x1'0000'0000, kStreamBase = 0x40'0000;

/// Guard, input, guard, output, guard: all of it there for the NPU, so that a stray write finds memory.
struct Buffers {
  Buffers() : bytes(3 * kGuard + 2 * kBufferBytes, kGuardByte) {
    for (std::size_t i = 0; i < kBufferBytes; ++i) input()[i] = static_cast<std::uint8_t>(7 * i + i / 256);
  }
  [[nodiscard]] std::uint8_t* input() { return bytes.data() + kGuard; }
  [[nodiscard]] std::uint8_t* output() { return bytes.data() + 2 * kGuard + kBufferBytes; }
  std::vector<std::uint8_t> bytes;
};

/// One step of a script.
struct Step {
  std::uint8_t what = 0, which = 0;
  std::uint16_t value = 0;
};

class World {
 public:
  explicit World(std::uint8_t options)
      : model_({.seed = options, .job_cycle_limit = 1U << 16}),
        options_{.completion = (options & 1U) != 0 ? npu::Completion::kInterrupt : npu::Completion::kPolling,
                 .reset_timeout = kResetTimeout,
                 .power_off_when_idle = (options & 2U) != 0} {
    port_.map(kBufferBase, std::as_writable_bytes(std::span(buffers_.bytes)));
    port_.map(kStreamBase, std::as_writable_bytes(std::span(streams_)));
    before_ = buffers_.bytes;
    connect_handler(true);
    revive();
  }

  void step(const Step& step) {
    const std::uint64_t start = model_.cycle();
    std::uint64_t most = 2 * kResetTimeout + kSlack;
    switch (step.what % 13) {
      case 0:
      case 1:
        submit(step);
        break;
      case 2:
        expect("cancel", queue_.cancel(tag(step)), {Status::kOk, Status::kUnknownTag});
        break;
      case 3:
        expect("poll", queue_.poll(tag(step), result_), {Status::kOk, Status::kPending, Status::kUnknownTag});
        break;
      case 4:
        expect("wait", queue_.wait(tag(step), step.value, result_), {Status::kOk, Status::kUnknownTag});
        most += step.value;
        break;
      case 5:
        expect("reset", queue_.reset(), {Status::kOk, Status::kNotProbed});
        break;
      case 6:
        expect("close", queue_.close(), {Status::kOk});
        closed_ = true;
        break;
      case 7:
        expect("open", queue_.open(options_), {Status::kOk});
        closed_ = false;
        break;
      default:
        disturb(step);
        most = UINT64_MAX;
    }
    if (model_.cycle() - start > most) complain("a call took " + std::to_string(model_.cycle() - start) + " cycles");
    check_memory();
  }

  /// Ends the disturbance and takes all results; the next good job is right, without more ado.
  void expect_recovery() {
    model_.clear_injected_errors();
    connect_handler(true);
    for (const JobTag tag : tags_) {
      expect("wait", queue_.wait(tag, 1000, result_), {Status::kOk, Status::kUnknownTag});
    }
    if (closed_) revive();
    for (int i = 0; i < 2 && complaint_.empty(); ++i) {
      std::fill_n(buffers_.output(), kBufferBytes, std::uint8_t{0});
      place(0, StreamBuilder().add(load(4096)).add(store(4096)).end().seal());
      JobTag tag = 0;
      if (queue_.submit(job(0), tag) != Status::kOk) {
        complain("the next good job is refused");
        return;
      }
      const Status waited = queue_.wait(tag, 1'000'000, result_);
      if (waited != Status::kOk || result_.status != Status::kOk || !result_.outputs_valid) {
        complain(std::string("the next good job ends with: ") + npu::to_string(result_.status));
        return;
      }
      if (!std::equal(buffers_.input(), buffers_.input() + kBufferBytes, buffers_.output())) {
        complain("the next good job is wrong");
      }
      check_memory();
    }
  }

  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  void complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = what;
  }

  void expect(const char* call, Status status, std::initializer_list<Status> allowed) {
    if (std::ranges::find(allowed, status) == allowed.end()) {
      complain(std::string(call) + " returned: " + npu::to_string(status));
    }
    if (result_.outputs_valid && result_.status != Status::kOk) complain("a failed job's outputs count as valid");
  }

  void revive() {
    npu::Configuration found;
    expect("probe", device_.probe(found), {Status::kOk});
    expect("open", queue_.open(options_), {Status::kOk});
    closed_ = false;
    tags_.clear();
  }

  void connect_handler(bool on) {
    if (on && options_.completion == npu::Completion::kInterrupt) {
      port_.set_interrupt_handler([this] { queue_.on_interrupt(); });
    } else {
      port_.set_interrupt_handler({});
    }
  }

  /// One of those that were given, now and then one that was not.
  [[nodiscard]] JobTag tag(const Step& step) const {
    return tags_.empty() || step.which == 0xff ? step.which : tags_[tags_.size() - 1 - step.which % tags_.size()];
  }

  std::uint32_t* stream(std::size_t index) { return streams_.data() + index * kStreamWords; }

  void place(std::size_t index, const std::vector<std::uint32_t>& words) {
    sizes_[index] = std::min(words.size(), kStreamWords);
    std::copy_n(words.begin(), sizes_[index], stream(index));
  }

  npu::Job job(std::size_t index) {
    windows_[0] = {buffers_.input(), kBufferBytes, Access::kRead};
    windows_[1] = {buffers_.output(), kBufferBytes, Access::kWrite};
    return {{stream(index), sizes_[index]}, windows_};
  }

  /// Even: a stream that is sound but for chance; odd: one that may be anything. Either takes the place of another,
  /// even if that one runs.
  void submit(const Step& step) {
    Random random(step.value);
    StreamSubject subject = sound_subject(random);
    for (std::uint32_t i = step.what % 2 == 0 ? 0 : random.in(1, 6); i != 0; --i) {
      mutate_commands(subject.words, random);
      repair_stream(subject.words, kFuzzConfig);
    }
    const std::size_t index = step.which % kStreams;
    place(index, subject.words);
    JobTag tag = 0;
    const Status status = queue_.submit(job(index), tag);
    const bool refused = status >= Status::kStreamLength;
    if (status == Status::kOk) tags_.push_back(tag);
    if (!refused) expect("submit", status, {Status::kOk, Status::kQueueFull, Status::kNotProbed});
  }

  void disturb(const Step& step) {
    constexpr std::array<std::uint64_t, 3> kBases{kStreamBase, kBufferBase + kGuard,
                                                  kBufferBase + 2 * kGuard + kBufferBytes};
    switch (step.what % 13) {
      case 8:
        model_.inject_error(kBases[step.which % kBases.size()] + step.value % kBufferBytes, 1 + step.value % 64,
                            step.which % 2 == 0 ? sim::AxiResponse::kSlaveError : sim::AxiResponse::kDecodeError);
        break;
      case 9:
        model_.clear_injected_errors();
        connect_handler(step.which % 3 != 0);
        queue_.on_interrupt();
        break;
      case 10:
        // Behind the validator's back, while the job waits or runs.
        streams_[step.value % streams_.size()] ^= 1U << (step.which % 32);
        break;
      case 11:
        expect("set_watchdog", device_.set_watchdog(step.value), {Status::kOk, Status::kBusy, Status::kNotProbed});
        break;
      default:
        if (step.which == 0) {
          model_.hard_reset();
          revive();
        } else {
          model_.step(step.value);
        }
    }
  }

  /// All but the output is as it was.
  void check_memory() {
    const auto output = static_cast<std::size_t>(buffers_.output() - buffers_.bytes.data());
    const auto same = [&](std::size_t from, std::size_t to) {
      return std::memcmp(buffers_.bytes.data() + from, before_.data() + from, to - from) == 0;
    };
    if (!same(0, output) || !same(output + kBufferBytes, before_.size()))
      complain("memory beside the output has changed");
  }

  Buffers buffers_;
  std::vector<std::uint8_t> before_;
  std::vector<std::uint32_t> streams_ = std::vector<std::uint32_t>(kStreams * kStreamWords);
  std::array<std::size_t, kStreams> sizes_{};
  std::array<npu::Buffer, 2> windows_{};
  sim::FunctionalModel model_;
  sim::TargetBus bus_{model_};
  sim::TargetPort port_{model_};
  npu::Device<sim::TargetBus, sim::TargetPort> device_{bus_, port_};
  npu::Queue<sim::TargetBus, sim::TargetPort> queue_{device_, port_};
  npu::QueueOptions options_;
  std::vector<JobTag> tags_;
  bool closed_ = true;
  JobResult result_;
  std::string complaint_;
};

}  // namespace

std::string run_script(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return {};
  World world(bytes[0]);
  bytes = bytes.subspan(1);
  for (std::size_t i = 0; i < kMostSteps && bytes.size() >= 4 && world.complaint().empty(); ++i) {
    world.step({bytes[0], bytes[1], static_cast<std::uint16_t>(bytes[2] | (bytes[3] << 8))});
    bytes = bytes.subspan(4);
  }
  if (world.complaint().empty()) world.expect_recovery();
  return world.complaint();
}

}  // namespace auklet::test
