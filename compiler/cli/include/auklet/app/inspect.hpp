// `auklet info`: what a model holds and where its operators would run.
#pragma once

#include <auklet/app/failure.hpp>
#include <auklet/app/report.hpp>
#include <auklet/compiler/ir.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace auklet::app {

/// A segment of a compiled model, or of what compile() would make of a plain one.
struct SegmentInfo {
  std::string config;                ///< Name of the hardware that it is for.
  std::size_t layers = 0;            ///< Source operators.
  std::uint32_t commands = 0;        ///< In the stream, END included.
  std::uint32_t stream_bytes = 0;    ///< Of the command stream.
  std::uint32_t constant_bytes = 0;  ///< Packed weights and parameters.
  std::uint32_t scratch_bytes = 0;   ///< Memory beside inputs and outputs.
  std::uint32_t sram_bytes = 0;      ///< On-chip SRAM in use: the highest address.
  std::uint64_t cycles = 0;          ///< Estimate, from submission to interrupt.
  /// SegmentReport's lower bounds; unknown of a compiled file.
  std::optional<std::uint32_t> sram_live{}, scratch_live{};
};

struct ModelInfo {
  std::string model;
  std::uint64_t file_bytes = 0;
  std::string description;
  bool compiled = false;  ///< It holds NPU segments.
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  compiler::Graph graph;                   ///< The main graph.
  std::uint64_t weight_bytes = 0;          ///< Of the model's constant tensors.
  std::uint64_t activation_bytes = 0;      ///< Of all others, as if none shared memory.
  std::string profile;                     ///< Memory that the cycles are estimated for.
  std::uint64_t cycles = 0;                ///< Estimate: all segments, each from submission to interrupt.
  std::uint64_t job_cycles = 0;            ///< Of these, with a job running: the layers' add up to it.
  std::vector<LayerRow> layers;            ///< Operators of the source; their cycles are estimates.
  std::vector<std::string> output_shapes;  ///< By layer: `1x25x5x64`; empty where the source is not at hand.
  std::vector<SegmentInfo> segments;
  std::vector<std::string> refusals;  ///< Operators that can run nowhere, a sentence each.
};

/// Reads a model; a plain one is compiled for the configuration to find out. Nothing is run: cycles are estimated, for
/// memory of that profile (docs/estimator.md). Errors: kUsage, kModelRefused (a model with operators that can run
/// nowhere is no error here: it is listed).
[[nodiscard]] Result<ModelInfo> inspect_model(const std::filesystem::path& path, const std::string& config,
                                              const std::string& profile = "sram");

[[nodiscard]] std::string to_text(const ModelInfo& info);
[[nodiscard]] nlohmann::ordered_json to_json(const ModelInfo& info);

}  // namespace auklet::app
