// DWROWS sequencer: walks tiles, output rows and kernel rows, and streams the input pixels under each kernel row through the
// depthwise window, which is one row of DWROWS_COLS pixels then.
//
// Loop order, outermost first: tile, output row, ky, pixel. A weight set serves one kernel row over one output row; an
// accumulator bank serves one output row.
module auklet_dwrow_issue #(
  parameter int unsigned ROWS = 16   ///< Multipliers a lane: an output takes 16 / ROWS cycles
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,          ///< Stop at once

  input  logic                     start_i,          ///< Begin; cmd_i and the derived values are stable until done
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [23:0]              top_i,            ///< in_base - pad_top * row_pitch
  input  logic [23:0]              row_step_i,       ///< stride_y * row_pitch
  input  logic [23:0]              krow_step_i,      ///< dil_y * row_pitch
  input  logic signed [25:0]       last_col_i,       ///< Input column of the last output's last tap

  input  logic [1:0]               wset_ready_i,     ///< Weight set is loaded
  output logic                     wset_release_o,   ///< Last use of set wset_o
  input  logic [1:0]               bank_free_i,      ///< Accumulator bank may be overwritten
  output logic                     stripe_issued_o,  ///< Last use of bank bank_o by the array

  output logic                     valid_o,          ///< Fetch
  output logic [23:0]              row_o,
  output logic                     row_ok_o,
  output logic signed [27:0]       r_o,
  input  logic                     gnt_i,

  output logic                     row_start_o,      ///< These describe the fetch
  output logic                     emit_o,           ///< The window is an output's after this pixel
  output logic                     wset_o,
  output logic                     bank_o,
  output logic [5:0]               pos_o,
  output logic                     first_o,          ///< First kernel row
  output logic                     final_o,          ///< Last kernel row
  output logic                     last_o,           ///< Its last output

  output logic                     active_o,
  output logic                     stall_weights_o,
  output logic                     stall_drain_o
);
  localparam logic [1:0] HOLD = 2'(16 / ROWS - 1);

  logic active_q, wset_q, bank_q;
  logic [1:0] hold_q;
  logic [15:0] tiles_left_q, oy_q;
  logic [23:0] tile_top_q, oy_row_q, row_q;   // top_i of the tile, kernel row 0 of the output row, this kernel row
  logic signed [25:0] oy_iy_q, iy_q;          // the same as input rows
  logic [7:0] ky_q;
  logic [5:0] pos_q;
  logic signed [25:0] ix_q, out_ix_q;         // pixel, and the one that completes the next output
  logic signed [27:0] r_q;

  // The byte `step` further on. From 2^25 on every byte lies beyond every row, so the count may stand still there; going on
  // it would wrap back into the row.
  function automatic logic signed [27:0] advance(input logic signed [27:0] r, input logic [23:0] step);
    advance = r >= 28'sh2000000 ? r : r + signed'({4'd0, step});
  endfunction

  logic signed [25:0] first_ix, iy_top;
  assign first_ix = signed'({18'd0, cmd_i.kx_n}) - 26'sd1 - signed'({18'd0, cmd_i.pad_left});
  assign iy_top = 26'sd0 - signed'({18'd0, cmd_i.pad_top});

  logic fire, step_end, ky_end, tile_end, weights_ok, bank_ok, waits;
  assign weights_ok = wset_ready_i[wset_q];
  assign bank_ok = bank_free_i[bank_q];
  assign emit_o = ix_q == out_ix_q;
  // Only outputs need weights and an accumulator bank.
  assign valid_o = active_q && hold_q == 2'd0 && (!emit_o || (weights_ok && bank_ok));
  assign fire = valid_o && gnt_i;
  assign step_end = ix_q == last_col_i;
  assign ky_end = ky_q + 8'd1 == cmd_i.kh;
  assign tile_end = oy_q + 16'd1 == cmd_i.out_h;
  assign waits = active_q && emit_o && hold_q == 2'd0;
  assign stall_weights_o = waits && !weights_ok;
  assign stall_drain_o = waits && weights_ok && !bank_ok;

  assign row_o = row_q;
  assign row_ok_o = iy_q >= 26'sd0 && iy_q < signed'({10'd0, cmd_i.in_h}) && ix_q < signed'({10'd0, cmd_i.in_w});
  assign r_o = r_q;
  assign row_start_o = ix_q == 26'sd0;
  assign wset_o = wset_q;
  assign bank_o = bank_q;
  assign pos_o = pos_q;
  assign first_o = ky_q == 8'd0;
  assign final_o = ky_end;
  assign last_o = step_end && ky_end;
  assign wset_release_o = fire && step_end;
  assign stripe_issued_o = fire && last_o;
  assign active_o = active_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      wset_q <= 1'b0;
      bank_q <= 1'b0;
      hold_q <= 2'd0;
    end else if (abort_i) begin
      active_q <= 1'b0;
      wset_q <= 1'b0;
      bank_q <= 1'b0;
      hold_q <= 2'd0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (stripe_issued_o && tile_end && tiles_left_q == 16'd1) active_q <= 1'b0;
      // A row of one output would read its sum before the kernel row before has written it.
      if (fire && emit_o) hold_q <= HOLD == 2'd0 && cmd_i.out_w == 16'd1 ? 2'd1 : HOLD;
      else if (hold_q != 2'd0) hold_q <= hold_q - 2'd1;
      if (start_i) wset_q <= 1'b0;
      else if (wset_release_o) wset_q <= ~wset_q;
      if (start_i) bank_q <= 1'b0;
      else if (stripe_issued_o) bank_q <= ~bank_q;
    end
  end

  // ---- pixels of a kernel row ----
  always_ff @(posedge clk_i) begin
    if (start_i || wset_release_o) begin
      ix_q <= 26'sd0;
      r_q <= 28'sd0;
      out_ix_q <= first_ix;
      pos_q <= 6'd0;
    end else if (fire) begin
      ix_q <= ix_q + 26'sd1;
      r_q <= advance(r_q, cmd_i.kx_stride);
      if (emit_o) begin
        out_ix_q <= out_ix_q + signed'({18'd0, cmd_i.stride_x});
        pos_q <= pos_q + 6'd1;
      end
    end
  end

  // ---- kernel rows, output rows, tiles ----
  logic [23:0] next_top;
  assign next_top = start_i ? top_i : tile_top_q + cmd_i.in_tile_step;
  always_ff @(posedge clk_i) begin
    if (start_i || (stripe_issued_o && tile_end)) begin
      tiles_left_q <= start_i ? cmd_i.oc_tiles : tiles_left_q - 16'd1;
      tile_top_q <= next_top;
      oy_row_q <= next_top;
      row_q <= next_top;
      oy_iy_q <= iy_top;
      iy_q <= iy_top;
      oy_q <= 16'd0;
      ky_q <= 8'd0;
    end else if (stripe_issued_o) begin
      oy_row_q <= oy_row_q + row_step_i;
      row_q <= oy_row_q + row_step_i;
      oy_iy_q <= oy_iy_q + signed'({18'd0, cmd_i.stride_y});
      iy_q <= oy_iy_q + signed'({18'd0, cmd_i.stride_y});
      oy_q <= oy_q + 16'd1;
      ky_q <= 8'd0;
    end else if (wset_release_o) begin
      row_q <= row_q + krow_step_i;
      iy_q <= iy_q + signed'({18'd0, cmd_i.dil_y});
      ky_q <= ky_q + 8'd1;
    end
  end
endmodule
