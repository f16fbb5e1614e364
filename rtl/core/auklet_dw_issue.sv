// DWCONV sequencer: streams the input pixels of one 16-channel tile after the other through the depthwise window, and
// says after which pixels the window is an output's. A tile's pixels follow the last tile's at once.
//
// Padding to the right of a row is pixels like all others, but for one column of it (fuse_o): the window shifts it in
// together with the first pixel of the next row, which ends no output itself. So rows take in_w cycles, and a tile one more.
module auklet_dw_issue #(
  parameter int unsigned ROWS = 16   ///< Multipliers a lane: an output takes 16 / ROWS cycles
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,         ///< Stop at once

  input  logic                     start_i,         ///< Begin; cmd_i and the derived values are stable until done
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic signed [25:0]       last_col_i,      ///< Input column of the last output's last tap

  input  logic [1:0]               wset_ready_i,    ///< Weight set is loaded
  output logic                     wset_release_o,  ///< Set wset_o has been issued for the last time
  input  logic                     params_loaded_i, ///< One cycle for each tile: its parameters are loaded

  output logic                     valid_o,         ///< Fetch
  output logic [23:0]              row_o,
  output logic                     row_ok_o,
  output logic signed [27:0]       r_o,
  input  logic                     gnt_i,

  output logic                     wset_o,          ///< These describe the fetch
  output logic [6:0]               col_o,
  output logic                     col_ok_o,
  output logic                     row_start_o,
  output logic                     fuse_o,          ///< A row's first pixel brings the last column of the row above; stable
  output logic [1:0]               above_ok_o,
  output logic                     emit_o,          ///< The window is an output's after this pixel

  output logic                     active_o,
  output logic                     stall_weights_o,
  output logic                     stall_drain_o
);
  localparam logic [1:0] HOLD = 2'(16 / ROWS - 1);

  logic active_q, wset_q, late_q;    // late_q: the next pixel completes the last output of the row above
  logic [1:0] hold_q, params_q;      // params_q: tiles whose parameters are loaded, but not all of their outputs issued
  logic [15:0] tiles_left_q, oy_q;
  logic [23:0] tile_base_q, row_q;
  logic [25:0] iy_q, out_iy_q;       // input row, and the one that completes output row oy
  logic signed [25:0] ix_q, out_ix_q;
  logic signed [27:0] r_q;

  // The byte `step` further on. From 2^25 on every byte lies beyond every row, so the count may stand still there; going on
  // it would wrap back into the row.
  function automatic logic signed [27:0] advance(input logic signed [27:0] r, input logic [23:0] step);
    advance = r >= 28'sh2000000 ? r : r + signed'({4'd0, step});
  endfunction

  logic [25:0] first_iy;
  logic signed [25:0] first_ix, in_w, row_last;
  assign first_iy = {18'd0, cmd_i.kh} - 26'd1 - {18'd0, cmd_i.pad_top};
  assign first_ix = signed'({18'd0, cmd_i.kx_n}) - 26'sd1 - signed'({18'd0, cmd_i.pad_left});
  assign in_w = signed'({10'd0, cmd_i.in_w});

  // The last output row is followed by nothing that its last column could be joined with.
  logic last_row;
  assign last_row = iy_q == out_iy_q && oy_q + 16'd1 == cmd_i.out_h;
  assign fuse_o = last_col_i == in_w && first_ix >= 26'sd1 && in_w >= 26'sd2;
  assign row_last = fuse_o && !last_row ? in_w - 26'sd1 : last_col_i;

  logic fire, waits, ready, row_end, tile_end;
  assign waits = active_q && emit_o && hold_q == 2'd0; // only outputs need weights and parameters
  assign ready = wset_ready_i[wset_q] && params_q != 2'd0;
  assign valid_o = active_q && (ready || !emit_o) && hold_q == 2'd0;
  assign fire = valid_o && gnt_i;
  assign row_end = ix_q == row_last;
  assign emit_o = late_q || (iy_q == out_iy_q && ix_q == out_ix_q);
  assign tile_end = last_row && row_end;

  assign row_o = row_q;
  assign row_ok_o = iy_q < {10'd0, cmd_i.in_h} && col_ok_o;
  assign r_o = r_q;
  assign wset_o = wset_q;
  assign col_o = ix_q[6:0];
  assign col_ok_o = ix_q < in_w;
  assign row_start_o = ix_q == 26'sd0;
  assign above_ok_o[0] = iy_q >= 26'd1 && iy_q <= {10'd0, cmd_i.in_h};
  assign above_ok_o[1] = iy_q >= 26'd2 && iy_q <= {10'd0, cmd_i.in_h} + 26'd1;
  assign wset_release_o = fire && tile_end;
  assign active_o = active_q;
  assign stall_weights_o = waits && !wset_ready_i[wset_q];
  assign stall_drain_o = waits && wset_ready_i[wset_q] && params_q == 2'd0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      wset_q <= 1'b0;
      late_q <= 1'b0;
      hold_q <= 2'd0;
      params_q <= 2'd0;
    end else if (abort_i) begin
      active_q <= 1'b0;
      wset_q <= 1'b0;
      late_q <= 1'b0;
      hold_q <= 2'd0;
      params_q <= 2'd0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (wset_release_o && tiles_left_q == 16'd1) active_q <= 1'b0;
      if (fire) late_q <= fuse_o && row_end && !tile_end && iy_q == out_iy_q;
      params_q <= params_q + 2'(params_loaded_i) - 2'(wset_release_o);
      if (fire && emit_o) hold_q <= HOLD;
      else if (hold_q != 2'd0) hold_q <= hold_q - 2'd1;
      if (start_i) wset_q <= 1'b0;
      else if (wset_release_o) wset_q <= ~wset_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i || wset_release_o) begin
      tiles_left_q <= start_i ? cmd_i.oc_tiles : tiles_left_q - 16'd1;
      tile_base_q <= start_i ? cmd_i.in_base : tile_base_q + cmd_i.in_tile_step;
      row_q <= start_i ? cmd_i.in_base : tile_base_q + cmd_i.in_tile_step;
      iy_q <= 26'd0;
      ix_q <= 26'sd0;
      r_q <= 28'sd0;
      oy_q <= 16'd0;
      out_iy_q <= first_iy;
      out_ix_q <= first_ix;
    end else if (fire) begin
      ix_q <= row_end ? 26'sd0 : ix_q + 26'sd1;
      r_q <= row_end ? 28'sd0 : advance(r_q, cmd_i.kx_stride);
      if (row_end) begin
        iy_q <= iy_q + 26'd1;
        row_q <= row_q + cmd_i.row_pitch;
        out_ix_q <= first_ix;
        if (iy_q == out_iy_q) begin
          oy_q <= oy_q + 16'd1;
          out_iy_q <= out_iy_q + {18'd0, cmd_i.stride_y};
        end
      end else if (emit_o && !late_q) begin
        out_ix_q <= out_ix_q + signed'({18'd0, cmd_i.stride_x});
      end
    end
  end
endmodule
