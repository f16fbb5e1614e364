/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_DEVICE_MMIO_H_
#define ZEPHYR_STUB_DEVICE_MMIO_H_

#include <stdint.h>

#define STUB_MMIO_BASE 0x40000000U
#define K_MEM_CACHE_NONE 2
#define DEVICE_MMIO_ROM uintptr_t _mmio
#define DEVICE_MMIO_RAM uintptr_t _mmio
#define DEVICE_MMIO_ROM_INIT(node) ._mmio = STUB_MMIO_BASE
#define DEVICE_MMIO_MAP(dev, flags) (*(uintptr_t *)(dev)->data = *(const uintptr_t *)(dev)->config)
#define DEVICE_MMIO_GET(dev) (*(const uintptr_t *)(dev)->data)

#endif
