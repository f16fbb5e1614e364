// Writes a command stream into the caller's buffer, and keeps every promise that the format makes: legal fields, waits
// that can be met, SRAM addresses that exist, length, command count, SRAM size and checksum.
#pragma once

#include <auklet/plan/status.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::plan {

/// How many commands of each engine must have completed before a command starts: "after load #5" is {.load = 5}. Counts
/// are those of the whole stream, so StreamWriter::issued() right after emitting a command is the wait for it.
struct Waits {
  std::uint32_t load = 0;
  std::uint32_t compute = 0;
  std::uint32_t store = 0;

  friend constexpr bool operator==(const Waits&, const Waits&) = default;
};

/// What both ask for: the larger count of each engine.
[[nodiscard]] constexpr Waits both(const Waits& a, const Waits& b) noexcept {
  return {.load = a.load > b.load ? a.load : b.load,
          .compute = a.compute > b.compute ? a.compute : b.compute,
          .store = a.store > b.store ? a.store : b.store};
}

/// Bytes from address 0 to the end of all SRAM that a command can touch. Fields hold legal values.
[[nodiscard]] std::uint64_t sram_end(const spec::DmaCommand& command) noexcept;
[[nodiscard]] std::uint64_t sram_end(const spec::GatherCommand& command) noexcept;
[[nodiscard]] std::uint64_t sram_end(const spec::GeomCommand& command) noexcept;
[[nodiscard]] std::uint64_t sram_end(const spec::EltwiseCommand& command) noexcept;
[[nodiscard]] std::uint64_t sram_end(const spec::SoftmaxCommand& command) noexcept;

/// Builds one stream: any number of emit(), then one finish(). A command may wait only for commands that are in the
/// stream before it, therefore every stream that finishes runs to its end, whatever the queues' depth. Not thread-safe;
/// allocates nothing; `buffer` must outlive the writer's use.
class StreamWriter {
 public:
  /// Commands of one engine that a stream may hold. The device compares 16-bit counts by their signed difference: more
  /// than this would look like fewer.
  static constexpr std::uint32_t kMaxEngineCommands = 32767;

  /// Writes to `buffer` for devices of `config`.
  StreamWriter(std::span<std::uint32_t> buffer, const spec::HardwareConfig& config) noexcept;

  /// Makes a writer that checks and counts but writes nothing: words() after finish() is the buffer that a stream
  /// needs.
  [[nodiscard]] static StreamWriter counting(const spec::HardwareConfig& config) noexcept;

  /// Layer number of the commands from now on: the index of their completion time in the device's log.
  void set_layer(std::uint16_t layer) noexcept { layer_ = layer; }

  /// Appends a command. Of its header only the opcode is looked at; layer and waits are filled in. After an error the
  /// stream is as it was before. Errors: kStreamFinished, kTooManyCommands, kWaitNotIssued, kFieldRange, kSramTooSmall
  /// (the command touches bytes that the configuration does not have), kStreamFull.
  Outcome emit(const spec::DmaCommand& command, const Waits& after) noexcept;
  Outcome emit(const spec::GatherCommand& command, const Waits& after) noexcept;
  Outcome emit(const spec::GeomCommand& command, const Waits& after) noexcept;
  Outcome emit(const spec::EltwiseCommand& command, const Waits& after) noexcept;
  Outcome emit(const spec::SoftmaxCommand& command, const Waits& after) noexcept;

  /// Appends END and completes the header. Errors: kStreamFinished, kStreamFull.
  Outcome finish() noexcept;

  /// Commands of each engine so far: what to wait for to come after all of them.
  [[nodiscard]] const Waits& issued() const noexcept { return issued_; }
  /// Words so far, header included; after finish() the stream's length.
  [[nodiscard]] std::size_t words() const noexcept { return words_; }
  /// Commands so far, END included.
  [[nodiscard]] std::uint32_t commands() const noexcept { return commands_; }
  /// Bytes of SRAM that the commands so far touch, from address 0 on.
  [[nodiscard]] std::uint32_t sram_bytes() const noexcept { return sram_bytes_; }
  [[nodiscard]] const spec::HardwareConfig& config() const noexcept { return config_; }

 private:
  StreamWriter(std::span<std::uint32_t> buffer, const spec::HardwareConfig& config, bool counting) noexcept;

  template <class Command>
  Outcome append(Command command, const Waits& after, std::uint64_t sram_end_bytes) noexcept;
  [[nodiscard]] std::uint32_t* count_of(spec::Engine engine) noexcept;

  std::span<std::uint32_t> buffer_;
  spec::HardwareConfig config_;
  bool counting_;
  bool finished_ = false;
  std::uint16_t layer_ = 0;
  std::size_t words_;
  std::uint32_t commands_ = 0;
  std::uint32_t sram_bytes_ = 0;
  Waits issued_;
};

}  // namespace auklet::plan
