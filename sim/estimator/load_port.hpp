// The load engine's two places (rtl/dma/auklet_load.sv): one command asks for its bursts while the bytes of the one
// before it arrive.
#pragma once

#include <auklet/sim/target.hpp>
#include <cstdint>

#include "memory_rows.hpp"

namespace auklet::sim::estimator {

/// A LOAD, UNPACK or GATHER as memory sees it.
struct LoadShape {
  MemoryRows rows;
  MemoryTiming timing;
  std::uint64_t words = 0;  ///< SRAM accesses.
  double beat = 1;          ///< Cycles from a beat to the next one, by memory and by what the engine can take.
  double behind = 0;        ///< UNPACK: from the last beat to its word, more than a cycle.
  bool gather = false;      ///< Rows are asked for as their indices are read.
};

/// Cycles of the job.
struct LoadTimes {
  double first = 0;  ///< The first beat is taken,
  double due = 0;    ///< and was there so many cycles before, as a negative number: no more than a beat's time counts.
  double asked = 0;  ///< All is asked for: the next command may ask.
  double end = 0;    ///< All is in SRAM, and that was looked at.
};

/// The port, with the bursts that the commands before have in flight.
class LoadPort {
 public:
  /// When what began to ask at `start` arrives, from the end of the one before at `free` on.
  LoadTimes arrive(const LoadShape& shape, double start, double free);
  /// The one that arrived has ended, no earlier than arrive() said.
  void end(double cycle);

 private:
  Flight flight_;
  double data_ = 0;  ///< The newest beat,
  double end_ = 0;   ///< and the end of its command.
  MemoryTiming timing_;
};

}  // namespace auklet::sim::estimator
