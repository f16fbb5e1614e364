// Job control against a model of its states that is written from the registers' description, in every cycle.
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <tuple>

#include <Vmodule_control.h>
#include <gtest/gtest.h>

#include "module_bench.hpp"

namespace auklet::test {
namespace {

constexpr std::uint32_t kRows = 1U << 12;  // The module's default.

/// FAULT_CAUSE, FAULT_ADDR and FAULT_OFFSET.
struct FaultRecord {
  spec::Fault fault = spec::Fault::kNone;
  std::uint32_t channel = 0, code = 0;
  std::uint64_t address = 0;
  std::uint32_t offset = 0;

  bool operator==(const FaultRecord&) const = default;
};

class Control {
 public:
  Vmodule_control& inputs() { return *model_.operator->(); }
  [[nodiscard]] spec::State state() const { return state_; }
  [[nodiscard]] bool isolated() const { return isolated_; }

  /// The reset input, at any time.
  void reset() {
    model_.reset();
    state_ = spec::State::kClearing;
    to_clearing_ = isolated_ = false;
    row_ = waited_ = quiet_ = done_tag_ = 0;
    record_ = {};
  }

  /// Compares all outputs with the inputs as they are; then a clock edge.
  void clock() {
    model_->eval();
    const FaultRecord met = fault_met();
    const bool fault = met.fault != spec::Fault::kNone;
    const bool waited_enough = waited_ + 1 == spec::kDrainCycles;
    const bool drained = state_ == spec::State::kDraining && model_->port_idle_i;
    const bool stopped = drained || (state_ == spec::State::kDraining && waited_enough);
    const bool again = model_->soft_reset_i != 0;
    const bool done = state_ == spec::State::kRunning && model_->decode_done_i && !fault && !again;
    const bool faulted = stopped && !to_clearing_ && !again;
    const bool was_reset = drained && to_clearing_;
    check(done, faulted, was_reset);

    if (done || faulted) done_tag_ = model_->job_tag_i;
    if (was_reset) {
      record_ = {};
    } else if (fault && record_.fault == spec::Fault::kNone) {
      record_ = met;
    }
    quiet_ = state_ == spec::State::kRunning && !model_->progress_i ? quiet_ + 1 : 0;
    if (again) {
      state_ = spec::State::kDraining;
      to_clearing_ = true;
      waited_ = 0;
    } else {
      advance(fault, drained, stopped);
    }
    model_.clock();
  }

 private:
  void advance(bool fault, bool drained, bool stopped) {
    switch (state_) {
      case spec::State::kClearing:
        if (++row_ == kRows) state_ = spec::State::kIdle;
        break;
      case spec::State::kIdle:
        row_ = 0;
        if (model_->start_i) {
          state_ = spec::State::kRunning;
        } else if (model_->clear_sram_i) {
          state_ = spec::State::kClearing;
        }
        break;
      case spec::State::kRunning:
        if (fault) {
          state_ = spec::State::kDraining;
          to_clearing_ = false;
          waited_ = 0;
        } else if (model_->decode_done_i) {
          state_ = spec::State::kIdle;
        }
        break;
      case spec::State::kDraining:
        ++waited_;
        if (stopped) {
          row_ = 0;
          isolated_ = !drained;
          state_ = to_clearing_ && drained ? spec::State::kClearing : spec::State::kFault;
        }
        break;
      case spec::State::kFault:
        break;
    }
  }

  /// What is recorded of this cycle's fault; with none, of nothing.
  FaultRecord fault_met() {
    using enum spec::Fault;
    const auto channel = [](spec::Channel c) { return static_cast<std::uint32_t>(c); };
    const std::uint32_t load = channel(spec::Channel::kLoad);
    const std::uint32_t store = channel(spec::Channel::kStore);
    const std::uint32_t fetch = channel(spec::Channel::kFetch);
    const std::uint32_t last = model_->progress_offset_i;
    if (state_ != spec::State::kRunning) return {};
    if (model_->integrity_error_i)
      return {kIntegrity, model_->integrity_channel_i, 0, model_->integrity_addr_i, model_->integrity_offset_i};
    if (model_->decode_error_i) return {kCommand, fetch, model_->decode_code_i, 0, model_->decode_offset_i};
    if (model_->load_error_i) return {kAddress, load, 0, model_->load_at_i, model_->load_offset_i};
    if (model_->index_error_i) return {kIndex, load, 0, model_->index_at_i, model_->load_offset_i};
    if (model_->store_error_i) return {kAddress, store, 0, model_->store_at_i, model_->store_offset_i};
    if (model_->read_error_i) {
      return {model_->read_decode_i ? kAxiDecerr : kAxiSlverr, model_->read_client_i ? load : fetch, 0,
              model_->read_addr_i, last};
    }
    if (model_->write_error_i)
      return {model_->write_decode_i ? kAxiDecerr : kAxiSlverr, store, 0, model_->write_addr_i, last};
    if (model_->watchdog_i == 0 || quiet_ < model_->watchdog_i) return {};
    for (const auto& [bit, holder] : {std::pair{0U, load}, {1U, store}, {2U, channel(spec::Channel::kCompute)}}) {
      if ((model_->blocked_i >> bit & 1) != 0) return {kWatchdog, holder, 0, 0, last};
    }
    return {kWatchdog, fetch, 0, 0, last};
  }

