// What the tests must meet in job control, decoder, queues and registers. Bound into the RTL in coverage builds alone:
// neither synthesis nor the ordinary simulation sees it. A label says what is met; every count must be above zero.

module auklet_control_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic [2:0] state_q,
  input logic       start_i,
  input logic       soft_reset_i,
  input logic       clear_sram_i,
  input logic       resetting_q,
  input logic       drain_end,
  input logic       drained,
  input logic       isolated_o,
  input logic       fault,
  input logic       watchdog,
  input logic       decode_done_i,
  input logic       decode_error_i,
  input logic       load_error_i,
  input logic       index_error_i,
  input logic       store_error_i,
  input logic       read_error_i,
  input logic       read_decode_i,
  input logic       read_client_i,
  input logic       write_error_i,
  input logic       write_decode_i,
  input logic [7:0] decode_code_i,
  input logic       integrity_error_i,
  input logic [3:0] integrity_channel_i,
  input logic [2:0] blocked_i
);
  logic clearing, idle, running, draining, failed;
  assign clearing = state_q == auklet_pkg::STATE_CLEARING;
  assign idle = state_q == auklet_pkg::STATE_IDLE;
  assign running = state_q == auklet_pkg::STATE_RUNNING;
  assign draining = state_q == auklet_pkg::STATE_DRAINING;
  assign failed = state_q == auklet_pkg::STATE_FAULT;
  logic clearing_q, idle_q, running_q, draining_q, failed_q, isolated_q;
  always_ff @(posedge clk_i) begin
    {clearing_q, idle_q, running_q, draining_q, failed_q} <= {clearing, idle, running, draining, failed};
    isolated_q <= isolated_o;
    if (rst_ni) begin
      // Arcs between the states.
      CLEARING_TO_IDLE: cover (clearing_q && idle);
      CLEARING_TO_DRAINING: cover (clearing_q && draining);
      IDLE_TO_RUNNING: cover (idle_q && running);
      IDLE_TO_CLEARING: cover (idle_q && clearing);
      IDLE_TO_DRAINING: cover (idle_q && draining);
      RUNNING_TO_IDLE: cover (running_q && idle);
      RUNNING_TO_DRAINING_BY_FAULT: cover (running_q && draining && !resetting_q);
      RUNNING_TO_DRAINING_BY_RESET: cover (running_q && draining && resetting_q);
      DRAINING_TO_FAULT_DRAINED: cover (draining_q && failed && !isolated_o);
      DRAINING_TO_FAULT_ISOLATED: cover (draining_q && failed && isolated_o && !isolated_q && !resetting_q);
      DRAINING_TO_FAULT_RESET_ISOLATED: cover (draining_q && failed && isolated_o && resetting_q);
      DRAINING_TO_CLEARING: cover (draining_q && clearing);
      FAULT_TO_DRAINING: cover (failed_q && draining);
      // Resets at awkward times.
      RESET_WHILE_DRAINING_A_FAULT: cover (draining && !resetting_q && soft_reset_i);
      RESET_WHILE_RESETTING: cover (draining && resetting_q && soft_reset_i);
      RESET_OF_AN_ISOLATED_PORT: cover (failed && isolated_o && soft_reset_i);
      ISOLATED_PORT_RECOVERS: cover (isolated_q && !isolated_o);
      DRAIN_TAKES_TIME: cover (draining && !drain_end);
      DRAIN_ENDS_AT_ONCE: cover (draining && drained && !draining_q);
      // Faults, by kind and channel.
      FAULT_COMMAND: cover (fault && decode_error_i);
      FAULT_ADDRESS_LOAD: cover (fault && load_error_i);
      FAULT_ADDRESS_STORE: cover (fault && store_error_i);
      FAULT_INDEX: cover (fault && index_error_i);
      FAULT_INTEGRITY_LOAD: cover (fault && integrity_error_i && integrity_channel_i == auklet_pkg::CHANNEL_LOAD);
      FAULT_INTEGRITY_STORE: cover (fault && integrity_error_i && integrity_channel_i == auklet_pkg::CHANNEL_STORE);
      FAULT_INTEGRITY_COMPUTE: cover (fault && integrity_error_i && integrity_channel_i == auklet_pkg::CHANNEL_COMPUTE);
      FAULT_SLVERR_FETCH: cover (fault && read_error_i && !read_decode_i && !read_client_i);
      FAULT_DECERR_FETCH: cover (fault && read_error_i && read_decode_i && !read_client_i);
      FAULT_SLVERR_LOAD: cover (fault && read_error_i && !read_decode_i && read_client_i);
      FAULT_DECERR_LOAD: cover (fault && read_error_i && read_decode_i && read_client_i);
      FAULT_SLVERR_STORE: cover (fault && write_error_i && !write_decode_i);
      FAULT_DECERR_STORE: cover (fault && write_error_i && write_decode_i);
      WATCHDOG_FETCH: cover (watchdog && blocked_i == 3'b000);
      WATCHDOG_LOAD: cover (watchdog && blocked_i[0]);
      WATCHDOG_STORE: cover (watchdog && blocked_i[1:0] == 2'b10);
      WATCHDOG_COMPUTE: cover (watchdog && blocked_i == 3'b100);
      READ_ERROR_WHILE_DRAINING: cover (draining && read_error_i);
      WRITE_ERROR_WHILE_DRAINING: cover (draining && write_error_i);
      // Malformed streams, by what is wrong.
      ERROR_MAGIC: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_MAGIC);
      ERROR_VERSION: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_VERSION);
      ERROR_CONFIG: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_CONFIG);
      ERROR_LENGTH: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_LENGTH);
      ERROR_OPCODE: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_OPCODE);
      ERROR_WORDS: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_WORDS);
      ERROR_TRUNCATED: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_TRUNCATED);
      ERROR_RESERVED: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_RESERVED);
      ERROR_FIELD: cover (decode_error_i && decode_code_i == auklet_pkg::COMMAND_ERROR_FIELD);
      STARTED: cover (idle && start_i);
      CLEAR_SRAM_ASKED_FOR: cover (idle && clear_sram_i);
      DONE: cover (running && decode_done_i);
    end
  end
