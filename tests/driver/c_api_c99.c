/* The C interface as a C99 program uses it. c_api_test.cpp gives it a device. */
#include "auklet_npu.h" /* First: it needs no other header. */

#include "c_api_c99.h"

auklet_npu_status auklet_c99_run(const auklet_npu_bus *bus, const auklet_npu_port *port, const auklet_npu_job *job,
                                 auklet_npu_result *result) {
  static auklet_npu npu;
  auklet_npu_configuration configuration;
  auklet_npu_stream_report report;
  uint32_t tag = 0;
  auklet_npu_status status = auklet_npu_init(&npu, bus, port);
  if (status == AUKLET_NPU_OK) status = auklet_npu_probe(&npu, &configuration);
  if (status == AUKLET_NPU_OK) status = auklet_npu_validate(job, &configuration, &report);
  if (status == AUKLET_NPU_OK) status = auklet_npu_open(&npu, AUKLET_NPU_POLLING, 1000000);
  if (status == AUKLET_NPU_OK) status = auklet_npu_submit(&npu, job, &tag, &report);
  if (status == AUKLET_NPU_OK) status = auklet_npu_wait(&npu, tag, 1000000, result);
  if (status == AUKLET_NPU_OK) status = auklet_npu_close(&npu);
  return status;
}
