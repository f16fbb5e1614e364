// Proof of auklet_burst_gen: any transfer, any pauses, any aborts and resets.
module burst_gen_formal #(
  parameter int unsigned DATA_BITS = 128
) (
  input logic clk_i,
  input logic rst_ni,
  input logic abort_i,
  input logic start_i,
  input logic [39:0] addr_i,
  input logic [23:0] len_i,
  input logic [15:0] rows_i,
  input logic [31:0] stride_i,
  input logic next_i
);
  localparam int unsigned BYTE_BITS = $clog2(DATA_BITS / 8);
  logic active, last;
  logic [39:0] addr;
  logic [8:0] bytes;
  logic [7:0] len;
  auklet_burst_gen #(.DATA_BITS(DATA_BITS)) u_dut (
    .clk_i, .rst_ni, .abort_i, .start_i, .addr_i, .len_i, .rows_i, .stride_i,
    .active_o(active), .addr_o(addr), .bytes_o(bytes), .len_o(len), .last_o(last), .next_i
  );

  // probe f_row u_dut.row_q
  // probe f_left u_dut.left_q
  // probe f_rows u_dut.rows_q
  logic [39:0] f_row;
  logic [23:0] f_left;
  logic [15:0] f_rows;

  logic f_past = 1'b0;
  logic f_go, f_active, f_aborted, f_next;
  logic [23:0] f_len;                // the transfer, as it was at start
  logic [15:0] f_all_rows;
  logic [31:0] f_stride;
  logic [39:0] f_place;              // where the next byte of the transfer belongs
  logic [23:0] f_given;              // bytes of the row given out
  logic [15:0] f_rows_given;
  logic [39:0] f_start;              // its row
  logic f_row_done;
  assign f_go = start_i && !abort_i;
  assign f_row_done = f_given + 24'(bytes) == f_len;
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    f_active <= rst_ni && active;
    f_aborted <= !rst_ni || abort_i;
    f_next <= next_i;
    if (start_i) begin
      f_len <= len_i;
      f_all_rows <= rows_i;
      f_stride <= stride_i;
      f_place <= addr_i;
      f_start <= addr_i;
      f_given <= 24'd0;
      f_rows_given <= 16'd0;
    end else if (next_i && active) begin
      if (f_row_done) begin
        f_place <= f_start + 40'(f_stride);
        f_start <= f_start + 40'(f_stride);
        f_given <= 24'd0;
        f_rows_given <= f_rows_given + 16'd1;
      end else begin
        f_place <= f_place + 40'(bytes);
        f_given <= f_given + 24'(bytes);
      end
    end
  end
  always_comb begin
    if (!f_past) assume (!rst_ni);
    // The contract of the ports: a transfer of at least a byte, stable while active; `next` is only for a burst.
    if (start_i) assume (!active && len_i != 24'd0 && rows_i != 16'd0);
    if (active) assume (len_i == f_len && stride_i == f_stride);
    if (next_i) assume (active);
  end

  always_comb if (f_past && rst_ni && active) begin
    I1_left: assert (f_left == f_len - f_given && f_given < f_len);
    I2_rows: assert (f_rows == f_all_rows - f_rows_given && f_rows_given < f_all_rows);
    I3_row: assert (f_row == f_start);

    B1_bytes: assert (bytes >= 9'd1 && bytes <= 9'd256);
    // At most 256 bytes of whole beats, which lie in one aligned block of 256 bytes: never across 4 KiB.
    B2_length: assert ((12'(len) + 12'd1) << BYTE_BITS <= 12'd256);
    B3_no_4k: assert ({1'b0, addr[11:0]} + 13'(bytes) <= 13'd4096);
    B4_no_block: assert (9'(addr[7:0]) + bytes <= 9'd256);
    // The beats hold the bytes, and no beat is without one.
    B5_beats: assert (12'(addr[BYTE_BITS-1:0]) + 12'(bytes) <= (12'(len) + 12'd1) << BYTE_BITS);
    B6_no_empty: assert (12'(addr[BYTE_BITS-1:0]) + 12'(bytes) > 12'(len) << BYTE_BITS);
    B7_beats_4k: assert ((13'(addr[11:BYTE_BITS]) << BYTE_BITS) + (13'(len) + 13'd1 << BYTE_BITS) <= 13'd4096);
    // All bytes of all rows, in order, each once.
    B8_place: assert (addr == f_place);
    B9_in_row: assert (25'(f_given) + 25'(bytes) <= 25'(f_len));
    B10_last: assert (last == (f_row_done && f_rows_given == f_all_rows - 16'd1));
  end
  logic f_last, f_started;
  always_ff @(posedge clk_i) begin
    f_last <= last;
    f_started <= start_i;
  end
  always_comb if (f_past && rst_ni) begin
    if (f_aborted) B11_abort: assert (!active);
    if (!f_aborted && f_active && f_next && f_last) B12_ends: assert (!active);
    if (!f_aborted && f_active && !(f_next && f_last)) B13_goes_on: assert (active);
    if (!f_aborted && f_started) B14_starts: assert (active);
    if (!f_active && !f_started) B15_quiet: assert (!active);
  end
  always_comb if (f_past && rst_ni) begin
    c_short: cover (active && bytes == 9'd1 && last);
    c_whole: cover (active && bytes == 9'd256 && len == 8'(256 / (DATA_BITS / 8) - 1));
    c_rows: cover (active && last && f_rows_given == 16'd2 && f_given > 24'd100);
    c_edge: cover (active && addr[11:0] == 12'hfff && !last);
  end
endmodule
