// Synchronous FIFO of DEPTH entries; the head is readable while valid_o. Flushed by clear_i.
module auklet_fifo #(
  parameter int unsigned WIDTH = 32,  ///< Bits of an entry
  parameter int unsigned DEPTH = 4    ///< Entries; a power of two, at least 2
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             clear_i,   ///< Empty it; wins over push and pop
  input  logic             push_i,    ///< Only while not full_o
  input  logic [WIDTH-1:0] data_i,
  output logic             full_o,
  input  logic             pop_i,     ///< Only while valid_o
  output logic             valid_o,
  output logic [WIDTH-1:0] data_o
);
  localparam int unsigned PTR = $clog2(DEPTH);
  logic [WIDTH-1:0] mem [0:DEPTH-1];
  logic [PTR:0] count_q;
  logic [PTR-1:0] head_q, tail_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      count_q <= '0;
      head_q <= '0;
      tail_q <= '0;
    end else if (clear_i) begin
      count_q <= '0;
      head_q <= '0;
      tail_q <= '0;
    end else if (push_i || pop_i) begin
      if (push_i) tail_q <= tail_q + 1'b1;
      if (pop_i) head_q <= head_q + 1'b1;
      if (push_i && !pop_i) count_q <= count_q + 1'b1;
      if (pop_i && !push_i) count_q <= count_q - 1'b1;
    end
  end
  always_ff @(posedge clk_i) if (push_i) mem[tail_q] <= data_i;

  assign full_o = count_q == (PTR + 1)'(DEPTH);
  assign valid_o = count_q != '0;
  assign data_o = mem[head_q];

`ifdef VERILATOR
  assert property (@(posedge clk_i) disable iff (!rst_ni) !clear_i && push_i |-> !full_o);
  assert property (@(posedge clk_i) disable iff (!rst_ni) !clear_i && pop_i |-> valid_o);
`endif
endmodule
