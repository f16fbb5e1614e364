// What a simulated device does inside, command by command: for traces, and to compare two simulations of one job.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace auklet::sim {

/// One SRAM word as it is written.
using SramWord = std::span<const std::byte, spec::kLanes>;

/// What the device is busy with beside the commands of its engines.
struct Activity {
  spec::Cause cause = spec::Cause::kNone;  ///< The cycle's cause (docs/pmu.md); kNone while no job runs.
  /// The layer that the cycle is charged to. None before a job's first command: such cycles are that one's layer's.
  std::optional<std::uint8_t> layer{};
  bool fetch_wait = false;  ///< The decoder waits for command words.
  bool read_beat = false;   ///< A beat of data, or of commands, arrives.
  bool write_beat = false;  ///< A beat leaves.
  bool operator==(const Activity&) const = default;
};

/// Is told what happens in a target (Target::observe()). A command is known by its engine and its offset in the
/// stream, in bytes; cycles are those of Target::cycle(). Its engine is busy in the cycles [start, end) of a command.
///
/// The RTL reports in order of time. A functional model computes a job at once when it starts, and then reports each
/// command whole, one engine's in their order and then the next one's, with the cycles that it estimates.
///
/// Called from within the target's step(); must not call the target.
class Observer {
 public:
  virtual ~Observer() = default;

  /// A command begins to run: what it waits for has happened.
  virtual void on_command_start(spec::Engine /*engine*/, std::uint32_t /*offset*/, std::uint64_t /*cycle*/) {}
  /// It completed; all that it writes is written. A command that faults, or is aborted, does not end.
  virtual void on_command_end(spec::Engine /*engine*/, std::uint32_t /*offset*/, std::uint64_t /*cycle*/) {}
  /// A running command writes the word at byte `address` of the SRAM, perhaps not for the last time. Clearing the SRAM
  /// is not reported.
  virtual void on_sram_write(spec::Engine /*engine*/, std::uint32_t /*offset*/, std::uint32_t /*address*/,
                             SramWord /*word*/, std::uint64_t /*cycle*/) {}
  /// The STORE at `offset` wrote these bytes to device address `address`. Functional models only.
  virtual void on_memory_write(std::uint32_t /*offset*/, std::uint64_t /*address*/,
                               std::span<const std::byte> /*bytes*/, std::uint64_t /*cycle*/) {}
  /// The job ended, whether done, by a fault or because it was stopped.
  virtual void on_job_end(std::uint64_t /*cycle*/) {}
  /// The cycles [from, from + cycles), which follow those reported before, were alike. The RTL reports them when they
  /// change or a job ends; a functional model knows causes and layers only.
  virtual void on_activity(const Activity& /*activity*/, std::uint64_t /*from*/, std::uint64_t /*cycles*/) {}
};

}  // namespace auklet::sim
