// Performance counters: cycles, selectable events, when each layer completed, and where its cycles went.
module auklet_pmu #(
  parameter bit LAYER_CAUSES = 1'b1      ///< Count causes by layer: 10 KiB of memory; without, they read as 0
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         running_i,        ///< A job runs
  input  logic         job_start_i,      ///< A job begins in the next cycle
  input  logic         enable_i,         ///< PMU_CTRL.enable
  input  logic         clear_i,          ///< PMU_CTRL.clear
  input  logic [31:0]  events_i,         ///< One bit an event, by auklet_pkg::EVENT_*
  input  logic [39:0]  select_i,         ///< Event of counter i in bits 5i+4 .. 5i
  output logic [63:0]  cycles_o,         ///< PMU_CYCLES
  output logic [255:0] counts_o,         ///< Counter i in bits 32i+31 .. 32i

  input  logic         compute_done_i,   ///< A compute command of layer compute_layer_i completes
  input  logic [7:0]   compute_layer_i,
  input  logic         store_done_i,     ///< The same for a store
  input  logic [7:0]   store_layer_i,
  input  logic [3:0]   cause_i,          ///< Of this cycle, auklet_pkg::CAUSE_*
  input  logic         layer_valid_i,    ///< layer_i is known
  input  logic [7:0]   layer_i,          ///< Layer that the cycle belongs to

  input  logic [7:0]   log_index_i,      ///< PMU_LOG_INDEX.value
  input  logic [3:0]   log_item_i,       ///< PMU_LOG_INDEX.item
  input  logic         log_read_i,       ///< Read PMU_LOG_DATA, one cycle; both stay until log_valid_o
  output logic         log_valid_o,      ///< log_data_o is there, one cycle
  output logic [31:0]  log_data_o        ///< PMU_LOG_DATA
);
  logic [31:0] job_q;                    // cycles of this job

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      cycles_o <= 64'd0;
      counts_o <= 256'd0;
      job_q <= 32'd0;
    end else begin
      if (job_start_i) job_q <= 32'd0;
      else if (running_i) job_q <= job_q + 32'd1;
      if (clear_i) begin
        cycles_o <= 64'd0;
        counts_o <= 256'd0;
      end else if (enable_i) begin
        if (running_i) cycles_o <= cycles_o + 64'd1;
        for (int i = 0; i < 8; i++) begin
          if (events_i[select_i[5*i +: 5]]) counts_o[32*i +: 32] <= counts_o[32*i +: 32] + 32'd1;
        end
      end
    end
  end

  // One write a cycle: a compute completion that meets a store's waits a cycle with its own time stamp.
  logic [31:0] log_mem [0:auklet_pkg::LOG_ENTRIES-1];
  logic wait_q;
  logic [7:0] wait_layer_q;
  logic [31:0] wait_time_q, now, time_q;
  assign now = job_q + 32'd1;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) wait_q <= 1'b0;
    else wait_q <= compute_done_i && store_done_i;
  end
  always_ff @(posedge clk_i) begin
    if (compute_done_i) begin
      wait_layer_q <= compute_layer_i;
      wait_time_q <= now;
    end
    if (store_done_i) log_mem[store_layer_i] <= now;
    else if (compute_done_i) log_mem[compute_layer_i] <= now;
    else if (wait_q) log_mem[wait_layer_q] <= wait_time_q;
    if (log_read_i) time_q <= log_mem[log_index_i];
  end

  // ---- causes by layer ----
  logic [31:0] causes;
  if (LAYER_CAUSES) begin : gen_causes
    logic running_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) running_q <= 1'b0;
      else running_q <= running_i;
    end
    auklet_layer_log u_layer_log (
      .clk_i, .rst_ni, .clear_i(job_start_i || clear_i), .count_i(running_i && enable_i), .end_i(running_q && !running_i),
      .cause_i, .layer_valid_i, .layer_i,
      .read_i(log_read_i), .entry_i(log_index_i), .item_i(log_item_i), .valid_o(log_valid_o), .data_o(causes)
    );
  end else begin : gen_no_causes
    logic unused;
    assign unused = &{1'b0, cause_i, layer_valid_i, layer_i};
    assign causes = 32'd0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) log_valid_o <= 1'b0;
      else log_valid_o <= log_read_i;
    end
  end
  assign log_data_o = log_item_i == auklet_pkg::CAUSE_NONE ? time_q : causes;
endmodule