  void check(bool done, bool faulted, bool was_reset) {
    ASSERT_EQ(model_->state_o, static_cast<std::uint32_t>(state_));
    ASSERT_EQ(model_->running_o != 0, state_ == spec::State::kRunning);
    ASSERT_EQ(model_->isolated_o != 0, isolated_);
    ASSERT_EQ(model_->clear_o != 0, state_ == spec::State::kClearing);
    if (state_ == spec::State::kClearing) {
      ASSERT_EQ(model_->clear_row_o, row_);
    }
    ASSERT_EQ(model_->set_done_o != 0, done);
    ASSERT_EQ(model_->set_fault_o != 0, faulted);
    ASSERT_EQ(model_->reset_irq_o != 0, was_reset);
    ASSERT_EQ(model_->done_tag_o, done_tag_);
    const FaultRecord seen{static_cast<spec::Fault>(model_->fault_o), model_->fault_channel_o, model_->fault_code_o,
                           model_->fault_addr_o, model_->fault_offset_o};
    ASSERT_EQ(seen, record_) << static_cast<unsigned>(seen.fault) << ' ' << static_cast<unsigned>(record_.fault);
  }

  Clocked<Vmodule_control> model_;
  spec::State state_ = spec::State::kClearing;
  bool to_clearing_ = false;  ///< Draining ends in clearing, not in the fault.
  bool isolated_ = false;
  std::uint32_t row_ = 0;
  std::uint32_t waited_ = 0;  ///< Cycles of draining.
  std::uint32_t quiet_ = 0;   ///< Cycles of the job without progress, up to now.
  std::uint32_t done_tag_ = 0;
  FaultRecord record_;
};

/// How often things happen while a job runs or the port drains: once in so many cycles.
struct Odds {
  explicit Odds(Numbers& numbers)
      : error(numbers.one_in(2) ? 1U << 30 : 50),
        soft_reset(numbers.one_in(2) ? 1U << 30 : 1U << numbers.below(14)),
        idle(numbers.one_in(8) ? 1U << 30 : 1U << numbers.below(8)),
        progress(1U << numbers.below(8)) {}

