// One verilated module with a clock and a reset, and the random values that it is fed.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include <verilated.h>

namespace auklet::test {

/// A module of its own, without a clock of its own: eval() after each change.
template <class Model>
class Combinational {
 public:
  Model* operator->() { return &model_; }

 private:
  VerilatedContext context_;
  Model model_{&context_, "module"};
};

/// A module with clk_i and, if it has one, rst_ni; after a reset.
template <class Model>
class Clocked {
 public:
  Clocked() { reset(); }

  Model* operator->() { return &model_; }

  void reset() {
    model_.clk_i = 0;
    if constexpr (requires { model_.rst_ni; }) {
      // It is the falling edge that resets, and a new model has seen a 0.
      model_.rst_ni = 1;
      model_.eval();
      model_.rst_ni = 0;
      clock();  // Assertions look at the reset when the clock rises.
      model_.rst_ni = 1;
    }
    model_.eval();
  }
  /// A rising edge; inputs set before it are those that it sees, outputs read after it those behind it.
  void clock() {
    model_.clk_i = 1;
    model_.eval();
    model_.clk_i = 0;
    model_.eval();
  }

 private:
  VerilatedContext context_;
  Model model_{&context_, "module"};
};

class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits(unsigned count) { return count == 0 ? 0 : engine_() >> (64 - count); }
  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  /// Of `count` bits: any, few, one, all, or the neighbour of a power of two.
  std::uint64_t edgy(unsigned count) {
    const std::uint64_t mask = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    const std::uint64_t power = std::uint64_t{1} << below(count);
    switch (below(6)) {
      case 0:
        return bits(static_cast<unsigned>(below(count + 1)));
      case 1:
        return power;
      case 2:
        return (power - 1) & mask;
      case 3:
        return (power + 1) & mask;
      case 4:
        return ~power & mask;
      default:
        return bits(count);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace auklet::test
