// One word of an UNPACK: sixteen two's complement numbers of `width_i` bits, one behind the other from bit 0 on, as bytes.
// Combinational.
module auklet_unpack (
  input  logic         en_i,     ///< The word is wanted
  input  logic [3:0]   width_i,  ///< Bits of a number, 0 to 8; 0 is a word of zeros
  input  logic [127:0] bytes_i,  ///< Numbers, and anything behind them
  output logic [127:0] word_o
);
  always_comb begin
    word_o = 128'd0;
    if (en_i) begin
      for (int i = 0; i < 16; i++) begin
        case (width_i)
          4'd0: word_o[8*i +: 8] = 8'd0;
          4'd1: word_o[8*i +: 8] = {8{bytes_i[i]}};
          4'd2: word_o[8*i +: 8] = {{7{bytes_i[2*i+1]}}, bytes_i[2*i]};
          4'd3: word_o[8*i +: 8] = {{6{bytes_i[3*i+2]}}, bytes_i[3*i +: 2]};
          4'd4: word_o[8*i +: 8] = {{5{bytes_i[4*i+3]}}, bytes_i[4*i +: 3]};
          4'd5: word_o[8*i +: 8] = {{4{bytes_i[5*i+4]}}, bytes_i[5*i +: 4]};
          4'd6: word_o[8*i +: 8] = {{3{bytes_i[6*i+5]}}, bytes_i[6*i +: 5]};
          4'd7: word_o[8*i +: 8] = {{2{bytes_i[7*i+6]}}, bytes_i[7*i +: 6]};
          default: word_o[8*i +: 8] = bytes_i[8*i +: 8];
        endcase
      end
    end
  end
endmodule
