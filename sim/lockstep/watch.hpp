// Compares a device's commands with those of a journal while they run.
#pragma once

#include <array>
#include <auklet/sim/lockstep.hpp>
#include <auklet/sim/observer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "journal.hpp"
#include "shadow_memory.hpp"

namespace auklet::sim {

/// Watches one job after the other.
class Watch final : public Observer {
 public:
  Watch(const Journal& journal, const ShadowMemory& memory) : journal_(journal), memory_(memory) {}

  /// A job begins. `whole`: the reference came to its end, so that the device must run what it ran and no more.
  void begin(bool whole, std::uint64_t cycle);
  [[nodiscard]] bool running() const { return running_; }
  /// The job is aborted: what it has done so far is nobody's promise.
  void abandon() { running_ = false; }
  /// The device's cycle in which something was last seen to happen.
  [[nodiscard]] std::uint64_t last_seen() const { return last_seen_; }
  /// Notes that nothing happens any more.
  void note_hang(std::uint64_t cycle);
  /// The first divergence; nothing is compared after it.
  [[nodiscard]] const std::optional<Divergence>& divergence() const { return divergence_; }
  /// Notes one that was seen elsewhere, unless it is not the first.
  void note(const Divergence& divergence);

  /// Who else is told, or nullptr.
  void pass_on_to(Observer* observer) { next_ = observer; }

  void on_command_start(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override;
  void on_command_end(spec::Engine engine, std::uint32_t offset, std::uint64_t cycle) override;
  void on_sram_write(spec::Engine engine, std::uint32_t offset, std::uint32_t address, SramWord word,
                     std::uint64_t cycle) override;
  void on_job_end(std::uint64_t cycle) override;
  void on_activity(const Activity& activity, std::uint64_t from, std::uint64_t cycles) override {
    if (next_ != nullptr) next_->on_activity(activity, from, cycles);
  }

 private:
  struct Written {
    bool written = false;
    std::uint64_t cycle = 0;
    std::array<std::byte, spec::kLanes> word{};
  };
  /// What an engine is at.
  struct Lane {
    std::size_t completed = 0;
    const JournalCommand* expected = nullptr;  ///< The command that runs.
    std::vector<Written> words;                ///< Of `expected`.
  };

  // Whether there is something to compare; notes that something happens.
  [[nodiscard]] bool seen(std::uint64_t cycle) {
    last_seen_ = cycle;
    return running_ && !divergence_;
  }
  [[nodiscard]] std::optional<Divergence> next_expected(std::uint64_t cycle) const;
  Lane& lane(spec::Engine engine) { return lanes_[static_cast<std::size_t>(engine)]; }
  void compare_words(const Lane& lane, const Divergence& here);
  void compare_rows(const JournalCommand& expected, const Divergence& here);

  const Journal& journal_;
  const ShadowMemory& memory_;
  std::array<Lane, kEngineIndices> lanes_;
  Observer* next_ = nullptr;
  bool running_ = false;
  bool whole_ = false;
  std::uint64_t last_seen_ = 0;
  std::optional<Divergence> divergence_;
};

}  // namespace auklet::sim
