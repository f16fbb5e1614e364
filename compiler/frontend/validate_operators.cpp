// The definitions of the operators, as far as they bind shapes and options together. Element types are not checked
// here: which of them can run is the executor's and the passes' business.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "validate.hpp"

namespace auklet::compiler::validation {
namespace {

// Strides, dilations and filters beyond any use; keeps all products of them and of coordinates within 64 bits.
constexpr std::int32_t kMaxWindow = 1 << 20;
// The span of a dilated filter, so that coordinates fit 31 bits.
constexpr std::int64_t kMaxReach = 1 << 24;

constexpr std::size_t kMany = 1 << 20;

// What a rule sees of an operator.
struct Scope {
  const Model& model;
  const Graph& graph;
  const Operator& op;

  [[nodiscard]] bool has(std::size_t i) const { return op.input(i) != kAbsent; }
  [[nodiscard]] const Tensor& in(std::size_t i) const { return graph.tensor(op.inputs[i]); }
  [[nodiscard]] const Tensor& out(std::size_t i = 0) const { return graph.tensor(op.outputs[i]); }
  [[nodiscard]] std::string in_name(std::size_t i) const { return graph.describe_tensor(op.inputs[i]); }
  [[nodiscard]] std::string out_name(std::size_t i = 0) const { return graph.describe_tensor(op.outputs[i]); }
};

std::string text_of(const std::vector<std::int32_t>& shape) {
  std::string s = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) s += (i == 0 ? "" : ", ") + text(shape[i]);
  return s + "]";
}

Outcome check_rank(const Tensor& tensor, const std::string& whose, std::size_t rank) {
  if (tensor.shape.size() == rank) return {};
  return refuse("has " + whose + " of shape " + text_of(tensor.shape) + ", not of " + text(rank) + " dimensions");
}

Outcome check_shape(const Tensor& tensor, const std::string& whose, const std::vector<std::int32_t>& expected) {
  if (tensor.shape == expected) return {};
  return refuse("has " + whose + " of shape " + text_of(tensor.shape) + "; it should be " + text_of(expected));
}

Outcome check_activation(Activation activation) {
  if (activation >= Activation::kNone && activation <= Activation::kSignBit) return {};
  return refuse("has fused activation " + text(static_cast<int>(activation)));
}

Outcome check_axis(std::int32_t axis, std::size_t rank) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis >= -r && axis < r) return {};
  return refuse("has axis " + text(axis) + " of " + text(rank) + " dimensions");
}

Outcome check_same_elements(const Scope& s) {
  if (s.in(0).elements() == s.out().elements()) return {};
  return refuse("has input " + text_of(s.in(0).shape) + " and " + s.out_name() + " of shape " + text_of(s.out().shape) +
                ", which differ in size");
}

Outcome check_same_shape(const Scope& s) { return check_shape(s.out(), s.out_name(), s.in(0).shape); }

Outcome check_accept(const Scope&) { return {}; }

// One dimension of a window that slides over an image.
struct Window {
  const char* what;  // "height" or "width"
  std::int32_t stride;
  std::int32_t dilation;
  std::int32_t filter;
};

Outcome check_window(const Window& w) {
  const std::array<std::pair<const char*, std::int32_t>, 3> values = {
      {{"stride", w.stride}, {"dilation", w.dilation}, {"filter", w.filter}}};
  for (const auto& [what, value] : values) {
    if (value < 1 || value > kMaxWindow) {
      return refuse("has " + std::string(what) + " " + w.what + " " + text(value) + ", not 1 to " + text(kMaxWindow));
    }
  }
  const std::int64_t reach = (std::int64_t{w.filter} - 1) * w.dilation + 1;
  if (reach > kMaxReach) return refuse("has a filter that reaches over " + text(reach) + " elements of the " + w.what);
  return {};
}

// The number of window positions; none when a VALID window is larger than the input.
std::int64_t window_positions(Padding padding, const Window& w, std::int32_t input) {
  if (padding == Padding::kSame) return (std::int64_t{input} + w.stride - 1) / w.stride;
  const std::int64_t reach = (std::int64_t{w.filter} - 1) * w.dilation + 1;
  return input < reach ? 0 : (input - reach) / w.stride + 1;
}

