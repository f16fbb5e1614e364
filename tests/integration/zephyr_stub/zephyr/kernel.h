/* A stand-in for the part of Zephyr's kernel that the glue uses; same names, written for this test, one device. What is
 * no macro is defined by zephyr_test.cpp. */
#ifndef ZEPHYR_STUB_KERNEL_H_
#define ZEPHYR_STUB_KERNEL_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARG_UNUSED(x) (void)(x)
#define __weak __attribute__((weak))
#define IS_ENABLED(option) (option)

typedef int64_t k_ticks_t;
typedef struct {
  k_ticks_t ticks;
} k_timeout_t;
#define K_TICKS(t) ((k_timeout_t){t})
#define K_FOREVER ((k_timeout_t){-1})

struct k_mutex {
  int held;
};
struct k_sem {
  unsigned int count;
  unsigned int limit;
};

int64_t k_uptime_ticks(void);
uint64_t k_ms_to_ticks_ceil64(uint64_t ms);
void k_yield(void);
int k_mutex_init(struct k_mutex *mutex);
int k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int k_mutex_unlock(struct k_mutex *mutex);
int k_sem_init(struct k_sem *sem, unsigned int initial, unsigned int limit);
int k_sem_take(struct k_sem *sem, k_timeout_t timeout);
void k_sem_give(struct k_sem *sem);

#ifdef __cplusplus
}
#endif
#endif
