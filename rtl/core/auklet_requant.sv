// Requantiser: 16 lanes of TensorFlow Lite's MultiplyByQuantizedMultiplier with double rounding, one vector a cycle.
//
//   stage 1  left shift      stage 3  SaturatingRoundingDoublingHighMul    stage 5  zero point, clamp to int8
//   stage 2  32x32 product   stage 4  RoundingDivideByPOT
//
// SaturatingRoundingDoublingHighMul rounds a*b / 2^31 by adding 2^30, or 1 - 2^30 when negative, and truncating toward
// zero. For negative a*b the truncation adds 2^31 - 1 before an arithmetic shift, so both cases are
// (a*b + 2^30) >>> 31; only a = b = -2^31 saturates.
module auklet_requant (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               valid_i,      ///< A vector enters
  input  logic [511:0]       x_i,          ///< 16 int32
  input  logic [511:0]       mult_i,       ///< 16 int32 multipliers, Q0.31
  input  logic [127:0]       shift_i,      ///< 16 int8 shifts, -31 to 31, positive is left
  input  logic [23:0]        addr_i,       ///< Travels along
  input  logic signed [7:0]  zp_i,         ///< Output zero point; stable while busy
  input  logic signed [7:0]  min_i,        ///< Lower clamp; stable while busy
  input  logic signed [7:0]  max_i,        ///< Upper clamp; stable while busy
  output logic               out_valid_o,  ///< Five cycles after valid_i
  output logic [23:0]        out_addr_o,
  output logic [127:0]       out_o,        ///< 16 int8
  output logic               busy_o        ///< Something is to come out after this cycle
);
  logic [4:0] valid_q;
  logic [23:0] addr1_q, addr2_q, addr3_q, addr4_q, addr5_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= 5'd0;
    else valid_q <= {valid_q[3:0], valid_i};
  end
  assign busy_o = valid_q[3:0] != 4'd0;
  assign out_valid_o = valid_q[4];
  assign out_addr_o = addr5_q;

  logic signed [31:0] x1_q [0:15];
  logic signed [31:0] m1_q [0:15];
  logic signed [63:0] p2_q [0:15];
  logic               sat2_q [0:15];
  logic signed [31:0] h3_q [0:15];
  logic [511:0]       raw4_q;
  logic [4:0]         r1_q [0:15];
  logic [4:0]         r2_q [0:15];
  logic [4:0]         r3_q [0:15];

  // x << max(s, 0)
  function automatic logic [31:0] left_shift(input logic [31:0] x, input logic signed [7:0] s);
    left_shift = x << (s > 8'sd0 ? s[4:0] : 5'd0);
  endfunction

  // max(-s, 0)
  function automatic logic [4:0] right_amount(input logic signed [7:0] s);
    right_amount = s < 8'sd0 ? 5'(-s) : 5'd0;
  endfunction

  // (p + 2^30) >>> 31, or the largest value when both factors were -2^31
  function automatic logic signed [31:0] high_mul(input logic signed [63:0] p, input logic sat);
    high_mul = sat ? 32'sh7fffffff : 32'((p + 64'sh40000000) >>> 31);
  endfunction

  // RoundingDivideByPOT: round half away from zero
  function automatic logic [31:0] divide_pot(input logic signed [31:0] x, input logic [4:0] e);
    logic [31:0] mask;
    mask = ~(32'hffffffff << e);
    divide_pot = unsigned'(x >>> e) + 32'((unsigned'(x) & mask) > ((mask >> 1) + 32'(x < 32'sd0)));
  endfunction

  function automatic logic [7:0] clamp(input logic signed [33:0] x, input logic signed [7:0] low,
                                       input logic signed [7:0] high);
    if (x < 34'(low)) clamp = low;
    else if (x > 34'(high)) clamp = high;
    else clamp = x[7:0];
  endfunction

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      addr1_q <= addr_i;
      for (int i = 0; i < 16; i++) begin
        x1_q[i] <= signed'(left_shift(x_i[32*i +: 32], signed'(shift_i[8*i +: 8])));
        r1_q[i] <= right_amount(signed'(shift_i[8*i +: 8]));
        m1_q[i] <= signed'(mult_i[32*i +: 32]);
      end
    end
    if (valid_q[0]) begin
      addr2_q <= addr1_q;
      for (int i = 0; i < 16; i++) begin
        p2_q[i] <= 64'(x1_q[i]) * 64'(m1_q[i]);
        sat2_q[i] <= x1_q[i] == 32'sh80000000 && m1_q[i] == 32'sh80000000;
        r2_q[i] <= r1_q[i];
      end
    end
    if (valid_q[1]) begin
      addr3_q <= addr2_q;
      for (int i = 0; i < 16; i++) begin
        h3_q[i] <= high_mul(p2_q[i], sat2_q[i]);
        r3_q[i] <= r2_q[i];
      end
    end
    if (valid_q[2]) begin
      addr4_q <= addr3_q;
      for (int i = 0; i < 16; i++) raw4_q[32*i +: 32] <= divide_pot(h3_q[i], r3_q[i]);
    end
    if (valid_q[3]) begin
      addr5_q <= addr4_q;
      for (int i = 0; i < 16; i++) begin
        out_o[8*i +: 8] <= clamp(34'(signed'(raw4_q[32*i +: 32])) + 34'(zp_i), min_i, max_i);
      end
    end
  end
endmodule