// Everything that a sliding window relates; input and output have rank 4 and the same batch.
Outcome check_windows(const Scope& s, Padding padding, const Window& height, const Window& width,
                      std::int32_t channels) {
  if (padding != Padding::kSame && padding != Padding::kValid) {
    return refuse("has padding scheme " + text(static_cast<int>(padding)));
  }
  if (Outcome ok = check_window(height); !ok) return ok;
  if (Outcome ok = check_window(width); !ok) return ok;
  if (Outcome ok = check_rank(s.in(0), s.in_name(0), 4); !ok) return ok;
  const std::vector<std::int32_t>& input = s.in(0).shape;
  const std::int64_t rows = window_positions(padding, height, input[1]);
  const std::int64_t columns = window_positions(padding, width, input[2]);
  if (rows < 1 || columns < 1) return refuse("has a filter larger than its input " + s.in_name(0));
  return check_shape(s.out(), s.out_name(),
                     {input[0], static_cast<std::int32_t>(rows), static_cast<std::int32_t>(columns), channels});
}

Outcome check_bias(const Scope& s, std::size_t index, std::int32_t channels) {
  if (!s.has(index) || s.in(index).elements() == static_cast<std::size_t>(channels)) return {};
  return refuse("has bias " + s.in_name(index) + " of " + text(s.in(index).elements()) + " elements for " +
                text(channels) + " output channels");
}

// Scales of a filter may differ by output channel, `axis`, and nowhere else.
Outcome check_filter_axis(const Scope& s, std::int32_t axis) {
  const Quantization& q = s.in(1).quantization;
  if (!q.per_axis() || q.axis == axis) return {};
  return refuse("has filter " + s.in_name(1) + " quantised along dimension " + text(q.axis) + ", not " + text(axis));
}

Outcome check_conv2d(const Scope& s) {
  const auto& o = std::get<Conv2dOptions>(s.op.options);
  if (Outcome ok = check_activation(o.activation); !ok) return ok;
  if (Outcome ok = check_rank(s.in(1), s.in_name(1), 4); !ok) return ok;
  const std::vector<std::int32_t>& filter = s.in(1).shape;
  const Window height{"height", o.stride_h, o.dilation_h, filter[1]};
  const Window width{"width", o.stride_w, o.dilation_w, filter[2]};
  if (Outcome ok = check_windows(s, o.padding, height, width, filter[0]); !ok) return ok;
  const std::int32_t channels = s.in(0).shape[3];
  if (channels % filter[3] != 0 || filter[0] % (channels / filter[3]) != 0) {
    return refuse("has filter " + s.in_name(1) + " of shape " + text_of(filter) + ", which does not divide " +
                  text(channels) + " input channels into groups");
  }
  if (Outcome ok = check_filter_axis(s, 0); !ok) return ok;
  return check_bias(s, 2, filter[0]);
}

Outcome check_depthwise_conv2d(const Scope& s) {
  const auto& o = std::get<DepthwiseConv2dOptions>(s.op.options);
  if (Outcome ok = check_activation(o.activation); !ok) return ok;
  if (Outcome ok = check_rank(s.in(1), s.in_name(1), 4); !ok) return ok;
  const std::vector<std::int32_t>& filter = s.in(1).shape;
  const Window height{"height", o.stride_h, o.dilation_h, filter[1]};
  const Window width{"width", o.stride_w, o.dilation_w, filter[2]};
  if (Outcome ok = check_windows(s, o.padding, height, width, filter[3]); !ok) return ok;
  if (filter[0] != 1 || filter[3] % s.in(0).shape[3] != 0) {
    return refuse("has filter " + s.in_name(1) + " of shape " + text_of(filter) + " for " + text(s.in(0).shape[3]) +
                  " input channels");
  }
  if (Outcome ok = check_filter_axis(s, 3); !ok) return ok;
  return check_bias(s, 2, filter[3]);
}

