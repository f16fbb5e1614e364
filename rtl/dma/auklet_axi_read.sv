// AXI4 read port, shared by command fetch (ID 0) and the load engine (ID 1); command fetch goes first.
//
// A burst that was put on AR is always completed. While stop_i is high nothing new is issued, and what still arrives is
// accepted and dropped, so that the port drains as soon as the memory answers.
module auklet_axi_read #(
  parameter int unsigned DATA_BITS = 128,  ///< Width of the data bus: 64 or 128
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS,
  parameter int unsigned ID_BITS = auklet_pkg::AXI_ID_BITS
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   stop_i,          ///< Issue nothing new, drop what arrives
  input  logic [3:0]             max_bursts_i,    ///< Bursts in flight a client, 1 to 8
  output logic                   idle_o,          ///< Nothing pending, nothing in flight

  input  logic [1:0]             req_valid_i,     ///< A client's burst; held until its req_ready_o
  input  logic [ADDR_BITS-1:0]   req_addr0_i,     ///< Address of the first byte
  input  logic [ADDR_BITS-1:0]   req_addr1_i,
  input  logic [7:0]             req_len0_i,      ///< Beats - 1
  input  logic [7:0]             req_len1_i,
  output logic [1:0]             req_ready_o,

  output logic [1:0]             data_valid_o,    ///< A beat for this client, which takes it
  output logic [DATA_BITS-1:0]   data_o,
  input  logic [1:0]             data_ready_i,    ///< A client has room; from registers alone

  output logic                   error_o,         ///< A beat came with an error response
  output logic                   error_decode_o,  ///< It was DECERR, else SLVERR
  output logic                   error_client_o,
  output logic [ADDR_BITS-1:0]   error_addr_o,    ///< Address of its burst
  output logic                   beat_o,          ///< A beat was accepted

  output logic [ID_BITS-1:0]     arid_o,
  output logic [ADDR_BITS-1:0]   araddr_o,
  output logic [7:0]             arlen_o,
  output logic                   arvalid_o,
  input  logic                   arready_i,
  input  logic [ID_BITS-1:0]     rid_i,
  input  logic [DATA_BITS-1:0]   rdata_i,
  input  logic [1:0]             rresp_i,
  input  logic                   rlast_i,
  input  logic                   rvalid_i,
  output logic                   rready_o
);
  localparam logic [1:0] DECERR = 2'b11;

  // Bursts in flight, pending ones included, and their addresses.
  logic [3:0] flight0_q, flight1_q;
  logic [1:0] grant, done;
  logic free, grant_fetch, grant_load;
  assign free = !arvalid_o || arready_i;
  assign grant_fetch = req_valid_i[0] && free && !stop_i && flight0_q < max_bursts_i;
  assign grant_load = req_valid_i[1] && free && !stop_i && flight1_q < max_bursts_i && !grant_fetch;
  assign grant = {grant_load, grant_fetch};
  assign req_ready_o = grant;

  logic beat, client;
  assign client = rid_i == ID_BITS'(auklet_pkg::CHANNEL_LOAD);
  // Not by RID: AXI forbids a combinational path from an input to an output.
  assign rready_o = stop_i || data_ready_i == 2'b11;
  assign beat = rvalid_i && rready_o;
  assign done[0] = beat && rlast_i && !client;
  assign done[1] = beat && rlast_i && client;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      arvalid_o <= 1'b0;
      flight0_q <= 4'd0;
      flight1_q <= 4'd0;
    end else begin
      if (grant != 2'b00) arvalid_o <= 1'b1;
      else if (arready_i) arvalid_o <= 1'b0;
      if (grant[0] != done[0]) flight0_q <= grant[0] ? flight0_q + 4'd1 : flight0_q - 4'd1;
      if (grant[1] != done[1]) flight1_q <= grant[1] ? flight1_q + 4'd1 : flight1_q - 4'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (grant != 2'b00) begin
      arid_o <= grant[1] ? ID_BITS'(auklet_pkg::CHANNEL_LOAD) : ID_BITS'(auklet_pkg::CHANNEL_FETCH);
      araddr_o <= grant[1] ? req_addr1_i : req_addr0_i;
      arlen_o <= grant[1] ? req_len1_i : req_len0_i;
    end
  end
  assign idle_o = flight0_q == 4'd0 && flight1_q == 4'd0;

  logic [ADDR_BITS-1:0] addr0, addr1;
  logic [1:0] addr_valid, addr_full;
  auklet_fifo #(
    .WIDTH(ADDR_BITS),
    .DEPTH(8)
  ) u_addr0 (
    .clk_i, .rst_ni, .clear_i(1'b0), .push_i(grant[0]), .data_i(req_addr0_i), .full_o(addr_full[0]),
    .pop_i(done[0]), .valid_o(addr_valid[0]), .data_o(addr0)
  );
  auklet_fifo #(
    .WIDTH(ADDR_BITS),
    .DEPTH(8)
  ) u_addr1 (
    .clk_i, .rst_ni, .clear_i(1'b0), .push_i(grant[1]), .data_i(req_addr1_i), .full_o(addr_full[1]),
    .pop_i(done[1]), .valid_o(addr_valid[1]), .data_o(addr1)
  );

  assign data_valid_o = {beat && client && !stop_i, beat && !client && !stop_i};
  assign data_o = rdata_i;
  assign error_o = beat && rresp_i[1];
  assign error_decode_o = rresp_i == DECERR;
  assign error_client_o = client;
  assign error_addr_o = client ? addr1 : addr0;
  assign beat_o = beat;

`ifdef VERILATOR
  assert property (@(posedge clk_i) disable iff (!rst_ni) arvalid_o && !arready_i |=> arvalid_o && $stable(araddr_o) && $stable(arlen_o) && $stable(arid_o));
  assert property (@(posedge clk_i) disable iff (!rst_ni) beat |-> addr_valid[client]);
  assert property (@(posedge clk_i) disable iff (!rst_ni) (grant & addr_full) == 2'b00);
`endif
endmodule
