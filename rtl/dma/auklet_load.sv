// Load engine: memory to SRAM. Memory rows become one byte sequence, which is cut into SRAM rows of whole words. GATHER
// is a LOAD of one memory row after another, each an SRAM row, at addresses that come from indices. UNPACK makes words of
// fewer bytes each: a byte that holds the widths of two words goes before them.
module auklet_load #(
  parameter int unsigned DATA_BITS = 128,  ///< Width of the AXI data bus: 64 or 128
  parameter int unsigned WORD_BITS = 15,   ///< Width of an SRAM word address
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    abort_i,       ///< Drop everything at once

  output logic                    ready_o,       ///< cmd_i may begin, as far as it has not
  input  logic                    start_i,       ///< Begin cmd_i; only while ready_o
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_dma_t    cmd_i,         ///< LOAD, UNPACK, or the words of a GATHER; stable until taken_o
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [ADDR_BITS-1:0]    addr_i,        ///< Address of the first byte; stable until taken_o
  output logic                    taken_o,       ///< One cycle: all is asked for and arrives; cmd_i may be the next one
  output logic                    busy_o,
  output logic                    arriving_o,    ///< A command's bytes arrive
  output logic [7:0]              layer_o,       ///< Layer number of that command
  output logic                    done_o,        ///< One cycle at its end: all is in SRAM

  output logic                    req_valid_o,   ///< Burst request
  output logic [ADDR_BITS-1:0]    req_addr_o,
  output logic [7:0]              req_len_o,
  input  logic                    req_ready_i,
  input  logic                    data_valid_i,  ///< A beat, in the order of the requests; only while data_ready_o
  input  logic [DATA_BITS-1:0]    data_i,
  output logic                    data_ready_o,  ///< Room for a beat

  output logic                    sram_valid_o,  ///< SRAM access
  output logic                    sram_write_o,  ///< Write sram_data_o, else read
  output logic [WORD_BITS-1:0]    sram_addr_o,
  output logic [127:0]            sram_data_o,
  input  logic                    sram_gnt_i,
  input  logic [127:0]            sram_data_i,   ///< The word that was read, a cycle after the grant

  output logic                    error_o,       ///< GATHER: an index is outside the table
  output logic [15:0]             error_at_o     ///< Its place among the command's indices
);
  localparam int unsigned BEAT = DATA_BITS / 8;
  localparam int unsigned BYTE_BITS = $clog2(BEAT);

  // ---- the two commands ----
  logic asking_q, moved_q;           // cmd_i has begun; it is the one that arrives, too
  logic arriving_q, move;
  logic gen_active, gather_active;
  logic is_gather, is_unpack;
  logic [23:0] base_q, stride_q, bytes_q;    // SRAM rows of the command that arrives
  assign is_gather = cmd_i.opcode == auklet_pkg::OPCODE_GATHER;
  assign ready_o = !is_gather || !arriving_q;
  assign move = asking_q && !moved_q && (!arriving_q || done_o);
  assign taken_o = asking_q && moved_q && !gen_active && !gather_active;
  assign arriving_o = arriving_q;
  assign busy_o = asking_q || arriving_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {asking_q, moved_q, arriving_q} <= 3'b000;
    else if (abort_i) {asking_q, moved_q, arriving_q} <= 3'b000;
    else begin
      if (start_i) asking_q <= 1'b1;
      else if (taken_o) asking_q <= 1'b0;
      if (start_i) moved_q <= 1'b0;
      else if (move) moved_q <= 1'b1;
      if (move) arriving_q <= 1'b1;
      else if (done_o) arriving_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (move) begin
      is_unpack <= cmd_i.opcode == auklet_pkg::OPCODE_UNPACK;
      base_q <= cmd_i.sp_base;
      stride_q <= cmd_i.sp_stride;
      bytes_q <= is_gather ? cmd_i.ax_len : cmd_i.sp_len;
      layer_o <= cmd_i.layer[7:0];
    end
  end

  // ---- where rows begin ----
  auklet_pkg::cmd_gather_t gather;
  logic idx_valid, row_start;
  logic [WORD_BITS-1:0] idx_addr;
  logic [ADDR_BITS-1:0] row_addr;
  assign gather = cmd_i;
  auklet_gather #(
    .WORD_BITS(WORD_BITS),
    .ADDR_BITS(ADDR_BITS)
  ) u_gather (
    .clk_i, .rst_ni, .abort_i,
    .start_i(start_i && is_gather), .cmd_i(gather), .addr_i, .active_o(gather_active),
    .idx_valid_o(idx_valid), .idx_addr_o(idx_addr), .idx_gnt_i(sram_gnt_i && !sram_write_o), .idx_data_i(sram_data_i),
    .row_start_o(row_start), .row_addr_o(row_addr), .row_ready_i(!gen_active), .error_o, .error_at_o
  );

  // ---- bursts, and what of their beats is wanted: {the command's last, first byte in the first beat, bytes} ----
  logic info_full, info_valid, info_pop, gen_last;
  logic [8:0] gen_bytes;
  logic [BYTE_BITS+9:0] info;
  logic take_req;
  auklet_burst_gen #(
    .DATA_BITS(DATA_BITS),
    .ADDR_BITS(ADDR_BITS)
  ) u_burst_gen (
    .clk_i, .rst_ni, .abort_i,
    .start_i(is_gather ? row_start : start_i), .addr_i(is_gather ? row_addr : addr_i), .len_i(cmd_i.ax_len),
    .rows_i(is_gather ? 16'd1 : cmd_i.ax_rows), .stride_i(cmd_i.ax_stride),
    .active_o(gen_active), .addr_o(req_addr_o), .bytes_o(gen_bytes), .len_o(req_len_o), .last_o(gen_last),
    .next_i(take_req)
  );
  assign req_valid_o = gen_active && !info_full;
  assign take_req = req_valid_o && req_ready_i;
  auklet_fifo #(
    .WIDTH(BYTE_BITS + 10),
    .DEPTH(8)
  ) u_info (
    .clk_i, .rst_ni, .clear_i(abort_i), .push_i(take_req),
    .data_i({gen_last && !gather_active, req_addr_o[BYTE_BITS-1:0], gen_bytes}), .full_o(info_full), .pop_i(info_pop), .valid_o(info_valid), .data_o(info)
  );

  // ---- beat: bytes low .. low + count - 1 ----
  logic first_q;                     // next beat is its burst's first
  logic [8:0] left_q, left;          // bytes of the burst from this beat on
  logic [BYTE_BITS-1:0] low;
  logic [4:0] room, count;
  assign left = first_q ? info[8:0] : left_q;
  assign low = first_q ? info[BYTE_BITS+8:9] : '0;
  assign room = 5'(BEAT) - 5'(low);
  assign count = left < 9'(room) ? left[4:0] : room;

  logic take;
  logic [5:0] fill_after;            // bytes that stay when a word is written
  assign data_ready_o = fill_q <= 6'd16 && !(arriving_q && ended_q);
  assign take = data_valid_i;
  assign info_pop = take && left == 9'(count);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_q <= 1'b1;
    else if (abort_i) first_q <= 1'b1;
    else if (take) first_q <= info_pop;
  end
  always_ff @(posedge clk_i) if (take) left_q <= left - 9'(count);

  logic ended_q;                     // the last beat of the command that arrives is here
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) ended_q <= 1'b0;
    else if (abort_i || move) ended_q <= 1'b0;
    else if (info_pop && info[BYTE_BITS+9]) ended_q <= 1'b1;
  end

  // ---- UNPACK: the next word's width, and the bytes that it takes ----
  logic second_q, unpacked_q;               // second of two words; all words are written
  logic [3:0] second_width_q, width;
  logic [4:0] packed_bytes;
  logic [127:0] unpacked;
  function automatic logic [3:0] clip8(input logic [3:0] w);
    clip8 = w > 4'd8 ? 4'd8 : w;
  endfunction
  assign width = second_q ? second_width_q : clip8(buf_q[3:0]);
  assign packed_bytes = {width, 1'b0} + 5'(!second_q);
  auklet_unpack u_unpack (
    .en_i(is_unpack && sram_write_o), .width_i(width), .bytes_i(second_q ? buf_q[127:0] : buf_q[135:8]), .word_o(unpacked)
  );
  always_ff @(posedge clk_i) begin
    if (move) begin
      second_q <= 1'b0;
      unpacked_q <= 1'b0;
    end else if (write && is_unpack) begin
      second_q <= ~second_q;
      if (!second_q) second_width_q <= clip8(buf_q[7:4]);
      if (row_left_q <= 24'd16) unpacked_q <= 1'b1;
    end
  end

  // ---- byte buffer: 32 bytes, oldest lowest ----
  logic [5:0] fill_q;
  logic [255:0] buf_q;
  logic [23:0] row_q, word_q, row_left_q;   // SRAM row, byte offset of the word in it, bytes left in it
  logic [4:0] cap;                          // bytes that belong into the word
  logic write, emit;
  assign cap = is_unpack ? packed_bytes : row_left_q < 24'd16 ? row_left_q[4:0] : 5'd16;
  assign emit = is_unpack ? !unpacked_q && (fill_q >= 6'(cap) || ended_q)
                          : fill_q >= 6'(cap) || (ended_q && fill_q != 6'd0);
  assign sram_write_o = arriving_q && emit;
  assign sram_valid_o = sram_write_o || idx_valid;
  assign write = sram_write_o && sram_gnt_i;
  assign fill_after = fill_q < 6'(cap) ? 6'd0 : fill_q - 6'(cap);

  logic [4:0] valid_bytes;
  logic [23:0] word_addr;
  assign valid_bytes = fill_q < 6'(cap) ? fill_q[4:0] : cap;
  assign word_addr = base_q + row_q + word_q;
  assign sram_addr_o = sram_write_o ? word_addr[WORD_BITS+3:4] : idx_addr;
  // The common case, whole words all the way, is kept free of shifters.
  always_comb begin
    sram_data_o = buf_q[127:0];
    if (is_unpack) sram_data_o = unpacked;
    else if (sram_write_o && valid_bytes != 5'd16) sram_data_o = buf_q[127:0] & ~({128{1'b1}} << {valid_bytes, 3'b000});
  end

  logic [DATA_BITS-1:0] beat_bytes;
  always_comb begin
    beat_bytes = data_i;
    if (take && count != 5'(BEAT)) beat_bytes = (data_i >> {low, 3'b000}) & ~({DATA_BITS{1'b1}} << {count, 3'b000});
  end
  always_ff @(posedge clk_i) begin
    if (take && !write && fill_q == 6'd0) buf_q <= 256'(beat_bytes);
    else if (take && write && fill_q == 6'(cap)) buf_q <= 256'(beat_bytes);
    else if (take && write) buf_q <= (buf_q >> {cap, 3'b000}) | (256'(beat_bytes) << {fill_after, 3'b000});
    else if (take) buf_q <= buf_q | (256'(beat_bytes) << {fill_q[4:0], 3'b000});
    else if (write) buf_q <= buf_q >> {cap, 3'b000};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) fill_q <= 6'd0;
    else if (abort_i) fill_q <= 6'd0;
    // What is left over behind an UNPACK's last word is dropped.
    else if (arriving_q && is_unpack && unpacked_q) fill_q <= 6'd0;
    else fill_q <= (write ? fill_after : fill_q) + (take ? 6'(count) : 6'd0);
  end
  always_ff @(posedge clk_i) begin
    if (move) begin
      row_q <= 24'd0;
      word_q <= 24'd0;
      row_left_q <= is_gather ? cmd_i.ax_len : cmd_i.sp_len;
    end else if (write) begin
      if (row_left_q <= 24'd16) begin
        row_q <= row_q + stride_q;
        word_q <= 24'd0;
        row_left_q <= bytes_q;
      end else begin
        word_q <= word_q + 24'd16;
        row_left_q <= row_left_q - 24'd16;
      end
    end
  end

  assign done_o = arriving_q && ended_q && fill_q == 6'd0 && (!is_unpack || unpacked_q);

`ifdef VERILATOR
  assert property (@(posedge clk_i) disable iff (!rst_ni || abort_i) take |-> info_valid && data_ready_o && arriving_q);
  assert property (@(posedge clk_i) disable iff (!rst_ni || abort_i) start_i |-> ready_o && !asking_q);
`endif
endmodule
