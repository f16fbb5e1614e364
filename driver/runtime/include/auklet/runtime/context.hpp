// One call an operator: on the NPU where it can, else on the CPU kernel, bit-exact either way.
//
// C has no interface to these calls of its own: a C program links a C++ file that holds a Context over
// npu::FunctionBus and npu::FunctionPort (auklet/npu/function_port.hpp), made from the tables of auklet_npu.h, and
// exports the calls it needs as extern "C" functions.
#pragma once

#include <array>
#include <auklet/npu/queue.hpp>
#include <auklet/runtime/operators.hpp>
#include <auklet/runtime/program.hpp>
#include <auklet/runtime/report.hpp>
#include <auklet/spec/spec.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace auklet::runtime {

struct Options {
  Policy policy = Policy::kPreferNpu;
  OnFault on_fault = OnFault::kReport;
};

/// What one call may use.
struct Call {
  std::span<std::byte> workspace;  ///< See program.hpp; Context::workspace_bytes() tells the size.
  npu::Ticks timeout = 0;          ///< Ticks of the port that the NPU may take; one that takes longer is stopped.
};

/// Calls of a Context so far, modulo 2^32. Each call counts once in the first five, and in the others besides.
struct Tally {
  std::uint32_t on_npu = 0;
  std::uint32_t on_cpu = 0;         ///< With the retried ones.
  std::uint32_t bad_arguments = 0;  ///< Status::kArguments.
  std::uint32_t refused = 0;        ///< Status::kRefused.
  std::uint32_t failed = 0;         ///< Status::kFailed.
  std::uint32_t retried = 0;        ///< Ran on the CPU after the NPU had failed.
  std::uint32_t repeated = 0;       ///< Run on the NPU once more after fault INTEGRITY, however that ended.
  std::uint32_t corrected = 0;      ///< The sum of Report::corrected.
};

/// Operator-level calls for one device. Device and queue are the caller's, probed and opened by it, and must outlive
/// the context; calls submit one job at a time and wait for its end, so the queue must be empty when one is made.
///
/// Thread safety is the queue's: one thread at a time; the platform's handler may call Queue::on_interrupt() meanwhile.
/// Every call ends: on the NPU after its timeout plus at most two resets (QueueOptions::reset_timeout), twice that when
/// the job is repeated, on the CPU when the kernel is done. No heap; less than 6 KiB of stack, most of it for planning.
///
/// Memory: tensors and workspace are handed to the port's cache hooks by the queue (inputs, workspace and output are
/// cleaned before the job, the output is invalidated after it), and granted to the NPU for exactly their length:
/// constants and inputs to be read, the output to be written. The output must own its cache lines.
///
/// The device's cycle counter is switched on by each call and stays so; it is not zeroed, nor are event counters.
template <npu::Bus B, npu::Port P, std::size_t Depth = 4>
class Context {
 public:
  using Device = npu::Device<B, P>;
  using Queue = npu::Queue<B, P, Depth>;

  Context(Device& device, Queue& queue, const Options& options = {}) noexcept
      : device_(device), queue_(queue), options_(options) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // ---- Prepared once, run many times ----

  /// What the planner plans for: the probed device; macs is 0 when there is none.
  [[nodiscard]] spec::HardwareConfig hardware() const noexcept;

  /// Bytes of workspace that the operator needs here; 0 when it cannot run on the NPU, or by policy will not.
  template <Operator Op>
  [[nodiscard]] std::size_t workspace_bytes(const Op& op) const noexcept {
    return uses_npu() ? runtime::workspace_bytes(op, hardware()) : 0;
  }

  /// See runtime::prepare(). Packs nothing where the NPU will not be used.
  template <Operator Op>
  [[nodiscard]] Prepared<Op> prepare(const Op& op, std::span<std::byte> workspace) const noexcept;

  /// Runs it. Under Policy::kPreferNpu an operator that the NPU cannot run, for whatever Reason, is computed on the
  /// CPU; what happens after a fault is OnFault's choice. Never silent: the report says where it ran and why.
  template <Operator Op>
  [[nodiscard]] Report run(const Prepared<Op>& prepared, npu::Ticks timeout);

  // ---- All in one call; weights are packed each time ----

