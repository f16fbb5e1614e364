// All that can be seen of a device, from power-up on.
#pragma once

#include <auklet/sim/verilated_npu.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "short_jobs.hpp"

namespace auklet::test {

/// Something that was seen.
struct Observation {
  std::string what;
  std::uint64_t value = 0;
  bool operator==(const Observation&) const = default;
};

/// Takes a device that has come out of reset through the jobs, one after the other. What is seen: every register after
/// the reset and after each job, the layer log and the event counters, the length of each job, the SRAM at first and
/// the outputs, and the pins of every cycle. What the specification leaves open is not looked at: log entries of
/// layers that did not run, and bytes that WSTRB does not select.
std::vector<Observation> observe_power_up(sim::VerilatedNpu& npu, const std::vector<ShortJob>& jobs);

/// The first difference of two runs; empty when there is none.
std::string difference(const std::vector<Observation>& a, const std::vector<Observation>& b);

/// What is unlike docs/registers.md in the registers after the reset; empty when nothing is.
std::string wrong_reset_values(const std::vector<Observation>& seen);

}  // namespace auklet::test
