/* The Auklet NPU as a Zephyr device. */
#ifndef AUKLET_ZEPHYR_H_
#define AUKLET_ZEPHYR_H_

#include "auklet_npu.h"

#include <zephyr/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The driver of a ready device (see device_is_ready()), probed and opened, for all calls of auklet_npu.h: from any
 * thread, with timeouts in kernel ticks. It is not to be closed. */
auklet_npu *auklet_zephyr_npu(const struct device *dev);

/* The address that the NPU has for the `size` bytes at `data`; 0 in return when it cannot reach them. The default,
 * which is weak, says that addresses are equal. Called by threads; must not block. */
int auklet_zephyr_translate(const struct device *dev, const void *data, size_t size, uint64_t *bus_address);

#ifdef __cplusplus
}
#endif
#endif
