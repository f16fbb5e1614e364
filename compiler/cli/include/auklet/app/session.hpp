// A model made ready to run on a backend: compiled where that is needed, with its simulated NPU. Tests and benchmarks
// use it directly; run.hpp puts the command line's files and checks around it.
#pragma once

#include <auklet/app/backend.hpp>
#include <auklet/app/divergence.hpp>
#include <auklet/app/failure.hpp>
#include <auklet/app/report.hpp>
#include <auklet/app/timeline.hpp>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/executor.hpp>
#include <auklet/compiler/ir.hpp>
#include <auklet/sim/memory_profile.hpp>
#include <auklet/sim/operation_counts.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace auklet::app {

struct SessionOptions {
  Backend backend = Backend::kRtl;
  /// Name of a hardware configuration. Empty: the one that a compiled model is for, else the default.
  std::string config;
  /// Of the operators on the CPU.
  compiler::CpuKernels kernels = compiler::CpuKernels::kOptimized;
  std::string profile = "sram";                   ///< Name of a memory profile.
  std::uint64_t deadline_cycles = 1'000'000'000;  ///< Of each job.
  std::optional<WaveRequest> wave{};
  /// Makes the device in the backend's place, to run on one of one's own; empty for the backend's.
  std::function<Result<std::unique_ptr<SimulatedNpu>>(const spec::HardwareConfig&, const std::optional<WaveRequest>&)>
      make_device{};
  /// Run the functional model in lock-step with the backend and stop at the first difference between the two.
  bool lockstep = false;
  TimelineSink* timeline = nullptr;  ///< Is told what runs when; may be null. Must outlive the session.
  /// Share of the run that is done, 0 to 1; called now and then. May be empty.
  std::function<void(double)> on_progress{};
};

/// What a layer lets the NPU do in a frame.
struct LayerOperations {
  sim::OperationCounts counts;
  std::uint64_t weight_bytes = 0;  ///< Of counts.window_bytes, those of weights, parameters and other constants;
  std::uint64_t data_bytes = 0;    ///< and the others: activations.
};

/// A segment of a model that was compiled here: what the compiler says of it, and its layers' places in layers().
struct SessionSegment {
  const compiler::SegmentReport* report = nullptr;
  const std::vector<std::size_t>* rows = nullptr;
};

/// Whether a session with these runs nothing but the reference kernels, so that there is nothing to compare with.
[[nodiscard]] bool is_reference(Backend backend, compiler::CpuKernels kernels);

/// A model ready to run. Not thread-safe.
class Session {
 public:
  /// `model` is a plain model, or one that compile() made. Errors: kUsage (unknown configuration or profile),
  /// kModelRefused (an operator that runs nowhere, compiled for other hardware, or for any on Backend::kCpu),
  /// kNoBackend, kNpuFault (the device does not answer), kMismatch (it is unlike the model from the start).
  [[nodiscard]] static Result<Session> open(std::string name, compiler::Model model, SessionOptions options);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  /// The model's main graph as it was handed over: its inputs and outputs are those of run().
  [[nodiscard]] const compiler::Graph& graph() const;
  /// Whether the model that was handed over had been compiled before, so that it cannot run on the CPU.
  [[nodiscard]] bool was_compiled() const;
  /// The layers as they will run, without cycles.
  [[nodiscard]] const std::vector<LayerRow>& layers() const;
  /// What they let the NPU do, by layer. Errors: kModelRefused.
  [[nodiscard]] Result<std::vector<LayerOperations>> operations() const;
  /// The segments, in order; none of a model that had been compiled before. They live as long as the session.
  [[nodiscard]] std::vector<SessionSegment> segments() const;
  [[nodiscard]] const sim::MemoryProfile& profile() const;

  /// Feeds `steps` frames to the model one after the other, starting from its initial state. inputs[i] holds the frames
  /// of input i. Outputs are not compared. Errors: kUsage (number or size of inputs), kNpuFault, kDeadline; a later
  /// run() starts afresh on a device that was reset. kMismatch when the lock-step found a difference: see divergence(),
  /// after which there is no later run().
  [[nodiscard]] Result<RunReport> run(std::span<const compiler::Bytes> inputs, std::size_t steps = 1);

  /// Runs all frames `repetitions` times more, with nothing observed, and returns the median (of an even number, the
  /// greater of the middle two) of the seconds of wall time that the operators of one repetition took, copies of the
  /// model's inputs and outputs included. Errors: as run(); kUsage for another backend than Backend::kCpu or no
  /// repetition.
  [[nodiscard]] Result<double> time_cpu(std::span<const compiler::Bytes> inputs, std::size_t steps,
                                        std::size_t repetitions);

  /// What the lock-step found in the last run(); nothing when all was equal.
  [[nodiscard]] const std::optional<DivergenceReport>& divergence() const;

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The outputs of `model` on the reference kernels, for inputs as in Session::run(). Errors: kModelRefused, kUsage.
[[nodiscard]] Result<std::vector<compiler::Bytes>> run_reference(const std::string& name, const compiler::Model& model,
                                                                 std::span<const compiler::Bytes> inputs,
                                                                 std::size_t steps = 1);

}  // namespace auklet::app
