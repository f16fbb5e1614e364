/* The Auklet NPU's driver for C99: what auklet/npu/device.hpp and auklet/npu/queue.hpp do, over tables of functions.
 *
 *   static auklet_npu npu;                                      // Needs no heap.
 *   auklet_npu_init(&npu, &bus, &port);
 *   auklet_npu_probe(&npu, &configuration);
 *   auklet_npu_open(&npu, AUKLET_NPU_POLLING, 1000000);
 *   auklet_npu_submit(&npu, &job, &tag, NULL);
 *   auklet_npu_wait(&npu, tag, 50000000, &result);              // result.status says how the job ended.
 *
 * The last two calls are the asynchronous way: the thread is free between them, and auklet_npu_poll() asks without
 * waiting. The synchronous one is auklet_npu_run(&npu, &job, 50000000, &result, NULL).
 *
 * Every call returns an auklet_npu_status unless it says otherwise; what each means, and whether anything happened, is
 * told in auklet/npu/status.hpp, whose numbers these are. Threads: the queue's calls may be made by any number when the
 * port has lock and unlock, else by one at a time; the device's and the counters' calls by one at a time, and while no
 * other thread uses the queue. auklet_npu_interrupt() alone may be called by an interrupt handler. No call waits
 * without a deadline. Constants of registers and streams, such as those for `state`, `fault` and events, are in
 * auklet/spec/auklet_spec.h. */
#ifndef AUKLET_NPU_H_
#define AUKLET_NPU_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum auklet_npu_status {
  AUKLET_NPU_OK = 0,
  AUKLET_NPU_PENDING = 1,
  AUKLET_NPU_TOO_MANY_WINDOWS = 10,
  AUKLET_NPU_WINDOW_RANGE = 11,
  AUKLET_NPU_WINDOW_ACCESS = 12,
  AUKLET_NPU_BUFFER_UNREACHABLE = 13,
  AUKLET_NPU_BUFFER_SHARES_CACHE_LINE = 14,
  AUKLET_NPU_STREAM_MISALIGNED = 15,
  AUKLET_NPU_COUNTER_RANGE = 16,
  AUKLET_NPU_EVENT_UNKNOWN = 17,
  AUKLET_NPU_AXI_ATTRIBUTE_RANGE = 18,
  AUKLET_NPU_UNKNOWN_TAG = 19,
  AUKLET_NPU_NULL_ARGUMENT = 20,
  AUKLET_NPU_NOT_PROBED = 30,
  AUKLET_NPU_NO_DEVICE = 31,
  AUKLET_NPU_HARDWARE_VERSION = 32,
  AUKLET_NPU_STREAM_VERSION_UNSUPPORTED = 33,
  AUKLET_NPU_HARDWARE_CONFIG = 34,
  AUKLET_NPU_BUSY = 40,
  AUKLET_NPU_QUEUE_FULL = 41,
  AUKLET_NPU_DEVICE_FAULTED = 42,
  AUKLET_NPU_START_REFUSED = 43,
  AUKLET_NPU_BAD_STATE = 44,
  AUKLET_NPU_POWER_REFUSED = 45,
  AUKLET_NPU_REENTERED = 46,
  AUKLET_NPU_TIMEOUT = 50,
  AUKLET_NPU_CANCELLED = 51,
  AUKLET_NPU_RESET_TIMEOUT = 52,
  AUKLET_NPU_PORT_ISOLATED = 53,
  AUKLET_NPU_CLEAR_TIMEOUT = 54,
  AUKLET_NPU_FAULT_COMMAND = 60,
  AUKLET_NPU_FAULT_ADDRESS = 61,
  AUKLET_NPU_FAULT_AXI_SLVERR = 62,
  AUKLET_NPU_FAULT_AXI_DECERR = 63,
  AUKLET_NPU_FAULT_WATCHDOG = 64,
  AUKLET_NPU_FAULT_UNKNOWN = 65,
  AUKLET_NPU_FAULT_INDEX = 66,
  AUKLET_NPU_FAULT_INTEGRITY = 67,
  AUKLET_NPU_STREAM_LENGTH = 80,
  AUKLET_NPU_STREAM_MAGIC = 81,
  AUKLET_NPU_STREAM_VERSION = 82,
  AUKLET_NPU_STREAM_MACS = 83,
  AUKLET_NPU_STREAM_SRAM = 84,
  AUKLET_NPU_STREAM_CHECKSUM = 85,
  AUKLET_NPU_STREAM_RESERVED = 86,
  AUKLET_NPU_STREAM_OPCODE = 87,
  AUKLET_NPU_STREAM_WORDS = 88,
  AUKLET_NPU_STREAM_TRUNCATED = 89,
  AUKLET_NPU_STREAM_FIELD = 90,
  AUKLET_NPU_STREAM_NO_END = 91,
  AUKLET_NPU_STREAM_TRAILING = 92,
  AUKLET_NPU_STREAM_COMMAND_COUNT = 93,
  AUKLET_NPU_STREAM_TOO_MANY_COMMANDS = 94,
  AUKLET_NPU_STREAM_WINDOW_UNSET = 95,
  AUKLET_NPU_STREAM_WINDOW_ACCESS = 96,
  AUKLET_NPU_STREAM_WINDOW_RANGE = 97,
  AUKLET_NPU_STREAM_SRAM_RANGE = 98,
  AUKLET_NPU_STREAM_WAIT = 99,
  AUKLET_NPU_STREAM_DEADLOCK = 100
} auklet_npu_status;

