// Rescaler of one elementwise operand: 16 lanes of MultiplyByQuantizedMultiplier((x - zp) << left_shift, mult, shift).
//
//   stage 1  zero point, 9x32 product    stage 2  SaturatingRoundingDoublingHighMul    stage 3  RoundingDivideByPOT
//
// x - zp has 9 bits. Shifted left by l = left_shift + max(shift, 0) modulo 2^32 it keeps its 32 - l low bits, from the
// sign on; shifting their product instead makes the high multiplication (product * 2^l + 2^30) >>> 31, a right shift by
// 31 - l that rounds. That takes a third of a requantiser's lane: a 9x32 multiplier and two shifters. Only
// -2^31 * -2^31 saturates.
module auklet_rescale (
  input  logic               clk_i,
  input  logic               en1_i,         ///< x_i enters
  input  logic               en2_i,         ///< One cycle after en1_i
  input  logic               en3_i,         ///< Two cycles after en1_i
  input  logic [127:0]       x_i,           ///< 16 int8
  input  logic signed [7:0]  zp_i,          ///< Zero point; this and what follows is stable while busy
  input  logic [4:0]         left_shift_i,  ///< 0 to 31
  input  logic signed [31:0] mult_i,        ///< Multiplier, Q0.31
  input  logic signed [7:0]  shift_i,       ///< -31 to 31, positive is left
  output logic [511:0]       y_o            ///< 16 int32, three cycles after en1_i
);
  logic [5:0] left;
  logic [3:0] lost;                  // bits of x - zp that leave at the top
  logic [4:0] right, divide;
  assign left = {1'b0, left_shift_i} + (shift_i > 8'sd0 ? {1'b0, shift_i[4:0]} : 6'd0);
  assign lost = left >= 6'd32 ? 4'd9 : left > 6'd23 ? 4'(left - 6'd23) : 4'd0;
  assign right = 5'(6'd31 - left);
  assign divide = shift_i < 8'sd0 ? 5'(-shift_i) : 5'd0;

  // The bits of x - zp that stay; none of 9 lost bits does.
  function automatic logic signed [8:0] kept(input logic signed [7:0] x, input logic signed [7:0] zp,
                                             input logic [3:0] bits);
    logic signed [8:0] top;
    top = (9'(x) - 9'(zp)) <<< bits;
    kept = top >>> bits;
  endfunction

  // (p * 2^(31 - e) + 2^30) >>> 31, saturated
  function automatic logic signed [31:0] round(input logic signed [40:0] p, input logic [4:0] e);
    logic signed [32:0] high;
    high = 33'((((42'(p) <<< 1) >>> e) + 42'sd1) >>> 1);
    round = high == 33'sh080000000 ? 32'sh7fffffff : 32'(high);
  endfunction

  // RoundingDivideByPOT: round half away from zero
  function automatic logic [31:0] divide_pot(input logic signed [31:0] x, input logic [4:0] e);
    logic [31:0] mask;
    mask = ~(32'hffffffff << e);
    divide_pot = unsigned'(x >>> e) + 32'((unsigned'(x) & mask) > ((mask >> 1) + 32'(x < 32'sd0)));
  endfunction

  logic signed [40:0] product_q [0:15];
  logic signed [31:0] high_q [0:15];
  always_ff @(posedge clk_i) begin
    if (en1_i) begin
      for (int i = 0; i < 16; i++) product_q[i] <= 41'(kept(signed'(x_i[8*i +: 8]), zp_i, lost)) * 41'(mult_i);
    end
    if (en2_i) begin
      for (int i = 0; i < 16; i++) high_q[i] <= round(product_q[i], right);
    end
    if (en3_i) begin
      for (int i = 0; i < 16; i++) y_o[32*i +: 32] <= divide_pot(high_q[i], divide);
    end
  end
endmodule
