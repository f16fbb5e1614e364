// Elementwise commands: words of A and B are fetched in turn.
//
//   ADD, SQDIFF      both operands are rescaled by the requantiser, their combination enters it once more: three
//                    requantiser slots a word
//   MUL              the product enters the requantiser
//   MIN, MAX, TABLE  go straight to the output
//
// Up to four words are in flight.
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
  input  logic                     data_valid_i, ///< Two cycles after gnt_i, in order
  input  logic [127:0]             data_i,

  output logic                     table_valid_o, ///< Table read
  output logic [WORD_BITS-2:0]     table_addr_o,  ///< Pair address
  input  logic                     table_gnt_i,
  input  logic [255:0]             table_data_i,

  output logic                     rq_valid_o,   ///< To the requantiser
  output logic [511:0]             rq_x_o,
  output logic [31:0]              rq_mult_o,    ///< For all lanes
  output logic [7:0]               rq_shift_o,   ///< For all lanes
  output logic [1:0]               rq_kind_o,    ///< 0 result, 1 operand A, 2 operand B
  output logic [23:0]              rq_addr_o,    ///< Where the result goes
  input  logic                     raw_valid_i,
  input  logic [1:0]               raw_kind_i,
  input  logic [511:0]             raw_i,

  output logic                     out_valid_o,  ///< Result of MIN, MAX, TABLE
  output logic [23:0]              out_addr_o,
  output logic [127:0]             out_data_o,
  output logic                     active_o      ///< A result is still to come
);
  localparam logic [1:0] RESULT = 2'd0, OPERAND_A = 2'd1, OPERAND_B = 2'd2;

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
  assign table_valid_o = table_q;
  assign table_addr = {cmd_i.b_base[23:5], 5'd0} + {16'd0, pair_q, 5'd0};
  assign table_addr_o = table_addr[WORD_BITS+3:5];
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
      table_arrive_q <= table_valid_o && table_gnt_i;
      if (start_i) table_q <= is_table;
      else if (table_gnt_i && pair_q == 3'd7) table_q <= 1'b0;
      if (table_valid_o && table_gnt_i) pair_q <= pair_q + 3'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    pair_arrive_q <= pair_q;
    if (table_arrive_q) begin
      for (int i = 0; i < 32; i++) lut_q[{pair_arrive_q, 5'(i)}] <= table_data_i[8*i +: 8];
    end
  end

  // ---- fetch: A, B, A, B, ... (TABLE: A alone) while fewer than four words are in flight ----
  logic active_q, fetch_q, side_q;         // side_q: next is B
  logic [2:0] flight_q;
  logic [15:0] k_q, j_q;
  logic [23:0] a_q, a_row_q, b_q, b_row_q;
  logic fire, word_fire, row_end, take;
  assign valid_o = fetch_q && !table_q && !table_arrive_q && (side_q || flight_q < 3'd4);
  assign addr_o = side_q ? b_q : a_q;
  assign fire = valid_o && gnt_i;
  assign word_fire = fire && (side_q || is_table);  // the word's last fetch
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
      flight_q <= 3'd0;
      side_q <= 1'b0;
    end else if (abort_i) begin
      active_q <= 1'b0;
      fetch_q <= 1'b0;
      flight_q <= 3'd0;
      side_q <= 1'b0;
    end else begin
      if (start_i) begin
        active_q <= 1'b1;
        fetch_q <= 1'b1;
      end else begin
        if (take && all_end) active_q <= 1'b0;
        if (word_fire && row_end && j_q + 16'd1 == cmd_i.n1) fetch_q <= 1'b0;
      end
      if (fire && !is_table) side_q <= ~side_q;
      flight_q <= flight_q + 3'(fire && !side_q) - 3'(take);
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

  // ---- arrival: A is kept for MUL, MIN and MAX ----
  logic arrive_side_q, splat, b_arrives;
  logic [127:0] data, a_keep_q;
  assign splat = arrive_side_q ? cmd_i.b_splat : cmd_i.a_splat;
  assign data = splat ? {16{data_i[7:0]}} : data_i;
  assign b_arrives = data_valid_i && arrive_side_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) arrive_side_q <= 1'b0;
    else if (abort_i) arrive_side_q <= 1'b0;
    else if (active_q && data_valid_i && !is_table) arrive_side_q <= ~arrive_side_q;
  end
  always_ff @(posedge clk_i) if (active_q && data_valid_i && !arrive_side_q) a_keep_q <= data;

  // ---- ADD, SQDIFF: rescaled operands are combined, four words ----
  logic [511:0] sum_q [0:3];
  logic [1:0] fill_q, take_q;
  logic [2:0] full_q;
  logic combined;
  assign combined = raw_valid_i && raw_kind_i == OPERAND_B;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fill_q <= 2'd0;
      take_q <= 2'd0;
      full_q <= 3'd0;
    end else if (abort_i) begin
      fill_q <= 2'd0;
      take_q <= 2'd0;
      full_q <= 3'd0;
    end else begin
      if (combined) fill_q <= fill_q + 2'd1;
      if (take && rescales) take_q <= take_q + 2'd1;
      full_q <= full_q + 3'(combined) - 3'(take && rescales);
    end
  end
  always_ff @(posedge clk_i) begin
    if (raw_valid_i && raw_kind_i == OPERAND_A) sum_q[fill_q] <= raw_i;
    if (combined) begin
      for (int o = 0; o < 16; o++) begin
        if (is_square) sum_q[fill_q][32*o +: 32] <= sum_q[fill_q][32*o +: 32] - raw_i[32*o +: 32];
        else sum_q[fill_q][32*o +: 32] <= sum_q[fill_q][32*o +: 32] + raw_i[32*o +: 32];
      end
    end
  end

  // ---- requantiser slots: operands as they arrive, results in between ----
  function automatic logic [31:0] widen(input logic signed [7:0] x, input logic signed [7:0] zp, input logic [4:0] shift);
    widen = unsigned'(32'(x) - 32'(zp)) << shift;
  endfunction
  function automatic logic [31:0] product(input logic signed [7:0] a, input logic signed [7:0] a_zp,
                                          input logic signed [7:0] b, input logic signed [7:0] b_zp);
    product = unsigned'((32'(a) - 32'(a_zp)) * (32'(b) - 32'(b_zp)));
  endfunction

  always_comb begin
    if (rescales) take = active_q && !data_valid_i && full_q != 3'd0;
    else take = active_q && (is_table ? data_valid_i : b_arrives);
  end
  assign rq_valid_o = active_q && !direct && (take || (rescales && data_valid_i));
  assign rq_addr_o = out_q;
  always_comb begin
    rq_kind_o = RESULT;
    rq_mult_o = cmd_i.out_mult;
    rq_shift_o = cmd_i.out_shift;
    rq_x_o = 512'd0;
    if (rq_valid_o) begin
      if (is_mul) begin
        for (int o = 0; o < 16; o++) begin
          rq_x_o[32*o +: 32] = product(signed'(a_keep_q[8*o +: 8]), cmd_i.a_zp, signed'(data[8*o +: 8]), cmd_i.b_zp);
        end
      end else if (data_valid_i) begin
        rq_kind_o = arrive_side_q ? OPERAND_B : OPERAND_A;
        rq_mult_o = arrive_side_q ? cmd_i.b_mult : cmd_i.a_mult;
        rq_shift_o = arrive_side_q ? cmd_i.b_shift : cmd_i.a_shift;
        for (int o = 0; o < 16; o++) begin
          rq_x_o[32*o +: 32] = widen(signed'(data[8*o +: 8]), arrive_side_q ? cmd_i.b_zp : cmd_i.a_zp,
                                     cmd_i.left_shift[4:0]);
        end
      end else if (is_square) begin
        for (int o = 0; o < 16; o++) rq_x_o[32*o +: 32] = sum_q[take_q][32*o +: 32] * sum_q[take_q][32*o +: 32];
      end else begin
        rq_x_o = sum_q[take_q];
      end
    end
  end

  // ---- MIN, MAX, TABLE ----
  function automatic logic [7:0] pick(input logic larger, input logic signed [7:0] a, input logic signed [7:0] b,
                                      input logic signed [7:0] low, input logic signed [7:0] high);
    logic signed [7:0] x;
    x = (a > b) == larger ? a : b;
    if (x < low) x = low;
    if (x > high) x = high;
    pick = x;
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
        for (int o = 0; o < 16; o++) out_data_o[8*o +: 8] <= lut_q[data[8*o +: 8]];
      end else begin
        for (int o = 0; o < 16; o++) begin
          out_data_o[8*o +: 8] <= pick(is_max, signed'(a_keep_q[8*o +: 8]), signed'(data[8*o +: 8]), cmd_i.act_min,
                                       cmd_i.act_max);
        end
      end
    end
  end
  assign out_valid_o = out_q_valid;
  assign active_o = active_q || out_q_valid;
endmodule
