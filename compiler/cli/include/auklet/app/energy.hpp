// An estimate of energy: what a layer lets the hardware do, times a table of picojoules (docs/energy.md).
#pragma once

#include <array>
#include <auklet/app/failure.hpp>
#include <auklet/app/report.hpp>
#include <auklet/app/session.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace auklet::app {

/// What is counted, as tables and results call it.
enum class EnergyKind : std::uint8_t {
  kMac,             ///< A multiply-accumulate of an operator's definition, on the NPU.
  kAccumulator,     ///< A read or a write of 16 sums of 32 bits.
  kRequantisation,  ///< A 32-bit product with rounding: a result, or an operand of ADD and SQDIFF.
  kVector,          ///< A byte that the vector unit looks at.
  kSramRead,        ///< A word of 16 bytes.
  kSramWrite,       ///< A word of 16 bytes.
  kMemory,          ///< A byte between the NPU and the memory of activations.
  kFlash,           ///< A byte of weights, where they lie in memory of their own.
  kCycle,           ///< A cycle that is charged to the layer: clock tree and leakage, if the table has a figure.
};
inline constexpr std::array<std::string_view, 9> kEnergyKinds{
    "mac", "accumulator", "requantisation", "vector", "sram_read", "sram_write", "memory", "flash", "cycle"};

/// How often each kind occurs.
using EnergyQuantities = std::array<std::uint64_t, kEnergyKinds.size()>;

/// Those of a layer; all zero on the CPU.
[[nodiscard]] EnergyQuantities energy_quantities(const LayerRow& row, const LayerOperations& operations,
                                                 const sim::MemoryProfile& profile);

/// Picojoules by kind, and where they come from.
struct EnergyTable {
  struct Entry {
    double picojoules = 0;
    std::string per;     ///< What one of it is.
    std::string source;  ///< A publication, and how the figure follows from it; or why it is 0.
    std::string node;    ///< The process that it is for.
  };
  std::string name;
  std::array<Entry, kEnergyKinds.size()> entries;
};

/// The table that the program holds: compiler/cli/page/energy_45nm.json.
[[nodiscard]] const EnergyTable& default_energy_table();

/// Reads a table: the JSON of docs/energy.md, with an entry for every kind. Errors: kUsage, with the path.
[[nodiscard]] Result<EnergyTable> read_energy_table(const std::filesystem::path& path);

/// Picojoules of these quantities, by kind.
[[nodiscard]] std::array<double, kEnergyKinds.size()> picojoules(const EnergyQuantities& quantities,
                                                                 const EnergyTable& table);
/// Their sum.
[[nodiscard]] double total_picojoules(const EnergyQuantities& quantities, const EnergyTable& table);

[[nodiscard]] nlohmann::ordered_json to_json(const EnergyTable& table);

}  // namespace auklet::app
