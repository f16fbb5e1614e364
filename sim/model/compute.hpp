// What the compute engine does with one command. Each function reads and writes SRAM only, and is the text of
// docs/command-stream.md with the loops arranged for speed.
#pragma once

#include "commands.hpp"
#include "sram.hpp"

namespace auklet::sim::model {

/// CONV. `array_groups`, the configuration's, orders the weight blocks.
void run_conv(Sram& sram, const Geom& geom, std::uint32_t array_groups);
/// DWCONV.
void run_depthwise(Sram& sram, const Geom& geom);
/// DWROWS.
void run_depthwise_rows(Sram& sram, const Geom& geom);
/// MAXPOOL.
void run_max_pool(Sram& sram, const Geom& geom);
/// AVGPOOL.
void run_average_pool(Sram& sram, const Geom& geom);
/// ADD, MUL, SQDIFF, MIN, MAX, TABLE, by the command's opcode.
void run_eltwise(Sram& sram, const Eltwise& command);
/// SOFTMAX. Bytes between a row's end and the next word are those of an earlier row or zero.
void run_softmax(Sram& sram, const Softmax& command);

}  // namespace auklet::sim::model
