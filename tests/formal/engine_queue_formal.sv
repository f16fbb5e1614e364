// Proof of auklet_engine_queue: any commands, any engine that keeps to its contract, any aborts and resets.
module engine_queue_formal #(
  parameter int unsigned CMD_BITS = 96,
  parameter int unsigned DEPTH = 4
) (
  input logic clk_i,
  input logic rst_ni,
  input logic abort_i,
  input logic clear_i,
  input logic push_i,
  input logic [CMD_BITS-1:0] cmd_i,
  input logic [31:0] offset_i,
  input logic [15:0] done_load_i,
  input logic [15:0] done_compute_i,
  input logic [15:0] done_store_i,
  input logic ready_i,
  input logic taken_i,
  input logic done_i,
  input logic pick_i             // the solver follows the command that is pushed now
);
  logic full, start, empty, held, wait_load, wait_store;
  logic [CMD_BITS-1:0] cmd;
  logic [31:0] offset;
  logic [15:0] completed;
  auklet_engine_queue #(.CMD_BITS(CMD_BITS), .DEPTH(DEPTH)) u_dut (
    .full_o(full), .start_o(start), .cmd_o(cmd), .offset_o(offset), .completed_o(completed), .empty_o(empty), .held_o(held),
    .wait_load_o(wait_load), .wait_store_o(wait_store), .*
  );

  // probe f_count u_dut.u_fifo.count_q
  // probe f_head u_dut.u_fifo.head_q
  // probe f_tail u_dut.u_fifo.tail_q
  // probe f_mem u_dut.u_fifo.mem DEPTH
  // probe f_running u_dut.running_q
  localparam int unsigned PTR = $clog2(DEPTH);
  logic [PTR:0] f_count;
  logic [PTR-1:0] f_head, f_tail;
  logic [DEPTH*(CMD_BITS+32)-1:0] f_mem;
  logic f_running;

  logic f_past = 1'b0;
  always_comb begin
    if (!f_past) assume (!rst_ni);
    if (push_i && !abort_i) assume (!full);
    if (taken_i) assume (f_has_started);        // the engine takes a command that it runs
    if (clear_i) assume (abort_i);              // a job begins: nothing runs
  end

  // Commands pushed and not taken, the picked one with how many are before it, starts of the command that is held.
  logic [PTR+1:0] f_in_queue, f_ahead;
  logic f_in, f_has_started, f_kill;
  logic [CMD_BITS-1:0] f_cmd;
  logic [31:0] f_offset;
  logic [PTR-1:0] f_slot;
  assign f_kill = abort_i || !rst_ni;
  assign f_slot = f_head + PTR'(f_ahead) - PTR'(held);
  always_ff @(posedge clk_i) begin
    f_past <= 1'b1;
    f_in_queue <= f_kill ? '0 : f_in_queue + (PTR + 2)'(push_i) - (PTR + 2)'(taken_i);
    f_has_started <= !f_kill && !taken_i && (f_has_started || start);
    if (f_kill) f_in <= 1'b0;
    else if (f_in && taken_i && f_ahead == '0) f_in <= 1'b0;
    else if (f_in && taken_i) f_ahead <= f_ahead - 1'b1;
    else if (!f_in && pick_i && push_i) begin
      f_in <= 1'b1;
      f_ahead <= f_in_queue - (PTR + 2)'(taken_i);
      f_cmd <= cmd_i;
      f_offset <= offset_i;
    end
  end

  logic f_live, f_held, f_was_kill, f_taken, f_clear, f_done, f_was_start;
  logic [CMD_BITS+31:0] f_last;
  logic [15:0] f_completed;
  always_ff @(posedge clk_i) begin
    f_live <= rst_ni;
    f_held <= held;
    f_was_kill <= f_kill;
    f_taken <= taken_i;
    f_clear <= clear_i;
    f_done <= done_i;
    f_was_start <= start;
    f_last <= {offset, cmd};
    f_completed <= completed;
  end

  function automatic logic reached(input logic [15:0] done, input logic [15:0] wait_for);
    reached = !(16'(done - wait_for) >> 15);
  endfunction
  logic f_met;
  assign f_met = reached(done_load_i, cmd[47:32]) && reached(done_compute_i, cmd[63:48]) && reached(done_store_i, cmd[79:64]);
  always_comb if (f_past && rst_ni) begin
    I1_count: assert (f_in_queue == (PTR + 2)'(f_count) + (PTR + 2)'(held));
    I2_bound: assert (f_count <= (PTR + 1)'(DEPTH));
    I3_pointers: assert (PTR'(f_count) == PTR'(f_tail - f_head));
    I4_running: assert (f_running == f_has_started && (!f_running || held));
    if (f_in) I5_ahead: assert (f_ahead < f_in_queue);
    if (f_in && !(held && f_ahead == '0))
      I6_slot: assert ((CMD_BITS + 32)'(f_mem >> (f_slot * (CMD_BITS + 32))) == {f_offset, f_cmd});

    // A command starts once, only when its three waits are met, in the order of the pushes, and as it was pushed.
    if (start) Q1_waits: assert (held && f_met && ready_i && !abort_i);
    if (start) Q2_once: assert (!f_has_started);
    if (f_in && f_ahead == '0 && held) Q3_command: assert ({offset, cmd} == {f_offset, f_cmd});
    if (held && f_met && ready_i && !abort_i && !f_has_started) Q4_soon: assert (start);
    Q5_empty: assert (empty == (f_in_queue == '0));
    Q6_full: assert (full == (f_count == (PTR + 1)'(DEPTH)));
    if (wait_load) Q7_why: assert (held && !start && !reached(done_load_i, cmd[47:32]));
    if (wait_store) Q8_why: assert (held && !start && !reached(done_store_i, cmd[79:64]));
  end
  always_comb if (f_past && rst_ni && f_live) begin
    if (f_held && !f_taken && !f_was_kill) Q9_stable: assert (held && {offset, cmd} == f_last);
    if (f_was_kill) Q10_abort: assert (empty && !start && !held);
    Q11_completed: assert (completed == (f_was_kill ? (f_clear ? 16'd0 : f_completed) : f_completed + 16'(f_done)));
  end
  always_comb if (f_past && rst_ni) begin
    c_full: cover (full && f_in && f_ahead == 4);
    c_third: cover (f_in && f_was_third && start && f_ahead == '0);
    c_wait: cover (wait_load && wait_store && full);
  end
  logic f_was_third;
  always_ff @(posedge clk_i) f_was_third <= !f_kill && (f_was_third || (f_in && f_ahead == 2));
endmodule
