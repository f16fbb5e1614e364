// Buffers that are filled in turn, so that one may be loaded or stored while another is computed on.
#pragma once

#include <array>
#include <auklet/plan/stream_writer.hpp>
#include <cstdint>
#include <limits>

namespace auklet::plan::detail {

/// One of an operand's buffers: what it holds, and what must have happened before it is read or written.
struct Slot {
  static constexpr std::uint32_t kNothing = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t id = kNothing;
  Waits filled{};  ///< After these its content is there.
  Waits unused{};  ///< After these it may be overwritten.
};

/// One or two buffers that are filled in turn.
struct Ring {
  std::array<Slot, 2> slots;
  std::uint32_t count = 1;
  std::uint32_t current = 0;

  Slot& now() noexcept { return slots[current]; }
  void advance() noexcept { current = (current + 1) % count; }
};

}  // namespace auklet::plan::detail
