/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_IRQ_H_
#define ZEPHYR_STUB_IRQ_H_

#ifdef __cplusplus
extern "C" {
#endif

unsigned int irq_lock(void);
void irq_unlock(unsigned int key);
void irq_enable(unsigned int line);
void stub_irq_connect(unsigned int line, unsigned int priority, void (*handler)(const void *), const void *argument);
#define IRQ_CONNECT(line, priority, handler, argument, flags) stub_irq_connect(line, priority, handler, argument)

#ifdef __cplusplus
}
#endif
#endif
