// The compute engine's SRAM ports, cycle by cycle, as rtl/core has them: what each command asks for, and how it goes on
// when that is granted or not.
#pragma once

#include <auklet/spec/spec.hpp>
#include <cstdint>
#include <variant>

#include "array_ports.hpp"
#include "sram_banks.hpp"

namespace auklet::sim::estimator {

/// MAXPOOL, AVGPOOL.
class PoolPorts {
 public:
  /// `divisor`: taps whose reciprocal AVGPOOL has; 0: none.
  PoolPorts(const spec::GeomCommand& geom, std::uint64_t divisor, const spec::HardwareConfig& config);

  [[nodiscard]] ComputeAsks asks();
  void step(bool reads_granted, bool weights_granted);
  /// It is followed in every cycle.
  [[nodiscard]] static bool may_be_calm() { return false; }
  [[nodiscard]] static Calm calm(std::uint64_t /*most*/, Banks /*others*/) { return {}; }
  static void skip(const Calm& /*calm*/, std::uint64_t /*cycles*/) {}
  [[nodiscard]] static std::uint64_t held() { return 0; }
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
  /// It is followed in every cycle.
  [[nodiscard]] static bool may_be_calm() { return false; }
  [[nodiscard]] static Calm calm(std::uint64_t /*most*/, Banks /*others*/) { return {}; }
  static void skip(const Calm& /*calm*/, std::uint64_t /*cycles*/) {}
  [[nodiscard]] static std::uint64_t held() { return 0; }
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