endmodule
bind auklet_control auklet_control_covers u_covers (.*);

module auklet_decoder_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic [7:0] at,          // one bit a state, in their order
  input logic       error_o,
  input logic       done_o,
  input logic       word_valid_i,
  input logic       room,
  input logic       is_load,
  input logic       is_store,
  input logic       reserved_error,
  input logic       field_error,
  input logic       engines_idle_i,
  input logic       end_met
);
  localparam int unsigned IDLE = 0, LENGTH = 1, HEADER0 = 2, HEADER1 = 3, FIRST = 4, REST = 5, DISPATCH = 6, FINISH = 7;
  logic [7:0] was;
  always_ff @(posedge clk_i) begin
    was <= at;
    if (rst_ni) begin
      IDLE_TO_LENGTH: cover (was[IDLE] && at[LENGTH]);
      LENGTH_TO_HEADER0: cover (was[LENGTH] && at[HEADER0]);
      HEADER0_TO_HEADER1: cover (was[HEADER0] && at[HEADER1]);
      HEADER1_TO_FIRST: cover (was[HEADER1] && at[FIRST]);
      FIRST_TO_REST: cover (was[FIRST] && at[REST]);
      FIRST_TO_DISPATCH: cover (was[FIRST] && at[DISPATCH]);
      REST_TO_DISPATCH: cover (was[REST] && at[DISPATCH]);
      DISPATCH_TO_FIRST: cover (was[DISPATCH] && at[FIRST]);
      DISPATCH_TO_FINISH: cover (was[DISPATCH] && at[FINISH]);
      FINISH_TO_IDLE: cover (at[FINISH] && done_o && !abort_i);
      LENGTH_REFUSED: cover (at[LENGTH] && error_o);
      HEADER_REFUSED: cover (at[HEADER1] && error_o);
      FIRST_WORD_REFUSED: cover (at[FIRST] && error_o);
      RESERVED_BITS_REFUSED: cover (at[DISPATCH] && reserved_error);
      FIELD_REFUSED: cover (at[DISPATCH] && field_error);
      HEADER_LATE: cover (at[HEADER0] && !word_valid_i);
      SECOND_HALF_LATE: cover (at[HEADER1] && !word_valid_i);
      COMMAND_LATE: cover (at[FIRST] && !word_valid_i && !error_o);
      REST_LATE: cover (at[REST] && !word_valid_i);
      NO_ROOM_FOR_A_LOAD: cover (at[DISPATCH] && is_load && !room);
      NO_ROOM_FOR_A_STORE: cover (at[DISPATCH] && is_store && !room);
      NO_ROOM_FOR_A_COMPUTE: cover (at[DISPATCH] && !is_load && !is_store && !room);
      END_WAITS_FOR_ENGINES: cover (at[FINISH] && !engines_idle_i);
      END_WAITS_FOR_A_COUNT: cover (at[FINISH] && engines_idle_i && !end_met);
      ABORT_IN_LENGTH_OR_HEADER: cover (abort_i && (at[LENGTH] || at[HEADER0] || at[HEADER1]));
      ABORT_IN_FIRST: cover (abort_i && at[FIRST]);
      ABORT_IN_REST: cover (abort_i && at[REST]);
      ABORT_IN_DISPATCH: cover (abort_i && at[DISPATCH]);
      ABORT_IN_FINISH: cover (abort_i && at[FINISH]);
    end
  end
endmodule
bind auklet_decoder auklet_decoder_covers u_covers (
  .at({state_q == FINISH, state_q == DISPATCH, state_q == REST, state_q == FIRST, state_q == HEADER1, state_q == HEADER0,
       state_q == LENGTH, state_q == IDLE}), .*
);

