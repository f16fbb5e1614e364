// Compute engine: runs one convolution, pool or elementwise command at a time.
//
//   conv_issue ┐
//   dw_issue   │
//   dwrow_issue├─▶ fetch ─▶ (dw_window) ─▶ mac_array ─▶ accumulator ─▶ drain ─▶ requant ─▶ SRAM
//   pool       │                ▲                                        ▲          ▲
//   eltwise    │         weight_loader                             param_loader  eltwise, softmax
//   softmax    ┘
//
// A command is done when its last word has been written.
module auklet_compute #(
  parameter int unsigned ROWS = 16,      ///< Multipliers a lane: 4 or 16
  parameter int unsigned GROUPS = 1,     ///< Groups of 16 lanes: 1 or 4
  parameter int unsigned WORD_BITS = 15  ///< Width of an SRAM word address
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     abort_i,        ///< Drop everything at once

  input  logic                     start_i,        ///< Begin cmd_i; only while not busy
  input  logic [7:0]               opcode_i,       ///< Stable until done_o
  input  logic [639:0]             cmd_i,          ///< Command words, stable until done_o
  output logic                     busy_o,
  output logic                     done_o,         ///< One cycle at the end

  output logic                     out_valid_o,    ///< SRAM write, always granted
  output logic [WORD_BITS-1:0]     out_addr_o,
  output logic [127:0]             out_data_o,
  output logic                     act_valid_o,    ///< SRAM activation read
  output logic [WORD_BITS-1:0]     act_addr_o,
  output logic                     act_two_o,
  input  logic                     act_gnt_i,
  input  logic [255:0]             act_data_i,
  output logic                     wgt_valid_o,    ///< SRAM weight and parameter read
  output logic [WORD_BITS-2:0]     wgt_addr_o,
  input  logic                     wgt_gnt_i,
  input  logic [255:0]             wgt_data_i,

  output logic                     mac_active_o,      ///< Events, see auklet_pkg::EVENT_*
  output logic                     fetch_o,           ///< An activation fetch is granted
  output logic                     stall_weights_o,
  output logic                     stall_drain_o,
  output logic                     stall_bank_o,
  output logic                     requant_active_o,
  output logic                     vector_active_o
);
  localparam int unsigned PHASES = 16 / ROWS;

  auklet_pkg::cmd_geom_t geom;
  auklet_pkg::cmd_eltwise_t elt;
  assign geom = cmd_i;
  assign elt = cmd_i[511:0];
  auklet_pkg::cmd_softmax_t sm;
  assign sm = cmd_i[383:0];

  // What the command is: from LAUNCH on, decoded once for all units.
  logic is_conv, is_dw, is_rows, is_window, is_acc, is_pool, is_avg, is_soft, is_elt;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {is_conv, is_dw, is_rows, is_avg, is_pool, is_soft, is_elt} <= 7'd0;
    else if (start_i) begin
      {is_conv, is_dw, is_rows, is_avg, is_pool, is_soft, is_elt} <= 7'd0;
      case (opcode_i)
        auklet_pkg::OPCODE_CONV: is_conv <= 1'b1;
        auklet_pkg::OPCODE_DWCONV: is_dw <= 1'b1;
        auklet_pkg::OPCODE_DWROWS: is_rows <= 1'b1;
        auklet_pkg::OPCODE_MAXPOOL: is_pool <= 1'b1;
        auklet_pkg::OPCODE_AVGPOOL: {is_pool, is_avg} <= 2'b11;
        auklet_pkg::OPCODE_SOFTMAX: is_soft <= 1'b1;
        default: is_elt <= 1'b1;
      endcase
    end
  end
  assign is_window = is_dw || is_rows; // the array multiplies taps of the window
  assign is_acc = is_conv || is_rows;  // sums go through the accumulators

  // ---- control: a cycle of preparation, then the units until nothing is left but the last word, which is being written ----
  typedef enum logic [1:0] {IDLE, LAUNCH, RUN} state_e;
  state_e state_q;
  logic [23:0] top_q, row_step_q, krow_step_q;
  logic [31:0] positions_q, steps_q;
  logic [15:0] kernel_q;
  logic signed [25:0] last_col_q;
  logic [15:0] last_ox;
  logic launch, units_idle;
  assign last_ox = geom.out_w - 16'd1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else if (abort_i) state_q <= IDLE;
    else begin
      case (state_q)
        IDLE:    if (start_i) state_q <= LAUNCH;
        LAUNCH:  state_q <= RUN;
        RUN:     if (units_idle) state_q <= IDLE;
        default: state_q <= IDLE;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      top_q <= geom.in_base - 24'(geom.pad_top * geom.row_pitch);
      row_step_q <= 24'(geom.stride_y * geom.row_pitch);
      krow_step_q <= 24'(geom.dil_y * geom.row_pitch);
      positions_q <= geom.out_w * geom.out_h;
      kernel_q <= geom.kh * geom.kx_n;
      last_col_q <= signed'(26'(last_ox) * 26'(geom.stride_x)) + signed'({18'd0, geom.kx_n}) - 26'sd1
                  - signed'({18'd0, geom.pad_left});
    end
    // Needed after the first weight block.
    if (state_q == LAUNCH) steps_q <= is_rows ? 32'(geom.kh) : kernel_q * geom.chunks;
  end
  assign launch = state_q == LAUNCH;
  assign busy_o = state_q != IDLE;
  assign done_o = state_q == RUN && units_idle && !abort_i;

  // ---- sequencers ----
  logic fetch_gnt, fetch_whole, fetch_mid, fetch_valid;
  logic [127:0] fetch_data;
  logic [1:0] wset_ready, bank_free;

  logic conv_valid, conv_row_ok, conv_wset, conv_bank, conv_first, conv_final, conv_last, conv_release, conv_issued, conv_active;
  logic conv_stall_w, conv_stall_d;
  logic [23:0] conv_row;
  logic signed [27:0] conv_r;
  logic [5:0] conv_pos;
  auklet_conv_issue #(
    .ROWS(ROWS),
    .GROUPS(GROUPS)
  ) u_conv_issue (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && is_conv), .cmd_i(geom),
    .top_i(top_q), .row_step_i(row_step_q), .krow_step_i(krow_step_q), .positions_i(positions_q),
    .wset_ready_i(wset_ready), .wset_release_o(conv_release), .bank_free_i(bank_free), .stripe_issued_o(conv_issued),
    .valid_o(conv_valid), .row_o(conv_row), .row_ok_o(conv_row_ok), .r_o(conv_r), .gnt_i(fetch_gnt && is_conv),
    .wset_o(conv_wset), .bank_o(conv_bank), .pos_o(conv_pos), .first_o(conv_first), .final_o(conv_final),
    .last_o(conv_last),
    .active_o(conv_active), .stall_weights_o(conv_stall_w), .stall_drain_o(conv_stall_d)
  );

  logic dw_valid, dw_row_ok, dw_wset, dw_release, dw_col_ok, dw_row_start, dw_emit, dw_active;
  logic dw_stall_w, dw_stall_d, dw_fuse, params_loaded;
  logic [23:0] dw_row;
  logic signed [27:0] dw_r;
  logic [6:0] dw_col;
  logic [1:0] dw_above_ok;
  auklet_dw_issue #(
    .ROWS(ROWS)
  ) u_dw_issue (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && is_dw), .cmd_i(geom), .last_col_i(last_col_q),
    .wset_ready_i(wset_ready), .wset_release_o(dw_release), .params_loaded_i(params_loaded && is_dw),
    .valid_o(dw_valid), .row_o(dw_row), .row_ok_o(dw_row_ok), .r_o(dw_r), .gnt_i(fetch_gnt && is_dw),
    .wset_o(dw_wset), .col_o(dw_col), .col_ok_o(dw_col_ok), .row_start_o(dw_row_start), .fuse_o(dw_fuse),
    .above_ok_o(dw_above_ok),
    .emit_o(dw_emit), .active_o(dw_active), .stall_weights_o(dw_stall_w), .stall_drain_o(dw_stall_d)
  );

  logic rows_valid, rows_row_ok, rows_row_start, rows_emit, rows_wset, rows_bank, rows_first, rows_final, rows_last;
  logic rows_release, rows_issued, rows_active, rows_stall_w, rows_stall_d;
  logic [23:0] rows_row;
  logic signed [27:0] rows_r;
  logic [5:0] rows_pos;
  auklet_dwrow_issue #(
    .ROWS(ROWS)
  ) u_dwrow_issue (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && is_rows), .cmd_i(geom),
    .top_i(top_q), .row_step_i(row_step_q), .krow_step_i(krow_step_q), .last_col_i(last_col_q),
    .wset_ready_i(wset_ready), .wset_release_o(rows_release), .bank_free_i(bank_free), .stripe_issued_o(rows_issued),
    .valid_o(rows_valid), .row_o(rows_row), .row_ok_o(rows_row_ok), .r_o(rows_r), .gnt_i(fetch_gnt && is_rows),
    .row_start_o(rows_row_start), .emit_o(rows_emit), .wset_o(rows_wset), .bank_o(rows_bank), .pos_o(rows_pos),
    .first_o(rows_first), .final_o(rows_final), .last_o(rows_last),
    .active_o(rows_active), .stall_weights_o(rows_stall_w), .stall_drain_o(rows_stall_d)
  );

  logic pool_valid, pool_row_ok, pool_out_valid, pool_active;
  logic [23:0] pool_row, pool_out_addr;
  logic signed [27:0] pool_r;
  logic [127:0] pool_out_data;
  auklet_pool u_pool (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && is_pool), .avg_i(is_avg), .cmd_i(geom),
    .top_i(top_q), .row_step_i(row_step_q), .krow_step_i(krow_step_q),
    .valid_o(pool_valid), .row_o(pool_row), .row_ok_o(pool_row_ok), .r_o(pool_r), .gnt_i(fetch_gnt && is_pool),
    .whole_i(fetch_whole), .data_i(fetch_data),
    .out_valid_o(pool_out_valid), .out_addr_o(pool_out_addr), .out_data_o(pool_out_data), .active_o(pool_active)
  );

  logic elt_valid, elt_rq_valid, elt_active, elt_wgt_valid, elt_out_valid;
  logic [WORD_BITS-2:0] elt_wgt_addr;
  logic [23:0] elt_addr, elt_rq_addr, elt_out_addr;
  logic [511:0] elt_rq_x;
  logic [127:0] elt_out_data;
  auklet_eltwise #(
    .WORD_BITS(WORD_BITS)
  ) u_eltwise (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && is_elt), .cmd_i(elt),
    .valid_o(elt_valid), .addr_o(elt_addr), .gnt_i(fetch_gnt && is_elt), .data_i(fetch_data),
    .wgt_valid_o(elt_wgt_valid), .wgt_addr_o(elt_wgt_addr), .wgt_gnt_i(wgt_gnt_i && is_elt), .wgt_data_i,
    .rq_valid_o(elt_rq_valid), .rq_x_o(elt_rq_x), .rq_addr_o(elt_rq_addr),
    .out_valid_o(elt_out_valid), .out_addr_o(elt_out_addr), .out_data_o(elt_out_data), .active_o(elt_active)
  );

  logic soft_table_valid, soft_valid, soft_rq_valid, soft_active;
  logic [WORD_BITS-2:0] soft_table_addr;
  logic [23:0] soft_addr, soft_rq_addr;
  logic [511:0] soft_rq_x;
  logic [31:0] soft_rq_mult;
  logic [7:0] soft_rq_shift;
  auklet_softmax #(
    .WORD_BITS(WORD_BITS)
  ) u_softmax (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && is_soft), .cmd_i(sm),
    .table_valid_o(soft_table_valid), .table_addr_o(soft_table_addr), .table_gnt_i(wgt_gnt_i && is_soft),
    .table_data_i(wgt_data_i),
    .valid_o(soft_valid), .addr_o(soft_addr), .gnt_i(fetch_gnt && is_soft), .data_valid_i(fetch_valid),
    .data_i(fetch_data),
    .rq_valid_o(soft_rq_valid), .rq_x_o(soft_rq_x), .rq_mult_o(soft_rq_mult), .rq_shift_o(soft_rq_shift),
    .rq_addr_o(soft_rq_addr), .active_o(soft_active)
  );

  // ---- activation fetch, shared ----
  logic req_valid, req_row_ok;
  logic [23:0] req_row;
  logic signed [27:0] req_r;
  always_comb begin
    if (is_dw) begin
      req_valid = dw_valid;
      req_row = dw_row;
      req_row_ok = dw_row_ok;
      req_r = dw_r;
    end else if (is_rows) begin
      req_valid = rows_valid;
      req_row = rows_row;
      req_row_ok = rows_row_ok;
      req_r = rows_r;
    end else if (is_pool) begin
      req_valid = pool_valid;
      req_row = pool_row;
      req_row_ok = pool_row_ok;
      req_r = pool_r;
    end else if (is_elt || is_soft) begin
      req_valid = is_elt ? elt_valid : soft_valid;
      req_row = is_elt ? elt_addr : soft_addr;
      req_row_ok = 1'b1;
      req_r = 28'sd0;
    end else begin
      req_valid = conv_valid;
      req_row = conv_row;
      req_row_ok = conv_row_ok;
      req_r = conv_r;
    end
  end
  auklet_fetch #(
    .WORD_BITS(WORD_BITS)
  ) u_fetch (
    .clk_i, .rst_ni,
    .valid_i(req_valid), .row_i(req_row), .row_ok_i(req_row_ok), .r_i(req_r),
    .row_bytes_i(is_elt || is_soft ? 24'd16 : geom.row_bytes), .zp_i(geom.in_zp), .gnt_o(fetch_gnt), .whole_o(fetch_whole),
    .sram_valid_o(act_valid_o), .sram_addr_o(act_addr_o), .sram_two_o(act_two_o), .sram_gnt_i(act_gnt_i),
    .sram_data_i(act_data_i),
    .mid_o(fetch_mid), .valid_o(fetch_valid), .data_o(fetch_data)
  );
  assign stall_bank_o = req_valid && !fetch_gnt;

  // What travels with a fetch: {wset, bank, pos, first, final, last} and the depthwise flags.
  logic [10:0] meta_q, meta2_q, meta3_q;
  logic [6:0] dw_col_q;
  logic [4:0] dw_meta_q, dw_meta2_q;
  always_ff @(posedge clk_i) begin
    if (fetch_gnt) begin
      meta_q <= is_dw ? {dw_wset, 10'd0}
              : is_rows ? {rows_wset, rows_bank, rows_pos, rows_first, rows_final, rows_last}
              : {conv_wset, conv_bank, conv_pos, conv_first, conv_final, conv_last};
      if (is_window) begin
        dw_meta_q <= is_dw ? {dw_emit, dw_row_start, dw_col_ok, dw_above_ok} : {rows_emit, rows_row_start, 3'd0};
        dw_col_q <= dw_col;
      end
    end
    if (fetch_mid) begin
      meta2_q <= meta_q;
      if (is_window) dw_meta2_q <= dw_meta_q;
    end
    if (fetch_valid) meta3_q <= meta2_q;
  end

  logic [2047:0] taps;
  logic window_emit_q;
  auklet_dw_window u_dw_window (
    .clk_i, .rst_ni,
    .lookup_i(fetch_mid && is_dw), .x_i(dw_col_q),
    .push_i(fetch_valid && is_window), .one_row_i(is_rows), .data_i(fetch_data), .row_start_i(dw_meta2_q[3]),
    .fuse_i(dw_fuse && is_dw), .col_ok_i(dw_meta2_q[2]),
    .above_ok_i(dw_meta2_q[1:0]), .kh_i(geom.kh[1:0]), .kw_i(geom.kx_n[3:0]), .zp_i(geom.in_zp), .taps_o(taps)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) window_emit_q <= 1'b0;
    else window_emit_q <= fetch_valid && is_window && dw_meta2_q[4] && !abort_i;
  end

  // ---- array: PHASES cycles from mac_start on ----
  logic mac_start, mac_en, mac_end;
  logic [1:0] phase_q, phase;
  logic [10:0] mac_meta;
  assign mac_start = is_window ? window_emit_q : fetch_valid && is_conv;
  assign mac_meta = is_window ? meta3_q : meta2_q;
  assign phase = mac_start ? 2'd0 : phase_q;
  assign mac_en = mac_start || phase_q != 2'd0;
  assign mac_end = mac_en && phase == 2'(PHASES - 1);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) phase_q <= 2'd0;
    else if (abort_i || mac_end) phase_q <= 2'd0;
    else if (mac_en) phase_q <= phase + 2'd1;
  end

  logic wload, wload_set, wload_columns;
  logic [1:0] wload_group;
  logic [2:0] wload_pair;
  logic [GROUPS*512-1:0] psum;
  auklet_mac_array #(
    .ROWS(ROWS),
    .GROUPS(GROUPS)
  ) u_mac_array (
    .clk_i,
    .wload_i(wload), .wload_set_i(wload_set), .wload_group_i(wload_group),
    .wload_columns_i(wload_columns), .wload_pair_i(wload_pair), .wload_data_i(wgt_data_i),
    .en_i(mac_en), .set_i(mac_meta[10]), .dw_i(is_window), .row_i(PHASES == 1 ? 4'd0 : {phase, 2'b00}),
    .act_i(fetch_data), .taps_i(taps), .psum_o(psum)
  );

  logic conv_end, dw_psum_valid_q, sum_valid_q, sum_first_q, stripe_end_q;
  assign conv_end = mac_end && is_acc;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {dw_psum_valid_q, sum_valid_q, stripe_end_q} <= 3'd0;
    else if (abort_i) {dw_psum_valid_q, sum_valid_q, stripe_end_q} <= 3'd0;
    else {dw_psum_valid_q, sum_valid_q, stripe_end_q} <= {mac_end && is_dw, conv_end && mac_meta[1], conv_end && mac_meta[0]};
  end
  always_ff @(posedge clk_i) if (conv_end) sum_first_q <= mac_meta[8:3] == 6'd0;

  logic acc_pass, acc_en, acc_bank;
  logic [5:0] acc_addr;
  logic [1:0] acc_group;
  logic [511:0] drained [0:GROUPS-1];
  for (genvar g = 0; g < GROUPS; g++) begin : gen_acc
    auklet_accumulator u_accumulator (
      .clk_i, .rst_ni,
      .en_i(conv_end && (g == 0 || is_conv)), .bank_i(mac_meta[9]), .addr_i(mac_meta[8:3]), .first_i(mac_meta[2]),
      .psum_i(psum[512*g +: 512]), .pass_i(acc_pass && g == 0),
      .drain_en_i(acc_en && acc_group == 2'(g)), .drain_bank_i(acc_bank), .drain_addr_i(acc_addr), .drain_o(drained[g])
    );
  end
  logic [511:0] acc_data;
  if (GROUPS == 1) begin : gen_drain_one
    assign acc_data = drained[0];
  end else begin : gen_drain_mux
    logic [1:0] acc_group_q;
    always_ff @(posedge clk_i) if (acc_pass || acc_en) acc_group_q <= acc_group;
    assign acc_data = drained[acc_group_q];
  end

  // ---- weights, parameters, tables and operands share a port; parameters go before weights ----
  logic loader_valid, param_valid;
  logic [WORD_BITS-2:0] loader_addr, param_addr;
  auklet_weight_loader #(
    .GROUPS(GROUPS),
    .WORD_BITS(WORD_BITS),
    .PHASES(PHASES)
  ) u_weight_loader (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && (is_acc || is_dw)), .dw_i(is_dw), .window_i(is_window), .cmd_i(geom),
    .positions_i(positions_q), .steps_i(steps_q),
    .release_i(is_dw ? dw_release : is_rows ? rows_release : conv_release),
    .release_set_i(is_dw ? dw_wset : is_rows ? rows_wset : conv_wset), .ready_o(wset_ready),
    .sram_valid_o(loader_valid), .sram_addr_o(loader_addr), .sram_gnt_i(wgt_gnt_i && !param_valid),
    .wload_o(wload), .wload_set_o(wload_set), .wload_columns_o(wload_columns), .wload_group_o(wload_group),
    .wload_pair_o(wload_pair)
  );
  assign wgt_valid_o = loader_valid || param_valid || elt_wgt_valid || soft_table_valid;
  assign wgt_addr_o = soft_table_valid ? soft_table_addr : elt_wgt_valid ? elt_wgt_addr : param_valid ? param_addr : loader_addr;

  // The first weights go before the first parameters, but where the first step already ends sums.
  logic single_step;
  assign single_step = is_rows ? geom.kh == 8'd1 : is_conv && kernel_q == 16'd1 && geom.chunks == 16'd1;

  logic params_valid, params_take;
  logic [511:0] param_bias, param_mult;
  logic [127:0] param_shift;
  auklet_param_loader #(
    .GROUPS(GROUPS),
    .WORD_BITS(WORD_BITS)
  ) u_param_loader (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && (is_acc || is_dw)), .window_i(is_window), .cmd_i(geom), .positions_i(positions_q),
    .weights_i(wset_ready != 2'd0), .first_i(single_step),
    .sram_valid_o(param_valid), .sram_addr_o(param_addr), .sram_gnt_i(wgt_gnt_i && param_valid), .sram_data_i(wgt_data_i),
    .loaded_o(params_loaded), .valid_o(params_valid), .take_i(params_take),
    .bias_o(param_bias), .mult_o(param_mult), .shift_o(param_shift)
  );

  logic rq_valid, rq_out_valid, rq_busy, drain_valid, drain_active;
  logic [511:0] drain_x;
  logic [23:0] drain_addr;
  auklet_drain #(
    .GROUPS(GROUPS)
  ) u_drain (
    .clk_i, .rst_ni, .abort_i,
    .start_i(launch && (is_acc || is_dw)), .dw_i(is_dw), .window_i(is_window), .cmd_i(geom), .positions_i(positions_q),
    .sum_valid_i(sum_valid_q), .sum_first_i(sum_first_q), .stripe_ready_i(stripe_end_q),
    .stripe_issued_i(is_rows ? rows_issued : conv_issued), .issued_bank_i(is_rows ? rows_bank : conv_bank),
    .bank_free_o(bank_free),
    .acc_pass_o(acc_pass), .acc_en_o(acc_en), .acc_bank_o(acc_bank), .acc_addr_o(acc_addr), .acc_group_o(acc_group),
    .acc_data_i(acc_data),
    .dw_valid_i(dw_psum_valid_q), .dw_psum_i(psum[511:0]),
    .param_valid_i(params_valid), .param_take_o(params_take), .bias_i(param_bias),
    .valid_o(drain_valid), .x_o(drain_x), .addr_o(drain_addr), .active_o(drain_active)
  );

  // ---- requantiser ----
  logic [23:0] rq_out_addr;
  logic [127:0] rq_out;
  logic [511:0] rq_x, rq_mult;
  logic [127:0] rq_shift;
  logic [23:0] rq_addr;
  logic signed [7:0] rq_zp, rq_min, rq_max;
  always_comb begin
    rq_valid = drain_valid;
    rq_x = drain_x;
    rq_mult = param_mult;
    rq_shift = param_shift;
    rq_addr = drain_addr;
    rq_zp = geom.out_zp;
    rq_min = geom.act_min;
    rq_max = geom.act_max;
    if (is_elt) begin
      rq_valid = elt_rq_valid;
      rq_x = elt_rq_x;
      rq_mult = {16{elt.out_mult}};
      rq_shift = {16{elt.out_shift}};
      rq_addr = elt_rq_addr;
      rq_zp = elt.out_zp;
      rq_min = elt.act_min;
      rq_max = elt.act_max;
    end else if (is_soft) begin
      rq_valid = soft_rq_valid;
      rq_x = soft_rq_x;
      rq_mult = {16{soft_rq_mult}};
      rq_shift = {16{soft_rq_shift}};
      rq_addr = soft_rq_addr;
      rq_zp = -8'sd128;
      rq_min = -8'sd128;
      rq_max = 8'sd127;
    end
  end
  auklet_requant u_requant (
    .clk_i, .rst_ni,
    .valid_i(rq_valid), .x_i(rq_x), .mult_i(rq_mult), .shift_i(rq_shift),
    .addr_i(rq_addr), .zp_i(rq_zp), .min_i(rq_min), .max_i(rq_max),
    .out_valid_o(rq_out_valid), .out_addr_o(rq_out_addr), .out_o(rq_out), .busy_o(rq_busy)
  );

  // An abort leaves vectors in the requantiser; nothing is written unless a command runs.
  logic [23:0] out_addr;
  assign out_addr = is_pool ? pool_out_addr : elt_out_valid ? elt_out_addr : rq_out_addr;
  assign out_valid_o = state_q == RUN && (is_pool ? pool_out_valid : elt_out_valid || rq_out_valid);
  assign out_addr_o = out_addr[WORD_BITS+3:4];
  assign out_data_o = is_pool ? pool_out_data : elt_out_valid ? elt_out_data : rq_out;

  assign units_idle = !(conv_active || dw_active || rows_active || pool_active || elt_active || soft_active || drain_active
                        || rq_busy);

  assign mac_active_o = mac_en;
  assign fetch_o = fetch_gnt;
  assign stall_weights_o = conv_stall_w || dw_stall_w || rows_stall_w;
  assign stall_drain_o = conv_stall_d || dw_stall_d || rows_stall_d;
  assign requant_active_o = rq_valid;
  assign vector_active_o = state_q == RUN && (is_pool || is_elt || is_soft);
endmodule
