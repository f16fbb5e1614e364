// A simulated NPU as the platform of the conformance suite.
#pragma once

#include <auklet/conformance/conformance.hpp>
#include <auklet/sim/bus.hpp>
#include <auklet/sim/target.hpp>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace auklet::conformance {

/// A target with memory, as a Platform that has every hook which the target allows. Refers to the target, which must
/// outlive it.
class Subject {
 public:
  static constexpr std::uint64_t kMemory = 0x21'8000'0000;
  static constexpr std::uint64_t kNothing = 0x35'0000'0000;   ///< Nothing is mapped here: DECERR.
  static constexpr std::uint64_t kRefusing = 0x36'0000'0000;  ///< Answers SLVERR, 4 KiB.

  explicit Subject(sim::Target& target);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  /// What checks run on; hooks may be taken away or replaced.
  Platform platform;
  /// What Platform::stall_memory calls when it is set by allow_stalls().
  std::function<void(Stall)> stall;

  void allow_stalls(std::function<void(Stall)> function);
  /// Replaces the bus by `bus`, which must outlive the subject.
  template <npu::Bus B>
  void use_bus(B& bus) {
    platform.bus = bus_table(bus);
  }
  [[nodiscard]] sim::Target& target() { return target_; }

 private:
  /// What lies outside of the memory.
  class Elsewhere : public sim::MemoryPort {
   public:
    sim::AxiResponse read(std::uint64_t address, std::span<std::byte> /*bytes*/) override { return answer(address); }
    sim::AxiResponse write(std::uint64_t address, std::span<const std::byte> /*bytes*/) override {
      return answer(address);
    }

   private:
    static sim::AxiResponse answer(std::uint64_t address) {
      return address >= kRefusing && address - kRefusing < 4096 ? sim::AxiResponse::kSlaveError
                                                                : sim::AxiResponse::kDecodeError;
    }
  };

  sim::Target& target_;
  sim::TargetBus bus_;
  Elsewhere elsewhere_;
  std::vector<std::byte> storage_;
  std::span<std::byte> memory_;
};

/// A run's failures as sentences, and how it ended.
struct Report {
  Result result;
  std::vector<std::string> failures;
};

/// Runs one check and gathers what it says.
[[nodiscard]] Report run_check(const Check& check, const Platform& platform);

/// The check called `area.name`; throws std::out_of_range when there is none.
[[nodiscard]] const Check& find_check(const std::string& name);

}  // namespace auklet::conformance
