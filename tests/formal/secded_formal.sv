// Proof of auklet_secded_encode and auklet_secded_decode: any word, any one or two bits of it flipped.
//
// Solvers are lost in parities of 128 bits. So the encoder is first shown to be made of XOR gates alone (secded_linear,
// in proofs.yaml `linear`), and hence linear: zeros have zeros, and the check bits of a word with flips are those of the
// word, XOR those of the flips. The decoder's encoder is cut out and just that is assumed of it, for any check bits of
// the word.
module secded_linear (
  input  logic [127:0]                    data_i,
  output logic [auklet_pkg::ECC_BITS-1:0] check_o
);
  auklet_secded_encode u_encode (
    .en_i(1'b1), .data_i, .check_o
  );
endmodule

module secded_formal (
  input logic clk_i,
  input logic en_i,
  input logic [127:0] data_i,
  input logic [auklet_pkg::ECC_BITS-1:0] check_i,
  input logic [7:0] first_i,         // the bits that flip: data below 128, then check bits
  input logic [7:0] second_i,
  input logic [1:0] flips_i          // how many of them do
);
  localparam int unsigned BITS = 128 + auklet_pkg::ECC_BITS;
  // The check bits of each single data bit, and those of the flips.
  logic [auklet_pkg::ECC_BITS*BITS-1:0] columns;
  logic [auklet_pkg::ECC_BITS-1:0] flips_check;
  for (genvar i = 0; i < BITS; i++) begin : gen_column
    if (i < 128) begin : gen_data
      secded_linear u_encode (
        .data_i(128'(1) << i), .check_o(columns[auklet_pkg::ECC_BITS*i +: auklet_pkg::ECC_BITS])
      );
    end else begin : gen_check
      assign columns[auklet_pkg::ECC_BITS*i +: auklet_pkg::ECC_BITS] = '0;
    end
  end
  logic [auklet_pkg::ECC_BITS-1:0] first_column, second_column;
  assign flips_check = (flips_i == 2'd0 ? '0 : first_column) ^ (flips_i == 2'd2 ? second_column : '0);
  // probe f_decoder_check u_dut.check
  logic [auklet_pkg::ECC_BITS-1:0] f_decoder_check;
  logic [BITS-1:0] flips, word;
  logic [127:0] data;
  logic fixed, lost;
  always_comb begin
    first_column = '0;
    second_column = '0;
    for (int unsigned i = 0; i < BITS; i++) begin
      flips[i] = (flips_i != 2'd0 && first_i == 8'(i)) ^ (flips_i == 2'd2 && second_i == 8'(i));
      if (first_i == 8'(i)) first_column = columns[auklet_pkg::ECC_BITS*i +: auklet_pkg::ECC_BITS];
      if (second_i == 8'(i)) second_column = columns[auklet_pkg::ECC_BITS*i +: auklet_pkg::ECC_BITS];
    end
  end
  assign word = {check_i, data_i} ^ flips;
  auklet_secded_decode u_dut (
    .en_i, .data_i(word[127:0]), .check_i(word[BITS-1:128]), .data_o(data), .fixed_o(fixed), .lost_o(lost)
  );

  logic f_past = 1'b0;
  always_ff @(posedge clk_i) f_past <= 1'b1;
  always_comb begin
    assume (flips_i != 2'd3);
    if (en_i) assume (f_decoder_check == (check_i ^ flips_check));
    assume (first_i < 8'(BITS) && second_i < 8'(BITS) && first_i != second_i);
  end

  always_comb if (f_past) begin
    if (en_i && flips_i == 2'd0) E1_clean: assert (!fixed && !lost && data == data_i);
    if (en_i && flips_i == 2'd1) E2_fixed: assert (fixed && !lost && data == data_i);
    if (en_i && flips_i == 2'd2) E3_lost: assert (lost && !fixed);
    if (!en_i) E4_idle: assert (!fixed && !lost);
    E5_one: assert (!(fixed && lost));
  end

  always_comb if (f_past) begin
    c_data: cover (fixed && first_i == 8'd127 && data_i[127] && data == data_i);
    c_check: cover (fixed && first_i == 8'd130);
    c_lost: cover (lost && first_i == 8'd0 && second_i == 8'd136);
  end
endmodule
