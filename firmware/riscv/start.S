/* Reset and trap entry of an RV32 core in machine mode. */
  .section .text.start, "ax"
  .global _start
  .type _start, @function
_start:
  /* What is enabled after a reset, or a boot loader, nobody says. */
  csrci mstatus, 8
  csrw mie, zero
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_end
  la t0, trap_entry
  csrw mtvec, t0

  /* Initialised data from flash to RAM. */
  la t0, __data_load
  la t1, __data_start
  la t2, __data_end
1:
  bgeu t1, t2, 2f
  lw t3, 0(t0)
  sw t3, 0(t1)
  addi t0, t0, 4
  addi t1, t1, 4
  j 1b
2:
  /* The rest is zero; the stack gets a pattern that tells afterwards how far it was used. */
  la t1, __bss_start
  la t2, __bss_end
3:
  bgeu t1, t2, 4f
  sw zero, 0(t1)
  addi t1, t1, 4
  j 3b
4:
  la t1, __stack_start
  la t2, __stack_end
  li t3, 0x57ac57ac
5:
  bgeu t1, t2, 6f
  sw t3, 0(t1)
  addi t1, t1, 4
  j 5b
6:
  call main
  call auklet_exit

  .size _start, . - _start

/* Saves what a C++ function may change, and lets it decide. It returns where to go on. Where no frame fits below the stack
 * pointer any more the program is over: the stack begins anew, for the report. */
  .align 2
  .type trap_entry, @function
trap_entry:
  csrw mscratch, t0
  la t0, __stack_start + 1024
  bgeu sp, t0, 1f
  la sp, __stack_end
  li a0, -1
  csrr a1, mepc
  csrr a2, mtval
  call auklet_trap
1:
  csrr t0, mscratch
  addi sp, sp, -64
  sw ra, 0(sp)
  sw t0, 4(sp)
  sw t1, 8(sp)
  sw t2, 12(sp)
  sw t3, 16(sp)
  sw t4, 20(sp)
  sw t5, 24(sp)
  sw t6, 28(sp)
  sw a0, 32(sp)
  sw a1, 36(sp)
  sw a2, 40(sp)
  sw a3, 44(sp)
  sw a4, 48(sp)
  sw a5, 52(sp)
  sw a6, 56(sp)
  sw a7, 60(sp)
  csrr a0, mcause
  csrr a1, mepc
  csrr a2, mtval
  call auklet_trap
  csrw mepc, a0
  lw ra, 0(sp)
  lw t0, 4(sp)
  lw t1, 8(sp)
  lw t2, 12(sp)
  lw t3, 16(sp)
  lw t4, 20(sp)
  lw t5, 24(sp)
  lw t6, 28(sp)
  lw a0, 32(sp)
  lw a1, 36(sp)
  lw a2, 40(sp)
  lw a3, 44(sp)
  lw a4, 48(sp)
  lw a5, 52(sp)
  lw a6, 56(sp)
  lw a7, 60(sp)
  addi sp, sp, 64
  mret
  .size trap_entry, . - trap_entry

/* auklet_semihost(operation, parameter): the three instructions stand in one 16-byte block, as the convention wants. */
  .global auklet_semihost, auklet_semihost_break
  .type auklet_semihost, @function
  .align 4
auklet_semihost:
  .option push
  .option norvc
  slli zero, zero, 0x1f
auklet_semihost_break:
  ebreak
  srai zero, zero, 7
  .option pop
  ret
  .size auklet_semihost, . - auklet_semihost
