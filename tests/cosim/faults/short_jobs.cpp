#include "short_jobs.hpp"

#include <algorithm>
#include <auklet/plan/compress.hpp>
#include <stdexcept>

#include "../../common/random_gather.hpp"
#include "../../common/random_matmul.hpp"
#include "../../common/run_copy.hpp"
#include "../../common/run_operator.hpp"

namespace auklet::test {
namespace {

using Memory = detail::DeviceMemory;

// Offsets of tensors in their windows, so that bursts begin and end anywhere.
constexpr std::uint32_t kInputSkew = 3, kSecondSkew = 9, kOutputSkew = 5;

void require(const plan::Outcome& outcome, const std::string& name) {
  if (!outcome.ok()) throw std::logic_error(name + ": " + to_string(outcome.status));
}

template <class Data>
std::vector<std::byte> bytes_behind(std::uint32_t skew, const Data& data) {
  const std::span bytes = std::as_bytes(std::span(data));
  std::vector<std::byte> all(skew + bytes.size(), Memory::kCanary);
  std::ranges::copy(bytes, all.begin() + skew);
  return all;
}

// Calls write(writer) twice: to count the words of the stream, and to write them.
template <class Write>
std::vector<std::uint32_t> stream_of(const spec::HardwareConfig& config, const std::string& name, Write write) {
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  require(write(counter), name);
  require(counter.finish(), name);
  std::vector<std::uint32_t> stream(counter.words());
  plan::StreamWriter writer(stream, config);
  require(write(writer), name);
  require(writer.finish(), name);
  return stream;
}

ShortJob operator_job(const spec::HardwareConfig& config, const std::string& name, const OperatorCase& c,
                      plan::SramBudget sram) {
  const RunOptions options{
      .sram = sram, .input_skew = kInputSkew, .second_input_skew = kSecondSkew, .output_skew = kOutputSkew};
  detail::OperatorPlanner planner(c, config, options);
  require(planner.prepare(), name);
  ShortJob job{.name = name, .output_offset = kOutputSkew, .expected = reference_output(c)};
  job.stream = stream_of(config, name, [&](plan::StreamWriter& writer) {
    plan::Cost cost;
    return planner.write(writer, cost);
  });
  planner.for_each_input([&](std::uint32_t area, const auto& data) {
    job.inputs[area] = bytes_behind(detail::skew_of(area, options), data);
  });
  return job;
}

ConvCase conv_case(plan::ConvOp op, std::uint64_t seed) {
  Random random(seed);
  op.in_zp = 3;
  op.out_zp = -5;
  ConvCase c;
  c.op = op;
  const std::uint64_t reduction = std::uint64_t{op.kernel_h} * op.kernel_w * (op.in_c / op.groups);
  c.input = random.bytes(std::size_t{op.batch} * op.in_h * op.in_w * op.in_c);
  c.weights = random.bytes(op.out_c * reduction);
  detail::random_requantisation(random, c, reduction);
  return c;
}

// A convolution of equal sides that keeps its input's size.
plan::ConvOp conv_op(std::uint32_t side, std::uint32_t in_c, std::uint32_t out_c, std::uint32_t kernel) {
  plan::ConvOp op;
  op.in_h = op.in_w = op.out_h = op.out_w = side;
  op.in_c = in_c;
  op.out_c = out_c;
  op.kernel_h = op.kernel_w = kernel;
  op.pad_top = op.pad_left = kernel / 2;
  return op;
}

plan::ConvOp depthwise_op(std::uint32_t side, std::uint32_t channels, std::uint32_t kernel) {
  plan::ConvOp op = conv_op(side, channels, channels, kernel);
  op.groups = channels;
  op.weight_order = plan::WeightOrder::kHwo;
  return op;
}

PoolCase pool_case(plan::PoolKind kind) {
  PoolCase c;
  c.op = {.kind = kind, .in_h = 6, .in_w = 6, .channels = 16, .out_h = 3, .out_w = 3};
  c.op.kernel_h = c.op.kernel_w = c.op.stride_h = c.op.stride_w = 2;
  c.input = Random(21).bytes(std::size_t{36} * c.op.channels);
  return c;
}

EltwiseCase eltwise_case(plan::EltwiseKind kind) {
  Random random(31 + static_cast<std::uint64_t>(kind));
  EltwiseCase c;
  c.op.kind = kind;
  c.op.rows = 4;
  c.op.length = 70;
  c.op.b = plan::Cover::kRow;
  c.op.a_zp = 7;
  c.op.b_zp = -9;
  detail::random_scales(random, c.op);
  c.a = random.bytes(std::size_t{c.op.rows} * c.op.length);
  c.b = random.bytes(c.op.length);
  return c;
}

TableCase table_case() {
  Random random(41);
  TableCase c;
  c.op = {.rows = 3, .length = 100};
  c.input = random.bytes(300);
  std::ranges::copy(random.bytes(c.results.size()), c.results.begin());
  return c;
}

SoftmaxCase softmax_case() {
  SoftmaxCase c;
  c.op = {.rows = 2, .length = 20};
  c.input = Random(43).bytes(40);
  detail::require(kernels::make_softmax_params(1.0F, 0.1F, c.params));
  return c;
}

ShortJob gather_job(const spec::HardwareConfig& config, plan::SramBudget sram) {
  Random random(51);
  GatherCase c;
  c.op = {.rows = 9, .row_bytes = 40, .count = 6};
  c.table = random.bytes(std::size_t{c.op.rows} * c.op.row_bytes);
  for (std::uint32_t i = 0; i < c.op.count; ++i) c.indices.push_back(random.in<std::int32_t>(0, c.op.rows - 1));
  c.sram = sram;
  c.indices_skew = kInputSkew;
  c.table_skew = kSecondSkew;
  c.out_skew = kOutputSkew;
  const PlannedGather planned = plan_gather(config, c);
  require(planned.outcome, "gather");
  ShortJob job{.name = "gather", .stream = planned.stream, .output_offset = kOutputSkew};
  job.expected = gather_reference(c);
  job.indices = c.indices;
  job.inputs[Memory::kInput] = bytes_behind(c.indices_skew, c.indices);
  job.inputs[Memory::kWeights] = bytes_behind(c.table_skew, c.table);
  return job;
}

ShortJob matmul_job(const spec::HardwareConfig& config, plan::SramBudget sram) {
  Random random(61);
  MatmulCase c;
  c.op.rows = 5;
  c.op.depth = 24;
  c.op.columns = 18;
  c.op.b_transposed = true;
  c.op.a_zp = 2;
  set_shapes(c);
  fill(random, c.a, c.op.a_zp);
  fill(random, c.b, c.op.b_zp);
  c.op.scale = random_scale(random, largest_sum(c));
  c.sram = sram;
  c.a_skew = kInputSkew;
  c.b_skew = kSecondSkew;
  c.out_skew = kOutputSkew;
  const PlannedMatmul planned = plan_matmul(config, c);
  require(planned.outcome, "matmul");
  ShortJob job{.name = "matmul", .stream = planned.stream, .output_offset = kOutputSkew};
  job.expected = matmul_reference(c);
  job.inputs[Memory::kInput] = bytes_behind(c.a_skew, c.a.bytes);
  job.inputs[Memory::kSecondInput] = bytes_behind(c.b_skew, c.b.bytes);
  job.inputs[Memory::kWeights] = bytes_behind(0, planned.constants);
  return job;
}

// Rows that become columns: a load and a store of many short rows.
ShortJob copy_job(const spec::HardwareConfig& config, plan::SramBudget sram) {
  CopyCase c;
  c.op.axes[plan::kCopyRank - 2] = {.extent = 12, .from_step = 40, .to_step = 24};
  c.op.axes[plan::kCopyRank - 1] = {.extent = 20, .from_step = 1, .to_step = 1};
  fit_windows(c);
  const std::vector<std::int8_t> source = Random(71).bytes(c.from_bytes);
  ShortJob job{.name = "copy", .output_offset = kOutputSkew};
  job.stream = stream_of(config, job.name, [&](plan::StreamWriter& writer) {
    plan::Cost cost;
    return plan_streamed_copy(writer, c.op, {Memory::kInput, kInputSkew}, {Memory::kOutput, kOutputSkew}, sram, cost);
  });
  job.inputs[Memory::kInput] = bytes_behind(kInputSkew, source);
  job.expected.assign(c.to_bytes, static_cast<std::int8_t>(Memory::kCanary));
  copy_by_loops(c.op, std::as_bytes(std::span(source)), std::as_writable_bytes(std::span(job.expected)));
  return job;
}

// Words of few bits are unpacked and stored.
ShortJob unpack_job(const spec::HardwareConfig& config) {
  constexpr std::uint32_t kBytes = 640;
  std::vector<std::int8_t> plain = Random(81).bytes(kBytes);
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<std::int8_t>(plain[i] >> (i / 16 % 8));
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size());
  std::vector<std::uint8_t> packed(plan::compressed_size(bytes));
  plan::compress(bytes, packed);
  ShortJob job{.name = "unpack", .output_offset = kOutputSkew, .expected = plain};
  job.stream = stream_of(config, job.name, [&](plan::StreamWriter& writer) {
    const plan::Outcome loaded = plan::plan_load_packed(writer, {Memory::kWeights, kSecondSkew}, 64,
                                                        static_cast<std::uint32_t>(packed.size()), kBytes, {});
    if (!loaded.ok()) return loaded;
    return plan::plan_store_pixels(writer, {Memory::kOutput, kOutputSkew}, 64, 1, kBytes, kBytes, writer.issued());
  });
  job.inputs[Memory::kWeights] = bytes_behind(kSecondSkew, packed);
  return job;
}

}  // namespace

