// Activation fetch: 16 bytes of an input row at any byte, bytes outside the row replaced by the zero point.
//
//   cycle   n                 n+1           n+2
//           valid_i, gnt_o    SRAM data     valid_o, data_o
module auklet_fetch #(
  parameter int unsigned WORD_BITS = 15  ///< Width of an SRAM word address
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 valid_i,      ///< Fetch; held until gnt_o
  input  logic [23:0]          row_i,        ///< SRAM byte address of byte 0 of the row
  input  logic                 row_ok_i,     ///< The row exists
  input  logic signed [27:0]   r_i,          ///< Byte in the row
  input  logic [23:0]          row_bytes_i,  ///< Bytes of the row that exist
  input  logic [7:0]           zp_i,         ///< Value of bytes that do not
  output logic                 gnt_o,        ///< Taken
  output logic                 whole_o,      ///< All 16 bytes exist; also without valid_i

  output logic                 sram_valid_o,
  output logic [WORD_BITS-1:0] sram_addr_o,
  output logic                 sram_two_o,
  input  logic                 sram_gnt_i,
  input  logic [255:0]         sram_data_i,

  output logic                 mid_o,        ///< One cycle after the grant
  output logic                 valid_o,      ///< Two cycles after the grant
  output logic [127:0]         data_o        ///< Holds until the next one
);
  // Bytes before the row's first byte and bytes up to its end, clipped to 0..16.
  function automatic logic [4:0] clip16(input logic signed [27:0] x);
    if (x <= 28'sd0) clip16 = 5'd0;
    else if (x >= 28'sd16) clip16 = 5'd16;
    else clip16 = x[4:0];
  endfunction

  logic signed [27:0] rest;
  logic [15:0] mask;
  logic [23:0] addr;
  assign rest = signed'({4'd0, row_bytes_i}) - r_i;
  assign addr = row_i + r_i[23:0];
  always_comb begin
    mask = 16'h0000;
    if (row_ok_i) begin
      // Most fetches lie inside: the simulation is spared the shifts.
      if (r_i >= 28'sd0 && rest >= 28'sd16) mask = 16'hffff;
      else mask = (16'hffff << clip16(-r_i)) & ~(16'hffff << clip16(rest));
    end
  end

  assign whole_o = mask == 16'hffff;
  assign sram_valid_o = valid_i && mask != 16'h0000;
  assign sram_addr_o = addr[WORD_BITS+3:4];
  assign sram_two_o = addr[3:0] != 4'd0;
  assign gnt_o = valid_i && (sram_gnt_i || mask == 16'h0000);

  logic mid_q, valid_q;
  logic [15:0] mask_q;
  logic [3:0] offset_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      mid_q <= 1'b0;
      valid_q <= 1'b0;
    end else begin
      mid_q <= gnt_o;
      valid_q <= mid_q;
    end
  end
  always_ff @(posedge clk_i) begin
    if (gnt_o) begin
      mask_q <= mask;
      offset_q <= addr[3:0];
    end
    if (mid_q) begin
      if (mask_q == 16'hffff) begin
        if (offset_q == 4'd0) data_o <= sram_data_i[127:0];
        else data_o <= 128'(sram_data_i >> {offset_q, 3'b000});
      end else begin
        for (int b = 0; b < 16; b++) begin
          data_o[8*b +: 8] <= mask_q[b] ? sram_data_i[8*(32'(offset_q)+b) +: 8] : zp_i;
        end
      end
    end
  end
  assign mid_o = mid_q;
  assign valid_o = valid_q;
endmodule
