// Rows of a GATHER: reads the indices from SRAM, four of them a word, checks each against the table and gives out the
// address of its row, one after the other. A row is asked for while the one before it still arrives.
//
//   indices ─▶ word ─▶ check ─▶ base + index * stride ─▶ row
module auklet_gather #(
  parameter int unsigned WORD_BITS = 15,   ///< Width of an SRAM word address
  parameter int unsigned ADDR_BITS = auklet_pkg::AXI_ADDR_BITS
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    abort_i,       ///< Stop at once
  input  logic                    start_i,       ///< Begin cmd_i; only while not active_o
  /* verilator lint_off UNUSEDSIGNAL */
  input  auklet_pkg::cmd_gather_t cmd_i,         ///< Stable until active_o falls
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [ADDR_BITS-1:0]    addr_i,        ///< Address of row 0 of the table; stable until active_o falls
  output logic                    active_o,      ///< Rows are left

  output logic                    idx_valid_o,   ///< Read a word of indices; the data is there a cycle after the grant
  output logic [WORD_BITS-1:0]    idx_addr_o,
  input  logic                    idx_gnt_i,
  input  logic [127:0]            idx_data_i,

  output logic                    row_start_o,   ///< One cycle: issue the row at row_addr_o; only while row_ready_i
  output logic [ADDR_BITS-1:0]    row_addr_o,
  input  logic                    row_ready_i,   ///< The last row is issued

  output logic                    error_o,       ///< An index is outside the table; its row is not asked for
  output logic [15:0]             error_at_o     ///< Its place among the command's indices
);
  typedef enum logic [2:0] {
    IDLE,   // no GATHER
    READ,   // ask for the word of the next index
    WORD,   // take it
    CHECK,  // is the index in the table; multiply
    ROW     // hand the row over
  } state_e;
  state_e state_q, state_d;

  logic [15:0] at_q;                 // place of the index
  logic [127:0] word_q;
  logic [31:0] index;
  logic inside_table, last;
  /* verilator lint_off UNUSEDSIGNAL */
  logic [47:0] place;                // of the row in the table; the window check has seen that it fits ADDR_BITS
  /* verilator lint_on UNUSEDSIGNAL */
  assign index = word_q[32*at_q[1:0] +: 32];
  assign inside_table = index[31:16] == 16'd0 && index[15:0] < cmd_i.ax_rows;
  assign place = 48'(index[15:0]) * 48'(cmd_i.ax_stride);
  assign last = at_q + 16'd1 == cmd_i.n;

  assign idx_addr_o = cmd_i.idx_base[WORD_BITS+3:4] + WORD_BITS'(at_q[15:2]);
  assign idx_valid_o = state_q == READ;
  assign row_start_o = state_q == ROW && row_ready_i;
  assign active_o = state_q != IDLE;
  assign error_o = state_q == CHECK && !inside_table;
  assign error_at_o = at_q;

  always_comb begin
    state_d = state_q;
    case (state_q)
      IDLE: if (start_i) state_d = READ;
      READ: if (idx_gnt_i) state_d = WORD;
      WORD: state_d = CHECK;
      CHECK: if (inside_table) state_d = ROW;  // else the fault ends the job
      ROW: if (row_ready_i) state_d = last ? IDLE : at_q[1:0] == 2'd3 ? READ : CHECK;
      default: state_d = IDLE;
    endcase
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) state_q <= IDLE;
    else if (abort_i) state_q <= IDLE;
    else state_q <= state_d;
  end
  always_ff @(posedge clk_i) begin
    if (start_i) at_q <= 16'd0;
    else if (row_start_o) at_q <= at_q + 16'd1;
    if (state_q == WORD) word_q <= idx_data_i;
    if (state_q == CHECK) row_addr_o <= addr_i + ADDR_BITS'(place);
  end
endmodule
