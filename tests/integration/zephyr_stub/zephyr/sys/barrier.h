/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_BARRIER_H_
#define ZEPHYR_STUB_BARRIER_H_

#define barrier_dsync_fence_full() __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
