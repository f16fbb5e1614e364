// Store engine: SRAM to memory. SRAM rows become one byte sequence, which is cut into memory rows and AXI bursts. A burst
// is handed to the write port when all its beats are buffered.
module auklet_store #(
  parameter int unsigned DATA_BITS = 128,  ///< Width of the AXI data bus: 64 or 128
  parameter int unsigned WORD_BITS = 15,   ///< Width of an SRAM word address
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    abort_i,       ///< Drop everything at once but beats of bursts that were handed over
  input  logic                    flush_i,       ///< Drop those as well; only while the write port is idle

  input  logic                    start_i,       ///< Begin cmd_i; only while not busy
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_dma_t    cmd_i,         ///< Stable until done_o
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [ADDR_BITS-1:0]    addr_i,        ///< Address of the first byte, with start_i
  output logic                    busy_o,
  output logic                    done_o,        ///< One cycle at the end: all responses are in

  output logic                    req_valid_o,   ///< Burst request
  output logic [ADDR_BITS-1:0]    req_addr_o,
  output logic [7:0]              req_len_o,
  input  logic                    req_ready_i,
  output logic [DATA_BITS-1:0]    data_o,
  output logic [DATA_BITS/8-1:0]  strb_o,
  input  logic                    data_ready_i,  ///< The beat was taken
  input  logic                    port_idle_i,   ///< No burst pending or in flight

  output logic                    sram_valid_o,  ///< SRAM read
  output logic [WORD_BITS-1:0]    sram_addr_o,
  input  logic                    sram_gnt_i,
  input  logic [127:0]            sram_data_i
);
  localparam int unsigned BEAT = DATA_BITS / 8;
  localparam int unsigned BYTE_BITS = $clog2(BEAT);
  localparam int unsigned BEATS = 2 * auklet_pkg::BURST_BYTES / BEAT;  // two bursts are buffered

  // ---- SRAM side: words into a 48-byte buffer, oldest byte lowest ----
  logic busy_q, read_q;
  logic [23:0] row_q, word_q, row_left_q;
  logic [4:0] cap, cap_q;                   // bytes of the word that count
  logic [39:0] bytes_left_q;                // bytes of the transfer not yet asked for
  logic [6:0] fill_q;
  logic [383:0] buf_q;
  logic [23:0] word_addr;
  logic read;
  always_comb begin
    cap = 5'd0;
    sram_valid_o = 1'b0;
    word_addr = 24'd0;
    // An idle unit is not evaluated by the simulation.
    if (busy_q) begin
      cap = row_left_q < 24'd16 ? row_left_q[4:0] : 5'd16;
      sram_valid_o = bytes_left_q != 40'd0 && fill_q + (read_q ? 7'd16 : 7'd0) <= 7'd32;
      word_addr = cmd_i.sp_base + row_q + word_q;
    end
  end
  assign sram_addr_o = word_addr[WORD_BITS+3:4];
  assign read = sram_valid_o && sram_gnt_i;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      row_q <= 24'd0;
      word_q <= 24'd0;
      row_left_q <= cmd_i.sp_len;
      bytes_left_q <= 40'(cmd_i.ax_len) * 40'(cmd_i.ax_rows);
    end else if (read) begin
      bytes_left_q <= bytes_left_q < 40'(cap) ? 40'd0 : bytes_left_q - 40'(cap);
      if (row_left_q <= 24'd16) begin
        row_q <= row_q + cmd_i.sp_stride;
        word_q <= 24'd0;
        row_left_q <= cmd_i.sp_len;
      end else begin
        word_q <= word_q + 24'd16;
        row_left_q <= row_left_q - 24'd16;
      end
    end
    if (read) cap_q <= cap;
  end

  // ---- memory side: one beat a cycle when its bytes are there ----
  logic gen_active, burst_end, first_q, beat, beats_full, head_valid;
  logic [ADDR_BITS-1:0] gen_addr;
  logic [8:0] gen_bytes, left_q, left;
  logic [7:0] gen_len;
  logic [BYTE_BITS-1:0] low;
  logic [4:0] room, count;
  auklet_burst_gen #(
    .DATA_BITS(DATA_BITS),
    .ADDR_BITS(ADDR_BITS)
  ) u_burst_gen (
    .clk_i, .rst_ni, .abort_i,
    .start_i, .addr_i, .len_i(cmd_i.ax_len), .rows_i(cmd_i.ax_rows), .stride_i(cmd_i.ax_stride),
    .active_o(gen_active), .addr_o(gen_addr), .bytes_o(gen_bytes), .len_o(gen_len), .last_o(), .next_i(burst_end)
  );
  logic req_full, req_valid;
  always_comb begin
    left = 9'd0;
    low = '0;
    room = 5'd0;
    count = 5'd0;
    beat = 1'b0;
    burst_end = 1'b0;
    if (gen_active) begin
      left = first_q ? gen_bytes : left_q;
      low = first_q ? gen_addr[BYTE_BITS-1:0] : '0;
      room = 5'(BEAT) - 5'(low);
      count = left < 9'(room) ? left[4:0] : room;
      beat = fill_q >= 7'(count) && !beats_full && !req_full;
      burst_end = beat && left == 9'(count);
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_q <= 1'b1;
    else if (abort_i) first_q <= 1'b1;
    else if (beat) first_q <= burst_end;
  end
  always_ff @(posedge clk_i) if (beat) left_q <= left - 9'(count);

  logic [6:0] fill_after;
  logic [127:0] word;
  assign fill_after = beat ? fill_q - 7'(count) : fill_q;
  always_comb begin
    word = sram_data_i;
    if (read_q && cap_q != 5'd16) word = sram_data_i & ~({128{1'b1}} << {cap_q, 3'b000});
  end
  always_ff @(posedge clk_i) begin
    if (read_q && fill_after == 7'd0) buf_q <= 384'(word);
    else if (read_q && beat) buf_q <= (buf_q >> {count, 3'b000}) | (384'(word) << {fill_after, 3'b000});
    else if (read_q) buf_q <= buf_q | (384'(word) << {fill_after, 3'b000});
    else if (beat) buf_q <= buf_q >> {count, 3'b000};
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      read_q <= 1'b0;
      fill_q <= 7'd0;
    end else if (abort_i) begin
      busy_q <= 1'b0;
      read_q <= 1'b0;
      fill_q <= 7'd0;
    end else begin
      if (start_i) busy_q <= 1'b1;
      else if (done_o) busy_q <= 1'b0;
      read_q <= read;
      if (start_i) fill_q <= 7'd0;
      else fill_q <= fill_after + (read_q ? 7'(cap_q) : 7'd0);
    end
  end

  // ---- beats and finished bursts ----
  logic [BEAT-1:0] strb;
  logic [DATA_BITS-1:0] bytes;
  always_comb begin
    strb = {BEAT{1'b1}};
    bytes = buf_q[DATA_BITS-1:0];
    if (beat && count != 5'(BEAT)) begin
      strb = ~({BEAT{1'b1}} << count) << low;
      bytes = DATA_BITS'(buf_q[DATA_BITS-1:0] << {low, 3'b000});
    end
  end
  auklet_fifo #(
    .WIDTH(DATA_BITS + BEAT),
    .DEPTH(BEATS)
  ) u_beats (
    .clk_i, .rst_ni, .clear_i(flush_i), .push_i(beat), .data_i({strb, bytes}), .full_o(beats_full),
    .pop_i(data_ready_i), .valid_o(head_valid), .data_o({strb_o, data_o})
  );
  auklet_fifo #(
    .WIDTH(ADDR_BITS + 8),
    .DEPTH(4)
  ) u_req (
    .clk_i, .rst_ni, .clear_i(abort_i), .push_i(burst_end), .data_i({gen_addr, gen_len}), .full_o(req_full),
    .pop_i(req_valid && req_ready_i), .valid_o(req_valid), .data_o({req_addr_o, req_len_o})
  );
  assign req_valid_o = req_valid;

  assign busy_o = busy_q;
  assign done_o = busy_q && !gen_active && !req_valid && port_idle_i && !start_i;

`ifdef VERILATOR
  assert property (@(posedge clk_i) disable iff (!rst_ni) data_ready_i |-> head_valid);
`else
  logic unused;
  assign unused = head_valid;
`endif
endmodule
