// Runs one operator on a simulated NPU, from packing to the stored output, without driver or runtime.
#pragma once

#include <algorithm>
#include <auklet/plan/plan.hpp>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "device_memory.hpp"
#include "job.hpp"
#include "random_operator.hpp"

namespace auklet::test {

/// Which of the planner's two levels encodes the operator.
enum class PlanLevel : std::uint8_t {
  kStreamed,  ///< plan_streamed_*: tiles from memory to memory.
  kResident,  ///< plan_resident_*, with all operands loaded before and the output stored after it.
};

struct RunOptions {
  PlanLevel level = PlanLevel::kStreamed;
  /// Of SRAM, for the streamed level; 0 bytes: all there is.
  plan::SramBudget sram{};
  /// Bytes from the start of each memory area to its tensor, so that nothing is aligned by chance.
  std::uint32_t input_skew = 0, second_input_skew = 0, output_skew = 0, weights_skew = 0;
  /// Extra words between pixels, for the resident level.
  std::uint32_t extra_pitch_words = 0;
  std::uint64_t max_cycles = std::uint64_t{1} << 27;
};

struct RunResult {
  plan::Outcome planned;  ///< When not ok, nothing ran.
  plan::Cost cost;
  std::size_t stream_words = 0;
  JobOutcome job;
  std::vector<std::int8_t> output;
  bool strayed = false;  ///< Bytes outside of the output were written.
};

namespace detail {

/// Where the tensors are in memory.
inline plan::MemoryTensor tensor(std::uint32_t area, std::uint32_t skew) {
  return {static_cast<std::uint8_t>(area), skew};
}

/// Bytes from the start of a memory area to its tensor.
inline std::uint32_t skew_of(std::uint32_t area, const RunOptions& options) {
  switch (area) {
    case DeviceMemory::kInput:
      return options.input_skew;
    case DeviceMemory::kSecondInput:
      return options.second_input_skew;
    case DeviceMemory::kOutput:
      return options.output_skew;
    default:
      return options.weights_skew;
  }
}

struct PackedConv {
  plan::ConvLayout layout;
  std::vector<std::uint8_t> weights, parameters;
};

inline plan::Outcome pack(const ConvCase& c, const spec::HardwareConfig& config, std::uint32_t pitch,
                          PackedConv& packed) {
  if (const plan::Outcome made = plan::conv_layout(c.op, config, pitch, packed.layout); !made.ok()) return made;
  packed.weights.resize(packed.layout.weight_bytes);
  packed.parameters.resize(packed.layout.parameter_bytes);
  if (const plan::Outcome done = plan::pack_weights(c.op, packed.layout, c.weights, 0, packed.weights); !done.ok()) {
    return done;
  }
  return plan::pack_parameters(c.op, packed.layout, c.weights, {c.bias, c.multiplier, c.shift}, packed.parameters);
}

inline std::uint32_t resident_pitch(std::uint32_t channels, bool may_be_compact, const RunOptions& options) {
  const bool compact = may_be_compact && options.extra_pitch_words == 0;
  return compact ? channels : plan::round_up_to_word(channels) + options.extra_pitch_words * plan::kWordBytes;
}

/// What a plan needs to know of one operator, resident or streamed.
class OperatorPlanner {
 public:
  OperatorPlanner(const OperatorCase& c, const spec::HardwareConfig& config, const RunOptions& options)
      : case_(c), config_(config), options_(options) {}

  /// Packs weights where there are any.
  plan::Outcome prepare() {
    const auto* conv = std::get_if<ConvCase>(&case_);
    if (conv == nullptr) return {};
    const bool streamed = options_.level == PlanLevel::kStreamed;
    return pack(*conv, config_,
                streamed ? plan::streamed_pixel_pitch(conv->op)
                         : resident_pitch(conv->op.in_c, plan::reads_compact(conv->op), options_),
                packed_);
  }

