// Auklet int8 NPU.
//
//             AXI4-Lite        AXI4 read               AXI4 write
//                │                │                        │
//   irq ◀──── csr, pmu       axi_read ──┬─────────┐     axi_write
//                │                │     │         │        │
//             control          cmd_fetch load     │      store
//                               │        ▲        │        ▲
//                             decoder ─▶ queues ──┴────────┤
//                                          │               │
//                                       compute ─────────▶ sram
module auklet_npu #(
  /// 8-bit multipliers of the array: 64, 256 or 1024.
  parameter int unsigned MACS = auklet_pkg::CFG_DEFAULT_MACS,
  /// On-chip SRAM in KiB; a power of two, at least 64.
  parameter int unsigned SRAM_KIB = auklet_pkg::CFG_DEFAULT_SRAM_KIB,
  /// Width of the AXI4 data bus: 64 or 128.
  parameter int unsigned AXI_DATA_BITS = auklet_pkg::CFG_DEFAULT_AXI_DATA_BITS,
  /// Performance counters by layer and cause: 10 KiB of memory. Without, they read as 0.
  parameter bit LAYER_CAUSES = 1'b1,
  /// Check bits in the on-chip SRAM: one flipped bit of a word is corrected, two are a fault. 7 % more memory.
  parameter bit SRAM_ECC = 1'b0
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,            ///< Asynchronous reset, active low
  output logic                                 irq_o,             ///< Interrupt, level

  input  logic [11:0]                          axil_awaddr_i,     ///< AXI4-Lite registers
  input  logic [2:0]                           axil_awprot_i,     ///< Not looked at
  input  logic                                 axil_awvalid_i,
  output logic                                 axil_awready_o,
  input  logic [31:0]                          axil_wdata_i,
  input  logic [3:0]                           axil_wstrb_i,
  input  logic                                 axil_wvalid_i,
  output logic                                 axil_wready_o,
  output logic [1:0]                           axil_bresp_o,
  output logic                                 axil_bvalid_o,
  input  logic                                 axil_bready_i,
  input  logic [11:0]                          axil_araddr_i,
  input  logic [2:0]                           axil_arprot_i,     ///< Not looked at
  input  logic                                 axil_arvalid_i,
  output logic                                 axil_arready_o,
  output logic [31:0]                          axil_rdata_o,
  output logic [1:0]                           axil_rresp_o,
  output logic                                 axil_rvalid_o,
  input  logic                                 axil_rready_i,

  output logic [auklet_pkg::AXI_ID_BITS-1:0]   axi_awid_o,        ///< AXI4 memory: INCR bursts, full-width beats
  output logic [auklet_pkg::AXI_ADDR_BITS-1:0] axi_awaddr_o,
  output logic [7:0]                           axi_awlen_o,
  output logic [2:0]                           axi_awsize_o,
  output logic [1:0]                           axi_awburst_o,
  output logic [3:0]                           axi_awcache_o,
  output logic [2:0]                           axi_awprot_o,
  output logic                                 axi_awvalid_o,
  input  logic                                 axi_awready_i,
  output logic [AXI_DATA_BITS-1:0]             axi_wdata_o,
  output logic [AXI_DATA_BITS/8-1:0]           axi_wstrb_o,
  output logic                                 axi_wlast_o,
  output logic                                 axi_wvalid_o,
  input  logic                                 axi_wready_i,
  input  logic [auklet_pkg::AXI_ID_BITS-1:0]   axi_bid_i,         ///< Not looked at: there is one writer
  input  logic [1:0]                           axi_bresp_i,
  input  logic                                 axi_bvalid_i,
  output logic                                 axi_bready_o,
  output logic [auklet_pkg::AXI_ID_BITS-1:0]   axi_arid_o,
  output logic [auklet_pkg::AXI_ADDR_BITS-1:0] axi_araddr_o,
  output logic [7:0]                           axi_arlen_o,
  output logic [2:0]                           axi_arsize_o,
  output logic [1:0]                           axi_arburst_o,
  output logic [3:0]                           axi_arcache_o,
  output logic [2:0]                           axi_arprot_o,
  output logic                                 axi_arvalid_o,
  input  logic                                 axi_arready_i,
  input  logic [auklet_pkg::AXI_ID_BITS-1:0]   axi_rid_i,
  input  logic [AXI_DATA_BITS-1:0]             axi_rdata_i,
  input  logic [1:0]                           axi_rresp_i,
  input  logic                                 axi_rlast_i,
  input  logic                                 axi_rvalid_i,
  output logic                                 axi_rready_o
);
  localparam int unsigned LANES = auklet_pkg::LANES;
  localparam int unsigned ROWS = MACS < LANES * LANES ? MACS / LANES : LANES;
  localparam int unsigned GROUPS = MACS < LANES * LANES ? 1 : MACS / (LANES * LANES);
  localparam int unsigned WORD_BITS = $clog2(SRAM_KIB * 64);
  localparam int unsigned ROW_BITS = WORD_BITS - 3;
  localparam logic [1:0] BURST_INCR = 2'b01;
  localparam logic [2:0] BEAT_SIZE = 3'($clog2(AXI_DATA_BITS / 8));

  logic unused;
  assign unused = &{1'b0, axil_awprot_i, axil_arprot_i, axi_bid_i, load_wait_load, store_wait_store};

  // ---- registers and control ----
  logic start, soft_reset, clear_sram, running, isolated, set_done, set_fault, reset_irq, clearing;
  logic [39:0] cmd_base, fault_addr;
  logic [31:0] cmd_size, job_tag, watchdog, done_tag, fault_offset, progress_offset;
  logic [3:0] max_bursts, cache, fault, fault_channel;
  logic [2:0] prot;
  logic [7:0] fault_code;
  logic [319:0] window_base;
  logic [255:0] window_size;
  logic [7:0] window_read, window_write;
  logic [2:0] state;
  logic [15:0] completed_load, completed_compute, completed_store;
  logic [31:0] corrected;
  logic [WORD_BITS-1:0] corrected_addr;
  logic pmu_enable, pmu_clear;
  logic [39:0] pmu_select;
  logic [7:0] pmu_log_index;
  logic [3:0] pmu_log_item;
  logic pmu_log_read, pmu_log_valid;
  logic [63:0] pmu_cycles;
  logic [255:0] pmu_counts;
  logic [31:0] pmu_log_data;
  auklet_csr #(
    .MACS(MACS),
    .SRAM_KIB(SRAM_KIB),
    .DATA_BITS(AXI_DATA_BITS),
    .SRAM_ECC(SRAM_ECC)
  ) u_csr (
    .clk_i, .rst_ni,
    .awaddr_i(axil_awaddr_i), .awvalid_i(axil_awvalid_i), .awready_o(axil_awready_o),
    .wdata_i(axil_wdata_i), .wstrb_i(axil_wstrb_i), .wvalid_i(axil_wvalid_i), .wready_o(axil_wready_o),
    .bresp_o(axil_bresp_o), .bvalid_o(axil_bvalid_o), .bready_i(axil_bready_i),
    .araddr_i(axil_araddr_i), .arvalid_i(axil_arvalid_i), .arready_o(axil_arready_o),
    .rdata_o(axil_rdata_o), .rresp_o(axil_rresp_o), .rvalid_o(axil_rvalid_o), .rready_i(axil_rready_i),
    .start_o(start), .soft_reset_o(soft_reset), .clear_sram_o(clear_sram),
    .cmd_base_o(cmd_base), .cmd_size_o(cmd_size), .job_tag_o(job_tag), .watchdog_o(watchdog),
    .prot_o(prot), .cache_o(cache), .max_bursts_o(max_bursts),
    .window_base_o(window_base), .window_size_o(window_size), .window_read_o(window_read), .window_write_o(window_write),
    .state_i(state), .isolated_i(isolated), .set_done_i(set_done), .set_fault_i(set_fault), .reset_irq_i(reset_irq),
    .done_tag_i(done_tag), .fault_i(fault), .fault_channel_i(fault_channel), .fault_code_i(fault_code),
    .fault_addr_i(fault_addr), .fault_offset_i(fault_offset), .progress_i(progress_offset),
    .completed_load_i(completed_load), .completed_compute_i(completed_compute), .completed_store_i(completed_store),
    .corrected_i(corrected), .corrected_addr_i(24'({corrected_addr, 4'd0})),
    .pmu_enable_o(pmu_enable), .pmu_clear_o(pmu_clear), .pmu_select_o(pmu_select), .pmu_log_index_o(pmu_log_index),
    .pmu_log_item_o(pmu_log_item), .pmu_log_read_o(pmu_log_read), .pmu_log_valid_i(pmu_log_valid),
    .pmu_cycles_i(pmu_cycles), .pmu_counts_i(pmu_counts), .pmu_log_data_i(pmu_log_data),
    .irq_o
  );
  // Attributes are those of the job: software may write AXI_ATTR while a burst of an isolated port still waits.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      axi_arprot_o <= auklet_pkg::AXI_ATTR_PROT_RESET;
      axi_arcache_o <= auklet_pkg::AXI_ATTR_CACHE_RESET;
    end else if (start) begin
      axi_arprot_o <= prot;
      axi_arcache_o <= cache;
    end
  end
  assign axi_awprot_o = axi_arprot_o;
  assign axi_awcache_o = axi_arcache_o;

  logic decode_done, decode_error, decode_wait, decoding, load_fault, store_fault, index_fault;
  logic empty_load, empty_store, empty_compute;
  logic [7:0] decode_code;
  logic [31:0] decode_offset, load_offset, store_offset;
  logic [15:0] index_at;
  logic read_error, read_decode, read_client, read_beat, read_idle;
  logic write_error, write_decode, write_beat, write_idle;
  logic [39:0] read_error_addr, write_error_addr;
  logic mac_active, fetch_active, stall_weights, stall_drain, stall_bank, requant_active, vector_active;
  logic [ROW_BITS-1:0] clear_row;
  logic integrity_error;
  logic [3:0] integrity_channel;
  logic [WORD_BITS-1:0] integrity_addr;
  logic [31:0] integrity_offset;
  auklet_pkg::cmd_dma_t load_cmd, store_cmd;
  auklet_control #(
    .ROW_BITS(ROW_BITS)
  ) u_control (
    .clk_i, .rst_ni,
    .start_i(start), .soft_reset_i(soft_reset), .clear_sram_i(clear_sram), .watchdog_i(watchdog), .job_tag_i(job_tag),
    .decode_done_i(decode_done), .decode_error_i(decode_error), .decode_code_i(decode_code),
    .decode_offset_i(decode_offset),
    .load_error_i(load_fault), .load_at_i(load_cmd.offset), .load_offset_i(load_offset),
    .index_error_i(index_fault), .index_at_i(index_at),
    .store_error_i(store_fault), .store_at_i(store_cmd.offset), .store_offset_i(store_offset),
    .read_error_i(read_error), .read_decode_i(read_decode), .read_client_i(read_client), .read_addr_i(read_error_addr),
    .write_error_i(write_error), .write_decode_i(write_decode), .write_addr_i(write_error_addr),
    .integrity_error_i(integrity_error), .integrity_channel_i(integrity_channel),
    .integrity_addr_i(40'({integrity_addr, 4'd0})), .integrity_offset_i(integrity_offset),
    .progress_i(read_beat || write_beat || mac_active || fetch_active || requant_active || vector_active),
    .progress_offset_i(progress_offset), .blocked_i({!empty_compute, !empty_store, !empty_load}),
    .port_idle_i(read_idle && write_idle),
    .state_o(state), .running_o(running), .isolated_o(isolated), .clear_o(clearing), .clear_row_o(clear_row),
    .set_done_o(set_done), .set_fault_o(set_fault), .reset_irq_o(reset_irq), .done_tag_o(done_tag),
    .fault_o(fault), .fault_channel_o(fault_channel), .fault_code_o(fault_code), .fault_addr_o(fault_addr),
    .fault_offset_o(fault_offset)
  );
  // Everything but the AXI ports is held in its idle state unless a job runs.
  logic abort;
  assign abort = !running;

  // ---- command fetch, decoder, queues ----
  logic fetch_go, word_valid, word_pop, job_q;
  logic [127:0] word;
  logic fetch_req, fetch_req_ready, fetch_data_valid, fetch_data_ready;
  logic [39:0] fetch_addr;
  logic [7:0] fetch_len;
  logic [AXI_DATA_BITS-1:0] read_data;
  auklet_cmd_fetch #(
    .DATA_BITS(AXI_DATA_BITS)
  ) u_cmd_fetch (
    .clk_i, .rst_ni, .abort_i(abort),
    .start_i(fetch_go), .base_i(cmd_base), .size_i(cmd_size[23:0]),
    .req_valid_o(fetch_req), .req_addr_o(fetch_addr), .req_len_o(fetch_len), .req_ready_i(fetch_req_ready),
    .data_valid_i(fetch_data_valid), .data_i(read_data), .data_ready_o(fetch_data_ready),
    .valid_o(word_valid), .word_o(word), .pop_i(word_pop)
  );

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) job_q <= 1'b0;
    else job_q <= running;
  end

  logic accepted, push_load, push_store, push_compute, full_load, full_store, full_compute, engines_idle;
  logic [639:0] cmd;
  auklet_decoder #(
    .MACS(MACS),
    .SRAM_KIB(SRAM_KIB)
  ) u_decoder (
    .clk_i, .rst_ni, .abort_i(abort),
    .start_i(running && !job_q), .size_i(cmd_size),
    .fetch_o(fetch_go), .word_valid_i(word_valid), .word_i(word), .word_pop_o(word_pop),
    .push_load_o(push_load), .push_store_o(push_store), .push_compute_o(push_compute),
    .full_load_i(full_load), .full_store_i(full_store), .full_compute_i(full_compute),
    .cmd_o(cmd), .offset_o(decode_offset), .engines_idle_i(engines_idle),
    .done_load_i(completed_load), .done_compute_i(completed_compute), .done_store_i(completed_store),
    .command_o(accepted), .done_o(decode_done), .error_o(decode_error), .error_code_o(decode_code), .wait_o(decode_wait),
    .decoding_o(decoding)
  );
  // The stream may have been read beyond END; the next job must not meet what still arrives of it, nor what is asked for
  // in the cycle that the port becomes idle.
  assign engines_idle = empty_load && empty_store && empty_compute && read_idle && !fetch_req;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) progress_offset <= 32'd0;
    else if (start) progress_offset <= 32'd0;
    else if (accepted) progress_offset <= decode_offset;
  end

  logic load_start, load_done, store_start, store_done, compute_start, compute_done;
  logic load_busy, store_busy, compute_busy;
  logic load_ready, load_taken, load_arriving, load_queue_empty, load_queue_held;
  logic [7:0] load_arriving_layer;
  logic load_held, load_wait_load, load_wait_store, store_held, store_wait_load, store_wait_store;
  logic compute_held, compute_wait_load, compute_wait_store;
  logic [639:0] compute_cmd;
  logic [31:0] compute_offset;
  auklet_engine_queue #(
    .CMD_BITS(384),
    .DEPTH(auklet_pkg::LOAD_QUEUE_DEPTH)
  ) u_queue_load (
    .clk_i, .rst_ni, .abort_i(abort), .clear_i(start),
    .push_i(push_load), .cmd_i(cmd[383:0]), .offset_i(decode_offset), .full_o(full_load),
    .done_load_i(completed_load), .done_compute_i(completed_compute), .done_store_i(completed_store),
    .ready_i(load_ready), .start_o(load_start), .cmd_o(load_cmd), .offset_o(load_offset), .taken_i(load_taken),
    .done_i(load_done), .completed_o(completed_load), .empty_o(load_queue_empty), .held_o(load_queue_held),
    .wait_load_o(load_wait_load), .wait_store_o(load_wait_store)
  );
  auklet_engine_queue #(
    .CMD_BITS(384)
  ) u_queue_store (
    .clk_i, .rst_ni, .abort_i(abort), .clear_i(start),
    .push_i(push_store), .cmd_i(cmd[383:0]), .offset_i(decode_offset), .full_o(full_store),
    .done_load_i(completed_load), .done_compute_i(completed_compute), .done_store_i(completed_store),
    .ready_i(1'b1), .start_o(store_start), .cmd_o(store_cmd), .offset_o(store_offset), .taken_i(store_done),
    .done_i(store_done),
    .completed_o(completed_store), .empty_o(empty_store),
    .held_o(store_held), .wait_load_o(store_wait_load), .wait_store_o(store_wait_store)
  );
  auklet_engine_queue #(
    .CMD_BITS(640)
  ) u_queue_compute (
    .clk_i, .rst_ni, .abort_i(abort), .clear_i(start),
    .push_i(push_compute), .cmd_i(cmd), .offset_i(decode_offset), .full_o(full_compute),
    .done_load_i(completed_load), .done_compute_i(completed_compute), .done_store_i(completed_store),
    .ready_i(1'b1), .start_o(compute_start), .cmd_o(compute_cmd), .offset_o(compute_offset), .taken_i(compute_done),
    .done_i(compute_done),
    .completed_o(completed_compute), .empty_o(empty_compute),
    .held_o(compute_held), .wait_load_o(compute_wait_load), .wait_store_o(compute_wait_store)
  );

  assign empty_load = load_queue_empty && !load_busy;
  assign load_held = load_queue_held || load_arriving;

  // ---- load and store, each behind its window check ----
  logic load_ok, store_ok;
  logic [39:0] load_addr, store_addr;
  auklet_window_check u_check_load (
    .en_i(load_start), .base_i(window_base[40*load_cmd.window +: 40]), .size_i(window_size[32*load_cmd.window +: 32]),
    .allow_i(window_read[load_cmd.window]), .offset_i(load_cmd.offset), .len_i(load_cmd.ax_len),
    .rows_i(load_cmd.ax_rows), .stride_i(load_cmd.ax_stride), .ok_o(load_ok), .addr_o(load_addr)
  );
  auklet_window_check u_check_store (
    .en_i(store_start), .base_i(window_base[40*store_cmd.window +: 40]), .size_i(window_size[32*store_cmd.window +: 32]),
    .allow_i(window_write[store_cmd.window]), .offset_i(store_cmd.offset), .len_i(store_cmd.ax_len),
    .rows_i(store_cmd.ax_rows), .stride_i(store_cmd.ax_stride), .ok_o(store_ok), .addr_o(store_addr)
  );
  // A GATHER has its table where a LOAD has its rows.
  assign load_fault = load_start && !load_ok;
  assign store_fault = store_start && !store_ok;

  logic load_req, load_req_ready, load_data_valid, load_data_ready;
  logic [39:0] load_req_addr;
  logic [7:0] load_req_len;
  logic sram_load_valid, sram_load_write, sram_load_gnt;
  logic [WORD_BITS-1:0] sram_load_addr;
  logic [127:0] sram_load_data, sram_load_rdata;
  auklet_load #(
    .DATA_BITS(AXI_DATA_BITS),
    .WORD_BITS(WORD_BITS)
  ) u_load (
    .clk_i, .rst_ni, .abort_i(abort),
    .ready_o(load_ready), .start_i(load_start && load_ok), .cmd_i(load_cmd), .addr_i(load_addr), .taken_o(load_taken),
    .busy_o(load_busy), .arriving_o(load_arriving), .layer_o(load_arriving_layer), .done_o(load_done),
    .req_valid_o(load_req), .req_addr_o(load_req_addr), .req_len_o(load_req_len), .req_ready_i(load_req_ready),
    .data_valid_i(load_data_valid), .data_i(read_data), .data_ready_o(load_data_ready),
    .sram_valid_o(sram_load_valid), .sram_write_o(sram_load_write), .sram_addr_o(sram_load_addr),
    .sram_data_o(sram_load_data), .sram_gnt_i(sram_load_gnt), .sram_data_i(sram_load_rdata),
    .error_o(index_fault), .error_at_o(index_at)
  );

  logic store_req, store_req_ready, store_data_ready;
  logic [39:0] store_req_addr;
  logic [7:0] store_req_len;
  logic [AXI_DATA_BITS-1:0] store_data;
  logic [AXI_DATA_BITS/8-1:0] store_strb;
  logic sram_store_valid, sram_store_gnt;
  logic [WORD_BITS-1:0] sram_store_addr;
  logic [127:0] sram_store_data;
  auklet_store #(
    .DATA_BITS(AXI_DATA_BITS),
    .WORD_BITS(WORD_BITS)
  ) u_store (
    .clk_i, .rst_ni, .abort_i(abort), .flush_i(abort && write_idle),
    .start_i(store_start && store_ok), .cmd_i(store_cmd), .addr_i(store_addr), .busy_o(store_busy), .done_o(store_done),
    .req_valid_o(store_req), .req_addr_o(store_req_addr), .req_len_o(store_req_len), .req_ready_i(store_req_ready),
    .data_o(store_data), .strb_o(store_strb), .data_ready_i(store_data_ready), .port_idle_i(write_idle),
    .sram_valid_o(sram_store_valid), .sram_addr_o(sram_store_addr), .sram_gnt_i(sram_store_gnt),
    .sram_data_i(sram_store_data)
  );

  // ---- AXI ports ----
  auklet_axi_read #(
    .DATA_BITS(AXI_DATA_BITS)
  ) u_axi_read (
    .clk_i, .rst_ni, .stop_i(abort), .max_bursts_i(max_bursts), .idle_o(read_idle),
    .req_valid_i({load_req, fetch_req}), .req_addr0_i(fetch_addr), .req_addr1_i(load_req_addr),
    .req_len0_i(fetch_len), .req_len1_i(load_req_len), .req_ready_o({load_req_ready, fetch_req_ready}),
    .data_valid_o({load_data_valid, fetch_data_valid}), .data_o(read_data),
    .data_ready_i({load_data_ready, fetch_data_ready}),
    .error_o(read_error), .error_decode_o(read_decode), .error_client_o(read_client), .error_addr_o(read_error_addr),
    .beat_o(read_beat),
    .arid_o(axi_arid_o), .araddr_o(axi_araddr_o), .arlen_o(axi_arlen_o), .arvalid_o(axi_arvalid_o),
    .arready_i(axi_arready_i), .rid_i(axi_rid_i), .rdata_i(axi_rdata_i), .rresp_i(axi_rresp_i), .rlast_i(axi_rlast_i),
    .rvalid_i(axi_rvalid_i), .rready_o(axi_rready_o)
  );
  auklet_axi_write #(
    .DATA_BITS(AXI_DATA_BITS)
  ) u_axi_write (
    .clk_i, .rst_ni, .stop_i(abort), .max_bursts_i(max_bursts), .idle_o(write_idle),
    .req_valid_i(store_req), .req_addr_i(store_req_addr), .req_len_i(store_req_len), .req_ready_o(store_req_ready),
    .data_i(store_data), .strb_i(store_strb), .data_ready_o(store_data_ready),
    .error_o(write_error), .error_decode_o(write_decode), .error_addr_o(write_error_addr), .beat_o(write_beat),
    .awid_o(axi_awid_o), .awaddr_o(axi_awaddr_o), .awlen_o(axi_awlen_o), .awvalid_o(axi_awvalid_o),
    .awready_i(axi_awready_i), .wdata_o(axi_wdata_o), .wstrb_o(axi_wstrb_o), .wlast_o(axi_wlast_o),
    .wvalid_o(axi_wvalid_o), .wready_i(axi_wready_i), .bresp_i(axi_bresp_i), .bvalid_i(axi_bvalid_i),
    .bready_o(axi_bready_o)
  );
  assign axi_arsize_o = BEAT_SIZE;
  assign axi_awsize_o = BEAT_SIZE;
  assign axi_arburst_o = BURST_INCR;
  assign axi_awburst_o = BURST_INCR;

  // ---- compute and SRAM ----
  logic out_valid, act_valid, act_two, act_gnt, wgt_valid, wgt_gnt;
  logic [WORD_BITS-1:0] out_addr, act_addr;
  logic [WORD_BITS-2:0] wgt_addr;
  logic [127:0] out_data;
  logic [255:0] act_data, wgt_data;
  auklet_compute #(
    .ROWS(ROWS),
    .GROUPS(GROUPS),
    .WORD_BITS(WORD_BITS)
  ) u_compute (
    .clk_i, .rst_ni, .abort_i(abort),
    .start_i(compute_start), .opcode_i(compute_cmd[7:0]), .cmd_i(compute_cmd), .busy_o(compute_busy),
    .done_o(compute_done),
    .out_valid_o(out_valid), .out_addr_o(out_addr), .out_data_o(out_data),
    .act_valid_o(act_valid), .act_addr_o(act_addr), .act_two_o(act_two), .act_gnt_i(act_gnt), .act_data_i(act_data),
    .wgt_valid_o(wgt_valid), .wgt_addr_o(wgt_addr), .wgt_gnt_i(wgt_gnt), .wgt_data_i(wgt_data),
    .mac_active_o(mac_active), .fetch_o(fetch_active), .stall_weights_o(stall_weights), .stall_drain_o(stall_drain),
    .stall_bank_o(stall_bank), .requant_active_o(requant_active), .vector_active_o(vector_active)
  );
  logic [5:0] words_fixed, words_lost;
  logic [6*WORD_BITS-1:0] read_addrs;
  auklet_sram #(
    .SRAM_KIB(SRAM_KIB),
    .ECC(SRAM_ECC)
  ) u_sram (
    .clk_i, .rst_ni, .clear_i(clearing), .clear_row_i(clear_row),
    .out_valid_i(out_valid), .out_addr_i(out_addr), .out_data_i(out_data),
    .act_valid_i(act_valid), .act_addr_i(act_addr), .act_two_i(act_two), .act_gnt_o(act_gnt), .act_data_o(act_data),
    .wgt_valid_i(wgt_valid), .wgt_addr_i(wgt_addr), .wgt_gnt_o(wgt_gnt), .wgt_data_o(wgt_data),
    .store_valid_i(sram_store_valid), .store_addr_i(sram_store_addr), .store_gnt_o(sram_store_gnt),
    .store_data_o(sram_store_data),
    .load_valid_i(sram_load_valid), .load_write_i(sram_load_write), .load_addr_i(sram_load_addr),
    .load_data_i(sram_load_data), .load_gnt_o(sram_load_gnt), .load_data_o(sram_load_rdata),
    .fixed_o(words_fixed), .lost_o(words_lost), .read_addr_o(read_addrs)
  );
  if (SRAM_ECC) begin : gen_integrity
    auklet_integrity #(
      .WORD_BITS(WORD_BITS)
    ) u_integrity (
      .clk_i, .rst_ni, .fixed_i(words_fixed), .lost_i(words_lost), .addr_i(read_addrs),
      .corrected_o(corrected), .corrected_addr_o(corrected_addr),
      .error_o(integrity_error), .error_channel_o(integrity_channel), .error_addr_o(integrity_addr)
    );
    // The reader's command is still there: none ends within two cycles of reading a word that it uses.
    assign integrity_offset = integrity_channel == auklet_pkg::CHANNEL_LOAD ? load_offset
                            : integrity_channel == auklet_pkg::CHANNEL_STORE ? store_offset : compute_offset;
