// Layer log: the cycles of a job, by layer and cause.
//
// The current layer's counts are in registers. When the layer changes they go to its row of the memory, and the new
// layer's row, if it has one in this job, comes back and is added a cycle later: no cycle is lost.
module auklet_layer_log (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,        ///< Forget everything: a job begins, or the counters are cleared
  input  logic        count_i,        ///< This cycle counts
  input  logic        end_i,          ///< The job has ended: one cycle, without count_i
  input  logic [3:0]  cause_i,        ///< auklet_pkg::CAUSE_*, not NONE, with count_i
  input  logic        layer_valid_i,  ///< layer_i is known; else the layer is the one before, or the first to come
  input  logic [7:0]  layer_i,

  input  logic        read_i,         ///< Read an item: one cycle, then again after valid_o at the earliest
  input  logic [7:0]  entry_i,        ///< Its layer; stable until valid_o
  input  logic [3:0]  item_i,         ///< Its cause; likewise
  output logic        valid_o,        ///< data_o is there, one cycle
  output logic [31:0] data_o          ///< 0 where the layer has no row, or the cause does not exist
);
  localparam int unsigned CAUSES = auklet_pkg::CAUSES;
  localparam int unsigned ENTRIES = auklet_pkg::LOG_ENTRIES;

  logic [31:0] count_q [0:CAUSES-1];
  logic [CAUSES*32-1:0] mem [0:ENTRIES-1];
  logic [CAUSES*32-1:0] row_q;
  logic [ENTRIES-1:0] written_q;     // row is of this job
  logic [7:0] layer_q;
  logic known_q;                     // layer_q is a layer that appeared, not the reset value
  logic some_q;                      // count_q and row_q hold something that is not in the memory
  logic back_q;                      // row_q is the current layer's earlier count
  logic pending_q, got_q, exists_q;

  logic switch, store;
  logic [7:0] read_layer;
  assign switch = count_i && layer_valid_i && known_q && layer_i != layer_q;
  assign store = (switch || end_i) && some_q;
  assign read_layer = switch ? layer_i : entry_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      written_q <= '0;
      known_q <= 1'b0;
      some_q <= 1'b0;
      back_q <= 1'b0;
      pending_q <= 1'b0;
      got_q <= 1'b0;
    end else begin
      back_q <= switch && written_q[layer_i];
      pending_q <= read_i || (pending_q && switch);
      got_q <= pending_q && !switch;
      if (clear_i) begin
        written_q <= '0;
        known_q <= 1'b0;
        some_q <= 1'b0;
        back_q <= 1'b0;
      end else begin
        if (store) written_q[layer_q] <= 1'b1;
        if (count_i) begin
          known_q <= known_q || layer_valid_i;
          some_q <= 1'b1;
        end else if (end_i) some_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (switch || pending_q) row_q <= mem[read_layer];
    if (pending_q) exists_q <= written_q[entry_i];
  end

  // Wide work is done on changes only: in most cycles a single count moves.
  always_ff @(posedge clk_i) begin : counting
    logic [CAUSES*32-1:0] total;
    if (store || back_q) begin
      for (int i = 0; i < CAUSES; i++) total[32*i +: 32] = count_q[i] + (back_q ? row_q[32*i +: 32] : 32'd0);
    end
    if (store) mem[layer_q] <= total;
    if (clear_i || end_i) begin
      for (int i = 0; i < CAUSES; i++) count_q[i] <= 32'd0;
    end else if (switch) begin
      for (int i = 0; i < CAUSES; i++) count_q[i] <= cause_i == 4'(i + 1) ? 32'd1 : 32'd0;
    end else if (back_q) begin
      for (int i = 0; i < CAUSES; i++) count_q[i] <= total[32*i +: 32] + (count_i && cause_i == 4'(i + 1) ? 32'd1 : 32'd0);
    end else if (count_i) count_q[cause_i - 4'd1] <= count_q[cause_i - 4'd1] + 32'd1;
    if (clear_i) layer_q <= 8'd0;
    else if (count_i && layer_valid_i) layer_q <= layer_i;
  end

  logic [3:0] place;
  assign place = item_i - 4'd1;
  assign valid_o = got_q;
  always_comb begin
    data_o = 32'd0;
    if (got_q && exists_q && place < 4'(CAUSES)) data_o = row_q[{place, 5'd0} +: 32];
  end

`ifdef VERILATOR
  // All rows of a job add up to the cycles that it counted.
  logic [31:0] counted_q;
  logic ended_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {ended_q, counted_q} <= 33'd0;
    else begin
      ended_q <= end_i && !clear_i;
      if (clear_i) counted_q <= 32'd0;
      else if (count_i) counted_q <= counted_q + 32'd1;
    end
  end
  always_ff @(posedge clk_i) begin : sum_is_right
    logic [31:0] sum;
    sum = 32'd0;
    if (rst_ni && ended_q) begin
      for (int e = 0; e < ENTRIES; e++) begin
        if (written_q[e]) for (int i = 0; i < CAUSES; i++) sum = sum + mem[e][32*i +: 32];
      end
      assert (sum == counted_q);
    end
  end
  assert property (@(posedge clk_i) disable iff (!rst_ni) count_i |-> cause_i != 4'd0 && cause_i <= 4'(CAUSES));
`endif
endmodule