/* A static, one-line English text; never NULL. */
const char *auklet_npu_status_text(auklet_npu_status status);

/* Register access: byte offset from the NPU's register base. Both functions are required. */
typedef struct auklet_npu_bus {
  void *context; /* Handed to every function. */
  uint32_t (*read32)(void *context, uint32_t offset);
  void (*write32)(void *context, uint32_t offset, uint32_t value);
} auklet_npu_bus;

/* Jobs of one auklet_npu, and the semaphores that its port has when it has any: slots 0 to 3. */
#define AUKLET_NPU_QUEUE_DEPTH 4

/* The platform. What each hook must do, and who calls it, is told in auklet/npu/port.hpp. Only `now` is required; NULL
 * elsewhere, and a cache_line_bytes of 0, mean the default given there. Hooks that belong together (enter and leave,
 * lock and unlock, take and give, on and off) must be there both or not at all. One table serves one auklet_npu. */
typedef struct auklet_npu_port {
  void *context; /* Handed to every function. */
  uint64_t (*now)(void *context);
  void (*relax)(void *context);
  void (*wait_for_interrupt)(void *context, uint64_t max_ticks);
  void (*barrier)(void *context);
  void (*clean)(void *context, const void *data, size_t size);
  void (*invalidate)(void *context, const void *data, size_t size);
  uint32_t (*enter_critical)(void *context);
  void (*leave_critical)(void *context, uint32_t state);
  int (*translate)(void *context, const void *data, size_t size, uint64_t *bus_address); /* 0: unreachable. */
  size_t cache_line_bytes;
  void (*lock)(void *context);
  void (*unlock)(void *context);
  int (*semaphore_take)(void *context, uint32_t slot, uint64_t max_ticks); /* 0: there are none, see port.hpp. */
  void (*semaphore_give)(void *context, uint32_t slot);
  int (*power_on)(void *context); /* 0: refused. */
  void (*power_off)(void *context);
  int power_keeps_registers; /* Not 0: registers hold their values from power_off to power_on. */
  void (*job_begin)(void *context, uint32_t tag);
  void (*job_end)(void *context, uint32_t tag, auklet_npu_status status);
} auklet_npu_port;

/* Bytes of a driver's state on a 64-bit machine, with some to spare; pinned by an assertion in the driver. */
#define AUKLET_NPU_STORAGE_BYTES 2304

