// On-chip SRAM: four regions, each a pair of single-port banks that hold the even and the odd 16-byte words.
//
//   port   width     banks it takes              priority
//   out    write 16  one                         1, always granted
//   act    read 32   word w, and w+1 if asked    2
//   wgt    read 32   both of one region          3
//   store  read 16   one                         4
//   load   either 16 one                         5
//
// A port that is not granted asks again. Read data is there in the cycle after the grant, and only then. Activations and
// weights are read in nearly every cycle, so that store or load would stand still beside them in one region: after
// DMA_PATIENCE refusals they come before all but out.
//
// With ECC, a word gets its check bits as it is written, and is corrected in the cycle in which its reader has it.
module auklet_sram #(
  /// Size in KiB; a power of two, at least 64.
  parameter int unsigned SRAM_KIB = 512,
  /// Refusals in a row that store and load put up with, 1 to 15: fewer make transfers faster and computing slower.
  parameter int unsigned DMA_PATIENCE = 2,
  /// Check bits beside each word: 7 % more memory, and some ten gates in the path of read data.
  parameter bit ECC = 1'b0,
  /// Width of a word address (derived).
  parameter int unsigned WORD_BITS = $clog2(SRAM_KIB * 64)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 clear_i,        ///< Zero row clear_row_i of every bank; nothing else may access
  input  logic [WORD_BITS-4:0] clear_row_i,    ///< Row to zero

  input  logic                 out_valid_i,    ///< Write out_data_i
  input  logic [WORD_BITS-1:0] out_addr_i,     ///< Word address
  input  logic [127:0]         out_data_i,

  input  logic                 act_valid_i,    ///< Read word act_addr_i, and the next one if act_two_i
  input  logic [WORD_BITS-1:0] act_addr_i,
  input  logic                 act_two_i,
  output logic                 act_gnt_o,
  output logic [255:0]         act_data_o,     ///< {next word, word}

  input  logic                 wgt_valid_i,    ///< Read the even/odd pair wgt_addr_i
  input  logic [WORD_BITS-2:0] wgt_addr_i,     ///< Pair address
  output logic                 wgt_gnt_o,
  output logic [255:0]         wgt_data_o,     ///< {odd word, even word}

  input  logic                 store_valid_i,  ///< Read word store_addr_i
  input  logic [WORD_BITS-1:0] store_addr_i,
  output logic                 store_gnt_o,
  output logic [127:0]         store_data_o,

  input  logic                 load_valid_i,   ///< Write load_data_i, or read word load_addr_i
  input  logic                 load_write_i,   ///< Write
  input  logic [WORD_BITS-1:0] load_addr_i,
  input  logic [127:0]         load_data_i,
  output logic                 load_gnt_o,
  output logic [127:0]         load_data_o,

  output logic [5:0]           fixed_o,        ///< By reader, {load, store, weights odd, even, activations odd, even}:
                                               ///< the word that it has now had a flipped bit, and is corrected
  output logic [5:0]           lost_o,         ///< The same: has more, and is wrong
  output logic [6*WORD_BITS-1:0] read_addr_o   ///< The same: address of that word
);
  localparam int unsigned PAIR_BITS = WORD_BITS - 1;
  localparam int unsigned ROW_BITS = PAIR_BITS - 2;
  localparam int unsigned WIDTH = ECC ? 128 + auklet_pkg::ECC_BITS : 128;

  // Even and odd pair address of the activation read.
  logic [PAIR_BITS-1:0] act_even, act_odd;
  logic act_even_used, act_odd_used;
  assign act_odd = act_addr_i[WORD_BITS-1:1];
  assign act_even = act_addr_i[WORD_BITS-1:1] + PAIR_BITS'(act_addr_i[0]);
  assign act_even_used = act_two_i | ~act_addr_i[0];
  assign act_odd_used = act_two_i | act_addr_i[0];

  logic [1:0] out_region, act_even_region, act_odd_region, wgt_region, store_region, load_region;
  assign out_region = out_addr_i[WORD_BITS-1 -: 2];
  assign act_even_region = act_even[PAIR_BITS-1 -: 2];
  assign act_odd_region = act_odd[PAIR_BITS-1 -: 2];
  assign wgt_region = wgt_addr_i[PAIR_BITS-1 -: 2];
  assign store_region = store_addr_i[WORD_BITS-1 -: 2];
  assign load_region = load_addr_i[WORD_BITS-1 -: 2];

  // Banks taken after each priority level: bit {region, odd}.
  logic [7:0] out_banks, act_banks, wgt_banks, store_banks, load_banks;
  logic [7:0] taken_act, taken_wgt, taken_store;
  assign out_banks = out_valid_i ? 8'(1) << {out_region, out_addr_i[0]} : 8'd0;
  assign act_banks = act_valid_i ? (8'(act_even_used) << {act_even_region, 1'b0})
                                 | (8'(act_odd_used) << {act_odd_region, 1'b1}) : 8'd0;
  assign wgt_banks = wgt_valid_i ? 8'(3) << {wgt_region, 1'b0} : 8'd0;
  assign store_banks = store_valid_i ? 8'(1) << {store_region, store_addr_i[0]} : 8'd0;
  assign load_banks = load_valid_i ? 8'(1) << {load_region, load_addr_i[0]} : 8'd0;

  // Banks that store or load must have now.
  logic [3:0] store_refused_q, load_refused_q;
  logic [7:0] urgent_store, urgent_banks;
  assign urgent_store = store_refused_q == 4'(DMA_PATIENCE) ? store_banks & ~out_banks : 8'd0;
  assign urgent_banks = urgent_store
                      | (load_refused_q == 4'(DMA_PATIENCE) ? load_banks & ~out_banks & ~urgent_store : 8'd0);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      store_refused_q <= 4'd0;
      load_refused_q <= 4'd0;
    end else begin
      if (!store_valid_i || store_gnt_o) store_refused_q <= 4'd0;
      else if (store_refused_q != 4'(DMA_PATIENCE)) store_refused_q <= store_refused_q + 4'd1;
      if (!load_valid_i || load_gnt_o) load_refused_q <= 4'd0;
      else if (load_refused_q != 4'(DMA_PATIENCE)) load_refused_q <= load_refused_q + 4'd1;
    end
  end

  // Banks that each unit is granted.
  logic [7:0] act_hits, wgt_hits, store_hits, load_hits;
  assign act_gnt_o = act_valid_i && (act_banks & (out_banks | urgent_banks)) == 8'd0;
  assign act_hits = act_gnt_o ? act_banks : 8'd0;
  assign taken_act = out_banks | act_hits;
  assign wgt_gnt_o = wgt_valid_i && (wgt_banks & (taken_act | urgent_banks)) == 8'd0;
  assign wgt_hits = wgt_gnt_o ? wgt_banks : 8'd0;
  assign taken_wgt = taken_act | wgt_hits;
  assign store_gnt_o = store_valid_i && (store_banks & taken_wgt) == 8'd0;
  assign store_hits = store_gnt_o ? store_banks : 8'd0;
  assign taken_store = taken_wgt | store_hits;
  assign load_gnt_o = load_valid_i && (load_banks & taken_store) == 8'd0;
  assign load_hits = load_gnt_o ? load_banks : 8'd0;

  // What each bank does.
  logic [7:0] bank_en, bank_we;
  assign bank_en = clear_i ? 8'hff : taken_store | load_hits;
  assign bank_we = clear_i ? 8'hff : load_write_i ? out_banks | load_hits : out_banks;

  logic [WIDTH-1:0] out_word, load_word;
  logic [WIDTH-1:0] rdata_even [0:3];
  logic [WIDTH-1:0] rdata_odd [0:3];

  for (genvar g = 0; g < 8; g++) begin : gen_bank
    localparam logic ODD = (g % 2) == 1;
    logic [ROW_BITS-1:0] row;
    logic [WIDTH-1:0] wdata;
    logic [WIDTH-1:0] rdata;

    // Nothing is chosen for a bank that does nothing: the simulation then skips it.
    always_comb begin
      row = '0;
      if (bank_en[g]) begin
        if (clear_i) row = clear_row_i;
        else if (out_banks[g]) row = out_addr_i[ROW_BITS:1];
        else if (act_hits[g]) row = ODD ? act_odd[ROW_BITS-1:0] : act_even[ROW_BITS-1:0];
        else if (wgt_hits[g]) row = wgt_addr_i[ROW_BITS-1:0];
        else if (store_hits[g]) row = store_addr_i[ROW_BITS:1];
        else row = load_addr_i[ROW_BITS:1];
      end
    end
    always_comb begin
      wdata = '0;                      // check bits included, that is a word
      if (bank_we[g] && !clear_i) wdata = out_banks[g] ? out_word : load_word;
    end

    auklet_sram_bank #(
      .WORDS(1 << ROW_BITS),
      .WIDTH(WIDTH)
    ) u_bank (
      .clk_i, .en_i(bank_en[g]), .we_i(bank_we[g]), .addr_i(row), .wdata_i(wdata), .rdata_o(rdata)
    );
    if (ODD) begin : gen_odd
      assign rdata_odd[g/2] = rdata;
    end else begin : gen_even
      assign rdata_even[g/2] = rdata;
    end
  end

  // Which bank each reader was granted, one cycle ago.
  logic [1:0] act_even_q, act_odd_q, wgt_q, store_q, load_q;
  logic act_swap_q, store_odd_q, load_odd_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      act_even_q <= 2'd0;
      act_odd_q <= 2'd0;
      act_swap_q <= 1'b0;
      wgt_q <= 2'd0;
      store_q <= 2'd0;
      store_odd_q <= 1'b0;
      load_q <= 2'd0;
      load_odd_q <= 1'b0;
    end else begin
      if (act_gnt_o) begin
        act_even_q <= act_even_region;
        act_odd_q <= act_odd_region;
        act_swap_q <= act_addr_i[0];
      end
      if (wgt_gnt_o) wgt_q <= wgt_region;
      if (store_gnt_o) begin
        store_q <= store_region;
        store_odd_q <= store_addr_i[0];
      end
      if (load_gnt_o && !load_write_i) begin
        load_q <= load_region;
        load_odd_q <= load_addr_i[0];
      end
    end
  end

  // ---- check bits ----
  logic [127:0] act_even_data, act_odd_data;
  if (ECC) begin : gen_ecc
    localparam int unsigned E = auklet_pkg::ECC_BITS;
    logic [E-1:0] out_check, load_check;
    auklet_secded_encode u_out (
      .en_i(out_valid_i), .data_i(out_data_i), .check_o(out_check)
    );
    auklet_secded_encode u_load (
      .en_i(load_valid_i && load_write_i), .data_i(load_data_i), .check_o(load_check)
    );
    assign out_word = {out_check, out_data_i};
    assign load_word = {load_check, load_data_i};

    // What each reader was granted a cycle ago, in the order of fixed_o.
    logic [5:0] read, read_q;
    logic [WORD_BITS-1:0] addr_q [0:5];
    assign read = {load_gnt_o && !load_write_i, store_gnt_o, {2{wgt_gnt_o}}, {2{act_gnt_o}} & {act_odd_used, act_even_used}};
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) read_q <= 6'd0;
      else read_q <= read;
    end
    always_ff @(posedge clk_i) begin
      if (read[0]) addr_q[0] <= {act_even, 1'b0};
      if (read[1]) addr_q[1] <= {act_odd, 1'b1};
      if (read[2]) addr_q[2] <= {wgt_addr_i, 1'b0};
      if (read[3]) addr_q[3] <= {wgt_addr_i, 1'b1};
      if (read[4]) addr_q[4] <= store_addr_i;
      if (read[5]) addr_q[5] <= load_addr_i;
    end

    logic [WIDTH-1:0] word [0:5];
    logic [127:0] data [0:5];
    assign word[0] = rdata_even[act_even_q];
    assign word[1] = rdata_odd[act_odd_q];
    assign word[2] = rdata_even[wgt_q];
    assign word[3] = rdata_odd[wgt_q];
    assign word[4] = store_odd_q ? rdata_odd[store_q] : rdata_even[store_q];
    assign word[5] = load_odd_q ? rdata_odd[load_q] : rdata_even[load_q];
    for (genvar r = 0; r < 6; r++) begin : gen_read
      auklet_secded_decode u_decode (
        .en_i(read_q[r]), .data_i(word[r][127:0]), .check_i(word[r][WIDTH-1:128]), .data_o(data[r]),
        .fixed_o(fixed_o[r]), .lost_o(lost_o[r])
      );
      assign read_addr_o[WORD_BITS*r +: WORD_BITS] = addr_q[r];
    end
    assign act_even_data = data[0];
    assign act_odd_data = data[1];
    assign wgt_data_o = {data[3], data[2]};
    assign store_data_o = data[4];
    assign load_data_o = data[5];
  end else begin : gen_plain
    assign out_word = out_data_i;
    assign load_word = load_data_i;
    assign act_even_data = rdata_even[act_even_q];
    assign act_odd_data = rdata_odd[act_odd_q];
    assign wgt_data_o = {rdata_odd[wgt_q], rdata_even[wgt_q]};
    assign store_data_o = store_odd_q ? rdata_odd[store_q] : rdata_even[store_q];
    assign load_data_o = load_odd_q ? rdata_odd[load_q] : rdata_even[load_q];
    assign fixed_o = 6'd0;
    assign lost_o = 6'd0;
    assign read_addr_o = '0;
  end
  assign act_data_o = act_swap_q ? {act_even_data, act_odd_data} : {act_odd_data, act_even_data};
endmodule
