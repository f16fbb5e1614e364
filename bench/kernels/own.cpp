// This project's kernels: reference and optimised.
#include <stdexcept>
#include <string>

#include <auklet/kernels/conv2d.hpp>
#include <auklet/kernels/depthwise_conv2d.hpp>
#include <auklet/kernels/fully_connected.hpp>

#include "runner.hpp"

namespace auklet::bench {
namespace {

using kernels::Matrix;
using kernels::Resources;
using kernels::Status;
using kernels::Tensor4;

void require(Status status) {
  if (status != Status::kOk) throw std::runtime_error(std::string("a kernel refused: ") + describe(status));
}

struct Views {
  explicit Views(const Problem& p, std::span<std::int8_t> to)
      : input{p.input_shape, p.input},
        filter{p.filter_shape, p.filter},
        output{p.output_shape, to},
        row{1, p.input_shape.channels, p.input},
        matrix{p.layer.outputs, p.input_shape.channels, p.filter},
        result{1, p.layer.outputs, to} {}
  Tensor4<const std::int8_t> input, filter;
  Tensor4<std::int8_t> output;
  Matrix<const std::int8_t> row, matrix;  // For a fully connected layer.
  Matrix<std::int8_t> result;
};

class Reference : public Runner {
 public:
  explicit Reference(const Problem& problem)
      : problem_(problem),
        output_(static_cast<std::size_t>(element_count(problem.output_shape))),
        views_(problem, output_) {}

  void run() override { require(call()); }
  std::vector<std::int8_t> output() override { return output_; }

 private:
  Status call() {
    namespace reference = kernels::reference;
    const Problem& p = problem_;
    if (p.layer.kind == Kind::kDepthwise) {
      return reference::depthwise_conv2d(p.params, views_.input, views_.filter, p.bias, views_.output);
    }
    if (p.layer.kind == Kind::kFullyConnected) {
      return reference::fully_connected(p.fully_connected(), views_.row, views_.matrix, p.bias, views_.result);
    }
    return reference::conv2d(p.params, views_.input, views_.filter, p.bias, views_.output);
  }

 protected:
  const Problem& problem_;
  std::vector<std::int8_t> output_;
  Views views_;
};

std::span<std::byte> aligned(std::vector<std::byte>& storage, std::size_t size) {
  storage.resize(size + kernels::kFastAlignment);
  const std::size_t skip = -reinterpret_cast<std::uintptr_t>(storage.data()) % kernels::kFastAlignment;
  return std::span(storage).subspan(skip, size);
}

class Optimized : public Reference {
 public:
  explicit Optimized(const Problem& p) : Reference(p) {
    namespace optimized = kernels::optimized;
    std::span<std::byte> packed;
    switch (p.layer.kind) {
      case Kind::kConv:
      case Kind::kPointwise:
        packed = aligned(packed_, optimized::conv2d_packed_size(p.params, p.filter_shape, 1));
        require(optimized::pack_conv2d(p.params, views_.filter, 1, p.bias, packed));
        resources_.workspace = aligned(
            workspace_, optimized::conv2d_workspace(p.params, p.input_shape, p.filter_shape, p.output_shape, true));
        break;
      case Kind::kDepthwise:
        packed = aligned(packed_, optimized::depthwise_conv2d_packed_size(p.params, p.filter_shape));
        require(optimized::pack_depthwise_conv2d(p.params, views_.filter, p.bias, packed));
        resources_.workspace = aligned(workspace_, optimized::depthwise_conv2d_workspace(
                                                       p.params, p.input_shape, p.filter_shape, p.output_shape, true));
        break;
      case Kind::kFullyConnected:
        packed = aligned(packed_, optimized::fully_connected_packed_size(p.layer.outputs, p.input_shape.channels));
        require(optimized::pack_fully_connected(p.fully_connected(), views_.matrix, p.bias, packed));
        resources_.workspace =
            aligned(workspace_, optimized::fully_connected_workspace(p.fully_connected(), 1, p.layer.outputs,
                                                                     p.input_shape.channels, true));
        break;
    }
    resources_.packed = packed;
  }

  void run() override { require(call()); }

 private:
  Status call() {
    namespace optimized = kernels::optimized;
    const Problem& p = problem_;
    if (p.layer.kind == Kind::kDepthwise) {
      return optimized::depthwise_conv2d(p.params, views_.input, views_.filter, p.bias, views_.output, resources_);
    }
    if (p.layer.kind == Kind::kFullyConnected) {
      return optimized::fully_connected(p.fully_connected(), views_.row, views_.matrix, p.bias, views_.result,
                                        resources_);
    }
    return optimized::conv2d(p.params, views_.input, views_.filter, p.bias, views_.output, resources_);
  }

  std::vector<std::byte> packed_;
  std::vector<std::byte> workspace_;
  Resources resources_;
};

}  // namespace

std::unique_ptr<Runner> make_reference(const Problem& problem) { return std::make_unique<Reference>(problem); }
std::unique_ptr<Runner> make_optimized(const Problem& problem) { return std::make_unique<Optimized>(problem); }

}  // namespace auklet::bench
