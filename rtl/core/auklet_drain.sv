// Drain: takes finished sums to the requantiser with their bias, multiplier and shift, and knows where they go.
//
// CONV, DWROWS: takes the sums of a stripe, group by group: those of the first group as they become final when nothing
// before them is left to drain, all others from their accumulator bank when the stripe is finished. DWCONV: passes the
// array's sums straight on. The parameter loader has the block of the tile (CONV with several groups: of the group) that
// comes next.
module auklet_drain #(
  parameter int unsigned GROUPS = 1      ///< Tiles of a set when the tiles share their input
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,         ///< Stop at once

  input  logic                     start_i,         ///< Begin; cmd_i and the derived values are stable until done
  input  logic                     dw_i,            ///< DWCONV, else CONV or DWROWS; stable like cmd_i
  input  logic                     window_i,        ///< DWCONV or DWROWS; stable like cmd_i
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [31:0]              positions_i,     ///< out_w * out_h

  input  logic                     sum_valid_i,     ///< CONV: a position of a stripe's last step is summed up
  input  logic                     sum_first_i,     ///< It is the stripe's first
  input  logic                     stripe_ready_i,  ///< It is the stripe's last
  input  logic                     stripe_issued_i, ///< The array has issued its last access to bank issued_bank_i
  input  logic                     issued_bank_i,
  output logic [1:0]               bank_free_o,     ///< Bank may be overwritten

  output logic                     acc_pass_o,      ///< Take the sum of group 0 itself
  output logic                     acc_en_o,        ///< Read the accumulators of group acc_group_o
  output logic                     acc_bank_o,
  output logic [5:0]               acc_addr_o,
  output logic [1:0]               acc_group_o,
  input  logic [511:0]             acc_data_i,      ///< What was taken one cycle ago

  input  logic                     dw_valid_i,      ///< DWCONV: dw_psum_i is an output's sum; its tile's block is loaded
  input  logic [511:0]             dw_psum_i,

  input  logic                     param_valid_i,   ///< The next parameter block is there
  output logic                     param_take_o,    ///< Use it from the next cycle on
  input  logic [511:0]             bias_i,          ///< Of the block in use

  output logic                     valid_o,         ///< To the requantiser, with the multipliers and shifts in use
  output logic [511:0]             x_o,
  output logic [23:0]              addr_o,
  output logic                     active_o
);
  typedef enum logic [1:0] {
    IDLE,    // no command
    PARAM,   // wait for the next parameter block
    WAIT,    // CONV: wait for a stripe
    MOVE     // CONV: take positions; DWCONV: count outputs
  } state_e;
  state_e state_q;

  logic bank_q, pass_q;              // pass_q: MOVE takes sums as they become final
  logic [1:0] bank_free_q, group_q;
  logic [1:0] ready_count_q;         // finished stripes not yet drained
  logic [15:0] tiles_left_q;
  logic [31:0] left_q;
  logic [23:0] tile_out_q;           // output base of the set's first tile
  logic [15:0] ox_q, s_ox_q;
  logic [23:0] row_q, s_row_q, col_q, s_col_q; // byte offsets of the output row and of the position
  logic [31:0] n_q;
  logic acc_valid_q;

  logic [15:0] set_tiles;
  assign set_tiles = window_i || cmd_i.in_tile_step != 24'd0 ? 16'd1
                   : tiles_left_q > 16'(GROUPS) ? 16'(GROUPS) : tiles_left_q;
  logic [31:0] n_cur;
  assign n_cur = dw_i ? positions_i : left_q > {24'd0, cmd_i.stripe} ? {24'd0, cmd_i.stripe} : left_q;

  // A stripe passes as a whole or not at all.
  logic pass_begin;
  assign pass_begin = !dw_i && sum_valid_i && sum_first_i && ready_count_q == 2'd0
                   && (state_q == WAIT || (state_q == PARAM && param_valid_i && group_q == 2'd0));

  logic move, move_end, group_last, tile_end, job_end, row_end;
  assign move = pass_begin || (state_q == MOVE && (dw_i ? dw_valid_i : !pass_q || sum_valid_i));
  assign move_end = move && n_q + 32'd1 == n_cur;
  assign group_last = 16'(group_q) + 16'd1 == set_tiles;
  assign tile_end = dw_i || left_q <= {24'd0, cmd_i.stripe};
  assign job_end = tiles_left_q == set_tiles;
  assign row_end = ox_q + 16'd1 == cmd_i.out_w;

  logic stripe_done;
  assign stripe_done = move_end && group_last;

  logic [23:0] group_out_q;          // offset of group g's outputs, without a multiplier

  assign acc_pass_o = pass_begin || (state_q == MOVE && pass_q && sum_valid_i);
  assign acc_en_o = state_q == MOVE && !pass_q && !dw_i;
  assign acc_bank_o = bank_q;
  assign acc_addr_o = n_q[5:0];
  assign acc_group_o = group_q;
  assign bank_free_o = bank_free_q;
  assign active_o = state_q != IDLE || acc_valid_q;

  // The block is changed in the last cycle of DWCONV's tile, since the next tile's sums may follow at once, and in the one
  // after it for CONV, whose sums are a cycle behind their address.
  assign param_take_o = param_valid_i && (state_q == PARAM || (dw_i && move_end && !job_end));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      bank_q <= 1'b0;
      pass_q <= 1'b0;
      bank_free_q <= 2'b11;
      ready_count_q <= 2'd0;
    end else if (abort_i) begin
      state_q <= IDLE;
      bank_q <= 1'b0;
      pass_q <= 1'b0;
      bank_free_q <= 2'b11;
      ready_count_q <= 2'd0;
    end else begin
      ready_count_q <= ready_count_q + 2'(stripe_ready_i) - 2'(stripe_done && !dw_i);
      for (int b = 0; b < 2; b++) begin
        if (stripe_issued_i && issued_bank_i == b[0]) bank_free_q[b] <= 1'b0;
        else if (stripe_done && !dw_i && bank_q == b[0]) bank_free_q[b] <= 1'b1;
      end
      // Every command begins with bank 0, here and in the sequencers: they do not all see each other's commands.
      if (start_i) bank_q <= 1'b0;
      else if (stripe_done && !dw_i) bank_q <= ~bank_q;
      if (move_end) pass_q <= 1'b0;
      else if (pass_begin) pass_q <= 1'b1;
      case (state_q)
        IDLE:  if (start_i) state_q <= PARAM;
        PARAM: if (param_valid_i) state_q <= dw_i || group_q != 2'd0 || ready_count_q != 2'd0 || pass_begin ? MOVE : WAIT;
        WAIT:  if (ready_count_q != 2'd0 || pass_begin) state_q <= MOVE;
        MOVE:  if (move_end && dw_i && !job_end) state_q <= param_valid_i ? MOVE : PARAM;
        default: state_q <= IDLE;
      endcase
      // Also of a stripe of one position, which begins and ends in one cycle.
      if (stripe_done && tile_end && job_end) state_q <= IDLE;
      else if (move_end && !dw_i) state_q <= stripe_done && !tile_end && set_tiles == 16'd1 ? WAIT : PARAM;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      tiles_left_q <= cmd_i.oc_tiles;
      left_q <= positions_i;
      tile_out_q <= cmd_i.out_base;
      group_q <= 2'd0;
      group_out_q <= 24'd0;
      n_q <= 32'd0;
      ox_q <= 16'd0;
      row_q <= 24'd0;
      col_q <= 24'd0;
      s_ox_q <= 16'd0;
      s_row_q <= 24'd0;
      s_col_q <= 24'd0;
    end else begin
      if (move) begin
        n_q <= move_end ? 32'd0 : n_q + 32'd1;
        ox_q <= row_end ? 16'd0 : ox_q + 16'd1;
        col_q <= row_end ? 24'd0 : col_q + cmd_i.out_x_pitch;
        if (row_end) row_q <= row_q + cmd_i.out_row_pitch;
      end
      if (move_end && !group_last) begin
        // The next group's outputs are at the same positions.
        group_q <= group_q + 2'd1;
        group_out_q <= group_out_q + cmd_i.out_tile_step;
        ox_q <= s_ox_q;
        row_q <= s_row_q;
        col_q <= s_col_q;
      end
      if (stripe_done) begin
        group_q <= 2'd0;
        group_out_q <= 24'd0;
        left_q <= left_q - n_cur;
        if (tile_end) begin
          left_q <= positions_i;
          tiles_left_q <= tiles_left_q - set_tiles;
          tile_out_q <= tile_out_q + group_out_q + cmd_i.out_tile_step;
          ox_q <= 16'd0;
          row_q <= 24'd0;
          col_q <= 24'd0;
          s_ox_q <= 16'd0;
          s_row_q <= 24'd0;
          s_col_q <= 24'd0;
        end else begin
          s_ox_q <= row_end ? 16'd0 : ox_q + 16'd1;
          s_col_q <= row_end ? 24'd0 : col_q + cmd_i.out_x_pitch;
          s_row_q <= row_end ? row_q + cmd_i.out_row_pitch : row_q;
        end
      end
    end
  end

  // CONV sums arrive one cycle after their address, DWCONV sums with it.
  logic [23:0] acc_addr_q, addr;
  assign addr = tile_out_q + group_out_q + row_q + col_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) acc_valid_q <= 1'b0;
    else acc_valid_q <= move && !dw_i && !abort_i;
  end
  always_ff @(posedge clk_i) begin
    if (move && !dw_i) acc_addr_q <= addr;
  end

  assign valid_o = dw_i ? move : acc_valid_q;
  assign addr_o = dw_i ? addr : acc_addr_q;
  always_comb begin
    x_o = 512'd0;
    if (valid_o) begin
      for (int o = 0; o < 16; o++) begin
        x_o[32*o +: 32] = (dw_i ? dw_psum_i[32*o +: 32] : acc_data_i[32*o +: 32]) + bias_i[32*o +: 32];
      end
    end
  end
endmodule
