/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_PM_DEVICE_RUNTIME_H_
#define ZEPHYR_STUB_PM_DEVICE_RUNTIME_H_

#include <zephyr/device.h>

#ifdef __cplusplus
extern "C" {
#endif

int pm_device_runtime_enable(const struct device *dev);
int pm_device_runtime_get(const struct device *dev);
int pm_device_runtime_put(const struct device *dev);

#ifdef __cplusplus
}
#endif
#endif
