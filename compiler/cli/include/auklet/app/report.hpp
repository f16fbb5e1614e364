// What a run found out, as data, as text and as JSON.
#pragma once

#include <array>
#include <auklet/app/backend.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace auklet::app {

/// Cycles by cause: those of cause c are at index c - 1.
using Causes = std::array<std::uint64_t, spec::kCauses>;

/// One operator of the source model.
struct LayerRow {
  std::string name;  ///< Of the tensor that it writes.
  std::string op;    ///< `CONV_2D`; empty in the row of what belongs to no layer.
  compiler::Place place = compiler::Place::kCpu;
  std::string reason;           ///< Why not on the NPU, as a predicate (`has ...`); empty when it is there.
  std::uint64_t cycles = 0;     ///< NPU cycles that were its, see docs/pmu.md; 0 on the CPU.
  std::uint64_t macs = 0;       ///< Of its definition.
  std::uint64_t bytes = 0;      ///< That the NPU moved between memory and its SRAM for it; 0 on the CPU.
  std::uint64_t cpu_bytes = 0;  ///< What it costs on the CPU: bytes of all its inputs and outputs; 0 on the NPU.
  Causes causes{};              ///< Where `cycles` went; all zero in the row of what belongs to no layer.
};

/// Result of comparing outputs.
enum class Verdict : std::uint8_t {
  kBitExact,   ///< Every byte is equal.
  kMismatch,   ///< Some are not.
  kUnchecked,  ///< Nothing was compared.
};

[[nodiscard]] const char* name(Verdict verdict);

/// Where outputs first differ.
struct Difference {
  std::string against;        ///< What was expected: the CPU reference, or a file.
  std::size_t output = 0;     ///< Index of the output.
  std::size_t element = 0;    ///< Of the output, row-major; frames one after the other.
  std::string expected{};     ///< The value.
  std::string got{};          ///< The value.
  std::size_t differing = 0;  ///< Elements of that output that differ.
  std::size_t elements = 0;   ///< Elements of that output.
};

struct RunReport {
  std::string model;
  Backend backend = Backend::kCpu;
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  std::string profile;
  std::size_t steps = 1;
  Verdict verdict = Verdict::kUnchecked;
  std::string checked;  ///< With what outputs were compared, or why with nothing.
  std::optional<Difference> difference;
  std::uint64_t cycles = 0;      ///< From submission to interrupt, summed over segments and steps.
  std::uint64_t job_cycles = 0;  ///< Of these, with a job running.
  std::uint64_t macs = 0;        ///< Of all operators, times steps.
  std::uint64_t npu_macs = 0;    ///< Of those on the NPU, times steps.
  std::size_t segments = 0;
  double sim_cycles_per_second = 0;
  double inference_seconds = 0;  ///< Wall time in the operators, all frames; with a simulation it says little.
  std::array<std::uint64_t, spec::kPmuCounters> events{};  ///< Of kCountedEvents, summed likewise.
  std::vector<LayerRow> layers;                            ///< Their cycles add up to `cycles`.
  std::vector<compiler::Bytes> outputs;                    ///< Of the graph's outputs, frames one after the other.
};

/// The causes of all layers together: they add up to report.job_cycles.
[[nodiscard]] Causes total_causes(const RunReport& report);

/// MACs done as a share of what the array could have done; 0 when there were no cycles.
[[nodiscard]] double utilisation(std::uint64_t macs, std::uint64_t cycles, const spec::HardwareConfig& config);

/// The first difference between `got` and `expected`, which are of the type of `tensor`; none when they are equal.
/// A different length counts as a difference in the first element that one of them lacks.
[[nodiscard]] std::optional<Difference> compare(const compiler::Bytes& got, const compiler::Bytes& expected,
                                                const compiler::Tensor& tensor, std::size_t output,
                                                const std::string& against);

/// A table of layers, totals, and the verdict; lines of at most 100 columns but for long reasons. If wanted, a second
/// table of where the layers' cycles went, of at most 120 columns.
[[nodiscard]] std::string to_text(const RunReport& report, bool stalls = false);
/// The object that --json prints; docs/cli.md describes its keys.
[[nodiscard]] nlohmann::ordered_json to_json(const RunReport& report);
/// Cycles by the cause's name.
[[nodiscard]] nlohmann::ordered_json to_json(const Causes& causes);

}  // namespace auklet::app
