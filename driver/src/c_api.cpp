// The C interface: every call converts its arguments, forwards, and converts the result.
#include "auklet_npu.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <auklet/npu/device.hpp>
#include <auklet/npu/function_port.hpp>
#include <auklet/npu/queue.hpp>
#include <auklet/npu/stream.hpp>

namespace {

using namespace auklet::npu;  // NOLINT(google-build-using-namespace): this file is its C twin.
namespace spec = auklet::spec;

/// What lives in auklet_npu::storage.
struct Driver {
  Driver(const auklet_npu_bus& bus_table, const auklet_npu_port& port_table) noexcept
      : bus(bus_table), port(port_table), device(bus, port), queue(device, port) {}

  /// Placement, without <new>.
  static void* operator new(std::size_t /*size*/, void* where) noexcept { return where; }

  FunctionBus bus;
  FunctionPort port;
  Device<FunctionBus, FunctionPort> device;
  Queue<FunctionBus, FunctionPort, AUKLET_NPU_QUEUE_DEPTH> queue;
};

static_assert(sizeof(Driver) <= sizeof(auklet_npu) && alignof(Driver) <= alignof(auklet_npu));

Driver& driver(auklet_npu* npu) { return *reinterpret_cast<Driver*>(npu->storage); }
const Driver& driver(const auklet_npu* npu) { return *reinterpret_cast<const Driver*>(npu->storage); }

constexpr auklet_npu_status to_c(Status status) { return static_cast<auklet_npu_status>(status); }

constexpr bool same(Status status, auklet_npu_status value) { return to_c(status) == value; }
// The two lists are kept equal at their ends and where numbers jump; c_api_test compares every single one.
static_assert(same(Status::kOk, AUKLET_NPU_OK) && same(Status::kNullArgument, AUKLET_NPU_NULL_ARGUMENT) &&
              same(Status::kHardwareConfig, AUKLET_NPU_HARDWARE_CONFIG) &&
              same(Status::kBadState, AUKLET_NPU_BAD_STATE) && same(Status::kClearTimeout, AUKLET_NPU_CLEAR_TIMEOUT) &&
              same(Status::kFaultUnknown, AUKLET_NPU_FAULT_UNKNOWN) &&
              same(Status::kStreamDeadlock, AUKLET_NPU_STREAM_DEADLOCK));

auklet_npu_configuration to_c(const Configuration& from) {
  return {from.id,       from.major,
          from.minor,    from.stream_version,
          from.macs,     from.axi_data_bits,
          from.sram_kib, from.windows,
          from.counters, from.sram_ecc ? uint8_t{1} : uint8_t{0}};
}

Configuration from_c(const auklet_npu_configuration& from) {
  return {from.id,       from.major,   from.minor,    from.stream_version, from.macs, from.axi_data_bits,
          from.sram_kib, from.windows, from.counters, from.sram_ecc != 0};
}

auklet_npu_stream_report to_c(const StreamReport& from) {
  return {to_c(from.status), from.offset, from.opcode, from.word, from.actual, from.expected};
}

auklet_npu_fault to_c(const Fault& from) {
  return {static_cast<std::uint32_t>(from.kind), static_cast<std::uint32_t>(from.channel),
          static_cast<std::uint32_t>(from.error), from.stream_offset, from.address};
}

auklet_npu_result to_c(const JobResult& from) {
  auklet_npu_result result{};
  result.status = to_c(from.status);
  result.recovery = to_c(from.recovery);
  result.started = from.started ? 1 : 0;
  result.outputs_valid = from.outputs_valid ? 1 : 0;
  result.loads_completed = from.progress.loads_completed;
  result.computes_completed = from.progress.computes_completed;
  result.stores_completed = from.progress.stores_completed;
  result.stream_offset = from.progress.stream_offset;
  result.fault = to_c(from.fault);
  return result;
}

using Buffers = std::array<Buffer, spec::kWindowCount>;

/// Bits that are no Access become kNone, which is refused later.
constexpr Access to_access(std::uint32_t access) {
  return access <= AUKLET_NPU_ACCESS_READ_WRITE ? static_cast<Access>(access) : Access::kNone;
}

/// Whether the job's own pointers are there.
bool is_complete(const auklet_npu_job* job) {
  return job != nullptr && (job->stream != nullptr || job->stream_words == 0) &&
         (job->buffers != nullptr || job->buffer_count == 0);
}

/// The job's buffers in C++ form, kept in `storage`.
Status convert_buffers(const auklet_npu_job& job, Buffers& storage) {
  if (job.buffer_count > storage.size()) return Status::kTooManyWindows;
  for (std::size_t i = 0; i < storage.size() && i < job.buffer_count; ++i) {
    storage[i] = {job.buffers[i].data, job.buffers[i].size, to_access(job.buffers[i].access)};
  }
  return Status::kOk;
}

}  // namespace

