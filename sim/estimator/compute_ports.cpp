#include "compute_ports.hpp"

#include <utility>

#include "geometry.hpp"

namespace auklet::sim::estimator {

// ---- pools ----
PoolPorts::PoolPorts(const spec::GeomCommand& geom, std::uint64_t divisor, const spec::HardwareConfig& config)
    : map_(config.sram_bytes),
      geom_(geom),
      average_(geom.header.opcode == spec::Opcode::kAvgpool),
      divisor_(divisor),
      tiles_left_(geom.oc_tiles),
      tile_top_(geom.in_base - geom.pad_top * geom.row_pitch),
      tile_out_(geom.out_base) {}

ComputeAsks PoolPorts::asks() {
  ComputeAsks asks{.results = results_.now()};
  fetches_ = false;
  if (count_.cycle < kFirstCycle || tiles_left_ == 0) return asks;
  const bool last = ky_ + 1 == geom_.kh && kx_ + 1 == geom_.kx_n;
  const std::int64_t iy = std::int64_t{y_} * geom_.stride_y + std::int64_t{ky_} * geom_.dil_y - geom_.pad_top;
  const std::int64_t r = std::int64_t{geom_.r0} + std::int64_t{x_} * geom_.x_step + std::int64_t{kx_} * geom_.kx_stride;
  const bool row = iy >= 0 && iy < geom_.in_h;
  whole_ = row && r >= 0 && r + spec::kLanes <= geom_.row_bytes;
  const std::uint64_t taps = taps_ + (whole_ ? 1 : 0);
  fetches_ = !average_ || !last || (looked_ && (taps == divisor_ || taps == 0));
  if (!fetches_ || !row || r <= -std::int64_t{spec::kLanes} || r >= geom_.row_bytes) return asks;
  const std::uint32_t address = tile_top_ + (y_ * geom_.stride_y + ky_ * geom_.dil_y) * geom_.row_pitch;
  asks.reads = map_.bytes(address + static_cast<std::uint32_t>(r));
  return asks;
}

/// A cycle that the last tap waits: it is looked at, then its reciprocal is found, a bit of it a cycle.
void PoolPorts::look() {
  constexpr std::uint32_t kBits = 29;
  if (!std::exchange(looked_, true)) return;
  if (dividing_ == 0) {
    dividing_ = kBits;
  } else if (--dividing_ == 0) {
    divisor_ = taps_ + (whole_ ? 1 : 0);
  }
}

void PoolPorts::step(bool reads_granted, bool /*weights_granted*/) {
  constexpr unsigned kToWrite = 5;
  results_.step();
  if (count_.cycle++ < kFirstCycle || tiles_left_ == 0) return;
  if (!fetches_) {
    look();
    return;
  }
  if (!reads_granted) return;
  looked_ = false;
  taps_ += whole_ ? 1 : 0;
  count_.fetched();
  if (++kx_ != geom_.kx_n) return;
  kx_ = 0;
  if (++ky_ != geom_.kh) return;
  ky_ = 0;
  taps_ = 0;
  results_.push(map_.word(tile_out_ + y_ * geom_.out_row_pitch + x_ * geom_.out_x_pitch), kToWrite - 1);
  next_output();
}

void PoolPorts::next_output() {
  if (++x_ != geom_.out_w) return;
  ++count_.rounds;
  x_ = 0;
  if (++y_ != geom_.out_h) return;
  y_ = 0;
  --tiles_left_;
  tile_top_ += geom_.in_tile_step;
  tile_out_ += geom_.out_tile_step;
}

// ---- elementwise ----
EltwisePorts::EltwisePorts(const spec::EltwiseCommand& command, const spec::HardwareConfig& config)
    : map_(config.sram_bytes),
      command_(command),
      table_(command.header.opcode == spec::Opcode::kTable),
      apart_(!table_ &&
             (command.b_splat != 0 || (command.b_base | command.b_step0 | command.b_step1) % spec::kLanes == 0)),
      a_(command.a_base),
      a_row_(command.a_base),
      b_(command.b_base),
      b_row_(command.b_base),
      out_(command.out_base),
      out_row_(command.out_base) {
  constexpr std::uint32_t kTablePairs = 8;
  constexpr unsigned kDirect = 3, kProduct = 7, kSum = 11;
  const spec::Opcode opcode = command.header.opcode;
  const bool direct = table_ || opcode == spec::Opcode::kMin || opcode == spec::Opcode::kMax;
  to_result_ = direct ? kDirect : opcode == spec::Opcode::kMul ? kProduct : kSum;
  if (table_) pairs_ = kTablePairs + 1;
}

ComputeAsks EltwisePorts::asks() {
  ComputeAsks asks{.results = results_.now()};
  reads_ = operand_ = false;
  if (count_.cycle < kFirstCycle || j_ == command_.n1) return asks;
  if (pairs_ != 0) {
    operand_ = pairs_ > 1;
    if (operand_) asks.weights = map_.pair(b_);
    return asks;
  }
  reads_ = !(apart_ && a_done_);
  operand_ = apart_ && !b_done_;
  if (reads_) asks.reads = map_.bytes(a_done_ ? b_ : a_);
  if (operand_) asks.weights = map_.pair(b_);
  return asks;
}

void EltwisePorts::step(bool reads_granted, bool weights_granted) {
  results_.step();
  if (count_.cycle++ < kFirstCycle || j_ == command_.n1) return;
  if (pairs_ != 0) {
    if (pairs_ == 1 || weights_granted) --pairs_;
    return;
  }
  const bool read = reads_ && reads_granted;
  const bool a = read && !a_done_;
  const bool b = apart_ ? operand_ && weights_granted : read && a_done_;
  a_done_ = a_done_ || a;
  b_done_ = b_done_ || b;
  if (!a_done_ || !(b_done_ || table_)) return;
  a_done_ = b_done_ = false;
  count_.fetched();
  results_.push(map_.word(out_), to_result_ - 1);
  next_word();
}

void EltwisePorts::next_word() {
  a_ += command_.a_step0;
  b_ += command_.b_step0;
  out_ += spec::kLanes;
  if (++k_ != command_.n0) return;
  ++count_.rounds;
  k_ = 0;
  ++j_;
  a_ = a_row_ += command_.a_step1;
  b_ = b_row_ += command_.b_step1;
  out_ = out_row_ += command_.out_step1;
}

ComputePorts compute_ports(const PortCommand& command, const spec::HardwareConfig& config) {
  if (const auto* eltwise = std::get_if<spec::EltwiseCommand>(&command.command)) return EltwisePorts(*eltwise, config);
  const auto& geom = std::get<spec::GeomCommand>(command.command);
  switch (geom.header.opcode) {
    case spec::Opcode::kConv:
      return ArrayPorts<ConvWalk>(geom, config);
    case spec::Opcode::kDwrows:
      return ArrayPorts<RowsWalk>(geom, config);
    case spec::Opcode::kDwconv:
      return ArrayPorts<TileWalk>(geom, config);
    default:
      return PoolPorts(geom, command.divisor, config);
  }
}

}  // namespace auklet::sim::estimator
