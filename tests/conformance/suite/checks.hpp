// All checks. What each means is told in the table of suite.cpp.
#pragma once

#include "bench.hpp"

namespace auklet::conformance {

// registers.cpp
void check_identification(Bench& bench);
void check_reset_values(Bench& bench);
void check_held_values(Bench& bench);
void check_read_only(Bench& bench);
void check_write_only(Bench& bench);
void check_unknown_offsets(Bench& bench);
void check_locked(Bench& bench);
void check_control_refusals(Bench& bench);

// windows.cpp
void check_load_limit(Bench& bench);
void check_store_limit(Bench& bench);
void check_gather_limit(Bench& bench);
void check_unpack_limit(Bench& bench);
void check_row_limit(Bench& bench);
void check_offset_overflow(Bench& bench);
void check_window_base(Bench& bench);
void check_read_permission(Bench& bench);
void check_write_permission(Bench& bench);
void check_closed_window(Bench& bench);
void check_address_space_end(Bench& bench);
void check_every_window(Bench& bench);

// errors.cpp
void check_header_errors(Bench& bench);
void check_length_errors(Bench& bench);
void check_truncated_streams(Bench& bench);
void check_nothing_after_malformed(Bench& bench);
void check_index_fault(Bench& bench);
void check_decode_error(Bench& bench);
void check_slave_error(Bench& bench);
void check_fault_state(Bench& bench);

// encodings.cpp
void check_unknown_opcodes(Bench& bench);
void check_command_words(Bench& bench);
void check_reserved_bits(Bench& bench);
void check_field_limits(Bench& bench);
void check_opcode_rules(Bench& bench);

// interrupts.cpp
void check_done_interrupt(Bench& bench);
void check_fault_interrupt(Bench& bench);
void check_masks(Bench& bench);
void check_interrupt_clear(Bench& bench);
void check_interrupt_stays(Bench& bench);
void check_interrupt_order(Bench& bench);

// pmu.cpp
void check_pmu_off(Bench& bench);
void check_pmu_clear(Bench& bench);
void check_pmu_commands(Bench& bench);
void check_pmu_cycles(Bench& bench);
void check_pmu_causes(Bench& bench);
void check_pmu_log(Bench& bench);
void check_pmu_traffic(Bench& bench);

// reset.cpp
void check_soft_reset_keeps(Bench& bench);
void check_soft_reset_clears_sram(Bench& bench);
void check_clear_sram(Bench& bench);
void check_security_switch(Bench& bench);
void check_reset_mid_job(Bench& bench);
void check_reset_mid_transfer(Bench& bench);
void check_hard_reset_mid_job(Bench& bench);
void check_watchdog_fires(Bench& bench);
void check_watchdog_channel(Bench& bench);
void check_watchdog_off(Bench& bench);
void check_watchdog_progress(Bench& bench);
void check_stalled_reads(Bench& bench);
void check_stalled_writes(Bench& bench);

// jobs.cpp
void check_copy(Bench& bench);
void check_rows(Bench& bench);
void check_gather(Bench& bench);
void check_unpack(Bench& bench);
void check_convolutions(Bench& bench);
void check_depthwise(Bench& bench);
void check_pools(Bench& bench);
void check_elementwise(Bench& bench);
void check_softmax(Bench& bench);
void check_back_to_back(Bench& bench);
void check_after_error(Bench& bench);
void check_progress(Bench& bench);

}  // namespace auklet::conformance
