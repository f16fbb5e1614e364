// CONV sequencer: walks tile sets, stripes, kernel steps and output positions, one activation fetch a position.
//
// Loop order, outermost first: tile set, stripe, ky, kx, chunk, position. A weight set serves one kernel step of one
// stripe; an accumulator bank serves one stripe.
module auklet_conv_issue #(
  parameter int unsigned ROWS = 16,   ///< Multipliers a lane: a position takes 16 / ROWS cycles
  parameter int unsigned GROUPS = 1   ///< Tiles of a set when the tiles share their input
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,          ///< Stop at once

  input  logic                     start_i,          ///< Begin; cmd_i and the derived values are stable until done_o
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [23:0]              top_i,            ///< in_base - pad_top * row_pitch
  input  logic [23:0]              row_step_i,       ///< stride_y * row_pitch
  input  logic [23:0]              krow_step_i,      ///< dil_y * row_pitch
  input  logic [31:0]              positions_i,      ///< out_w * out_h

  input  logic [1:0]               wset_ready_i,     ///< Weight set is loaded
  output logic                     wset_release_o,   ///< Last use of set wset_o
  input  logic [1:0]               bank_free_i,      ///< Accumulator bank may be overwritten
  output logic                     stripe_issued_o,  ///< Last use of bank bank_o by the array

  output logic                     valid_o,          ///< Fetch
  output logic [23:0]              row_o,
  output logic                     row_ok_o,
  output logic signed [27:0]       r_o,
  input  logic                     gnt_i,

  output logic                     wset_o,           ///< These describe the fetch
  output logic                     bank_o,
  output logic [5:0]               pos_o,
  output logic                     first_o,          ///< First step of the stripe
  output logic                     final_o,          ///< Last step of the stripe
  output logic                     last_o,           ///< Its last position

  output logic                     active_o,
  output logic                     stall_weights_o,
  output logic                     stall_drain_o
);
  localparam logic [1:0] HOLD = 2'(16 / ROWS - 1);

  logic active_q, wset_q, bank_q;
  logic [1:0] hold_q;
  logic [15:0] tiles_left_q;
  logic [31:0] left_q;               // positions of the tile set not yet in a finished stripe
  logic [23:0] tile_top_q;           // top_i of this tile
  // Walk over positions, and where the stripe began.
  logic [15:0] ox_q, s_ox_q;
  logic signed [27:0] xr_q, s_xr_q;
  logic signed [25:0] iy_q, s_iy_q;
  logic [23:0] row_q, s_row_q;
  logic [6:0] n_q;
  // Kernel step.
  logic [7:0] ky_q, kx_q;
  logic [15:0] ch_q;
  logic signed [27:0] kx_r_q, k_r_q; // byte offset of kx, and of kx and chunk
  logic signed [25:0] k_iy_q;
  logic [23:0] k_row_q;

  logic [6:0] n_cur;
  assign n_cur = left_q > {24'd0, cmd_i.stripe} ? cmd_i.stripe[6:0] : left_q[6:0];

  logic [15:0] set_tiles;
  assign set_tiles = cmd_i.in_tile_step != 24'd0 ? 16'd1
                   : tiles_left_q > 16'(GROUPS) ? 16'(GROUPS) : tiles_left_q;

  // The byte `step` further on. From 2^25 on every byte lies beyond every row, so the count may stand still there; going on
  // it would wrap back into the row.
  function automatic logic signed [27:0] advance(input logic signed [27:0] r, input logic [23:0] step);
    advance = r >= 28'sh2000000 ? r : r + signed'({4'd0, step});
  endfunction

  // Next position.
  logic row_end;
  logic [15:0] nx_ox;
  logic signed [27:0] nx_xr, r0;
  logic signed [25:0] nx_iy, iy_top;
  logic [23:0] nx_row;
  assign row_end = ox_q + 16'd1 == cmd_i.out_w;
  assign r0 = 28'(cmd_i.r0);
  assign iy_top = 26'sd0 - signed'({18'd0, cmd_i.pad_top});
  assign nx_ox = row_end ? 16'd0 : ox_q + 16'd1;
  assign nx_xr = row_end ? r0 : advance(xr_q, cmd_i.x_step);
  assign nx_iy = row_end ? iy_q + signed'({18'd0, cmd_i.stride_y}) : iy_q;
  assign nx_row = row_end ? row_q + row_step_i : row_q;

  logic fire, step_end, ch_end, kx_end, ky_end, stripe_end, tile_end, job_end;
  assign fire = valid_o && gnt_i;
  assign step_end = n_q + 7'd1 == n_cur;
  assign ch_end = ch_q + 16'd1 == cmd_i.chunks;
  assign kx_end = kx_q + 8'd1 == cmd_i.kx_n;
  assign ky_end = ky_q + 8'd1 == cmd_i.kh;
  assign stripe_end = step_end && ch_end && kx_end && ky_end;
  assign tile_end = left_q <= {24'd0, cmd_i.stripe};
  assign job_end = tiles_left_q == set_tiles;

  logic signed [25:0] iy;
  assign iy = iy_q + k_iy_q;
  assign row_o = row_q + k_row_q;
  assign row_ok_o = iy >= 26'sd0 && iy < signed'({10'd0, cmd_i.in_h});
  assign r_o = xr_q + k_r_q;

  logic weights_ok, bank_ok;
  assign weights_ok = wset_ready_i[wset_q];
  assign bank_ok = bank_free_i[bank_q];
  assign valid_o = active_q && weights_ok && bank_ok && hold_q == 2'd0;
  assign stall_weights_o = active_q && !weights_ok;
  assign stall_drain_o = active_q && weights_ok && !bank_ok;

  assign wset_o = wset_q;
  assign bank_o = bank_q;
  assign pos_o = n_q[5:0];
  assign first_o = ky_q == 8'd0 && kx_q == 8'd0 && ch_q == 16'd0;
  assign final_o = ch_end && kx_end && ky_end;
  assign last_o = stripe_end;
  assign wset_release_o = fire && step_end;
  assign stripe_issued_o = fire && stripe_end;
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
      else if (stripe_issued_o && tile_end && job_end) active_q <= 1'b0;
      // A stripe of one position would read its sum before the step before has written it.
      if (fire) hold_q <= HOLD == 2'd0 && n_cur == 7'd1 ? 2'd1 : HOLD;
      else if (hold_q != 2'd0) hold_q <= hold_q - 2'd1;
      if (start_i) wset_q <= 1'b0;
      else if (wset_release_o) wset_q <= ~wset_q;
      if (start_i) bank_q <= 1'b0;
      else if (stripe_issued_o) bank_q <= ~bank_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i || (stripe_issued_o && tile_end)) begin
      // A tile set begins.
      tiles_left_q <= start_i ? cmd_i.oc_tiles : tiles_left_q - set_tiles;
      tile_top_q <= start_i ? top_i : tile_top_q + cmd_i.in_tile_step;
      left_q <= positions_i;
      ox_q <= 16'd0;
      xr_q <= r0;
      iy_q <= iy_top;
      row_q <= start_i ? top_i : tile_top_q + cmd_i.in_tile_step;
      s_ox_q <= 16'd0;
      s_xr_q <= r0;
      s_iy_q <= iy_top;
      s_row_q <= start_i ? top_i : tile_top_q + cmd_i.in_tile_step;
    end else if (fire) begin
      if (stripe_end) left_q <= left_q - {24'd0, cmd_i.stripe};
      if (step_end && !stripe_end) begin
        ox_q <= s_ox_q;
        xr_q <= s_xr_q;
        iy_q <= s_iy_q;
        row_q <= s_row_q;
      end else begin
        ox_q <= nx_ox;
        xr_q <= nx_xr;
        iy_q <= nx_iy;
        row_q <= nx_row;
      end
      if (stripe_end) begin
        s_ox_q <= nx_ox;
        s_xr_q <= nx_xr;
        s_iy_q <= nx_iy;
        s_row_q <= nx_row;
      end
    end

    if (start_i) n_q <= 7'd0;
    else if (fire) n_q <= step_end ? 7'd0 : n_q + 7'd1;

    if (start_i || stripe_issued_o) begin
      ky_q <= 8'd0;
      kx_q <= 8'd0;
      ch_q <= 16'd0;
      kx_r_q <= 28'sd0;
      k_r_q <= 28'sd0;
      k_iy_q <= 26'sd0;
      k_row_q <= 24'd0;
    end else if (fire && step_end) begin
      if (!ch_end) begin
        ch_q <= ch_q + 16'd1;
        k_r_q <= k_r_q + 28'sd16;
      end else if (!kx_end) begin
        ch_q <= 16'd0;
        kx_q <= kx_q + 8'd1;
        kx_r_q <= advance(kx_r_q, cmd_i.kx_stride);
        k_r_q <= advance(kx_r_q, cmd_i.kx_stride);
      end else begin
        ch_q <= 16'd0;
        kx_q <= 8'd0;
        kx_r_q <= 28'sd0;
        k_r_q <= 28'sd0;
        ky_q <= ky_q + 8'd1;
        k_iy_q <= k_iy_q + signed'({18'd0, cmd_i.dil_y});
        k_row_q <= k_row_q + krow_step_i;
      end
    end
  end
endmodule
