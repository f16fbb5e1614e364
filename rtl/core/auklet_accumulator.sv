// Accumulators of one array group: two banks of 64 positions x 16 int32. The array adds into one bank while the other
// drains. One read and one write a cycle and bank. Sums that the drain can take as they become final pass the banks by.
//
// A position is read in the cycle of its multiply and written one cycle later; the caller leaves at least two cycles
// between two steps of one position (a weight block takes eight to load, so it does).
module auklet_accumulator (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         en_i,          ///< A step's last multiply phase
  input  logic         bank_i,
  input  logic [5:0]   addr_i,        ///< Position in the stripe
  input  logic         first_i,       ///< First step: overwrite instead of add
  input  logic [511:0] psum_i,        ///< The step's sums, one cycle after en_i

  input  logic         pass_i,        ///< Hand out this cycle's sum instead of writing it
  input  logic         drain_en_i,    ///< Read for draining; the bank that the array does not use
  input  logic         drain_bank_i,
  input  logic [5:0]   drain_addr_i,
  output logic [511:0] drain_o        ///< One cycle after pass_i or drain_en_i
);
  logic [511:0] mem0 [0:63];
  logic [511:0] mem1 [0:63];
  logic [511:0] rdata0_q, rdata1_q;

  logic en_q, bank_q, first_q, drain_bank_q;
  logic [5:0] addr_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) en_q <= 1'b0;
    else en_q <= en_i;
  end
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      bank_q <= bank_i;
      first_q <= first_i;
      addr_q <= addr_i;
    end
    if (drain_en_i) drain_bank_q <= drain_bank_i;
  end

  always_ff @(posedge clk_i) begin
    if ((en_i && !bank_i) || (drain_en_i && !drain_bank_i)) rdata0_q <= mem0[en_i && !bank_i ? addr_i : drain_addr_i];
    if ((en_i && bank_i) || (drain_en_i && drain_bank_i)) rdata1_q <= mem1[en_i && bank_i ? addr_i : drain_addr_i];
  end

  logic [511:0] sum;
  always_comb begin
    sum = psum_i;
    if (en_q && !first_q) begin
      for (int o = 0; o < 16; o++) begin
        sum[32*o +: 32] = psum_i[32*o +: 32] + (bank_q ? rdata1_q[32*o +: 32] : rdata0_q[32*o +: 32]);
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (en_q && !pass_i && !bank_q) mem0[addr_q] <= sum;
    if (en_q && !pass_i && bank_q) mem1[addr_q] <= sum;
  end

  logic passed_q;
  logic [511:0] pass_q;
  always_ff @(posedge clk_i) begin
    if (pass_i || drain_en_i) passed_q <= pass_i;
    if (pass_i) pass_q <= sum;
  end
  assign drain_o = passed_q ? pass_q : drain_bank_q ? rdata1_q : rdata0_q;
endmodule
