// Where two simulations of a model first differed, in terms of the model.
#pragma once

#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/ir.hpp>
#include <auklet/compiler/segment.hpp>
#include <auklet/sim/lockstep.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace auklet::app {

/// A byte of an address window.
struct WindowByte {
  std::size_t window = 0;    ///< Index into Segment::windows.
  std::uint64_t offset = 0;  ///< In the window.
};

/// What the two differed in, and what it belongs to.
struct DivergenceReport {
  sim::Divergence what;
  std::size_t frame = 0;                       ///< Of the run, from 0 on.
  std::optional<std::size_t> source_operator;  ///< Index in the source's main graph; none for registers and interrupts.
  std::string op;                              ///< `CONV_2D`; empty without an operator.
  std::string layer;                           ///< Name of the tensor that the operator writes.
  std::string opcode;                          ///< Of the command: `CONV`, `LOAD`; empty without one.
  std::string tensor;  ///< Name of the tensor with the wrong byte; empty when that is no tensor of the model.
  std::vector<std::int64_t> element;  ///< Its coordinates in `tensor`, one a dimension; empty when there are none.
  std::string sentence;               ///< All of it, for people; without a full stop.
};

/// What is known of the segment in which a divergence was found.
struct DivergenceScene {
  const compiler::Graph& source;                 ///< The graph that was compiled, or the compiled one.
  const compiler::SegmentView& segment;          ///< Its segment.
  std::span<const compiler::CommandMark> marks;  ///< Of the segment; none for a model that was compiled before.
  std::span<const std::int32_t> window_tensors;  ///< By window: the tensor of `source` that it is; else kAbsent.
  std::optional<WindowByte> memory;              ///< Where Divergence::address is, if it is an address of memory.
};

/// Names what differs: operator, tensor and element, as far as the scene tells.
[[nodiscard]] DivergenceReport locate(const sim::Divergence& divergence, const DivergenceScene& scene);

}  // namespace auklet::app
