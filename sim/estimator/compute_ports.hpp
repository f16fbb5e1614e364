// The compute engine's SRAM ports, cycle by cycle, as rtl/core has them: what each command asks for, and how it goes on
// when that is granted or not.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <utility>
#include <variant>

#include "array_walks.hpp"
#include "sram_banks.hpp"

namespace auklet::sim::estimator {

/// Results on their way to SRAM.
class ResultPipe {
 public:
  [[nodiscard]] Banks now() const { return banks_[at_]; }
  /// One that is written `cycles` later, fewer than kLength.
  void push(Banks banks, unsigned cycles) {
    banks_[(at_ + cycles) % kLength] = banks;
    ++pending_;
  }
  void step() {
    if (std::exchange(banks_[at_], Banks{0}) != 0) --pending_;
    at_ = (at_ + 1) % kLength;
  }
  [[nodiscard]] bool empty() const { return pending_ == 0; }

 private:
  static constexpr unsigned kLength = 16;
  std::array<Banks, kLength> banks_{};
  unsigned at_ = 0;
  unsigned pending_ = 0;
};

/// What all of them tell.
struct PortCount {
  std::uint64_t cycle = 0;    ///< Since the command's start.
  std::uint64_t fetches = 0;  ///< Granted so far: of activations; EltwisePorts: whole words.
  std::uint64_t rounds = 0;   ///< Ended so far: stripes, tiles, rows, after which all begins anew.
};

/// CONV, DWROWS, DWCONV.
template <typename Walk>
class ArrayPorts {
 public:
  ArrayPorts(const spec::GeomCommand& geom, const spec::HardwareConfig& config);

  [[nodiscard]] ComputeAsks asks();
  /// Ends the cycle that asks() was asked of.
  void step(bool reads_granted, bool weights_granted);
  /// The last result is written.
  [[nodiscard]] bool done() const { return !drain_.active() && results_.empty(); }
  [[nodiscard]] const PortCount& count() const { return count_; }

 private:
  static constexpr unsigned kPipe = 8;
  struct Arriving {
    Sum sum;
    std::uint8_t released = 0;  ///< Set + 1.
  };

  BankMap map_;
  ArrayShape shape_;
  PortCount count_;
  Walk walk_;
  WeightLoader weights_;
  ParamLoader params_;
  Drain drain_;
  ResultPipe results_;
  std::array<Arriving, kPipe> pipe_{};
  unsigned at_ = 0;
  unsigned tile_params_ = 0;  ///< DWCONV: tiles whose parameters are loaded, their outputs not all issued.
  bool fetches_ = false;
  bool param_asks_ = false;
  bool weight_asks_ = false;
};

/// MAXPOOL, AVGPOOL.
class PoolPorts {
 public:
  /// `divisor`: taps whose reciprocal AVGPOOL has; 0: none.
  PoolPorts(const spec::GeomCommand& geom, std::uint64_t divisor, const spec::HardwareConfig& config);

  [[nodiscard]] ComputeAsks asks();
  void step(bool reads_granted, bool weights_granted);
  [[nodiscard]] bool done() const { return tiles_left_ == 0 && results_.empty(); }
  [[nodiscard]] const PortCount& count() const { return count_; }

 private:
  void look();
  void next_output();

  BankMap map_;
  spec::GeomCommand geom_;
  PortCount count_;
  ResultPipe results_;
  bool average_;
  bool fetches_ = false;
  bool whole_ = false;          ///< The tap exists.
  bool looked_ = false;         ///< AVGPOOL: at the last tap.
  std::uint64_t taps_ = 0;      ///< AVGPOOL: that exist so far,
  std::uint64_t divisor_;       ///< and of which it has the reciprocal,
  std::uint32_t dividing_ = 0;  ///< in so many cycles.
  std::uint32_t ky_ = 0, kx_ = 0, x_ = 0, y_ = 0;
  std::uint32_t tiles_left_, tile_top_, tile_out_;
};

/// ADD, SQDIFF, MUL, MIN, MAX, TABLE.
class EltwisePorts {
 public:
  EltwisePorts(const spec::EltwiseCommand& command, const spec::HardwareConfig& config);

  [[nodiscard]] ComputeAsks asks();
  void step(bool reads_granted, bool weights_granted);
  [[nodiscard]] bool done() const { return j_ == command_.n1 && results_.empty(); }
  [[nodiscard]] const PortCount& count() const { return count_; }

 private:
  void next_word();

  BankMap map_;
  spec::EltwiseCommand command_;
  PortCount count_;
  ResultPipe results_;
  bool table_;
  bool apart_;          ///< B comes by the weight port.
  unsigned to_result_;  ///< Cycles from a word's last fetch to its write.
  bool reads_ = false, operand_ = false;
  bool a_done_ = false, b_done_ = false;
  std::uint32_t pairs_ = 0;  ///< TABLE: to be loaded, and one more until the last one is there.
  std::uint32_t k_ = 0, j_ = 0;
  std::uint32_t a_, a_row_, b_, b_row_, out_, out_row_;
};

using ComputePorts =
    std::variant<ArrayPorts<ConvWalk>, ArrayPorts<RowsWalk>, ArrayPorts<TileWalk>, PoolPorts, EltwisePorts>;

/// A command that is followed cycle by cycle: all of the compute engine but SOFTMAX.
struct PortCommand {
  std::variant<spec::GeomCommand, spec::EltwiseCommand> command;
  std::uint64_t divisor = 0;  ///< Taps whose reciprocal AVGPOOL has before; 0: none.
};

[[nodiscard]] ComputePorts compute_ports(const PortCommand& command, const spec::HardwareConfig& config);

}  // namespace auklet::sim::estimator
