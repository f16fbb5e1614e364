/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_CACHE_H_
#define ZEPHYR_STUB_CACHE_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t sys_cache_data_line_size_get(void);
int sys_cache_data_flush_range(void *address, size_t size);
int sys_cache_data_invd_range(void *address, size_t size);

#ifdef __cplusplus
}
#endif
#endif
