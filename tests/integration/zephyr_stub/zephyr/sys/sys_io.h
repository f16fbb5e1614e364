/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_SYS_IO_H_
#define ZEPHYR_STUB_SYS_IO_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint32_t sys_read32(uintptr_t address);
void sys_write32(uint32_t value, uintptr_t address);

#ifdef __cplusplus
}
#endif
#endif
