// What became of flipped bits in SRAM words that were read: counts those that were corrected, and tells control of those
// that could not be. A cycle after the word: the correction is long enough a path.
module auklet_integrity #(
  parameter int unsigned WORD_BITS = 15     ///< Width of an SRAM word address
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic [5:0]             fixed_i,   ///< By reader, {load, store, weights odd, even, activations odd, even}: fixed
  input  logic [5:0]             lost_i,    ///< The same: beyond correction
  input  logic [6*WORD_BITS-1:0] addr_i,    ///< The same: address of the word

  output logic [31:0]            corrected_o,       ///< INTEGRITY_CORRECTED
  output logic [WORD_BITS-1:0]   corrected_addr_o,  ///< INTEGRITY_ADDR, in words
  output logic                   error_o,           ///< A word is lost, one cycle
  output logic [3:0]             error_channel_o,   ///< Its reader, auklet_pkg::CHANNEL_*
  output logic [WORD_BITS-1:0]   error_addr_o       ///< Its word address
);
  logic [2:0] fixed;
  logic [WORD_BITS-1:0] fixed_addr, lost_addr;
  logic [3:0] channel;
  always_comb begin
    fixed = 3'd0;
    fixed_addr = '0;
    if (fixed_i != 6'd0) begin
      for (int unsigned i = 0; i < 6; i++) if (fixed_i[i]) begin
        fixed = fixed + 3'd1;
        fixed_addr = addr_i[WORD_BITS*i +: WORD_BITS];
      end
    end
  end
  always_comb begin
    lost_addr = '0;
    channel = auklet_pkg::CHANNEL_COMPUTE;
    if (lost_i != 6'd0) begin
      for (int unsigned i = 0; i < 6; i++) if (lost_i[i]) lost_addr = addr_i[WORD_BITS*i +: WORD_BITS];
      if (lost_i[5]) channel = auklet_pkg::CHANNEL_LOAD;
      else if (lost_i[4]) channel = auklet_pkg::CHANNEL_STORE;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      corrected_o <= 32'd0;
      corrected_addr_o <= '0;
      error_o <= 1'b0;
      error_channel_o <= 4'd0;
      error_addr_o <= '0;
    end else begin
      error_o <= lost_i != 6'd0;
      if (lost_i != 6'd0) begin
        error_channel_o <= channel;
        error_addr_o <= lost_addr;
      end
      if (fixed_i != 6'd0) begin
        corrected_o <= corrected_o + 32'(fixed);
        corrected_addr_o <= fixed_addr;
      end
    end
  end
endmodule
