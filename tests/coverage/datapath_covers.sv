// What the tests must meet in the SRAM, the AXI ports, and the transfer engines; as in control_covers.sv.

module auklet_sram_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       clear_i,
  input logic       out_valid_i,
  input logic       act_valid_i,
  input logic       act_gnt_o,
  input logic       act_two_i,
  input logic       wgt_valid_i,
  input logic       wgt_gnt_o,
  input logic       store_valid_i,
  input logic       store_gnt_o,
  input logic       load_valid_i,
  input logic       load_write_i,
  input logic       load_gnt_o,
  input logic [1:0] act_even_region,
  input logic [1:0] act_odd_region,
  input logic [7:0] out_banks,
  input logic [7:0] act_banks,
  input logic [7:0] act_hits,
  input logic [7:0] wgt_banks,
  input logic [7:0] store_banks,
  input logic [7:0] store_hits,
  input logic [7:0] load_banks,
  input logic [7:0] wgt_hits,
  input logic [7:0] urgent_store,
  input logic [7:0] urgent_banks,
  input logic [3:0] store_refused_q,
  input logic [3:0] load_refused_q
);
  logic store_urgent, load_urgent;
  assign store_urgent = store_valid_i && urgent_store != 8'd0;
  assign load_urgent = load_valid_i && (urgent_banks & ~urgent_store) != 8'd0;
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      CLEAR: cover (clear_i);
      ALL_PORTS_AT_ONCE: cover (out_valid_i && act_gnt_o && wgt_gnt_o && store_gnt_o && load_gnt_o);
      READ_OF_TWO_REGIONS: cover (act_gnt_o && act_two_i && act_even_region != act_odd_region);
      READ_BY_LOAD: cover (load_gnt_o && !load_write_i);
      OUT_BEFORE_ACT: cover (act_valid_i && (act_banks & out_banks) != 8'd0);
      OUT_BEFORE_WGT: cover (wgt_valid_i && (wgt_banks & out_banks) != 8'd0);
      OUT_BEFORE_STORE: cover (store_valid_i && (store_banks & out_banks) != 8'd0);
      OUT_BEFORE_LOAD: cover (load_valid_i && (load_banks & out_banks) != 8'd0);
      ACT_BEFORE_WGT: cover (wgt_valid_i && (wgt_banks & act_hits) != 8'd0);
      ACT_BEFORE_STORE: cover (store_valid_i && (store_banks & act_hits) != 8'd0);
      ACT_BEFORE_LOAD: cover (load_valid_i && (load_banks & act_hits) != 8'd0);
      WGT_BEFORE_STORE: cover (store_valid_i && (store_banks & wgt_hits) != 8'd0);
      WGT_BEFORE_LOAD: cover (load_valid_i && (load_banks & wgt_hits) != 8'd0);
      STORE_BEFORE_LOAD: cover (load_valid_i && (load_banks & store_hits) != 8'd0);
      URGENT_STORE_BEFORE_ACT: cover (store_gnt_o && (act_banks & urgent_store) != 8'd0);
      URGENT_STORE_BEFORE_WGT: cover (store_gnt_o && (wgt_banks & urgent_store) != 8'd0);
      URGENT_LOAD_BEFORE_ACT: cover (load_gnt_o && (act_banks & load_banks & urgent_banks) != 8'd0);
      URGENT_LOAD_BEFORE_WGT: cover (load_gnt_o && (wgt_banks & load_banks & urgent_banks) != 8'd0);
      URGENT_STORE_AND_LOAD: cover (store_urgent && load_urgent);
      OUT_BEFORE_URGENT_STORE: cover (store_refused_q == 4'd2 && (store_banks & out_banks) != 8'd0);
      OUT_BEFORE_URGENT_LOAD: cover (load_refused_q == 4'd2 && (load_banks & out_banks) != 8'd0);
    end
  end
endmodule
bind auklet_sram auklet_sram_covers u_covers (.*);

module auklet_integrity_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic [5:0] fixed_i,
  input logic [5:0] lost_i
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      FIXED_ACT_EVEN: cover (fixed_i[0]);
      FIXED_ACT_ODD: cover (fixed_i[1]);
      FIXED_WGT_EVEN: cover (fixed_i[2]);
      FIXED_WGT_ODD: cover (fixed_i[3]);
      FIXED_STORE: cover (fixed_i[4]);
      FIXED_LOAD: cover (fixed_i[5]);
      LOST_ACT_EVEN: cover (lost_i[0]);
      LOST_ACT_ODD: cover (lost_i[1]);
      LOST_WGT_EVEN: cover (lost_i[2]);
      LOST_WGT_ODD: cover (lost_i[3]);
      LOST_STORE: cover (lost_i[4]);
      LOST_LOAD: cover (lost_i[5]);
    end
  end
endmodule
bind auklet_integrity auklet_integrity_covers u_covers (.*);

module auklet_axi_read_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       stop_i,
  input logic [3:0] max_bursts_i,
  input logic [1:0] req_valid_i,
  input logic       grant_fetch,
  input logic       grant_load,
  input logic       free,
  input logic [3:0] flight0_q,
  input logic [3:0] flight1_q,
  input logic       arvalid_o,
  input logic       arready_i,
  input logic       rvalid_i,
  input logic       rready_o,
  input logic       rlast_i,
  input logic       error_o,
  input logic [1:0] done
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      FETCH_BEFORE_LOAD: cover (grant_fetch && req_valid_i[1]);
      AR_WAITS: cover (arvalid_o && !arready_i);
      AR_BACK_TO_BACK: cover (arvalid_o && arready_i && (grant_fetch || grant_load));
      REQUEST_WAITS_FOR_AR: cover (req_valid_i != 2'b00 && !free);
      LOAD_AT_ITS_LIMIT: cover (req_valid_i[1] && flight1_q == max_bursts_i);
      LOAD_AT_A_LIMIT_OF_ONE: cover (req_valid_i[1] && flight1_q == 4'd1 && max_bursts_i == 4'd1);
      EIGHT_LOADS_IN_FLIGHT: cover (flight1_q == 4'd8);
      FETCH_AT_ITS_LIMIT: cover (req_valid_i[0] && flight0_q == max_bursts_i);
      BOTH_IN_FLIGHT: cover (flight0_q != 4'd0 && flight1_q != 4'd0);
      NO_ROOM_FOR_A_BEAT: cover (rvalid_i && !rready_o);
      ERROR_BEFORE_THE_LAST_BEAT: cover (error_o && !rlast_i);
      ERROR_IN_THE_LAST_BEAT: cover (error_o && rlast_i);
      BEAT_DROPPED: cover (stop_i && rvalid_i && rready_o);
      STOPPED_BEFORE_AR_IS_TAKEN: cover (stop_i && arvalid_o && !arready_i);
      STOPPED_WITH_A_REQUEST: cover (stop_i && req_valid_i != 2'b00);
      ISSUED_AS_ONE_ENDS: cover (grant_load && done[1]);
    end
  end
endmodule
bind auklet_axi_read auklet_axi_read_covers u_covers (.*);

module auklet_axi_write_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       stop_i,
  input logic [3:0] max_bursts_i,
  input logic       req_valid_i,
  input logic       grant,
  input logic       resp,
  input logic       error_o,
  input logic [3:0] flight_q,
  input logic       awvalid_o,
  input logic       awready_i,
  input logic       wvalid_o,
  input logic       wready_i
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      AW_WAITS: cover (awvalid_o && !awready_i);
      W_WAITS: cover (wvalid_o && !wready_i);
      W_BEFORE_ITS_AW: cover (awvalid_o && !awready_i && wvalid_o && wready_i);
      AW_BEFORE_ITS_W: cover (awvalid_o && awready_i && wvalid_o && !wready_i);
      STORE_AT_ITS_LIMIT: cover (req_valid_i && flight_q == max_bursts_i);
      STORE_AT_A_LIMIT_OF_ONE: cover (req_valid_i && flight_q == 4'd1 && max_bursts_i == 4'd1);
      ISSUED_AS_ONE_ENDS: cover (grant && resp);
      RESPONSE_AFTER_THE_STOP: cover (stop_i && resp && !error_o);
      ERROR_AFTER_THE_STOP: cover (stop_i && error_o);
      DATA_AFTER_THE_STOP: cover (stop_i && wvalid_o && wready_i);
      STOPPED_BEFORE_AW_IS_TAKEN: cover (stop_i && awvalid_o && !awready_i);
    end
  end
endmodule
bind auklet_axi_write auklet_axi_write_covers u_covers (.*);

module auklet_cmd_fetch_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic       active,
  input logic       req_valid_o,
  input logic       full,
  input logic       valid_o,
  input logic       pop_i,
  input logic       data_valid_i
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      WORDS_FULL: cover (full);
      WORDS_EMPTY: cover (active && !valid_o);
      NO_ROOM_FOR_A_BURST: cover (active && !req_valid_o);
      POPPED_AS_A_BEAT_ARRIVES: cover (pop_i && data_valid_i);
      ABORTED_WITH_WORDS: cover (abort_i && valid_o);
    end
  end
endmodule
bind auklet_cmd_fetch auklet_cmd_fetch_covers u_covers (.*);

module auklet_load_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic       asking_q,
  input logic       moved_q,
  input logic       arriving_q,
  input logic       start_i,
  input logic       done_o,
  input logic       is_gather,
  input logic       is_unpack,
  input logic       info_full,
  input logic       sram_write_o,
  input logic       sram_gnt_i,
  input logic [3:0] width,
  input logic       error_o
);
  logic word;
  assign word = is_unpack && sram_write_o && sram_gnt_i;
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      ONE_ASKS_WHILE_ANOTHER_ARRIVES: cover (asking_q && !moved_q && arriving_q);
      STARTED_AS_ONE_ENDS: cover (start_i && done_o);
      GATHER_AFTER_A_LOAD: cover (start_i && is_gather);
      BURSTS_FULL: cover (info_full);
      WORD_REFUSED_BY_SRAM: cover (sram_write_o && !sram_gnt_i);
      ABORTED_WHILE_IT_ARRIVES: cover (abort_i && arriving_q);
      INDEX_OUTSIDE: cover (error_o);
      WIDTH_0: cover (word && width == 4'd0);
      WIDTH_1: cover (word && width == 4'd1);
      WIDTH_2: cover (word && width == 4'd2);
      WIDTH_3: cover (word && width == 4'd3);
      WIDTH_4: cover (word && width == 4'd4);
      WIDTH_5: cover (word && width == 4'd5);
      WIDTH_6: cover (word && width == 4'd6);
      WIDTH_7: cover (word && width == 4'd7);
      WIDTH_8: cover (word && width == 4'd8);
    end
  end
endmodule
bind auklet_load auklet_load_covers u_covers (.*);

module auklet_gather_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic [4:0] at,          // one bit a state, in their order
  input logic       idx_gnt_i,
  input logic       row_ready_i
);
  localparam int unsigned IDLE = 0, READ = 1, WORD = 2, CHECK = 3, ROW = 4;
  logic [4:0] was;
  always_ff @(posedge clk_i) begin
    was <= at;
    if (rst_ni) begin
      IDLE_TO_READ: cover (was[IDLE] && at[READ]);
      READ_TO_WORD: cover (was[READ] && at[WORD]);
      WORD_TO_CHECK: cover (was[WORD] && at[CHECK]);
      CHECK_TO_ROW: cover (was[CHECK] && at[ROW]);
      ROW_TO_CHECK: cover (was[ROW] && at[CHECK]);
      ROW_TO_READ: cover (was[ROW] && at[READ]);
      ROW_TO_IDLE: cover (was[ROW] && at[IDLE]);
      READ_REFUSED: cover (at[READ] && !idx_gnt_i);
      ROW_WAITS: cover (at[ROW] && !row_ready_i);
      ABORTED: cover (abort_i && !at[IDLE]);
    end
  end
endmodule
bind auklet_gather auklet_gather_covers u_covers (
  .at({state_q == ROW, state_q == CHECK, state_q == WORD, state_q == READ, state_q == IDLE}), .*
);

module auklet_store_covers (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       abort_i,
  input logic       flush_i,
  input logic       busy_q,
  input logic       sram_valid_o,
  input logic       sram_gnt_i,
  input logic       beats_full,
  input logic       req_full,
  input logic       beat,
  input logic       read_q,
  input logic       head_valid
);
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      WORD_REFUSED_BY_SRAM: cover (sram_valid_o && !sram_gnt_i);
      BEATS_FULL: cover (beats_full);
      REQUESTS_FULL: cover (req_full);
      BEAT_AS_A_WORD_ARRIVES: cover (beat && read_q);
      ABORTED_WHILE_BUSY: cover (abort_i && busy_q);
      FLUSHED_WITH_BEATS: cover (flush_i && head_valid);
    end
  end
endmodule
bind auklet_store auklet_store_covers u_covers (.*);
