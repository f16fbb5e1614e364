#ifndef AUKLET_TESTS_DRIVER_C_API_C99_H_
#define AUKLET_TESTS_DRIVER_C_API_C99_H_

#include "auklet_npu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs one job from auklet_npu_init() to auklet_npu_close(); the first error, or how the calls went. */
auklet_npu_status auklet_c99_run(const auklet_npu_bus *bus, const auklet_npu_port *port, const auklet_npu_job *job,
                                 auklet_npu_result *result);

#ifdef __cplusplus
}
#endif
#endif
