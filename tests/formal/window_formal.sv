// Proof of auklet_window_check and auklet_burst_gen together: no transfer that passes the check asks for a byte outside
// of its window. Windows and command may be anything; they stay while the transfer goes on (csr C21 to C27, engine_queue).
//
// The product (rows - 1) * stride is cut out of the design and may be any number. What multiplication says is assumed
// instead: first + j * stride, where row j begins (burst_gen B8), grows with j, up to the last row's begin.
module window_formal #(
  parameter int unsigned DATA_BITS = 128
) (
  input logic clk_i,
  input logic rst_ni,
  input logic abort_i,
  input logic want_i,
  input logic [39:0] base_i,
  input logic [31:0] size_i,
  input logic allow_i,
  input logic [31:0] offset_i,
  input logic [23:0] len_i,
  input logic [15:0] rows_i,
  input logic [31:0] stride_i,
  input logic next_i
);
  logic ok, start, active, last;
  logic [39:0] first, addr;
  logic [8:0] bytes;
  logic [7:0] beats;
  auklet_window_check u_check (
    .en_i(want_i), .base_i, .size_i, .allow_i, .offset_i, .len_i, .rows_i, .stride_i, .ok_o(ok), .addr_o(first)
  );
  assign start = want_i && ok;
  auklet_burst_gen #(.DATA_BITS(DATA_BITS)) u_dut (
    .clk_i, .rst_ni, .abort_i, .start_i(start), .addr_i(first), .len_i, .rows_i, .stride_i,
    .active_o(active), .addr_o(addr), .bytes_o(bytes), .len_o(beats), .last_o(last), .next_i
  );

  // probe f_rest u_check.rest
  // probe f_row u_dut.row_q
  // probe f_left u_dut.left_q
  // probe f_rows u_dut.rows_q
  logic [47:0] f_rest;               // what the rows behind the first add
  logic [39:0] f_row;
  logic [23:0] f_left;
  logic [15:0] f_rows;

  logic f_past = 1'b0;
  logic [39:0] f_base;               // window and command of the transfer
  logic [40:0] f_limit;              // one past the window's last byte
  logic [31:0] f_stride;
  logic [23:0] f_len;
  logic f_allow;
  logic [49:0] f_last_row;           // where the last row begins
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    if (start) begin
      f_base <= base_i;
      f_limit <= 41'(base_i) + 41'(size_i);
      f_stride <= stride_i;
      f_len <= len_i;
      f_allow <= allow_i;
      f_last_row <= 50'(f_first) + 50'(f_rest);
    end
  end
  logic [40:0] f_first;
  assign f_first = 41'(base_i) + 41'(offset_i);
  always_comb begin
    if (!f_past) assume (!rst_ni);
    if (want_i) assume (!active && len_i != 24'd0 && rows_i != 16'd0);
    if (active) assume (len_i == f_len && stride_i == f_stride);
    if (next_i) assume (active);
    // With rows behind this one, the next begins no later than the last: first + j * stride for j <= rows - 1.
    if (active && f_rows > 16'd1) assume (50'(f_row) + 50'(f_stride) <= f_last_row);
  end

  always_comb if (f_past && rst_ni && active) begin
    I1_limit: assert (f_limit <= 41'h100_0000_0000);
    I2_end: assert (f_last_row <= 50'(f_limit) && f_last_row + 50'(f_len) <= 50'(f_limit));
    I3_row: assert (f_row >= f_base && 50'(f_row) <= f_last_row);
    I4_rows: assert (f_rows != 16'd0);
    I5_left: assert (f_left != 24'd0 && f_left <= f_len);
    I6_addr: assert (41'(addr) + 41'(f_left) == 41'(f_row) + 41'(f_len));

    G1_allowed: assert (f_allow);
    G2_above: assert (addr >= f_base);
    G3_below: assert (41'(addr) + 41'(bytes) <= f_limit);
  end
  always_comb if (f_past && rst_ni) begin
    c_whole: cover (active && 41'(addr) + 41'(bytes) == f_limit && f_left < f_len && last);
    c_rows: cover (active && f_rows == 16'd1 && f_row > f_base + 40'd4096 && f_stride != 32'd0);
    c_refused: cover (want_i && !ok && allow_i);
    c_top: cover (active && 41'(addr) + 41'(bytes) == 41'h100_0000_0000);
  end
endmodule
