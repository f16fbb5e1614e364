// Proof of auklet_axi_write: any store engine, any memory that answers only what it got whole, stop at any time, any resets.
module axi_write_formal #(
  parameter int unsigned DATA_BITS = 64
) (
  input logic clk_i,
  input logic rst_ni,
  input logic stop_i,
  input logic [3:0] max_bursts_i,
  input logic req_valid_i,
  input logic [39:0] req_addr_i,
  input logic [7:0] req_len_i,
  input logic [DATA_BITS-1:0] data_i,
  input logic [DATA_BITS/8-1:0] strb_i,
  input logic awready_i,
  input logic wready_i,
  input logic [1:0] bresp_i,
  input logic bvalid_i,
  input logic pick_i             // the solver follows the burst that is granted now
);
  localparam int unsigned ID_BITS = auklet_pkg::AXI_ID_BITS;
  logic idle, req_ready, data_ready, error, error_decode, beat, awvalid, wlast, wvalid, bready;
  logic [39:0] error_addr, awaddr;
  logic [7:0] awlen;
  logic [ID_BITS-1:0] awid;
  logic [DATA_BITS-1:0] wdata;
  logic [DATA_BITS/8-1:0] wstrb;
  auklet_axi_write #(.DATA_BITS(DATA_BITS)) u_dut (
    .clk_i, .rst_ni, .stop_i, .max_bursts_i, .idle_o(idle),
    .req_valid_i, .req_addr_i, .req_len_i, .req_ready_o(req_ready), .data_i, .strb_i, .data_ready_o(data_ready),
    .error_o(error), .error_decode_o(error_decode), .error_addr_o(error_addr), .beat_o(beat),
    .awid_o(awid), .awaddr_o(awaddr), .awlen_o(awlen), .awvalid_o(awvalid), .awready_i,
    .wdata_o(wdata), .wstrb_o(wstrb), .wlast_o(wlast), .wvalid_o(wvalid), .wready_i,
    .bresp_i, .bvalid_i, .bready_o(bready)
  );

  // probe f_flight u_dut.flight_q
  // probe f_beat u_dut.beat_q
  // probe f_count u_dut.u_addr.count_q
  // probe f_head u_dut.u_addr.head_q
  // probe f_tail u_dut.u_addr.tail_q
  // probe f_mem u_dut.u_addr.mem 8
  // probe f_lens u_dut.u_len.count_q
  // probe f_len_head u_dut.u_len.head_q
  // probe f_len_tail u_dut.u_len.tail_q
  // probe f_len_mem u_dut.u_len.mem 8
  logic [3:0] f_flight, f_count, f_lens;
  logic [2:0] f_head, f_tail, f_len_head, f_len_tail;
  logic [7:0] f_beat;
  logic [319:0] f_mem;
  logic [63:0] f_len_mem;

  // What the memory got: addresses and whole data bursts, less responses.
  logic [3:0] f_aw, f_w;
  logic f_b;
  assign f_b = bvalid_i && bready;
  always_ff @(posedge clk_i) begin
    f_aw <= !rst_ni ? 4'd0 : f_aw + 4'(awvalid && awready_i) - 4'(f_b);
    f_w <= !rst_ni ? 4'd0 : f_w + 4'(wvalid && wready_i && wlast) - 4'(f_b);
  end

  logic f_past = 1'b0;
  always_ff @(posedge clk_i) f_past <= 1'b1;
  always_comb begin
    if (!f_past) assume (!rst_ni);
    assume (max_bursts_i >= 4'd1 && max_bursts_i <= 4'd8);          // csr_formal C12
    if (bvalid_i) assume (f_aw != 4'd0 && f_w != 4'd0);
  end

  logic f_held, f_stopped, f_grant, f_w_held, f_w_last, f_taken;
  logic [39:0] f_addr, f_want_addr;
  logic [7:0] f_len, f_want_len;
  logic [DATA_BITS-1:0] f_data, f_want_data;
  logic [DATA_BITS/8-1:0] f_strb, f_want_strb;
  always_ff @(posedge clk_i) begin
    f_held <= rst_ni && awvalid && !awready_i;
    f_stopped <= rst_ni && stop_i;
    f_grant <= rst_ni && req_ready;
    f_w_held <= rst_ni && wvalid && !wready_i;
    f_taken <= rst_ni && data_ready;
    f_addr <= awaddr;
    f_len <= awlen;
    f_want_addr <= req_addr_i;
    f_want_len <= req_len_i;
    f_data <= wdata;
    f_strb <= wstrb;
    f_w_last <= wlast;
    f_want_data <= data_i;
    f_want_strb <= strb_i;
  end

  // A burst that the solver picks: its address until its response, its length until its last beat is made.
  logic f_in, f_len_in;
  logic [3:0] f_ahead, f_len_ahead;
  logic [39:0] f_token;
  logic [7:0] f_len_token, f_beats;   // f_beats: beats made of the burst that is being made
  logic [2:0] f_slot, f_len_slot;
  logic f_made;                       // the last beat of a burst is made
  assign f_made = data_ready && f_beat == 8'(f_len_mem >> (f_len_head * 8));
  assign f_slot = f_head + 3'(f_ahead);
  assign f_len_slot = f_len_head + 3'(f_len_ahead);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_in <= 1'b0;
      f_len_in <= 1'b0;
      f_beats <= 8'd0;
    end else begin
      if (f_in && f_ahead == 4'd0 && f_b) f_in <= 1'b0;
      else if (f_in && f_b) f_ahead <= f_ahead - 4'd1;
      if (f_len_in && f_len_ahead == 4'd0 && f_made) f_len_in <= 1'b0;
      else if (f_len_in && f_made) f_len_ahead <= f_len_ahead - 4'd1;
      if (!f_in && !f_len_in && pick_i && req_ready) begin
        f_in <= 1'b1;
        f_ahead <= f_flight - 4'(f_b);
        f_token <= req_addr_i;
        f_len_in <= 1'b1;
        f_len_ahead <= f_lens - 4'(f_made);
        f_len_token <= req_len_i;
      end
      if (data_ready) f_beats <= f_made ? 8'd0 : f_beats + 8'd1;
    end
  end

  always_comb if (f_past && rst_ni) begin
    I1_flight: assert (f_flight == f_aw + 4'(awvalid));
    I2_addresses: assert (f_count == f_flight);
    I3_pointers: assert (f_tail == 3'(f_head + f_count[2:0]) && f_len_tail == 3'(f_len_head + f_lens[2:0]));
    I4_lengths: assert (f_flight == f_w + f_lens + 4'(wvalid && wlast));
    I5_bound: assert (f_aw <= f_flight && f_w <= f_flight && f_lens <= f_flight);
    if (f_in) I6_token: assert (f_ahead < f_flight && 40'(f_mem >> (f_slot * 40)) == f_token);
    if (f_len_in) I7_token: assert (f_len_ahead < f_lens && 8'(f_len_mem >> (f_len_slot * 8)) == f_len_token);
    I8_beats: assert (f_beat == f_beats);
    if (f_lens == 4'd0) I10_beats: assert (f_beats == 8'd0);
    if (f_lens != 4'd0) I9_beats: assert (f_beats <= 8'(f_len_mem >> (f_len_head * 8)));
    if (wvalid && !wlast) I11_beats: assert (f_beats != 8'd0);

    // Address channel.
    if (f_held) W1_stable: assert (awvalid && awaddr == f_addr && awlen == f_len);
    if (f_grant) W2_granted: assert (awvalid && awaddr == f_want_addr && awlen == f_want_len);
    if (awvalid && !f_held) W3_nothing_else: assert (f_grant);
    if (f_stopped && awvalid) W4_stop: assert (f_held);
    if (stop_i) W5_stop: assert (!req_ready);
    if (req_ready) W6_asked: assert (req_valid_i);

    // Data channel: the beats that were taken, in order; WLAST on the burst's last one; none without a burst, also
    // during a stop.
    if (f_w_held) W7_stable: assert (wvalid && wdata == f_data && wstrb == f_strb && wlast == f_w_last);
    if (f_taken) W8_taken: assert (wvalid && wdata == f_want_data && wstrb == f_want_strb);
    if (wvalid && !f_w_held) W9_nothing_else: assert (f_taken);
    if (data_ready) W10_burst: assert (f_lens != 4'd0);
    if (f_len_in && f_len_ahead == 4'd0 && data_ready) W11_last: assert (f_made == (f_beats == f_len_token));
    if (f_lens != 4'd0 && !f_w_held && !wvalid) W12_completes: assert (data_ready);

    // Counters and responses.
    W13_bounded: assert (f_flight <= 4'd8 && f_lens <= 4'd8);
    if (f_b) W14_no_wrap: assert (f_flight != 4'd0);
    if (req_ready) W15_limit: assert (f_flight < max_bursts_i);
    W16_idle: assert (idle == (f_aw == 4'd0 && !awvalid));
    if (idle) W17_idle: assert (!wvalid && f_lens == 4'd0 && f_w == 4'd0);
    W18_ready: assert (bready);
    W19_error: assert (error == (bvalid_i && bresp_i[1]));
    if (error && f_in && f_ahead == 4'd0) W20_where: assert (error_addr == f_token);
  end
  logic f_made_q;
  always_ff @(posedge clk_i) f_made_q <= f_made;
  always_comb if (f_past && rst_ni && f_taken) W21_wlast: assert (wlast == f_made_q);

  logic f_was_two;
  always_ff @(posedge clk_i) f_was_two <= rst_ni && (f_was_two || f_flight == 4'd2);
  always_comb if (f_past && rst_ni) begin
    c_wait: cover (f_held && f_w_held);
    c_eight: cover (f_flight == 4'd8);
    c_drained: cover (f_was_two && idle);
    c_long: cover (wvalid && wlast && f_len_token == 8'd3 && !f_len_in && f_in);
    c_data_first: cover (f_w != 4'd0 && f_aw == 4'd0);
    c_stop: cover (stop_i && f_stopped && wvalid && wready_i);
    c_error: cover (error && f_in && f_ahead == 4'd0 && f_aw > 4'd2);
  end
endmodule
