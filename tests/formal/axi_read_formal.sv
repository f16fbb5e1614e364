// Proof of auklet_axi_read: any clients, any memory that answers only what it was asked, stop at any time, any resets.
module axi_read_formal #(
  parameter int unsigned DATA_BITS = 64
) (
  input logic clk_i,
  input logic rst_ni,
  input logic stop_i,
  input logic [3:0] max_bursts_i,
  input logic [1:0] req_valid_i,
  input logic [39:0] req_addr0_i,
  input logic [39:0] req_addr1_i,
  input logic [7:0] req_len0_i,
  input logic [7:0] req_len1_i,
  input logic [1:0] data_ready_i,
  input logic arready_i,
  input logic rid_i,             // command fetch or load: the memory answers with IDs that it got
  input logic [DATA_BITS-1:0] rdata_i,
  input logic [1:0] rresp_i,
  input logic rlast_i,
  input logic rvalid_i,
  input logic pick_i             // the solver follows the load burst that is granted now
);
  localparam int unsigned ID_BITS = auklet_pkg::AXI_ID_BITS;
  logic idle, error, error_decode, error_client, beat, arvalid, rready;
  logic [1:0] req_ready, data_valid;
  logic [DATA_BITS-1:0] data;
  logic [39:0] error_addr, araddr;
  logic [ID_BITS-1:0] arid;
  logic [7:0] arlen;
  auklet_axi_read #(.DATA_BITS(DATA_BITS)) u_dut (
    .clk_i, .rst_ni, .stop_i, .max_bursts_i, .idle_o(idle),
    .req_valid_i, .req_addr0_i, .req_addr1_i, .req_len0_i, .req_len1_i, .req_ready_o(req_ready),
    .data_valid_o(data_valid), .data_o(data), .data_ready_i,
    .error_o(error), .error_decode_o(error_decode), .error_client_o(error_client), .error_addr_o(error_addr), .beat_o(beat),
    .arid_o(arid), .araddr_o(araddr), .arlen_o(arlen), .arvalid_o(arvalid), .arready_i,
    .rid_i(ID_BITS'(rid_i)), .rdata_i, .rresp_i, .rlast_i, .rvalid_i, .rready_o(rready)
  );

  // probe f_flight0 u_dut.flight0_q
  // probe f_flight1 u_dut.flight1_q
  // probe f_count0 u_dut.u_addr0.count_q
  // probe f_count1 u_dut.u_addr1.count_q
  // probe f_head1 u_dut.u_addr1.head_q
  // probe f_tail1 u_dut.u_addr1.tail_q
  // probe f_mem1 u_dut.u_addr1.mem 8
  logic [3:0] f_flight0, f_flight1, f_count0, f_count1;
  logic [2:0] f_head1, f_tail1;
  logic [319:0] f_mem1;

  // What the memory owes: address handshakes less last beats.
  logic [3:0] f_owed0, f_owed1;
  logic f_ar, f_last;
  assign f_ar = arvalid && arready_i;
  assign f_last = rvalid_i && rready && rlast_i;
  always_ff @(posedge clk_i) begin
    f_owed0 <= !rst_ni ? 4'd0 : f_owed0 + 4'(f_ar && arid == '0) - 4'(f_last && !rid_i);
    f_owed1 <= !rst_ni ? 4'd0 : f_owed1 + 4'(f_ar && arid == 1) - 4'(f_last && rid_i);
  end

  logic f_past = 1'b0;
  always_ff @(posedge clk_i) f_past <= 1'b1;
  always_comb begin
    if (!f_past) assume (!rst_ni);
    assume (max_bursts_i >= 4'd1 && max_bursts_i <= 4'd8);          // csr_formal C12
    if (rvalid_i) assume (rid_i ? f_owed1 != 4'd0 : f_owed0 != 4'd0);
  end

  // The values of the last cycle.
  logic f_held, f_stopped, f_arvalid;
  logic [1:0] f_grant;
  logic [39:0] f_addr, f_want_addr;
  logic [7:0] f_len, f_want_len;
  logic [ID_BITS-1:0] f_id;
  always_ff @(posedge clk_i) begin
    f_held <= rst_ni && arvalid && !arready_i;
    f_stopped <= rst_ni && stop_i;
    f_arvalid <= rst_ni && arvalid;
    f_grant <= rst_ni ? req_ready : 2'b00;
    f_addr <= araddr;
    f_len <= arlen;
    f_id <= arid;
    f_want_addr <= req_ready[1] ? req_addr1_i : req_addr0_i;
    f_want_len <= req_ready[1] ? req_len1_i : req_len0_i;
  end

  // A load burst that the solver picks: its address, and how many bursts are before it.
  logic f_in;
  logic [3:0] f_ahead;
  logic [39:0] f_token;
  logic [2:0] f_slot;
  logic f_done1, f_own;
  assign f_done1 = f_last && rid_i;
  assign f_own = f_in && f_ahead == 4'd0;
  assign f_slot = f_head1 + 3'(f_ahead);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) f_in <= 1'b0;
    else if (f_own && f_done1) f_in <= 1'b0;
    else if (f_in && f_done1) f_ahead <= f_ahead - 4'd1;
    else if (!f_in && pick_i && req_ready[1]) begin
      f_in <= 1'b1;
      f_ahead <= f_flight1 - 4'(f_done1);
      f_token <= req_addr1_i;
    end
  end

  logic [3:0] f_pending0, f_pending1;
  assign f_pending0 = 4'(arvalid && arid == '0);
  assign f_pending1 = 4'(arvalid && arid == 1);
  always_comb if (f_past && rst_ni) begin
    I1_flight: assert (f_flight0 == f_owed0 + f_pending0 && f_flight1 == f_owed1 + f_pending1);
    I2_addresses: assert (f_count0 == f_flight0 && f_count1 == f_flight1);
    I3_pointers: assert (f_tail1 == 3'(f_head1 + f_count1[2:0]));
    I4_owed: assert (f_owed0 <= f_flight0 && f_owed1 <= f_flight1);
    if (f_in) I5_token: assert (f_ahead < f_flight1 && 40'(f_mem1 >> (f_slot * 40)) == f_token);

    // Arbiter.
    A1_one_hot: assert (req_ready != 2'b11);
    A2_asked: assert ((req_ready & ~req_valid_i) == 2'b00);
    if (req_ready[1]) A3_fetch_first: assert (!req_valid_i[0] || f_flight0 >= max_bursts_i);
    // No request waits without a reason: the port is busy or stopped, its own limit is reached, or the other was granted.
    if (req_valid_i[0] && !req_ready[0]) A4_no_idle: assert (stop_i || (arvalid && !arready_i) || f_flight0 >= max_bursts_i);
    if (req_valid_i[1] && !req_ready[1])
      A5_no_idle: assert (stop_i || (arvalid && !arready_i) || f_flight1 >= max_bursts_i || req_ready[0]);

    // Address channel.
    if (f_held) R1_stable: assert (arvalid && araddr == f_addr && arlen == f_len && arid == f_id);
    if (f_grant != 2'b00) R2_granted: assert (arvalid && araddr == f_want_addr && arlen == f_want_len && arid == ID_BITS'(f_grant[1]));
    if (arvalid && !f_held) R3_nothing_else: assert (f_grant != 2'b00);
    if (arvalid) R4_id: assert (arid == '0 || arid == 1);

    // Stop: no new burst; what is owed is taken at once, and nobody sees it.
    if (f_stopped && arvalid) R5_stop: assert (f_held);
    if (stop_i) R6_stop: assert (req_ready == 2'b00 && rready && data_valid == 2'b00);

    // Counters.
    R7_bounded: assert (f_flight0 <= 4'd8 && f_flight1 <= 4'd8);
    if (f_last) R8_no_wrap: assert (rid_i ? f_flight1 != 4'd0 : f_flight0 != 4'd0);
    if (req_ready[0]) R9_limit: assert (f_flight0 < max_bursts_i);
    if (req_ready[1]) R10_limit: assert (f_flight1 < max_bursts_i);
    R11_idle: assert (idle == (f_owed0 == 4'd0 && f_owed1 == 4'd0 && !arvalid));

    // Data: each beat to the one client that asked, only when it has room, and unchanged.
    R12_client: assert (data_valid == {rvalid_i && rready && rid_i && !stop_i, rvalid_i && rready && !rid_i && !stop_i});
    R13_room: assert ((data_valid & ~data_ready_i) == 2'b00);
    if (data_valid != 2'b00) R14_data: assert (data == rdata_i);
    R15_error: assert (error == (rvalid_i && rready && rresp_i[1]));
    if (error && f_own && rid_i) R16_where: assert (error_client && error_addr == f_token);
  end

  logic f_was_two;
  always_ff @(posedge clk_i) f_was_two <= rst_ni && (f_was_two || f_flight1 == 4'd2);
  always_comb if (f_past && rst_ni) begin
    c_wait: cover (f_held && !stop_i);
    c_both: cover (req_valid_i == 2'b11 && req_ready[1]);
    c_eight: cover (f_owed1 == 4'd8);
    c_drained: cover (f_was_two && idle);
    c_drop: cover (stop_i && rvalid_i && rready && f_held);
    c_error: cover (error && f_own && rid_i && f_owed1 > 4'd2);
  end
endmodule
