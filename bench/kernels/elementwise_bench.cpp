// Operators without a filter, the reference and the vectors beside each other on tensors that networks have.
#include "elementwise_bench.hpp"

#include <benchmark/benchmark.h>

#include <auklet/kernels/add.hpp>
#include <auklet/kernels/lookup.hpp>
#include <auklet/kernels/minimum_maximum.hpp>
#include <auklet/kernels/mul.hpp>
#include <auklet/kernels/pool2d.hpp>
#include <auklet/kernels/quantization.hpp>
#include <auklet/kernels/quantize.hpp>
#include <auklet/kernels/relu.hpp>
#include <auklet/kernels/softmax.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace auklet::bench {
namespace {

using namespace kernels;  // NOLINT(google-build-using-namespace): its subject.
using Bytes = std::vector<std::int8_t>;

/// The operator, optimised or not; keeps its own tensors.
using Pair = std::function<Status(bool optimized)>;

struct Entry {
  std::string name;
  std::size_t elements;
  Call call;
};

std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

void run(benchmark::State& state, const Entry& entry) {
  for ([[maybe_unused]] auto iteration : state) {
    if (!entry.call()) {
      state.SkipWithError("the kernel refuses");
      break;
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(entry.elements));
}

void register_all() {
  for (const Entry& entry : entries()) {
    benchmark::RegisterBenchmark(entry.name.c_str(), [&entry](benchmark::State& state) {
      run(state, entry);
    })->Unit(benchmark::kMicrosecond);
  }
}

// NAME/reference and NAME/optimized.
void add_benchmarks(const std::string& name, std::size_t elements, const Pair& pair) {
  for (const bool optimized : {false, true}) {
    add_benchmark(name + (optimized ? "/optimized" : "/reference"), elements,
                  [optimized, pair] { return pair(optimized) == Status::kOk; });
  }
}

// MobileNetV2-224's residual of 56 x 56 x 24.
void add_pairs() {
  const Shape shape = make_shape(1, 56, 56, 24);
  const auto count = static_cast<std::size_t>(element_count(shape));
  const Bytes a = random_bytes(count);
  const Bytes b(a.rbegin(), a.rend());
  AddParams params;
  if (make_add_params({0.05F, 3}, {0.04F, -7}, {0.08F, 1}, FusedActivation::kNone, params) != Status::kOk) return;
  add_benchmarks("add/56x56x24", count, [=, out = Bytes(count)](bool optimized) mutable {
    return optimized ? optimized::add(params, {shape, a}, {shape, b}, {shape, out}, {})
                     : reference::add(params, {shape, a}, {shape, b}, {shape, out});
  });
  const MulParams product{3, -7, 1, {1 << 30, -6}, {}};
  const Shape vector = make_shape(24);
  add_benchmarks("mul/56x56x24_by_24", count, [=, out = Bytes(count)](bool optimized) mutable {
    const Tensor<const std::int8_t> scales{vector, std::span(b).first(24)};
    return optimized ? optimized::mul(product, {shape, a}, scales, {shape, out}, {})
                     : reference::mul(product, {shape, a}, scales, {shape, out});
  });
  add_benchmarks("maximum/56x56x24", count, [=, out = Bytes(count)](bool optimized) mutable {
    return optimized ? optimized::maximum({shape, a}, {shape, b}, {shape, out}, {})
                     : reference::maximum({shape, a}, {shape, b}, {shape, out});
  });
}

void add_pools() {
  const Shape4 large{1, 112, 112, 64};
  const Shape4 half{1, 56, 56, 64};
  Pool2dParams three;
  three.filter_height = three.filter_width = 3;
  three.stride_height = three.stride_width = 2;
  const Bytes image = random_bytes(static_cast<std::size_t>(element_count(large)));
  const auto halved = static_cast<std::size_t>(element_count(half));
  add_benchmarks("max_pool/112x112x64_3x3_stride_2", halved, [=, out = Bytes(halved)](bool optimized) mutable {
    return optimized ? optimized::max_pool2d(three, {large, image}, {half, out}, {})
                     : reference::max_pool2d(three, {large, image}, {half, out});
  });
  const Shape4 last{1, 7, 7, 1280};
  const Shape4 one{1, 1, 1, 1280};
  Pool2dParams global;
  global.filter_height = global.filter_width = 7;
  const Bytes features = random_bytes(static_cast<std::size_t>(element_count(last)));
  add_benchmarks("average_pool/7x7x1280", features.size(), [=, out = Bytes(1280)](bool optimized) mutable {
    return optimized ? optimized::average_pool2d(global, {last, features}, {one, out}, {})
                     : reference::average_pool2d(global, {last, features}, {one, out});
  });
}

void add_softmax(std::int32_t rows, std::int32_t depth) {
  const Shape shape = make_shape(rows, depth);
  const auto count = static_cast<std::size_t>(element_count(shape));
  SoftmaxParams params;
  if (make_softmax_params(1.0F, 0.1F, params) != Status::kOk) return;
  const Bytes in = random_bytes(count);
  add_benchmarks("softmax/" + std::to_string(rows) + "x" + std::to_string(depth), count,
                 [=, out = Bytes(count)](bool optimized) mutable {
                   return optimized ? optimized::softmax(params, {shape, in}, {shape, out}, {})
                                    : reference::softmax(params, {shape, in}, {shape, out});
                 });
}

void add_elements() {
  const Bytes in = random_bytes(std::size_t{56} * 56 * 24);
  const ReluParams relu{3, -128, {1 << 30, 1}, {}};
  add_benchmarks("relu/56x56x24", in.size(), [=, out = Bytes(in.size())](bool optimized) mutable {
    return optimized ? optimized::relu(relu, in, out, {}) : reference::relu(relu, in, out);
  });
  const Bytes table = random_bytes(kTableSize);
  add_benchmarks("lookup/56x56x24", in.size(), [=, out = Bytes(in.size())](bool optimized) mutable {
    const std::span<const std::int8_t, kTableSize> entries(table);
    return optimized ? optimized::lookup(entries, in, out, {}) : reference::lookup(entries, in, out);
  });
  const AffineParams affine{0.03F, 5};
  std::vector<float> reals(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) reals[i] = static_cast<float>(in[i]) * 0.03F;
  add_benchmarks("quantize/56x56x24", in.size(), [=, out = Bytes(in.size())](bool optimized) mutable {
    return optimized ? optimized::quantize(affine, reals, out, {}) : reference::quantize(affine, reals, std::span(out));
  });
}

}  // namespace

std::vector<std::int8_t> random_bytes(std::size_t count) {
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same in every run.
  std::uniform_int_distribution<int> any(-128, 127);
  Bytes bytes(count);
  for (std::int8_t& byte : bytes) byte = static_cast<std::int8_t>(any(random));
  return bytes;
}

void add_benchmark(const std::string& name, std::size_t elements, const Call& call) {
  entries().push_back({name, elements, call});
}

}  // namespace auklet::bench

int main(int argc, char** argv) {
  namespace bench = auklet::bench;
  bench::add_pairs();
  bench::add_pools();
  bench::add_softmax(1, 12);
  bench::add_softmax(1, 1001);
  bench::add_softmax(1536, 128);  // 12 heads of 128 words.
  bench::add_elements();
#ifdef AUKLET_BENCH_XNNPACK
  bench::add_xnnpack();
#endif
  bench::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
