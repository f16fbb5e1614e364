// The devices beside the NPU: timer, and the board's reset line and fault switches. Registers: docs/gen/soc.md.
#pragma once

#include <auklet/sim/soc/machine.hpp>
#include <cstdint>

#include "npu_memory.hpp"

namespace auklet::sim::soc {

inline constexpr std::uint64_t kNever = UINT64_MAX;

/// Region CLINT. `now` is the clock.
class Timer {
 public:
  bool read(std::uint32_t offset, std::uint64_t now, std::uint32_t& value) const;
  bool write(std::uint32_t offset, std::uint32_t value);

  [[nodiscard]] bool interrupt(std::uint64_t now) const { return now >= compare_; }
  [[nodiscard]] bool software_interrupt() const { return software_; }
  /// The cycle in which the timer's interrupt rises.
  [[nodiscard]] std::uint64_t due() const { return compare_; }

 private:
  std::uint64_t compare_ = kNever;
  bool software_ = false;
};

/// Region BOARD, and the NPU's interrupt on its way to the processor.
class Board {
 public:
  struct Setup {
    Npu& npu;
    NpuMemory& memory;
    bool data_cache = false;
  };

  explicit Board(const Setup& setup) : setup_(setup) {}

  /// `now` is the NPU's cycle since the machine's start.
  bool read(std::uint32_t offset, std::uint64_t now, std::uint32_t& value) const;
  bool write(std::uint32_t offset, std::uint32_t value, std::uint64_t now);

  /// The cycle of the next thing that the board does by itself.
  [[nodiscard]] std::uint64_t due() const { return reset_at_; }
  /// Looks at the NPU's interrupt, and does what is due. To be called whenever the NPU's time has advanced.
  /// True when the NPU was reset.
  bool advance(std::uint64_t now);

  /// The level that the processor sees.
  [[nodiscard]] bool interrupt() const { return fake_ || (level_ && !lost_); }
  /// Whether the NPU's next interrupt does not come through, or the last one did not and still stands.
  [[nodiscard]] bool loses_interrupts() const { return lose_ != 0 || lost_; }
  /// Rises of the NPU's interrupt.
  [[nodiscard]] std::uint64_t interrupts() const { return interrupts_; }

 private:
  void reset_npu();
  void all_off();

  Setup setup_;
  std::uint64_t reset_at_ = kNever;
  std::uint32_t corrupt_at_ = 0;
  std::uint32_t lose_ = 0;  ///< Interrupts that are still to be lost.
  bool level_ = false;      ///< The NPU's output.
  bool lost_ = false;       ///< This rise of it does not come through.
  bool fake_ = false;
  std::uint64_t interrupts_ = 0;
};

}  // namespace auklet::sim::soc
