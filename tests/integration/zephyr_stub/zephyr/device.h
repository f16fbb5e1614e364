/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_DEVICE_H_
#define ZEPHYR_STUB_DEVICE_H_

#include <zephyr/kernel.h>

struct pm_device;

struct device {
  const char *name;
  const void *config;
  void *data;
  struct pm_device *pm;
  int (*init)(const struct device *dev);
};

#define DEVICE_DT_INST_GET(n) (&stub_device_##n)
#define DEVICE_DT_INST_DEFINE(n, init_function, pm_pointer, data_pointer, config_pointer, level, priority, api) \
  const struct device stub_device_##n = {"npu" #n, config_pointer, data_pointer, pm_pointer, init_function}

extern const struct device stub_device_0;

#endif
