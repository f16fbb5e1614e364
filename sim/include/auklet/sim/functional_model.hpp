// The NPU as plain C++: what it does, without how. It is written from spec/auklet.yaml and docs/command-stream.md, not
// from the RTL, so that the two can be checked against each other.
#pragma once

#include <auklet/sim/axi_response.hpp>
#include <auklet/sim/target.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace auklet::sim {

/// How a functional model is built.
struct FunctionalModelOptions {
  spec::HardwareConfig config = spec::kDefaultConfiguration;
  /// Chooses, among the orders of execution that the stream's waits allow, the one that each job gets. Equal seeds give
  /// equal runs.
  std::uint64_t seed = 1;
  /// A job that would keep an engine busy for more estimated cycles is not computed to its end: it stays RUNNING until
  /// it is reset, as on hardware that nobody waits for. Keeps hostile streams from holding the host for hours. Memory
  /// with a latency beyond it counts as memory that does not answer the fetch: the watchdog ends such a job.
  std::uint64_t job_cycle_limit = std::uint64_t{1} << 26;
  bool sram_ecc = false;  ///< The SRAM has check bits: CONFIG1.sram_ecc.
};

/// Functional model of the NPU.
///
/// Exact: every register's access rules and value except those below; SRAM, memory and results; faults with cause,
/// channel, code, address and offset; COMPLETED, PROGRESS and DONE_TAG; the event COMMANDS.
///
/// With check bits in the SRAM, a word that has lost more than they correct is found when a command uses it, and the
/// corrected reads are counted; how often the hardware reads a word that it uses more than once is not modelled.
///
/// Estimated: time, that is PMU_CYCLES, PMU_LOG_DATA, all other events, and how long CLEARING and RUNNING last. It is
/// that of auklet/sim/estimator.hpp, independently of the seed. Causes add up to PMU_CYCLES. FETCH_WAIT stays zero, and
/// register accesses take no time.
///
/// Order: a command takes effect at once. Wherever more than one engine could go next, the seed decides, with a bias
/// that changes from job to job and lets one engine run far ahead of another. A stream that lacks a wait that it needs
/// gives wrong results for some seeds; a correct one gives the same results for all.
///
/// A job takes effect when time first advances after its start; its end (IRQ_RAW, DONE_TAG) shows when its estimated
/// cycles have passed. A stream that waits for what never comes stands still until the watchdog.
///
/// Not thread-safe.
class FunctionalModel : public Target {
 public:
  /// Throws std::invalid_argument when the SRAM's size is no power of two.
  explicit FunctionalModel(const FunctionalModelOptions& options = {});
  ~FunctionalModel() override;
  FunctionalModel(const FunctionalModel&) = delete;
  FunctionalModel& operator=(const FunctionalModel&) = delete;

  /// Refused: an offset without a register, a write-only register.
  std::uint32_t read32(std::uint32_t offset) override;
  /// Refused: an offset without a register, a read-only register, a locked register while a job runs, and what CONTROL
  /// refuses.
  void write32(std::uint32_t offset, std::uint32_t value) override;
  [[nodiscard]] std::uint64_t bus_errors() const override;

  /// Throws std::invalid_argument when the region overlaps another.
  void map(std::uint64_t base, std::span<std::byte> bytes, MemoryTiming timing) override;
  void unmap(std::uint64_t base) override;
  void connect(MemoryPort* port, MemoryTiming timing) override;

  void step(std::uint64_t cycles) override;
  std::uint64_t step_until_irq(std::uint64_t max_cycles) override;
  [[nodiscard]] std::uint64_t cycle() const override;
  [[nodiscard]] bool irq() const override;
  void hard_reset() override;
  bool flip_sram_bit(std::uint32_t address, std::uint32_t bit) override;
  bool observe(Observer* observer) override;

  /// Answers every burst that touches [base, base + bytes) with `response` instead of what is mapped there.
  void inject_error(std::uint64_t base, std::uint64_t bytes, AxiResponse response);
  /// Ends what inject_error began.
  void clear_injected_errors();

  /// Flips these bits of the SRAM word that holds byte `address` in each of the next `writes` writes to it (0 ends
  /// that), numbered as in flip_sram_bit(): what hits a word while a job runs. False when there is no such word or bit.
  bool weaken_sram_word(std::uint32_t address, std::span<const std::uint32_t> bits, std::uint32_t writes);

  /// The SRAM's bytes as a command would read them now, for tests.
  [[nodiscard]] std::span<const std::int8_t> sram() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace auklet::sim