  /// Calls `visit(area, data)` for every tensor that the stream reads; `area` is one of DeviceMemory's.
  template <class Visit>
  void for_each_input(Visit visit) const {
    if (const auto* conv = std::get_if<ConvCase>(&case_)) {
      visit(DeviceMemory::kInput, conv->input);
      visit(DeviceMemory::kWeights, packed_.weights);
      visit(DeviceMemory::kParameters, packed_.parameters);
    } else if (const auto* pool = std::get_if<PoolCase>(&case_)) {
      visit(DeviceMemory::kInput, pool->input);
    } else if (const auto* eltwise = std::get_if<EltwiseCase>(&case_)) {
      visit(DeviceMemory::kInput, eltwise->a);
      visit(DeviceMemory::kSecondInput, eltwise->b);
    } else if (const auto* table = std::get_if<TableCase>(&case_)) {
      visit(DeviceMemory::kInput, table->input);
      visit(DeviceMemory::kWeights, table_bytes(*table));
    } else if (const auto* softmax = std::get_if<SoftmaxCase>(&case_)) {
      visit(DeviceMemory::kInput, softmax->input);
      visit(DeviceMemory::kWeights, table_bytes(*softmax));
    }
  }

  plan::Outcome write(plan::StreamWriter& writer, plan::Cost& cost) const {
    const bool streamed = options_.level == PlanLevel::kStreamed;
    return std::visit([&](const auto& c) { return streamed ? stream(writer, c, cost) : reside(writer, c, cost); },
                      case_);
  }

 private:
  [[nodiscard]] plan::MemoryTensor input() const { return tensor(DeviceMemory::kInput, options_.input_skew); }
  [[nodiscard]] plan::MemoryTensor second() const {
    return tensor(DeviceMemory::kSecondInput, options_.second_input_skew);
  }
  [[nodiscard]] plan::MemoryTensor output() const { return tensor(DeviceMemory::kOutput, options_.output_skew); }
  [[nodiscard]] plan::MemoryTensor weights() const { return tensor(DeviceMemory::kWeights, options_.weights_skew); }
  [[nodiscard]] plan::MemoryTensor parameters() const {
    return tensor(DeviceMemory::kParameters, options_.weights_skew);
  }
  [[nodiscard]] plan::SramBudget budget() const {
    return options_.sram.bytes != 0 ? options_.sram : plan::SramBudget{0, config_.sram_bytes};
  }
  [[nodiscard]] plan::Outcome fits(const SramCursor& sram) const {
    if (sram.used() <= config_.sram_bytes) return {};
    return {plan::Status::kSramTooSmall, sram.used(), config_.sram_bytes};
  }

  plan::Outcome stream(plan::StreamWriter& writer, const ConvCase& c, plan::Cost& cost) const {
    return plan::plan_streamed_conv(writer, c.op, packed_.layout, {input(), output(), weights(), parameters()},
                                    budget(), cost);
  }
  plan::Outcome stream(plan::StreamWriter& writer, const PoolCase& c, plan::Cost& cost) const {
    return plan::plan_streamed_pool(writer, c.op, input(), output(), budget(), cost);
  }
  plan::Outcome stream(plan::StreamWriter& writer, const EltwiseCase& c, plan::Cost& cost) const {
    return plan::plan_streamed_eltwise(writer, c.op, input(), second(), output(), budget(), cost);
  }
  plan::Outcome stream(plan::StreamWriter& writer, const TableCase& c, plan::Cost& cost) const {
    return plan::plan_streamed_table(writer, c.op, input(), weights(), output(), budget(), cost);
  }
  plan::Outcome stream(plan::StreamWriter& writer, const SoftmaxCase& c, plan::Cost& cost) const {
    return plan::plan_streamed_softmax(writer, c.op, input(), weights(), output(), budget(), cost);
  }

