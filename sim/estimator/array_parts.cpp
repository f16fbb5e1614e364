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

bool StripePlace::next(const ArrayShape& shape) {
  if (!ends_set(shape)) {
    left -= shape.stripe;
    return true;
  }
  const bool more = !last_set(shape);
  tiles_left -= tiles(shape);
  left = shape.positions;
  return more;
}

void WeightLoader::load(const ArrayShape& shape) {
  address += kPairBytes;
  if (++pair != kBlockCycles) return;
  pair = 0;
  if (++group != at.tiles(shape)) return;
  group = 0;
  full[filling] = true;
  filling ^= 1U;
  if (++step != shape.steps) return;
  step = 0;
  const bool set_end = at.ends_set(shape);
  active = at.next(shape);
  if (set_end) {
    set_base = address;
  } else {
    address = set_base;
  }
}

void ParamLoader::step(const ArrayShape& shape, bool granted, bool taken, bool weights) {
  if (weights) begun = true;
  if (taken) full = false;
  arrives = granted;
  if (!granted) return;
  address += kPairBytes;
  if (++pair != kParamCycles) return;
  pair = 0;
  full = true;
  first = false;
  const std::uint32_t tiles = at.tiles(shape);
  if (++group != tiles) return;
  group = 0;
  // A set of one tile needs its block once, others need theirs again for each stripe.
  if (tiles == 1) at.left = shape.stripe;
  const bool set_end = at.ends_set(shape);
  active = at.next(shape);
  if (set_end) {
    set_base = address;
  } else {
    address = set_base;
  }
}

Drain::Step Drain::step_on(const ArrayShape& shape, const Sum& sum, bool param_there, bool issued,
                           unsigned issued_bank) {
  const bool begins = !shape.tiles && sum.valid && sum.first && ready == 0 &&
                      (state == State::kWait || (state == State::kParam && param_there && group == 0));
  const bool moves = begins || (state == State::kMove && (shape.tiles ? sum.valid : !passes || sum.valid));
  const bool end = moves && n + 1 == at.positions(shape);
  const bool stripe_end = end && group + 1 == at.tiles(shape);
  const bool tile_end = at.ends_set(shape);
  const bool job_end = at.last_set(shape);
  Step result;
  result.param_taken = param_there && (state == State::kParam || (shape.tiles && end && !job_end));
  if (moves) result.result = this->result();

  const std::uint32_t ready_before = ready;
  if (!shape.tiles) ready += (sum.valid && sum.last ? 1U : 0U) - (stripe_end ? 1U : 0U);
  if (stripe_end && !shape.tiles) bank_free[bank] = true;
  if (issued) bank_free[issued_bank] = false;
  if (stripe_end && !shape.tiles) bank ^= 1U;
  if (begins) passes = true;
  if (end) passes = false;
  switch (state) {
    case State::kParam:
      if (param_there) state = shape.tiles || group != 0 || ready_before != 0 || begins ? State::kMove : State::kWait;
      break;
    case State::kWait:
      if (ready_before != 0 || begins) state = State::kMove;
      break;
    case State::kMove:
      if (end && shape.tiles && !job_end && !param_there) state = State::kParam;
      break;
    default:
      break;
  }
  if (stripe_end && tile_end && job_end) {
    state = State::kIdle;
  } else if (end && !shape.tiles) {
    state = stripe_end && !tile_end && at.tiles(shape) == 1 ? State::kWait : State::kParam;
  }
  if (moves) move(shape, end, stripe_end, tile_end);
  return result;
}

void Drain::move(const ArrayShape& shape, bool end, bool stripe_end, bool tile_end) {
  const bool row_end = x + 1 == shape.geom.out_w;
  n = end ? 0 : n + 1;
  x = row_end ? 0 : x + 1;
  column = row_end ? 0 : column + shape.geom.out_x_pitch;
  if (row_end) row += shape.geom.out_row_pitch;
  if (!end) return;
  if (!stripe_end) {
    // The next group's results are at the same positions.
    ++group;
    group_base += shape.geom.out_tile_step;
    x = stripe_x;
    row = stripe_row;
    column = stripe_column;
    return;
  }
  if (tile_end) {
    tile_base += group_base + shape.geom.out_tile_step;
    x = row = column = 0;
  }
  group = 0;
  group_base = 0;
  stripe_x = x;
  stripe_row = row;
  stripe_column = column;
  at.next(shape);
}

}  // namespace auklet::sim::estimator
