// Parameter loader: reads the parameter blocks (bias, multiplier, shift of 16 lanes) of a command in the order in which
// the drain needs them, one block ahead of it.
//
// Tile by tile; where the tiles of a set share their input, all of them again for each stripe. The block in use and the
// next one are registers of their own (2 x 1152 bits), so that a tile's sums may follow the last tile's at once.
//
//   valid_o ──▶ take_i: in the next cycle the block is the one in use, and the one behind it is fetched
module auklet_param_loader #(
  parameter int unsigned GROUPS = 1,     ///< Tiles of a set when the tiles share their input
  parameter int unsigned WORD_BITS = 15  ///< Width of an SRAM word address
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,       ///< Stop at once; the next block is forgotten

  input  logic                     start_i,       ///< Begin; cmd_i and the derived values are stable until done
  input  logic                     window_i,      ///< DWCONV or DWROWS, else CONV; stable like cmd_i
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_geom_t    cmd_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [31:0]              positions_i,   ///< out_w * out_h
  input  logic                     weights_i,     ///< A weight set is loaded: the first one goes before parameters,
  input  logic                     first_i,       ///< but not before the first block; stable until done

  output logic                     sram_valid_o,
  output logic [WORD_BITS-2:0]     sram_addr_o,   ///< Pair address
  input  logic                     sram_gnt_i,
  input  logic [255:0]             sram_data_i,   ///< One cycle after sram_gnt_i

  output logic                     loaded_o,      ///< One cycle for each block: its last pair arrives
  output logic                     valid_o,       ///< The next block is there
  input  logic                     take_i,        ///< Use it; only while valid_o
  output logic [511:0]             bias_o,        ///< Of the block in use: 16 int32
  output logic [511:0]             mult_o,        ///< 16 int32
  output logic [127:0]             shift_o        ///< 16 int8
);
  localparam logic [2:0] LAST_PAIR = 3'(auklet_pkg::PARAM_BLOCK / 32 - 1);

  logic active_q, full_q;                // full_q: the next block is asked for
  logic begun_q, first_q;                // the first weights are there; they need not be
  logic arrive_q;
  logic [2:0] pair_q, pair_arrive_q;
  logic [15:0] tiles_left_q;
  logic [31:0] left_q;
  logic [1:0] group_q;
  logic [23:0] ptr_q, set_base_q;

  logic [15:0] set_tiles;
  assign set_tiles = window_i || cmd_i.in_tile_step != 24'd0 ? 16'd1
                   : tiles_left_q > 16'(GROUPS) ? 16'(GROUPS) : tiles_left_q;

  logic fire, block_end, set_end, stripes_end;
  assign sram_valid_o = active_q && (begun_q || first_q) && !full_q;
  assign sram_addr_o = ptr_q[WORD_BITS+3:5];
  assign fire = sram_valid_o && sram_gnt_i;
  assign block_end = fire && pair_q == LAST_PAIR;
  assign set_end = block_end && 16'(group_q) + 16'd1 == set_tiles;
  assign stripes_end = set_tiles == 16'd1 || left_q <= {24'd0, cmd_i.stripe};

  assign loaded_o = arrive_q && pair_arrive_q == LAST_PAIR;
  assign valid_o = full_q && !arrive_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      begun_q <= 1'b0;
      first_q <= 1'b0;
      full_q <= 1'b0;
      arrive_q <= 1'b0;
    end else if (abort_i) begin
      active_q <= 1'b0;
      begun_q <= 1'b0;
      first_q <= 1'b0;
      full_q <= 1'b0;
      arrive_q <= 1'b0;
    end else begin
      if (start_i) active_q <= 1'b1;
      else if (set_end && stripes_end && tiles_left_q == set_tiles) active_q <= 1'b0;
      if (start_i) begun_q <= 1'b0;
      else if (weights_i) begun_q <= 1'b1;
      if (start_i) first_q <= first_i;
      else if (block_end) first_q <= 1'b0;
      if (block_end) full_q <= 1'b1;
      else if (take_i) full_q <= 1'b0;
      arrive_q <= fire;
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      tiles_left_q <= cmd_i.oc_tiles;
      left_q <= positions_i;
      group_q <= 2'd0;
      pair_q <= 3'd0;
      ptr_q <= cmd_i.p_base;
      set_base_q <= cmd_i.p_base;
    end else if (fire) begin
      pair_q <= block_end ? 3'd0 : pair_q + 3'd1;
      ptr_q <= ptr_q + 24'd32;
      if (block_end) group_q <= set_end ? 2'd0 : group_q + 2'd1;
      if (set_end) begin
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

  logic [511:0] next_bias_q, next_mult_q;
  logic [127:0] next_shift_q;
  always_ff @(posedge clk_i) begin
    if (fire) pair_arrive_q <= pair_q;
    if (arrive_q) begin
      case (pair_arrive_q)
        3'd0: next_bias_q[255:0] <= sram_data_i;
        3'd1: next_bias_q[511:256] <= sram_data_i;
        3'd2: next_mult_q[255:0] <= sram_data_i;
        3'd3: next_mult_q[511:256] <= sram_data_i;
        default: next_shift_q <= sram_data_i[127:0];
      endcase
    end
    if (take_i) begin
      bias_o <= next_bias_q;
      mult_o <= next_mult_q;
      shift_o <= next_shift_q;
    end
  end
endmodule
