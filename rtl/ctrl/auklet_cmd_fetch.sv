// Command fetch: reads the stream ahead over AXI and gives it out as 128-bit words, in order.
module auklet_cmd_fetch #(
  parameter int unsigned DATA_BITS = 128,  ///< Width of the AXI data bus: 64 or 128
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   abort_i,       ///< Stop and forget at once
  input  logic                   start_i,       ///< Begin
  input  logic [ADDR_BITS-1:0]   base_i,        ///< Address of the stream; a multiple of 16
  input  logic [23:0]            size_i,        ///< Bytes of the stream; a multiple of 16, not zero

  output logic                   req_valid_o,   ///< Burst request
  output logic [ADDR_BITS-1:0]   req_addr_o,
  output logic [7:0]             req_len_o,
  input  logic                   req_ready_i,
  input  logic                   data_valid_i,  ///< Beats in the order of the requests
  input  logic [DATA_BITS-1:0]   data_i,
  output logic                   data_ready_o,

  output logic                   valid_o,       ///< A word is there
  output logic [127:0]           word_o,
  input  logic                   pop_i
);
  localparam int unsigned DEPTH = 2 * auklet_pkg::BURST_BYTES / 16;  // two bursts

  logic active, push, full;
  logic [8:0] bytes;
  logic [127:0] push_word;
  logic [6:0] reserved_q;            // words in the FIFO or on their way
  assign req_valid_o = active && reserved_q + 7'(bytes >> 4) <= 7'(DEPTH);
  auklet_burst_gen #(
    .DATA_BITS(DATA_BITS),
    .ADDR_BITS(ADDR_BITS)
  ) u_burst_gen (
    .clk_i, .rst_ni, .abort_i,
    .start_i, .addr_i(base_i), .len_i(size_i), .rows_i(16'd1), .stride_i(32'd0),
    .active_o(active), .addr_o(req_addr_o), .bytes_o(bytes), .len_o(req_len_o), .last_o(),
    .next_i(req_valid_o && req_ready_i)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) reserved_q <= 7'd0;
    else if (abort_i) reserved_q <= 7'd0;
    else reserved_q <= reserved_q + (req_valid_o && req_ready_i ? 7'(bytes >> 4) : 7'd0) - 7'(pop_i);
  end

  if (DATA_BITS == 128) begin : gen_wide
    assign push = data_valid_i;
    assign push_word = data_i;
  end else begin : gen_narrow
    logic [63:0] low_q;
    logic half_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) half_q <= 1'b0;
      else if (abort_i) half_q <= 1'b0;
      else if (data_valid_i) half_q <= ~half_q;
    end
    always_ff @(posedge clk_i) if (data_valid_i && !half_q) low_q <= data_i[63:0];
    assign push = data_valid_i && half_q;
    assign push_word = {data_i[63:0], low_q};
  end
  assign data_ready_o = 1'b1;        // room was reserved

  auklet_fifo #(
    .WIDTH(128),
    .DEPTH(DEPTH)
  ) u_words (
    .clk_i, .rst_ni, .clear_i(abort_i), .push_i(push), .data_i(push_word), .full_o(full),
    .pop_i, .valid_o, .data_o(word_o)
  );
`ifdef VERILATOR
  assert property (@(posedge clk_i) disable iff (!rst_ni || abort_i) push |-> !full);
`else
  logic unused;
  assign unused = full;
`endif
endmodule