std::vector<ShortJob> short_jobs(const spec::HardwareConfig& config, std::uint32_t sram) {
  using plan::EltwiseKind;
  const plan::SramBudget budget{0, sram != 0 ? sram : config.sram_bytes};
  const auto job = [&](const char* name, const OperatorCase& c) { return operator_job(config, name, c, budget); };
  return {
      job("convolution", conv_case(conv_op(6, 8, 20, 3), 11)),
      job("depthwise", conv_case(depthwise_op(6, 16, 3), 12)),
      job("depthwise by rows", conv_case(depthwise_op(7, 16, 5), 13)),
      job("fully connected", conv_case(plan::fully_connected_op(1, 96, 40), 14)),
      // So little SRAM that it takes several tiles, which load, compute and store at the same time.
      operator_job(config, "convolution in tiles", conv_case(conv_op(10, 16, 16, 3), 15), {0, 5120}),
      job("maximum pool", pool_case(plan::PoolKind::kMax)),
      job("average pool", pool_case(plan::PoolKind::kAverage)),
      job("sum", eltwise_case(EltwiseKind::kAdd)),
      job("product", eltwise_case(EltwiseKind::kMul)),
      job("squared difference", eltwise_case(EltwiseKind::kSquaredDifference)),
      job("minimum", eltwise_case(EltwiseKind::kMinimum)),
      job("maximum", eltwise_case(EltwiseKind::kMaximum)),
      job("table", table_case()),
      job("softmax", softmax_case()),
      gather_job(config, budget),
      unpack_job(config),
      matmul_job(config, budget),
      copy_job(config, budget),
  };
}

