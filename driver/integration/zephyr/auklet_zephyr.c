/* The driver's hooks, as Zephyr has them, and one device for each node that is compatible with "auklet,npu". */
#define DT_DRV_COMPAT auklet_npu

#include "auklet_zephyr.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/cache.h>
#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/irq.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/pm/device.h>
#include <zephyr/pm/device_runtime.h>
#include <zephyr/sys/barrier.h>
#include <zephyr/sys/device_mmio.h>
#include <zephyr/sys/sys_io.h>

LOG_MODULE_REGISTER(auklet_npu, CONFIG_AUKLET_NPU_LOG_LEVEL);

struct auklet_config {
  DEVICE_MMIO_ROM; /* First, as Zephyr wants it. */
  void (*connect_irq)(void);
  bool coherent;
  bool has_watchdog;
  uint32_t watchdog_cycles;
};

struct auklet_data {
  DEVICE_MMIO_RAM; /* First, as Zephyr wants it. */
  struct k_mutex lock;
  struct k_sem ended[AUKLET_NPU_QUEUE_DEPTH];
  auklet_npu npu;
};

static struct auklet_data *data_of(void *context) { return ((const struct device *)context)->data; }

static uint32_t read_register(void *context, uint32_t offset) {
  const struct device *dev = context;
  return sys_read32(DEVICE_MMIO_GET(dev) + offset);
}

static void write_register(void *context, uint32_t offset, uint32_t value) {
  const struct device *dev = context;
  sys_write32(value, DEVICE_MMIO_GET(dev) + offset);
}

static uint64_t now(void *context) {
  ARG_UNUSED(context);
  return (uint64_t)k_uptime_ticks();
}

static void relax(void *context) {
  ARG_UNUSED(context);
  k_yield();
}

static void barrier(void *context) {
  ARG_UNUSED(context);
  barrier_dsync_fence_full();
}

static void clean(void *context, const void *data, size_t size) {
  ARG_UNUSED(context);
  (void)sys_cache_data_flush_range((void *)data, size); /* Where it fails there is no cache. */
}

static void invalidate(void *context, const void *data, size_t size) {
  ARG_UNUSED(context);
  (void)sys_cache_data_invd_range((void *)data, size);
}

static uint32_t enter_critical(void *context) {
  ARG_UNUSED(context);
  return irq_lock();
}

static void leave_critical(void *context, uint32_t key) {
  ARG_UNUSED(context);
  irq_unlock(key);
}

static void lock(void *context) { (void)k_mutex_lock(&data_of(context)->lock, K_FOREVER); }

static void unlock(void *context) { (void)k_mutex_unlock(&data_of(context)->lock); }

static int semaphore_take(void *context, uint32_t slot, uint64_t max_ticks) {
  /* A tick count is signed, and may be 32 bits wide; sleeping for less is allowed. */
  const uint64_t most = INT32_MAX;
  (void)k_sem_take(&data_of(context)->ended[slot], K_TICKS((k_ticks_t)(max_ticks < most ? max_ticks : most)));
  return 1;
}

static void semaphore_give(void *context, uint32_t slot) { k_sem_give(&data_of(context)->ended[slot]); }

static int translate(void *context, const void *data, size_t size, uint64_t *bus_address) {
  return auklet_zephyr_translate(context, data, size, bus_address);
}

static int power_on(void *context) { return pm_device_runtime_get(context) >= 0; }

static void power_off(void *context) {
  const int error = pm_device_runtime_put(context);
  if (error < 0) LOG_WRN("the NPU stays powered: %d", error);
}

static void handle_irq(const void *context) {
  const struct device *dev = context;
  (void)auklet_npu_interrupt(&((struct auklet_data *)dev->data)->npu);
}

__weak int auklet_zephyr_translate(const struct device *dev, const void *data, size_t size, uint64_t *bus_address) {
  ARG_UNUSED(dev);
  ARG_UNUSED(size);
  *bus_address = (uintptr_t)data;
  return 1;
}

auklet_npu *auklet_zephyr_npu(const struct device *dev) { return &((struct auklet_data *)dev->data)->npu; }

static auklet_npu_port port_of(const struct device *dev) {
  const struct auklet_config *config = dev->config;
  auklet_npu_port port = {0};
  port.context = (void *)dev;
  port.now = now;
  port.relax = relax;
  port.barrier = barrier;
  port.enter_critical = enter_critical;
  port.leave_critical = leave_critical;
  port.translate = translate;
  port.lock = lock;
  port.unlock = unlock;
  port.semaphore_take = semaphore_take;
  port.semaphore_give = semaphore_give;
  port.power_on = power_on;
  port.power_off = power_off;
  if (!config->coherent) {
    port.clean = clean;
    port.invalidate = invalidate;
    port.cache_line_bytes = sys_cache_data_line_size_get();
  }
  return port;
}