module auklet_csr_covers (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        write,
  input logic        write_ok,
  input logic        read,
  input logic        read_ok,
  input logic        locked,
  input logic [11:0] awaddr_i,
  input logic [11:0] araddr_i,
  input logic [3:0]  wstrb_i,
  input logic        bvalid_o,
  input logic        bready_i,
  input logic        rvalid_o,
  input logic        rready_i,
  input logic        log_wait_q,
  input logic        in_windows,
  input logic        we,
  input logic [31:0] wdata_i,
  input logic        set_done_i,
  input logic        set_fault_i,
  input logic        irq_o,
  input logic [1:0]  irq_raw_q
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      REGISTER_WRITTEN: cover (we);
      WINDOW_WRITTEN: cover (we && in_windows);
      WRITE_OF_A_LOCKED_REGISTER: cover (write && !write_ok && locked && awaddr_i == auklet_pkg::ADDR_CMD_SIZE);
      WRITE_OF_A_LOCKED_WINDOW: cover (write && !write_ok && locked && in_windows);
      WRITE_NARROWER_THAN_A_WORD: cover (write && !write_ok && wstrb_i != 4'hf);
      WRITE_MISALIGNED: cover (write && !write_ok && awaddr_i[1:0] != 2'b00);
      WRITE_OF_A_READ_ONLY_REGISTER: cover (write && !write_ok && awaddr_i == auklet_pkg::ADDR_ID);
      START_WHILE_RUNNING: cover (write && !write_ok && locked && awaddr_i == auklet_pkg::ADDR_CONTROL && wdata_i[0]);
      READ_OF_NOTHING: cover (read && !read_ok);
      READ_MISALIGNED: cover (read && !read_ok && araddr_i[1:0] != 2'b00);
      WRITE_RESPONSE_WAITS: cover (bvalid_o && !bready_i);
      READ_RESPONSE_WAITS: cover (rvalid_o && !rready_i);
      LAYER_LOG_WAITS: cover (log_wait_q);
      DONE_RAISED_AS_IT_IS_CLEARED: cover (set_done_i && we && awaddr_i == auklet_pkg::ADDR_IRQ_RAW && wdata_i[0]);
      FAULT_RAISED_AS_IT_IS_CLEARED: cover (set_fault_i && we && awaddr_i == auklet_pkg::ADDR_IRQ_RAW && wdata_i[1]);
      INTERRUPT_MASKED: cover (irq_raw_q != 2'b00 && !irq_o);
      DONE_AND_FAULT_PENDING: cover (irq_raw_q == 2'b11);
    end
  end
endmodule
bind auklet_csr auklet_csr_covers u_covers (.*);

// Bound into the top: the queues and how their engines wait for each other, where the cycles go.
module auklet_npu_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       full_load,
  input logic       full_store,
  input logic       full_compute,
  input logic       empty_load,
  input logic       empty_store,
  input logic       empty_compute,
  input logic       running,
  input logic       load_busy,
  input logic       store_busy,
  input logic       compute_busy,
  input logic       compute_wait_load,
  input logic       compute_wait_store,
  input logic       load_wait_load,
  input logic       load_wait_store,
  input logic       store_wait_load,
  input logic       load_done,
  input logic       store_done,
  input logic       compute_done,
  input logic [3:0] cause
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      LOAD_QUEUE_FULL: cover (full_load);
      STORE_QUEUE_FULL: cover (full_store);
      COMPUTE_QUEUE_FULL: cover (full_compute);
      ALL_QUEUES_FULL: cover (full_load && full_store && full_compute);
      ALL_QUEUES_EMPTY_IN_A_JOB: cover (running && empty_load && empty_store && empty_compute);
      ALL_ENGINES_BUSY: cover (load_busy && store_busy && compute_busy);
      COMPUTE_WAITS_FOR_A_LOAD: cover (compute_wait_load);
      COMPUTE_WAITS_FOR_A_STORE: cover (compute_wait_store);
      LOAD_WAITS_FOR_A_LOAD: cover (load_wait_load);
      LOAD_WAITS_FOR_A_STORE: cover (load_wait_store);
      STORE_WAITS_FOR_A_LOAD: cover (store_wait_load);
      TWO_COMPLETE_AT_ONCE: cover (compute_done && (load_done || store_done));
      CAUSE_ARRAY: cover (cause == auklet_pkg::CAUSE_ARRAY);
      CAUSE_VECTOR: cover (cause == auklet_pkg::CAUSE_VECTOR);
      CAUSE_WEIGHTS: cover (cause == auklet_pkg::CAUSE_WEIGHTS);
      CAUSE_DRAIN: cover (cause == auklet_pkg::CAUSE_DRAIN);
      CAUSE_BANK: cover (cause == auklet_pkg::CAUSE_BANK);
      CAUSE_WINDOW: cover (cause == auklet_pkg::CAUSE_WINDOW);
      CAUSE_FILL: cover (cause == auklet_pkg::CAUSE_FILL);
      CAUSE_LOAD: cover (cause == auklet_pkg::CAUSE_LOAD);
      CAUSE_STORE: cover (cause == auklet_pkg::CAUSE_STORE);
      CAUSE_COMMAND: cover (cause == auklet_pkg::CAUSE_COMMAND);
    end
  end
endmodule
bind auklet_npu auklet_npu_covers u_covers (.*);
