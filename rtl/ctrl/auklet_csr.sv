// AXI4-Lite slave and registers. A refused access is answered with SLVERR and changes nothing: unmapped or misaligned
// address, partial write strobes, write to a read-only or read of a write-only register, write to a locked register
// while a job runs or drains, CONTROL bits that the state does not allow.
module auklet_csr #(
  parameter int unsigned MACS = 256,       ///< Reported in CONFIG0
  parameter int unsigned SRAM_KIB = 512,   ///< Reported in CONFIG1
  parameter int unsigned DATA_BITS = 128,  ///< Reported in CONFIG0
  parameter bit SRAM_ECC = 1'b0            ///< Reported in CONFIG1
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic [11:0]  awaddr_i,
  input  logic         awvalid_i,
  output logic         awready_o,
  input  logic [31:0]  wdata_i,
  input  logic [3:0]   wstrb_i,
  input  logic         wvalid_i,
  output logic         wready_o,
  output logic [1:0]   bresp_o,
  output logic         bvalid_o,
  input  logic         bready_i,
  input  logic [11:0]  araddr_i,
  input  logic         arvalid_i,
  output logic         arready_o,
  output logic [31:0]  rdata_o,
  output logic [1:0]   rresp_o,
  output logic         rvalid_o,
  input  logic         rready_i,

  output logic         start_o,            ///< CONTROL bits, one cycle each
  output logic         soft_reset_o,
  output logic         clear_sram_o,       ///< Also: AXI_ATTR's secure or privileged bit changes while IDLE
  output logic [39:0]  cmd_base_o,
  output logic [31:0]  cmd_size_o,
  output logic [31:0]  job_tag_o,
  output logic [31:0]  watchdog_o,
  output logic [2:0]   prot_o,
  output logic [3:0]   cache_o,
  output logic [3:0]   max_bursts_o,       ///< 1 to 8
  output logic [319:0] window_base_o,      ///< Window i in bits 40i+39 .. 40i
  output logic [255:0] window_size_o,      ///< Window i in bits 32i+31 .. 32i
  output logic [7:0]   window_read_o,
  output logic [7:0]   window_write_o,

  input  logic [2:0]   state_i,
  input  logic         isolated_i,
  input  logic         set_done_i,
  input  logic         set_fault_i,
  input  logic         reset_irq_i,
  input  logic [31:0]  done_tag_i,
  input  logic [3:0]   fault_i,
  input  logic [3:0]   fault_channel_i,
  input  logic [7:0]   fault_code_i,
  input  logic [39:0]  fault_addr_i,
  input  logic [31:0]  fault_offset_i,
  input  logic [31:0]  progress_i,
  input  logic [15:0]  completed_load_i,
  input  logic [15:0]  completed_compute_i,
  input  logic [15:0]  completed_store_i,
  input  logic [31:0]  corrected_i,
  input  logic [23:0]  corrected_addr_i,

  output logic         pmu_enable_o,
  output logic         pmu_clear_o,
  output logic [39:0]  pmu_select_o,
  output logic [7:0]   pmu_log_index_o,
  output logic [3:0]   pmu_log_item_o,
  output logic         pmu_log_read_o,     ///< PMU_LOG_DATA is read, one cycle
  input  logic [63:0]  pmu_cycles_i,
  input  logic [255:0] pmu_counts_i,
  input  logic         pmu_log_valid_i,    ///< The data, one cycle, some cycles later
  input  logic [31:0]  pmu_log_data_i,

  output logic         irq_o
);
  localparam logic [1:0] OKAY = 2'b00, SLVERR = 2'b10;

  // ---- handshakes: one write and one read at a time; every READY comes from registers ----
  logic write, read;                 // write: address and data, both held by their VALID, are accepted in this cycle
  logic log_wait_q;                  // a read of PMU_LOG_DATA waits for the PMU
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) write <= 1'b0;
    else write <= awvalid_i && wvalid_i && !write && !bvalid_o;
  end
  assign awready_o = write;
  assign wready_o = write;
  assign arready_o = !rvalid_o && !log_wait_q;
  assign read = arvalid_i && arready_o;
  assign pmu_log_read_o = read && araddr_i == auklet_pkg::ADDR_PMU_LOG_DATA;

  logic idle, locked;
  assign idle = state_i == auklet_pkg::STATE_IDLE;
  assign locked = state_i == auklet_pkg::STATE_RUNNING || state_i == auklet_pkg::STATE_DRAINING;

  logic in_windows, in_events, in_counts;
  assign in_windows = awaddr_i[11:7] == 5'b00010;
  assign in_events = awaddr_i[11:5] == auklet_pkg::ADDR_PMU_EVENT[11:5];

  // ---- write: what may be written now ----
  logic [2:0] control;
  logic write_ok, control_ok;
  assign control = wdata_i[2:0];
  assign control_ok = control == 3'b000 || control == 3'b010 || ((control == 3'b001 || control == 3'b100) && idle);
  always_comb begin
    write_ok = 1'b0;
    // Only while it counts: the simulation then skips what is idle. So with every `if` of this kind.
    if (write) case (awaddr_i)
      auklet_pkg::ADDR_CONTROL: write_ok = control_ok;
      auklet_pkg::ADDR_IRQ_RAW, auklet_pkg::ADDR_IRQ_MASK, auklet_pkg::ADDR_PMU_CTRL,
      auklet_pkg::ADDR_PMU_LOG_INDEX: write_ok = 1'b1;
      auklet_pkg::ADDR_CMD_BASE_LO, auklet_pkg::ADDR_CMD_BASE_HI, auklet_pkg::ADDR_CMD_SIZE,
      auklet_pkg::ADDR_JOB_TAG, auklet_pkg::ADDR_WATCHDOG, auklet_pkg::ADDR_AXI_ATTR: write_ok = !locked;
      default: write_ok = in_events || (in_windows && !locked);
    endcase
    if (wstrb_i != 4'hf || awaddr_i[1:0] != 2'b00) write_ok = 1'b0;
  end
  logic we;
  assign we = write && write_ok;
  always_comb begin
    start_o = 1'b0;
    soft_reset_o = 1'b0;
    clear_sram_o = 1'b0;
    pmu_clear_o = 1'b0;
    if (we) begin
      start_o = awaddr_i == auklet_pkg::ADDR_CONTROL && control[0];
      soft_reset_o = awaddr_i == auklet_pkg::ADDR_CONTROL && control[1];
      // What one security domain left in SRAM is not for the next. In the other states a clearing is yet to end.
      clear_sram_o = (awaddr_i == auklet_pkg::ADDR_CONTROL && control[2])
                  || (awaddr_i == auklet_pkg::ADDR_AXI_ATTR && idle
                      && wdata_i[auklet_pkg::AXI_ATTR_PROT_LSB +: 2] != prot_o[1:0]);
      pmu_clear_o = awaddr_i == auklet_pkg::ADDR_PMU_CTRL && wdata_i[auklet_pkg::PMU_CTRL_CLEAR_LSB];
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      bvalid_o <= 1'b0;
      bresp_o <= OKAY;
    end else begin
      if (write) begin
        bvalid_o <= 1'b1;
        bresp_o <= write_ok ? OKAY : SLVERR;
      end else if (bready_i) bvalid_o <= 1'b0;
    end
  end

  // ---- registers ----
  logic [1:0] irq_raw_q, irq_mask_q;
  logic [3:0] max_q;
  logic [31:0] cycles_hi_q;
  logic [2:0] window, event_index;
  assign window = awaddr_i[6:4];
  assign event_index = awaddr_i[4:2];
  assign max_bursts_o = max_q == 4'd0 || max_q > 4'd8 ? 4'd8 : max_q;
  assign irq_o = (irq_raw_q & irq_mask_q) != 2'b00;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_raw_q <= 2'b00;
      irq_mask_q <= 2'b00;
      cmd_base_o <= 40'd0;
      cmd_size_o <= 32'd0;
      job_tag_o <= 32'd0;
      watchdog_o <= auklet_pkg::WATCHDOG_VALUE_RESET;
      prot_o <= auklet_pkg::AXI_ATTR_PROT_RESET;
      cache_o <= auklet_pkg::AXI_ATTR_CACHE_RESET;
      max_q <= auklet_pkg::AXI_ATTR_MAX_OUTSTANDING_RESET;
      window_base_o <= 320'd0;
      window_size_o <= 256'd0;
      window_read_o <= 8'd0;
      window_write_o <= 8'd0;
      pmu_enable_o <= 1'b0;
      pmu_select_o <= 40'd0;
      pmu_log_index_o <= 8'd0;
      pmu_log_item_o <= 4'd0;
    end else begin
      if (we) begin
        case (awaddr_i)
          auklet_pkg::ADDR_IRQ_RAW: irq_raw_q <= irq_raw_q & ~wdata_i[1:0];
          auklet_pkg::ADDR_IRQ_MASK: irq_mask_q <= wdata_i[1:0];
          auklet_pkg::ADDR_CMD_BASE_LO: cmd_base_o[31:0] <= {wdata_i[31:4], 4'd0};
          auklet_pkg::ADDR_CMD_BASE_HI: cmd_base_o[39:32] <= wdata_i[7:0];
          auklet_pkg::ADDR_CMD_SIZE: cmd_size_o <= wdata_i;
          auklet_pkg::ADDR_JOB_TAG: job_tag_o <= wdata_i;
          auklet_pkg::ADDR_WATCHDOG: watchdog_o <= wdata_i;
          auklet_pkg::ADDR_AXI_ATTR: begin
            prot_o <= wdata_i[auklet_pkg::AXI_ATTR_PROT_LSB +: 3];
            cache_o <= wdata_i[auklet_pkg::AXI_ATTR_CACHE_LSB +: 4];
            max_q <= wdata_i[auklet_pkg::AXI_ATTR_MAX_OUTSTANDING_LSB +: 4];
          end
          auklet_pkg::ADDR_PMU_CTRL: pmu_enable_o <= wdata_i[auklet_pkg::PMU_CTRL_ENABLE_LSB];
          auklet_pkg::ADDR_PMU_LOG_INDEX: begin
            pmu_log_index_o <= wdata_i[auklet_pkg::PMU_LOG_INDEX_VALUE_LSB +: 8];
            pmu_log_item_o <= wdata_i[auklet_pkg::PMU_LOG_INDEX_ITEM_LSB +: 4];
          end
          default: begin
            if (in_events) pmu_select_o[5*event_index +: 5] <= wdata_i[4:0];
            if (in_windows) begin
              case (awaddr_i[3:2])
                2'd0: window_base_o[40*window +: 32] <= wdata_i;
                2'd1: window_base_o[40*window+32 +: 8] <= wdata_i[7:0];
                2'd2: window_size_o[32*window +: 32] <= wdata_i;
                default: begin
                  window_read_o[window] <= wdata_i[auklet_pkg::WINDOW_ATTR_READ_LSB];
                  window_write_o[window] <= wdata_i[auklet_pkg::WINDOW_ATTR_WRITE_LSB];
                end
              endcase
            end
          end
        endcase
      end
      // A cause that is raised in the cycle of its clearing stays.
      if (reset_irq_i) irq_raw_q <= 2'b00;
      if (set_done_i) irq_raw_q[auklet_pkg::IRQ_RAW_DONE_LSB] <= 1'b1;
      if (set_fault_i) irq_raw_q[auklet_pkg::IRQ_RAW_FAULT_LSB] <= 1'b1;
    end
  end

  // ---- read ----
  logic [31:0] value;
  logic read_ok;
  logic r_windows, r_events;
  logic [2:0] r_window, r_index;
  assign r_windows = araddr_i[11:7] == 5'b00010;
  assign r_events = araddr_i[11:5] == auklet_pkg::ADDR_PMU_EVENT[11:5];
  assign in_counts = araddr_i[11:5] == auklet_pkg::ADDR_PMU_COUNT[11:5];
  assign r_window = araddr_i[6:4];
  assign r_index = araddr_i[4:2];
  always_comb begin
    value = 32'd0;
    read_ok = 1'b1;
    if (read) case (araddr_i)
      auklet_pkg::ADDR_ID: value = auklet_pkg::ID_MAGIC;
      auklet_pkg::ADDR_VERSION: value = {8'(auklet_pkg::HW_VERSION_MAJOR), 8'(auklet_pkg::HW_VERSION_MINOR),
                                         16'(auklet_pkg::STREAM_VERSION)};
      auklet_pkg::ADDR_CONFIG0: value = {16'(DATA_BITS), 16'(MACS)};
      auklet_pkg::ADDR_CONFIG1: value = {SRAM_ECC, 7'(auklet_pkg::PMU_COUNTERS), 8'(auklet_pkg::WINDOW_COUNT),
                                         16'(SRAM_KIB)};
      auklet_pkg::ADDR_STATUS: value = {26'd0, irq_o, isolated_i, 1'b0, state_i};
      auklet_pkg::ADDR_IRQ_RAW: value = {30'd0, irq_raw_q};
      auklet_pkg::ADDR_IRQ_MASK: value = {30'd0, irq_mask_q};
      auklet_pkg::ADDR_CMD_BASE_LO: value = cmd_base_o[31:0];
      auklet_pkg::ADDR_CMD_BASE_HI: value = {24'd0, cmd_base_o[39:32]};
      auklet_pkg::ADDR_CMD_SIZE: value = cmd_size_o;
      auklet_pkg::ADDR_JOB_TAG: value = job_tag_o;
      auklet_pkg::ADDR_DONE_TAG: value = done_tag_i;
      auklet_pkg::ADDR_WATCHDOG: value = watchdog_o;
      auklet_pkg::ADDR_AXI_ATTR: value = {20'd0, max_q, cache_o, 1'b0, prot_o};
      auklet_pkg::ADDR_FAULT_CAUSE: value = {16'd0, fault_code_i, fault_channel_i, fault_i};
      auklet_pkg::ADDR_FAULT_ADDR_LO: value = fault_addr_i[31:0];
      auklet_pkg::ADDR_FAULT_ADDR_HI: value = {24'd0, fault_addr_i[39:32]};
      auklet_pkg::ADDR_FAULT_OFFSET: value = fault_offset_i;
      auklet_pkg::ADDR_PROGRESS: value = progress_i;
      auklet_pkg::ADDR_COMPLETED: value = {completed_compute_i, completed_load_i};
      auklet_pkg::ADDR_COMPLETED_STORE: value = {16'd0, completed_store_i};
      auklet_pkg::ADDR_INTEGRITY_CORRECTED: value = corrected_i;
      auklet_pkg::ADDR_INTEGRITY_ADDR: value = {8'd0, corrected_addr_i};
      auklet_pkg::ADDR_PMU_CTRL: value = {31'd0, pmu_enable_o};
      auklet_pkg::ADDR_PMU_CYCLES_LO: value = pmu_cycles_i[31:0];
      auklet_pkg::ADDR_PMU_CYCLES_HI: value = cycles_hi_q;
      auklet_pkg::ADDR_PMU_LOG_INDEX: value = {20'd0, pmu_log_item_o, pmu_log_index_o};
      auklet_pkg::ADDR_PMU_LOG_DATA: value = 32'd0;  // comes from the PMU, below
      default: begin
        if (r_events) value = {27'd0, pmu_select_o[5*r_index +: 5]};
        else if (in_counts) value = pmu_counts_i[32*r_index +: 32];
        else if (r_windows) begin
          case (araddr_i[3:2])
            2'd0: value = window_base_o[40*r_window +: 32];
            2'd1: value = {24'd0, window_base_o[40*r_window+32 +: 8]};
            2'd2: value = window_size_o[32*r_window +: 32];
            default: value = {30'd0, window_write_o[r_window], window_read_o[r_window]};
          endcase
        end else read_ok = 1'b0;
      end
    endcase
    if (araddr_i[1:0] != 2'b00) read_ok = 1'b0;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      rvalid_o <= 1'b0;
      rresp_o <= OKAY;
      rdata_o <= 32'd0;
      cycles_hi_q <= 32'd0;
      log_wait_q <= 1'b0;
    end else begin
      if (pmu_log_read_o) log_wait_q <= 1'b1;
      else if (pmu_log_valid_i) log_wait_q <= 1'b0;
      if (read) begin
        rvalid_o <= !pmu_log_read_o;
        rresp_o <= read_ok ? OKAY : SLVERR;
        rdata_o <= read_ok ? value : 32'd0;
        if (araddr_i == auklet_pkg::ADDR_PMU_CYCLES_LO) cycles_hi_q <= pmu_cycles_i[63:32];
      end else if (pmu_log_valid_i) begin
        rvalid_o <= 1'b1;
        rdata_o <= pmu_log_data_i;
      end else if (rready_i) rvalid_o <= 1'b0;
    end
  end
endmodule
