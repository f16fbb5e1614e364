// Job control: the device's state, its first fault, the watchdog and the drain of the AXI port.
//
//   CLEARING ─▶ IDLE ─start─▶ RUNNING ─END─▶ IDLE (done)
//      ▲                        │ fault
//      │ drained                ▼
//   (soft_reset from anywhere) DRAINING ─▶ FAULT
module auklet_control #(
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS,
  parameter int unsigned ROW_BITS = 12          ///< Width of an SRAM row number, for clearing
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 start_i,         ///< CONTROL.start, only while IDLE
  input  logic                 soft_reset_i,    ///< CONTROL.soft_reset
  input  logic                 clear_sram_i,    ///< CONTROL.clear_sram or a security switch, only while IDLE
  input  logic [31:0]          watchdog_i,      ///< WATCHDOG
  input  logic [31:0]          job_tag_i,       ///< JOB_TAG

  input  logic                 decode_done_i,   ///< The job ended
  input  logic                 decode_error_i,  ///< Malformed stream
  input  logic [7:0]           decode_code_i,
  input  logic [31:0]          decode_offset_i, ///< Offset of the command in the decoder
  input  logic                 load_error_i,    ///< The load engine's next command leaves its window
  input  logic [31:0]          load_at_i,       ///< Its window offset
  input  logic [31:0]          load_offset_i,   ///< Its stream offset
  input  logic                 index_error_i,   ///< The load engine's running command met an index outside its table
  input  logic [15:0]          index_at_i,      ///< The index's place
  input  logic                 store_error_i,   ///< The same as load_error_i for the store engine
  input  logic [31:0]          store_at_i,
  input  logic [31:0]          store_offset_i,
  input  logic                 read_error_i,    ///< AXI read error response
  input  logic                 read_decode_i,
  input  logic                 read_client_i,
  input  logic [ADDR_BITS-1:0] read_addr_i,
  input  logic                 write_error_i,   ///< AXI write error response
  input  logic                 write_decode_i,
  input  logic [ADDR_BITS-1:0] write_addr_i,
  input  logic                 integrity_error_i,  ///< An SRAM word that was read is lost
  input  logic [3:0]           integrity_channel_i, ///< Its reader
  input  logic [ADDR_BITS-1:0] integrity_addr_i,   ///< Its SRAM address in bytes
  input  logic [31:0]          integrity_offset_i, ///< Stream offset of the reader's command
  input  logic                 progress_i,      ///< Something moved this cycle
  input  logic [31:0]          progress_offset_i, ///< Stream offset of the last command dispatched
  input  logic [2:0]           blocked_i,       ///< {compute, store, load} engine holds a command
  input  logic                 port_idle_i,     ///< No AXI transfer pending or in flight

  output logic [2:0]           state_o,         ///< auklet_pkg::STATE_*
  output logic                 running_o,
  output logic                 isolated_o,
  output logic                 clear_o,         ///< Zero row clear_row_o of the SRAM
  output logic [ROW_BITS-1:0]  clear_row_o,
  output logic                 set_done_o,      ///< Raise IRQ_RAW.done
  output logic                 set_fault_o,     ///< Raise IRQ_RAW.fault
  output logic                 reset_irq_o,     ///< Drop IRQ_RAW: a soft reset has ended
  output logic [31:0]          done_tag_o,
  output logic [3:0]           fault_o,
  output logic [3:0]           fault_channel_o,
  output logic [7:0]           fault_code_o,
  output logic [ADDR_BITS-1:0] fault_addr_o,
  output logic [31:0]          fault_offset_o
);
  localparam logic [12:0] DRAIN_LAST = 13'(auklet_pkg::DRAIN_CYCLES - 1);

  logic [2:0] state_q;
  logic resetting_q;                 // DRAINING leads to CLEARING instead of FAULT
  logic [12:0] drain_q;
  logic [31:0] quiet_q;
  logic [ROW_BITS-1:0] row_q;
  logic running, fault, watchdog;
  assign running = state_q == auklet_pkg::STATE_RUNNING;
  assign watchdog = running && watchdog_i != 32'd0 && quiet_q >= watchdog_i;
  assign fault = running && (integrity_error_i || decode_error_i || load_error_i || index_error_i || store_error_i
                             || read_error_i || write_error_i || watchdog);

  logic drained, drain_end, job_fault;
  assign drained = port_idle_i;
  assign drain_end = drained || drain_q == DRAIN_LAST;
  assign job_fault = state_q == auklet_pkg::STATE_DRAINING && !resetting_q && drain_end && !soft_reset_i;

  assign state_o = state_q;
  assign running_o = running;
  assign clear_o = state_q == auklet_pkg::STATE_CLEARING;
  assign clear_row_o = row_q;
  assign set_done_o = running && decode_done_i && !fault && !soft_reset_i;
  assign set_fault_o = job_fault;
  assign reset_irq_o = state_q == auklet_pkg::STATE_DRAINING && resetting_q && drained;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= auklet_pkg::STATE_CLEARING;
      resetting_q <= 1'b0;
      isolated_o <= 1'b0;
      row_q <= '0;
      drain_q <= 13'd0;
      quiet_q <= 32'd0;
      done_tag_o <= 32'd0;
    end else begin
      quiet_q <= running && !progress_i ? quiet_q + 32'd1 : 32'd0;
      drain_q <= state_q == auklet_pkg::STATE_DRAINING && !soft_reset_i ? drain_q + 13'd1 : 13'd0;
      if (set_done_o || set_fault_o) done_tag_o <= job_tag_i;
      if (soft_reset_i) begin
        // Wherever it comes, the port drains first.
        state_q <= auklet_pkg::STATE_DRAINING;
        resetting_q <= 1'b1;
      end else begin
        case (state_q)
          auklet_pkg::STATE_CLEARING: begin
            row_q <= row_q + 1'b1;
            if (row_q == '1) state_q <= auklet_pkg::STATE_IDLE;
          end
          auklet_pkg::STATE_IDLE: begin
            row_q <= '0;
            if (start_i) state_q <= auklet_pkg::STATE_RUNNING;
            else if (clear_sram_i) state_q <= auklet_pkg::STATE_CLEARING;
          end
          auklet_pkg::STATE_RUNNING: begin
            if (fault) begin
              state_q <= auklet_pkg::STATE_DRAINING;
              resetting_q <= 1'b0;
            end else if (decode_done_i) state_q <= auklet_pkg::STATE_IDLE;
          end
          auklet_pkg::STATE_DRAINING: if (drain_end) begin
            row_q <= '0;
            isolated_o <= !drained;
            state_q <= resetting_q && drained ? auklet_pkg::STATE_CLEARING : auklet_pkg::STATE_FAULT;
          end
          auklet_pkg::STATE_FAULT: ;
          default: state_q <= auklet_pkg::STATE_FAULT;
        endcase
      end
    end
  end

  // The first fault since reset.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fault_o <= auklet_pkg::FAULT_NONE;
      fault_channel_o <= 4'd0;
      fault_code_o <= 8'd0;
      fault_addr_o <= '0;
      fault_offset_o <= 32'd0;
    end else if (reset_irq_o) begin
      fault_o <= auklet_pkg::FAULT_NONE;
      fault_channel_o <= 4'd0;
      fault_code_o <= 8'd0;
      fault_addr_o <= '0;
      fault_offset_o <= 32'd0;
    end else if (fault && fault_o == auklet_pkg::FAULT_NONE) begin
      fault_offset_o <= progress_offset_i;
      // A lost word goes first: a wrong index may follow from it.
      if (integrity_error_i) begin
        fault_o <= auklet_pkg::FAULT_INTEGRITY;
        fault_channel_o <= integrity_channel_i;
        fault_addr_o <= integrity_addr_i;
        fault_offset_o <= integrity_offset_i;
      end else if (decode_error_i) begin
        fault_o <= auklet_pkg::FAULT_COMMAND;
        fault_channel_o <= auklet_pkg::CHANNEL_FETCH;
        fault_code_o <= decode_code_i;
        fault_offset_o <= decode_offset_i;
      end else if (load_error_i) begin
        fault_o <= auklet_pkg::FAULT_ADDRESS;
        fault_channel_o <= auklet_pkg::CHANNEL_LOAD;
        fault_addr_o <= ADDR_BITS'(load_at_i);
        fault_offset_o <= load_offset_i;
      end else if (index_error_i) begin
        fault_o <= auklet_pkg::FAULT_INDEX;
        fault_channel_o <= auklet_pkg::CHANNEL_LOAD;
        fault_addr_o <= ADDR_BITS'(index_at_i);
        fault_offset_o <= load_offset_i;
      end else if (store_error_i) begin
        fault_o <= auklet_pkg::FAULT_ADDRESS;
        fault_channel_o <= auklet_pkg::CHANNEL_STORE;
        fault_addr_o <= ADDR_BITS'(store_at_i);
        fault_offset_o <= store_offset_i;
      end else if (read_error_i) begin
        fault_o <= read_decode_i ? auklet_pkg::FAULT_AXI_DECERR : auklet_pkg::FAULT_AXI_SLVERR;
        fault_channel_o <= read_client_i ? auklet_pkg::CHANNEL_LOAD : auklet_pkg::CHANNEL_FETCH;
        fault_addr_o <= read_addr_i;
      end else if (write_error_i) begin
        fault_o <= write_decode_i ? auklet_pkg::FAULT_AXI_DECERR : auklet_pkg::FAULT_AXI_SLVERR;
        fault_channel_o <= auklet_pkg::CHANNEL_STORE;
        fault_addr_o <= write_addr_i;
      end else begin
        fault_o <= auklet_pkg::FAULT_WATCHDOG;
        fault_channel_o <= blocked_i[0] ? auklet_pkg::CHANNEL_LOAD : blocked_i[1] ? auklet_pkg::CHANNEL_STORE
                         : blocked_i[2] ? auklet_pkg::CHANNEL_COMPUTE : auklet_pkg::CHANNEL_FETCH;
      end
    end
  end
endmodule