Outcome check_pool2d(const Scope& s) {
  const auto& o = std::get<Pool2dOptions>(s.op.options);
  if (Outcome ok = check_activation(o.activation); !ok) return ok;
  if (Outcome ok = check_rank(s.in(0), s.in_name(0), 4); !ok) return ok;
  const Window height{"height", o.stride_h, 1, o.filter_h};
  const Window width{"width", o.stride_w, 1, o.filter_w};
  return check_windows(s, o.padding, height, width, s.in(0).shape[3]);
}

Outcome check_fully_connected(const Scope& s) {
  const auto& o = std::get<FullyConnectedOptions>(s.op.options);
  if (Outcome ok = check_activation(o.activation); !ok) return ok;
  if (o.weights_format != 0) return fail(ErrorCode::kUnsupported, "has shuffled weights");
  if (Outcome ok = check_rank(s.in(1), s.in_name(1), 2); !ok) return ok;
  const auto outputs = static_cast<std::size_t>(s.in(1).shape[0]);
  const auto inputs = static_cast<std::size_t>(s.in(1).shape[1]);
  const std::size_t elements = s.in(0).elements();
  if (elements % inputs != 0) {
    return refuse("has input " + s.in_name(0) + " of " + text(elements) + " elements, no multiple of the " +
                  text(inputs) + " columns of " + s.in_name(1));
  }
  // Both factors are below 2^31.
  if (elements / inputs * outputs != s.out().elements()) {
    return refuse("has " + s.out_name() + " of " + text(s.out().elements()) + " elements; it should have " +
                  text(elements / inputs * outputs));
  }
  if (Outcome ok = check_filter_axis(s, 0); !ok) return ok;
  return check_bias(s, 2, s.in(1).shape[0]);
}

// Shapes aligned at the last dimension; a dimension of 1 repeats.
Outcome check_broadcast(const Scope& s) {
  const std::vector<std::int32_t>& a = s.in(0).shape;
  const std::vector<std::int32_t>& b = s.in(1).shape;
  std::vector<std::int32_t> expected(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::int32_t da = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int32_t db = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1) {
      return refuse("has operands of shapes " + text_of(a) + " and " + text_of(b) + ", which do not broadcast");
    }
    expected[expected.size() - 1 - i] = da == 1 ? db : da;
  }
  return check_shape(s.out(), s.out_name(), expected);
}

template <typename O>
Outcome check_activated_elementwise(const Scope& s) {
  if (const O* o = std::get_if<O>(&s.op.options); o != nullptr) {
    if (Outcome ok = check_activation(o->activation); !ok) return ok;
  }
  return check_broadcast(s);
}

Outcome check_softmax(const Scope& s) {
  const float beta = std::get<SoftmaxOptions>(s.op.options).beta;
  if (!std::isfinite(beta) || beta <= 0.0F) return refuse("has beta " + text(beta) + ", not a positive finite number");
  return check_same_shape(s);
}

Outcome check_reshape(const Scope& s) {
  if (s.in(0).type != s.out().type) return refuse("changes the element type");
  return check_same_elements(s);
}

Outcome check_concatenation(const Scope& s) {
  const auto& o = std::get<ConcatenationOptions>(s.op.options);
  if (Outcome ok = check_activation(o.activation); !ok) return ok;
  const std::size_t rank = s.out().shape.size();
  if (Outcome ok = check_axis(o.axis, rank); !ok) return ok;
  const auto axis = static_cast<std::size_t>(o.axis < 0 ? o.axis + static_cast<std::int32_t>(rank) : o.axis);
  std::int64_t along = 0;
  for (std::size_t i = 0; i < s.op.inputs.size(); ++i) {
    if (!s.has(i)) return refuse("lacks input " + text(i));
    std::vector<std::int32_t> shape = s.in(i).shape;
    if (Outcome ok = check_rank(s.in(i), s.in_name(i), rank); !ok) return ok;
    along += shape[axis];
    shape[axis] = s.out().shape[axis];
    if (Outcome ok = check_shape(s.out(), s.out_name(), shape); !ok) return ok;
  }
  if (along == s.out().shape[axis]) return {};
  return refuse("has " + s.out_name() + " of shape " + text_of(s.out().shape) + "; dimension " + text(axis) +
                " should be " + text(along));
}

