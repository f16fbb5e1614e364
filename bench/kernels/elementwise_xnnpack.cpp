// XNNPACK's int8 operators without a filter on the tensors of elementwise_bench.cpp. It rounds once and has a softmax
// of uint8 from tables: these are peers in speed, not in bits.
#include <array>
#include <memory>
#include <stdexcept>

#include <xnnpack.h>

#include "elementwise_bench.hpp"

namespace auklet::bench {
namespace {

void require(xnn_status status) {
  if (status != xnn_status_success) throw std::runtime_error("XNNPACK refused an operator");
}

// Input, output and, when it is set up, the operator.
struct Operator {
  Operator(std::size_t inputs, std::size_t outputs)
      : input(random_bytes(inputs + XNN_EXTRA_BYTES)), output(outputs + XNN_EXTRA_BYTES) {}
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;
  ~Operator() { xnn_delete_operator(handle); }
  std::vector<std::int8_t> input;
  std::vector<std::int8_t> output;
  xnn_operator_t handle = nullptr;
};

void add(const std::string& name, std::size_t elements, const std::shared_ptr<Operator>& op) {
  add_benchmark(name + "/xnnpack", elements,
                [op] { return xnn_run_operator(op->handle, nullptr) == xnn_status_success; });
}

void add_pairs() {
  constexpr std::array<std::size_t, 4> kShape = {1, 56, 56, 24};
  constexpr std::size_t kCount = std::size_t{56} * 56 * 24;
  const auto sum = std::make_shared<Operator>(kCount, kCount);
  require(xnn_create_add_nd_qs8(3, 0.05F, -7, 0.04F, 1, 0.08F, -128, 127, 0, &sum->handle));
  require(xnn_setup_add_nd_qs8(sum->handle, kShape.size(), kShape.data(), kShape.size(), kShape.data(),
                               sum->input.data(), sum->input.data(), sum->output.data(), nullptr));
  add("add/56x56x24", kCount, sum);
  constexpr std::array<std::size_t, 1> kVector = {24};
  const auto product = std::make_shared<Operator>(kCount, kCount);
  require(xnn_create_multiply_nd_qs8(3, 0.05F, -7, 0.04F, 1, 0.25F, -128, 127, 0, &product->handle));
  require(xnn_setup_multiply_nd_qs8(product->handle, kShape.size(), kShape.data(), kVector.size(), kVector.data(),
                                    product->input.data(), product->input.data(), product->output.data(), nullptr));
  add("mul/56x56x24_by_24", kCount, product);
}

void add_pools() {
  constexpr std::size_t kInputs = std::size_t{112} * 112 * 64;
  constexpr std::size_t kOutputs = std::size_t{56} * 56 * 64;
  const auto greatest = std::make_shared<Operator>(kInputs, kOutputs);
  // Padded behind, so that the output has 56 rows and columns.
  require(xnn_create_max_pooling2d_nhwc_s8(0, 1, 1, 0, 3, 3, 2, 2, 1, 1, 64, 64, 64, -128, 127, 0, &greatest->handle));
  require(xnn_setup_max_pooling2d_nhwc_s8(greatest->handle, 1, 112, 112, greatest->input.data(),
                                          greatest->output.data(), nullptr));
  add("max_pool/112x112x64_3x3_stride_2", kOutputs, greatest);
  constexpr std::size_t kFeatures = std::size_t{7} * 7 * 1280;
  const auto mean = std::make_shared<Operator>(kFeatures, 1280);
  require(xnn_create_global_average_pooling_nwc_qs8(1280, 1280, 1280, 0, 1.0F, 0, 1.0F, -128, 127, 0, &mean->handle));
  require(
      xnn_setup_global_average_pooling_nwc_qs8(mean->handle, 1, 49, mean->input.data(), mean->output.data(), nullptr));
  add("average_pool/7x7x1280", kFeatures, mean);
}

void add_softmax(std::size_t rows, std::size_t depth) {
  const auto op = std::make_shared<Operator>(rows * depth, rows * depth);
  require(xnn_create_softmax_nc_qu8(depth, depth, depth, 0.1F, 0, 1.0F / 256, 0, &op->handle));
  require(xnn_setup_softmax_nc_qu8(op->handle, rows, reinterpret_cast<const std::uint8_t*>(op->input.data()),
                                   reinterpret_cast<std::uint8_t*>(op->output.data()), nullptr));
  add("softmax/" + std::to_string(rows) + "x" + std::to_string(depth), rows * depth, op);
}

}  // namespace

void add_xnnpack() {
  require(xnn_initialize(nullptr));
  add_pairs();
  add_pools();
  add_softmax(1, 12);
  add_softmax(1, 1001);
  add_softmax(1536, 128);
}

}  // namespace auklet::bench
