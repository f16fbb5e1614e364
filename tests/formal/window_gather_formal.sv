// Proof of auklet_window_check, auklet_gather and auklet_burst_gen together: no GATHER that passes the check asks for a
// byte outside of its window, whatever the indices are.
//
// Both products are cut out of the design and may be any number. What multiplication says is assumed instead:
// index * stride <= (rows - 1) * stride for an index below rows.
module window_gather_formal (
  input logic clk_i,
  input logic rst_ni,
  input logic abort_i,
  input logic want_i,
  input logic [39:0] base_i,
  input logic [31:0] size_i,
  input logic allow_i,
  input auklet_pkg::cmd_gather_t cmd_i,
  input logic idx_gnt_i,
  input logic [127:0] idx_data_i,
  input logic next_i
);
  logic ok, start, gathering, active, last, row_start, error;
  logic [39:0] first, row_addr, addr;
  logic [8:0] bytes;
  logic [7:0] beats;
  logic [15:0] error_at;
  logic idx_valid;
  logic [14:0] idx_addr;
  auklet_window_check u_check (
    .en_i(want_i), .base_i, .size_i, .allow_i, .offset_i(cmd_i.offset), .len_i(cmd_i.ax_len), .rows_i(cmd_i.ax_rows),
    .stride_i(cmd_i.ax_stride), .ok_o(ok), .addr_o(first)
  );
  assign start = want_i && ok;
  logic [39:0] f_table;              // as the load engine holds it: from the check, stable
  auklet_gather u_gather (
    .clk_i, .rst_ni, .abort_i, .start_i(start), .cmd_i, .addr_i(f_table), .active_o(gathering), .idx_valid_o(idx_valid),
    .idx_addr_o(idx_addr), .idx_gnt_i, .idx_data_i, .row_start_o(row_start), .row_addr_o(row_addr), .row_ready_i(!active),
    .error_o(error), .error_at_o(error_at)
  );
  auklet_burst_gen u_dut (
    .clk_i, .rst_ni, .abort_i, .start_i(row_start), .addr_i(row_addr), .len_i(cmd_i.ax_len), .rows_i(16'd1),
    .stride_i(cmd_i.ax_stride), .active_o(active), .addr_o(addr), .bytes_o(bytes), .len_o(beats), .last_o(last), .next_i
  );

  // probe f_rest u_check.rest
  // probe f_place u_gather.place
  // probe f_index u_gather.index
  // probe f_state u_gather.state_q
  // probe f_left u_dut.left_q
  // probe f_rows u_dut.rows_q
  logic [47:0] f_rest;               // what the rows behind the table's first add
  logic [47:0] f_place;
  logic [31:0] f_index;
  logic [2:0] f_state;
  logic [23:0] f_left;
  logic [15:0] f_rows;
  localparam logic [2:0] CHECK = 3'd3, ROW = 3'd4;

  logic f_past = 1'b0;
  logic [39:0] f_base;
  logic [40:0] f_limit, f_first;     // one past the window's last byte; where the table begins
  logic f_allow;
  auklet_pkg::cmd_gather_t f_cmd;
  logic [49:0] f_last_row;           // where the last row begins
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    if (start) begin
      f_base <= base_i;
      f_limit <= 41'(base_i) + 41'(size_i);
      f_table <= first;
      f_cmd <= cmd_i;
      f_allow <= allow_i;
      f_last_row <= 50'(f_first) + 50'(f_rest);
    end
  end
  assign f_first = 41'(base_i) + 41'(cmd_i.offset);
  always_comb begin
    if (!f_past) assume (!rst_ni);
    if (want_i) assume (!gathering && !active && cmd_i.ax_len != 24'd0 && cmd_i.ax_rows != 16'd0);
    if (gathering || active) assume (cmd_i == f_cmd);
    if (next_i) assume (active);
    if (f_state == CHECK && f_index < 32'(f_cmd.ax_rows)) assume (50'(f_table) + 50'(f_place) <= f_last_row);
  end

  always_comb if (f_past && rst_ni && (gathering || active)) begin
    I1_limit: assert (f_limit <= 41'h100_0000_0000);
    I2_end: assert (f_last_row <= 50'(f_limit) && f_last_row + 50'(f_cmd.ax_len) <= 50'(f_limit) && f_cmd.ax_len != 24'd0);
    I3_table: assert (f_table >= f_base);
    if (f_state == ROW) I4_row: assert (row_addr >= f_base && 50'(row_addr) <= f_last_row);
    G4_allowed: assert (f_allow);
  end
  always_comb if (f_past && rst_ni && active) begin
    I5_left: assert (f_left != 24'd0 && f_left <= f_cmd.ax_len && f_rows == 16'd1);
    I6_addr: assert (50'(addr) + 50'(f_left) <= f_last_row + 50'(f_cmd.ax_len));
    G5_above: assert (addr >= f_base);
    G6_below: assert (41'(addr) + 41'(bytes) <= f_limit);
  end
  always_comb if (f_past && rst_ni) begin
    c_row: cover (active && addr > f_table && 41'(addr) + 41'(bytes) == f_limit && last);
    c_error: cover (error);
  end
endmodule
