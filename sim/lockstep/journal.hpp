// What the reference's commands wrote, to be compared with the device's.
#pragma once

#include <array>
#include <auklet/sim/observer.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace auklet::sim {

/// Indices for spec::Engine; kNone is unused.
inline constexpr std::size_t kEngineIndices = 4;

/// Bytes of memory as a STORE left them.
struct StoredRow {
  std::uint64_t address = 0;
  std::vector<std::byte> bytes;
};

/// One command of one engine.
struct JournalCommand {
  std::uint32_t offset = 0;              ///< In the stream, in bytes.
  std::vector<std::uint32_t> addresses;  ///< Of the words of SRAM that it wrote, ascending.
  std::vector<std::array<std::byte, spec::kLanes>> words;
  std::vector<StoredRow> rows;
};

/// Records the reference's job. Commands are those that completed, by engine and in order.
class Journal final : public Observer {
 public:
  /// Forgets the job before.
  void begin();

  /// The engine's `n`th command, or nullptr when it completed fewer.
  [[nodiscard]] const JournalCommand* command(spec::Engine engine, std::size_t n) const;

  /// The reference's cycle in which its job ended.
  [[nodiscard]] std::uint64_t end_cycle() const { return end_cycle_; }

  void on_job_end(std::uint64_t cycle) override { end_cycle_ = cycle; }
  void on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override;
  void on_memory_write(std::uint32_t offset, std::uint64_t address, std::span<const std::byte> bytes,
                       std::uint64_t cycle) override;
  void on_sram_write(spec::Engine engine, std::uint32_t offset, std::uint32_t address, SramWord word,
                     std::uint64_t cycle) override;

 private:
  std::uint64_t end_cycle_ = 0;
  std::array<std::vector<JournalCommand>, kEngineIndices> commands_;  ///< By engine.
};

}  // namespace auklet::sim
