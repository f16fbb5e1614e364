// ADD: words of A and B are fetched in turn and rescaled by the requantiser, their sum enters it once more. Three
// requantiser slots a word; up to four words are in flight.
module auklet_eltwise (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,      ///< Stop at once

  input  logic                     start_i,      ///< Begin; cmd_i is stable until done
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_eltwise_t cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */

  output logic                     valid_o,      ///< Fetch a word
  output logic [23:0]              addr_o,
  input  logic                     gnt_i,
  input  logic                     data_valid_i, ///< Two cycles after gnt_i, in order
  input  logic [127:0]             data_i,

  output logic                     rq_valid_o,   ///< To the requantiser
  output logic [511:0]             rq_x_o,
  output logic [31:0]              rq_mult_o,    ///< For all lanes
  output logic [7:0]               rq_shift_o,   ///< For all lanes
  output logic [1:0]               rq_kind_o,    ///< 0 result, 1 operand A, 2 operand B
  output logic [23:0]              rq_addr_o,    ///< Where the result goes
  input  logic                     raw_valid_i,
  input  logic [1:0]               raw_kind_i,
  input  logic [511:0]             raw_i,
  output logic                     active_o      ///< A result has not yet entered the requantiser
);
  localparam logic [1:0] RESULT = 2'd0, OPERAND_A = 2'd1, OPERAND_B = 2'd2;

  // ---- fetch: A, B, A, B, ... while fewer than four words are in flight ----
  logic active_q, fetch_q, side_q;         // side_q: next is B
  logic [2:0] flight_q;
  logic [15:0] k_q, j_q;
  logic [23:0] a_q, a_row_q, b_q, b_row_q;
  logic fire, row_end, take;
  assign valid_o = fetch_q && (side_q || flight_q < 3'd4);
  assign addr_o = side_q ? b_q : a_q;
  assign fire = valid_o && gnt_i;
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
        if (fire && side_q && row_end && j_q + 16'd1 == cmd_i.n1) fetch_q <= 1'b0;
      end
      if (fire) side_q <= ~side_q;
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
    end else if (fire && side_q) begin
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

  // ---- sums of rescaled operands, four words ----
  logic [511:0] sum_q [0:3];
  logic [1:0] fill_q, take_q;
  logic [2:0] full_q;
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
      if (raw_valid_i && raw_kind_i == OPERAND_B) fill_q <= fill_q + 2'd1;
      if (take) take_q <= take_q + 2'd1;
      full_q <= full_q + 3'(raw_valid_i && raw_kind_i == OPERAND_B) - 3'(take);
    end
  end
  always_ff @(posedge clk_i) begin
    if (raw_valid_i && raw_kind_i == OPERAND_A) sum_q[fill_q] <= raw_i;
    if (raw_valid_i && raw_kind_i == OPERAND_B) begin
      for (int o = 0; o < 16; o++) sum_q[fill_q][32*o +: 32] <= sum_q[fill_q][32*o +: 32] + raw_i[32*o +: 32];
    end
  end

  // ---- requantiser slots: operands as they arrive, results in between ----
  logic arrive_side_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) arrive_side_q <= 1'b0;
    else if (abort_i) arrive_side_q <= 1'b0;
    else if (active_q && data_valid_i) arrive_side_q <= ~arrive_side_q;
  end

  function automatic logic [31:0] widen(input logic signed [7:0] x, input logic signed [7:0] zp, input logic [4:0] shift);
    widen = unsigned'(32'(x) - 32'(zp)) << shift;
  endfunction

  assign take = active_q && !data_valid_i && full_q != 3'd0;
  assign rq_valid_o = active_q && (data_valid_i || take);
  assign rq_addr_o = out_q;
  always_comb begin
    rq_kind_o = RESULT;
    rq_mult_o = cmd_i.out_mult;
    rq_shift_o = cmd_i.out_shift;
    rq_x_o = 512'd0;
    if (rq_valid_o) begin
      rq_x_o = sum_q[take_q];
      if (data_valid_i) begin
        rq_kind_o = arrive_side_q ? OPERAND_B : OPERAND_A;
        rq_mult_o = arrive_side_q ? cmd_i.b_mult : cmd_i.a_mult;
        rq_shift_o = arrive_side_q ? cmd_i.b_shift : cmd_i.a_shift;
        for (int o = 0; o < 16; o++) begin
          rq_x_o[32*o +: 32] = widen(signed'(data_i[8*o +: 8]), arrive_side_q ? cmd_i.b_zp : cmd_i.a_zp,
                                     cmd_i.left_shift[4:0]);
        end
      end
    end
  end
  assign active_o = active_q;
endmodule
