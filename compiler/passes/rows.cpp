#include "rows.hpp"

namespace auklet::compiler::passes {
namespace {

// Of a result of op.rows rows of op.length elements.
template <class Op>
Op slice_elements(Op op, Rows out, std::uint32_t height) {
  std::uint32_t& cut = op.rows == 1 ? op.length : op.rows;
  cut = cut / height * out.count();
  return op;
}

struct Slice {
  Rows out;
  std::uint32_t height = 1;

  ComputeOp operator()(const plan::ConvOp& op) const { return slice_rows(op, out).op; }
  ComputeOp operator()(const plan::PoolOp& op) const { return slice_rows(op, out).op; }
  ComputeOp operator()(const plan::EltwiseOp& op) const { return slice_elements(op, out, height); }
  ComputeOp operator()(const plan::TableOp& op) const { return slice_elements(op, out, height); }
  ComputeOp operator()(const plan::SoftmaxOp& op) const { return op; }
};

}  // namespace

ComputeOp slice_rows(const ComputeOp& op, Rows out, std::uint32_t height) { return std::visit(Slice{out, height}, op); }

}  // namespace auklet::compiler::passes