const char* auklet_npu_status_text(auklet_npu_status status) { return to_string(static_cast<Status>(status)); }

auklet_npu_status auklet_npu_init(auklet_npu* npu, const auklet_npu_bus* bus, const auklet_npu_port* port) {
  if (npu == nullptr || bus == nullptr || port == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  if (!FunctionBus::is_complete(*bus) || !FunctionPort::is_complete(*port)) return AUKLET_NPU_NULL_ARGUMENT;
  new (static_cast<void*>(npu->storage)) Driver(*bus, *port);
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_probe(auklet_npu* npu, auklet_npu_configuration* found) {
  if (npu == nullptr || found == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  Configuration configuration;
  const Status status = driver(npu).device.probe(configuration);
  *found = to_c(configuration);
  return to_c(status);
}

auklet_npu_status auklet_npu_set_watchdog(auklet_npu* npu, uint32_t cycles) {
  return npu == nullptr ? AUKLET_NPU_NULL_ARGUMENT : to_c(driver(npu).device.set_watchdog(cycles));
}

auklet_npu_status auklet_npu_set_axi_attributes(auklet_npu* npu, uint8_t prot, uint8_t cache, uint8_t max_outstanding,
                                                uint64_t timeout) {
  if (npu == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  return to_c(driver(npu).device.set_axi_attributes({prot, cache, max_outstanding}, timeout));
}

auklet_npu_status auklet_npu_get_integrity(auklet_npu* npu, auklet_npu_integrity* integrity) {
  if (npu == nullptr || integrity == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  const Integrity found = driver(npu).device.integrity();
  *integrity = {found.corrected, found.address};
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_clear_sram(auklet_npu* npu, uint64_t timeout) {
  return npu == nullptr ? AUKLET_NPU_NULL_ARGUMENT : to_c(driver(npu).device.clear_sram(timeout));
}

auklet_npu_status auklet_npu_state(auklet_npu* npu, uint32_t* state, int* isolated) {
  if (npu == nullptr || state == nullptr || isolated == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  *state = static_cast<std::uint32_t>(driver(npu).device.state());
  *isolated = driver(npu).device.isolated() ? 1 : 0;
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_fault_cause(auklet_npu* npu, auklet_npu_fault* fault) {
  if (npu == nullptr || fault == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  *fault = to_c(driver(npu).device.fault());
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_open(auklet_npu* npu, auklet_npu_completion completion, uint64_t reset_timeout) {
  if (npu == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  const auklet_npu_options options{completion, reset_timeout, 0};
  return auklet_npu_open_with(npu, &options);
}

auklet_npu_status auklet_npu_open_with(auklet_npu* npu, const auklet_npu_options* options) {
  if (npu == nullptr || options == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  const bool interrupts = options->completion == AUKLET_NPU_INTERRUPT;
  return to_c(driver(npu).queue.open({.completion = interrupts ? Completion::kInterrupt : Completion::kPolling,
                                      .reset_timeout = options->reset_timeout,
                                      .power_off_when_idle = options->power_off_when_idle != 0}));
}

auklet_npu_status auklet_npu_close(auklet_npu* npu) {
  return npu == nullptr ? AUKLET_NPU_NULL_ARGUMENT : to_c(driver(npu).queue.close());
}

auklet_npu_status auklet_npu_submit(auklet_npu* npu, const auklet_npu_job* job, uint32_t* tag,
                                    auklet_npu_stream_report* report) {
  if (npu == nullptr || tag == nullptr || !is_complete(job)) return AUKLET_NPU_NULL_ARGUMENT;
  Buffers buffers;
  StreamReport verdict;
  Status status = convert_buffers(*job, buffers);
  if (status == Status::kOk) {
    const Job converted{{job->stream, job->stream_words}, std::span(buffers).first(job->buffer_count)};
    status = driver(npu).queue.submit(converted, *tag, &verdict);
  }
  if (report != nullptr) *report = to_c(verdict);
  return to_c(status);
}

auklet_npu_status auklet_npu_poll(auklet_npu* npu, uint32_t tag, auklet_npu_result* result) {
  if (npu == nullptr || result == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  JobResult outcome;
  const Status status = driver(npu).queue.poll(tag, outcome);
  if (status == Status::kOk) *result = to_c(outcome);
  return to_c(status);
}

auklet_npu_status auklet_npu_wait(auklet_npu* npu, uint32_t tag, uint64_t timeout, auklet_npu_result* result) {
  if (npu == nullptr || result == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  JobResult outcome;
  const Status status = driver(npu).queue.wait(tag, timeout, outcome);
  if (status == Status::kOk) *result = to_c(outcome);
  return to_c(status);
}

auklet_npu_status auklet_npu_run(auklet_npu* npu, const auklet_npu_job* job, uint64_t timeout,
                                 auklet_npu_result* result, auklet_npu_stream_report* report) {
  if (result == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  uint32_t tag = 0;
  const auklet_npu_status status = auklet_npu_submit(npu, job, &tag, report);
  return status == AUKLET_NPU_OK ? auklet_npu_wait(npu, tag, timeout, result) : status;
}

auklet_npu_status auklet_npu_cancel(auklet_npu* npu, uint32_t tag) {
  return npu == nullptr ? AUKLET_NPU_NULL_ARGUMENT : to_c(driver(npu).queue.cancel(tag));
}

auklet_npu_status auklet_npu_reset(auklet_npu* npu) {
  return npu == nullptr ? AUKLET_NPU_NULL_ARGUMENT : to_c(driver(npu).queue.reset());
}

auklet_npu_status auklet_npu_get_statistics(const auklet_npu* npu, auklet_npu_statistics* statistics) {
  if (npu == nullptr || statistics == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  const QueueStatistics from = driver(npu).queue.statistics();
  *statistics = {from.jobs_started, from.spurious_interrupts, from.late_interrupts, from.lost_interrupts, from.resets};
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_hold_power(auklet_npu* npu) {
  return npu == nullptr ? AUKLET_NPU_NULL_ARGUMENT : to_c(driver(npu).queue.hold_power());
}

auklet_npu_status auklet_npu_release_power(auklet_npu* npu) {
  if (npu == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  driver(npu).queue.release_power();
  return AUKLET_NPU_OK;
}

int auklet_npu_interrupt(auklet_npu* npu) { return npu != nullptr && driver(npu).queue.on_interrupt() ? 1 : 0; }

auklet_npu_status auklet_npu_select_event(auklet_npu* npu, uint32_t index, uint32_t event) {
  if (npu == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  return to_c(driver(npu).device.select_event(index, static_cast<spec::Event>(event)));
}

auklet_npu_status auklet_npu_enable_counters(auklet_npu* npu, int enable, int clear) {
  if (npu == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  if (clear != 0) {
    driver(npu).device.reset_counters(enable != 0);
  } else {
    driver(npu).device.enable_counters(enable != 0);
  }
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_cycles(auklet_npu* npu, uint64_t* cycles) {
  if (npu == nullptr || cycles == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  *cycles = driver(npu).device.cycles();
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_event_count(auklet_npu* npu, uint32_t index, uint32_t* count) {
  if (npu == nullptr || count == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  return to_c(driver(npu).device.event_count(index, *count));
}

auklet_npu_status auklet_npu_layer_cycles(auklet_npu* npu, uint32_t layer, uint32_t* cycles) {
  if (npu == nullptr || cycles == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  *cycles = driver(npu).device.layer_cycles(layer);
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_layer_causes(auklet_npu* npu, uint32_t layer, uint32_t* causes) {
  if (npu == nullptr || causes == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  const CauseCycles found = driver(npu).device.layer_causes(layer);
  for (std::size_t i = 0; i < found.cycles.size(); ++i) causes[i] = found.cycles[i];
  return AUKLET_NPU_OK;
}

auklet_npu_status auklet_npu_validate(const auklet_npu_job* job, const auklet_npu_configuration* configuration,
                                      auklet_npu_stream_report* report) {
  if (!is_complete(job) || configuration == nullptr || report == nullptr) return AUKLET_NPU_NULL_ARGUMENT;
  Buffers buffers;
  StreamReport verdict;
  verdict.status = convert_buffers(*job, buffers);
  if (verdict.ok()) {
    std::array<Window, spec::kWindowCount> windows{};
    for (std::size_t i = 0; i < windows.size(); ++i) {
      // Validation compares sizes alone: the base is the port's matter.
      const std::size_t size = buffers[i].size < UINT32_MAX ? buffers[i].size : UINT32_MAX;
      windows[i] = {0, static_cast<std::uint32_t>(size), buffers[i].access};
    }
    verdict = validate_stream({job->stream, job->stream_words}, from_c(*configuration), windows);
  }
  *report = to_c(verdict);
  return report->status;
}
