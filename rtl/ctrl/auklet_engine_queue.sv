// Command queue of one engine: holds commands, starts the oldest when its waits are met, counts what completes.
//
// An engine may take the next command before the one that it runs completes: it then no longer needs cmd_o.
module auklet_engine_queue #(
  parameter int unsigned CMD_BITS = 640,  ///< Bits of the longest command of the engine
  parameter int unsigned DEPTH = auklet_pkg::QUEUE_DEPTH
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                abort_i,         ///< Empty it; completed_o stays
  input  logic                clear_i,         ///< A job begins: zero completed_o

  input  logic                push_i,          ///< Only while not full_o
  input  logic [CMD_BITS-1:0] cmd_i,
  input  logic [31:0]         offset_i,        ///< Byte offset of the command in its stream
  output logic                full_o,

  input  logic [15:0]         done_load_i,     ///< Commands completed, by engine
  input  logic [15:0]         done_compute_i,
  input  logic [15:0]         done_store_i,

  input  logic                ready_i,         ///< The engine can run cmd_o
  output logic                start_o,         ///< One cycle: run cmd_o
  output logic [CMD_BITS-1:0] cmd_o,           ///< The command that waits or runs; stable until taken_i
  output logic [31:0]         offset_o,
  input  logic                taken_i,         ///< The engine no longer needs it
  input  logic                done_i,          ///< The oldest of what the engine runs completed
  output logic [15:0]         completed_o,
  output logic                empty_o,         ///< Nothing queued, waiting, or running and not taken
  output logic                held_o,          ///< cmd_o waits or runs
  output logic                wait_load_o,     ///< It waits for a load
  output logic                wait_store_o     ///< It waits for a store
);
  logic head_valid, pop, held_q, running_q;
  logic [CMD_BITS+31:0] head;
  assign pop = head_valid && (!held_q || taken_i);
  auklet_fifo #(
    .WIDTH(CMD_BITS + 32),
    .DEPTH(DEPTH)
  ) u_fifo (
    .clk_i, .rst_ni, .clear_i(abort_i), .push_i, .data_i({offset_i, cmd_i}), .full_o,
    .pop_i(pop), .valid_o(head_valid), .data_o(head)
  );

  // The waits are in word 1 and the low half of word 2 of every command.
  function automatic logic reached(input logic [15:0] done, input logic [15:0] wait_for);
    reached = signed'(done - wait_for) >= 16'sd0;
  endfunction
  logic met_load, met_store, met;
  assign met_load = reached(done_load_i, cmd_o[47:32]);
  assign met_store = reached(done_store_i, cmd_o[79:64]);
  assign met = met_load && reached(done_compute_i, cmd_o[63:48]) && met_store;
  assign held_o = held_q;
  assign wait_load_o = held_q && !running_q && !met_load;
  assign wait_store_o = held_q && !running_q && !met_store;
  assign start_o = held_q && !running_q && met && ready_i && !abort_i;
  assign empty_o = !head_valid && !held_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q <= 1'b0;
      running_q <= 1'b0;
      completed_o <= 16'd0;
    end else if (abort_i) begin
      held_q <= 1'b0;
      running_q <= 1'b0;
      if (clear_i) completed_o <= 16'd0;
    end else begin
      if (pop) held_q <= 1'b1;
      else if (taken_i) held_q <= 1'b0;
      if (start_o) running_q <= 1'b1;
      else if (taken_i) running_q <= 1'b0;
      if (done_i) completed_o <= completed_o + 16'd1;
    end
  end
  always_ff @(posedge clk_i) if (pop) {offset_o, cmd_o} <= head;
endmodule
