// Jobs of some hundred cycles, one of each kind of operator: short enough that every beat, handshake and cycle of them
// can be a place where something goes wrong.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "../../common/device_memory.hpp"

namespace auklet::test {

/// A job with all that it reads and all that it must write.
struct ShortJob {
  using Memory = detail::DeviceMemory;

  std::string name{};
  std::vector<std::uint32_t> stream{};
  /// What the read-only windows hold, by their number; empty for a closed one.
  std::array<std::vector<std::byte>, Memory::kStream> inputs{};
  std::uint32_t output_offset = 0;      ///< Of the output in window kOutput.
  std::vector<std::int8_t> expected{};  ///< The output, by the reference kernels.
  std::vector<std::int32_t> indices{};  ///< Rows of memory that its GATHERs read, in their order.
};

/// Bytes of SRAM that a job uses, from address 0 on.
std::uint32_t sram_bytes(const ShortJob& job);

/// Every job: between them they use every command. They use at most `sram` bytes of SRAM; 0: all there is, so that
/// operands are in regions of their own.
std::vector<ShortJob> short_jobs(const spec::HardwareConfig& config, std::uint32_t sram = 0);

/// A job's memory, given to a device from construction to destruction.
class PlacedJob {
 public:
  static constexpr std::uint64_t kStreamBase = detail::DeviceMemory::base(detail::DeviceMemory::kStream);

  /// `mapper` is what memory is mapped on (map() and unmap()), a target or a port; it must outlive the job, as `job`.
  template <class Mapper>
  PlacedJob(Mapper& mapper, const ShortJob& job, sim::MemoryTiming timing)
      : job_(job), unmap_([&mapper](std::uint64_t base) { mapper.unmap(base); }) {
    fill();
    for (std::uint32_t i = 0; i < areas_.size(); ++i) {
      if (!areas_[i].empty()) mapper.map(detail::DeviceMemory::base(i), areas_[i], timing);
    }
  }
  ~PlacedJob() {
    for (std::uint32_t i = 0; i < areas_.size(); ++i) unmap_(detail::DeviceMemory::base(i));
  }
  PlacedJob(const PlacedJob&) = delete;
  PlacedJob& operator=(const PlacedJob&) = delete;

  [[nodiscard]] const ShortJob& job() const { return job_; }
  /// The stream and the windows' bytes where they are mapped.
  [[nodiscard]] std::span<const std::uint32_t> stream() const;
  [[nodiscard]] std::span<std::byte> window(std::uint32_t index);
  /// Opens the job's windows, exactly as wide as they need to be, and closes the others.
  void open_windows(sim::Target& target);
  /// Puts canaries over the whole output.
  void forget_output();
  /// What is wrong with the output; empty when it is what it must be, and nothing beside it was written.
  [[nodiscard]] std::string wrong_output() const;
  /// The same for a job that was cut off: its output may hold anything.
  [[nodiscard]] std::string strayed() const;

 private:
  void fill();

  const ShortJob& job_;
  std::array<std::vector<std::byte>, detail::DeviceMemory::kAreas> areas_;
  std::array<std::size_t, detail::DeviceMemory::kAreas> sizes_{};
  std::function<void(std::uint64_t)> unmap_;
};

}  // namespace auklet::test
