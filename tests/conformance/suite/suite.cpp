// The table of checks, and how one is run.
#include "checks.hpp"

namespace auklet::conformance {
namespace {

constexpr std::array kChecks{
    Check{"registers", "identification", "The device says what it is, and is what the specification knows.",
          check_identification},
    Check{"registers", "reset_values", "The reset input brings every register to its reset value.", check_reset_values},
    Check{"registers", "held_values", "Every writable register keeps the bits of its fields, and those alone.",
          check_held_values},
    Check{"registers", "read_only", "Writes to read-only registers are refused and change nothing.", check_read_only},
    Check{"registers", "write_only", "Reads of write-only registers are refused.", check_write_only},
    Check{"registers", "unknown_offsets", "Accesses where no register is are refused and change nothing.",
          check_unknown_offsets},
    Check{"registers", "locked", "While a job runs, writes to locked registers, and only those, are refused.",
          check_locked},
    Check{"registers", "control_refusals", "CONTROL refuses what the state does not allow.", check_control_refusals},

    Check{"windows", "load_limit", "A LOAD may read its window's last byte and none behind it.", check_load_limit},
    Check{"windows", "store_limit", "A STORE may write its window's last byte and none behind it.", check_store_limit},
    Check{"windows", "gather_limit", "A GATHER's whole table lies in its window.", check_gather_limit},
    Check{"windows", "unpack_limit", "An UNPACK may read its window's last byte and none behind it.",
          check_unpack_limit},
    Check{"windows", "row_limit", "The last row of a strided transfer lies in its window.", check_row_limit},
    Check{"windows", "offset_overflow", "Offsets, strides and rows are added without loss.", check_offset_overflow},
    Check{"windows", "base", "A window may begin anywhere.", check_window_base},
    Check{"windows", "read_permission", "Nothing is read from a window that does not allow it.", check_read_permission},
    Check{"windows", "write_permission", "Nothing is written to a window that does not allow it.",
          check_write_permission},
    Check{"windows", "closed", "A window of size 0 grants nothing.", check_closed_window},
    Check{"windows", "address_space_end", "A window that leaves the address space grants nothing.",
          check_address_space_end},
    Check{"windows", "every_window", "Each window has its own base, size and permissions.", check_every_window},

    Check{"errors", "header", "A wrong stream header is refused as what it is.", check_header_errors},
    Check{"errors", "length", "A wrong CMD_SIZE is refused.", check_length_errors},
    Check{"errors", "truncated", "A stream without END, or that ends inside a command, is refused.",
          check_truncated_streams},
    Check{"errors", "nothing_after_malformed", "Neither a malformed command nor a later one does anything.",
          check_nothing_after_malformed},
    Check{"errors", "unknown_opcodes", "Every opcode that does not exist is refused.", check_unknown_opcodes},
    Check{"errors", "command_words", "A command of the wrong length is refused.", check_command_words},
    Check{"errors", "reserved_bits", "A reserved bit of any command is refused.", check_reserved_bits},
    Check{"errors", "field_limits", "Every field's limits are checked.", check_field_limits},
    Check{"errors", "opcode_rules", "What an opcode demands beyond its fields' limits is checked.", check_opcode_rules},
    Check{"errors", "index", "A GATHER's index outside its table is fault INDEX, with the index's place.",
          check_index_fault},
    Check{"errors", "decode_error", "DECERR is fault AXI_DECERR of the engine and burst that met it.",
          check_decode_error},
    Check{"errors", "slave_error", "SLVERR is fault AXI_SLVERR of the engine and burst that met it.",
          check_slave_error},
    Check{"errors", "fault_state", "A fault stays readable until a soft reset, which forgets it.", check_fault_state},

    Check{"interrupts", "done", "A job's end raises done and the interrupt.", check_done_interrupt},
    Check{"interrupts", "fault", "A fault raises fault and the interrupt.", check_fault_interrupt},
    Check{"interrupts", "masks", "A cause interrupts just when it is enabled, whenever it was enabled.", check_masks},
    Check{"interrupts", "clear", "A cause is cleared by writing one to it, and by nothing else.",
          check_interrupt_clear},
    Check{"interrupts", "stays", "A cause stays over the next job's start, and a reset job has none.",
          check_interrupt_stays},
    Check{"interrupts", "order", "When done rises, tag, counts and results are there.", check_interrupt_order},

    Check{"pmu", "off", "Nothing counts while counting is off.", check_pmu_off},
    Check{"pmu", "clear", "PMU_CTRL.clear zeroes all counters and keeps what they count.", check_pmu_clear},
    Check{"pmu", "commands", "Event COMMANDS is exact and goes on from job to job.", check_pmu_commands},
    Check{"pmu", "cycles", "Event RUNNING equals PMU_CYCLES, which counts jobs alone.", check_pmu_cycles},
    Check{"pmu", "causes", "Every cycle has one layer and one cause; their events count the same.", check_pmu_causes},
    Check{"pmu", "log", "The layer log has the time of each entry's last completion.", check_pmu_log},
    Check{"pmu", "traffic", "Write beats and requantised vectors are exact.", check_pmu_traffic},

    Check{"reset", "soft_keeps_registers", "A soft reset keeps all settings.", check_soft_reset_keeps},
    Check{"reset", "soft_clears_sram", "A soft reset clears the SRAM.", check_soft_reset_clears_sram},
    Check{"reset", "clear_sram", "CONTROL.clear_sram clears the SRAM.", check_clear_sram},
    Check{"reset", "security_switch", "A change of AXI_ATTR's privileged or non-secure bit clears the SRAM.",
          check_security_switch},
    Check{"reset", "mid_job", "A soft reset ends a job without trace.", check_reset_mid_job},
    Check{"reset", "mid_transfer", "A soft reset in the middle of transfers leaves a device that works.",
          check_reset_mid_transfer},
    Check{"reset", "hard_mid_job", "So does the reset input, and the SRAM is clear.", check_hard_reset_mid_job},

    Check{"watchdog", "fires", "A job without progress faults after WATCHDOG cycles, not before.",
          check_watchdog_fires},
    Check{"watchdog", "channel", "The fault names the first engine that holds a command, else FETCH.",
          check_watchdog_channel},
    Check{"watchdog", "off", "WATCHDOG 0 turns it off.", check_watchdog_off},
    Check{"watchdog", "progress", "A job that makes progress may be longer than WATCHDOG.", check_watchdog_progress},
    Check{"watchdog", "stalled_reads", "Memory that stops answering reads isolates the port until it answers again.",
          check_stalled_reads},
    Check{"watchdog", "stalled_writes", "So does memory that stops answering writes.", check_stalled_writes},

    Check{"jobs", "copy", "LOAD and STORE copy any bytes at any alignment.", check_copy},
    Check{"jobs", "rows", "Rows of memory and of SRAM are cut independently.", check_rows},
    Check{"jobs", "gather", "GATHER brings the rows that indices name.", check_gather},
    Check{"jobs", "unpack", "UNPACK widens numbers of 0 to 8 bits.", check_unpack},
    Check{"jobs", "convolutions", "CONV: known answers.", check_convolutions},
    Check{"jobs", "depthwise", "DWCONV and DWROWS: known answers.", check_depthwise},
    Check{"jobs", "pools", "MAXPOOL and AVGPOOL: known answers.", check_pools},
    Check{"jobs", "elementwise", "ADD, MUL, SQDIFF, MIN, MAX and TABLE: known answers.", check_elementwise},
    Check{"jobs", "softmax", "SOFTMAX: a known answer.", check_softmax},
    Check{"jobs", "back_to_back", "Jobs follow each other without a reset.", check_back_to_back},
    Check{"jobs", "after_error", "The job after any fault is right.", check_after_error},
    Check{"jobs", "progress", "COMPLETED and PROGRESS tell how far a job came.", check_progress},
};

}  // namespace

std::span<const Check> checks() noexcept { return kChecks; }

Result run(const Check& check, const Platform& platform, const Reporter& reporter) {
  Bench bench(platform, reporter, check);
  const bool reachable =
      platform.memory.cpu != nullptr || (platform.memory.read != nullptr && platform.memory.write != nullptr);
  const bool aligned = platform.memory.device % kMemoryAlignment == 0;
  const bool complete = platform.bus.read32 != nullptr && platform.bus.write32 != nullptr && platform.wait != nullptr;
  if (bench.expect("the platform has a bus, a wait and aligned memory", 1, reachable && aligned && complete ? 1 : 0,
                   "platform")) {
    check.run(bench);
    // A failed check may have left a memory that does not answer.
    if (platform.stall_memory != nullptr) platform.stall_memory(platform.context, Stall::kNone);
  }
  const Result result = bench.result();
  if (reporter.finished != nullptr) reporter.finished(reporter.context, check, result);
  return result;
}

Summary run_all(const Platform& platform, const Reporter& reporter) {
  Summary summary;
  for (const Check& check : checks()) {
    switch (run(check, platform, reporter).verdict) {
      case Verdict::kPassed:
        ++summary.passed;
        break;
      case Verdict::kFailed:
        ++summary.failed;
        break;
      case Verdict::kSkipped:
        ++summary.skipped;
        break;
    }
  }
  return summary;
}

}  // namespace auklet::conformance
