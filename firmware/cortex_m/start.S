/* Reset of a Cortex-M: the hardware has set the stack pointer from the vector table. */
  .syntax unified
  .thumb
  .section .text.start, "ax"
  .global auklet_reset
  .type auklet_reset, %function
auklet_reset:
  /* Initialised data from flash to RAM. */
  ldr r0, =__data_load
  ldr r1, =__data_start
  ldr r2, =__data_end
1:
  cmp r1, r2
  itt lo
  ldrlo r3, [r0], #4
  strlo r3, [r1], #4
  blo 1b

  /* The rest is zero; the stack gets a pattern that tells afterwards how far it was used. */
  ldr r1, =__bss_start
  ldr r2, =__bss_end
  movs r3, #0
2:
  cmp r1, r2
  it lo
  strlo r3, [r1], #4
  blo 2b

  ldr r1, =__stack_start
  ldr r2, =__stack_end
  ldr r3, =0x57ac57ac
3:
  cmp r1, r2
  it lo
  strlo r3, [r1], #4
  blo 3b

  bl main
  bl auklet_exit
  .size auklet_reset, . - auklet_reset
