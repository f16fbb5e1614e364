// Performance counters: cycles, selectable events, and when each layer completed.
module auklet_pmu (
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
  input  logic [7:0]   log_index_i,      ///< PMU_LOG_INDEX
  output logic [31:0]  log_data_o        ///< PMU_LOG_DATA, two cycles later
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
  logic [31:0] wait_time_q, now;
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
    log_data_o <= log_mem[log_index_i];
  end
endmodule
