// Cascades: which rows each stripe has, what cannot be one, and that networks too large for the SRAM compute the same
// in stripes.
#include "passes/cascade.hpp"

#include <gtest/gtest.h>

#include <auklet/compiler/compile.hpp>
#include <auklet/sim/functional_model.hpp>
#include <deque>

#include "random/builder.hpp"
#include "random_network.hpp"
#include "segment_runner.hpp"

namespace auklet::compiler {
namespace passes {
namespace {

using test::Random;

// A run of nodes, each of which reads the one before it, or an earlier one beside it.
class Chain {
 public:
  explicit Chain(View image) { add_buffer(image).input = 0; }

  std::uint32_t conv(const plan::ConvOp& op) {
    ConvWork work;
    work.op = op;
    return add(work, {newest()}, {op.out_h * op.out_w * op.batch, op.out_c});
  }
  std::uint32_t add_of(std::uint32_t a, std::uint32_t b, View view) {
    plan::EltwiseOp op;
    op.rows = view.pixels;
    op.length = view.channels;
    return add(EltwiseWork{op}, {a, b}, view);
  }
  std::uint32_t add(Work work, const std::vector<std::uint32_t>& inputs, View view) {
    const auto node = static_cast<std::uint32_t>(program.nodes.size());
    ops_.emplace_back();
    NpuOperator& op = ops_.back();
    op.work = std::move(work);
    op.out_view = view;
    op.inputs.resize(inputs.size());
    Node n{.op = &op, .uses = {}, .output = 0};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      n.uses.push_back({inputs[i], &op.inputs[i]});
      program.buffers[inputs[i]].readers.push_back(node);
    }
    n.output = static_cast<std::uint32_t>(program.buffers.size());
    add_buffer(view).producer = node;
    program.nodes.push_back(std::move(n));
    return program.nodes.back().output;
  }
  [[nodiscard]] std::uint32_t newest() const { return static_cast<std::uint32_t>(program.buffers.size() - 1); }

  Program program;

