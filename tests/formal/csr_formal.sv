// Proof of auklet_csr: any master that keeps to AXI4-Lite, any state of the device, any resets.
module csr_formal (
  input logic clk_i,
  input logic rst_ni,
  input logic [11:0] awaddr_i,
  input logic awvalid_i,
  input logic [31:0] wdata_i,
  input logic [3:0] wstrb_i,
  input logic wvalid_i,
  input logic bready_i,
  input logic [11:0] araddr_i,
  input logic arvalid_i,
  input logic rready_i,
  input logic [2:0] state_i,
  input logic isolated_i,
  input logic set_done_i,
  input logic set_fault_i,
  input logic reset_irq_i,
  input logic [31:0] done_tag_i,
  input logic [3:0] fault_i,
  input logic [3:0] fault_channel_i,
  input logic [7:0] fault_code_i,
  input logic [39:0] fault_addr_i,
  input logic [31:0] fault_offset_i,
  input logic [31:0] progress_i,
  input logic [15:0] completed_load_i,
  input logic [15:0] completed_compute_i,
  input logic [15:0] completed_store_i,
  input logic [31:0] corrected_i,
  input logic [23:0] corrected_addr_i,
  input logic [63:0] pmu_cycles_i,
  input logic [255:0] pmu_counts_i,
  input logic pmu_log_valid_i,
  input logic [31:0] pmu_log_data_i
);
  localparam logic [1:0] OKAY = 2'b00, SLVERR = 2'b10;
  logic awready, wready, bvalid, arready, rvalid, start, soft_reset, clear_sram, irq;
  logic pmu_enable, pmu_clear, pmu_log_read;
  logic [1:0] bresp, rresp;
  logic [31:0] rdata, cmd_size, job_tag, watchdog;
  logic [39:0] cmd_base, pmu_select;
  logic [2:0] prot;
  logic [3:0] cache, max_bursts, pmu_log_item;
  logic [319:0] window_base;
  logic [255:0] window_size;
  logic [7:0] window_read, window_write, pmu_log_index;
  auklet_csr u_dut (
    .awready_o(awready), .wready_o(wready), .bresp_o(bresp), .bvalid_o(bvalid), .arready_o(arready),
    .rdata_o(rdata), .rresp_o(rresp), .rvalid_o(rvalid),
    .start_o(start), .soft_reset_o(soft_reset), .clear_sram_o(clear_sram),
    .cmd_base_o(cmd_base), .cmd_size_o(cmd_size), .job_tag_o(job_tag), .watchdog_o(watchdog),
    .prot_o(prot), .cache_o(cache), .max_bursts_o(max_bursts),
    .window_base_o(window_base), .window_size_o(window_size), .window_read_o(window_read), .window_write_o(window_write),
    .pmu_enable_o(pmu_enable), .pmu_clear_o(pmu_clear), .pmu_select_o(pmu_select), .pmu_log_index_o(pmu_log_index),
    .pmu_log_item_o(pmu_log_item), .pmu_log_read_o(pmu_log_read), .irq_o(irq), .*
  );

  // probe f_raw u_dut.irq_raw_q
  // probe f_mask u_dut.irq_mask_q
  // probe f_max u_dut.max_q
  // probe f_log_wait u_dut.log_wait_q
  logic [1:0] f_raw, f_mask;
  logic [3:0] f_max;
  logic f_log_wait;

  logic f_past = 1'b0;
  logic f_live;
  logic f_aw_held, f_w_held, f_ar_held, f_b_held, f_r_held;
  logic [11:0] f_awaddr, f_araddr;
  logic [31:0] f_wdata, f_rdata;
  logic [3:0] f_wstrb;
  logic [1:0] f_bresp, f_rresp;
  logic f_write, f_read, f_awready, f_wready;
  assign f_awready = awvalid_i && awready;
  assign f_wready = wvalid_i && wready;
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    f_live <= rst_ni;
    f_aw_held <= rst_ni && awvalid_i && !awready;
    f_w_held <= rst_ni && wvalid_i && !wready;
    f_ar_held <= rst_ni && arvalid_i && !arready;
    f_b_held <= rst_ni && bvalid && !bready_i;
    f_r_held <= rst_ni && rvalid && !rready_i;
    f_awaddr <= awaddr_i;
    f_wdata <= wdata_i;
    f_wstrb <= wstrb_i;
    f_araddr <= araddr_i;
    f_bresp <= bresp;
    f_rresp <= rresp;
    f_rdata <= rdata;
    f_write <= rst_ni && f_awready;
    f_read <= rst_ni && arvalid_i && arready;
  end

  // Requests without a response, and reads of PMU_LOG_DATA that the PMU owes.
  logic [1:0] f_writes, f_reads;
  logic f_log;
  always_ff @(posedge clk_i) begin
    f_writes <= !rst_ni ? 2'd0 : f_writes + 2'(f_awready) - 2'(bvalid && bready_i);
    f_reads <= !rst_ni ? 2'd0 : f_reads + 2'(arvalid_i && arready) - 2'(rvalid && rready_i);
    f_log <= rst_ni && (pmu_log_read || (f_log && !pmu_log_valid_i));
  end

  always_comb begin
    if (!f_past) assume (!rst_ni);
    // The master keeps what it asks for until it is accepted.
    if (f_past && f_aw_held) assume (awvalid_i && awaddr_i == f_awaddr);
    if (f_past && f_w_held) assume (wvalid_i && wdata_i == f_wdata && wstrb_i == f_wstrb);
    if (f_past && f_ar_held) assume (arvalid_i && araddr_i == f_araddr);
    if (pmu_log_valid_i) assume (f_log);
  end

  // Everything that software can set, in the last cycle.
  logic [738:0] f_locked, f_locked_q;
  logic [52:0] f_open, f_open_q;
  logic [1:0] f_raw_q, f_mask_q, f_set_q;
  logic f_reset_irq, f_was_locked, f_idle;
  assign f_locked = 739'({cmd_base, cmd_size, job_tag, watchdog, prot, cache, f_max, window_base, window_size, window_read, window_write});
  assign f_open = {pmu_select, pmu_enable, pmu_log_index, pmu_log_item};
  always_ff @(posedge clk_i) begin
    f_locked_q <= f_locked;
    f_open_q <= f_open;
    f_raw_q <= f_raw;
    f_mask_q <= f_mask;
    f_set_q <= {set_fault_i, set_done_i};
    f_reset_irq <= reset_irq_i;
    f_was_locked <= state_i == auklet_pkg::STATE_RUNNING || state_i == auklet_pkg::STATE_DRAINING;
    f_idle <= state_i == auklet_pkg::STATE_IDLE;
  end
  logic f_switch;                    // the secure or privileged bit is being written with another value
  assign f_switch = f_awready && awaddr_i == auklet_pkg::ADDR_AXI_ATTR
                    && wdata_i[auklet_pkg::AXI_ATTR_PROT_LSB +: 2] != prot[1:0];
  logic f_refused;                   // the last cycle's write was refused
  assign f_refused = f_write && bresp != OKAY;

  always_comb if (f_past && rst_ni) begin
    I1_writes: assert (f_writes == 2'(bvalid));
    I2_reads: assert (f_reads == 2'(rvalid) + 2'(f_log));
    I3_log: assert (f_log == f_log_wait && !(f_log && rvalid));
    if (awready) I4_write: assert (awvalid_i && wvalid_i && !bvalid);

    // Handshakes.
    C1_together: assert (f_awready == f_wready && awready == wready);
    C2_one_write: assert (f_writes <= 2'd1);
    C3_one_read: assert (f_reads <= 2'd1);
    if (f_b_held) C4_b_stable: assert (bvalid && bresp == f_bresp);
    if (f_r_held) C5_r_stable: assert (rvalid && rresp == f_rresp && rdata == f_rdata);
    if (f_live) C6_answered: assert (!f_write || bvalid);
    if (bvalid && !f_b_held) C7_asked: assert (f_write);
    if (rvalid && !f_r_held) C8_asked: assert (f_read || f_log_valid_q);
    if (bvalid) C9_code: assert (bresp == OKAY || bresp == SLVERR);
    C10_code: assert (rresp == OKAY || rresp == SLVERR);
    if (rvalid && rresp == SLVERR) C11_nothing: assert (rdata == 32'd0);
    if (f_log) I5_log: assert (rresp == OKAY);

    C12_bursts: assert (max_bursts >= 4'd1 && max_bursts <= 4'd8);

    // Control: only by a whole write of CONTROL, one bit at a time, start and clear only from IDLE; a switch clears, too.
    if (start) C13_start: assert (state_i == auklet_pkg::STATE_IDLE && f_awready && awaddr_i == auklet_pkg::ADDR_CONTROL && wdata_i[2:0] == 3'b001);
    if (clear_sram) C14_clear: assert (state_i == auklet_pkg::STATE_IDLE && f_awready && (f_switch || (awaddr_i == auklet_pkg::ADDR_CONTROL && wdata_i[2:0] == 3'b100)));
    if (f_switch && state_i == auklet_pkg::STATE_IDLE && wstrb_i == 4'hf) C34_switch: assert (clear_sram);
    if (soft_reset) C15_reset: assert (f_awready && awaddr_i == auklet_pkg::ADDR_CONTROL && wdata_i[2:0] == 3'b010);
    if (start || clear_sram || soft_reset || pmu_clear) C16_whole: assert (wstrb_i == 4'hf);
    if (f_awready && wstrb_i == 4'hf && awaddr_i == auklet_pkg::ADDR_CONTROL && wdata_i[2:0] == 3'b010) C17_always: assert (soft_reset);

    // Interrupt: a level.
    C18_level: assert (irq == ((f_raw & f_mask) != 2'b00));
  end
  // What a write may do, seen a cycle later.
  logic f_w_whole;
  assign f_w_whole = f_write && f_wstrb == 4'hf;
  always_comb if (f_past && rst_ni && f_live) begin
    // Set by its cause, also in the cycle of its clearing; cleared by a one; else as it was.
    C19_w1c: assert (f_raw == (f_set_q | (f_reset_irq ? 2'b00
      : f_raw_q & ~(f_w_whole && f_awaddr == auklet_pkg::ADDR_IRQ_RAW ? f_wdata[1:0] : 2'b00))));
    C20_mask: assert (f_mask == (f_w_whole && f_awaddr == auklet_pkg::ADDR_IRQ_MASK ? f_wdata[1:0] : f_mask_q));
    if (f_was_locked) C21_locked: assert (f_locked == f_locked_q);
    if (!f_write) C22_quiet: assert (f_locked == f_locked_q && f_open == f_open_q && f_mask == f_mask_q);
    if (f_refused) C23_refused: assert (f_locked == f_locked_q && f_open == f_open_q && f_mask == f_mask_q);
    if (f_write && (f_awaddr[1:0] != 2'b00 || f_wstrb != 4'hf)) C24_partial: assert (bresp == SLVERR);
    if (f_write && f_was_locked && f_awaddr[11:7] == 5'b00010) C25_locked: assert (bresp == SLVERR);
    if (f_write && !f_idle && f_awaddr == auklet_pkg::ADDR_CONTROL && (f_wdata[0] || f_wdata[2])) C26_not_idle: assert (bresp == SLVERR);
    if (f_write && f_awaddr == auklet_pkg::ADDR_ID) C27_read_only: assert (bresp == SLVERR);
    // Whatever window is looked at, a write that was accepted changes that register and no other window.
    if (f_write && !f_refused && f_awaddr[11:7] == 5'b00010) begin
      if (f_awaddr[3:2] == 2'd0) C28_base: assert (32'(window_base >> (40 * f_awaddr[6:4])) == f_wdata);
      if (f_awaddr[3:2] == 2'd2) C29_size: assert (32'(window_size >> (32 * f_awaddr[6:4])) == f_wdata);
      if (f_awaddr[3:2] == 2'd3) C30_allow: assert (window_read[f_awaddr[6:4]] == f_wdata[auklet_pkg::WINDOW_ATTR_READ_LSB]
                                                     && window_write[f_awaddr[6:4]] == f_wdata[auklet_pkg::WINDOW_ATTR_WRITE_LSB]);
      if (f_awaddr[6:4] != f_other) C31_other: assert (40'(window_base >> (40 * f_other)) == f_other_base
        && 32'(window_size >> (32 * f_other)) == f_other_size && window_read[f_other] == f_other_read && window_write[f_other] == f_other_write);
    end
  end
  (* anyconst *) logic [2:0] f_other;
  logic [39:0] f_other_base;
  logic [31:0] f_other_size;
  logic f_other_read, f_other_write, f_log_valid_q, f_from_log;
  always_ff @(posedge clk_i) begin
    f_other_base <= 40'(window_base >> (40 * f_other));
    f_other_size <= 32'(window_size >> (32 * f_other));
    f_other_read <= window_read[f_other];
    f_other_write <= window_write[f_other];
    f_log_valid_q <= pmu_log_valid_i;
    if (pmu_log_valid_i || (arvalid_i && arready)) f_from_log <= pmu_log_valid_i;
  end

  // No request waits for more than two cycles once the responses are taken.
  logic [1:0] f_aw_waits, f_ar_waits;
  always_ff @(posedge clk_i) begin
    f_aw_waits <= !rst_ni || !awvalid_i || !wvalid_i || awready || bvalid ? 2'd0 : f_aw_waits + 2'd1;
    f_ar_waits <= !rst_ni || !arvalid_i || arready || rvalid || f_log ? 2'd0 : f_ar_waits + 2'd1;
  end
  always_comb if (f_past && rst_ni) begin
    if (f_aw_waits == 2'd1) C32_soon: assert (awready);
    C33_soon: assert (f_aw_waits <= 2'd1 && f_ar_waits == 2'd0);
  end

  always_comb if (f_past && rst_ni) begin
    c_start: cover (start);
    c_refused: cover (f_refused && f_was_locked);
    c_irq: cover (irq && f_b_held && f_bresp == OKAY);
    c_cleared: cover (f_live && f_raw_q == 2'b11 && f_raw == 2'b01 && !f_reset_irq);
    c_log: cover (rvalid && f_log_valid_q);
    c_read: cover (rvalid && rresp == OKAY && rdata == 32'h12345678 && !f_from_log);
  end
endmodule
