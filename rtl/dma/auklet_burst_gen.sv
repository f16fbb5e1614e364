// Cuts the memory side of a transfer into AXI bursts: row by row, at most BURST_BYTES, never across a multiple of
// BURST_BYTES (so never across 4 KiB).
module auklet_burst_gen #(
  parameter int unsigned DATA_BITS = 128,  ///< Width of the data bus: 64 or 128
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 abort_i,    ///< Stop at once
  input  logic                 start_i,    ///< Begin; the transfer is stable until active_o falls
  input  logic [ADDR_BITS-1:0] addr_i,     ///< Address of the first byte
  input  logic [23:0]          len_i,      ///< Bytes of a row
  input  logic [15:0]          rows_i,     ///< Rows
  input  logic [31:0]          stride_i,   ///< Bytes from row to row
  output logic                 active_o,   ///< Bursts are left
  output logic [ADDR_BITS-1:0] addr_o,     ///< Address of the burst's first byte
  output logic [8:0]           bytes_o,    ///< Bytes of the burst, 1 to BURST_BYTES
  output logic [7:0]           len_o,      ///< Beats - 1
  output logic                 last_o,     ///< It is the transfer's last burst
  input  logic                 next_i      ///< The burst was taken
);
  localparam int unsigned BYTE_BITS = $clog2(DATA_BITS / 8);

  logic active_q;
  logic [ADDR_BITS-1:0] row_q, addr_q;
  logic [23:0] left_q;
  logic [15:0] rows_q;
  logic [8:0] room, last_byte;
  assign room = 9'(auklet_pkg::BURST_BYTES) - {1'b0, addr_q[7:0]};
  assign bytes_o = left_q < 24'(room) ? left_q[8:0] : room;
  assign last_byte = 9'(addr_q[BYTE_BITS-1:0]) + bytes_o - 9'd1;
  assign len_o = 8'(last_byte >> BYTE_BITS);
  assign addr_o = addr_q;
  assign active_o = active_q;

  logic row_end;
  assign row_end = left_q <= 24'(room);
  assign last_o = row_end && rows_q == 16'd1;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (abort_i) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (next_i && last_o) active_q <= 1'b0;
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      row_q <= addr_i;
      addr_q <= addr_i;
      left_q <= len_i;
      rows_q <= rows_i;
    end else if (next_i) begin
      if (row_end) begin
        row_q <= row_q + ADDR_BITS'(stride_i);
        addr_q <= row_q + ADDR_BITS'(stride_i);
        left_q <= len_i;
        rows_q <= rows_q - 16'd1;
      end else begin
        addr_q <= addr_q + ADDR_BITS'(bytes_o);
        left_q <= left_q - 24'(bytes_o);
      end
    end
  end
endmodule
