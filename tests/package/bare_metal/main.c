/* A job on a board without an operating system, through an installed driver. Linked, not run: there is no such board.
 */
#include <auklet_npu.h>

#define NPU_REGISTERS 0x40000000U

/* What `auklet compile` and the linker script of a real program would give. */
extern const uint32_t stream[];
extern const size_t stream_words;
extern const auklet_npu_buffer buffers[];
extern const size_t buffer_count;

static uint32_t read_register(void *context, uint32_t offset) {
  return *(volatile uint32_t *)((uintptr_t)context + offset);
}
static void write_register(void *context, uint32_t offset, uint32_t value) {
  *(volatile uint32_t *)((uintptr_t)context + offset) = value;
}
/* A clock: here, the number of times that it was asked. */
static uint64_t now(void *context) { return (*(uint64_t *)context)++; }

int main(void) {
  static auklet_npu npu;
  static uint64_t clock;
  const auklet_npu_bus bus = {(void *)NPU_REGISTERS, read_register, write_register};
  const auklet_npu_port port = {.context = &clock, .now = now};
  const auklet_npu_job job = {stream, stream_words, buffers, buffer_count};
  auklet_npu_configuration configuration;
  auklet_npu_result result;
  auklet_npu_status status = auklet_npu_init(&npu, &bus, &port);
  if (status == AUKLET_NPU_OK) status = auklet_npu_probe(&npu, &configuration);
  if (status == AUKLET_NPU_OK) status = auklet_npu_open(&npu, AUKLET_NPU_POLLING, 1000000);
  if (status == AUKLET_NPU_OK) status = auklet_npu_run(&npu, &job, 50000000, &result, NULL);
  return status == AUKLET_NPU_OK && result.status == AUKLET_NPU_OK ? 0 : 1;
}
