#include <algorithm>
#include <auklet/runtime/program.hpp>
#include <limits>

namespace auklet::runtime {
namespace {

// Multipliers and shifts as the packer wants them, in two arrays. They lie where the stream will be, for packing is
// done before the stream is written.
constexpr std::size_t kScratchBytesPerMultiplier = 2 * sizeof(std::int32_t);

Reason reason_of(plan::Status status) noexcept {
  switch (status) {
    case plan::Status::kOk:
      return Reason::kNone;
    case plan::Status::kSramTooSmall:
      return Reason::kSramTooSmall;
    case plan::Status::kStreamFull:
      return Reason::kWorkspaceTooSmall;
    default:
      return Reason::kOperatorLimit;
  }
}

// What precedes the stream in the workspace, and what shares its place before it.
struct Sizes {
  plan::ConvLayout layout;
  std::size_t weights = 0;
  std::size_t parameters = 0;
  std::size_t scratch = 0;

  [[nodiscard]] std::size_t constants() const noexcept { return weights + parameters; }
};

plan::Outcome measure(const Lowered& lowered, const spec::HardwareConfig& config, Sizes& sizes) noexcept {
  if (lowered.kind != Lowered::Kind::kConv) return {};
  const plan::Outcome made =
      plan::conv_layout(lowered.conv, config, plan::streamed_pixel_pitch(lowered.conv), sizes.layout);
  if (!made.ok()) return made;
  // One window holds both.
  if (sizes.layout.weight_bytes + sizes.layout.parameter_bytes > std::numeric_limits<std::uint32_t>::max()) {
    return plan::Status::kTensorTooLarge;
  }
  sizes.weights = static_cast<std::size_t>(sizes.layout.weight_bytes);
  sizes.parameters = static_cast<std::size_t>(sizes.layout.parameter_bytes);
  sizes.scratch = lowered.multipliers.size() * kScratchBytesPerMultiplier;
  return {};
}

plan::Outcome write_stream(const Lowered& lowered, const Sizes& sizes, plan::StreamWriter& writer,
                           plan::Cost& cost) noexcept {
  const plan::MemoryTensor input{kInputWindow, 0};
  const plan::MemoryTensor output{kOutputWindow, 0};
  const plan::SramBudget sram{.base = 0, .bytes = writer.config().sram_bytes};
  plan::Outcome planned;
  switch (lowered.kind) {
    case Lowered::Kind::kConv: {
      const plan::ConvMemory at{.input = input,
                                .output = output,
                                .weights = {kConstantsWindow, 0},
                                .parameters = {kConstantsWindow, static_cast<std::uint32_t>(sizes.weights)}};
      planned = plan::plan_streamed_conv(writer, lowered.conv, sizes.layout, at, sram, cost);
      break;
    }
    case Lowered::Kind::kPool:
      planned = plan::plan_streamed_pool(writer, lowered.pool, input, output, sram, cost);
      break;
    case Lowered::Kind::kEltwise:
      planned =
          plan::plan_streamed_eltwise(writer, lowered.eltwise, input, {kSecondInputWindow, 0}, output, sram, cost);
      break;
  }
  return planned.ok() ? writer.finish() : planned;
}

// Writes weights and parameter blocks to `constants`.
plan::Outcome pack(const Lowered& lowered, const Sizes& sizes, std::span<std::byte> constants,
                   std::span<std::byte> scratch) noexcept {
  auto* const bytes = reinterpret_cast<std::uint8_t*>(constants.data());
  const std::span<std::uint8_t> weights(bytes, sizes.weights);
  const std::span<std::uint8_t> parameters(bytes + sizes.weights, sizes.parameters);
  const plan::Outcome packed = plan::pack_weights(lowered.conv, sizes.layout, lowered.weights, 0, weights);
  if (!packed.ok()) return packed;
  const std::size_t count = lowered.multipliers.size();
  const std::span<std::int32_t> values(reinterpret_cast<std::int32_t*>(scratch.data()), 2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = lowered.multipliers[i].value;
    values[count + i] = lowered.multipliers[i].shift;
  }
  const plan::ConvParameters split{
      .bias = lowered.bias, .multiplier = values.first(count), .shift = values.last(count)};
  return plan::pack_parameters(lowered.conv, sizes.layout, lowered.weights, split, parameters);
}

bool aligned(const std::byte* address) noexcept {
  return reinterpret_cast<std::uintptr_t>(address) % kWorkspaceAlignment == 0;
}

Program refused(Program program, Reason reason) noexcept {
  program.reason = reason;
  program.constants = {};
  program.stream = {};
  return program;
}

}  // namespace

Program assess(const Lowered& lowered, const spec::HardwareConfig& config) noexcept {
  Program program;
  Sizes sizes;
  program.planning = measure(lowered, config, sizes);
  plan::StreamWriter counter = plan::StreamWriter::counting(config);
  if (program.planning.ok()) program.planning = write_stream(lowered, sizes, counter, program.cost);
  program.reason = reason_of(program.planning.status);
  if (program.reason != Reason::kNone) return program;
  program.workspace_bytes = sizes.constants() + std::max(counter.words() * sizeof(std::uint32_t), sizes.scratch);
  return program;
}

Program build(const Lowered& lowered, const spec::HardwareConfig& config, std::span<std::byte> workspace) noexcept {
  if (!aligned(workspace.data())) {
    const Program program = assess(lowered, config);
    return program.reason == Reason::kNone ? refused(program, Reason::kWorkspaceMisaligned) : program;
  }
  Program program;
  Sizes sizes;
  program.planning = measure(lowered, config, sizes);
  if (!program.planning.ok()) return refused(program, reason_of(program.planning.status));
  // Sized by a second planning only when it does not fit: the common case plans once.
  const auto too_small = [&] {
    const Program sized = assess(lowered, config);
    return sized.reason == Reason::kNone ? refused(sized, Reason::kWorkspaceTooSmall) : sized;
  };
  if (workspace.size() < sizes.constants() + sizes.scratch) return too_small();
  const std::span<std::byte> constants = workspace.first(sizes.constants());
  const std::span<std::byte> rest = workspace.subspan(sizes.constants());
  if (lowered.kind == Lowered::Kind::kConv) {
    program.planning = pack(lowered, sizes, constants, rest);
    if (!program.planning.ok()) return refused(program, reason_of(program.planning.status));
  }
  const std::span<std::uint32_t> words(reinterpret_cast<std::uint32_t*>(rest.data()),
                                       rest.size() / sizeof(std::uint32_t));
  plan::StreamWriter writer(words, config);
  program.planning = write_stream(lowered, sizes, writer, program.cost);
  if (program.planning.status == plan::Status::kStreamFull) return too_small();
  if (!program.planning.ok()) return refused(program, reason_of(program.planning.status));
  program.reason = Reason::kNone;
  program.workspace_bytes = sizes.constants() + std::max(writer.words() * sizeof(std::uint32_t), sizes.scratch);
  program.constants = constants;
  program.stream = words.first(writer.words());
  return program;
}

bool overlap(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  if (a.empty() || b.empty()) return false;
  // Pointers into different objects have no order in C++; their integer values do.
  const auto a_begin = reinterpret_cast<std::uintptr_t>(a.data());
  const auto b_begin = reinterpret_cast<std::uintptr_t>(b.data());
  return a_begin < b_begin + b.size() && b_begin < a_begin + a.size();
}

bool overlap(std::span<const std::byte> memory, const Activations& tensors) noexcept {
  return overlap(memory, std::as_bytes(tensors.input)) || overlap(memory, std::as_bytes(tensors.second_input)) ||
         overlap(memory, std::as_bytes(tensors.output));
}

bool overlap(std::span<const std::byte> workspace, const Lowered& lowered) noexcept {
  return overlap(workspace, std::as_bytes(lowered.weights)) || overlap(workspace, std::as_bytes(lowered.bias)) ||
         overlap(workspace, std::as_bytes(lowered.multipliers));
}

}  // namespace auklet::runtime
