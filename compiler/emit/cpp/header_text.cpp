#include <string_view>

#include "text.hpp"
#include "translation.hpp"

namespace auklet::compiler::emit {
namespace {

constexpr std::string_view kIncludes =
    "#include <array>\n#include <auklet/runtime/network.hpp>\n#include <cstddef>\n#include <cstdint>\n#include "
    "<span>\n";

// `int8`, from INT8.
std::string type_name(TensorType type) {
  std::string text = name(type);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// `struct Input0 { … };` with its documentation.
std::string interface_struct(const Translation& t, const std::string& kind, std::size_t number, std::int32_t index) {
  const Tensor& tensor = t.graph.tensor(index);
  const std::string type = kind + std::to_string(number);
  const bool scaled = tensor.quantization.present() && !tensor.quantization.per_axis();
  std::string text =
      fill("/// $ $: `$`, $ [$], $ bytes$.\n",
           {kind, std::to_string(number), plain_name(tensor.name), type_name(tensor.type), list(tensor.shape),
            grouped(tensor.bytes()), scaled ? "; real = kScale * (value - kZeroPoint)" : ""});
  text += fill(R"(struct $ {
  using Element = $;
  static constexpr std::size_t kElements = $;
  static constexpr std::size_t kBytes = $;
  static constexpr std::array<std::int32_t, $> kShape{$};
)",
               {type, std::string(element_type(tensor.type)), std::to_string(tensor.elements()),
                std::to_string(tensor.bytes()), std::to_string(tensor.shape.size()), list(tensor.shape)});
  if (scaled) {
    text += fill("  static constexpr float kScale = $;\n  static constexpr std::int32_t kZeroPoint = $;\n",
                 {literal(tensor.quantization.scale()), std::to_string(tensor.quantization.zero_point())});
  }
  return text + fill(R"(  static constexpr std::size_t kOffset = $;  ///< In the arena, in bytes.

  /// Its elements. Precondition: the arena has kArenaBytes.
  [[nodiscard]] static std::span<Element, kElements> of(std::span<std::byte> arena) noexcept {
    return auklet::runtime::view<Element, kElements>(arena, kOffset);
  }
};

)",
                     {std::to_string(t.arena.of_tensor(index))});
}

}  // namespace

std::string header_text(const Translation& t, const CppCode& code) {
  std::string text =
      fill(R"($
//
//   made by   $
//   from      $
//   hardware  $
//   RAM       $ bytes: the arena
//   flash     $ bytes of constants, $ bytes of command streams
//   steps     $ on the NPU, $ on the CPU
//
// docs/aot.md of Auklet tells how to use it.
#pragma once

$
)",
           {std::string(kCppMark), plain_text(t.options.command), plain_text(t.options.source), t.config.name,
            grouped(t.arena.bytes), grouped(code.constant_bytes), grouped(code.stream_bytes),
            std::to_string(code.segments), std::to_string(code.kernels), std::string(kIncludes)});
  text += fill(R"(namespace auklet_models::$ {

/// Hardware that the command streams are for; the driver refuses them on any other.
inline constexpr const char* kHardware = "$";
inline constexpr std::uint32_t kMacs = $;

/// Memory for the tensors, from the caller.
inline constexpr std::size_t kArenaBytes = $;
using Arena = auklet::runtime::Arena<kArenaBytes>;

/// Read-only memory that the code takes for constants and command streams.
inline constexpr std::size_t kConstantBytes = $;
inline constexpr std::size_t kStreamBytes = $;

)",
               {t.options.name, t.config.name, std::to_string(t.config.macs), std::to_string(t.arena.bytes),
                std::to_string(code.constant_bytes), std::to_string(code.stream_bytes)});
  const std::vector<std::int32_t>& inputs = t.graph.inputs;
  const std::vector<std::int32_t>& outputs = t.graph.outputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) text += interface_struct(t, "Input", i, inputs[i]);
  for (std::size_t i = 0; i < outputs.size(); ++i) text += interface_struct(t, "Output", i, outputs[i]);
  text += "/// The network, for all that auklet/runtime/network.hpp can do with one.\n";
  text += "extern const auklet::runtime::Network kNetwork;\n\n";
  if (code.has_state) {
    text += R"(/// Gives the variables their initial values: before the first run in an arena, and to start afresh.
[[nodiscard]] inline auklet::runtime::NetworkReport reset(std::span<std::byte> arena) {
  return auklet::runtime::reset(kNetwork, arena);
}

)";
  }
  return text + fill(R"(/// One for each step: what lets the driver check the command streams in the first run only.
inline constexpr std::size_t kStepCount = $;
using Tickets = std::array<auklet::npu::StreamTicket, kStepCount>;

/// One inference: write the inputs, run, read the outputs. See auklet::runtime::run().
template <class Queue>
[[nodiscard]] auklet::runtime::NetworkReport run(Queue& queue, std::span<std::byte> arena, auklet::npu::Ticks timeout,
                                                 std::span<auklet::npu::StreamTicket> tickets = {}) {
  return auklet::runtime::run(kNetwork, queue, arena, timeout, tickets);
}

}  // namespace auklet_models::$
)",
                     {std::to_string(code.segments + code.kernels), t.options.name});
}

}  // namespace auklet::compiler::emit
