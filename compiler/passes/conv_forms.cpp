#include "conv_forms.hpp"

#include <algorithm>
#include <utility>

#include "join_columns.hpp"
#include "pack_rows.hpp"

namespace auklet::compiler::passes {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// Figures of the memory profile `sram`; they steer the choice and nothing else.
constexpr u64 kBytesPerCycle = 8;
constexpr u64 kCommandCycles = 64;
// What is gained must be more than this part of the whole, since stalls are not estimated.
constexpr u64 kLeastGain = 8;
constexpr u32 kMostColumns = 16;

// Estimated cycles of a convolution of a compact image, its constants' load included. Nothing when the SRAM is too
// small for any of its operands.
std::optional<u64> cycles_of(const plan::ConvOp& op, const Hardware& hardware) {
  plan::ConvLayout layout;
  if (!plan::conv_layout(op, hardware.config, op.in_c, layout).ok()) return std::nullopt;
  const plan::ConvSram at{.input = plan::sram_tensor(0, op.in_h, op.in_w, op.in_c),
                          .output = plan::sram_tensor(0, op.out_h, op.out_w, plan::round_up_to_word(op.out_c)),
                          .weights = 0,
                          .parameters = 0};
  plan::StreamWriter trial = plan::StreamWriter::counting(hardware.config);
  plan::Cost cost;
  if (!plan::plan_resident_conv(trial, op, layout, at, {}, cost).ok()) return std::nullopt;
  return cost.compute_cycles + (layout.weight_bytes + layout.parameter_bytes) / kBytesPerCycle + kCommandCycles;
}

u64 input_bytes(const plan::ConvOp& op) { return u64{op.batch} * op.in_h * op.in_w * op.in_c; }
u64 output_bytes(const plan::ConvOp& op) {
  return u64{op.batch} * op.out_h * op.out_w * plan::round_up_to_word(op.out_c);
}

// The forms of one convolution, the best so far kept.
class Search {
 public:
  Search(const plan::ConvOp& op, const Hardware& hardware) : hardware_(hardware) {
    if (const auto cycles = cycles_of(op, hardware)) least_ = *cycles - *cycles / kLeastGain;
  }

  // Tries the convolution with `columns` joined, and with its rows packed.
  void consider(const plan::ConvOp& op, u32 columns) {
    if (columns > 1) take(cycles_of(op, hardware_), columns, 1);
    for (u32 rows = 2; rows <= std::min(op.kernel_h, plan::kWordBytes); ++rows) {
      const auto ops = pack_rows(op, rows);
      if (!ops || input_bytes(ops->pack) + input_bytes(ops->conv) + output_bytes(ops->conv) > hardware_.sram_limit) {
        continue;
      }
      const auto pack = cycles_of(ops->pack, hardware_);
      const auto conv = cycles_of(ops->conv, hardware_);
      if (pack && conv) take(*pack + *conv, columns, rows);
    }
  }

  [[nodiscard]] u32 columns() const { return columns_; }
  [[nodiscard]] u32 rows() const { return rows_; }

 private:
  void take(std::optional<u64> cycles, u32 columns, u32 rows) {
    if (!cycles || *cycles >= least_) return;
    least_ = *cycles;
    columns_ = columns;
    rows_ = rows;
  }

  const Hardware& hardware_;
  u64 least_ = 0;
  u32 columns_ = 1;
  u32 rows_ = 1;
};

}  // namespace

ConvForm best_form(const ConvWork& work, bool compact, const Hardware& hardware) {
  Search search(work.op, hardware);
  search.consider(work.op, 1);
  // Whole words of channels lie in SRAM as everybody reads them.
  if (compact || work.op.out_c % plan::kWordBytes == 0) {
    for (u32 columns = 2; columns <= kMostColumns; columns *= 2) {
      if (const auto joined = join_columns(work.op, columns)) search.consider(*joined, columns);
    }
  }
  ConvForm form{.pack = std::nullopt, .conv = work, .columns = search.columns()};
  if (const auto joined = join_columns(work.op, form.columns); form.columns > 1 && joined) {
    form.conv = joined_work(work, *joined, form.columns);
  }
  if (search.rows() == 1) return form;
  if (const auto ops = pack_rows(form.conv.op, search.rows())) {
    form.pack = packing_work(*ops);
    form.conv = packed_work(form.conv, *ops, search.rows());
  }
  return form;
}

namespace {

// The register window reads compact pixels, a grouped convolution does not.
bool reads_compact_image(const Graph& graph, const Operator& op) {
  const std::vector<std::int32_t>& in = graph.tensor(op.inputs[0]).shape;
  const std::vector<std::int32_t>& filter = graph.tensor(op.inputs[1]).shape;
  if (in.size() != 4 || filter.size() != 4) return false;
  const auto* depthwise = std::get_if<DepthwiseConv2dOptions>(&op.options);
  if (depthwise == nullptr) return filter[3] == in[3];
  plan::ConvOp window;
  window.in_c = window.groups = static_cast<u32>(in[3]);
  window.out_c = static_cast<u32>(filter[3]);
  window.kernel_h = static_cast<u32>(filter[1]);
  window.kernel_w = static_cast<u32>(filter[2]);
  window.dilation_h = static_cast<u32>(depthwise->dilation_h);
  window.dilation_w = static_cast<u32>(depthwise->dilation_w);
  return plan::reads_compact(window);
}

bool reads_compact(const Graph& graph, const Folds& folds, std::size_t index, std::int32_t tensor) {
  const Operator& op = graph.operators[index];
  switch (op.code) {
    case OpCode::kConv2d:
    case OpCode::kDepthwiseConv2d:
      return op.inputs[0] == tensor && reads_compact_image(graph, op);
    case OpCode::kPad:
      return !folds.gone[index] || read_compact(graph, folds, op.outputs[0]);
    case OpCode::kReshape:
    case OpCode::kSqueeze:
    case OpCode::kExpandDims:
      return read_compact(graph, folds, op.outputs[0]);
    case OpCode::kFullyConnected:
    case OpCode::kTransposeConv:
    case OpCode::kMean:
    case OpCode::kSum:
    // What moves bytes in memory.
    case OpCode::kConcatenation:
    case OpCode::kSlice:
    case OpCode::kStridedSlice:
    case OpCode::kTranspose:
    case OpCode::kSpaceToDepth:
    case OpCode::kDepthToSpace:
    case OpCode::kResizeNearestNeighbor:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool read_compact(const Graph& graph, const Folds& folds, std::int32_t tensor) {
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const bool reads = std::ranges::find(graph.operators[i].inputs, tensor) != graph.operators[i].inputs.end();
    if (reads && !reads_compact(graph, folds, i, tensor)) return false;
  }
  return true;
}

}  // namespace auklet::compiler::passes