Outcome check_block(std::int32_t block_size) {
  if (block_size >= 1 && block_size <= kMaxWindow) return {};
  return refuse("has block size " + text(block_size));
}
Outcome check_depth_to_space(const Scope& s) {
  if (Outcome ok = check_block(std::get<DepthToSpaceOptions>(s.op.options).block_size); !ok) return ok;
  return check_same_elements(s);
}
Outcome check_space_to_depth(const Scope& s) {
  if (Outcome ok = check_block(std::get<SpaceToDepthOptions>(s.op.options).block_size); !ok) return ok;
  return check_same_elements(s);
}

Outcome check_pack(const Scope& s) {
  const auto& o = std::get<PackOptions>(s.op.options);
  if (o.values_count != static_cast<std::int64_t>(s.op.inputs.size())) {
    return refuse("packs " + text(o.values_count) + " values but has " + text(s.op.inputs.size()) + " inputs");
  }
  return check_axis(o.axis, s.in(0).shape.size() + 1);
}
Outcome check_unpack(const Scope& s) {
  const auto& o = std::get<UnpackOptions>(s.op.options);
  if (o.num != static_cast<std::int64_t>(s.op.outputs.size())) {
    return refuse("unpacks " + text(o.num) + " values but has " + text(s.op.outputs.size()) + " outputs");
  }
  return check_axis(o.axis, s.in(0).shape.size());
}
Outcome check_splits(const Scope& s, std::int32_t splits) {
  if (splits == static_cast<std::int64_t>(s.op.outputs.size())) return {};
  return refuse("splits into " + text(splits) + " but has " + text(s.op.outputs.size()) + " outputs");
}
Outcome check_split(const Scope& s) { return check_splits(s, std::get<SplitOptions>(s.op.options).num_splits); }
Outcome check_split_v(const Scope& s) { return check_splits(s, std::get<SplitVOptions>(s.op.options).num_splits); }

Outcome check_gather(const Scope& s) {
  const auto& o = std::get<GatherOptions>(s.op.options);
  if (o.batch_dims < 0 || static_cast<std::size_t>(o.batch_dims) > s.in(0).shape.size()) {
    return refuse("has " + text(o.batch_dims) + " batch dimensions");
  }
  return check_axis(o.axis, s.in(0).shape.size());
}

Outcome check_transpose_conv(const Scope& s) {
  const auto& o = std::get<TransposeConvOptions>(s.op.options);
  if (Outcome ok = check_activation(o.activation); !ok) return ok;
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (Outcome ok = check_rank(s.in(i), s.in_name(i), 4); !ok) return ok;
  }
  if (Outcome ok = check_rank(s.out(), s.out_name(), 4); !ok) return ok;
  const std::vector<std::int32_t>& filter = s.in(1).shape;
  if (Outcome ok = check_window({"height", o.stride_h, 1, filter[1]}); !ok) return ok;
  if (Outcome ok = check_window({"width", o.stride_w, 1, filter[2]}); !ok) return ok;
  if (filter[3] != s.in(2).shape[3] || filter[0] != s.out().shape[3]) {
    return refuse("has filter " + s.in_name(1) + " of shape " + text_of(filter) + " for " + text(s.in(2).shape[3]) +
                  " input and " + text(s.out().shape[3]) + " output channels");
  }
  return check_bias(s, 3, filter[0]);
}

Outcome check_svdf(const Scope& s) {
  const auto& o = std::get<SvdfOptions>(s.op.options);
  if (o.rank < 1) return refuse("has rank " + text(o.rank));
  return check_activation(o.activation);
}

Outcome check_call_once(const Scope& s) {
  const std::int32_t graph = std::get<CallOnceOptions>(s.op.options).init_subgraph;
  if (graph >= 1 && static_cast<std::size_t>(graph) < s.model.graphs.size()) return {};
  return refuse("calls subgraph " + text(graph) + " of " + text(s.model.graphs.size()));
}

// Which options an operator may have.
template <typename O>
bool only(const Options& options) {
  return std::holds_alternative<O>(options);
}
template <typename O>
bool maybe(const Options& options) {
  return std::holds_alternative<O>(options) || std::holds_alternative<NoOptions>(options);
}
bool none(const Options& options) {
  return std::holds_alternative<NoOptions>(options) || std::holds_alternative<EmptyOptions>(options);
}

