// The MAC array: GROUPS x 16 lanes, each with ROWS multipliers; weight-stationary, broadcast.
//
// Dense mode multiplies 16 activation bytes, broadcast to all lanes, with a 16x16 weight block a group. Depthwise mode
// multiplies 16 taps of a register window, lane by lane, in group 0. With ROWS below 16 a step takes 16 / ROWS phases.
//
// Written 'vertically', row by row over all lanes, under one enable: Verilator then emits loops that vectorise, and an
// idle array costs nothing.
module auklet_mac_array #(
  parameter int unsigned ROWS = 16,   ///< Multipliers a lane: 4 or 16
  parameter int unsigned GROUPS = 1   ///< Groups of 16 lanes: 1 or 4
) (
  input  logic                    clk_i,

  input  logic                    wload_i,       ///< Write two rows or two columns of a weight block
  input  logic                    wload_set_i,   ///< Into set 0 or 1
  input  logic [1:0]              wload_group_i, ///< Of this group
  input  logic                    wload_columns_i, ///< Columns (all reduction bytes of two lanes), else rows
  input  logic [2:0]              wload_pair_i,  ///< Rows or columns 2 * pair and 2 * pair + 1
  input  logic [255:0]            wload_data_i,

  input  logic                    en_i,          ///< Multiply
  input  logic                    set_i,         ///< With weight set 0 or 1
  input  logic                    dw_i,          ///< Depthwise: operands are taps_i, else act_i
  input  logic [3:0]              row_i,         ///< First row of this phase: a multiple of ROWS
  input  logic [127:0]            act_i,         ///< 16 int8, one a row
  input  logic [2047:0]           taps_i,        ///< 16 taps of 16 int8, tap-major

  output logic [GROUPS*512-1:0]   psum_o         ///< 16 int32 a group; sums phases since row_i was 0
);
  localparam logic [3:0] FIRST = 4'd0;
  // With one phase a constant, which spares the simulation 256 computed indices.
  logic [3:0] row;
  assign row = ROWS == 16 ? FIRST : row_i;

  for (genvar g = 0; g < GROUPS; g++) begin : gen_group
    logic signed [7:0] w0_q [0:15][0:15];
    logic signed [7:0] w1_q [0:15][0:15];
    logic signed [31:0] psum_q [0:15];

    always_ff @(posedge clk_i) begin : multiply
      logic signed [31:0] t [0:15];
      logic signed [7:0] x [0:ROWS-1][0:15];
      logic signed [7:0] w [0:ROWS-1][0:15];
      if (en_i && (g == 0 || !dw_i)) begin
        for (int i = 0; i < ROWS; i++) begin
          // Each choice overwrites the other: of two branches compilers make 256 loads from computed addresses.
          for (int o = 0; o < 16; o++) x[i][o] = signed'(act_i[8*(32'(row)+i) +: 8]);
          for (int o = 0; o < 16; o++) w[i][o] = w0_q[row+4'(i)][o];
          if (dw_i) begin
            for (int o = 0; o < 16; o++) x[i][o] = signed'(taps_i[128*(32'(row)+i)+8*o +: 8]);
          end
          if (set_i) begin
            for (int o = 0; o < 16; o++) w[i][o] = w1_q[row+4'(i)][o];
          end
        end
        for (int o = 0; o < 16; o++) t[o] = row == FIRST ? 32'sd0 : psum_q[o];
        for (int i = 0; i < ROWS; i++) begin
          for (int o = 0; o < 16; o++) t[o] = t[o] + 32'(x[i][o]) * 32'(w[i][o]);
        end
        for (int o = 0; o < 16; o++) psum_q[o] <= t[o];
      end
      // The weights are written here, behind their only reader and with blocking assignments: non-blocking ones to
      // single bytes would each cost Verilator a delayed copy in every cycle.
      /* verilator lint_off BLKSEQ */
      if (wload_i && wload_group_i == 2'(g)) begin
        if (wload_columns_i) begin
          for (int i = 0; i < 16; i++) begin
            if (wload_set_i) begin
              w1_q[i][{wload_pair_i, 1'b0}] = signed'(wload_data_i[8*i +: 8]);
              w1_q[i][{wload_pair_i, 1'b1}] = signed'(wload_data_i[128+8*i +: 8]);
            end else begin
              w0_q[i][{wload_pair_i, 1'b0}] = signed'(wload_data_i[8*i +: 8]);
              w0_q[i][{wload_pair_i, 1'b1}] = signed'(wload_data_i[128+8*i +: 8]);
            end
          end
        end else begin
          for (int o = 0; o < 16; o++) begin
            if (wload_set_i) begin
              w1_q[{wload_pair_i, 1'b0}][o] = signed'(wload_data_i[8*o +: 8]);
              w1_q[{wload_pair_i, 1'b1}][o] = signed'(wload_data_i[128+8*o +: 8]);
            end else begin
              w0_q[{wload_pair_i, 1'b0}][o] = signed'(wload_data_i[8*o +: 8]);
              w0_q[{wload_pair_i, 1'b1}][o] = signed'(wload_data_i[128+8*o +: 8]);
            end
          end
        end
      end
      /* verilator lint_on BLKSEQ */
    end

    always_comb begin
      for (int o = 0; o < 16; o++) psum_o[512*g+32*o +: 32] = psum_q[o];
    end
  end
endmodule
