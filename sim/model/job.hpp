// One job: decoder and engines from the first word of the stream to END, a fault or standstill.
#pragma once

#include <array>
#include <auklet/sim/observer.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "../estimator/attribution.hpp"
#include "../estimator/command_work.hpp"
#include "../estimator/timeline.hpp"
#include "dma.hpp"
#include "job_record.hpp"
#include "memory_map.hpp"
#include "sram.hpp"
#include "stream_reader.hpp"

namespace auklet::sim::model {

using estimator::CauseRun;
using estimator::index;
using estimator::kEngines;
using estimator::kNever;
using estimator::PerEngine;

/// What the registers tell a job.
struct JobSetup {
  std::uint64_t cmd_base = 0;
  std::uint32_t cmd_size = 0;
  std::array<Window, spec::kWindowCount> windows{};
};

/// What the FAULT_ registers show.
struct FaultRecord {
  spec::Fault fault = spec::Fault::kNone;
  spec::Channel channel = spec::Channel::kFetch;
  spec::CommandError code = spec::CommandError::kNone;
  std::uint64_t address = 0;
  std::uint32_t offset = 0;
};

enum class JobEnd : std::uint8_t {
  kDone,
  kFault,
  kStalled,  ///< Every engine waits for what cannot come: the watchdog's affair.
  kEndless,  ///< Reached the limit of cycles.
};

/// What a job did.
struct JobReport {
  JobEnd end = JobEnd::kStalled;
  FaultRecord fault;         ///< kFault, or for kStalled the WATCHDOG fault to come.
  std::uint64_t cycles = 0;  ///< From start to the end, or to the last progress.
  std::uint32_t progress = 0;
  PerEngine<std::uint16_t> completed{};    ///< Modulo 2^16.
  std::array<std::uint64_t, 32> events{};  ///< By spec::Event; without kRunning and those that count a cause.
  std::vector<CauseRun> causes;            ///< Where `cycles` went (one cycle at least), in order.
  std::array<std::optional<std::uint32_t>, spec::kLogEntries> log{};  ///< By layer: cycle of its last completion.
};

class Job {
 public:
  Job(const spec::HardwareConfig& config, Sram& sram, MemoryMap& memory, const JobSetup& setup,
      std::uint64_t cycle_limit, std::mt19937_64& random);

  /// Whom to tell what the job does, nobody for nullptr, and the device's cycle at which it starts.
  void observe(Observer* observer, std::uint64_t started_at) {
    observer_ = observer;
    started_at_ = started_at;
  }

  /// Runs it; call once.
  [[nodiscard]] JobReport run();

 private:
  static constexpr std::size_t kMaxWords = spec::GeomCommand::kWords;
  static constexpr std::size_t kActors = 4;  // The decoder (at index 0) and the engines (at their own).

  struct Command {
    const spec::CommandInfo* info = nullptr;
    spec::CommandHeader header;
    std::array<std::uint32_t, kMaxWords> words{};
    std::uint32_t offset = 0;
    std::size_t place = 0;  ///< Among the job's commands.
  };

  [[nodiscard]] bool check_header();
  void decode();
  void dispatch();
  [[nodiscard]] bool can_dispatch() const;
  [[nodiscard]] bool waits_satisfied(const spec::CommandHeader& header) const;
  [[nodiscard]] bool can_act(std::size_t actor) const;
  [[nodiscard]] std::optional<std::size_t> choose_actor();
  void execute(spec::Engine engine);
  void execute_dma(const Command& command);
  void execute_gather(const Command& command);
  void execute_compute(const Command& command);
  /// Remembers the command, and what it will take.
  void remember(const Command& command);
  [[nodiscard]] bool begin(const Command& command);
  void stop_at(const Command& command);
  /// Ends the job when the command met an SRAM word that is lost; false when it did not.
  bool fault_if_lost(const Command& command);
  void complete(const Command& command);
  /// Keeps what it wrote for the observer.
  void record(const Command& command);
  void report_job(const estimator::JobTrace& trace) const;
  /// Finds out how long all of this takes, and where the cycles go.
  void account();
  void finish_if_ended();
  void fault(const FaultRecord& record);
  void axi_fault(const Transfer& transfer, spec::Channel channel);
  [[nodiscard]] FaultRecord watchdog_fault() const;
  std::uint64_t& event(spec::Event which) { return report_.events[static_cast<std::size_t>(which)]; }

  const spec::HardwareConfig& config_;
  Sram& sram_;
  MemoryMap& memory_;
  const JobSetup& setup_;
  std::uint64_t cycle_limit_;
  std::mt19937_64& random_;
  StreamReader reader_;
  Observer* observer_ = nullptr;
  std::uint64_t started_at_ = 0;
  std::unique_ptr<JobRecord> record_;  ///< For the observer, when there is one.

  JobReport report_;
  bool ended_ = false;
  std::optional<Command> decoded_;  ///< Decoded, not yet dispatched. END stays here until the job is done.
  PerEngine<std::deque<Command>> queues_;
  PerEngine<std::size_t> completed_{};
  // Time: nothing that is computed depends on it.
  estimator::CommandWorks works_;
  std::vector<estimator::CommandWork> commands_;  ///< All that were decoded.
  std::vector<bool> executed_;                    ///< Those that completed.
  PerEngine<std::uint64_t> busy_{};               ///< Cycles of those that were begun.
  estimator::JobStop stop_;
  std::array<std::size_t, kActors> priority_{};
};

}  // namespace auklet::sim::model
