// oneDNN: uint8 activations times int8 weights, layouts of its own choice, everything reordered beforehand, one output
// scale a channel. It requantises in float.
#include <dnnl.hpp>

#include "runner.hpp"

namespace auklet::bench {
namespace {

using dnnl::memory;
using Dims = memory::dims;

constexpr auto kU8 = memory::data_type::u8;
constexpr auto kS8 = memory::data_type::s8;
constexpr auto kS32 = memory::data_type::s32;
constexpr auto kAny = memory::format_tag::any;

class OneDnn : public Runner {
 public:
  explicit OneDnn(const Problem& p) : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_), problem_(p) {
    p.layer.kind == Kind::kFullyConnected ? prepare_inner_product() : prepare_convolution();
  }

  void run() override {
    primitive_.execute(stream_, arguments_);
    stream_.wait();
  }

  std::vector<std::int8_t> output() override {
    const auto& shape = problem_.output_shape;
    const bool flat = problem_.layer.kind == Kind::kFullyConnected;
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(element_count(shape)));
    const memory::desc plain(flat ? Dims{1, shape.channels} : Dims{1, shape.channels, shape.height, shape.width}, kU8,
                             flat ? memory::format_tag::nc : memory::format_tag::nhwc);
    memory to(plain, engine_, bytes.data());
    memory from = arguments_.at(DNNL_ARG_DST);
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    std::vector<std::int8_t> result;
    result.reserve(bytes.size());
    for (const std::uint8_t b : bytes) result.push_back(static_cast<std::int8_t>(b - 128));
    return result;
  }

 private:
  // uint8 with zero point 0 is int8 with zero point -128.
  std::vector<std::uint8_t> unsigned_input() const {
    std::vector<std::uint8_t> result;
    result.reserve(problem_.input.size());
    for (const std::int8_t v : problem_.input) result.push_back(static_cast<std::uint8_t>(v + 128));
    return result;
  }

  memory reordered(const memory::desc& plain, const void* data, const memory::desc& wanted) {
    memory from(plain, engine_, const_cast<void*>(data));
    memory to(wanted, engine_);
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
    return to;
  }

  dnnl::primitive_attr scales() const {
    dnnl::primitive_attr attributes;
    attributes.set_output_scales(2, problem_.scales);  // 2: one an output channel.
    return attributes;
  }

  template <class Descriptor>
  void set_arguments(const Descriptor& pd, const memory::desc& plain_source, const memory::desc& plain_weights,
                     const memory::desc& bias) {
    const std::vector<std::uint8_t> input = unsigned_input();
    arguments_ = {{DNNL_ARG_SRC, reordered(plain_source, input.data(), pd.src_desc())},
                  {DNNL_ARG_WEIGHTS, reordered(plain_weights, problem_.filter.data(), pd.weights_desc())},
                  {DNNL_ARG_BIAS, reordered(bias, problem_.bias.data(), pd.bias_desc())},
                  {DNNL_ARG_DST, memory(pd.dst_desc(), engine_)}};
  }

  void prepare_convolution() {
    const Problem& p = problem_;
    const auto& w = p.params.window;
    const bool depthwise = p.layer.kind == Kind::kDepthwise;
    const Dims source{1, p.input_shape.channels, p.input_shape.height, p.input_shape.width};
    const Dims target{1, p.output_shape.channels, p.output_shape.height, p.output_shape.width};
    const Dims weights =
        depthwise ? Dims{p.layer.outputs, 1, 1, p.layer.filter_height, p.layer.filter_width}
                  : Dims{p.layer.outputs, p.input_shape.channels, p.layer.filter_height, p.layer.filter_width};
    const memory::desc bias({p.layer.outputs}, kS32, memory::format_tag::x);
    const dnnl::convolution_forward::desc descriptor(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, {source, kU8, kAny},
        {weights, kS8, kAny}, bias, {target, kU8, kAny}, {w.stride_height, w.stride_width}, {w.pad_top, w.pad_left},
        {p.pad_bottom, p.pad_right});
    const dnnl::convolution_forward::primitive_desc pd(descriptor, scales(), engine_);
    // OHWI, and for a depthwise filter HW and the groups.
    const memory::desc plain(weights, kS8, depthwise ? memory::format_tag::hwigo : memory::format_tag::ohwi);
    set_arguments(pd, {source, kU8, memory::format_tag::nhwc}, plain, bias);
    primitive_ = dnnl::convolution_forward(pd);
  }

  void prepare_inner_product() {
    const Problem& p = problem_;
    const Dims source{1, p.input_shape.channels};
    const Dims weights{p.layer.outputs, p.input_shape.channels};
    const memory::desc bias({p.layer.outputs}, kS32, memory::format_tag::x);
    const dnnl::inner_product_forward::desc descriptor(dnnl::prop_kind::forward_inference, {source, kU8, kAny},
                                                       {weights, kS8, kAny}, bias, {{1, p.layer.outputs}, kU8, kAny});
    const dnnl::inner_product_forward::primitive_desc pd(descriptor, scales(), engine_);
    set_arguments(pd, {source, kU8, memory::format_tag::nc}, {weights, kS8, memory::format_tag::oi}, bias);
    primitive_ = dnnl::inner_product_forward(pd);
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  const Problem& problem_;
  dnnl::primitive primitive_;
  std::unordered_map<int, memory> arguments_;
};

}  // namespace

std::unique_ptr<Runner> make_onednn(const Problem& problem) { return std::make_unique<OneDnn>(problem); }

}  // namespace auklet::bench
