// Proof of auklet_fifo: any pushes and pops that keep to its contract, any clears, any resets.
//
// The order is proven on two tokens: entries picked by the solver, the second behind the first. What holds for any two
// entries holds for all.
module fifo_formal #(
  parameter int unsigned WIDTH = 4,
  parameter int unsigned DEPTH = 4
) (
  input logic clk_i,
  input logic rst_ni,
  input logic clear_i,
  input logic push_i,
  input logic pop_i,
  input logic [WIDTH-1:0] data_i,
  input logic pick_i              // the solver takes the entry that is pushed as a token
);
  localparam int unsigned PTR = $clog2(DEPTH);
  logic full, valid;
  logic [WIDTH-1:0] data;
  auklet_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_dut (
    .clk_i, .rst_ni, .clear_i, .push_i, .data_i, .full_o(full), .pop_i, .valid_o(valid), .data_o(data)
  );

  // probe f_count u_dut.count_q
  // probe f_head u_dut.head_q
  // probe f_tail u_dut.tail_q
  // probe f_mem u_dut.mem DEPTH
  logic [PTR:0] f_count;
  logic [PTR-1:0] f_head, f_tail;
  logic [WIDTH*DEPTH-1:0] f_mem;

  logic f_past = 1'b0;
  always_ff @(posedge clk_i) f_past <= 1'b1;
  always_comb begin
    if (!f_past) assume (!rst_ni);
    // The contract of the module's ports.
    if (push_i && !clear_i) assume (!full);
    if (pop_i && !clear_i) assume (valid);
  end

  // Entries by a count of its own.
  logic [PTR:0] f_model;
  logic f_push, f_pop, f_clear;
  assign f_clear = clear_i || !rst_ni;
  assign f_push = push_i && !f_clear;
  assign f_pop = pop_i && !f_clear;
  always_ff @(posedge clk_i) f_model <= f_clear ? '0 : f_model + (PTR + 1)'(f_push) - (PTR + 1)'(f_pop);

  // Tokens: data, and how many entries are before it.
  logic f_a_in, f_b_in;
  logic [PTR:0] f_a_ahead, f_b_ahead, f_behind;
  logic [WIDTH-1:0] f_a_data, f_b_data;
  logic f_a_out, f_b_out;
  assign f_behind = f_model - (PTR + 1)'(f_pop);
  assign f_a_out = f_a_in && f_pop && f_a_ahead == '0;
  assign f_b_out = f_b_in && f_pop && f_b_ahead == '0;
  always_ff @(posedge clk_i) begin
    if (f_clear) begin
      f_a_in <= 1'b0;
      f_b_in <= 1'b0;
    end else begin
      if (f_a_out) f_a_in <= 1'b0;
      else if (f_a_in && f_pop) f_a_ahead <= f_a_ahead - 1'b1;
      if (f_b_out) f_b_in <= 1'b0;
      else if (f_b_in && f_pop) f_b_ahead <= f_b_ahead - 1'b1;
      if (f_push && pick_i && !f_a_in && !f_b_in) begin
        f_a_in <= 1'b1;
        f_a_ahead <= f_behind;
        f_a_data <= data_i;
      end else if (f_push && pick_i && f_a_in && !f_b_in) begin
        f_b_in <= 1'b1;
        f_b_ahead <= f_behind;
        f_b_data <= data_i;
      end
    end
  end

  logic [PTR-1:0] f_a_slot, f_b_slot;
  assign f_a_slot = f_head + PTR'(f_a_ahead);
  assign f_b_slot = f_head + PTR'(f_b_ahead);
  always_comb if (f_past && rst_ni) begin
    // Invariants that the induction needs: the pointers, and that a token's slot holds its data.
    I1_count: assert (f_count == f_model);
    I2_pointers: assert (PTR'(f_count) == PTR'(f_tail - f_head));
    if (f_a_in) I3_slot: assert (f_a_ahead < f_model && WIDTH'(f_mem >> (f_a_slot * WIDTH)) == f_a_data);
    if (f_b_in) I4_slot: assert (f_b_ahead < f_model && WIDTH'(f_mem >> (f_b_slot * WIDTH)) == f_b_data);
    if (f_a_in && f_b_in) I5_order: assert (f_a_ahead < f_b_ahead);

    F1_bounded: assert (f_model <= (PTR + 1)'(DEPTH));
    F2_full: assert (full == (f_model == (PTR + 1)'(DEPTH)));
    F3_valid: assert (valid == (f_model != '0));
    if (f_a_out) F4_data: assert (data == f_a_data);
    if (f_b_out) F4_data_b: assert (data == f_b_data);
    if (f_b_out) F5_order: assert (!f_a_in);
  end
  logic f_was_clear;
  always_ff @(posedge clk_i) f_was_clear <= f_clear;
  always_comb if (f_past && rst_ni && f_was_clear) F6_cleared: assert (!valid && !full);

  logic f_was_full, f_lapped;
  always_ff @(posedge clk_i) begin
    f_was_full <= !f_clear && (f_was_full || full);
    f_lapped <= !f_clear && (f_lapped || (f_was_full && !valid));
  end
  always_comb if (f_past && rst_ni) begin
    c_full: cover (full);
    c_drained: cover (f_was_full && !valid);
    c_both: cover (f_pop && f_push && !full);
    c_second_lap: cover (f_lapped && f_b_out);
  end
endmodule
