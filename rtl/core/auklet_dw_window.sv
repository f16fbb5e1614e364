// Depthwise register window: DW_ROWS x DW_COLS pixels of 16 channels, fed by two line buffers.
//
// One pixel enters a cycle, in raster order. Its column is the pixel itself and the pixels one and two rows above it,
// which the line buffers remember. Columns shift left; the newest one is column kw - 1, the newest row is row kh - 1,
// so that tap (ky, kx) of the kernel is always row ky, column kx. What lies outside the input is the zero point.
//
// With one_row_i it is one row of DW_ROWS * DW_COLS pixels instead: tap t is what DWCONV calls tap (t / DW_COLS, t % DW_COLS),
// and the line buffers play no part.
//
// With fuse_i a row's first pixel shifts in the padding to the right of the row above, and its own column waits: it enters
// together with the second pixel's.
//
//   cycle   n          n+1               n+2
//           lookup_i   push_i, data_i    taps_o hold the window that ends at this pixel
module auklet_dw_window (
  input  logic          clk_i,
  input  logic          rst_ni,

  input  logic          lookup_i,     ///< The pixel of the next cycle is at column x_i
  input  logic [6:0]    x_i,          ///< Column, below DW_LINE_MAX

  input  logic          push_i,       ///< A pixel enters
  input  logic          one_row_i,    ///< One row of pixels; stable in a command
  input  logic [127:0]  data_i,       ///< 16 channels; already the zero point when outside the input
  input  logic          row_start_i,  ///< First pixel of a row: the columns left of it become the zero point
  input  logic          fuse_i,       ///< But first a column of padding ends the row above; stable in a command
  input  logic          col_ok_i,     ///< The column exists
  input  logic [1:0]    above_ok_i,   ///< The rows one (bit 0) and two (bit 1) above exist
  input  logic [1:0]    kh_i,         ///< Kernel rows, 1 to 3
  input  logic [3:0]    kw_i,         ///< Kernel columns, 1 to 5; one_row_i: 1 to 15
  input  logic [7:0]    zp_i,         ///< Zero point

  output logic [2047:0] taps_o        ///< Tap ky * DW_COLS + kx; tap 15 is zero
);
  localparam int unsigned COLS = auklet_pkg::DW_COLS;
  localparam int unsigned LINE = auklet_pkg::DW_LINE_MAX;

  logic [127:0] line1 [0:LINE-1];  // one row above
  logic [127:0] line2 [0:LINE-1];  // two rows above
  logic [127:0] line1_q, line2_q;
  logic [6:0] x_q;
  logic write;
  assign write = push_i & col_ok_i;

  // A row of one column looks up what the same cycle writes: forwarded.
  always_ff @(posedge clk_i) begin
    if (lookup_i) begin
      x_q <= x_i;
      line1_q <= write && x_q == x_i ? data_i : line1[x_i];
      line2_q <= write && x_q == x_i ? line1_q : line2[x_i];
    end
    if (write) begin
      line1[x_q] <= data_i;
      line2[x_q] <= line1_q;
    end
  end

  logic [127:0] zero_point, above1, above2;
  assign zero_point = {16{zp_i}};
  assign above1 = col_ok_i & above_ok_i[0] ? line1_q : zero_point;
  assign above2 = col_ok_i & above_ok_i[1] ? line2_q : zero_point;

  // The newest column, by row of the window.
  logic [127:0] new0, new1, new2;
  assign new0 = kh_i == 2'd3 ? above2 : kh_i == 2'd2 ? above1 : data_i;
  assign new1 = kh_i == 2'd3 ? above1 : data_i;
  assign new2 = data_i;

  // What column j takes: the newest column, the first one that waited, the zero point or its right neighbour.
  logic start, second, wait_q;
  assign start = row_start_i && !fuse_i;
  assign second = wait_q && !row_start_i;

  logic [127:0] row0_q [0:COLS-1];
  logic [127:0] row1_q [0:COLS-1];
  logic [127:0] row2_q [0:COLS-1];
  logic [127:0] wait0_q, wait1_q, wait2_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      wait_q <= 1'b0;
      wait0_q <= 128'd0;
      wait1_q <= 128'd0;
      wait2_q <= 128'd0;
      for (int j = 0; j < COLS; j++) begin
        row0_q[j] <= 128'd0;
        row1_q[j] <= 128'd0;
        row2_q[j] <= 128'd0;
      end
    end else if (push_i) begin
      wait_q <= row_start_i && fuse_i;
      if (row_start_i && fuse_i) begin
        wait0_q <= new0;
        wait1_q <= new1;
        wait2_q <= new2;
      end
      for (int j = 0; j < COLS; j++) begin
        if (one_row_i) begin
          // Columns beyond the kernel's are zero, whatever their weights.
          row0_q[j] <= 4'(j) >= kw_i ? 128'd0 : 4'(j) + 4'd1 == kw_i ? data_i : row_start_i ? zero_point
                     : j + 1 < COLS ? row0_q[(j+1)%COLS] : row1_q[0];
          row1_q[j] <= 4'(COLS+j) >= kw_i ? 128'd0 : 4'(COLS+j) + 4'd1 == kw_i ? data_i : row_start_i ? zero_point
                     : j + 1 < COLS ? row1_q[(j+1)%COLS] : row2_q[0];
          row2_q[j] <= 4'(2*COLS+j) >= kw_i ? 128'd0 : 4'(2*COLS+j) + 4'd1 == kw_i ? data_i : row_start_i ? zero_point
                     : row2_q[(j+1)%COLS];
        end else if (4'(j) + 4'd1 == kw_i) begin
          row0_q[j] <= row_start_i && fuse_i ? zero_point : new0;
          row1_q[j] <= row_start_i && fuse_i ? zero_point : new1;
          row2_q[j] <= row_start_i && fuse_i ? zero_point : new2;
        end else if (second && 4'(j) + 4'd2 == kw_i) begin
          row0_q[j] <= wait0_q;
          row1_q[j] <= wait1_q;
          row2_q[j] <= wait2_q;
        end else if (start || second) begin
          row0_q[j] <= zero_point;
          row1_q[j] <= zero_point;
          row2_q[j] <= zero_point;
        end else if (j + 1 < COLS) begin
          row0_q[j] <= row0_q[(j+1)%COLS];
          row1_q[j] <= row1_q[(j+1)%COLS];
          row2_q[j] <= row2_q[(j+1)%COLS];
        end
      end
    end
  end

  always_comb begin
    taps_o = 2048'd0;
    for (int j = 0; j < COLS; j++) begin
      taps_o[128*j +: 128] = row0_q[j];
      taps_o[128*(COLS+j) +: 128] = row1_q[j];
      taps_o[128*(2*COLS+j) +: 128] = row2_q[j];
    end
  end
endmodule
