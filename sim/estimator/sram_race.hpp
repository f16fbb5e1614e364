// A command and the transfers that run beside it, on the SRAM's banks cycle by cycle (rtl/core/auklet_sram.sv): how
// much each of them gets done. Followed only while they work in one region, and no longer than it takes to know the
// pace.
#pragma once

#include <array>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "compute_ports.hpp"
#include "stream_fetch.hpp"
#include "transfer_ports.hpp"

namespace auklet::sim::estimator {

struct CommandWork;

/// One of: the command that computes, a load, a store.
inline constexpr std::size_t kRacers = 3;
enum class Racer : std::uint8_t { kCompute, kLoad, kStore };
constexpr std::size_t index(Racer racer) { return static_cast<std::size_t>(racer); }

/// Who runs, and how far it is, in cycles that it would have taken by itself: since its start, a load since its first
/// beat.
struct Runner {
  std::size_t command = 0;
  double done = 0;
  double left = 0;
  double due = 0;   ///< Loads: when memory had the first beat, from there; it may have waited;
  double asks = 0;  ///< and the cycle from which it was asked for.
  bool runs = false;
};
using Runners = std::array<Runner, kRacers>;

/// What each gets done in a cycle, relative to what it would by itself, and how long that holds
/// if nothing else begins or ends.
struct Paces {
  std::array<double, kRacers> pace{1, 1, 1};
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();  ///< Cycle.
};

/// Cycles of a command beside which nobody else uses the SRAM, its own ports taking turns; `fetches` is what they count
/// in all. Long ones are followed until their pace is known, which may take too long: then there is no answer.
[[nodiscard]] std::optional<double> cycles_alone(const PortCommand& command, std::uint64_t fetches,
                                                 const spec::HardwareConfig& config);

class SramRace {
 public:
  SramRace(std::span<const CommandWork> commands, const spec::HardwareConfig& config)
      : commands_(commands), config_(config), lanes_(config) {}

  /// The paces from `now` on; cycles never go back.
  Paces run(std::uint64_t now, const Runners& runners);
  /// Cycles that a load loses to beats of the command stream, which come after `now`.
  double stream_delay(std::uint64_t now, const Runner& load, const StreamFetch::Burst& burst);

 private:
  static constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

  struct Lanes {
    explicit Lanes(const spec::HardwareConfig& config);

    std::array<std::size_t, kRacers> command;  ///< What is in them,
    std::array<double, kRacers> done{};        ///< and how far it is.
    ComputePorts compute;
    std::array<TransferPorts, kRacers> transfer;
  };
  /// What has been raced from `from` on; lanes_ are those of its end.
  struct Window {
    Window(std::uint64_t now, const Runners& who, const Lanes& lanes) : from(now), runners(who), begin(lanes) {}

    std::uint64_t from;
    std::uint64_t cycles = 0;
    Runners runners;
    std::array<bool, kRacers> races{};
    Paces paces;
    Lanes begin;

    /// The transfer of that lane, if it races.
    TransferPorts* racing(Lanes& lanes, Racer racer) const {
      return races[index(racer)] ? &lanes.transfer[index(racer)] : nullptr;
    }
  };

  [[nodiscard]] bool meets(const Runners& runners, Racer transfer) const;
  void leave(std::uint64_t now);
  void enter(const Runner& runner, Racer racer);
  template <typename Ports>
  void race(Ports& compute, Window& window);

  std::span<const CommandWork> commands_;
  spec::HardwareConfig config_;
  Lanes lanes_;
  std::optional<Window> window_;
};

}  // namespace auklet::sim::estimator
