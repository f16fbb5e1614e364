// A recorded trace, done again on another device: does it answer alike? docs/mmio-trace.md tells how it is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <auklet/npu/bus.hpp>
#include <auklet/npu/port.hpp>
#include <auklet/npu/trace.hpp>
#include <auklet/spec/registers.hpp>

namespace auklet::npu {

struct ReplayOptions {
  Ticks timeout = 1'000'000;      ///< Ticks that the device may take to show a value that it shows eventually.
  bool compare_counters = false;  ///< PMU_CYCLES, PMU_COUNT and PMU_LOG_DATA, too: equal on an equal device alone.
};

/// The first difference, or none.
struct ReplayReport {
  bool equal = true;
  std::size_t index = 0;     ///< Of the record that differs.
  TraceRecord recorded;      ///< That record.
  std::uint32_t actual = 0;  ///< What was read instead, in the end.
  std::size_t compared = 0;  ///< Reads that were compared and equal.
};

/// The name of the register at `offset`; "?" where there is none. Elements of an array have the same.
[[nodiscard]] constexpr const char* register_name(std::uint32_t offset) noexcept {
  const spec::RegisterInfo* info = spec::find_register(offset);
  return info != nullptr ? info->name : "?";
}

namespace detail {

/// Walks a trace, and knows of each read how it is to be compared.
class ReplayRules {
 public:
  explicit ReplayRules(std::span<const TraceRecord> trace) noexcept : trace_(trace) {}

  enum class Rule : std::uint8_t {
    kExactly,     ///< The value is the same, at once.
    kEventually,  ///< The value becomes the same.
    kRead,        ///< Read, since reading has an effect, but a count of time: compared on request.
    kPassing,     ///< A value on the way to another one; the other device may be past it. Not read.
  };

  /// How the read at `index` is compared. To be asked for each record in turn, writes included.
  [[nodiscard]] Rule next(std::size_t index) noexcept {
    namespace reg = spec::reg;
    const TraceRecord& record = trace_[index];
    const bool ran = runs_;
    follow(record);
    switch (base_of(record.offset)) {
      case reg::PmuCyclesLo::kOffset:
      case reg::PmuCyclesHi::kOffset:
      case reg::PmuCount::kOffset:
      case reg::PmuLogData::kOffset:
        return Rule::kRead;
      case reg::Status::kOffset:
        return is_busy(record.value) || changes_later(index) ? Rule::kPassing : Rule::kEventually;
      case reg::IrqRaw::kOffset:
      case reg::DoneTag::kOffset:
        return changes_later(index) ? Rule::kPassing : Rule::kEventually;
      case reg::Progress::kOffset:
      case reg::Completed::kOffset:
      case reg::CompletedStore::kOffset:
        return ran ? Rule::kPassing : Rule::kExactly;
      default:
        return Rule::kExactly;
    }
  }

 private:
  /// The register's own offset, or that of its array's first element.
  [[nodiscard]] static constexpr std::uint32_t base_of(std::uint32_t offset) noexcept {
    const spec::RegisterInfo* info = spec::find_register(offset);
    return info != nullptr ? info->offset : offset;
  }
  [[nodiscard]] static constexpr bool is_busy(std::uint32_t status) noexcept {
    const spec::State state = spec::reg::Status::kState.extract(status);
    return state == spec::State::kRunning || state == spec::State::kDraining || state == spec::State::kClearing;
  }

  /// Whether a job runs, as far as the trace has shown.
  void follow(const TraceRecord& record) noexcept {
    namespace reg = spec::reg;
    if (record.write) {
      if (record.offset == reg::JobTag::kOffset) tag_ = record.value;
      if (record.offset == reg::Control::kOffset) runs_ = reg::Control::kStart.extract(record.value) != 0;
      return;
    }
    const bool ended = (record.offset == reg::DoneTag::kOffset && record.value == tag_) ||
                       (record.offset == reg::IrqRaw::kOffset && record.value != 0) ||
                       (record.offset == reg::Status::kOffset && !is_busy(record.value));
    if (ended) runs_ = false;
  }

  /// Whether the register is read again, with another value, before software has done anything to change it.
  [[nodiscard]] bool changes_later(std::size_t index) const noexcept {
    const TraceRecord& record = trace_[index];
    // Of a polling loop only the last turn is looked at more closely.
    if (index + 1 < trace_.size() && !trace_[index + 1].write && trace_[index + 1].offset == record.offset) return true;
    for (const TraceRecord& later : trace_.subspan(index + 1)) {
      if (later.write) {
        if (later.offset == spec::reg::Control::kOffset || later.offset == record.offset) return false;
      } else if (later.offset == record.offset && later.value != record.value) {
        return true;
      }
    }
    return false;
  }

  std::span<const TraceRecord> trace_;
  std::uint32_t tag_ = 0;
  bool runs_ = false;
};

/// Reads until the value is the recorded one, at most `timeout` ticks; the value that was read last.
template <Bus B, Port P>
std::uint32_t await(const TraceRecord& record, Ticks timeout, B& bus, P& port) {
  std::uint32_t value = bus.read32(record.offset);
  if (value == record.value || timeout == 0) return value;
  const Deadline deadline(port, timeout);
  for (;;) {
    const Ticks left = deadline.left();
    port.relax();
    value = bus.read32(record.offset);
    if (value == record.value || left == 0) return value;
  }
}

}  // namespace detail

/// Does what `trace` holds, access by access, on the device behind `bus`, and stops at the first read that differs.
/// Before: the device is in the state in which the recording began (that of a reset, or another probed and opened
/// anew), its memory holds what the other's did, and its interrupt is masked at the CPU, for the trace has the
/// handler's accesses.
///
/// Time may pass differently. STATUS, IRQ_RAW and DONE_TAG are awaited, at most `options.timeout` ticks each, and of
/// several reads only the last counts; busy states, and progress while the job runs, are not compared; counters are
/// compared when asked.
///
/// One thread at a time, not in a handler; calls the port's now() and relax(). Ends after the trace's accesses and at
/// most one timeout for each record. Nothing but registers is compared: outputs are the caller's to look at.
template <Bus B, Port P>
[[nodiscard]] ReplayReport replay(std::span<const TraceRecord> trace, B& bus, P& port,
                                  const ReplayOptions& options = {}) {
  using Rule = detail::ReplayRules::Rule;
  detail::ReplayRules rules(trace);
  ReplayReport report;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const TraceRecord& record = trace[i];
    const Rule rule = rules.next(i);
    if (record.write) {
      bus.write32(record.offset, record.value);
      continue;
    }
    if (rule == Rule::kPassing) continue;
    const std::uint32_t value = detail::await(record, rule == Rule::kEventually ? options.timeout : 0, bus, port);
    if (rule == Rule::kRead && !options.compare_counters) continue;
    if (value != record.value) {
      report.equal = false;
      report.index = i;
      report.recorded = record;
      report.actual = value;
      return report;
    }
    ++report.compared;
  }
  return report;
}

}  // namespace auklet::npu
