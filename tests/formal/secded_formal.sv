// Proof of auklet_secded_encode and auklet_secded_decode: any one flipped bit of any word is corrected, any two are found.
//
// Solvers are lost in parities of 128 bits. So the encoder is first shown to be made of XOR gates alone (secded_linear,
// in proofs.yaml `linear`), and hence linear: zeros have zeros, and which checks fail depends on the flips alone: each bit
// has a column of checks that fail when it flips, and those of several flips are XORed. The decoder's encoder is cut out,
// and the checks fail in any way: as a column says, one bit must be flipped back. All columns have an odd number of ones,
// and differ since they lead to different bits; so two of them make an even number, not 0, which must be lost.
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
  input logic [127:0] data_i,                      // as read
  input logic [auklet_pkg::ECC_BITS-1:0] check_i,
  input logic [auklet_pkg::ECC_BITS-1:0] failed_i  // the checks that fail
);
  localparam int unsigned E = auklet_pkg::ECC_BITS;
  localparam int unsigned BITS = 128 + E;
  logic [127:0] data;
  logic fixed, lost;
  auklet_secded_decode u_dut (
    .en_i, .data_i, .check_i, .data_o(data), .fixed_o(fixed), .lost_o(lost)
  );
  // probe f_decoder_check u_dut.check
  logic [E-1:0] f_decoder_check;

  // The column of each bit, data first. All constants.
  logic [E*BITS-1:0] columns;
  for (genvar i = 0; i < BITS; i++) begin : gen_column
    if (i < 128) begin : gen_data
      secded_linear u_encode (
        .data_i(128'(1) << i), .check_o(columns[E*i +: E])
      );
    end else begin : gen_check
      assign columns[E*i +: E] = E'(1) << (i - 128);
    end
  end

  logic f_past = 1'b0;
  logic f_all_odd, f_fixed_right;
  always_ff @(posedge clk_i) f_past <= 1'b1;
  always_comb begin
    if (en_i) assume (f_decoder_check == (check_i ^ failed_i));
    f_all_odd = 1'b1;
    f_fixed_right = 1'b1;
    for (int unsigned i = 0; i < BITS; i++) begin
      if (!(^columns[E*i +: E])) f_all_odd = 1'b0;
      if (failed_i == columns[E*i +: E] && !(fixed && !lost && data == (data_i ^ (i < 128 ? 128'(1) << i : 128'd0))))
        f_fixed_right = 1'b0;
    end
  end

  always_comb if (f_past) begin
    if (en_i && failed_i == '0) E1_clean: assert (!fixed && !lost && data == data_i);
    if (en_i) E2_fixed: assert (f_fixed_right);
    E3_odd: assert (f_all_odd);
    if (en_i && failed_i != '0 && !(^failed_i)) E4_lost: assert (lost && !fixed);
    if (!en_i) E5_idle: assert (!fixed && !lost);
    E6_one: assert (!(fixed && lost));
  end

  always_comb if (f_past) begin
    c_data: cover (fixed && data == (data_i ^ (128'(1) << 127)));
    c_check: cover (fixed && data == data_i);
    c_two: cover (lost && !(^failed_i));
    c_odd: cover (lost && ^failed_i);
  end
endmodule
