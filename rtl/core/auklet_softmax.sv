// SOFTMAX: row by row, three passes over the row: maximum, sum of exponentials, outputs. The exponentials come from a
// table of 256 int32, one lookup a cycle; the reciprocal of the sum is found by Newton-Raphson on one multiplier, and
// the requantiser scales the exponentials with it.
module auklet_softmax #(
  parameter int unsigned WORD_BITS = 15  ///< Width of an SRAM word address
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,       ///< Stop at once

  input  logic                     start_i,       ///< Begin; cmd_i is stable until done
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_softmax_t cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */

  output logic                     table_valid_o, ///< Table read
  output logic [WORD_BITS-2:0]     table_addr_o,  ///< Pair address
  input  logic                     table_gnt_i,
  input  logic [255:0]             table_data_i,

  output logic                     valid_o,       ///< Fetch a word
  output logic [23:0]              addr_o,
  input  logic                     gnt_i,
  input  logic                     data_valid_i,  ///< Two cycles after gnt_i
  input  logic [127:0]             data_i,

  output logic                     rq_valid_o,    ///< To the requantiser
  output logic [511:0]             rq_x_o,
  output logic [31:0]              rq_mult_o,     ///< For all lanes
  output logic [7:0]               rq_shift_o,    ///< For all lanes
  output logic [23:0]              rq_addr_o,
  output logic                     active_o
);
  localparam logic signed [31:0] C_48_17 = 32'sd1515870810;       // 48/17, Q2.29
  localparam logic signed [31:0] C_MINUS_32_17 = -32'sd1010580540; // -32/17, Q2.29
  localparam logic signed [31:0] ONE_Q2 = 32'sh20000000;

  typedef enum logic [3:0] {
    IDLE,      // no command
    TABLE,     // read the table
    SETTLE,    // its last pair arrives
    FETCH,     // ask for the pass's next word
    ARRIVE,    // wait for it
    LANES,     // sum and output passes: look its bytes up, one a cycle
    LAST,      // the last lookup arrives
    EMIT,      // output pass: hand the word to the requantiser
    NORMALISE, // leading zeros of the sum
    MULTIPLY,  // reciprocal: product of step step_q
    UPDATE     // reciprocal: what the product is for
  } state_e;
  typedef enum logic [1:0] {MAXIMUM, SUM, OUTPUT} pass_e;
  state_e state_q;
  pass_e pass_q;

  // ---- table: 32 rows of 8 entries ----
  logic [255:0] exp_mem [0:31];
  logic [255:0] exp_row_q;
  logic [2:0] exp_select_q;
  logic [4:0] pair_q, pair_arrive_q;
  logic arrive_q;
  logic [7:0] difference;
  logic lookup_q;                    // a lookup of lane lane_d1_q arrives
  logic [31:0] exponential;
  logic [23:0] table_addr;
  assign table_valid_o = state_q == TABLE;
  assign table_addr = cmd_i.table_base + {14'd0, pair_q, 5'd0};
  assign table_addr_o = table_addr[WORD_BITS+3:5];
  assign exponential = lookup_q ? exp_row_q[32*exp_select_q +: 32] : 32'd0;
  always_ff @(posedge clk_i) begin
    pair_arrive_q <= pair_q;
    if (arrive_q) exp_mem[pair_arrive_q] <= table_data_i;
    if (state_q == LANES) begin
      exp_row_q <= exp_mem[difference[7:3]];
      exp_select_q <= difference[2:0];
    end
  end

  // ---- position ----
  logic [15:0] row_left_q;
  logic [11:0] left_q;               // bytes of the row from this word on
  logic [23:0] in_row_q, out_row_q, offset_q;
  logic [3:0] lane_q, lane_d1_q;
  logic [127:0] word_q;
  logic [4:0] lanes;                 // bytes of this word
  logic word_end, row_end;
  assign valid_o = state_q == FETCH;
  always_comb begin
    lanes = 5'd0;
    word_end = 1'b0;
    row_end = 1'b0;
    addr_o = 24'd0;
    // An idle unit is not evaluated by the simulation.
    if (state_q != IDLE) begin
      lanes = left_q < 12'd16 ? left_q[4:0] : 5'd16;
      word_end = 5'(lane_q) + 5'd1 == lanes;
      row_end = left_q <= 12'd16;
      addr_o = in_row_q + offset_q;
    end
  end

  // ---- maximum of the word's bytes ----
  logic signed [7:0] max_q, word_max;
  always_comb begin
    word_max = max_q;
    if (state_q == ARRIVE) for (int i = 0; i < 16; i++) begin
      if (5'(i) < lanes && signed'(data_i[8*i +: 8]) > word_max) word_max = signed'(data_i[8*i +: 8]);
    end
  end
  // max - x, 0 to 255.
  assign difference = state_q == LANES ? unsigned'(max_q) - word_q[8*lane_q +: 8] : 8'd0;

  // ---- sum and its reciprocal ----
  logic [31:0] sum_q;
  logic [5:0] zeros_q;
  logic signed [31:0] x_q, high, factor_a, factor_b, error;
  logic signed [63:0] product_q;
  logic [2:0] step_q;                // 0: first guess; odd: error; even: correction
  logic [31:0] mult_q;

  function automatic logic [5:0] leading_zeros(input logic [31:0] x);
    leading_zeros = 6'd32;
    for (int i = 0; i < 32; i++) begin
      if (x[i]) leading_zeros = 6'(31 - i);
    end
  endfunction
  // Saturating x * 2^n for n of 1 or 2.
  function automatic logic signed [31:0] grow(input logic signed [31:0] x, input logic two);
    logic signed [33:0] wide;
    wide = two ? {x, 2'b00} : {x[31], x, 1'b0};
    if (wide > 34'sh07fffffff) grow = 32'sh7fffffff;
    else if (wide < -34'sh080000000) grow = 32'sh80000000;
    else grow = wide[31:0];
  endfunction

  logic signed [31:0] half_q, error_q; // half_q: half of the normalised sum
  logic [5:0] shift;                 // right shift of the outputs, 3 to 35
  always_comb begin
    factor_a = 32'sd0;
    factor_b = 32'sd0;
    high = 32'sd0;
    error = 32'sd0;
    shift = 6'd0;
    rq_mult_o = 32'd0;
    rq_shift_o = 8'd0;
    rq_addr_o = 24'd0;
    if (state_q == MULTIPLY) begin
      factor_a = step_q == 3'd0 || step_q[0] ? half_q : x_q;
      factor_b = step_q == 3'd0 ? C_MINUS_32_17 : step_q[0] ? x_q : error_q;
    end
    if (state_q == UPDATE) begin
      high = 32'((product_q + 64'sh40000000) >>> 31);
      error = ONE_Q2 - high;
    end
    if (state_q == EMIT) begin
      shift = 6'd35 - zeros_q;
      rq_mult_o = shift > 6'd31 ? 32'd0 : mult_q;
      rq_shift_o = shift > 6'd31 ? 8'd0 : 8'd0 - 8'(shift);
      rq_addr_o = out_row_q + offset_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= IDLE;
      arrive_q <= 1'b0;
      lookup_q <= 1'b0;
    end else if (abort_i) begin
      state_q <= IDLE;
      arrive_q <= 1'b0;
      lookup_q <= 1'b0;
    end else begin
      arrive_q <= table_valid_o && table_gnt_i;
      lookup_q <= state_q == LANES;
      case (state_q)
        IDLE:      if (start_i) state_q <= TABLE;
        TABLE:     if (table_gnt_i && pair_q == 5'd31) state_q <= SETTLE;
        SETTLE:    state_q <= FETCH;
        FETCH:     if (gnt_i) state_q <= ARRIVE;
        ARRIVE:    if (data_valid_i) state_q <= pass_q == MAXIMUM ? FETCH : LANES;
        LANES:     if (word_end) state_q <= LAST;
        LAST:      state_q <= pass_q == OUTPUT ? EMIT : row_end ? NORMALISE : FETCH;
        EMIT:      state_q <= row_end && row_left_q == 16'd1 ? IDLE : FETCH;
        NORMALISE: state_q <= MULTIPLY;
        MULTIPLY:  state_q <= UPDATE;
        UPDATE:    state_q <= step_q == 3'd6 ? FETCH : MULTIPLY;
        default:   state_q <= IDLE;
      endcase
    end
  end

  logic pass_ends;                   // the pass leaves this word, the row's last
  assign pass_ends = row_end && ((state_q == ARRIVE && data_valid_i && pass_q == MAXIMUM)
                                 || (state_q == LAST && pass_q == SUM) || state_q == EMIT);
  logic word_ends;
  assign word_ends = (state_q == ARRIVE && data_valid_i && pass_q == MAXIMUM) || (state_q == LAST && pass_q == SUM)
                  || state_q == EMIT;

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      pair_q <= 5'd0;
      pass_q <= MAXIMUM;
      row_left_q <= cmd_i.rows;
      left_q <= cmd_i.n[11:0];
      in_row_q <= cmd_i.a_base;
      out_row_q <= cmd_i.out_base;
      offset_q <= 24'd0;
      max_q <= -8'sd128;
      sum_q <= 32'd0;
    end else begin
      if (table_valid_o && table_gnt_i) pair_q <= pair_q + 5'd1;
      if (state_q == ARRIVE && data_valid_i) begin
        word_q <= data_i;
        lane_q <= 4'd0;
        if (pass_q == MAXIMUM) max_q <= word_max;
      end
      if (state_q == LANES) begin
        lane_q <= lane_q + 4'd1;
        lane_d1_q <= lane_q;
      end
      if (lookup_q && pass_q == SUM) sum_q <= sum_q + ((exponential + 32'h800) >> 12);
      if (word_ends) begin
        left_q <= row_end ? cmd_i.n[11:0] : left_q - 12'd16;
        offset_q <= row_end ? 24'd0 : offset_q + 24'd16;
      end
      if (pass_ends) begin
        pass_q <= pass_q == MAXIMUM ? SUM : pass_q == SUM ? OUTPUT : MAXIMUM;
        if (pass_q == OUTPUT) begin
          row_left_q <= row_left_q - 16'd1;
          in_row_q <= in_row_q + cmd_i.a_step;
          out_row_q <= out_row_q + cmd_i.out_step;
          max_q <= -8'sd128;
          sum_q <= 32'd0;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    // Lanes beyond the row become the zero point of the output, not what was there before.
    if (state_q == ARRIVE && data_valid_i) rq_x_o <= '0;
    if (lookup_q && pass_q == OUTPUT) rq_x_o[32*lane_d1_q +: 32] <= exponential;
    case (state_q)
      NORMALISE: begin
        zeros_q <= leading_zeros(sum_q);
        half_q <= signed'((sum_q << leading_zeros(sum_q)) >> 1);
        step_q <= 3'd0;
      end
      MULTIPLY: product_q <= 64'(factor_a) * 64'(factor_b);
      UPDATE: begin
        step_q <= step_q + 3'd1;
        if (step_q == 3'd0) x_q <= C_48_17 + high;
        else if (step_q[0]) error_q <= error;
        else x_q <= x_q + grow(high, 1'b1);
        if (step_q == 3'd6) mult_q <= unsigned'(grow(x_q + grow(high, 1'b1), 1'b0));
      end
      default: ;
    endcase
  end

  assign rq_valid_o = state_q == EMIT;
  assign active_o = state_q != IDLE;
endmodule
