// Definitions of Context's members; included by context.hpp alone.
#pragma once

#include <auklet/runtime/context.hpp>

namespace auklet::runtime {

namespace detail {

/// Whether a job that ended anywhere has left its inputs as they were.
inline bool inputs_intact(const Activations& tensors) noexcept {
  const std::span<const std::byte> output = std::as_bytes(tensors.output);
  return !overlap(output, std::as_bytes(tensors.input)) && !overlap(output, std::as_bytes(tensors.second_input));
}

}  // namespace detail

template <npu::Bus B, npu::Port P, std::size_t Depth>
spec::HardwareConfig Context<B, P, Depth>::hardware() const noexcept {
  return hardware_config(device_.configuration());
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
template <Operator Op>
Prepared<Op> Context<B, P, Depth>::prepare(const Op& op, std::span<std::byte> workspace) const noexcept {
  if (uses_npu()) return runtime::prepare(op, hardware(), workspace);
  Program program;
  program.arguments = check(op);
  program.reason = options_.policy == Policy::kCpuOnly ? Reason::kPolicy : Reason::kNoDevice;
  return {op, program};
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
template <Operator Op>
Report Context<B, P, Depth>::run(const Prepared<Op>& prepared, npu::Ticks timeout) {
  const Op& op = prepared.op();
  const Program& program = prepared.program();
  const Activations tensors = activations(op);
  Report report;
  report.planning = program.planning;
  report.workspace_bytes = program.workspace_bytes;
  report.arguments = program.arguments;
  // Tensors may have been bound since: they are checked in every run.
  if (report.arguments == kernels::Status::kOk) report.arguments = check(op);
  if (report.arguments == kernels::Status::kOk &&
      (overlap(program.constants, tensors) || overlap(std::as_bytes(program.stream), tensors))) {
    report.arguments = kernels::Status::kOverlap;
  }
  if (report.arguments != kernels::Status::kOk) {
    report.status = Status::kArguments;
    return counted(report);
  }
  report.macs = macs(op);
  report.reason = why_not(program);
  if (report.reason == Reason::kNone) run_on_npu(program, tensors, timeout, report);
  if (report.where == Where::kNpu || report.status == Status::kFailed) return counted(report);
  if (options_.policy == Policy::kNpuOnly) {
    report.status = Status::kRefused;
  } else if (overlap(at_risk_, tensors) && !recovered()) {
    // What the CPU reads or computes could be overwritten at any time.
    report.status = Status::kFailed;
  } else {
    report.arguments = compute_on_cpu(op);
    report.status = report.arguments == kernels::Status::kOk ? Status::kOk : Status::kArguments;
    report.where = report.ok() ? Where::kCpu : Where::kNowhere;
  }
  return counted(report);
}

/// What is known before the driver is asked.
template <npu::Bus B, npu::Port P, std::size_t Depth>
Reason Context<B, P, Depth>::why_not(const Program& program) const noexcept {
  if (options_.policy == Policy::kCpuOnly) return Reason::kPolicy;
  if (program.reason != Reason::kNone) return program.reason;
  if (!device_.probed()) return Reason::kNoDevice;
  return queue_.size() != 0 ? Reason::kDeviceBusy : Reason::kNone;
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
void Context<B, P, Depth>::run_on_npu(const Program& program, const Activations& tensors, npu::Ticks timeout,
                                      Report& report) {
  std::array<npu::Buffer, kWindowsUsed> buffers;
  buffers[kConstantsWindow] = {program.constants.data(), program.constants.size(), npu::Access::kRead};
  buffers[kInputWindow] = {tensors.input.data(), tensors.input.size(), npu::Access::kRead};
  buffers[kSecondInputWindow] = {tensors.second_input.data(), tensors.second_input.size(), npu::Access::kRead};
  buffers[kOutputWindow] = {tensors.output.data(), tensors.output.size(), npu::Access::kWrite};
  report.device = queue_.hold_power();  // Until the counter has been read.
  if (report.device != npu::Status::kOk) {
    report.reason = reason_of(report.device);
    return;
  }
  const std::uint32_t corrected_before = corrected_reads();
  (void)run_powered({program.stream, buffers}, program, tensors, timeout, report);
  if (report.device == npu::Status::kFaultIntegrity && report.recovery == npu::Status::kOk &&
      detail::inputs_intact(tensors)) {
    Report again = report;
    again.repeated = true;
    again.status = Status::kOk;
    again.reason = Reason::kNone;
    again.progress = {};
    // Not even submitted: the first run's end stands.
    if (run_powered({program.stream, buffers}, program, tensors, timeout, again)) report = again;
  }
  report.corrected = corrected_reads() - corrected_before;
  queue_.release_power();
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
bool Context<B, P, Depth>::run_powered(const npu::Job& request, const Program& program, const Activations& tensors,
                                       npu::Ticks timeout, Report& report) {
  device_.enable_counters(true);
  const std::uint64_t cycles_before = device_.cycles();
  npu::JobTag tag = 0;
  report.device = queue_.submit(request, tag);
  if (report.device != npu::Status::kOk) {
    report.reason = reason_of(report.device);
    return false;
  }
  // The queue starts nothing on a device that was not reset: nobody writes the old output any more.
  at_risk_ = {};
  npu::JobResult job;
  report.device = queue_.wait(tag, timeout, job);
  if (report.device == npu::Status::kOk) report.device = job.status;
  if (report.device != npu::Status::kOk) {
    note_failure(tensors, job, report);
    return true;
  }
  report.where = Where::kNpu;
  report.cycles = device_.cycles() - cycles_before;
  report.bytes_read =
      program.cost.input_bytes + program.cost.weight_bytes + program.cost.parameter_bytes + program.stream.size_bytes();
  report.bytes_written = program.cost.output_bytes;
  return true;
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
bool Context<B, P, Depth>::recovered() {
  return device_.state() == spec::State::kIdle && !device_.isolated();
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
void Context<B, P, Depth>::note_failure(const Activations& tensors, const npu::JobResult& job, Report& report) {
  report.fault = job.fault;
  report.progress = job.progress;
  report.recovery = job.recovery;
  if (!job.started) {
    // Nothing happened to any buffer: as good as a refusal.
    report.reason = reason_of(report.device);
    return;
  }
  report.reason = Reason::kNpuFault;
  const std::span<const std::byte> output = std::as_bytes(std::span<const std::int8_t>(tensors.output));
  if (report.recovery != npu::Status::kOk) at_risk_ = output;
  const bool retry = options_.on_fault == OnFault::kRetryOnCpu && options_.policy == Policy::kPreferNpu &&
                     report.recovery == npu::Status::kOk && detail::inputs_intact(tensors);
  if (!retry) report.status = Status::kFailed;
}

template <npu::Bus B, npu::Port P, std::size_t Depth>
Report Context<B, P, Depth>::counted(const Report& report) noexcept {
  if (report.repeated) ++tally_.repeated;
  tally_.corrected += report.corrected;
  switch (report.status) {
    case Status::kOk:
      ++(report.where == Where::kNpu ? tally_.on_npu : tally_.on_cpu);
      if (report.reason == Reason::kNpuFault) ++tally_.retried;
      break;
    case Status::kArguments:
      ++tally_.bad_arguments;
      break;
    case Status::kRefused:
      ++tally_.refused;
      break;
    case Status::kFailed:
      ++tally_.failed;
      break;
  }
  return report;
}

}  // namespace auklet::runtime
