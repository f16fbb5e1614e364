// Corrects a word by its check bits, see auklet_secded_encode.
module auklet_secded_decode (
  input  logic                            en_i,     ///< There is a word; nothing is fixed or lost without
  input  logic [127:0]                    data_i,
  input  logic [auklet_pkg::ECC_BITS-1:0] check_i,
  output logic [127:0]                    data_o,   ///< data_i, corrected
  output logic                            fixed_o,  ///< One bit had flipped, of data_i or check_i
  output logic                            lost_o    ///< Two had, or more in a way that no single one explains
);
  localparam int unsigned HAMMING = auklet_pkg::ECC_BITS - 1;
  localparam logic [HAMMING-1:0] LAST_PLACE = 8'd136;

  // Place of data bit i: behind i others and one more for each power of two before it.
  function automatic logic [HAMMING-1:0] place(input int unsigned i);
    place = HAMMING'(i + 3);
    for (int unsigned k = 2; k < HAMMING; k++) if (i + k + 1 >= (1 << k)) place = place + 8'd1;
  endfunction

  logic [auklet_pkg::ECC_BITS-1:0] failed;
  logic [HAMMING-1:0] flipped;       // place of the flipped bit, if it is one; 0: the parity
  logic odd;                         // an odd number of bits has flipped
  logic [auklet_pkg::ECC_BITS-1:0] check;
  auklet_secded_encode u_encode (
    .en_i, .data_i, .check_o(check)
  );
  assign failed = check ^ check_i;
  assign flipped = failed[HAMMING-1:0];
  // The parity is computed over computed check bits: those that fail count as well.
  assign odd = en_i && ^failed;
  assign fixed_o = odd && flipped <= LAST_PLACE;
  assign lost_o = en_i && (odd ? flipped > LAST_PLACE : flipped != '0);

  always_comb begin
    data_o = data_i;
    // The simulation goes through the bits only when there is one to fix.
    if (odd) for (int unsigned i = 0; i < 128; i++) data_o[i] = data_i[i] ^ (flipped == place(i));
  end
endmodule
