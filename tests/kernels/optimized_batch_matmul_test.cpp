// optimized::batch_matmul against the reference: equal to the byte for random arguments, on every target.
#include <auklet/kernels/batch_matmul.hpp>

#include "optimized_support.hpp"

namespace auklet::kernels::test {
namespace {

class OptimizedBatchMatMul : public OptimizedTest {};

struct Case {
  BatchMatMulParams params;
  Shape a, b, output;
};

// Two batch dimensions, each of which may repeat in an operand.
Case random_case(Random& random) {
  Case c;
  c.params.transpose_a = random.one_in(2);
  c.params.transpose_b = random.one_in(2);
  c.params.a_zero_point = random.zero_point();
  c.params.b_zero_point = random.one_in(2) ? 0 : random.zero_point();
  c.params.output_zero_point = random.zero_point();
  c.params.multiplier = random.one_in(3) ? random.wild_multiplier() : random.usual_multiplier();
  c.params.activation = random.activation();
  const std::int32_t m = random.between(1, 20);
  const std::int32_t k = random.between(1, 70);
  const std::int32_t n = random.one_in(4) ? random.between(60, 140) : random.between(1, 40);
  const std::int32_t outer = random.between(1, 3);
  const std::int32_t inner = random.between(1, 3);
  const auto or_one = [&](std::int32_t extent) { return random.one_in(3) ? 1 : extent; };
  const std::int32_t a_outer = or_one(outer), a_inner = or_one(inner);
  const std::int32_t b_outer = a_outer == outer ? or_one(outer) : outer;
  const std::int32_t b_inner = a_inner == inner ? or_one(inner) : inner;
  c.a = c.params.transpose_a ? make_shape(a_outer, a_inner, k, m) : make_shape(a_outer, a_inner, m, k);
  c.b = c.params.transpose_b ? make_shape(b_outer, b_inner, n, k) : make_shape(b_outer, b_inner, k, n);
  c.output = make_shape(outer, inner, m, n);
  return c;
}

std::size_t elements(const Shape& shape) { return static_cast<std::size_t>(element_count(shape)); }

TEST_P(OptimizedBatchMatMul, EqualsTheReference) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Case c = random_case(random);
    const auto a = random.int8s(elements(c.a));
    const auto b = random.int8s(elements(c.b));
    std::vector<std::int8_t> expected(elements(c.output));
    ASSERT_EQ(reference::batch_matmul(c.params, {c.a, a}, {c.b, b}, {c.output, expected}), Status::kOk);
    GuardedBytes workspace(optimized::batch_matmul_workspace(c.params, c.a, c.b));
    GuardedBytes output(expected.size());
    const std::span out(reinterpret_cast<std::int8_t*>(output.span().data()), expected.size());
    const ParallelFor parallel = random.one_in(2) ? ParallelFor{} : backwards(random.between(1, 5));
    ASSERT_EQ(optimized::batch_matmul(c.params, {c.a, a}, {c.b, b}, {c.output, out}, {workspace.span(), {}, parallel}),
              Status::kOk);
    ASSERT_TRUE(std::equal(out.begin(), out.end(), expected.begin()));
    ASSERT_TRUE(output.intact() && workspace.intact());
  }
}

TEST_P(OptimizedBatchMatMul, RefusesWrongBuffersAndWritesNothing) {
  const Shape shape = make_shape(2, 2);
  const std::vector<std::int8_t> a(4, 1), b(4, 1), untouched(4, 0x5a);
  std::vector<std::int8_t> output = untouched;
  const BatchMatMulParams params;
  std::vector<std::byte> bytes(10'000);
  const std::size_t needed = optimized::batch_matmul_workspace(params, shape, shape);
  const auto call = [&](std::size_t workspace, std::size_t packed) {
    return optimized::batch_matmul(params, {shape, a}, {shape, b}, {shape, output},
                                   {std::span(bytes).first(workspace), std::span(bytes).last(packed), {}});
  };
  EXPECT_EQ(call(needed - 1, 0), Status::kWorkspaceSize);
  EXPECT_EQ(call(needed, 1), Status::kPackedSize);
  EXPECT_EQ(output, untouched);
  EXPECT_EQ(call(needed, 0), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizedBatchMatMul, every_target(), name_of_target);

}  // namespace
}  // namespace auklet::kernels::test
