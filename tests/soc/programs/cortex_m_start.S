@ Vector table, and a reset handler that calls program() and stops with its result in r0: a semihosting call.
  .syntax unified
  .cpu cortex-m4
  .thumb
  .section .start, "ax"
  .word __stack_top
  .word start
  .zero 56
  .thumb_func
start:
  bl program
  bkpt 0xab
