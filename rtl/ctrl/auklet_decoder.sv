// Decoder: checks the stream's header and every command before it is handed to its engine's queue.
module auklet_decoder #(
  parameter int unsigned MACS = 256,      ///< MACs that the stream must have been compiled for
  parameter int unsigned SRAM_KIB = 512   ///< On-chip SRAM
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         abort_i,         ///< Stop and forget at once
  input  logic         start_i,         ///< Begin
  input  logic [31:0]  size_i,          ///< Bytes of the stream

  output logic         fetch_o,         ///< The length is sound: start fetching
  input  logic         word_valid_i,    ///< Next 128-bit word of the stream
  input  logic [127:0] word_i,
  output logic         word_pop_o,

  output logic         push_load_o,     ///< Hand cmd_o over; only while the queue has room
  output logic         push_store_o,
  output logic         push_compute_o,
  input  logic         full_load_i,
  input  logic         full_store_i,
  input  logic         full_compute_i,
  output logic [639:0] cmd_o,           ///< Command, word 0 least significant
  output logic [31:0]  offset_o,        ///< Its byte offset in the stream
  input  logic         engines_idle_i,  ///< No command queued or running, nothing of the stream on its way
  input  logic [15:0]  done_load_i,     ///< Commands completed, by engine
  input  logic [15:0]  done_compute_i,
  input  logic [15:0]  done_store_i,

  output logic         command_o,       ///< A command was accepted: it is handed over, or END
  output logic         done_o,          ///< END reached, its waits met and all engines idle, one cycle
  output logic         error_o,         ///< The stream is malformed, one cycle
  output logic [7:0]   error_code_o,    ///< auklet_pkg::COMMAND_ERROR_*
  output logic         wait_o,          ///< Waits for the stream
  output logic         decoding_o       ///< In a job: neither at END nor held up by a full queue
);
  localparam logic [31:0] HEADER_BYTES = auklet_pkg::STREAM_HEADER_WORDS * 4;
  localparam logic [31:0] MAX_BYTES = 32'h00ff_fff0;  // what the fetch unit counts

  typedef enum logic [2:0] {
    IDLE,      // no job
    LENGTH,    // check the length register
    HEADER0,   // first half of the header
    HEADER1,   // second half, then check
    FIRST,     // first word of a command: opcode and length
    REST,      // its other words
    DISPATCH,  // check it whole, wait for room, hand it over
    FINISH     // END: wait for the engines
  } state_e;
  state_e state_q, state_d;

  logic [127:0] buf_q [0:4];
  logic [2:0] index_q, count_q;      // 128-bit words had, and of the command
  logic [31:0] offset_q;
  logic [639:0] cmd;
  assign cmd = {buf_q[4], buf_q[3], buf_q[2], buf_q[1], buf_q[0]};

  // ---- header ----
  /* verilator lint_off UNUSEDSIGNAL */
  auklet_pkg::stream_header_t header;
  /* verilator lint_on UNUSEDSIGNAL */
  assign header = {word_i, buf_q[0]};

  // ---- command length by opcode, 0 when unknown ----
  function automatic logic [7:0] length_of(input logic [7:0] opcode);
    case (opcode)
      auklet_pkg::OPCODE_END: length_of = 8'(auklet_pkg::CMD_END_WORDS);
      auklet_pkg::OPCODE_LOAD, auklet_pkg::OPCODE_UNPACK, auklet_pkg::OPCODE_STORE: length_of = 8'(auklet_pkg::CMD_DMA_WORDS);
      auklet_pkg::OPCODE_GATHER: length_of = 8'(auklet_pkg::CMD_GATHER_WORDS);
      auklet_pkg::OPCODE_CONV, auklet_pkg::OPCODE_DWCONV, auklet_pkg::OPCODE_DWROWS, auklet_pkg::OPCODE_MAXPOOL,
      auklet_pkg::OPCODE_AVGPOOL: length_of = 8'(auklet_pkg::CMD_GEOM_WORDS);
      auklet_pkg::OPCODE_ADD, auklet_pkg::OPCODE_MUL, auklet_pkg::OPCODE_SQDIFF,
      auklet_pkg::OPCODE_MIN, auklet_pkg::OPCODE_MAX,
      auklet_pkg::OPCODE_TABLE: length_of = 8'(auklet_pkg::CMD_ELTWISE_WORDS);
      auklet_pkg::OPCODE_SOFTMAX: length_of = 8'(auklet_pkg::CMD_SOFTMAX_WORDS);
      default: length_of = 8'd0;
    endcase
  endfunction

  logic [7:0] first_opcode, first_words, opcode;
  assign first_opcode = word_i[7:0];
  assign first_words = word_i[15:8];
  assign opcode = cmd[7:0];

  // ---- whole command ----
  /* verilator lint_off UNUSEDSIGNAL */
  auklet_pkg::cmd_geom_t geom;
  /* verilator lint_on UNUSEDSIGNAL */
  assign geom = cmd;
  logic is_end, is_load, is_store, is_gather, is_unpack, is_dma, is_geom, is_dw, is_rows, is_soft;
  logic reserved_error, field_error, dw_error, pool_error, unpack_error;
  assign is_end = opcode == auklet_pkg::OPCODE_END;
  assign is_gather = opcode == auklet_pkg::OPCODE_GATHER;
  assign is_unpack = opcode == auklet_pkg::OPCODE_UNPACK;
  assign is_load = opcode == auklet_pkg::OPCODE_LOAD || is_unpack || is_gather;
  assign is_store = opcode == auklet_pkg::OPCODE_STORE;
  assign is_dma = opcode == auklet_pkg::OPCODE_LOAD || is_unpack || is_store;
  assign is_soft = opcode == auklet_pkg::OPCODE_SOFTMAX;
  assign is_dw = opcode == auklet_pkg::OPCODE_DWCONV;
  assign is_rows = opcode == auklet_pkg::OPCODE_DWROWS;
  assign is_geom = opcode == auklet_pkg::OPCODE_CONV || is_dw || is_rows || opcode == auklet_pkg::OPCODE_MAXPOOL
                || opcode == auklet_pkg::OPCODE_AVGPOOL;
  // The first cycle of DISPATCH: the simulation skips the checks in all others.
  logic checked_q, check;
  assign check = state_q == DISPATCH && !checked_q;
  assign dw_error = !check ? 1'b0
                  : (is_dw && (geom.kh > 8'(auklet_pkg::DW_ROWS) || geom.kx_n > 8'(auklet_pkg::DW_COLS)
                               || geom.pad_top >= geom.kh || geom.in_w > 16'(auklet_pkg::DW_LINE_MAX)))
                 || (is_rows && (geom.kx_n > 8'(auklet_pkg::DWROWS_COLS) || 16'(geom.stripe) != geom.out_w))
                 || ((is_dw || is_rows) && (geom.pad_left >= geom.kx_n || geom.in_w == 16'd0 || geom.stride_x == 8'd0));
  /* verilator lint_off UNUSEDSIGNAL */
  auklet_pkg::cmd_dma_t dma;
  /* verilator lint_on UNUSEDSIGNAL */
  assign dma = cmd[383:0];
  assign unpack_error = check && is_unpack && (dma.ax_rows != 16'd1 || dma.sp_len[3:0] != 4'd0);
  assign pool_error = !check ? 1'b0 : opcode == auklet_pkg::OPCODE_AVGPOOL && 16'(geom.kh) * 16'(geom.kx_n) > 16'(auklet_pkg::POOL_TAPS_MAX);
  always_comb begin
    if (!check) begin
      reserved_error = 1'b0;
      field_error = 1'b0;
    end else if (is_end) begin
      reserved_error = |(cmd[127:0] & auklet_pkg::CMD_END_RESERVED);
      field_error = 1'b0;
    end else if (is_dma) begin
      reserved_error = |(cmd[383:0] & auklet_pkg::CMD_DMA_RESERVED);
      field_error = auklet_pkg::cmd_dma_field_error(cmd[383:0]) || unpack_error;
    end else if (is_gather) begin
      reserved_error = |(cmd[383:0] & auklet_pkg::CMD_GATHER_RESERVED);
      field_error = auklet_pkg::cmd_gather_field_error(cmd[383:0]);
    end else if (is_geom) begin
      reserved_error = |(cmd & auklet_pkg::CMD_GEOM_RESERVED);
      field_error = auklet_pkg::cmd_geom_field_error(cmd) || dw_error || pool_error;
    end else if (is_soft) begin
      reserved_error = |(cmd[383:0] & auklet_pkg::CMD_SOFTMAX_RESERVED);
      field_error = auklet_pkg::cmd_softmax_field_error(cmd[383:0]);
    end else begin
      reserved_error = |(cmd[511:0] & auklet_pkg::CMD_ELTWISE_RESERVED);
      field_error = auklet_pkg::cmd_eltwise_field_error(cmd[511:0]);
    end
  end

  function automatic logic reached(input logic [15:0] done, input logic [15:0] wait_for);
    reached = signed'(done - wait_for) >= 16'sd0;
  endfunction
  logic end_met;
  assign end_met = reached(done_load_i, geom.wait_load) && reached(done_compute_i, geom.wait_compute)
                && reached(done_store_i, geom.wait_store);

  logic room, last_word;
  assign room = is_load ? !full_load_i : is_store ? !full_store_i : !full_compute_i;
  assign last_word = index_q + 3'd1 == count_q;

  logic hand_over;
  always_comb begin
    state_d = state_q;
    fetch_o = 1'b0;
    word_pop_o = 1'b0;
    hand_over = 1'b0;
    command_o = 1'b0;
    done_o = 1'b0;
    error_code_o = auklet_pkg::COMMAND_ERROR_NONE;
    case (state_q)
      IDLE: if (start_i) state_d = LENGTH;
      LENGTH: begin
        if (size_i < HEADER_BYTES || size_i > MAX_BYTES || size_i[3:0] != 4'd0) begin
          error_code_o = auklet_pkg::COMMAND_ERROR_LENGTH;
        end else begin
          fetch_o = 1'b1;
          state_d = HEADER0;
        end
      end
      HEADER0: begin
        word_pop_o = word_valid_i;
        if (word_valid_i) state_d = HEADER1;
      end
      HEADER1: if (word_valid_i) begin
        word_pop_o = 1'b1;
        state_d = FIRST;
        if (header.magic != auklet_pkg::STREAM_MAGIC) error_code_o = auklet_pkg::COMMAND_ERROR_MAGIC;
        else if (header.version != 16'(auklet_pkg::STREAM_VERSION)) error_code_o = auklet_pkg::COMMAND_ERROR_VERSION;
        else if (header.macs != 16'(MACS) || header.sram > SRAM_KIB * 1024) begin
          error_code_o = auklet_pkg::COMMAND_ERROR_CONFIG;
        end else if (header.length != size_i) error_code_o = auklet_pkg::COMMAND_ERROR_LENGTH;
      end
      FIRST: begin
        if (offset_q == size_i) error_code_o = auklet_pkg::COMMAND_ERROR_TRUNCATED;
        else if (word_valid_i) begin
          word_pop_o = 1'b1;
          state_d = first_words == 8'd4 ? DISPATCH : REST;
          if (length_of(first_opcode) == 8'd0) error_code_o = auklet_pkg::COMMAND_ERROR_OPCODE;
          else if (first_words != length_of(first_opcode)) error_code_o = auklet_pkg::COMMAND_ERROR_WORDS;
          else if (offset_q + {22'd0, first_words, 2'b00} > size_i) error_code_o = auklet_pkg::COMMAND_ERROR_TRUNCATED;
        end
      end
      REST: if (word_valid_i) begin
        word_pop_o = 1'b1;
        if (last_word) state_d = DISPATCH;
      end
      DISPATCH: begin
        if (reserved_error) error_code_o = auklet_pkg::COMMAND_ERROR_RESERVED;
        else if (field_error) error_code_o = auklet_pkg::COMMAND_ERROR_FIELD;
        else if (is_end) begin
          command_o = 1'b1;
          state_d = FINISH;
        end
        else if (room) begin
          hand_over = 1'b1;
          command_o = 1'b1;
          state_d = FIRST;
        end
      end
      FINISH: if (engines_idle_i && end_met) begin
        done_o = 1'b1;
        state_d = IDLE;
      end
      default: state_d = IDLE;
    endcase
    if (error_o) state_d = IDLE;
  end
  assign error_o = error_code_o != auklet_pkg::COMMAND_ERROR_NONE;
  assign wait_o = (state_q == HEADER0 || state_q == HEADER1 || state_q == FIRST || state_q == REST) && !word_valid_i;

  assign decoding_o = state_q != FINISH && !(state_q == DISPATCH && !room);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else if (abort_i) state_q <= IDLE;
    else state_q <= state_d;
  end
  always_ff @(posedge clk_i) begin
    checked_q <= state_q == DISPATCH;
    if (word_pop_o) begin
      buf_q[state_q == REST ? index_q : 3'd0] <= word_i;
      index_q <= state_q == REST ? index_q + 3'd1 : 3'd1;
      if (state_q == FIRST) count_q <= first_words[4:2];
    end
    if (state_q == IDLE) offset_q <= 32'd0;
    else if (state_q == HEADER1 && word_pop_o) offset_q <= HEADER_BYTES;
    else if (hand_over) offset_q <= offset_q + {22'd0, cmd[15:8], 2'b00};
  end

  assign push_load_o = hand_over && is_load;
  assign push_store_o = hand_over && is_store;
  assign push_compute_o = hand_over && !is_load && !is_store;
  assign cmd_o = cmd;
  assign offset_o = offset_q;
endmodule
