// MAXPOOL and AVGPOOL: 16 channels, one tap a cycle.
//
// The average divides by the number of taps that exist, n <= 1024: |sum| + n/2 < 2^18 is multiplied with
// ceil(2^28 / n) and shifted right by 28, which is exact because 2^18 * n <= 2^28. The reciprocal is found by a serial
// divider, once for as long as n stays the same.
module auklet_pool (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,         ///< Stop at once

  input  logic                     start_i,         ///< Begin; cmd_i and the derived values are stable until done
  input  logic                     avg_i,           ///< AVGPOOL, else MAXPOOL; stable like cmd_i
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [23:0]              top_i,           ///< in_base - pad_top * row_pitch
  input  logic [23:0]              row_step_i,      ///< stride_y * row_pitch
  input  logic [23:0]              krow_step_i,     ///< dil_y * row_pitch

  output logic                     valid_o,         ///< Fetch
  output logic [23:0]              row_o,
  output logic                     row_ok_o,
  output logic signed [27:0]       r_o,
  input  logic                     gnt_i,
  input  logic                     whole_i,         ///< With gnt_i: the tap exists
  input  logic [127:0]             data_i,          ///< Two cycles after gnt_i

  output logic                     out_valid_o,
  output logic [23:0]              out_addr_o,
  output logic [127:0]             out_data_o,
  output logic                     active_o         ///< A result is still to come after this cycle
);
  // ---- walk: tile, oy, ox, ky, kx ----
  logic active_q;
  logic [15:0] tiles_left_q, oy_q, ox_q;
  logic [23:0] tile_top_q, row_q, tile_out_q, out_row_q, out_q;
  logic signed [25:0] iy_q, k_iy_q;
  logic signed [27:0] xr_q, kx_r_q;
  logic [7:0] ky_q, kx_q;
  logic [23:0] k_row_q;
  logic [10:0] taps_q;               // existing taps of this position so far

  // The byte `step` further on. From 2^25 on every byte lies beyond every row, so the count may stand still there; going on
  // it would wrap back into the row.
  function automatic logic signed [27:0] advance(input logic signed [27:0] r, input logic [23:0] step);
    advance = r >= 28'sh2000000 ? r : r + signed'({4'd0, step});
  endfunction

  logic fire, first, kx_end, last, ox_end, oy_end, tile_end;
  logic signed [25:0] iy, iy_top;
  assign iy_top = 26'sd0 - signed'({18'd0, cmd_i.pad_top});
  assign tile_end = ox_end && oy_end;

  // ---- reciprocal ----
  logic [10:0] n_q, taps_seen, need_q;
  logic [28:0] recip_q;
  logic [27:0] quotient_q;
  logic [10:0] rest_q;
  logic [11:0] rest_shift;
  logic [4:0] bit_q;
  logic divide_q, recip_ok;
  // The last tap's fetch waits until the reciprocal suits the count that holds if the tap exists, and if it does not.
  // Which of the two is known from its own mask; so the mask is looked at first and the tap held back one cycle.
  logic peek_q, peek_whole_q;        // the last tap has been looked at
  always_comb begin
    iy = 26'sd0;
    row_o = 24'd0;
    row_ok_o = 1'b0;
    r_o = 28'sd0;
    {first, kx_end, last, ox_end, oy_end} = 5'd0;
    taps_seen = 11'd0;
    recip_ok = 1'b0;
    valid_o = 1'b0;
    // An idle unit is not evaluated by the simulation.
    if (active_q) begin
      iy = iy_q + k_iy_q;
      row_o = row_q + k_row_q;
      row_ok_o = iy >= 26'sd0 && iy < signed'({10'd0, cmd_i.in_h});
      r_o = xr_q + kx_r_q;
      first = ky_q == 8'd0 && kx_q == 8'd0;
      kx_end = kx_q + 8'd1 == cmd_i.kx_n;
      last = kx_end && ky_q + 8'd1 == cmd_i.kh;
      ox_end = ox_q + 16'd1 == cmd_i.out_w;
      oy_end = oy_q + 16'd1 == cmd_i.out_h;
      taps_seen = taps_q + 11'(peek_whole_q);
      recip_ok = !avg_i || (peek_q && (taps_seen == n_q || taps_seen == 11'd0));
      valid_o = !last || recip_ok;
    end
  end
  assign fire = valid_o && gnt_i;

  assign rest_shift = {rest_q, 1'b0} + 12'(bit_q == 5'd28);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      divide_q <= 1'b0;
      n_q <= 11'd0;
      peek_q <= 1'b0;
    end else if (abort_i) begin
      divide_q <= 1'b0;
      n_q <= 11'd0;
      peek_q <= 1'b0;
    end else begin
      if (fire) peek_q <= 1'b0;
      else if (active_q && avg_i && last) peek_q <= 1'b1;
      if (divide_q) begin
        if (bit_q == 5'd0) begin
          divide_q <= 1'b0;
          n_q <= need_q;
        end
      end else if (peek_q && !recip_ok) begin
        divide_q <= 1'b1;
        n_q <= 11'd0;
      end
    end
  end
  always_ff @(posedge clk_i) if (active_q) begin
    if (!peek_q) peek_whole_q <= whole_i;
    if (!divide_q) begin
      bit_q <= 5'd28;
      rest_q <= 11'd0;
      quotient_q <= 28'd0;
      need_q <= taps_seen;
    end else begin
      // One bit of 2^28 / need a cycle, most significant first.
      bit_q <= bit_q - 5'd1;
      rest_q <= 11'(rest_shift >= {1'b0, need_q} ? rest_shift - {1'b0, need_q} : rest_shift);
      quotient_q <= {quotient_q[26:0], rest_shift >= {1'b0, need_q}};
      if (bit_q == 5'd0) begin
        // Rounded up when a rest stays.
        recip_q <= {quotient_q, rest_shift >= {1'b0, need_q}}
                 + 29'(rest_shift != 12'd0 && rest_shift != {1'b0, need_q});
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (abort_i) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (fire && last && tile_end && tiles_left_q == 16'd1) active_q <= 1'b0;
  end

  logic [23:0] next_top, next_out;
  assign next_top = tile_top_q + cmd_i.in_tile_step;
  assign next_out = tile_out_q + cmd_i.out_tile_step;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      tiles_left_q <= cmd_i.oc_tiles;
      tile_top_q <= top_i;
      row_q <= top_i;
      tile_out_q <= cmd_i.out_base;
      out_row_q <= cmd_i.out_base;
      out_q <= cmd_i.out_base;
      oy_q <= 16'd0;
      ox_q <= 16'd0;
      iy_q <= iy_top;
      xr_q <= 28'(cmd_i.r0);
    end else if (fire && last) begin
      if (tile_end) begin
        tiles_left_q <= tiles_left_q - 16'd1;
        tile_top_q <= next_top;
        row_q <= next_top;
        tile_out_q <= next_out;
        out_row_q <= next_out;
        out_q <= next_out;
        oy_q <= 16'd0;
        ox_q <= 16'd0;
        iy_q <= iy_top;
        xr_q <= 28'(cmd_i.r0);
      end else if (ox_end) begin
        row_q <= row_q + row_step_i;
        out_row_q <= out_row_q + cmd_i.out_row_pitch;
        out_q <= out_row_q + cmd_i.out_row_pitch;
        oy_q <= oy_q + 16'd1;
        ox_q <= 16'd0;
        iy_q <= iy_q + signed'({18'd0, cmd_i.stride_y});
        xr_q <= 28'(cmd_i.r0);
      end else begin
        out_q <= out_q + cmd_i.out_x_pitch;
        ox_q <= ox_q + 16'd1;
        xr_q <= advance(xr_q, cmd_i.x_step);
      end
    end
    if (start_i || (fire && last)) begin
      ky_q <= 8'd0;
      kx_q <= 8'd0;
      k_iy_q <= 26'sd0;
      k_row_q <= 24'd0;
      kx_r_q <= 28'sd0;
      taps_q <= 11'd0;
    end else if (fire) begin
      taps_q <= taps_q + 11'(whole_i);
      kx_q <= kx_end ? 8'd0 : kx_q + 8'd1;
      kx_r_q <= kx_end ? 28'sd0 : advance(kx_r_q, cmd_i.kx_stride);
      if (kx_end) begin
        ky_q <= ky_q + 8'd1;
        k_iy_q <= k_iy_q + signed'({18'd0, cmd_i.dil_y});
        k_row_q <= k_row_q + krow_step_i;
      end
    end
  end

  // ---- arithmetic: s1 SRAM, s2 data, f1 rounded magnitude, f2 quotient, f3 clamped ----
  logic s1_q, s2_q, f1_q, f2_q, f3_q;
  logic s1_first_q, s1_last_q, s1_ok_q, s2_first_q, s2_last_q, s2_ok_q;
  logic [23:0] s1_out_q, s2_out_q, f1_out_q, f2_out_q;
  logic signed [18:0] acc_q [0:15];
  logic [17:0] mag_q [0:15];
  logic signed [18:0] quot_q [0:15];
  logic neg_q [0:15];

  function automatic logic [17:0] magnitude(input logic signed [18:0] sum, input logic [10:0] n);
    magnitude = 18'(sum < 19'sd0 ? -sum : sum) + (18'(n) >> 1);
  endfunction
  function automatic logic [17:0] quotient(input logic [17:0] x, input logic [28:0] recip);
    quotient = 18'((47'(x) * 47'(recip)) >> 28);
  endfunction
  function automatic logic [7:0] clamp(input logic signed [18:0] x, input logic signed [7:0] low,
                                       input logic signed [7:0] high);
    if (x < 19'(low)) clamp = low;
    else if (x > 19'(high)) clamp = high;
    else clamp = x[7:0];
  endfunction
  function automatic logic signed [18:0] tap(input logic avg, input logic ok, input logic signed [18:0] old,
                                             input logic signed [7:0] x);
    if (!ok) tap = old;
    else if (avg) tap = old + 19'(x);
    else tap = 19'(x) > old ? 19'(x) : old;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {s1_q, s2_q, f1_q, f2_q, f3_q} <= 5'd0;
    else if (abort_i) {s1_q, s2_q, f1_q, f2_q, f3_q} <= 5'd0;
    else {s1_q, s2_q, f1_q, f2_q, f3_q} <= {fire, s1_q, s2_q && s2_last_q, f1_q, f2_q};
  end
  always_ff @(posedge clk_i) begin
    if (fire) begin
      s1_first_q <= first;
      s1_last_q <= last;
      s1_ok_q <= whole_i;
      s1_out_q <= out_q;
    end
    if (s1_q) begin
      s2_first_q <= s1_first_q;
      s2_last_q <= s1_last_q;
      s2_ok_q <= s1_ok_q;
      s2_out_q <= s1_out_q;
    end
    if (s2_q) begin
      f1_out_q <= s2_out_q;
      for (int o = 0; o < 16; o++) begin
        acc_q[o] <= tap(avg_i, s2_ok_q, s2_first_q ? (avg_i ? 19'sd0 : -19'sd128) : acc_q[o], signed'(data_i[8*o +: 8]));
      end
    end
    if (f1_q) begin
      f2_out_q <= f1_out_q;
      for (int o = 0; o < 16; o++) begin
        neg_q[o] <= avg_i && acc_q[o] < 19'sd0;
        mag_q[o] <= avg_i ? magnitude(acc_q[o], n_q) : 18'(acc_q[o]);
      end
    end
    if (f2_q) begin
      out_addr_o <= f2_out_q;
      for (int o = 0; o < 16; o++) begin
        if (avg_i) quot_q[o] <= neg_q[o] ? -signed'({1'b0, quotient(mag_q[o], recip_q)})
                                         : signed'({1'b0, quotient(mag_q[o], recip_q)});
        else quot_q[o] <= signed'({mag_q[o][17], mag_q[o]});
      end
    end
  end
  always_comb begin
    out_data_o = 128'd0;
    if (f3_q) begin
      for (int o = 0; o < 16; o++) out_data_o[8*o +: 8] = clamp(quot_q[o], cmd_i.act_min, cmd_i.act_max);
    end
  end
  assign out_valid_o = f3_q;
  assign active_o = active_q || s1_q || s2_q || f1_q || f2_q;
endmodule