  plan::Outcome reside(plan::StreamWriter& writer, const ConvCase& c, plan::Cost& cost) const {
    const plan::ConvOp& op = c.op;
    const std::uint32_t out_pitch = resident_pitch(op.out_c, false, options_);
    const std::uint32_t in_pixels = op.batch * op.in_h * op.in_w;
    const std::uint32_t out_pixels = op.batch * op.out_h * op.out_w;
    SramCursor sram;
    plan::ConvSram at;
    at.input = plan::sram_tensor(sram.take(std::uint64_t{in_pixels} * packed_.layout.in_pixel_pitch), op.in_h, op.in_w,
                                 packed_.layout.in_pixel_pitch);
    at.output = plan::sram_tensor(sram.take(std::uint64_t{out_pixels} * out_pitch), op.out_h, op.out_w, out_pitch);
    at.weights = sram.take(packed_.weights.size());
    at.parameters = sram.take(packed_.parameters.size());
    if (const plan::Outcome o = fits(sram); !o.ok()) return o;
    const auto bytes = [](const auto& v) { return static_cast<std::uint32_t>(v.size()); };
    if (const plan::Outcome o =
            plan::plan_load_pixels(writer, input(), at.input.address, in_pixels, op.in_c, at.input.pixel_pitch, {});
        !o.ok()) {
      return o;
    }
    if (const plan::Outcome o = plan::plan_load_bytes(writer, weights(), at.weights, bytes(packed_.weights), {});
        !o.ok()) {
      return o;
    }
    if (const plan::Outcome o =
            plan::plan_load_bytes(writer, parameters(), at.parameters, bytes(packed_.parameters), {});
        !o.ok()) {
      return o;
    }
    if (const plan::Outcome o = plan::plan_resident_conv(writer, op, packed_.layout, at, writer.issued(), cost);
        !o.ok()) {
      return o;
    }
    return plan::plan_store_pixels(writer, output(), at.output.address, out_pixels, op.out_c, out_pitch,
                                   writer.issued());
  }

  plan::Outcome reside(plan::StreamWriter& writer, const PoolCase& c, plan::Cost& cost) const {
    const plan::PoolOp& op = c.op;
    const std::uint32_t pitch = resident_pitch(op.channels, false, options_);
    const std::uint32_t in_pixels = op.batch * op.in_h * op.in_w;
    const std::uint32_t out_pixels = op.batch * op.out_h * op.out_w;
    SramCursor sram;
    const plan::SramTensor in = plan::sram_tensor(sram.take(std::uint64_t{in_pixels} * pitch), op.in_h, op.in_w, pitch);
    const plan::SramTensor out =
        plan::sram_tensor(sram.take(std::uint64_t{out_pixels} * pitch), op.out_h, op.out_w, pitch);
    if (const plan::Outcome o = fits(sram); !o.ok()) return o;
    if (const plan::Outcome o = plan::plan_load_pixels(writer, input(), in.address, in_pixels, op.channels, pitch, {});
        !o.ok()) {
      return o;
    }
    if (const plan::Outcome o = plan::plan_resident_pool(writer, op, in, out, writer.issued(), cost); !o.ok()) return o;
    return plan::plan_store_pixels(writer, output(), out.address, out_pixels, op.channels, pitch, writer.issued());
  }

  // Places an operand and loads it: rows as pixels of `length` channels; elements of a column one after the other, or
  // each in a word of its own. What may lie at any address lies where the bytes before it put it.
  plan::Outcome load_operand(plan::StreamWriter& writer, SramCursor& sram, const plan::EltwiseOp& op, plan::Cover cover,
                             std::uint32_t area, std::uint32_t skew, plan::SramRows& rows) const {
    const std::uint32_t count = covers_rows(cover) ? op.rows : 1;
    const std::uint32_t length = covers_length(cover) ? op.length : 1;
    if (covers_length(cover)) {
      const std::uint32_t pitch = resident_pitch(length, false, options_);
      rows = {sram.take(std::uint64_t{count} * pitch), pitch};
      return fitting(sram, [&] {
        return plan::plan_load_pixels(writer, tensor(area, skew), rows.address, count, length, pitch, {});
      });
    }
    const std::uint32_t pitch = resident_pitch(1, true, options_);
    const std::uint32_t before = pitch == 1 ? std::min(skew, plan::kWordBytes - 1) : 0;
    const std::uint32_t address = sram.take(std::uint64_t{count} * pitch + before);
    rows = {address + before, pitch};
    return fitting(sram, [&] {
      return plan::plan_load_pixels(writer, tensor(area, skew - before), address, count + before, 1, pitch, {});
    });
  }
  template <class Emit>
  plan::Outcome fitting(const SramCursor& sram, Emit emit) const {
    if (const plan::Outcome o = fits(sram); !o.ok()) return o;
    return emit();
  }

