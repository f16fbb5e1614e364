#include "model_subject.hpp"

#include <array>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/emit.hpp>
#include <auklet/compiler/frontend.hpp>
#include <auklet/npu/stream.hpp>
#include <vector>

namespace auklet::test {
namespace {

using compiler::CompiledModel;
using compiler::CompileOptions;
using compiler::ErrorCode;
using compiler::find_segments;
using compiler::Graph;
using compiler::read_segment;
using compiler::read_tflite;
using compiler::SegmentView;
using compiler::SegmentWindow;
using compiler::write_tflite;

npu::StreamReport validate_segment(const SegmentView& view) {
  std::array<npu::Window, spec::kWindowCount> windows{};
  for (std::size_t i = 0; i < view.segment.windows.size(); ++i) {
    const SegmentWindow& window = view.segment.windows[i];
    const unsigned access = (window.read ? 1U : 0U) | (window.write ? 2U : 0U);
    windows[i] = {0, window.bytes, static_cast<npu::Access>(access)};
  }
  const npu::Configuration configuration{.id = spec::kIdMagic,
                                         .major = spec::kHardwareVersionMajor,
                                         .minor = spec::kHardwareVersionMinor,
                                         .stream_version = spec::kStreamVersion,
                                         .macs = static_cast<std::uint16_t>(view.config.macs),
                                         .axi_data_bits = static_cast<std::uint16_t>(view.config.axi_data_bits),
                                         .sram_kib = static_cast<std::uint16_t>(view.config.sram_bytes / 1024),
                                         .windows = spec::kWindowCount,
                                         .counters = spec::kPmuCounters};
  return npu::validate_stream(view.stream, configuration, windows);
}

/// What is wrong with the segments of a model that the compiler itself has made.
std::string check_compiled(const CompiledModel& compiled) {
  const Graph& graph = compiled.model.main();
  for (const std::size_t index : find_segments(graph)) {
    const auto view = read_segment(graph, graph.operators[index]);
    if (!view) return "a compiled segment is refused: " + view.error().message;
    const npu::StreamReport report = validate_segment(*view);
    if (!report.ok()) return std::string("a compiled stream is refused: ") + npu::to_string(report.status);
  }
  const auto file = write_tflite(compiled.model);
  if (!file && file.error().code == ErrorCode::kUnsupported) return "";  // Options that are not modelled.
  if (!file) return "a compiled model cannot be written: " + file.error().message;
  const auto again = read_tflite(*file);
  if (!again) return "a compiled model cannot be read: " + again.error().message;
  // With a NaN among options that its operator does not have it does not even equal itself.
  if (!equal(compiled.model, compiled.model)) return "";
  return equal(*again, compiled.model) ? "" : "a compiled model is another one after writing and reading";
}

}  // namespace

std::string exercise_model(std::span<const std::uint8_t> file) {
  const std::span<const std::byte> bytes = std::as_bytes(file);
  const auto model = read_tflite({bytes.begin(), bytes.end()});
  if (!model) return model.error().message.empty() ? "an error of the frontend without a message" : "";
  const Graph& graph = model->main();
  for (const std::size_t index : find_segments(graph)) {
    const auto view = read_segment(graph, graph.operators[index]);
    if (view) (void)validate_segment(*view);
  }
  CompileOptions options;
  options.config = spec::kConfigurations[file.size() % spec::kConfigurations.size()];
  const auto compiled = compiler::compile(*model, options);
  if (!compiled) return compiled.error().message.empty() ? "an error of the compiler without a message" : "";
  return check_compiled(*compiled);
}

}  // namespace auklet::test
