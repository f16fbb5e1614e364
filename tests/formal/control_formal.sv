// Proof of auklet_control: any commands of the host, any errors of any units at any time, any resets.
module control_formal #(
  parameter int unsigned ROW_BITS = 2
) (
  input logic clk_i,
  input logic rst_ni,
  input logic start_i,
  input logic soft_reset_i,
  input logic clear_sram_i,
  input logic [31:0] watchdog_i,
  input logic [31:0] job_tag_i,
  input logic decode_done_i,
  input logic decode_error_i,
  input logic [7:0] decode_code_i,
  input logic [31:0] decode_offset_i,
  input logic load_error_i,
  input logic [31:0] load_at_i,
  input logic [31:0] load_offset_i,
  input logic index_error_i,
  input logic [15:0] index_at_i,
  input logic store_error_i,
  input logic [31:0] store_at_i,
  input logic [31:0] store_offset_i,
  input logic read_error_i,
  input logic read_decode_i,
  input logic read_client_i,
  input logic [39:0] read_addr_i,
  input logic write_error_i,
  input logic write_decode_i,
  input logic [39:0] write_addr_i,
  input logic integrity_error_i,
  input logic [3:0] integrity_channel_i,
  input logic [39:0] integrity_addr_i,
  input logic [31:0] integrity_offset_i,
  input logic progress_i,
  input logic [31:0] progress_offset_i,
  input logic [2:0] blocked_i,
  input logic port_idle_i
);
  localparam logic [2:0] CLEARING = auklet_pkg::STATE_CLEARING, IDLE = auklet_pkg::STATE_IDLE,
    RUNNING = auklet_pkg::STATE_RUNNING, DRAINING = auklet_pkg::STATE_DRAINING, FAULT = auklet_pkg::STATE_FAULT;
  logic [2:0] state;
  logic running, isolated, clearing, set_done, set_fault, reset_irq;
  logic [ROW_BITS-1:0] row;
  logic [31:0] done_tag, fault_offset;
  logic [3:0] fault, fault_channel;
  logic [7:0] fault_code;
  logic [39:0] fault_addr;
  auklet_control #(.ROW_BITS(ROW_BITS)) u_dut (
    .state_o(state), .running_o(running), .isolated_o(isolated), .clear_o(clearing), .clear_row_o(row),
    .set_done_o(set_done), .set_fault_o(set_fault), .reset_irq_o(reset_irq), .done_tag_o(done_tag),
    .fault_o(fault), .fault_channel_o(fault_channel), .fault_code_o(fault_code), .fault_addr_o(fault_addr),
    .fault_offset_o(fault_offset), .*
  );

  // probe f_resetting u_dut.resetting_q
  // probe f_drain u_dut.drain_q
  // probe f_quiet u_dut.quiet_q
  logic f_resetting;
  logic [12:0] f_drain;
  logic [31:0] f_quiet;

  logic f_past = 1'b0;
  logic f_run_error, f_errors, f_watchdog;
  assign f_errors = integrity_error_i || decode_error_i || load_error_i || index_error_i || store_error_i || read_error_i || write_error_i;
  assign f_watchdog = watchdog_i != 32'd0 && f_quiet >= watchdog_i;
  assign f_run_error = running && (f_errors || f_watchdog);
  always_comb begin
    if (!f_past) assume (!rst_ni);
    if (start_i || clear_sram_i) assume (state == IDLE);    // csr_formal C13 and C14
    if (start_i) assume (!clear_sram_i && !soft_reset_i);   // csr_formal C13 to C15: one bit at a time
  end

  // The last cycle.
  logic f_live, f_start, f_soft, f_clear, f_done, f_fault_now, f_set_done, f_set_fault, f_reset_irq, f_idle, f_set;
  logic [2:0] f_state;
  logic [31:0] f_tag;
  logic [ROW_BITS-1:0] f_row;
  logic f_was_resetting, f_lost;
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    f_live <= rst_ni;
    f_state <= state;
    f_start <= start_i;
    f_soft <= soft_reset_i;
    f_clear <= clear_sram_i;
    f_done <= decode_done_i;
    f_fault_now <= f_run_error;
    f_set_done <= set_done;
    f_set_fault <= set_fault;
    f_reset_irq <= reset_irq;
    f_idle <= port_idle_i;
    f_set <= fault != auklet_pkg::FAULT_NONE;
    f_tag <= job_tag_i;
    f_row <= row;
    f_was_resetting <= f_resetting;
    f_lost <= integrity_error_i;
  end

  // Ghosts: is a fault or reset of the host being served; rows cleared so far; jobs begun, less their ends.
  logic f_open;                      // a job was begun whose end was not reported and that no soft reset dropped
  always_ff @(posedge clk_i) begin
    if (!rst_ni || soft_reset_i) f_open <= 1'b0;
    else if (start_i) f_open <= 1'b1;
    else if (set_done || set_fault) f_open <= 1'b0;
  end

  always_comb if (f_past && rst_ni) begin
    I1_drain: assert (state == DRAINING ? f_drain < 13'(auklet_pkg::DRAIN_CYCLES) : f_drain <= 13'(auklet_pkg::DRAIN_CYCLES));
    if (state != DRAINING) I2_drain: assert (f_drain == 13'd0 || f_state == DRAINING);
    I3_open: assert (f_open == (state == RUNNING || (state == DRAINING && !f_resetting)));
    if (state == DRAINING && !f_resetting) I4_fault: assert (fault != auklet_pkg::FAULT_NONE);

    // States.
    K1_legal: assert (state == CLEARING || state == IDLE || state == RUNNING || state == DRAINING || state == FAULT);
    K2_running: assert (running == (state == RUNNING) && clearing == (state == CLEARING));
    if (running) K3_no_fault: assert (fault == auklet_pkg::FAULT_NONE);
    K4_one_end: assert (!(set_done && set_fault) && !(reset_irq && (set_done || set_fault)));
    if (set_done) K5_done: assert (running && decode_done_i && !f_run_error && !soft_reset_i);
    if (set_done || set_fault) K6_open: assert (f_open);
    if (set_fault) K7_fault: assert (fault != auklet_pkg::FAULT_NONE);
    if (state == FAULT && !f_resetting) K8_why: assert (fault != auklet_pkg::FAULT_NONE);
    if (state == IDLE || state == RUNNING || state == CLEARING) K24_no_fault: assert (fault == auklet_pkg::FAULT_NONE);
  end
  always_comb if (f_past && rst_ni && f_live) begin
    // Every transition there is.
    if (f_soft) K9_soft_reset: assert (state == DRAINING);
    else begin
      if (state == RUNNING && f_state != RUNNING) K10_start: assert (f_state == IDLE && f_start);
      if (f_state == IDLE && f_start) K11_start: assert (state == RUNNING);
      if (f_state == RUNNING && f_fault_now) K12_fault: assert (state == DRAINING && fault != auklet_pkg::FAULT_NONE);
      if (f_state == RUNNING && !f_fault_now) K13_done: assert (state == (f_done ? IDLE : RUNNING));
      if (f_state == FAULT) K14_latched: assert (state == FAULT);
      if (f_state == DRAINING && state != DRAINING) K15_drained: assert (state == FAULT || (state == CLEARING && f_idle && f_was_resetting));
      if (f_state == CLEARING) K16_clearing: assert (state == (f_row == '1 ? IDLE : CLEARING));
      if (state == IDLE && f_state != IDLE) K17_idle: assert (f_state == CLEARING || (f_state == RUNNING && f_done));
      if (f_state == DRAINING && f_idle) K18_drained: assert (state != DRAINING);
    end
    if (f_state == CLEARING && state == CLEARING) K19_rows: assert (row == f_row + 1'b1);
    if (f_state != CLEARING && state == CLEARING) K20_rows: assert (row == '0);
    // The record of the first fault stays until a soft reset has ended.
    if (f_set && !f_reset_irq)
      K21_first: assert ({fault, fault_channel, fault_code, fault_addr, fault_offset} == f_record_full);
    if (f_reset_irq) K22_forgotten: assert (fault == auklet_pkg::FAULT_NONE);
    if (f_set_done || f_set_fault) K23_tag: assert (done_tag == f_tag);
    // Whatever is wrong, the end of a job is reported once, and only IDLE or FAULT follow it.
    if (f_set_done) K25_end: assert (state == IDLE);
    if (f_set_fault) K26_end: assert (state == FAULT);
    if (f_state == RUNNING && f_lost && !f_soft) K32_lost: assert (fault == auklet_pkg::FAULT_INTEGRITY);
    if (f_state == DRAINING && state != DRAINING) K27_isolated: assert (isolated == !f_idle);
  end
  logic [87:0] f_record_full;
  always_ff @(posedge clk_i) f_record_full <= {fault, fault_channel, fault_code, fault_addr, fault_offset};

  // DRAINING ends after DRAIN_CYCLES at the latest, unless the host asks for another reset.
  logic [12:0] f_drained;
  always_ff @(posedge clk_i) f_drained <= !rst_ni || soft_reset_i || state != DRAINING ? 13'd0 : f_drained + 13'd1;
  always_comb if (f_past && rst_ni) begin
    if (state == DRAINING) I5_drain: assert (f_drained == f_drain);
    if (f_live && f_state == DRAINING && state != DRAINING && !f_idle)
      K31_patient: assert (f_drained == 13'(auklet_pkg::DRAIN_CYCLES));
    K28_bounded: assert (f_drained <= 13'(auklet_pkg::DRAIN_CYCLES));
  end
  // The watchdog ends a job that is quiet for as long as it says.
  logic [31:0] f_silence;
  always_ff @(posedge clk_i) f_silence <= !rst_ni || !running || progress_i ? 32'd0 : f_silence + 32'd1;
  always_comb if (f_past && rst_ni) begin
    I6_quiet: assert (f_silence == f_quiet);
    if (running && watchdog_i != 32'd0 && f_silence >= watchdog_i) K29_watchdog: assert (!set_done);
  end
  always_comb if (f_past && rst_ni && f_live && f_state == RUNNING && state == DRAINING && !f_soft)
    K30_reason: assert (f_fault_now);

  always_comb if (f_past && rst_ni) begin
    c_done: cover (set_done);
    c_fault: cover (set_fault && fault == auklet_pkg::FAULT_INDEX);
    c_watchdog: cover (set_fault && fault == auklet_pkg::FAULT_WATCHDOG);
    c_again: cover (running && f_was_fault);
    c_reset_in_job: cover (reset_irq && f_was_running);
  end
  logic f_was_fault, f_was_running;
  always_ff @(posedge clk_i) begin
    f_was_fault <= rst_ni && (f_was_fault || state == FAULT);
    f_was_running <= rst_ni && (f_was_running || running);
  end
endmodule
