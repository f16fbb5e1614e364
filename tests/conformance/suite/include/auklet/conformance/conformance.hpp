// The conformance suite: what every Auklet NPU does, as checks over its registers and its memory. Written once; runs
// against simulations and, as firmware, against silicon. Freestanding, like the driver: no heap, no exceptions, no
// run-time library. docs/conformance.md tells how to port it.
//
//   const Platform platform{.bus = bus_table(bus), .memory = {.cpu = buffer, .device = address}, .wait = &delay};
//   const Summary summary = run_all(platform, reporter);
#pragma once

#include <auklet_npu.h>
#include <auklet/npu/bus.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::conformance {

/// Bytes of memory that the suite needs, at least.
inline constexpr std::size_t kMemoryBytes = std::size_t{64} * 1024;
/// Alignment of their device address: bursts end at multiples of this.
inline constexpr std::uint64_t kMemoryAlignment = 256;
/// No address.
inline constexpr std::uint64_t kNoAddress = ~std::uint64_t{0};

/// What a memory system can be asked to stop answering.
enum class Stall : std::uint8_t { kNone, kReads, kWrites };

/// Memory that the suite and the NPU share, kMemoryBytes long. It may write all of it.
struct SharedMemory {
  std::byte* cpu = nullptr;  ///< Where this CPU sees it; null when `read` and `write` are given.
  std::uint64_t device = 0;  ///< Where the NPU sees it; a multiple of kMemoryAlignment.
  void* context = nullptr;   ///< Handed to the hooks below.
  /// Optional: called before the NPU reads, or after it wrote, `size` bytes at `cpu + offset`: cache maintenance.
  void (*clean)(void* context, std::size_t offset, std::size_t size) = nullptr;
  void (*invalidate)(void* context, std::size_t offset, std::size_t size) = nullptr;
  /// Instead of `cpu`, for memory behind a debugger or a bus: both or none.
  void (*read)(void* context, std::size_t offset, std::byte* to, std::size_t size) = nullptr;
  void (*write)(void* context, std::size_t offset, const std::byte* from, std::size_t size) = nullptr;
};

/// What the suite runs on. `bus`, `memory` and `wait` are required. A check that needs a hook which is null is skipped
/// and says so.
struct Platform {
  auklet_npu_bus bus{};
  SharedMemory memory{};
  void* context = nullptr;  ///< Handed to the hooks below.

  /// Lets time pass: `cycles` cycles of the NPU's clock, or more, but not many times more.
  void (*wait)(void* context, std::uint32_t cycles) = nullptr;

  /// Level of the NPU's interrupt output, as the interrupt controller sees it.
  bool (*interrupt)(void* context) = nullptr;
  /// Pulses the NPU's reset input.
  void (*hard_reset)(void* context) = nullptr;
  /// Register accesses that were answered with an error (AXI SLVERR) so far. Give it only where the CPU survives such
  /// an access; without it none is made on purpose.
  std::uint32_t (*refused_accesses)(void* context) = nullptr;
  /// Makes the memory stop, or take up again, answering the NPU.
  void (*stall_memory)(void* context, Stall stall) = nullptr;

  /// Device addresses of 4 KiB each at which the memory system answers DECERR and SLVERR; multiples of 4096.
  std::uint64_t decode_error_address = kNoAddress;
  std::uint64_t slave_error_address = kNoAddress;

  /// Waits of 64 cycles until something that has to happen counts as missing.
  std::uint32_t patience = 20'000;
};

/// A bus as the suite's table. The bus must outlive the table.
template <npu::Bus B>
[[nodiscard]] auklet_npu_bus bus_table(B& bus) noexcept {
  return {.context = &bus,
          .read32 = [](void* context, std::uint32_t offset) { return static_cast<B*>(context)->read32(offset); },
          .write32 = [](void* context, std::uint32_t offset,
                        std::uint32_t value) { static_cast<B*>(context)->write32(offset, value); }};
}

enum class Verdict : std::uint8_t { kPassed, kFailed, kSkipped };

/// One expectation that did not hold. The strings are static.
struct Failure {
  const char* what = "";    ///< What was expected, a phrase.
  const char* where = "";   ///< A register, "memory" (then `index` is an offset in the shared memory) or a command.
  std::uint32_t index = 0;  ///< Element of a register array, or byte.
  std::uint64_t expected = 0;
  std::uint64_t got = 0;
};

/// How a check ended.
struct Result {
  Verdict verdict = Verdict::kPassed;
  std::uint32_t failures = 0;  ///< Expectations that did not hold; the first kMaxReports were reported.
  const char* reason = "";     ///< Why it was skipped.
};

/// Failures of one check that are reported; the rest are counted.
inline constexpr std::uint32_t kMaxReports = 8;

class Bench;

/// A check, by name. It begins with a device that it resets itself, and needs nothing of the checks before it.
struct Check {
  const char* area;  ///< As "registers".
  const char* name;  ///< Unique in its area.
  const char* what;  ///< What holds, a sentence.
  void (*run)(Bench& bench);
};

/// Where results go. Both functions may be null.
struct Reporter {
  void* context = nullptr;
  void (*failure)(void* context, const Check& check, const Failure& failure) = nullptr;
  void (*finished)(void* context, const Check& check, const Result& result) = nullptr;
};

struct Summary {
  std::uint32_t passed = 0;
  std::uint32_t failed = 0;
  std::uint32_t skipped = 0;
};

/// All checks, area by area.
[[nodiscard]] std::span<const Check> checks() noexcept;

/// Runs one check. Ends within the platform's patience, whatever the device does, as long as its registers answer.
/// Not thread-safe, not for interrupt handlers; needs about 6 KiB of stack. The NPU's interrupt must be masked at the
/// CPU, and nobody else may use the NPU.
Result run(const Check& check, const Platform& platform, const Reporter& reporter);

/// Runs all of them.
Summary run_all(const Platform& platform, const Reporter& reporter);

/// Writes a failure as a sentence without a line's end, zero-terminated and cut off to fit; returns its length.
std::size_t describe(const Check& check, const Failure& failure, std::span<char> text) noexcept;

}  // namespace auklet::conformance