/* One device with its queue. Opaque; do not copy or move after auklet_npu_init(). */
typedef struct auklet_npu {
  uint64_t storage[AUKLET_NPU_STORAGE_BYTES / 8];
} auklet_npu;

typedef struct auklet_npu_configuration {
  uint32_t id;
  uint8_t major;
  uint8_t minor;
  uint16_t stream_version;
  uint16_t macs;
  uint16_t axi_data_bits;
  uint16_t sram_kib;
  uint8_t windows;
  uint8_t counters;
  uint8_t sram_ecc; /* Not 0: the SRAM has check bits. */
} auklet_npu_configuration;

/* Flipped SRAM bits that were corrected, see auklet/npu/types.hpp. */
typedef struct auklet_npu_integrity {
  uint32_t corrected;
  uint32_t address;
} auklet_npu_integrity;

enum {
  AUKLET_NPU_ACCESS_NONE = 0,
  AUKLET_NPU_ACCESS_READ = 1,
  AUKLET_NPU_ACCESS_WRITE = 2,
  AUKLET_NPU_ACCESS_READ_WRITE = 3
};

/* Memory that becomes an address window; a size of 0 leaves the window of this number closed. */
typedef struct auklet_npu_buffer {
  const void *data;
  size_t size;     /* Bytes. */
  uint32_t access; /* AUKLET_NPU_ACCESS_... */
} auklet_npu_buffer;

typedef struct auklet_npu_job {
  const uint32_t *stream;
  size_t stream_words;
  const auklet_npu_buffer *buffers; /* Buffer i is window i. */
  size_t buffer_count;              /* At most AUKLET_WINDOW_COUNT. */
} auklet_npu_job;

/* A stream's first defect. */
typedef struct auklet_npu_stream_report {
  auklet_npu_status status;
  uint32_t offset; /* Bytes. */
  uint32_t opcode;
  uint32_t word; /* Within the command. */
  uint64_t actual;
  uint64_t expected;
} auklet_npu_stream_report;

typedef struct auklet_npu_fault {
  uint32_t kind;          /* AUKLET_FAULT_... */
  uint32_t channel;       /* AUKLET_CHANNEL_... */
  uint32_t command_error; /* AUKLET_COMMAND_ERROR_... */
  uint32_t stream_offset; /* Bytes. */
  uint64_t address;
} auklet_npu_fault;

typedef struct auklet_npu_result {
  auklet_npu_status status;   /* How the job ended. */
  auklet_npu_status recovery; /* Not OK: the device could not be reset, buffers must stay in place. */
  uint8_t started;
  uint8_t outputs_valid;
  uint16_t loads_completed;
  uint16_t computes_completed;
  uint16_t stores_completed;
  uint32_t stream_offset; /* Bytes: the last command dispatched, unless the status is OK. */
  auklet_npu_fault fault;
} auklet_npu_result;

typedef struct auklet_npu_statistics {
  uint32_t jobs_started;
  uint32_t spurious_interrupts;
  uint32_t late_interrupts;
  uint32_t lost_interrupts;
  uint32_t resets;
} auklet_npu_statistics;

typedef enum auklet_npu_completion { AUKLET_NPU_POLLING = 0, AUKLET_NPU_INTERRUPT = 1 } auklet_npu_completion;

typedef struct auklet_npu_options {
  auklet_npu_completion completion;
  uint64_t reset_timeout;  /* Ticks. */
  int power_off_when_idle; /* Not 0: powered only while there are jobs that have not ended. */
} auklet_npu_options;

/* Prepares *npu. The tables are copied, their contexts referred to. NULL_ARGUMENT for a NULL pointer, a required hook
 * or half of a pair that is NULL; then *npu must not be used. All other calls need an *npu that was prepared so, and
 * return NULL_ARGUMENT, having done nothing, for a NULL pointer that is not marked optional. */
auklet_npu_status auklet_npu_init(auklet_npu *npu, const auklet_npu_bus *bus, const auklet_npu_port *port);

