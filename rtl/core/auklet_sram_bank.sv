// One single-port SRAM bank. Replace this file with the foundry's macro.
module auklet_sram_bank #(
  /// Words of the bank; a power of two.
  parameter int unsigned WORDS = 4096,
  /// Bits of a word: 128, and 9 more with check bits.
  parameter int unsigned WIDTH = 128
) (
  input  logic                     clk_i,
  input  logic                     en_i,     ///< Access this cycle
  input  logic                     we_i,     ///< Write (else read)
  input  logic [$clog2(WORDS)-1:0] addr_i,   ///< Word address
  input  logic [WIDTH-1:0]         wdata_i,  ///< Word to write
  output logic [WIDTH-1:0]         rdata_o   ///< Word read, one cycle after en_i without we_i; holds until the next read
);
  logic [WIDTH-1:0] mem [0:WORDS-1];

  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (we_i) mem[addr_i] <= wdata_i;
      else rdata_o <= mem[addr_i];
    end
  end
endmodule