struct Rule {
  OpCode code;
  std::size_t min_inputs;  // These must be present; later ones may be absent.
  std::size_t max_inputs;
  std::size_t min_outputs;
  std::size_t max_outputs;
  bool (*options_fit)(const Options&);
  Outcome (*check)(const Scope&);
};

constexpr std::array kRules = {
    Rule{OpCode::kConv2d, 2, 3, 1, 1, only<Conv2dOptions>, check_conv2d},
    Rule{OpCode::kDepthwiseConv2d, 2, 3, 1, 1, only<DepthwiseConv2dOptions>, check_depthwise_conv2d},
    Rule{OpCode::kTransposeConv, 3, 4, 1, 1, only<TransposeConvOptions>, check_transpose_conv},
    Rule{OpCode::kFullyConnected, 2, 3, 1, 1, only<FullyConnectedOptions>, check_fully_connected},
    Rule{OpCode::kBatchMatmul, 2, 2, 1, 1, only<BatchMatMulOptions>, check_accept},
    Rule{OpCode::kAveragePool2d, 1, 1, 1, 1, only<Pool2dOptions>, check_pool2d},
    Rule{OpCode::kMaxPool2d, 1, 1, 1, 1, only<Pool2dOptions>, check_pool2d},
    Rule{OpCode::kL2Pool2d, 1, 1, 1, 1, only<Pool2dOptions>, check_pool2d},
    Rule{OpCode::kAdd, 2, 2, 1, 1, maybe<AddOptions>, check_activated_elementwise<AddOptions>},
    Rule{OpCode::kSub, 2, 2, 1, 1, maybe<SubOptions>, check_activated_elementwise<SubOptions>},
    Rule{OpCode::kMul, 2, 2, 1, 1, maybe<MulOptions>, check_activated_elementwise<MulOptions>},
    Rule{OpCode::kDiv, 2, 2, 1, 1, maybe<DivOptions>, check_activated_elementwise<DivOptions>},
    Rule{OpCode::kMaximum, 2, 2, 1, 1, none, check_broadcast},
    Rule{OpCode::kMinimum, 2, 2, 1, 1, none, check_broadcast},
    Rule{OpCode::kSquaredDifference, 2, 2, 1, 1, none, check_broadcast},
    Rule{OpCode::kPrelu, 2, 2, 1, 1, none, check_broadcast},
    Rule{OpCode::kReshape, 1, 2, 1, 1, maybe<ReshapeOptions>, check_reshape},
    Rule{OpCode::kSqueeze, 1, 1, 1, 1, maybe<SqueezeOptions>, check_reshape},
    Rule{OpCode::kExpandDims, 2, 2, 1, 1, none, check_reshape},
    Rule{OpCode::kSoftmax, 1, 1, 1, 1, only<SoftmaxOptions>, check_softmax},
    Rule{OpCode::kLogSoftmax, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kQuantize, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kDequantize, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kRelu, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kReluN1To1, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kRelu6, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kLogistic, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kTanh, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kElu, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kHardSwish, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kAbs, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kRsqrt, 1, 1, 1, 1, none, check_same_shape},
    Rule{OpCode::kLeakyRelu, 1, 1, 1, 1, only<LeakyReluOptions>, check_same_shape},
    Rule{OpCode::kL2Normalization, 1, 1, 1, 1, maybe<L2NormOptions>, check_same_shape},
    Rule{OpCode::kConcatenation, 1, kMany, 1, 1, only<ConcatenationOptions>, check_concatenation},
    Rule{OpCode::kMean, 2, 2, 1, 1, only<ReducerOptions>, check_accept},
    Rule{OpCode::kSum, 2, 2, 1, 1, only<ReducerOptions>, check_accept},
    Rule{OpCode::kReduceMax, 2, 2, 1, 1, only<ReducerOptions>, check_accept},
    Rule{OpCode::kReduceMin, 2, 2, 1, 1, only<ReducerOptions>, check_accept},
    Rule{OpCode::kPad, 2, 2, 1, 1, none, check_accept},
    Rule{OpCode::kPadv2, 3, 3, 1, 1, none, check_accept},
    Rule{OpCode::kTranspose, 2, 2, 1, 1, none, check_same_elements},
    Rule{OpCode::kSlice, 3, 3, 1, 1, none, check_accept},
    Rule{OpCode::kStridedSlice, 4, 4, 1, 1, only<StridedSliceOptions>, check_accept},
    Rule{OpCode::kSplit, 2, 2, 1, kMany, only<SplitOptions>, check_split},
    Rule{OpCode::kSplitV, 3, 3, 1, kMany, only<SplitVOptions>, check_split_v},
    Rule{OpCode::kPack, 1, kMany, 1, 1, only<PackOptions>, check_pack},
    Rule{OpCode::kUnpack, 1, 1, 1, kMany, only<UnpackOptions>, check_unpack},
    Rule{OpCode::kGather, 2, 2, 1, 1, only<GatherOptions>, check_gather},
    Rule{OpCode::kShape, 1, 1, 1, 1, maybe<ShapeOptions>, check_accept},
    Rule{OpCode::kArgMax, 2, 2, 1, 1, only<ArgMaxOptions>, check_accept},
    Rule{OpCode::kArgMin, 2, 2, 1, 1, only<ArgMinOptions>, check_accept},
    Rule{OpCode::kDepthToSpace, 1, 1, 1, 1, only<DepthToSpaceOptions>, check_depth_to_space},
    Rule{OpCode::kSpaceToDepth, 1, 1, 1, 1, only<SpaceToDepthOptions>, check_space_to_depth},
    Rule{OpCode::kSpaceToBatchNd, 3, 3, 1, 1, none, check_accept},
    Rule{OpCode::kBatchToSpaceNd, 3, 3, 1, 1, none, check_accept},
    Rule{OpCode::kResizeBilinear, 2, 2, 1, 1, only<ResizeBilinearOptions>, check_accept},
    Rule{OpCode::kResizeNearestNeighbor, 2, 2, 1, 1, only<ResizeNearestNeighborOptions>, check_accept},
    Rule{OpCode::kSvdf, 4, 5, 1, 1, only<SvdfOptions>, check_svdf},
    Rule{OpCode::kUnidirectionalSequenceLstm, 1, 24, 1, 1, only<UnidirectionalSequenceLstmOptions>, check_accept},
    Rule{OpCode::kCallOnce, 0, 0, 0, 0, only<CallOnceOptions>, check_call_once},
    Rule{OpCode::kVarHandle, 0, 0, 1, 1, only<VarHandleOptions>, check_accept},
    Rule{OpCode::kReadVariable, 1, 1, 1, 1, none, check_accept},
    Rule{OpCode::kAssignVariable, 2, 2, 0, 0, none, check_accept},
};

Outcome check_count(const char* what, std::size_t count, std::size_t low, std::size_t high) {
  if (count >= low && count <= high) return {};
  const std::string expected = low == high ? text(low) : text(low) + " to " + text(high);
  return refuse("has " + text(count) + " " + what + ", not " + (high == kMany ? "at least " + text(low) : expected));
}

Outcome apply(const Rule& rule, const Scope& s) {
  const Operator& op = s.op;
  if (Outcome ok = check_count("inputs", op.inputs.size(), rule.min_inputs, rule.max_inputs); !ok) return ok;
  if (Outcome ok = check_count("outputs", op.outputs.size(), rule.min_outputs, rule.max_outputs); !ok) return ok;
  for (std::size_t i = 0; i < rule.min_inputs; ++i) {
    if (op.inputs[i] == kAbsent) return refuse("lacks input " + text(i));
  }
  if (!rule.options_fit(op.options)) return refuse("lacks its options or has another operator's");
  return rule.check(s);
}

}  // namespace

Outcome check_operator(const Model& model, const Graph& graph, const Operator& op) {
  for (const Rule& rule : kRules) {
    if (rule.code == op.code) return apply(rule, {model, graph, op});
  }
  return {};
}

}  // namespace auklet::compiler::validation