/* Device, see auklet/npu/device.hpp. */
auklet_npu_status auklet_npu_probe(auklet_npu *npu, auklet_npu_configuration *found);
auklet_npu_status auklet_npu_set_watchdog(auklet_npu *npu, uint32_t cycles);
auklet_npu_status auklet_npu_set_axi_attributes(auklet_npu *npu, uint8_t prot, uint8_t cache, uint8_t max_outstanding,
                                                uint64_t timeout);
auklet_npu_status auklet_npu_clear_sram(auklet_npu *npu, uint64_t timeout);
auklet_npu_status auklet_npu_state(auklet_npu *npu, uint32_t *state, int *isolated);
auklet_npu_status auklet_npu_fault_cause(auklet_npu *npu, auklet_npu_fault *fault);
auklet_npu_status auklet_npu_get_integrity(auklet_npu *npu, auklet_npu_integrity *integrity);

/* Queue, see auklet/npu/queue.hpp. */
auklet_npu_status auklet_npu_open(auklet_npu *npu, auklet_npu_completion completion, uint64_t reset_timeout);
auklet_npu_status auklet_npu_open_with(auklet_npu *npu, const auklet_npu_options *options);
auklet_npu_status auklet_npu_close(auklet_npu *npu);
auklet_npu_status auklet_npu_submit(auklet_npu *npu, const auklet_npu_job *job, uint32_t *tag,
                                    auklet_npu_stream_report *report /* optional */);
auklet_npu_status auklet_npu_poll(auklet_npu *npu, uint32_t tag, auklet_npu_result *result);
auklet_npu_status auklet_npu_wait(auklet_npu *npu, uint32_t tag, uint64_t timeout, auklet_npu_result *result);
/* The job from auklet_npu_submit() to auklet_npu_wait(). */
auklet_npu_status auklet_npu_run(auklet_npu *npu, const auklet_npu_job *job, uint64_t timeout,
                                 auklet_npu_result *result, auklet_npu_stream_report *report /* optional */);
auklet_npu_status auklet_npu_cancel(auklet_npu *npu, uint32_t tag);
auklet_npu_status auklet_npu_reset(auklet_npu *npu);
auklet_npu_status auklet_npu_get_statistics(const auklet_npu *npu, auklet_npu_statistics *statistics);
/* Power for calls beside the queue's, such as reading counters after a job, where power_off_when_idle is set. */
auklet_npu_status auklet_npu_hold_power(auklet_npu *npu);
auklet_npu_status auklet_npu_release_power(auklet_npu *npu);
/* The interrupt handler's work; not 0 when the interrupt was this device's. NULL is not this device's. */
int auklet_npu_interrupt(auklet_npu *npu);

/* Performance counters. */
auklet_npu_status auklet_npu_select_event(auklet_npu *npu, uint32_t index, uint32_t event);
auklet_npu_status auklet_npu_enable_counters(auklet_npu *npu, int enable, int clear);
auklet_npu_status auklet_npu_cycles(auklet_npu *npu, uint64_t *cycles);
auklet_npu_status auklet_npu_event_count(auklet_npu *npu, uint32_t index, uint32_t *count);
auklet_npu_status auklet_npu_layer_cycles(auklet_npu *npu, uint32_t layer, uint32_t *cycles);
/* causes: AUKLET_CAUSES numbers; cycles with cause AUKLET_CAUSE_... are at that number less 1. */
auklet_npu_status auklet_npu_layer_causes(auklet_npu *npu, uint32_t layer, uint32_t *causes);

/* Checks a stream against a configuration and the sizes and rights of buffers, without a device; see
 * auklet/npu/stream.hpp. Returns report->status. */
auklet_npu_status auklet_npu_validate(const auklet_npu_job *job, const auklet_npu_configuration *configuration,
                                      auklet_npu_stream_report *report);

#ifdef __cplusplus
}
#endif
#endif