  template <Operator Op>
  [[nodiscard]] Report run(const Op& op, const Call& call) {
    return run(prepare(op, call.workspace), call.timeout);
  }

  [[nodiscard]] Report conv2d(const kernels::Conv2dParams& params, kernels::Tensor4<const std::int8_t> input,
                              kernels::Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                              kernels::Tensor4<std::int8_t> output, const Call& call) {
    return run(Conv2d{params, input, filter, bias, output}, call);
  }
  [[nodiscard]] Report depthwise_conv2d(const kernels::DepthwiseConv2dParams& params,
                                        kernels::Tensor4<const std::int8_t> input,
                                        kernels::Tensor4<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                        kernels::Tensor4<std::int8_t> output, const Call& call) {
    return run(DepthwiseConv2d{params, input, filter, bias, output}, call);
  }
  [[nodiscard]] Report fully_connected(const kernels::FullyConnectedParams& params,
                                       kernels::Matrix<const std::int8_t> input,
                                       kernels::Matrix<const std::int8_t> filter, std::span<const std::int32_t> bias,
                                       kernels::Matrix<std::int8_t> output, const Call& call) {
    return run(FullyConnected{params, input, filter, bias, output}, call);
  }
  /// output [M, N] = a [M, K] x transposed b [N, K]: fully_connected() without a bias.
  [[nodiscard]] Report matmul(const kernels::FullyConnectedParams& params, kernels::Matrix<const std::int8_t> a,
                              kernels::Matrix<const std::int8_t> b, kernels::Matrix<std::int8_t> output,
                              const Call& call) {
    return fully_connected(params, a, b, {}, output, call);
  }
  [[nodiscard]] Report add(const kernels::AddParams& params, kernels::Tensor<const std::int8_t> a,
                           kernels::Tensor<const std::int8_t> b, kernels::Tensor<std::int8_t> output,
                           const Call& call) {
    return run(Add{params, a, b, output}, call);
  }
  [[nodiscard]] Report max_pool2d(const kernels::Pool2dParams& params, kernels::Tensor4<const std::int8_t> input,
                                  kernels::Tensor4<std::int8_t> output, const Call& call) {
    return run(Pool2d{plan::PoolKind::kMax, params, input, output}, call);
  }
  [[nodiscard]] Report average_pool2d(const kernels::Pool2dParams& params, kernels::Tensor4<const std::int8_t> input,
                                      kernels::Tensor4<std::int8_t> output, const Call& call) {
    return run(Pool2d{plan::PoolKind::kAverage, params, input, output}, call);
  }

  [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

 private:
  [[nodiscard]] bool uses_npu() const noexcept { return options_.policy != Policy::kCpuOnly && device_.probed(); }
  [[nodiscard]] Reason why_not(const Program& program) const noexcept;
  /// Runs the program on the NPU, or says in `report` why that was not possible or how it failed.
  void run_on_npu(const Program& program, const Activations& tensors, npu::Ticks timeout, Report& report);
  /// False when the job was refused, and nothing ran.
  [[nodiscard]] bool run_powered(const npu::Job& request, const Program& program, const Activations& tensors,
                                 npu::Ticks timeout, Report& report);
  /// Whether the device has come back from a reset that had failed.
  [[nodiscard]] bool recovered();
  void note_failure(const Activations& tensors, const npu::JobResult& job, Report& report);
  [[nodiscard]] std::uint32_t corrected_reads() {
    return device_.configuration().sram_ecc ? device_.integrity().corrected : 0;
  }
  [[nodiscard]] Report counted(const Report& report) noexcept;

  Device& device_;
  Queue& queue_;
  Options options_;
  Tally tally_;
  std::span<const std::byte> at_risk_;  ///< An output that a device which could not be reset may still write.
};

/// The specification's configuration of this probed device, with its own SRAM and bus; macs is 0 when there is none.
[[nodiscard]] spec::HardwareConfig hardware_config(const npu::Configuration& found) noexcept;

/// Why the driver's refusal of a submission keeps an operator from the NPU.
[[nodiscard]] Reason reason_of(npu::Status status) noexcept;

}  // namespace auklet::runtime

#include <auklet/runtime/context_impl.hpp>  // IWYU pragma: keep