  plan::Outcome reside(plan::StreamWriter& writer, const EltwiseCase& c, plan::Cost& cost) const {
    const plan::EltwiseOp& op = c.op;
    SramCursor sram;
    plan::SramRows a;
    plan::SramRows b;
    if (const plan::Outcome o = load_operand(writer, sram, op, op.a, DeviceMemory::kInput, options_.input_skew, a);
        !o.ok()) {
      return o;
    }
    if (const plan::Outcome o =
            load_operand(writer, sram, op, op.b, DeviceMemory::kSecondInput, options_.second_input_skew, b);
        !o.ok()) {
      return o;
    }
    return compute_rows(writer, sram, op.rows, op.length, [&](const plan::SramRows& out) {
      return plan::plan_resident_eltwise(writer, op, a, b, out, writer.issued(), cost);
    });
  }

  plan::Outcome reside(plan::StreamWriter& writer, const TableCase& c, plan::Cost& cost) const {
    return look_up(writer, c.op, plan::kTableBytes,
                   [&](const plan::SramRows& in, std::uint32_t table, const auto& out) {
                     return plan::plan_resident_table(writer, c.op, in, table, out, writer.issued(), cost);
                   });
  }
  plan::Outcome reside(plan::StreamWriter& writer, const SoftmaxCase& c, plan::Cost& cost) const {
    return look_up(writer, c.op, plan::kSoftmaxTableBytes,
                   [&](const plan::SramRows& in, std::uint32_t table, const auto& out) {
                     return plan::plan_resident_softmax(writer, c.op, in, table, out, writer.issued(), cost);
                   });
  }

  template <class Op, class Compute>
  plan::Outcome look_up(plan::StreamWriter& writer, const Op& op, std::uint32_t table_size, Compute compute) const {
    const std::uint32_t pitch = resident_pitch(op.length, false, options_);
    SramCursor sram;
    const std::uint32_t table = sram.take(table_size);
    const plan::SramRows in{sram.take(std::uint64_t{op.rows} * pitch), pitch};
    if (const plan::Outcome o = fits(sram); !o.ok()) return o;
    if (const plan::Outcome o = plan::plan_load_bytes(writer, weights(), table, table_size, {}); !o.ok()) return o;
    if (const plan::Outcome o = plan::plan_load_pixels(writer, input(), in.address, op.rows, op.length, pitch, {});
        !o.ok()) {
      return o;
    }
    return compute_rows(writer, sram, op.rows, op.length,
                        [&](const plan::SramRows& out) { return compute(in, table, out); });
  }

  // Places the output, computes, stores.
  template <class Compute>
  plan::Outcome compute_rows(plan::StreamWriter& writer, SramCursor& sram, std::uint32_t rows, std::uint32_t length,
                             Compute compute) const {
    const std::uint32_t pitch = resident_pitch(length, false, options_);
    const plan::SramRows out{sram.take(std::uint64_t{rows} * pitch), pitch};
    if (const plan::Outcome o = fits(sram); !o.ok()) return o;
    if (const plan::Outcome o = compute(out); !o.ok()) return o;
    return plan::plan_store_pixels(writer, output(), out.address, rows, length, pitch, writer.issued());
  }

