/* A stand-in, see zephyr/kernel.h here: one node, with every property. */
#ifndef ZEPHYR_STUB_DEVICETREE_H_
#define ZEPHYR_STUB_DEVICETREE_H_

#define DT_DRV_INST(n) n
#define DT_INST_FOREACH_STATUS_OKAY(define) define(0)
#define DT_INST_IRQN(n) 17
#define DT_INST_IRQ(n, cell) 1
#define DT_INST_PROP(n, property) stub_prop_##property
#define DT_INST_NODE_HAS_PROP(n, property) 1
#define DT_INST_PROP_OR(n, property, otherwise) stub_prop_##property
#define stub_prop_dma_coherent 0
#define stub_prop_watchdog_cycles 50000

#endif
