// Elementwise commands, one word a cycle.
//
//   A  activation port ─────────────┐      ┌─▶ rescale A ─┐
//                                   ├─▶ ───┤              ├─▶ sum, or square of the difference ─▶ requantiser   ADD, SQDIFF
//   B  weight port, aligned or      │      ├─▶ rescale B ─┘
//      splat; else activation port ─┘      ├─▶ product ─▶ requantiser                                          MUL
//                                          └─▶ output                                                          MIN, MAX, TABLE
//
// A word goes on when both of its operands are granted. A B that is neither aligned nor one byte in all lanes waits for
// A and takes the activation port: two cycles a word. TABLE has no B; its table is read first, through the weight port.
//
// The rescalers are 2 x 16 lanes with a multiplier of 9x32 bits each; with one requantiser for everything ADD and SQDIFF
// would take three cycles a word.
module auklet_eltwise #(
  parameter int unsigned WORD_BITS = 15  ///< Width of an SRAM word address
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,      ///< Stop at once

  input  logic                     start_i,      ///< Begin; cmd_i is stable until done
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_eltwise_t cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */

  output logic                     valid_o,      ///< Fetch 16 bytes
  output logic [23:0]              addr_o,
  input  logic                     gnt_i,
  input  logic [127:0]             data_i,       ///< Two cycles after gnt_i, until the next one

  output logic                     wgt_valid_o,  ///< Read of the table, or of operand B
  output logic [WORD_BITS-2:0]     wgt_addr_o,   ///< Pair address
  input  logic                     wgt_gnt_i,
  input  logic [255:0]             wgt_data_i,   ///< One cycle after wgt_gnt_i

  output logic                     rq_valid_o,   ///< To the requantiser, with out_mult and out_shift for all lanes
  output logic [511:0]             rq_x_o,
  output logic [23:0]              rq_addr_o,    ///< Where the result goes

  output logic                     out_valid_o,  ///< Result of MIN, MAX, TABLE
  output logic [23:0]              out_addr_o,
  output logic [127:0]             out_data_o,
  output logic                     active_o      ///< A result is still to come after this cycle
);
  logic is_mul, is_square, is_min, is_max, is_table, rescales, direct;
  assign is_square = cmd_i.opcode == auklet_pkg::OPCODE_SQDIFF;
  assign is_mul = cmd_i.opcode == auklet_pkg::OPCODE_MUL;
  assign is_min = cmd_i.opcode == auklet_pkg::OPCODE_MIN;
  assign is_max = cmd_i.opcode == auklet_pkg::OPCODE_MAX;
  assign is_table = cmd_i.opcode == auklet_pkg::OPCODE_TABLE;
  assign direct = is_min || is_max || is_table;
  assign rescales = !direct && !is_mul;

  // ---- TABLE: 8 pairs into registers, before the first fetch ----
  logic table_q, table_arrive_q;           // pairs are still to be asked for; one arrives
  logic [2:0] pair_q, pair_arrive_q;
  logic [7:0] lut_q [0:255];
  logic [23:0] table_addr;
  assign table_addr = {cmd_i.b_base[23:5], 5'd0} + {16'd0, pair_q, 5'd0};
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      table_q <= 1'b0;
      table_arrive_q <= 1'b0;
      pair_q <= 3'd0;
    end else if (abort_i) begin
      table_q <= 1'b0;
      table_arrive_q <= 1'b0;
      pair_q <= 3'd0;
    end else begin
      table_arrive_q <= table_q && wgt_gnt_i;
      if (start_i) table_q <= is_table;
      else if (wgt_gnt_i && pair_q == 3'd7) table_q <= 1'b0;
      if (table_q && wgt_gnt_i) pair_q <= pair_q + 3'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    pair_arrive_q <= pair_q;
    if (table_arrive_q) begin
      for (int i = 0; i < 32; i++) lut_q[{pair_arrive_q, 5'(i)}] <= wgt_data_i[8*i +: 8];
    end
  end

  // ---- fetch: both operands of a word at once, A before B when they share the port ----
  logic active_q, fetch_q;
  logic a_done_q, b_done_q;                // granted, while the other operand of the word is not
  logic [15:0] k_q, j_q;
  logic [23:0] a_q, a_row_q, b_q, b_row_q;
  logic b_apart, a_fire, b_fire, word_fire, row_end, take;
  assign b_apart = !is_table && (cmd_i.b_splat || {cmd_i.b_base[3:0], cmd_i.b_step0[3:0], cmd_i.b_step1[3:0]} == 12'd0);

  assign valid_o = fetch_q && !table_q && !table_arrive_q && !(b_apart && a_done_q);
  assign addr_o = a_done_q ? b_q : a_q;
  assign wgt_valid_o = table_q || (fetch_q && b_apart && !b_done_q);
  assign wgt_addr_o = table_q ? table_addr[WORD_BITS+3:5] : b_q[WORD_BITS+3:5];
  assign a_fire = valid_o && gnt_i && !a_done_q;
  assign b_fire = b_apart ? wgt_valid_o && wgt_gnt_i : valid_o && gnt_i && a_done_q;
  assign word_fire = is_table ? a_fire : (a_fire || a_done_q) && (b_fire || b_done_q);
  assign row_end = k_q + 16'd1 == cmd_i.n0;

  // ---- results: k2, j2 count them ----
  logic [15:0] k2_q, j2_q;
  logic [23:0] out_q, out_row_q;
  logic row2_end, all_end;
  assign row2_end = k2_q + 16'd1 == cmd_i.n0;
  assign all_end = row2_end && j2_q + 16'd1 == cmd_i.n1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      fetch_q <= 1'b0;
      a_done_q <= 1'b0;
      b_done_q <= 1'b0;
    end else if (abort_i) begin
      active_q <= 1'b0;
      fetch_q <= 1'b0;
      a_done_q <= 1'b0;
      b_done_q <= 1'b0;
    end else begin
      if (start_i) begin
        active_q <= 1'b1;
        fetch_q <= 1'b1;
      end else begin
        if (take && all_end) active_q <= 1'b0;
        if (word_fire && row_end && j_q + 16'd1 == cmd_i.n1) fetch_q <= 1'b0;
      end
      if (word_fire) begin
        a_done_q <= 1'b0;
        b_done_q <= 1'b0;
      end else begin
        if (a_fire) a_done_q <= 1'b1;
        if (b_fire) b_done_q <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      k_q <= 16'd0;
      j_q <= 16'd0;
      a_q <= cmd_i.a_base;
      a_row_q <= cmd_i.a_base;
      b_q <= cmd_i.b_base;
      b_row_q <= cmd_i.b_base;
    end else if (word_fire) begin
      k_q <= row_end ? 16'd0 : k_q + 16'd1;
      if (row_end) begin
        j_q <= j_q + 16'd1;
        a_q <= a_row_q + cmd_i.a_step1;
        a_row_q <= a_row_q + cmd_i.a_step1;
        b_q <= b_row_q + cmd_i.b_step1;
        b_row_q <= b_row_q + cmd_i.b_step1;
      end else begin
        a_q <= a_q + {16'd0, cmd_i.a_step0};
        b_q <= b_q + {16'd0, cmd_i.b_step0};
      end
    end
    if (start_i) begin
      k2_q <= 16'd0;
      j2_q <= 16'd0;
      out_q <= cmd_i.out_base;
      out_row_q <= cmd_i.out_base;
    end else if (take) begin
      k2_q <= row2_end ? 16'd0 : k2_q + 16'd1;
      if (row2_end) begin
        j2_q <= j2_q + 16'd1;
        out_q <= out_row_q + cmd_i.out_step1;
        out_row_q <= out_row_q + cmd_i.out_step1;
      end else begin
        out_q <= out_q + 24'd16;
      end
    end
  end

  // ---- arrival: two cycles after a word's last grant both operands are there; what came earlier is held ----
  logic a_mid_q, a_late_q, b_mid_q, word_mid_q, word_q;
  logic [4:0] b_byte_q;
  logic [127:0] a_keep_q, b_keep_q, a, b;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {a_mid_q, a_late_q, b_mid_q, word_mid_q, word_q} <= 5'd0;
    else if (abort_i) {a_mid_q, a_late_q, b_mid_q, word_mid_q, word_q} <= 5'd0;
    else {a_mid_q, a_late_q, b_mid_q, word_mid_q, word_q} <= {a_fire && !b_apart && !is_table, a_mid_q, b_fire && b_apart,
                                                              word_fire, word_mid_q};
  end
  always_ff @(posedge clk_i) begin
    if (b_fire) b_byte_q <= b_q[4:0];
    if (b_mid_q) begin
      if (cmd_i.b_splat) b_keep_q <= {16{wgt_data_i[{b_byte_q, 3'b000} +: 8]}};
      else b_keep_q <= b_byte_q[4] ? wgt_data_i[255:128] : wgt_data_i[127:0];
    end
    if (a_late_q) a_keep_q <= data_i;
  end
  always_comb begin
    a = b_apart || is_table ? data_i : a_keep_q;
    b = b_apart ? b_keep_q : data_i;
    if (cmd_i.a_splat) a = {16{a[7:0]}};
  end

  // ---- ADD, SQDIFF: three cycles of rescaling, one for the sum ----
  logic [3:0] stage_q;                     // word_q, one to four cycles ago
  logic [511:0] sa, sb, sum_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) stage_q <= 4'd0;
    else if (abort_i) stage_q <= 4'd0;
    else stage_q <= {stage_q[2:0], word_q && rescales};
  end
  auklet_rescale u_rescale_a (
    .clk_i, .en1_i(word_q && rescales), .en2_i(stage_q[0]), .en3_i(stage_q[1]), .x_i(a), .zp_i(cmd_i.a_zp),
    .left_shift_i(cmd_i.left_shift[4:0]), .mult_i(cmd_i.a_mult), .shift_i(cmd_i.a_shift), .y_o(sa)
  );
  auklet_rescale u_rescale_b (
    .clk_i, .en1_i(word_q && rescales), .en2_i(stage_q[0]), .en3_i(stage_q[1]), .x_i(b), .zp_i(cmd_i.b_zp),
    .left_shift_i(cmd_i.left_shift[4:0]), .mult_i(cmd_i.b_mult), .shift_i(cmd_i.b_shift), .y_o(sb)
  );
  always_ff @(posedge clk_i) begin
    if (stage_q[2]) begin
      for (int o = 0; o < 16; o++) begin
        if (is_square) sum_q[32*o +: 32] <= sa[32*o +: 32] - sb[32*o +: 32];
        else sum_q[32*o +: 32] <= sa[32*o +: 32] + sb[32*o +: 32];
      end
    end
  end

  // ---- to the requantiser ----
  function automatic logic [31:0] product(input logic signed [7:0] x, input logic signed [7:0] x_zp,
                                          input logic signed [7:0] y, input logic signed [7:0] y_zp);
    product = unsigned'((32'(x) - 32'(x_zp)) * (32'(y) - 32'(y_zp)));
  endfunction

  assign take = rescales ? stage_q[3] : word_q;
  assign rq_valid_o = take && !direct;
  assign rq_addr_o = out_q;
  always_comb begin
    rq_x_o = 512'd0;
    if (rq_valid_o) begin
      if (is_mul) begin
        for (int o = 0; o < 16; o++) begin
          rq_x_o[32*o +: 32] = product(signed'(a[8*o +: 8]), cmd_i.a_zp, signed'(b[8*o +: 8]), cmd_i.b_zp);
        end
      end else if (is_square) begin
        for (int o = 0; o < 16; o++) rq_x_o[32*o +: 32] = sum_q[32*o +: 32] * sum_q[32*o +: 32];
      end else begin
        rq_x_o = sum_q;
      end
    end
  end

  // ---- MIN, MAX, TABLE ----
  function automatic logic [7:0] pick(input logic larger, input logic signed [7:0] x, input logic signed [7:0] y,
                                      input logic signed [7:0] low, input logic signed [7:0] high);
    logic signed [7:0] z;
    z = (x > y) == larger ? x : y;
    if (z < low) z = low;
    if (z > high) z = high;
    pick = z;
  endfunction
  logic out_q_valid;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) out_q_valid <= 1'b0;
    else out_q_valid <= take && direct && !abort_i;
  end
  always_ff @(posedge clk_i) begin
    if (take && direct) begin
      out_addr_o <= out_q;
      if (is_table) begin
        for (int o = 0; o < 16; o++) out_data_o[8*o +: 8] <= lut_q[a[8*o +: 8]];
      end else begin
        for (int o = 0; o < 16; o++) begin
          out_data_o[8*o +: 8] <= pick(is_max, signed'(a[8*o +: 8]), signed'(b[8*o +: 8]), cmd_i.act_min, cmd_i.act_max);
        end
      end
    end
  end
  assign out_valid_o = out_q_valid;
  assign active_o = active_q;
endmodule
