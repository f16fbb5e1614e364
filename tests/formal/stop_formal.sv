// Proof of auklet_control with auklet_axi_read and auklet_axi_write, connected as in auklet_npu: nothing is issued after a
// fault, after a stop or outside of a job.
//
// The clients of the ports and the decoder are free. Of the decoder it is assumed that it ends a job only when the ports
// are idle and nobody asks for a burst (auklet_npu: engines_idle).
module stop_formal (
  input logic clk_i,
  input logic rst_ni,
  input logic start_i,
  input logic soft_reset_i,
  input logic clear_sram_i,
  input logic [31:0] watchdog_i,
  input logic decode_done_i,
  input logic decode_error_i,
  input logic load_error_i,
  input logic index_error_i,
  input logic store_error_i,
  input logic integrity_error_i,
  input logic [3:0] max_bursts_i,
  input logic [1:0] req_valid_i,
  input logic [1:0] data_ready_i,
  input logic write_valid_i,
  input logic [7:0] write_len_i,
  input logic arready_i,
  input logic rid_i,
  input logic [1:0] rresp_i,
  input logic rlast_i,
  input logic rvalid_i,
  input logic awready_i,
  input logic wready_i,
  input logic [1:0] bresp_i,
  input logic bvalid_i
);
  localparam logic [2:0] CLEARING = auklet_pkg::STATE_CLEARING, IDLE = auklet_pkg::STATE_IDLE,
    RUNNING = auklet_pkg::STATE_RUNNING, DRAINING = auklet_pkg::STATE_DRAINING, FAULT = auklet_pkg::STATE_FAULT;
  logic [2:0] state;
  logic running, isolated, reset_irq, read_idle, write_idle, read_error, write_error, arvalid, awvalid, write_ready;
  logic [1:0] read_ready;
  logic [3:0] fault;
  auklet_control #(.ROW_BITS(1)) u_control (
    .clk_i, .rst_ni, .start_i, .soft_reset_i, .clear_sram_i, .watchdog_i, .job_tag_i(32'd0),
    .decode_done_i, .decode_error_i, .decode_code_i(8'd1), .decode_offset_i(32'd0),
    .load_error_i, .load_at_i(32'd0), .load_offset_i(32'd0), .index_error_i, .index_at_i(16'd0),
    .store_error_i, .store_at_i(32'd0), .store_offset_i(32'd0),
    .read_error_i(read_error), .read_decode_i(1'b0), .read_client_i(1'b0), .read_addr_i(40'd0),
    .write_error_i(write_error), .write_decode_i(1'b0), .write_addr_i(40'd0),
    .integrity_error_i, .integrity_channel_i(4'd0), .integrity_addr_i(40'd0), .integrity_offset_i(32'd0),
    .progress_i(1'b0), .progress_offset_i(32'd0), .blocked_i(3'd0), .port_idle_i(read_idle && write_idle),
    .state_o(state), .running_o(running), .isolated_o(isolated), .reset_irq_o(reset_irq), .fault_o(fault)
  );
  logic abort;
  assign abort = !running;
  logic [auklet_pkg::AXI_ID_BITS-1:0] arid;
  logic rready, wvalid, wlast;
  auklet_axi_read #(.DATA_BITS(64)) u_read (
    .clk_i, .rst_ni, .stop_i(abort), .max_bursts_i, .idle_o(read_idle),
    .req_valid_i, .req_addr0_i(40'd0), .req_addr1_i(40'd0), .req_len0_i(8'd0), .req_len1_i(8'd0), .req_ready_o(read_ready),
    .data_ready_i, .error_o(read_error), .arid_o(arid), .arvalid_o(arvalid), .arready_i,
    .rid_i(auklet_pkg::AXI_ID_BITS'(rid_i)), .rdata_i(64'd0), .rresp_i, .rlast_i, .rvalid_i, .rready_o(rready)
  );
  auklet_axi_write #(.DATA_BITS(64)) u_write (
    .clk_i, .rst_ni, .stop_i(abort), .max_bursts_i, .idle_o(write_idle),
    .req_valid_i(write_valid_i), .req_addr_i(40'd0), .req_len_i(write_len_i), .req_ready_o(write_ready),
    .data_i(64'd0), .strb_i(8'd0), .error_o(write_error), .awvalid_o(awvalid), .awready_i,
    .wlast_o(wlast), .wvalid_o(wvalid), .wready_i, .bresp_i, .bvalid_i
  );

  // probe f_flight0 u_read.flight0_q
  // probe f_flight1 u_read.flight1_q
  // probe f_flight u_write.flight_q
  // probe f_resetting u_control.resetting_q
  logic [3:0] f_flight0, f_flight1, f_flight;
  logic f_resetting;

  // The memory answers only what it was asked (axi_read_formal and axi_write_formal say when).
  logic [3:0] f_owed0, f_owed1, f_aw;
  logic f_last;
  assign f_last = rvalid_i && rready && rlast_i;
  always_ff @(posedge clk_i) begin
    f_owed0 <= !rst_ni ? 4'd0 : f_owed0 + 4'(arvalid && arready_i && arid == '0) - 4'(f_last && !rid_i);
    f_owed1 <= !rst_ni ? 4'd0 : f_owed1 + 4'(arvalid && arready_i && arid == 1) - 4'(f_last && rid_i);
    f_aw <= !rst_ni ? 4'd0 : f_aw + 4'(awvalid && awready_i) - 4'(bvalid_i);
  end

  logic f_past = 1'b0;
  always_comb begin
    if (!f_past) assume (!rst_ni);
    assume (max_bursts_i >= 4'd1 && max_bursts_i <= 4'd8);  // csr_formal C12
    if (start_i || clear_sram_i) assume (state == IDLE);    // csr_formal C13 and C14
    if (start_i) assume (!clear_sram_i && !soft_reset_i);
    if (rvalid_i) assume (rid_i ? f_owed1 != 4'd0 : f_owed0 != 4'd0);
    if (bvalid_i) assume (f_aw != 4'd0);
    if (decode_done_i) assume (read_idle && write_idle && req_valid_i == 2'b00 && !write_valid_i);
  end

  // Since the last fault or soft reset: no job was begun.
  logic f_stopped, f_live, f_arvalid, f_awvalid, f_ar_held, f_aw_held;
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    f_live <= rst_ni;
    f_ar_held <= rst_ni && arvalid && !arready_i;
    f_aw_held <= rst_ni && awvalid && !awready_i;
    f_stopped <= rst_ni && !start_i && (f_stopped || soft_reset_i || (running && (integrity_error_i || decode_error_i || load_error_i || index_error_i
      || store_error_i || read_error || write_error)));
  end

  always_comb if (f_past && rst_ni) begin
    I1_read: assert (f_flight0 == f_owed0 + 4'(arvalid && arid == '0) && f_flight1 == f_owed1 + 4'(arvalid && arid == 1));
    I2_write: assert (f_flight == f_aw + 4'(awvalid));
    I3_bound: assert (f_flight0 <= 4'd8 && f_flight1 <= 4'd8 && f_flight <= 4'd8 && f_owed0 <= f_flight0 && f_owed1 <= f_flight1 && f_aw <= f_flight);
    if (arvalid) I7_id: assert (arid == '0 || arid == 1);
    I5_legal: assert (state <= FAULT);
    if (state == IDLE || state == RUNNING || state == CLEARING) I6_no_fault: assert (fault == auklet_pkg::FAULT_NONE);
    if (f_stopped) I4_stopped: assert (!running);

    S1_job: assert (running || (read_ready == 2'b00 && !write_ready));
    if (fault != auklet_pkg::FAULT_NONE) S2_fault: assert (read_ready == 2'b00 && !write_ready);
    if (f_stopped) S3_stopped: assert (read_ready == 2'b00 && !write_ready);
    if (f_stopped && arvalid) S4_ar: assert (f_ar_held || f_just);
    if (f_stopped && awvalid) S5_aw: assert (f_aw_held || f_just);
    // A job begins with ports at rest: nothing of an earlier one is still on its way.
    if (state == IDLE || state == CLEARING) S6_clean: assert (read_idle && write_idle && !arvalid && !awvalid);
    if (state == FAULT && !isolated) S7_drained: assert (read_idle && write_idle);
  end
  // The cycle after the last one that ran: what was granted then is on the bus now.
  logic f_just;
  always_ff @(posedge clk_i) f_just <= rst_ni && running;

  always_comb if (f_past && rst_ni) begin
    c_fault_in_flight: cover (state == DRAINING && !f_resetting && f_owed1 > 4'd1 && f_aw != 4'd0);
    c_drained: cover (state == FAULT && f_had);
    c_again: cover (running && f_had_fault && read_ready != 2'b00);
    c_reset_in_flight: cover (state == CLEARING && f_had && fault == auklet_pkg::FAULT_NONE && !f_had_fault);
  end
  logic f_had, f_had_fault;
  always_ff @(posedge clk_i) begin
    f_had <= rst_ni && (f_had || (state == DRAINING && f_owed1 != 4'd0));
    f_had_fault <= rst_ni && (f_had_fault || state == FAULT);
  end
endmodule
