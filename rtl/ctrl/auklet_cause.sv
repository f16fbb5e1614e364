// Where each cycle of a job goes: one cause, and the layer that it belongs to. docs/pmu.md says what each cause means.
module auklet_cause (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       running_i,             ///< A job runs
  input  logic       mac_active_i,          ///< The array multiplies
  input  logic       vector_active_i,       ///< The vector unit executes a command
  input  logic       fetch_i,               ///< An activation fetch was granted
  input  logic       stall_weights_i,       ///< A fetch was held back for weights
  input  logic       stall_drain_i,         ///< A fetch was held back for an accumulator bank or parameters
  input  logic       stall_bank_i,          ///< A fetch lost SRAM arbitration
  input  logic       window_i,              ///< The compute command is DWCONV or DWROWS

  input  logic       decoding_i,            ///< The decoder waits for commands or looks at one
  input  logic       compute_busy_i,        ///< The compute engine executes
  input  logic       compute_held_i,        ///< It holds a command, which runs or waits
  input  logic       compute_wait_load_i,   ///< That waits for a load
  input  logic       compute_wait_store_i,  ///< That waits for a store
  input  logic [7:0] compute_layer_i,       ///< Layer number of the command held
  input  logic       load_held_i,           ///< The same for the load engine
  input  logic       load_wait_store_i,
  input  logic [7:0] load_layer_i,
  input  logic       store_held_i,          ///< The same for the store engine
  input  logic       store_wait_load_i,
  input  logic [7:0] store_layer_i,

  output logic [3:0] cause_o,               ///< auklet_pkg::CAUSE_*; NONE unless a job runs
  output logic       layer_valid_o,         ///< Some engine holds a command
  output logic [7:0] layer_o                ///< Then its layer number
);
  // A fetch reaches the array two cycles after its grant, through the depthwise window three, and so does the gap that a
  // stall leaves.
  typedef enum logic [2:0] {NOTHING, WEIGHTS, DRAIN, BANK, PIXEL} issue_e;
  issue_e issue, issue1_q, issue2_q, issue3_q, arrived;
  always_comb begin
    issue = NOTHING;
    if (stall_weights_i) issue = WEIGHTS;
    else if (stall_drain_i) issue = DRAIN;
    else if (stall_bank_i) issue = BANK;
    else if (fetch_i) issue = PIXEL;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {issue1_q, issue2_q, issue3_q} <= {NOTHING, NOTHING, NOTHING};
    else begin
      issue1_q <= issue;
      issue2_q <= issue1_q;
      issue3_q <= issue2_q;
    end
  end
  assign arrived = window_i ? issue3_q : issue2_q;

  // Waiting for an engine that has no command yet is waiting for that command; one that waits itself passes it on.
  logic [3:0] load_cause, store_cause;
  assign load_cause = !load_held_i ? auklet_pkg::CAUSE_COMMAND
                    : load_wait_store_i ? auklet_pkg::CAUSE_STORE : auklet_pkg::CAUSE_LOAD;
  assign store_cause = !store_held_i ? auklet_pkg::CAUSE_COMMAND
                     : store_wait_load_i ? auklet_pkg::CAUSE_LOAD : auklet_pkg::CAUSE_STORE;

  always_comb begin
    cause_o = auklet_pkg::CAUSE_NONE;
    if (running_i) begin
      if (mac_active_i) cause_o = auklet_pkg::CAUSE_ARRAY;
      else if (vector_active_i) cause_o = stall_bank_i ? auklet_pkg::CAUSE_BANK : auklet_pkg::CAUSE_VECTOR;
      else if (compute_busy_i) begin
        case (arrived)
          WEIGHTS: cause_o = auklet_pkg::CAUSE_WEIGHTS;
          DRAIN:   cause_o = auklet_pkg::CAUSE_DRAIN;
          BANK:    cause_o = auklet_pkg::CAUSE_BANK;
          PIXEL:   cause_o = auklet_pkg::CAUSE_WINDOW;
          default: cause_o = auklet_pkg::CAUSE_FILL;
        endcase
      end else if (compute_held_i) begin
        if (compute_wait_load_i) cause_o = load_cause;
        else if (compute_wait_store_i) cause_o = store_cause;
        else cause_o = auklet_pkg::CAUSE_FILL;
      end else if (decoding_i) cause_o = auklet_pkg::CAUSE_COMMAND;
      else cause_o = load_held_i ? load_cause : store_cause;
    end
  end

  assign layer_valid_o = compute_held_i || store_held_i || load_held_i;
  assign layer_o = compute_held_i ? compute_layer_i : store_held_i ? store_layer_i : load_layer_i;
endmodule
