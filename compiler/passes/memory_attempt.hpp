// One attempt to place a program: with what stays in SRAM, what is streamed and what is spilled taken for given.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "memory_plan.hpp"

namespace auklet::compiler::passes {

/// What did not fit.
struct Shortage {
  std::uint32_t node = 0;
  std::uint64_t needed = 0;  ///< Bytes, when a streamed node lacks room even for its smallest tiles.
};

/// How the operands of a convolution may come from memory, if both are there just before it.
enum class Arriving : std::uint8_t {
  kWhole,    ///< The image at once; weights in parts that need not have their places at the same time.
  kByParts,  ///< As plan_arrivals() says; all weights have their places at the same time.
  kSpread,   ///< The same, the image's pixels at a pitch that takes more room and lets it arrive beside the computing.
};

/// What an attempt takes for given.
struct Choices {
  std::vector<bool> streamed;  ///< By node.
  std::vector<bool> spilled;   ///< By buffer.
  std::vector<bool> compact;   ///< By node: its blocks are packed, wherever that lets commands and loads collide.
  std::vector<Cascade> cascades;
  std::vector<Arriving> arriving;  ///< By node.
};

/// How an attempt ended. The plan is whole when `fits`, else as far as it came; then there is a shortage, or no choice
/// would help and there is a failure.
struct Attempted {
  MemoryPlan plan;
  bool fits = false;
  std::optional<Shortage> shortage;
  NodeFailure failure;
};

[[nodiscard]] Attempted attempt_plan(const Program& program, const Hardware& hardware, const Choices& choices);

}  // namespace auklet::compiler::passes
