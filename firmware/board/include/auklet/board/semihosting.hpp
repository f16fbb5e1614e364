// The one semihosting call that ends a program ("Semihosting for AArch32 and AArch64", Arm; RISC-V has taken it over).
#pragma once

#include <array>
#include <cstdint>

namespace auklet::board {

inline constexpr std::uint32_t kSysExitExtended = 0x20;
inline constexpr std::uint32_t kApplicationExit = 0x20026;  ///< ADP_Stopped_ApplicationExit

/// The parameter of kSysExitExtended.
[[nodiscard]] constexpr std::array<std::uint32_t, 2> exit_block(int code) noexcept {
  return {kApplicationExit, static_cast<std::uint32_t>(code)};
}

}  // namespace auklet::board
