// The memory behind the device's AXI port.
#pragma once

#include <auklet/sim/functional_model.hpp>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace auklet::sim::model {

/// Regions of host memory at device addresses, and address ranges that answer with an error.
class MemoryMap {
 public:
  /// Throws std::invalid_argument when the region overlaps another or leaves the 64-bit address space.
  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing);
  void unmap(std::uint64_t base) { regions_.erase(base); }
  /// Accesses that are not wholly inside regions go to `port`, when it is not null.
  void connect(MemoryPort* port, MemoryTiming timing) {
    port_ = port;
    port_timing_ = timing;
  }

  /// Answers accesses that touch [base, base + bytes) with `response`, mapped or not.
  void inject(std::uint64_t base, std::uint64_t bytes, AxiResponse response);
  void clear_injected() { injected_.clear(); }

  /// Reads out.size() bytes. kDecodeError when any of them is unmapped and there is no port; then `out` holds anything.
  [[nodiscard]] AxiResponse read(std::uint64_t address, std::span<std::int8_t> out) const;
  /// Writes in.size() bytes. Nothing is written unless the response is kOkay.
  [[nodiscard]] AxiResponse write(std::uint64_t address, std::span<const std::int8_t> in);
  /// Timing of the region that holds `address`, else of the port; the default timing when there is neither.
  [[nodiscard]] MemoryTiming timing(std::uint64_t address) const;

 private:
  struct Region {
    std::span<std::byte> bytes;
    MemoryTiming timing;
  };
  struct Injected {
    std::uint64_t base;
    std::uint64_t bytes;
    AxiResponse response;
  };

  /// The longest mapped run at `address`, at most `bytes` long; empty when unmapped.
  [[nodiscard]] std::span<std::byte> run_at(std::uint64_t address, std::size_t bytes) const;
  /// What an injected error answers, if one does.
  [[nodiscard]] std::optional<AxiResponse> injected_at(std::uint64_t address, std::size_t bytes) const;
  [[nodiscard]] bool is_mapped(std::uint64_t address, std::size_t bytes) const;

  std::map<std::uint64_t, Region> regions_;  ///< By base address.
  std::vector<Injected> injected_;
  MemoryPort* port_ = nullptr;
  MemoryTiming port_timing_;
};

}  // namespace auklet::sim::model
