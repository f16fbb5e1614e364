/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_PM_DEVICE_H_
#define ZEPHYR_STUB_PM_DEVICE_H_

#include <zephyr/device.h>

enum pm_device_action { PM_DEVICE_ACTION_SUSPEND, PM_DEVICE_ACTION_RESUME };
struct pm_device {
  int (*action)(const struct device *dev, enum pm_device_action action);
};
#define PM_DEVICE_DT_INST_DEFINE(n, function) static struct pm_device stub_pm_##n = {function}
#define PM_DEVICE_DT_INST_GET(n) (&stub_pm_##n)

#endif