  const OperatorCase& case_;
  const spec::HardwareConfig& config_;
  const RunOptions& options_;
  PackedConv packed_;
};

inline std::size_t output_bytes(const OperatorCase& c) {
  if (const auto* conv = std::get_if<ConvCase>(&c)) {
    return std::size_t{conv->op.batch} * conv->op.out_h * conv->op.out_w * conv->op.out_c;
  }
  if (const auto* pool = std::get_if<PoolCase>(&c)) {
    return std::size_t{pool->op.batch} * pool->op.out_h * pool->op.out_w * pool->op.channels;
  }
  if (const auto* eltwise = std::get_if<EltwiseCase>(&c)) {
    return std::size_t{eltwise->op.rows} * eltwise->op.length;
  }
  const auto* table = std::get_if<TableCase>(&c);
  return table != nullptr ? table->input.size() : std::get<SoftmaxCase>(c).input.size();
}

}  // namespace detail

/// Fills the whole SRAM with random bytes, so that a plan that reads what it did not load computes nonsense.
inline JobOutcome pollute_sram(sim::Target& target, const spec::HardwareConfig& config, std::uint64_t seed) {
  using detail::DeviceMemory;
  detail::DeviceMemory memory(target);
  const std::vector<std::int8_t> noise = Random(seed).bytes(config.sram_bytes);
  memory.fill(DeviceMemory::kInput, 0, std::span<const std::int8_t>(noise));
  std::vector<std::uint32_t> stream(64);
  plan::StreamWriter writer(stream, config);
  if (!plan::plan_load_bytes(writer, {DeviceMemory::kInput, 0}, 0, config.sram_bytes, {}).ok() ||
      !writer.finish().ok()) {
    return {};
  }
  memory.fill(DeviceMemory::kStream, 0, std::span<const std::uint32_t>(stream).first(writer.words()));
  return run_job(target, DeviceMemory::base(DeviceMemory::kStream), static_cast<std::uint32_t>(writer.words() * 4));
}

/// Plans the operator, runs the stream on `target` and collects the output. The target is idle before and after, unless
/// the job faulted or did not end. Windows 0 to 4 are overwritten, and memory is mapped meanwhile.
inline RunResult run_operator(sim::Target& target, const spec::HardwareConfig& config, const OperatorCase& c,
                              const RunOptions& options = {}) {
  using detail::DeviceMemory;
  RunResult result;
  detail::OperatorPlanner planner(c, config, options);
  if (result.planned = planner.prepare(); !result.planned.ok()) return result;
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  plan::Cost ignored;
  if (result.planned = planner.write(counter, ignored); !result.planned.ok()) return result;
  if (result.planned = counter.finish(); !result.planned.ok()) return result;
  std::vector<std::uint32_t> stream(counter.words());  // Exactly: a plan that differs from its count is refused.
  plan::StreamWriter writer(stream, config);
  if (result.planned = planner.write(writer, result.cost); !result.planned.ok()) return result;
  if (result.planned = writer.finish(); !result.planned.ok()) return result;
  result.stream_words = writer.words();

  detail::DeviceMemory memory(target);
  planner.for_each_input([&](std::uint32_t area, const auto& data) {
    memory.fill(area, detail::skew_of(area, options), std::span(data));
  });
  memory.fill(DeviceMemory::kStream, 0, std::span<const std::uint32_t>(stream));
  const std::size_t size = detail::output_bytes(c);
  const std::span<std::byte> output = memory.add(DeviceMemory::kOutput, options.output_skew, size);
  result.job = run_job(target, DeviceMemory::base(DeviceMemory::kStream), static_cast<std::uint32_t>(stream.size() * 4),
                       1, options.max_cycles);
  result.output.resize(size);
  std::memcpy(result.output.data(), output.data(), size);
  result.strayed = !memory.canaries_alive(DeviceMemory::kOutput, options.output_skew, size);
  return result;
}

}  // namespace auklet::test
