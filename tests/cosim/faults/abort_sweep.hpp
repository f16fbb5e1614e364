// Jobs that are cut off in every cycle.
#pragma once

#include "sweep_bench.hpp"

namespace auklet::test {

/// By CONTROL.soft_reset, written so that it takes effect in one cycle after the other, from the earliest that a
/// register access can reach to some cycles behind the job's interrupt. What the port owes must be taken, nothing more
/// asked for, and the device be IDLE when the SRAM has been cleared, with no interrupt or fault. AXI must be legal, the
/// SRAM zero as far as the job uses it (in every 16th place all of it, which was full of noise), nothing but the output
/// written, and the next job bit-exact and as long as ever. A place is a cycle.
SweepResult sweep_soft_resets(SweepBench& bench, const ShortJob& job, Slice slice);

/// The same by the reset input, low for 1 to 8 cycles. The memory forgets what is in flight, as it is reset, too.
SweepResult sweep_hard_resets(SweepBench& bench, const ShortJob& job, Slice slice);

/// The same by the driver's cancel().
SweepResult sweep_cancellations(sim::VerilatedNpu& npu, const ShortJob& job, Slice slice);

}  // namespace auklet::test
