#include <auklet/kernels/batch_matmul.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "movement.hpp"
#include "operands.hpp"

namespace auklet::compiler::exec {
namespace {

// The shape of the product; leading dimensions broadcast.
Result<Extents> product_shape(Extents a, Extents b, const BatchMatMulOptions& options) {
  const auto fits = [](std::int64_t x, std::int64_t y) { return x == y || x == 1 || y == 1; };
  if (a.size() >= 2 && b.size() >= 2) {
    if (options.adj_x) std::swap(a[a.size() - 1], a[a.size() - 2]);
    if (options.adj_y) std::swap(b[b.size() - 1], b[b.size() - 2]);
    const std::int64_t rows = a[a.size() - 2];
    const std::int64_t columns = b[b.size() - 1];
    bool good = a[a.size() - 1] == b[b.size() - 2];
    const std::size_t rank = std::max(a.size(), b.size());
    a.insert(a.begin(), rank - a.size(), 1);
    b.insert(b.begin(), rank - b.size(), 1);
    Extents product;
    for (std::size_t i = 0; i + 2 < rank; ++i) {
      good = good && fits(a[i], b[i]);
      product.push_back(std::max(a[i], b[i]));
    }
    product.push_back(rows);
    product.push_back(columns);
    if (good) return product;
  }
  return fail(ErrorCode::kInvalid, "multiplies shapes " + text_of(a) + " and " + text_of(b) + ", which do not fit");
}

}  // namespace

Result<Evaluate> prepare_batch_matmul(const Context& context) {
  const auto& options = std::get<BatchMatMulOptions>(context.op.options);
  std::array<kernels::AffineParams, 3> quantizations;
  std::array<kernels::Shape, 3> shapes;
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor& tensor = i < 2 ? context.in(i) : context.out();
    const std::string whose = i < 2 ? context.in_name(i) : context.out_name();
    if (Outcome ok = require_type(tensor, whose, {TensorType::kInt8}); !ok) return tl::unexpected(ok.error());
    const auto quantization = quantization_of(tensor, whose);
    if (!quantization) return tl::unexpected(quantization.error());
    const auto shape = shape_of(tensor, whose);
    if (!shape) return tl::unexpected(shape.error());
    quantizations[i] = *quantization;
    shapes[i] = *shape;
  }
  const auto expected = product_shape(extents_of(context.in(0)), extents_of(context.in(1)), options);
  if (!expected) return tl::unexpected(expected.error());
  if (Outcome ok = require_shape(context.out(), context.out_name(), *expected); !ok) return tl::unexpected(ok.error());

  const auto& [a, b, output] = quantizations;
  kernels::BatchMatMulParams params;
  params.transpose_a = options.adj_x;
  params.transpose_b = options.adj_y;
  params.a_zero_point = a.zero_point;
  params.b_zero_point = b.zero_point;
  params.output_zero_point = output.zero_point;
  if (Outcome ok =
          derived(kernels::fully_connected_multiplier(a.scale, b.scale, output.scale, params.multiplier), "multiplier");
      !ok) {
    return tl::unexpected(ok.error());
  }
  Evaluate evaluate = call_binary(AUKLET_TWIN_KERNELS(batch_matmul, batch_matmul), shapes, params);
  if constexpr (kHasOptimizedKernels) {
    if (std::optional<OptimizedCall>& call = evaluate.optimized()) {
      call->workspace_bytes = kernels::optimized::batch_matmul_workspace(params, shapes[0], shapes[1]);
    }
  }
  return evaluate;
}

}  // namespace auklet::compiler::exec
