#include "semihosting.hpp"

#include <array>
#include <cstring>

namespace auklet::sim::soc {
namespace {

constexpr std::uint32_t kWriteCharacter = 0x03;
constexpr std::uint32_t kWriteString = 0x04;
constexpr std::uint32_t kExit = 0x18;
constexpr std::uint32_t kExitExtended = 0x20;
constexpr std::uint32_t kApplicationExit = 0x20026;  // ADP_Stopped_ApplicationExit.
constexpr std::uint32_t kFailed = 0xffff'ffffU;
constexpr std::uint32_t kLongestString = 1U << 16;

}  // namespace

SemihostingResult semihosting(const Cpu::SemihostingCall& call,
                              const std::function<bool(std::uint32_t, std::span<std::byte>)>& peek,
                              const std::function<void(char)>& console) {
  // Sends the character at `address`; false where the string ends, or memory does.
  const auto send = [&](std::uint32_t address) {
    std::array<std::byte, 1> byte{};
    if (!peek(address, byte) || byte[0] == std::byte{0}) return false;
    if (console) console(static_cast<char>(byte[0]));
    return true;
  };
  switch (call.operation) {
    case kWriteCharacter:
      send(call.parameter);
      return {};
    case kWriteString:
      for (std::uint32_t i = 0; i < kLongestString && send(call.parameter + i); ++i) {
      }
      return {};
    case kExit:  // With 32 bits the parameter is the reason alone.
      return {.exits = true, .value = call.parameter == kApplicationExit ? 0U : 1U};
    case kExitExtended: {
      std::array<std::uint32_t, 2> block{};  // Reason, exit code.
      if (!peek(call.parameter, std::as_writable_bytes(std::span(block)))) return {.exits = true, .value = 1};
      return {.exits = true, .value = block[0] == kApplicationExit ? block[1] : 1U};
    }
    default:
      return {.value = kFailed};
  }
}

}  // namespace auklet::sim::soc
