// The memory of a simulated NPU that remembers nothing and watches everything: every burst is held against the ranges
// that were granted, by rules of its own that neither the validator nor the model shares.
#pragma once

#include <auklet/sim/memory_port.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace auklet::test {

/// A range of addresses that a job may touch.
struct Grant {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  bool read = false, write = false;
  std::span<const std::byte> content{};  ///< What reads get; empty: numbers that depend on the offset.
  bool small_numbers = false;            ///< Of those: int32 from 0 to 3, as indices are.
};

/// Answers every burst, right or wrong, and keeps the first one that was not granted.
class TracingMemory : public sim::MemoryPort {
 public:
  /// `beat_bytes`: reads may touch the rest of a grant's first and last beat. 1 where reads are exact; a power of two.
  explicit TracingMemory(std::uint32_t beat_bytes = 1) : beat_bytes_(beat_bytes) {}

  /// Forgets what happened; from now on the job may touch `grants`. Burst number `error_at`, from 1 on, and all later
  /// ones are answered with `error`; 0: none.
  void begin(std::vector<Grant> grants, std::uint32_t error_at = 0,
             sim::AxiResponse error = sim::AxiResponse::kSlaveError);

  sim::AxiResponse read(std::uint64_t address, std::span<std::byte> bytes) override;
  sim::AxiResponse write(std::uint64_t address, std::span<const std::byte> bytes) override;

  /// The first burst that broke the rules, in words; empty when none did.
  [[nodiscard]] const std::string& violation() const { return violation_; }
  /// A number that stands for all bursts since begin(): addresses, order, and what was written.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::uint32_t bursts() const { return bursts_; }

 private:
  /// The grant that covers the burst; null after a violation has been noted.
  const Grant* admit(std::uint64_t address, std::size_t bytes, bool write);
  void mix(std::uint64_t value);

  std::uint32_t beat_bytes_;
  std::vector<Grant> grants_;
  std::uint32_t error_at_ = 0, bursts_ = 0;
  sim::AxiResponse error_ = sim::AxiResponse::kOkay;
  std::uint64_t digest_ = 0;
  std::string violation_;
};

}  // namespace auklet::test
