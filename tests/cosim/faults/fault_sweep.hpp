// AXI faults in every place of a job.
#pragma once

#include "sweep_bench.hpp"

namespace auklet::test {

/// SLVERR and DECERR at every R beat and every B response. Each must be reported as itself (kind, channel, and the
/// address of its burst, as the fault-free run's traffic has them), by one interrupt, as soon as what is in flight has
/// drained; nothing is asked for after it, the job is never `done`, and the next one is bit-exact and takes as long as
/// ever. A place is a beat and a response.
SweepResult sweep_error_responses(SweepBench& bench, const ShortJob& job, Slice slice);

/// A channel that stands still for ever, from every handshake of the job on. The watchdog must report it, naming who
/// still held a command; the port, which cannot drain, is isolated after DRAIN_CYCLES; what is answered later does
/// nothing; and the job after a soft reset is as above. A place is a handshake.
SweepResult sweep_stalls(SweepBench& bench, const ShortJob& job, Slice slice);

}  // namespace auklet::test
