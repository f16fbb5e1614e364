// DWCONV sequencer: streams the input pixels of one 16-channel tile after the other through the depthwise window, and
// says after which pixels the window is an output's.
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
  input  logic                     tile_ready_i,    ///< The drain is ready for a tile's outputs
  input  logic                     tile_done_i,     ///< The drain has seen the tile's last output

  output logic                     valid_o,         ///< Fetch
  output logic [23:0]              row_o,
  output logic                     row_ok_o,
  output logic signed [27:0]       r_o,
  input  logic                     gnt_i,

  output logic                     wset_o,          ///< These describe the fetch
  output logic [6:0]               col_o,
  output logic                     col_ok_o,
  output logic                     row_start_o,
  output logic [1:0]               above_ok_o,
  output logic                     emit_o,          ///< The window is an output's after this pixel

  output logic                     active_o,
  output logic                     stall_weights_o,
  output logic                     stall_drain_o
);
  localparam logic [1:0] HOLD = 2'(16 / ROWS - 1);

  logic active_q, drain_q, wset_q;   // drain_q: all of the tile is issued
  logic [1:0] hold_q;
  logic [15:0] tiles_left_q, oy_q, ox_q;
  logic [23:0] tile_base_q, row_q;
  logic [25:0] iy_q, out_iy_q;       // input row, and the one that completes output row oy
  logic signed [25:0] ix_q, out_ix_q;
  logic signed [27:0] r_q;

  // The byte `step` further on. From 2^25 on every byte lies beyond every row, so the count may stand still there; going on
  // it would wrap back into the row.
  function automatic logic signed [27:0] advance(input logic signed [27:0] r, input logic [23:0] step);
    advance = r >= 28'sh2000000 ? r : r + signed'({4'd0, step});
  endfunction

  logic fire, ready, row_end, tile_end;
  assign ready = wset_ready_i[wset_q] && tile_ready_i;
  assign valid_o = active_q && !drain_q && ready && hold_q == 2'd0;
  assign fire = valid_o && gnt_i;
  assign row_end = ix_q == last_col_i;
  assign emit_o = iy_q == out_iy_q && ix_q == out_ix_q;
  assign tile_end = emit_o && ox_q + 16'd1 == cmd_i.out_w && oy_q + 16'd1 == cmd_i.out_h;

  assign row_o = row_q;
  assign row_ok_o = iy_q < {10'd0, cmd_i.in_h} && col_ok_o;
  assign r_o = r_q;
  assign wset_o = wset_q;
  assign col_o = ix_q[6:0];
  assign col_ok_o = ix_q < signed'({10'd0, cmd_i.in_w});
  assign row_start_o = ix_q == 26'sd0;
  assign above_ok_o[0] = iy_q >= 26'd1 && iy_q <= {10'd0, cmd_i.in_h};
  assign above_ok_o[1] = iy_q >= 26'd2 && iy_q <= {10'd0, cmd_i.in_h} + 26'd1;
  assign wset_release_o = fire && tile_end;
  assign active_o = active_q;
  assign stall_weights_o = active_q && !drain_q && !wset_ready_i[wset_q];
  assign stall_drain_o = active_q && !drain_q && wset_ready_i[wset_q] && !tile_ready_i;

  logic [25:0] first_iy;
  logic signed [25:0] first_ix;
  assign first_iy = {18'd0, cmd_i.kh} - 26'd1 - {18'd0, cmd_i.pad_top};
  assign first_ix = signed'({18'd0, cmd_i.kx_n}) - 26'sd1 - signed'({18'd0, cmd_i.pad_left});

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      drain_q <= 1'b0;
      wset_q <= 1'b0;
      hold_q <= 2'd0;
    end else if (abort_i) begin
      active_q <= 1'b0;
      drain_q <= 1'b0;
      wset_q <= 1'b0;
      hold_q <= 2'd0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (tile_done_i && tiles_left_q == 16'd1) active_q <= 1'b0;
      if (tile_done_i) drain_q <= 1'b0;
      else if (fire && tile_end) drain_q <= 1'b1;
      if (fire && emit_o) hold_q <= HOLD;
      else if (hold_q != 2'd0) hold_q <= hold_q - 2'd1;
      if (start_i) wset_q <= 1'b0;
      else if (wset_release_o) wset_q <= ~wset_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i || tile_done_i) begin
      tiles_left_q <= start_i ? cmd_i.oc_tiles : tiles_left_q - 16'd1;
      tile_base_q <= start_i ? cmd_i.in_base : tile_base_q + cmd_i.in_tile_step;
      row_q <= start_i ? cmd_i.in_base : tile_base_q + cmd_i.in_tile_step;
      iy_q <= 26'd0;
      ix_q <= 26'sd0;
      r_q <= 28'sd0;
      oy_q <= 16'd0;
      ox_q <= 16'd0;
      out_iy_q <= first_iy;
      out_ix_q <= first_ix;
    end else if (fire) begin
      ix_q <= row_end ? 26'sd0 : ix_q + 26'sd1;
      r_q <= row_end ? 28'sd0 : advance(r_q, cmd_i.kx_stride);
      if (row_end) begin
        iy_q <= iy_q + 26'd1;
        row_q <= row_q + cmd_i.row_pitch;
        ox_q <= 16'd0;
        out_ix_q <= first_ix;
        if (iy_q == out_iy_q) begin
          oy_q <= oy_q + 16'd1;
          out_iy_q <= out_iy_q + {18'd0, cmd_i.stride_y};
        end
      end else if (emit_o) begin
        ox_q <= ox_q + 16'd1;
        out_ix_q <= out_ix_q + signed'({18'd0, cmd_i.stride_x});
      end
    end
  end
endmodule