`ifdef VERILATOR
    // The same for the job: an error behind its end would be lost.
    assert property (@(posedge clk_i) disable iff (!rst_ni) integrity_error |-> state != auklet_pkg::STATE_IDLE);
`endif
  end else begin : gen_no_integrity
    logic unused_integrity;
    assign unused_integrity = &{1'b0, words_fixed, words_lost, read_addrs, compute_offset};
    assign corrected = 32'd0;
    assign corrected_addr = '0;
    assign integrity_error = 1'b0;
    assign integrity_channel = 4'd0;
    assign integrity_addr = '0;
    assign integrity_offset = 32'd0;
  end

  // ---- performance counters ----
  // Commands that complete in the same cycle are counted one after the other.
  logic [2:0] completions, uncounted_q;
  assign completions = uncounted_q + 3'(load_done) + 3'(store_done) + 3'(compute_done) + 3'(decode_done);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) uncounted_q <= 3'd0;
    else uncounted_q <= completions == 3'd0 ? 3'd0 : completions - 3'd1;
  end

  logic [3:0] cause;
  logic cause_layer_valid;
  logic [7:0] cause_layer;
  auklet_cause u_cause (
    .clk_i, .rst_ni, .running_i(running),
    .mac_active_i(mac_active), .vector_active_i(vector_active), .fetch_i(fetch_active),
    .stall_weights_i(stall_weights), .stall_drain_i(stall_drain), .stall_bank_i(stall_bank),
    .window_i(compute_cmd[7:0] == auklet_pkg::OPCODE_DWCONV || compute_cmd[7:0] == auklet_pkg::OPCODE_DWROWS),
    .decoding_i(decoding),
    .compute_busy_i(compute_busy), .compute_held_i(compute_held), .compute_wait_load_i(compute_wait_load),
    .compute_wait_store_i(compute_wait_store), .compute_layer_i(compute_cmd[23:16]),
    // The oldest command that it has not completed.
    .load_held_i(load_held), .load_wait_store_i(load_wait_store && !load_arriving),
    .load_layer_i(load_arriving ? load_arriving_layer : load_cmd.layer[7:0]),
    .store_held_i(store_held), .store_wait_load_i(store_wait_load), .store_layer_i(store_cmd.layer[7:0]),
    .cause_o(cause), .layer_valid_o(cause_layer_valid), .layer_o(cause_layer)
  );

  logic [31:0] events;
  always_comb begin
    events = 32'd0;
    events[auklet_pkg::EVENT_RUNNING] = running;
    events[auklet_pkg::EVENT_MAC_ACTIVE] = cause == auklet_pkg::CAUSE_ARRAY;
    events[auklet_pkg::EVENT_COMPUTE_BUSY] = compute_busy;
    events[auklet_pkg::EVENT_COMPUTE_WAIT] = running && !compute_busy;
    events[auklet_pkg::EVENT_STALL_WEIGHTS] = cause == auklet_pkg::CAUSE_WEIGHTS;
    events[auklet_pkg::EVENT_STALL_DRAIN] = cause == auklet_pkg::CAUSE_DRAIN;
    events[auklet_pkg::EVENT_STALL_BANK] = cause == auklet_pkg::CAUSE_BANK;
    events[auklet_pkg::EVENT_REQUANT_ACTIVE] = requant_active;
    events[auklet_pkg::EVENT_VECTOR_ACTIVE] = cause == auklet_pkg::CAUSE_VECTOR;
    events[auklet_pkg::EVENT_LOAD_BUSY] = load_busy;
    events[auklet_pkg::EVENT_STORE_BUSY] = store_busy;
    events[auklet_pkg::EVENT_AXI_READ_BEATS] = read_beat;
    events[auklet_pkg::EVENT_AXI_WRITE_BEATS] = axi_wvalid_o && axi_wready_i;
    events[auklet_pkg::EVENT_FETCH_WAIT] = decode_wait;
    events[auklet_pkg::EVENT_COMMANDS] = completions != 3'd0;
    events[auklet_pkg::EVENT_STALL_WINDOW] = cause == auklet_pkg::CAUSE_WINDOW;
    events[auklet_pkg::EVENT_STALL_FILL] = cause == auklet_pkg::CAUSE_FILL;
    events[auklet_pkg::EVENT_STALL_LOAD] = cause == auklet_pkg::CAUSE_LOAD;
    events[auklet_pkg::EVENT_STALL_STORE] = cause == auklet_pkg::CAUSE_STORE;
    events[auklet_pkg::EVENT_STALL_COMMAND] = cause == auklet_pkg::CAUSE_COMMAND;
  end
  auklet_pmu #(
    .LAYER_CAUSES(LAYER_CAUSES)
  ) u_pmu (
    .clk_i, .rst_ni, .running_i(running), .job_start_i(start), .enable_i(pmu_enable), .clear_i(pmu_clear),
    .events_i(events), .select_i(pmu_select), .cycles_o(pmu_cycles), .counts_o(pmu_counts),
    .compute_done_i(compute_done), .compute_layer_i(compute_cmd[23:16]),
    .store_done_i(store_done), .store_layer_i(store_cmd.layer[7:0]),
    .cause_i(cause), .layer_valid_i(cause_layer_valid), .layer_i(cause_layer),
    .log_index_i(pmu_log_index), .log_item_i(pmu_log_item), .log_read_i(pmu_log_read), .log_valid_o(pmu_log_valid),
    .log_data_o(pmu_log_data)
  );
endmodule
