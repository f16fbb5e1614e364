// What the tests must meet in the compute engine; as in control_covers.sv.

module auklet_compute_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic [2:0] at,          // one bit a state, in their order
  input logic       is_conv,
  input logic       is_dw,
  input logic       is_rows,
  input logic       is_pool,
  input logic       is_avg,
  input logic       is_soft,
  input logic       is_elt,
  input logic       conv_stall_w,
  input logic       conv_stall_d,
  input logic       dw_stall_w,
  input logic       dw_stall_d,
  input logic       rows_stall_w,
  input logic       stall_bank_o
);
  localparam int unsigned IDLE = 0, LAUNCH = 1, RUN = 2;
  logic [2:0] was;
  always_ff @(posedge clk_i) begin
    was <= at;
    if (rst_ni) begin
      IDLE_TO_LAUNCH: cover (was[IDLE] && at[LAUNCH]);
      LAUNCH_TO_RUN: cover (was[LAUNCH] && at[RUN]);
      RUN_TO_IDLE: cover (was[RUN] && at[IDLE]);
      LAUNCH_ABORTED: cover (at[LAUNCH] && abort_i);
      CONV_ABORTED: cover (at[RUN] && is_conv && abort_i);
      DWCONV_ABORTED: cover (at[RUN] && is_dw && abort_i);
      DWROWS_ABORTED: cover (at[RUN] && is_rows && abort_i);
      MAXPOOL_ABORTED: cover (at[RUN] && is_pool && !is_avg && abort_i);
      AVGPOOL_ABORTED: cover (at[RUN] && is_avg && abort_i);
      SOFTMAX_ABORTED: cover (at[RUN] && is_soft && abort_i);
      ELEMENTWISE_ABORTED: cover (at[RUN] && is_elt && abort_i);
      CONV_WAITS_FOR_WEIGHTS: cover (conv_stall_w);
      CONV_WAITS_FOR_THE_DRAIN: cover (conv_stall_d);
      DWCONV_WAITS_FOR_WEIGHTS: cover (dw_stall_w);
      DWCONV_WAITS_FOR_PARAMETERS: cover (dw_stall_d);
      DWROWS_WAITS_FOR_WEIGHTS: cover (rows_stall_w);
      FETCH_REFUSED_BY_SRAM: cover (stall_bank_o);
    end
  end
endmodule
bind auklet_compute auklet_compute_covers u_covers (.at({state_q == RUN, state_q == LAUNCH, state_q == IDLE}), .*);

module auklet_softmax_covers (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        abort_i,
  input logic [10:0] at,         // one bit a state, in their order
  input logic        maximum,    // the pass
  input logic        sum,
  input logic        shift_large // outputs are all zero
);
  localparam int unsigned IDLE = 0, TABLE = 1, SETTLE = 2, FETCH = 3, ARRIVE = 4, LANES = 5, LAST = 6, EMIT = 7,
                          NORMALISE = 8, MULTIPLY = 9, UPDATE = 10;
  logic [10:0] was;
  always_ff @(posedge clk_i) begin
    was <= at;
    if (rst_ni) begin
      IDLE_TO_TABLE: cover (was[IDLE] && at[TABLE]);
      TABLE_TO_SETTLE: cover (was[TABLE] && at[SETTLE]);
      SETTLE_TO_FETCH: cover (was[SETTLE] && at[FETCH]);
      FETCH_TO_ARRIVE: cover (was[FETCH] && at[ARRIVE]);
      ARRIVE_TO_FETCH: cover (was[ARRIVE] && at[FETCH]);
      ARRIVE_TO_LANES: cover (was[ARRIVE] && at[LANES]);
      LANES_TO_LAST: cover (was[LANES] && at[LAST]);
      LAST_TO_FETCH: cover (was[LAST] && at[FETCH]);
      LAST_TO_EMIT: cover (was[LAST] && at[EMIT]);
      LAST_TO_NORMALISE: cover (was[LAST] && at[NORMALISE]);
      NORMALISE_TO_MULTIPLY: cover (was[NORMALISE] && at[MULTIPLY]);
      MULTIPLY_TO_UPDATE: cover (was[MULTIPLY] && at[UPDATE]);
      UPDATE_TO_MULTIPLY: cover (was[UPDATE] && at[MULTIPLY]);
      UPDATE_TO_FETCH: cover (was[UPDATE] && at[FETCH]);
      EMIT_TO_FETCH: cover (was[EMIT] && at[FETCH]);
      EMIT_TO_IDLE: cover (was[EMIT] && at[IDLE] && !abort_i);
      ABORTED_IN_THE_MAXIMUM: cover (abort_i && !at[IDLE] && maximum);
      ABORTED_IN_THE_SUM: cover (abort_i && !at[IDLE] && sum);
      ABORTED_IN_THE_OUTPUT: cover (abort_i && !at[IDLE] && !maximum && !sum);
      SHIFTED_OUT: cover (at[EMIT] && shift_large);
    end
  end
endmodule
bind auklet_softmax auklet_softmax_covers u_covers (
  .at({state_q == UPDATE, state_q == MULTIPLY, state_q == NORMALISE, state_q == EMIT, state_q == LAST, state_q == LANES,
       state_q == ARRIVE, state_q == FETCH, state_q == SETTLE, state_q == TABLE, state_q == IDLE}),
  .maximum(pass_q == MAXIMUM), .sum(pass_q == SUM), .shift_large(shift > 6'd31), .*
);

module auklet_drain_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic [3:0] at,          // one bit a state, in their order
  input logic       pass_q,
  input logic       move,
  input logic       sum_valid_i,
  input logic [1:0] bank_free_q,
  input logic [1:0] ready_count_q
);
  localparam int unsigned IDLE = 0, PARAM = 1, WAIT = 2, MOVE = 3;
  logic [3:0] was;
  always_ff @(posedge clk_i) begin
    was <= at;
    if (rst_ni) begin
      IDLE_TO_PARAM: cover (was[IDLE] && at[PARAM]);
      PARAM_TO_WAIT: cover (was[PARAM] && at[WAIT]);
      PARAM_TO_MOVE: cover (was[PARAM] && at[MOVE]);
      WAIT_TO_MOVE: cover (was[WAIT] && at[MOVE]);
      MOVE_TO_WAIT: cover (was[MOVE] && at[WAIT]);
      MOVE_TO_PARAM: cover (was[MOVE] && at[PARAM]);
      MOVE_TO_IDLE: cover (was[MOVE] && at[IDLE] && !abort_i);
      SUMS_PASS: cover (at[MOVE] && pass_q && move);
      SUMS_PASS_LATE: cover (at[MOVE] && pass_q && !sum_valid_i);
      SUMS_FROM_A_BANK: cover (at[MOVE] && !pass_q && move);
      BOTH_BANKS_TAKEN: cover (bank_free_q == 2'b00);
      TWO_STRIPES_READY: cover (ready_count_q == 2'd2);
      ABORTED: cover (abort_i && !at[IDLE]);
    end
  end
endmodule
bind auklet_drain auklet_drain_covers u_covers (
  .at({state_q == MOVE, state_q == WAIT, state_q == PARAM, state_q == IDLE}), .*
);
