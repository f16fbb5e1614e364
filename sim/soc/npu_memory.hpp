// Memory as the NPU sees it: flash and RAM, and what can be made to go wrong on the way there.
#pragma once

#include <auklet/sim/memory_profile.hpp>
#include <auklet/sim/soc/machine.hpp>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace auklet::sim::soc {

/// Connects flash and RAM to an NPU. While no switch is on, the NPU has both mapped, each with its timing; with a
/// switch on, every burst comes by here, with the timing of RAM.
class NpuMemory : public MemoryPort {
 public:
  /// Refers to all of them; they must outlive it.
  NpuMemory(Npu& npu, std::span<std::byte> flash, std::span<std::byte> ram, const MemoryProfile& profile);
  ~NpuMemory() override;
  NpuMemory(const NpuMemory&) = delete;
  NpuMemory& operator=(const NpuMemory&) = delete;

  /// The burst that fails next: see BOARD.BUS_ERROR.
  void fail_burst(bool write, std::uint32_t index, AxiResponse response);
  /// See BOARD.CORRUPT_AT and CORRUPT_XOR; `bits` 0 ends it.
  void corrupt(std::uint32_t address, std::uint32_t bits);
  /// Memory stops answering, see BOARD.MEMORY_HANG; ends with release().
  void hang(std::uint32_t after_bursts);
  void release();
  /// Takes back everything.
  void all_off();

  AxiResponse read(std::uint64_t address, std::span<std::byte> bytes) override;
  AxiResponse write(std::uint64_t address, std::span<const std::byte> bytes) override;

 private:
  struct Failure {
    bool write = false;
    std::uint32_t left = 0;  ///< Bursts before it.
    AxiResponse response = AxiResponse::kSlaveError;
  };

  /// The `bytes` bytes at `address`; empty where there are none.
  [[nodiscard]] std::span<std::byte> at(std::uint64_t address, std::size_t bytes, bool write);
  /// Whether this burst is the one that fails.
  [[nodiscard]] bool fails(bool write, AxiResponse& response);
  void choose_path();

  Npu& npu_;
  std::span<std::byte> flash_;
  std::span<std::byte> ram_;
  MemoryProfile profile_;
  std::optional<Failure> failure_;
  std::uint32_t corrupt_at_ = 0;
  std::uint32_t corrupt_bits_ = 0;
  bool hangs_ = false;
  bool watched_ = false;  ///< Bursts come by here.
};

}  // namespace auklet::sim::soc
