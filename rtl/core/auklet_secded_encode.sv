// Check bits of a 128-bit word, with which one flipped bit is corrected and two are detected (SECDED).
//
// An extended Hamming code (R. W. Hamming, "Error detecting and error correcting codes", 1950). The bits of the code word
// have places from 1 on. Check bit k, 0 to 7, has place 2^k; the data bits take the other places in order: 3, 5, 6, 7, 9,
// ..., 136. Check bit k is the parity of all data bits whose place has bit k set, so that the checks that fail spell the
// place of the bit that flipped. The ninth is the parity of all other bits: it tells one flip (odd) from two (even).
//
// Data of zeros has check bits of zeros.
module auklet_secded_encode (
  input  logic                            en_i,     ///< check_o is wanted; zeros without
  input  logic [127:0]                    data_i,
  output logic [auklet_pkg::ECC_BITS-1:0] check_o
);
  localparam int unsigned HAMMING = auklet_pkg::ECC_BITS - 1;

  // The data bits that check bit k looks at.
  function automatic logic [127:0] covered(input logic [2:0] k);
    logic [HAMMING-1:0] place;
    place = 8'd2;
    for (int unsigned i = 0; i < 128; i++) begin
      place = place + 8'd1;
      if ((place & (place - 8'd1)) == 8'd0) place = place + 8'd1;
      covered[i] = place[k];
    end
  endfunction

  logic [HAMMING-1:0] hamming;
  for (genvar k = 0; k < HAMMING; k++) begin : gen_check
    localparam logic [127:0] COVERED = covered(3'(k));
    assign hamming[k] = en_i && ^(data_i & COVERED);
  end
  assign check_o = {en_i && ^{data_i, hamming}, hamming};
endmodule
