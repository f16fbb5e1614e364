// Proof of auklet_cmd_fetch at 128 bits: any stream, a port that gives only beats that were asked for, any aborts.
module cmd_fetch_formal (
  input logic clk_i,
  input logic rst_ni,
  input logic abort_i,
  input logic start_i,
  input logic [39:0] base_i,
  input logic [23:0] size_i,
  input logic req_ready_i,
  input logic data_valid_i,
  input logic pop_i
);
  logic req_valid, data_ready, valid;
  logic [39:0] req_addr;
  logic [127:0] word;
  logic [7:0] req_len;
  auklet_cmd_fetch #(.DATA_BITS(128)) u_dut (
    .req_valid_o(req_valid), .req_addr_o(req_addr), .req_len_o(req_len), .data_ready_o(data_ready), .valid_o(valid),
    .word_o(word), .data_i(128'd0), .*
  );

  // probe f_reserved u_dut.reserved_q
  // probe f_count u_dut.u_words.count_q
  // probe f_left u_dut.u_burst_gen.left_q
  // probe f_addr u_dut.u_burst_gen.addr_q
  // probe f_rows u_dut.u_burst_gen.rows_q
  // probe f_active u_dut.u_burst_gen.active_q
  logic [6:0] f_reserved;
  logic [5:0] f_count;
  logic [23:0] f_left;
  logic [39:0] f_addr;
  logic [15:0] f_rows;
  logic f_active;

  // Beats asked for and not here: nothing is on its way when a job begins (stop_formal S6).
  logic [6:0] f_way;
  logic [24:0] f_got;                // words asked for since the start
  logic [23:0] f_size, f_last_size;
  logic f_past = 1'b0;
  logic f_ask, f_kill;
  assign f_kill = abort_i || !rst_ni;
  assign f_ask = req_valid && req_ready_i;
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    f_way <= f_kill ? 7'd0 : f_way + (f_ask ? 7'(req_len) + 7'd1 : 7'd0) - 7'(data_valid_i);
    if (start_i) f_size <= size_i;
    if (start_i) f_got <= 25'd0;
    else if (f_ask) f_got <= f_got + 25'(req_len) + 25'd1;
  end
  always_comb begin
    if (!f_past) assume (!rst_ni);
    if (start_i) assume (!f_active && base_i[3:0] == 4'd0 && size_i[3:0] == 4'd0 && size_i != 24'd0);  // decoder: LENGTH
    if (start_i) assume (f_reserved == 7'd0);
    if (f_active) assume (size_i == f_size);
    if (data_valid_i && !f_kill) assume (f_way != 7'd0);
    if (pop_i) assume (valid);
  end

  always_comb if (f_past && rst_ni) begin
    I1_reserved: assert (f_reserved == 7'(f_count) + f_way);
    I2_bound: assert (f_way <= 7'd32);
    if (f_active) I3_words: assert (f_rows == 16'd1 && f_left[3:0] == 4'd0 && f_left != 24'd0 && f_addr[3:0] == 4'd0);
    if (f_active) I4_size: assert (25'(f_left >> 4) + f_got == 25'(f_size >> 4) && f_got < 25'(f_size >> 4));

    if (data_valid_i && !f_kill) X1_room: assert (f_count < 6'd32);
    X2_reserved: assert (f_reserved <= 7'd32);
    X3_ready: assert (data_ready);
    if (req_valid) X4_stream: assert (f_got + 25'(req_len) + 25'd1 <= 25'(f_size >> 4));
    if (req_valid) X5_burst: assert (req_len <= 8'd15 && 13'(req_addr[11:0]) + (13'(req_len) + 13'd1 << 4) <= 13'd4096);
  end
  always_comb if (f_past && rst_ni) begin
    c_words: cover (f_count == 6'd4 && pop_i && data_valid_i);
    c_two: cover (f_got > 25'd16 && req_valid && f_count != 6'd0);
  end
endmodule