/* What is behind the node, made ready for jobs. */
static auklet_npu_status start(const struct device *dev, auklet_npu_configuration *found) {
  const struct auklet_config *config = dev->config;
  struct auklet_data *data = dev->data;
  const auklet_npu_bus bus = {(void *)dev, read_register, write_register};
  const auklet_npu_port port = port_of(dev);
  const auklet_npu_options options = {
      AUKLET_NPU_INTERRUPT,
      (uint64_t)k_ms_to_ticks_ceil64(CONFIG_AUKLET_NPU_RESET_TIMEOUT_MS),
      IS_ENABLED(CONFIG_AUKLET_NPU_POWER_OFF_WHEN_IDLE),
  };
  auklet_npu_status status = auklet_npu_init(&data->npu, &bus, &port);
  if (status == AUKLET_NPU_OK) status = auklet_npu_probe(&data->npu, found);
  if (status == AUKLET_NPU_OK) status = auklet_npu_open_with(&data->npu, &options);
  if (status != AUKLET_NPU_OK || !config->has_watchdog) return status;
  status = auklet_npu_hold_power(&data->npu);
  if (status != AUKLET_NPU_OK) return status;
  status = auklet_npu_set_watchdog(&data->npu, config->watchdog_cycles);
  (void)auklet_npu_release_power(&data->npu);
  return status;
}

static int auklet_init(const struct device *dev) {
  const struct auklet_config *config = dev->config;
  struct auklet_data *data = dev->data;
  DEVICE_MMIO_MAP(dev, K_MEM_CACHE_NONE);
  k_mutex_init(&data->lock);
  for (size_t i = 0; i < AUKLET_NPU_QUEUE_DEPTH; ++i) (void)k_sem_init(&data->ended[i], 0, 1);
  const int error = pm_device_runtime_enable(dev);
  if (error < 0 && error != -ENOTSUP) return error;
  auklet_npu_configuration found = {0};
  const auklet_npu_status status = start(dev, &found);
  if (status != AUKLET_NPU_OK) {
    LOG_ERR("%s: %s", dev->name, auklet_npu_status_text(status));
    return status == AUKLET_NPU_NO_DEVICE ? -ENODEV : -EIO;
  }
  config->connect_irq();
  LOG_INF("%s: %u MACs, %u KiB", dev->name, (unsigned int)found.macs, (unsigned int)found.sram_kib);
  return 0;
}

/* Power and clock are the power domain's: the driver itself has nothing to do. */
static int auklet_pm(const struct device *dev, enum pm_device_action action) {
  ARG_UNUSED(dev);
  ARG_UNUSED(action);
  return 0;
}

#define AUKLET_DEFINE(n)                                                                                             \
  static void auklet_connect_irq_##n(void) {                                                                         \
    IRQ_CONNECT(DT_INST_IRQN(n), DT_INST_IRQ(n, priority), handle_irq, DEVICE_DT_INST_GET(n), 0);                    \
    irq_enable(DT_INST_IRQN(n));                                                                                     \
  }                                                                                                                  \
  static const struct auklet_config auklet_config_##n = {                                                            \
      DEVICE_MMIO_ROM_INIT(DT_DRV_INST(n)),                                                                          \
      .connect_irq = auklet_connect_irq_##n,                                                                         \
      .coherent = DT_INST_PROP(n, dma_coherent),                                                                     \
      .has_watchdog = DT_INST_NODE_HAS_PROP(n, watchdog_cycles),                                                     \
      .watchdog_cycles = DT_INST_PROP_OR(n, watchdog_cycles, 0),                                                     \
  };                                                                                                                 \
  static struct auklet_data auklet_data_##n;                                                                         \
  PM_DEVICE_DT_INST_DEFINE(n, auklet_pm);                                                                            \
  DEVICE_DT_INST_DEFINE(n, auklet_init, PM_DEVICE_DT_INST_GET(n), &auklet_data_##n, &auklet_config_##n, POST_KERNEL, \
                        CONFIG_AUKLET_NPU_INIT_PRIORITY, NULL);

DT_INST_FOREACH_STATUS_OKAY(AUKLET_DEFINE)
