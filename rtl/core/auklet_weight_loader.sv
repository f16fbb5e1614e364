// Weight loader: fills the array's two weight sets ahead of the sequencer, in the order of the stream's blocks.
//
// CONV: for each tile set, for each stripe, the set's blocks from the beginning. DWCONV: one block a tile.
module auklet_weight_loader #(
  parameter int unsigned GROUPS = 1,     ///< Tiles of a set when the tiles share their input
  parameter int unsigned WORD_BITS = 15, ///< Width of an SRAM word address
  parameter int unsigned PHASES = 1      ///< Cycles of a multiply: how long a released set is still read
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,        ///< Stop at once; both sets become empty

  input  logic                     start_i,        ///< Begin; cmd_i and the derived values are stable until done
  input  logic                     dw_i,           ///< DWCONV, else CONV or DWROWS; stable like cmd_i
  input  logic                     window_i,       ///< DWCONV or DWROWS; stable like cmd_i
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [31:0]              positions_i,    ///< out_w * out_h
  input  logic [31:0]              steps_i,        ///< Kernel steps of a stripe

  input  logic                     release_i,      ///< Set release_set_i was issued for the last time
  input  logic                     release_set_i,
  output logic [1:0]               ready_o,        ///< Set is loaded

  output logic                     sram_valid_o,
  output logic [WORD_BITS-2:0]     sram_addr_o,    ///< Pair address
  input  logic                     sram_gnt_i,

  output logic                     wload_o,        ///< The read data of this cycle goes to the array
  output logic                     wload_set_o,
  output logic                     wload_columns_o, ///< It is two columns of a block, else two rows
  output logic [1:0]               wload_group_o,
  output logic [2:0]               wload_pair_o
);
  logic active_q, fill_q;            // fill_q: the set being loaded
  logic [1:0] full_q;
  logic [15:0] tiles_left_q;
  logic [31:0] left_q, step_q;
  logic [23:0] ptr_q, set_base_q;
  logic [2:0] pair_q;
  logic [1:0] group_q;

  logic [15:0] set_tiles;
  assign set_tiles = window_i || cmd_i.in_tile_step != 24'd0 ? 16'd1
                   : tiles_left_q > 16'(GROUPS) ? 16'(GROUPS) : tiles_left_q;

  logic fire, block_end, group_end, step_end, stripes_end;
  assign sram_valid_o = active_q && !full_q[fill_q];
  assign sram_addr_o = ptr_q[WORD_BITS+3:5];
  assign fire = sram_valid_o && sram_gnt_i;
  assign block_end = pair_q == 3'd7;
  assign group_end = block_end && 16'(group_q) + 16'd1 == set_tiles;
  assign step_end = dw_i || step_q + 32'd1 == steps_i;
  assign stripes_end = dw_i || left_q <= {24'd0, cmd_i.stripe};

  // A released set may be overwritten once its last multiply has ended: the load is two cycles behind the release, the
  // multiply begins two (CONV) or three (DWCONV) cycles behind it and lasts PHASES.
  logic [PHASES-1:0] rel_q, rel_set_q;
  logic rel, rel_set;
  if (PHASES == 1) begin : gen_one_phase
    assign rel = window_i ? rel_q[0] : release_i;
    assign rel_set = window_i ? rel_set_q[0] : release_set_i;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) rel_q <= '0;
      else rel_q <= release_i && !abort_i;
    end
    always_ff @(posedge clk_i) rel_set_q <= release_set_i;
  end else begin : gen_phases
    assign rel = window_i ? rel_q[PHASES-1] : rel_q[PHASES-2];
    assign rel_set = window_i ? rel_set_q[PHASES-1] : rel_set_q[PHASES-2];
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) rel_q <= '0;
      else if (abort_i) rel_q <= '0;
      else rel_q <= {rel_q[PHASES-2:0], release_i};
    end
    always_ff @(posedge clk_i) rel_set_q <= {rel_set_q[PHASES-2:0], release_set_i};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      fill_q <= 1'b0;
      full_q <= 2'b00;
    end else if (abort_i) begin
      active_q <= 1'b0;
      fill_q <= 1'b0;
      full_q <= 2'b00;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (fire && group_end && step_end && stripes_end && tiles_left_q == set_tiles) active_q <= 1'b0;
      // Every command begins with set 0, here and in the sequencers: they do not all see each other's commands.
      if (start_i) fill_q <= 1'b0;
      else if (fire && group_end) fill_q <= ~fill_q;
      for (int s = 0; s < 2; s++) begin
        if (rel && rel_set == s[0]) full_q[s] <= 1'b0;
        else if (fire && group_end && fill_q == s[0]) full_q[s] <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      tiles_left_q <= cmd_i.oc_tiles;
      left_q <= positions_i;
      step_q <= 32'd0;
      ptr_q <= cmd_i.w_base;
      set_base_q <= cmd_i.w_base;
      pair_q <= 3'd0;
      group_q <= 2'd0;
    end else if (fire) begin
      pair_q <= pair_q + 3'd1;
      ptr_q <= ptr_q + 24'd32;
      if (block_end) group_q <= group_end ? 2'd0 : group_q + 2'd1;
      if (group_end) begin
        step_q <= step_end ? 32'd0 : step_q + 32'd1;
        if (step_end) begin
          if (stripes_end) begin
            tiles_left_q <= tiles_left_q - set_tiles;
            left_q <= positions_i;
            set_base_q <= ptr_q + 24'd32;
          end else begin
            left_q <= left_q - {24'd0, cmd_i.stripe};
            ptr_q <= set_base_q;
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) wload_o <= 1'b0;
    else wload_o <= fire;
  end
  always_ff @(posedge clk_i) begin
    if (fire) begin
      wload_set_o <= fill_q;
      wload_columns_o <= !window_i && cmd_i.w_columns;
      wload_group_o <= group_q;
      wload_pair_o <= pair_q;
    end
  end
  assign ready_o = full_q;
endmodule