 private:
  Buffer& add_buffer(View view) {
    program.buffers.emplace_back();
    program.buffers.back().bytes = static_cast<std::uint32_t>(view.bytes());
    return program.buffers.back();
  }
  std::deque<NpuOperator> ops_;
};

plan::ConvOp conv_op(std::uint32_t height, std::uint32_t kernel, std::uint32_t stride, std::uint32_t pad) {
  plan::ConvOp op;
  op.in_h = height;
  op.in_w = 8;
  op.in_c = op.out_c = 16;
  op.kernel_h = kernel;
  op.stride_h = stride;
  op.pad_top = pad;
  op.out_h = (height - 1) / stride + 1;
  op.out_w = 8;
  return op;
}

TEST(Cascade, ComputesTheRowsThatTheNextOnesRead) {
  Chain chain({16 * 8, 16});
  chain.conv(conv_op(16, 1, 1, 0));
  chain.conv(conv_op(16, 3, 1, 1));
  chain.conv(conv_op(16, 3, 2, 0));  // 8 rows.
  const auto cascade = Cascade::make(chain.program, 0, 2, 2);
  ASSERT_TRUE(cascade);
  EXPECT_EQ(cascade->rows(2, 0), (Rows{0, 4}));
  EXPECT_EQ(cascade->rows(1, 0), (Rows{0, 9}));
  EXPECT_EQ(cascade->rows(0, 0), (Rows{0, 10}));
  EXPECT_EQ(cascade->rows(2, 1), (Rows{4, 8}));
  EXPECT_EQ(cascade->rows(1, 1), (Rows{8, 16}));
  EXPECT_EQ(cascade->rows(0, 1), (Rows{7, 16}));
  EXPECT_EQ(cascade->held_rows(0), 10U);
  EXPECT_EQ(cascade->computed_rows(0), 19U);
}

// The sum needs its rows of both operands, whichever of them reaches further.
TEST(Cascade, HoldsWhatASumReadsAfterTheConvolutionThatReadsMore) {
  Chain chain({16 * 8, 16});
  const std::uint32_t first = chain.conv(conv_op(16, 1, 1, 0));
  const std::uint32_t second = chain.conv(conv_op(16, 3, 1, 1));
  chain.add_of(first, second, {16 * 8, 16});
  const auto cascade = Cascade::make(chain.program, 0, 2, 4);
  ASSERT_TRUE(cascade);
  EXPECT_EQ(cascade->rows(1, 1), (Rows{4, 8}));
  EXPECT_EQ(cascade->rows(0, 1), (Rows{3, 9}));
}

TEST(Cascade, IsNoneOfWhatHasNoRowsOrIsReadBehind) {
  Chain chain({16 * 8, 16});
  const std::uint32_t first = chain.conv(conv_op(16, 1, 1, 0));
  chain.conv(conv_op(16, 3, 1, 1));
  EXPECT_TRUE(Cascade::make(chain.program, 0, 1, 16));
  EXPECT_FALSE(Cascade::make(chain.program, 0, 1, 17)) << "more stripes than rows";

  Chain returned = chain;
  returned.program.buffers[first].outputs.push_back(0);
  EXPECT_FALSE(Cascade::make(returned.program, 0, 1, 2)) << "an intermediate result leaves the segment";

  Chain read_behind = chain;
  read_behind.add_of(first, read_behind.newest(), {16 * 8, 16});
  EXPECT_FALSE(Cascade::make(read_behind.program, 0, 1, 2));
  EXPECT_TRUE(Cascade::make(read_behind.program, 0, 2, 2));

  Chain softmax = chain;
  softmax.add(SoftmaxWork{{.rows = 16 * 8, .length = 16}}, {softmax.newest()}, {16 * 8, 16});
  EXPECT_FALSE(Cascade::make(softmax.program, 0, 2, 2));

  Chain pictures = chain;
  plan::ConvOp two = conv_op(8, 1, 1, 0);
  two.batch = 2;
  pictures.conv(two);
  EXPECT_FALSE(Cascade::make(pictures.program, 0, 2, 2)) << "two pictures of half the rows";

  Chain spread = chain;
  plan::EltwiseOp by_row{.rows = 16 * 8, .length = 16, .b = plan::Cover::kRow};
  const std::uint32_t squeezed = spread.conv(conv_op(16, 16, 16, 0));
  spread.add(EltwiseWork{by_row}, {first, squeezed}, {16 * 8, 16});
  EXPECT_FALSE(Cascade::make(spread.program, 0, 3, 2)) << "all rows are needed for one that is read for all";
}

TEST(Cascade, FindsRowsOfPixelsAndOfWholeWords) {
  EXPECT_EQ(row_bytes({28 * 14, 24}, 32, 14), 28U * 32);
  EXPECT_EQ(row_bytes({1, 14 * 48}, 14 * 48, 14), 48U);
  EXPECT_EQ(row_bytes({1, 14 * 20}, 14 * 20, 14), std::nullopt) << "rows begin within words";
  EXPECT_EQ(row_bytes({30, 16}, 16, 14), std::nullopt);
}

// Every window of every stripe sees the rows that it sees in the whole, and they are among those that were computed.
TEST(Cascade, GivesEveryWindowItsRows) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    auto height = static_cast<std::uint32_t>(random.in(4, 60));
    Chain chain({height * 8, 16});
    const auto nodes = static_cast<std::uint32_t>(random.in(2, 6));
    for (std::uint32_t i = 0; i < nodes; ++i) {
      const auto kernel = static_cast<std::uint32_t>(random.in(1, 5));
      plan::ConvOp op = conv_op(height, kernel, static_cast<std::uint32_t>(random.in(1, 3)),
                                static_cast<std::uint32_t>(random.in(0, static_cast<std::int32_t>(kernel) - 1)));
      if (random.one_in(4)) op.dilation_h = 2;
      while (op.out_h > 1 && (op.out_h - 1) * op.stride_h >= op.in_h + op.pad_top) --op.out_h;
      if (!plan::check(op).ok()) op = conv_op(height, 1, 1, 0);
      chain.conv(op);
      height = op.out_h;
    }
    const auto stripes = static_cast<std::uint32_t>(random.in(1, static_cast<std::int32_t>(height)));
    const auto cascade = Cascade::make(chain.program, 0, nodes - 1, stripes);
    ASSERT_TRUE(cascade);
    std::uint32_t next = 0;
    for (std::uint32_t stripe = 0; stripe < stripes; ++stripe) {
      EXPECT_EQ(cascade->rows(nodes - 1, stripe).begin, next) << "each row of the result once";
      next = cascade->rows(nodes - 1, stripe).end;
      for (std::uint32_t node = 0; node < nodes; ++node) {
        const auto& op = std::get<ConvWork>(chain.program.nodes[node].op->work).op;
        const Rows out = cascade->rows(node, stripe);
        ASSERT_LE(out.end, op.out_h);
        const RowSlice<plan::ConvOp> part = slice_rows(op, out);
        ASSERT_TRUE(plan::check(part.op).ok());
        if (node > 0) {
          const Rows held = cascade->rows(node - 1, stripe);
          EXPECT_TRUE(held.begin <= part.in.begin && part.in.end <= held.end);
        }
        for (std::uint32_t y = 0; y < out.count(); ++y) {
          for (std::uint32_t ky = 0; ky < op.kernel_h; ++ky) {
            const auto at = [&](const plan::ConvOp& o, std::uint32_t row) {
              const std::int64_t in = std::int64_t{row} * o.stride_h - o.pad_top + std::int64_t{ky} * o.dilation_h;
              return in >= 0 && in < o.in_h ? in : -1;
            };
            const std::int64_t own = at(part.op, y);
            ASSERT_EQ(own < 0 ? own : own + part.in.begin, at(op, out.begin + y));
          }
        }
      }
    }
    EXPECT_EQ(next, height);
  }
}

}  // namespace
}  // namespace passes

