#include "array_parts.hpp"

#include "geometry.hpp"

namespace auklet::sim::estimator {
namespace {

constexpr std::uint32_t kPairBytes = 2 * spec::kLanes;

}  // namespace

ArrayShape::ArrayShape(const spec::GeomCommand& command, const spec::HardwareConfig& config)
    : geom(command),
      tiles(command.header.opcode == spec::Opcode::kDwconv),
      rows(command.header.opcode == spec::Opcode::kDwrows),
      phases(static_cast<std::uint32_t>(divide_up(spec::kReduce, config.rows))),
      groups(!window() && command.in_tile_step == 0 ? config.groups : 1),
      positions(std::uint64_t{command.out_h} * command.out_w) {
  stripe = tiles ? positions : rows ? command.out_w : command.stripe;
  steps = tiles ? 1 : rows ? command.kh : std::uint64_t{command.kh} * command.kx_n * command.chunks;
  // Words of 16 bytes begin up to 15 bytes before a row.
  const BankMap map(config.sram_bytes);
  const std::uint64_t tile_count = command.oc_tiles;
  reads = map.regions(std::uint64_t{command.in_base} - spec::kLanes,
                      input_bytes(command) + std::uint64_t{2} * spec::kLanes);
  results = map.regions(command.out_base, output_bytes(command));
  weights = map.regions(command.w_base, multiply(multiply(tile_count, steps), spec::kWeightBlock) + kPairBytes);
  params = map.regions(command.p_base, multiply(tile_count, spec::kParamBlock) + kPairBytes);
}

}  // namespace auklet::sim::estimator
