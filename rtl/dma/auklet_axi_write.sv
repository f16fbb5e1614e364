// AXI4 write port of the store engine (ID 2).
//
// The engine hands over a burst only when all its beats are buffered, so a burst that was put on AW always completes
// with its own data, also while stop_i is high; only nothing new is issued then.
module auklet_axi_write #(
  parameter int unsigned DATA_BITS = 128,  ///< Width of the data bus: 64 or 128
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS,
  parameter int unsigned ID_BITS = auklet_pkg::AXI_ID_BITS
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   stop_i,          ///< Issue nothing new
  input  logic [3:0]             max_bursts_i,    ///< Bursts in flight, 1 to 8
  output logic                   idle_o,          ///< Nothing pending, nothing in flight

  input  logic                   req_valid_i,     ///< A burst whose beats are all buffered; held until req_ready_o
  input  logic [ADDR_BITS-1:0]   req_addr_i,      ///< Address of the first byte
  input  logic [7:0]             req_len_i,       ///< Beats - 1
  output logic                   req_ready_o,

  input  logic [DATA_BITS-1:0]   data_i,          ///< The next beat; there when a burst was handed over
  input  logic [DATA_BITS/8-1:0] strb_i,
  output logic                   data_ready_o,    ///< It was taken

  output logic                   error_o,         ///< A response was an error
  output logic                   error_decode_o,  ///< It was DECERR, else SLVERR
  output logic [ADDR_BITS-1:0]   error_addr_o,    ///< Address of its burst
  output logic                   beat_o,          ///< A beat or a response was accepted

  output logic [ID_BITS-1:0]     awid_o,
  output logic [ADDR_BITS-1:0]   awaddr_o,
  output logic [7:0]             awlen_o,
  output logic                   awvalid_o,
  input  logic                   awready_i,
  output logic [DATA_BITS-1:0]   wdata_o,
  output logic [DATA_BITS/8-1:0] wstrb_o,
  output logic                   wlast_o,
  output logic                   wvalid_o,
  input  logic                   wready_i,
  input  logic [1:0]             bresp_i,
  input  logic                   bvalid_i,
  output logic                   bready_o
);
  localparam logic [1:0] DECERR = 2'b11;

  logic [3:0] flight_q;
  logic grant, resp, len_full, len_valid, addr_full, addr_valid;
  logic [7:0] len, beat_q;
  logic [ADDR_BITS-1:0] addr;
  assign grant = req_valid_i && (!awvalid_o || awready_i) && !stop_i && flight_q < max_bursts_i;
  assign req_ready_o = grant;
  assign bready_o = 1'b1;
  assign resp = bvalid_i && bready_o;
  assign idle_o = flight_q == 4'd0;
  assign awid_o = ID_BITS'(auklet_pkg::CHANNEL_STORE);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      awvalid_o <= 1'b0;
      flight_q <= 4'd0;
    end else begin
      if (grant) awvalid_o <= 1'b1;
      else if (awready_i) awvalid_o <= 1'b0;
      if (grant != resp) flight_q <= grant ? flight_q + 4'd1 : flight_q - 4'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (grant) begin
      awaddr_o <= req_addr_i;
      awlen_o <= req_len_i;
    end
  end

  // Lengths of bursts whose beats are still to go, and addresses of bursts without a response.
  logic w_free, w_take;
  assign w_free = !wvalid_o || wready_i;
  assign w_take = len_valid && w_free;
  assign data_ready_o = w_take;
  auklet_fifo #(
    .WIDTH(8),
    .DEPTH(8)
  ) u_len (
    .clk_i, .rst_ni, .clear_i(1'b0), .push_i(grant), .data_i(req_len_i), .full_o(len_full),
    .pop_i(w_take && beat_q == len), .valid_o(len_valid), .data_o(len)
  );
  auklet_fifo #(
    .WIDTH(ADDR_BITS),
    .DEPTH(8)
  ) u_addr (
    .clk_i, .rst_ni, .clear_i(1'b0), .push_i(grant), .data_i(req_addr_i), .full_o(addr_full),
    .pop_i(resp && addr_valid), .valid_o(addr_valid), .data_o(addr)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wvalid_o <= 1'b0;
      beat_q <= 8'd0;
    end else begin
      if (w_take) wvalid_o <= 1'b1;
      else if (wready_i) wvalid_o <= 1'b0;
      if (w_take) beat_q <= beat_q == len ? 8'd0 : beat_q + 8'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (w_take) begin
      wdata_o <= data_i;
      wstrb_o <= strb_i;
      wlast_o <= beat_q == len;
    end
  end

  assign error_o = resp && bresp_i[1];
  assign error_decode_o = bresp_i == DECERR;
  assign error_addr_o = addr;
  assign beat_o = (wvalid_o && wready_i) || resp;

`ifdef VERILATOR
  assert property (@(posedge clk_i) disable iff (!rst_ni) awvalid_o && !awready_i |=> awvalid_o && $stable(awaddr_o) && $stable(awlen_o));
  assert property (@(posedge clk_i) disable iff (!rst_ni) wvalid_o && !wready_i |=> wvalid_o && $stable(wdata_o) && $stable(wstrb_o) && $stable(wlast_o));
  assert property (@(posedge clk_i) disable iff (!rst_ni) grant |-> !len_full && !addr_full);
`endif
endmodule