namespace test {
namespace {

std::int32_t same(std::int32_t extent, std::int32_t stride) { return (extent + stride - 1) / stride; }

std::int32_t conv(Builder& b, std::int32_t in, std::int32_t out_c, std::int32_t kernel, std::int32_t stride) {
  const Shape s = b.shape(in);
  Conv2dOptions o;
  o.stride_h = o.stride_w = stride;
  o.activation = b.activation();
  const auto taps = static_cast<std::size_t>(kernel * kernel * s[3]);
  const std::int32_t out = b.result({1, same(s[1], stride), same(s[2], stride), out_c});
  const std::int32_t filter = b.weights({out_c, kernel, kernel, s[3]}, 0, taps, in, out);
  b.add(OpCode::kConv2d, {in, filter, b.bias(out_c, taps)}, out, o);
  return out;
}

std::int32_t depthwise(Builder& b, std::int32_t in, std::int32_t kernel, std::int32_t stride) {
  const Shape s = b.shape(in);
  DepthwiseConv2dOptions o;
  o.stride_h = o.stride_w = stride;
  o.activation = b.activation();
  o.depth_multiplier = 1;
  const auto taps = static_cast<std::size_t>(kernel * kernel);
  const std::int32_t out = b.result({1, same(s[1], stride), same(s[2], stride), s[3]});
  const std::int32_t filter = b.weights({1, kernel, kernel, s[3]}, 3, taps, in, out);
  b.add(OpCode::kDepthwiseConv2d, {in, filter, b.bias(s[3], taps)}, out, o);
  return out;
}

// Inverted residual blocks behind a first convolution, whose image is rescaled now and then.
Model bottlenecks(std::uint64_t seed) {
  Builder b(seed, Builder::Kind::kSingleOperator);
  Random& random = b.random;
  std::int32_t at = b.input({1, random.in(12, 44), random.in(6, 30), random.in(1, 4)}, b.any_quantization());
  if (random.one_in(2)) {
    const std::int32_t rescaled = b.result(b.shape(at));
    b.add(OpCode::kQuantize, {at}, rescaled, NoOptions{});
    at = rescaled;
  }
  at = conv(b, at, random.in(1, 2) * 16, 3, random.in(1, 2));
  const std::int32_t blocks = random.in(1, 3);
  for (std::int32_t i = 0; i < blocks; ++i) {
    const Shape s = b.shape(at);
    const std::int32_t stride = random.in(1, 2);
    const bool residual = stride == 1 && random.one_in(2);
    std::int32_t made = conv(b, at, random.in(40, 140), 1, 1);
    made = depthwise(b, made, random.one_in(4) ? 5 : 3, stride);
    made = conv(b, made, residual ? s[3] : random.in(8, 40), 1, 1);
    if (residual) {
      const std::int32_t sum = b.result(b.shape(made));
      b.add(OpCode::kAdd, {at, made}, sum, AddOptions{b.activation()});
      made = sum;
    }
    at = made;
  }
  return b.take();
}

TEST(Cascade, ComputesWhatTheCpuComputes) {
  std::size_t cascaded = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Model model = bottlenecks(seed);
    const std::vector<Bytes> inputs = random_inputs(model, seed);
    const auto expected = run_cpu(model, inputs);
    ASSERT_TRUE(expected) << expected.error().message;
    for (const spec::HardwareConfig& config : spec::kConfigurations) {
      for (const std::uint32_t limit : {98304U, 57344U}) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " on " + config.name + ", SRAM " + std::to_string(limit));
        const auto compiled = compile(model, {.config = config, .sram_limit = limit});
        ASSERT_TRUE(compiled) << compiled.error().message;
        for (const SegmentReport& segment : compiled->report.segments) {
          cascaded += segment.cascaded_operators;
          EXPECT_LE(segment.segment.sram_bytes, limit);
        }
        for (std::uint64_t order = 1; order <= 2; ++order) {
          sim::FunctionalModel device({.config = config, .seed = seed * 16 + order});
          SegmentRunner runner(device);
          const auto outputs = run_compiled(compiled->model, inputs, runner);
          ASSERT_TRUE(outputs) << outputs.error().message;
          ASSERT_EQ(*outputs, *expected) << "order " << order;
        }
      }
    }
  }
  EXPECT_GT(cascaded, 100U) << "too few operators that are computed in stripes";
}

}  // namespace
}  // namespace test
}  // namespace auklet::compiler