  std::uint64_t error, soft_reset, idle, progress;
};

/// What means nothing unless something says so.
void set_data(Vmodule_control& in, Numbers& numbers) {
  in.job_tag_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.decode_code_i = static_cast<std::uint8_t>(numbers.bits(8));
  in.decode_offset_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.load_at_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.load_offset_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.index_at_i = static_cast<std::uint16_t>(numbers.bits(16));
  in.store_at_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.store_offset_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.read_decode_i = numbers.one_in(2);
  in.read_client_i = numbers.one_in(2);
  in.read_addr_i = numbers.bits(40);
  in.write_decode_i = numbers.one_in(2);
  in.write_addr_i = numbers.bits(40);
  in.integrity_channel_i = static_cast<std::uint8_t>(numbers.bits(4));
  in.integrity_addr_i = numbers.bits(40);
  in.integrity_offset_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.progress_offset_i = static_cast<std::uint32_t>(numbers.bits(32));
  in.blocked_i = static_cast<std::uint8_t>(numbers.bits(3));
}

void set_errors(Vmodule_control& in, Numbers& numbers, std::uint64_t odds) {
  // One, or several at once: the first in the order of importance is recorded.
  std::uint64_t errors = 0;
  if (numbers.one_in(odds)) errors = numbers.one_in(2) ? 1U << numbers.below(7) : numbers.bits(7);
  in.decode_error_i = errors & 1;
  in.load_error_i = errors >> 1 & 1;
  in.index_error_i = errors >> 2 & 1;
  in.store_error_i = errors >> 3 & 1;
  in.read_error_i = errors >> 4 & 1;
  in.write_error_i = errors >> 5 & 1;
  in.integrity_error_i = errors >> 6 & 1;
}

TEST(RtlModules, ControlFollowsItsStates) {
  Control control;
  Vmodule_control& in = control.inputs();
  Numbers numbers(5);
  control.reset();
  std::array<unsigned, 5> cycles_in{};
  unsigned isolated = 0;
  for (int episode = 0; episode < 400 && !testing::Test::HasFatalFailure(); ++episode) {
    const Odds odds(numbers);
    in.watchdog_i = numbers.one_in(3)   ? 0
                    : numbers.one_in(2) ? static_cast<std::uint32_t>(1 + numbers.below(64))
                                        : static_cast<std::uint32_t>(numbers.edgy(32));
    const std::uint64_t length = 20 + numbers.below(600);
    for (std::uint64_t cycle = 0; cycle < length && !testing::Test::HasFatalFailure(); ++cycle) {
      const bool running = control.state() == spec::State::kRunning;
      const bool waiting = control.state() == spec::State::kClearing || control.state() == spec::State::kDraining;
      if (!waiting || numbers.one_in(64)) set_data(in, numbers);
      set_errors(in, numbers, running ? odds.error : 4);  // Out of a job they mean nothing.
      in.decode_done_i = numbers.one_in(running && !numbers.one_in(8) ? 1000 : 4);
      in.start_i = numbers.one_in(8);
      in.clear_sram_i = numbers.one_in(in.start_i ? 4 : 200);
      in.progress_i = numbers.one_in(odds.progress);
      in.port_idle_i = numbers.one_in(odds.idle);
      in.soft_reset_i = numbers.one_in(odds.soft_reset);
      if (waiting && !numbers.one_in(16)) in.soft_reset_i = 0;
      // Long waits go on to their end.
      if (waiting && odds.soft_reset > 64 && !numbers.one_in(64)) --cycle;
      ++cycles_in.at(static_cast<unsigned>(control.state()));
      control.clock();
      isolated += control.isolated();
    }
    // Out of the states that only a reset leaves.
    if (numbers.one_in(8)) {
      control.reset();
    } else {
      in.soft_reset_i = 1;
      in.port_idle_i = numbers.one_in(2);
      control.clock();
    }
  }
  for (const unsigned cycles : cycles_in) EXPECT_GT(cycles, 500U);
  EXPECT_GT(isolated, 500U);
}

/// From a state to IDLE by a soft reset, the port idle.
void to_idle(Control& control) {
  Vmodule_control& in = control.inputs();
  in.port_idle_i = 1;
  in.soft_reset_i = 1;
  control.clock();
  in.soft_reset_i = 0;
  for (std::uint32_t cycle = 0; cycle < kRows + 2; ++cycle) control.clock();
  ASSERT_EQ(control.state(), spec::State::kIdle);
}

TEST(RtlModules, ControlWaitsAsLongAsItShould) {
  Control control;
  Vmodule_control& in = control.inputs();
  Numbers numbers(6);
  control.reset();
  // A port that does not drain, at a fault and at a soft reset, for every neighbour of the limit.
  for (const bool by_fault : {true, false}) {
    for (const std::uint32_t cycles : {spec::kDrainCycles - 2, spec::kDrainCycles - 1, spec::kDrainCycles}) {
      to_idle(control);
      in.start_i = 1;
      control.clock();
      in.start_i = 0;
      set_data(in, numbers);
      in.port_idle_i = 0;
      (by_fault ? in.store_error_i : in.soft_reset_i) = 1;
      control.clock();
      in.store_error_i = in.soft_reset_i = 0;
      for (std::uint32_t cycle = 0; cycle < cycles; ++cycle) control.clock();
      ASSERT_EQ(control.isolated(), cycles == spec::kDrainCycles);
      in.port_idle_i = 1;
      for (int cycle = 0; cycle < 3; ++cycle) control.clock();
    }
  }
  // The watchdog bites after as many cycles as it says, of any number of bits that is worth the time.
  for (unsigned power = 1; power <= 17; ++power) {
    for (unsigned round = 0; round < 4; ++round) {
      const std::uint32_t limit = (1U << power) + (round == 0 ? 0 : static_cast<std::uint32_t>(numbers.bits(power)));
      to_idle(control);
      in.start_i = 1;
      in.progress_i = 1;
      control.clock();
      in.start_i = 0;
      set_data(in, numbers);
      in.progress_i = 0;
      in.watchdog_i = limit;
      for (std::uint32_t cycle = 0; cycle < limit; ++cycle) control.clock();
      ASSERT_EQ(control.state(), spec::State::kRunning);
      control.clock();
      ASSERT_EQ(control.state(), spec::State::kDraining);
      in.watchdog_i = 0;
    }
  }
}

}  // namespace
}  // namespace auklet::test
