// Address window check of a transfer: combinational, exact, before anything of the transfer is issued.
module auklet_window_check (
  input  logic        en_i,       ///< There is a transfer: ok_o counts, else it is 0
  input  logic [39:0] base_i,     ///< Window: address of its first byte
  input  logic [31:0] size_i,     ///< Window: bytes
  input  logic        allow_i,    ///< Window: the transfer's direction is allowed
  input  logic [31:0] offset_i,   ///< Transfer: first byte, relative to the window
  input  logic [23:0] len_i,      ///< Transfer: bytes of a row
  input  logic [15:0] rows_i,     ///< Transfer: rows, at least 1
  input  logic [31:0] stride_i,   ///< Transfer: bytes from row to row
  output logic        ok_o,       ///< Every byte lies in the window, which lies in the address space
  output logic [39:0] addr_o      ///< Address of the first byte
);
  // All of it exact: nothing wraps, not even a window that would leave the address space.
  logic [15:0] steps;
  logic [40:0] first, window_end;
  logic [47:0] rest;              // what the rows behind the first add
  logic [49:0] last;              // one past the last byte; 2^41 + 2^16 * 2^32 + 2^24 fits
  assign first = 41'(base_i) + 41'(offset_i);
  always_comb begin
    steps = 16'd0;
    rest = 48'd0;
    last = 50'd0;
    window_end = 41'd0;
    ok_o = 1'b0;
    if (en_i) begin
      steps = rows_i - 16'd1;
      rest = 48'(steps) * 48'(stride_i);
      last = 50'(first) + 50'(rest) + 50'(len_i);
      window_end = 41'(base_i) + 41'(size_i);
      ok_o = allow_i && last <= 50'(window_end) && window_end <= 41'h100_0000_0000;
    end
  end
  assign addr_o = first[39:0];
endmodule