std::uint32_t sram_bytes(const ShortJob& job) {
  const std::span<const std::uint32_t> words(job.stream);
  return spec::decode_stream_header(words.first<spec::StreamHeader::kWords>()).sram;
}

void PlacedJob::fill() {
  for (std::uint32_t i = 0; i < ShortJob::Memory::kStream; ++i) {
    areas_[i] = job_.inputs[i];
    sizes_[i] = areas_[i].size();
  }
  sizes_[Memory::kOutput] = job_.output_offset + job_.expected.size();
  areas_[Memory::kOutput].resize(sizes_[Memory::kOutput] + Memory::kMargin);
  areas_[Memory::kStream] = bytes_behind(0, job_.stream);
  sizes_[Memory::kStream] = areas_[Memory::kStream].size();
  // Memory answers whole beats, so it ends at a beat's end.
  for (std::vector<std::byte>& area : areas_) area.resize((area.size() + 15) / 16 * 16, Memory::kCanary);
  forget_output();
}

std::span<const std::uint32_t> PlacedJob::stream() const {
  return {reinterpret_cast<const std::uint32_t*>(areas_[Memory::kStream].data()), job_.stream.size()};
}

std::span<std::byte> PlacedJob::window(std::uint32_t index) { return std::span(areas_.at(index)).first(sizes_[index]); }

void PlacedJob::open_windows(sim::Target& target) {
  for (std::uint32_t i = 0; i < spec::kWindowCount; ++i) {
    const auto size = i < Memory::kStream ? static_cast<std::uint32_t>(sizes_[i]) : 0;
    set_window(target, i, Memory::base(i), size, size != 0 && i != Memory::kOutput, size != 0 && i == Memory::kOutput);
  }
}

void PlacedJob::forget_output() { std::ranges::fill(areas_[Memory::kOutput], Memory::kCanary); }

std::string PlacedJob::strayed() const {
  const std::span<const std::byte> output(areas_[Memory::kOutput]);
  const auto untouched = [](std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == Memory::kCanary; });
  };
  const bool kept = untouched(output.first(job_.output_offset)) && untouched(output.subspan(sizes_[Memory::kOutput]));
  return kept ? "" : "bytes beside the output were written";
}

std::string PlacedJob::wrong_output() const {
  if (std::string stray = strayed(); !stray.empty()) return stray;
  const auto* bytes = reinterpret_cast<const std::int8_t*>(areas_[Memory::kOutput].data()) + job_.output_offset;
  const auto wrong = std::mismatch(job_.expected.begin(), job_.expected.end(), bytes);
  if (wrong.first == job_.expected.end()) return "";
  return "byte " + std::to_string(wrong.first - job_.expected.begin()) + " of the output is " +
         std::to_string(*wrong.second) + ", not " + std::to_string(*wrong.first);
}

}  // namespace auklet::test
