// Random command streams straight from docs/command-stream.md, without the planner: every legal shape of every command,
// with the waits that make the result independent of timing. Equal seeds give equal streams on every platform.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../common/random_operator.hpp"
#include "raw_footprint.hpp"

namespace auklet::test {

struct RawWindow {
  std::uint64_t base = 0;
  std::uint32_t size = 0;
  bool read = false, write = false;
};

/// One command, encoded, with its waits still open.
struct RawCommand {
  spec::Engine engine = spec::Engine::kNone;
  std::vector<std::uint32_t> words;
  Footprint footprint;
};

struct RawStream {
  std::vector<std::uint32_t> words;
  std::vector<std::uint32_t> offsets;  ///< Of each command, END included, in bytes.
  std::array<RawWindow, spec::kWindowCount> windows;
};

/// The stream's commands, a line each, with every field.
std::string describe(const RawStream& stream);

/// Fills data with tables and noise.
void fill_data(Random& random, std::span<std::uint8_t> data);

/// Makes streams for one configuration. Each begins by loading a stretch of the SRAM (the arena, which may wrap) and
/// ends by storing that to the dump; in between nothing but the specification restrains it.
class RawStreamMaker {
 public:
  static constexpr std::uint32_t kArenaBytes = 32 * 1024;

  RawStreamMaker(const spec::HardwareConfig& config, std::uint64_t seed);
  RawStream make();

 private:
  std::array<RawWindow, spec::kWindowCount> make_windows();
  RawCommand load_arena();
  RawCommand store_arena();
  RawCommand load_table(std::uint32_t offset, std::uint32_t bytes, std::uint32_t place);
  RawCommand load_parameters() { return load_table(0, RawMemory::kParamBytes, parameters_); }
  void add_random_command(std::vector<RawCommand>& commands);
  std::optional<RawCommand> try_dma(spec::Opcode opcode);
  std::optional<RawCommand> try_gather();
  std::optional<RawCommand> try_geometry(spec::Opcode opcode);
  std::optional<RawCommand> try_add();

  void shape_conv(spec::GeomCommand& c);
  void shape_depthwise(spec::GeomCommand& c);
  void shape_depthwise_rows(spec::GeomCommand& c);
  void shape_pool(spec::GeomCommand& c);
  void place_input(spec::GeomCommand& c);
  void place_output(spec::GeomCommand& c);
  [[nodiscard]] std::uint64_t cycles_of(const spec::GeomCommand& c) const;
  /// The extremes of a field often, its middle sometimes.
  std::uint32_t sram_address(std::uint32_t align);
  std::uint32_t pitch(std::uint32_t align);
  std::int32_t multiplier();
  void clamps(std::int32_t& low, std::int32_t& high);

  void set_waits(std::vector<RawCommand>& commands);

  spec::HardwareConfig config_;
  Random random_;
  std::array<RawWindow, spec::kWindowCount> windows_{};
  std::uint32_t arena_ = 0;
  std::uint32_t parameters_ = 0;         ///< Where parameter blocks are kept in SRAM: nothing else is written there.
  std::uint32_t depthwise_weights_ = 0;  ///< The same for the weights of one DWCONV.
  std::uint32_t indices_ = 0;            ///< The same for the indices of one GATHER.
};

}  // namespace auklet::test
